"""From operations to ordered steps."""
