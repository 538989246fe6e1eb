"""Every mail that leaves: a row before it is a message."""
