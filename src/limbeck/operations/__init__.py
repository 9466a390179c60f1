"""What can be done to a database: operations as values, one file a family."""
