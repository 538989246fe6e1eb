"""The words of a mail, written once and shown as HTML and as plain text."""
