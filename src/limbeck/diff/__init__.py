"""What it takes to get from one schema to another, as operations."""
