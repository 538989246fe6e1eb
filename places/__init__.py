"""Outcodes, forces, nations, holidays and travel: where things are, without asking anybody outside."""
