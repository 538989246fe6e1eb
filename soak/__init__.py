"""What takes longer than the tests allow: kills, races and hostile input, in numbers. ``bin/soak`` runs it.

``tests/soak/`` runs a little of the same. Nothing of the portal imports this package.
"""
