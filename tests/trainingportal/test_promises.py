"""No page, mail or paper promises what the portal does not do yet; and every page names a length in the same words."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from courses import catalogue
from trainingportal import public_catalogue

TOP = Path(__file__).parents[2]
BANNED = {
    "certificate": r"certificate",
    "feedback": r"\bfeedback\b",
    "follow-up": r"\bfollow-up\b",
    "a night’s stay": r"night.s stay",
}
"""Words for parts that are not built. Each leaves this list together with the part that keeps it."""
WRITTEN = [
    *TOP.glob("templates/**/*.html"),
    *TOP.glob("templates/**/*.txt"),
    *TOP.glob("courses/data/*.toml"),
    *TOP.glob("agendas/papers/*.toml"),
]


def _shown(path: Path) -> str:
    """The words of a template without its comments."""
    words = path.read_text()
    words = re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", words, flags=re.DOTALL)
    return re.sub(r"^\s*#.*$", "", words, flags=re.MULTILINE) if path.suffix == ".toml" else words


@pytest.mark.parametrize("promise", BANNED)
def test_nothing_is_promised_that_is_not_built(promise):
    found = [
        f"{path.relative_to(TOP)}: {line.strip()[:120]}"
        for path in WRITTEN
        for line in _shown(path).splitlines()
        if re.search(BANNED[promise], line, re.IGNORECASE)
    ]

    assert found == []


def test_the_search_for_promises_reads_every_template():
    assert len(WRITTEN) > 150


def test_a_private_message_is_promised_no_answer_before_a_training_that_may_be_tomorrow(client):
    page = " ".join(client.get(reverse("notices-sent")).content.decode().split())

    assert "on working days" in page
    assert "If the training is sooner than that, we may not read it in time:" in page


@pytest.mark.django_db
def test_every_page_that_names_a_length_says_the_same(client):
    catalogue.load()
    public_catalogue.forget()
    half, full = (public_catalogue.formats().named(slug) for slug in ("half-day", "full-day"))
    assert half is not None
    assert full is not None
    assert half.training_words == "about 2 hours 40 minutes of training"
    assert full.training_words == "about 5 hours 40 minutes of training"

    for name in ("training", "landing", "example-day", "costs", "ask-training"):
        page = client.get(reverse(name), follow=True).content.decode()
        lengths = set(re.findall(r"\d+ hours?(?: \d+ minutes)? of training", page))
        assert lengths <= {"2 hours 40 minutes of training", "5 hours 40 minutes of training"}, name
        assert not re.search(r"(?:150|160|340) minutes|2 hours 30", page), name
