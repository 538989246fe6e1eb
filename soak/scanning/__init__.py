"""Scanners that others wrote, over our code, packages and pages. What they find is mended, or answered in docs/security.md."""
