"""The desk: Django's admin in our clothes, where coordinators run every booking."""
