"""Options for a booking: which dates with which teams, and why.

``facts.py`` holds what is known, as plain frozen rows; ``gather.py`` reads them from the database; ``standing.py`` says
how one person stands on one day; ``ranking.py`` puts dates and teams in order. Only ``gather.py`` knows the database.
"""
