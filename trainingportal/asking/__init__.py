"""“Ask for training”: four short pages, a look over the answers, and one request for the desk."""
