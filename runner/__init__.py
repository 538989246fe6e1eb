"""What stands behind ``bin/run``, ``bin/test``, ``bin/check`` and ``bin/bench``: set-up, servers and processes.

``__main__.py`` and ``setup.py`` run on the machine's own Python and use only its standard library;
everything else runs in ``.venv``. Nothing of the portal imports this package.
"""

from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
# how the set-up tells the command that follows it how long it took
SET_UP_SECONDS = "SET_UP_SECONDS"
