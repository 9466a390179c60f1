"""Configuration: where it is found, what it says, and the project that it describes."""
