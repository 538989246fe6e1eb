"""The composer: a whole day out of the catalogue, the wishes and the team, proven to be the best there is.

``brief.py`` says what it is given and what it gives back, ``model.py`` holds the rules, ``passes.py`` what is better than
what, ``words.py`` the reasons. Nothing here knows of the database. ``docs/composer.md`` explains each rule to a trainer.
"""
