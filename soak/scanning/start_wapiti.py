"""Starts Debian's Wapiti, in Debian's Python, with two things put right.

Its way of leaving addresses out breaks in Python 3.11, and it does not know what Django calls the token of a form.
"""

import fnmatch
import re

from wapitiCore.attack.mod_csrf import mod_csrf  # type: ignore[import-not-found]  # Debian's, not ours
from wapitiCore.main.wapiti import wapiti_main  # type: ignore[import-not-found]
from wapitiCore.net import crawler  # type: ignore[import-not-found]

crawler.wildcard_translate = lambda pattern: re.compile(fnmatch.translate(pattern))
mod_csrf.TOKEN_FORM_STRINGS.append("csrfmiddlewaretoken")
wapiti_main()
