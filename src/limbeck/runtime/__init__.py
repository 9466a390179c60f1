"""The interpreter: it turns operations into steps and hands them to a sink."""
