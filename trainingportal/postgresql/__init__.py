"""Django's PostgreSQL backend, with a quicker look at whether a kept connection still stands."""
