"""Other tools' interfaces over our values; nothing else imports this room."""
