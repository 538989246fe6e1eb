import dataclasses
import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agendas.strip import PAUSE
from courses import catalogue
from trainingportal import example_day, public_catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped():
    catalogue.load()
    public_catalogue.forget()
    yield public_catalogue.formats().named("full-day"), public_catalogue.topics()
    public_catalogue.forget()


def sittings(day: example_day.Day) -> list[int]:
    """Minutes between one pause and the next."""
    lengths = [0]
    for row in day.rows:
        if row.kind == PAUSE:
            lengths.append(0)
        else:
            lengths[-1] += row.minutes
    return lengths


def test_the_shipped_example_fills_the_full_day_exactly(shipped):
    day = example_day.lay_out(*shipped)

    assert (day.rows[0].starts_at, day.ends_at, day.training_minutes) == (
        dt.time(9, 15),
        dt.time(16, 15),
        340,
    )
    assert max(sittings(day)) <= 90
    assert day.workshops == 2
    assert [topic.slug for topic in day.left_out] == [
        "typology",
        "similarities-and-differences",
        "management-implications",
        "interventions",
        "multi-agency",
    ]


def test_time_to_pause_follows_alices_story_which_does_not_end_the_day(shipped):
    titles = [row.title for row in example_day.lay_out(*shipped).rows]

    assert titles[titles.index("Alice’s story") + 1] == "Time to pause"
    assert titles[-1] == "Questions and close"
    assert titles.index("Lunch") > titles.index("Time to pause")


def test_each_row_starts_when_the_one_before_ends(shipped):
    rows = example_day.lay_out(*shipped).rows

    for before, after in itertools.pairwise(rows):
        gap = dt.timedelta(hours=after.starts_at.hour - before.starts_at.hour)
        gap += dt.timedelta(minutes=after.starts_at.minute - before.starts_at.minute)
        assert gap == dt.timedelta(minutes=before.minutes)


minutes = st.integers(min_value=1, max_value=24).map(lambda fives: fives * 5)


@settings(max_examples=200, deadline=None)
@given(
    bounds=st.lists(st.tuples(minutes, minutes, minutes), min_size=14, max_size=14),
    gone=st.sets(st.integers(0, 13)),
)
def test_whatever_an_admin_makes_of_the_catalogue_the_day_fills_its_time(bounds, gone):
    made = [topic for number, topic in enumerate(invented(bounds)) if number not in gone]
    length = public_catalogue.FormatSeen(
        "full-day", "Full day", dt.time(9, 15), dt.time(16, 15), 340, 90, 15, 45, 20, 10, 15, True
    )

    day = example_day.lay_out(length, made)

    assert day.training_minutes == 340
    by_title = {topic.title: topic for topic in made}
    for row in day.rows:
        if row.title in by_title:
            topic = by_title[row.title]
            assert topic.least_minutes <= row.minutes <= topic.most_minutes


def invented(bounds: list[tuple[int, int, int]]) -> list[public_catalogue.TopicSeen]:
    """The shipped topics with other lengths."""
    slugs = [row["slug"] for row in catalogue.read(catalogue.DATA / "topics.toml")["topic"]]
    blank = public_catalogue.TopicSeen(
        **{field.name: () for field in dataclasses.fields(public_catalogue.TopicSeen)}
    )
    topics = []
    for slug, lengths in zip(slugs, bounds, strict=True):
        least, usual, most = sorted(lengths)
        topics.append(
            dataclasses.replace(
                blank,
                slug=slug,
                title=f"Title of {slug}",
                summary="",
                is_core=slug in ("alices-story", "scale-of-the-problem"),
                least_minutes=least,
                usual_minutes=usual,
                most_minutes=most,
                emphasis={},
            )
        )
    return topics
