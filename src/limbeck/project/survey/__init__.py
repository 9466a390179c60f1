"""What an application's sources say about its database: read with `ast`, never imported."""
