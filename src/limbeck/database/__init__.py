"""The server's edge: connections, transactions, the version table, and runs on it."""
