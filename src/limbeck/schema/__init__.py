"""What a database looks like: immutable values that refer to each other by name."""
