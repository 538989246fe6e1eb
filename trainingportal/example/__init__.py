"""“See what a day for your people could look like”: anybody asks, a worker composes once, everybody sees the same. T0 only.

``question.py`` is what may be asked, ``shelf.py`` keeps the days, ``making.py`` makes them (in workers), ``seen.py`` is how a
page shows one. Nothing here reads a booking or a speaker: the day supposes that speakers are found.
"""
