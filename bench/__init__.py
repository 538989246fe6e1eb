"""What stands behind ``bin/bench``: the portal beside a bare Django site, loaded in the same run.

``main.py`` starts everything and holds the targets; ``inside/`` runs in the portal's own process, for what is not
seen from outside; ``bare/`` is the site to compare with. Nothing of the portal imports this package.
"""
