"""A save answers with what it changed: few queries, few bytes, and the same as the whole page would show."""

import gzip
import re

import pytest

from tests.agendas.test_views import form_of

pytestmark = pytest.mark.django_db
PART = re.compile(r' id="([\w-]+)" data-part="(\w+)"')


@pytest.fixture
def press(client, agenda, studio, enter, lead):
    """Press a button with the marks of the page as it was."""
    enter(lead)

    def go(do="save", **changes):
        have = PART.findall(client.get(studio).content.decode())
        answer = client.post(
            f"{studio}change/",
            form_of(agenda, do=do, have=" ".join(f"{name}.{mark}" for name, mark in have), **changes),
        )
        assert answer.status_code == 200
        return answer.content.decode()

    return go


def names(words):
    return [name for name, _ in PART.findall(words)]


def test_a_save_that_changes_nothing_sends_no_part(press):
    assert names(press()) == []


def test_minutes_change_their_line_the_budget_and_nothing_of_the_catalogue(press, agenda):
    law = agenda.items.get(topic__slug="legal-issues")

    answer = press(**{f"minutes-{law.pk}": "31"})

    assert f"line-{law.pk}" in names(answer)
    assert "part-budget" in names(answer)
    assert not [name for name in names(answer) if name.startswith("card-")]
    assert len([name for name in names(answer) if name.startswith("line-")]) <= 2
    assert len(gzip.compress(answer.encode(), 1)) < 4096


def test_the_answer_says_what_the_page_says(press, client, studio, agenda):
    law = agenda.items.get(topic__slug="legal-issues")
    for do in (f"remove:{law.pk}", "add:legal-issues", "break", "undo", "redo", "undo"):
        answer = press(do)
        page = client.get(studio).content.decode()
        assert set(PART.findall(answer)) <= set(PART.findall(page)), do
        lines = re.findall(r'id="line-(\d+)"', page)
        assert re.search(r'data-lines="([^"]*)"', answer)[1].split(" ") == [
            f"{key}/{clock}/{words}"
            for key, (clock, words) in zip(
                lines,
                re.findall(r'tabindex="-1">\s*<time datetime="([\d:]+)">([\w.]+)</time>', page),
                strict=True,
            )
        ]


def test_a_save_takes_twenty_one_queries(client, agenda, studio, enter, lead, django_assert_num_queries):
    enter(lead)
    law = agenda.items.get(topic__slug="legal-issues")
    client.post(f"{studio}change/", form_of(agenda, do="save", have="", **{f"minutes-{law.pk}": "29"}))
    form = form_of(agenda, do="save", have="", **{f"minutes-{law.pk}": "31"})

    with django_assert_num_queries(21):
        client.post(f"{studio}change/", form)
    agenda.refresh_from_db()
    assert agenda.version == 3
