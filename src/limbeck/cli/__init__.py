"""The terminal: arguments in, lines and exit codes out."""
