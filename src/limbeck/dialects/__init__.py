"""How each database says it: one folder a dialect, the same file names in each."""
