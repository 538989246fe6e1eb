#!/usr/bin/env python3
"""Django's command line for the portal; it finds a running instance by itself (see trainingportal/instance.py)."""

import os
import sys

from django.core.management import execute_from_command_line

from trainingportal import refusals

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trainingportal.settings")
    with refusals.said_in_words():
        execute_from_command_line(sys.argv)
