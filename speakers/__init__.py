"""Who teaches, and when they are busy."""
