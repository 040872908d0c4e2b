"""Ways by which a message leaves: a mail server, or a folder of mail files."""
