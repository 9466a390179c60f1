"""Between SQLAlchemy's objects and our values, in both directions."""
