"""What Limbeck's own commands print: one file a command, its function called with the `Config`.

A function takes the command's arguments by position and its options by keyword, calls the use case
in `limbeck.commands`, prints through `config.print_stdout`, and may return an exit status.
"""
