"""Use cases: one file a command, from a project and arguments to a result; nothing is printed."""
