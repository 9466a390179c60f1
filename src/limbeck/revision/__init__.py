"""History: revisions as values, and what can be asked of them; no files, no server."""
