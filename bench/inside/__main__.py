"""Set Django up, run one step, print what it found as JSON on the last line."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "trainingportal.settings"
django.setup()

from bench.inside import away, composing, mails, options, pages, paper, queue_of_papers, rows, submitting  # noqa: E402  once Django stands

STEPS: dict[str, Callable[..., Any]] = {
    "pages": pages.look,
    "studio": pages.look_at_studio,
    "desk": pages.look_at_desk,
    "fill": rows.fill,
    "submit": submitting.submit_once,
    "drafts": submitting.write_drafts,
    "arrived": submitting.arrived,
    "paper": paper.compare,
    "mails": mails.compare,
    "options": options.look,
    "away": away.compare,
    "composing": composing.look,
    "papers-lay": queue_of_papers.lay,
    "papers-make": queue_of_papers.make,
    "papers-make-bare": queue_of_papers.make_bare,
    "papers-clear": queue_of_papers.clear,
}


def main(step: str, *arguments: str) -> None:
    """Run a step and print its answer."""
    print(json.dumps(STEPS[step](*arguments)))


main(*sys.argv[1:])
