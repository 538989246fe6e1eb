import pytest

from courses import catalogue
from courses.models import Audience, Format, PageText, Point, Topic, TopicForAudience
from places.nations import Nation

pytestmark = pytest.mark.django_db

PRINTED = [
    "Identifying stalking: the personal account of Alice’s story and what must be learned from it",
    "The scale of the problem: facts and figures",
    "What is stalking?",
    "Victim impact",
    "Stalker typology and the Stalking Risk Profile",
    "Similarities and differences between stalking and other types of problem behaviour",
    "Legal issues",
    "Risk identification, assessment and management",
    "Management implications for linked typologies",
    "Interventions",
    "Investigations",
    "“Red flags”",
    "Local procedures",
    "Multi-agency approaches",
]


def test_two_core_and_twelve_selectable_topics_stand_in_the_leaflets_order():
    catalogue.load()

    assert [topic.printed_title for topic in Topic.objects.all()] == PRINTED
    assert Topic.objects.core().count() == 2
    assert Topic.objects.selectable().count() == 12


def test_a_second_load_adds_nothing_and_touches_nothing():
    catalogue.load()
    changed = dict(PageText.objects.values_list("slug", "updated_at"))

    again = catalogue.load()

    assert (again.added, again.kept, again.left_deleted) == (0, 0, 0)
    assert dict(PageText.objects.values_list("slug", "updated_at")) == changed


def test_what_an_admin_edits_or_deletes_stays_so():
    catalogue.load()
    Topic.objects.filter(slug="risk").update(title="Risk in practice", usual_minutes=50)
    PageText.objects.filter(slug="costs").update(body="It is free.")
    Format.objects.filter(slug="half-day").update(pause_minutes=25)
    TopicForAudience.objects.filter(topic__slug="risk", audience__slug="university").update(emphasis=0)
    Topic.objects.get(slug="management-implications").requires.clear()
    Point.objects.filter(topic__slug="investigations", text="Working with denial").delete()
    Topic.objects.filter(slug="interventions").delete()

    again = catalogue.load()

    risk = Topic.objects.get(slug="risk")
    assert (risk.title, risk.usual_minutes) == ("Risk in practice", 50)
    assert PageText.objects.get(slug="costs").body == "It is free."
    assert Format.objects.get(slug="half-day").pause_minutes == 25
    assert TopicForAudience.objects.get(topic=risk, audience__slug="university").emphasis == 0
    assert not Topic.objects.get(slug="management-implications").requires.exists()
    assert not Point.objects.filter(text="Working with denial").exists()
    assert not Topic.objects.filter(slug="interventions").exists()
    assert (again.added, again.kept, again.left_deleted) == (0, 5, 2)


def test_a_new_topic_is_added_beside_the_edited_ones(monkeypatch):
    catalogue.load()
    Topic.objects.filter(slug="risk").update(title="Risk in practice")
    shipped = catalogue.read

    def with_one_more(path):
        data = shipped(path)
        if path.name == "topics.toml":
            data["topic"].append(
                {
                    "slug": "online",
                    "title": "Stalking online",
                    "printed_title": "Stalking online",
                    "summary": "What changes when it happens on a screen.",
                    "kind": "presentation",
                    "least_minutes": 20,
                    "usual_minutes": 30,
                    "most_minutes": 40,
                }
            )
        return data

    monkeypatch.setattr(catalogue, "read", with_one_more)
    again = catalogue.load()

    assert (again.added, again.kept) == (1, 1)
    assert Topic.objects.get(slug="online").usual_minutes == 30
    assert Topic.objects.get(slug="risk").title == "Risk in practice"


def test_the_formats_say_how_long_people_train_and_pause():
    catalogue.load()
    half, full = Format.objects.get(slug="half-day"), Format.objects.get(slug="full-day")

    half.full_clean()
    full.full_clean()
    assert (half.clock_minutes, half.training_minutes, half.topic_minutes) == (180, 160, 145)
    assert (full.clock_minutes, full.training_minutes, full.topic_minutes) == (420, 340, 315)
    assert full.training_minutes + full.lunch_minutes + full.pause_minutes + full.break_minutes == 420
    assert half.training_minutes + half.pause_minutes == 180  # the pause is the break as well
    assert (half.needs_workshop, full.needs_workshop) == (False, True)


def test_both_core_topics_fit_a_half_day():
    catalogue.load()

    usual = sum(topic.usual_minutes for topic in Topic.objects.core())

    assert usual < Format.objects.get(slug="half-day").topic_minutes


def test_each_nation_has_its_own_law_and_no_others():
    catalogue.load()
    points = list(Point.objects.filter(topic__slug="legal-issues"))

    told = {
        nation: " ".join(point.text for point in points if point.nations == [nation])
        for nation in Nation.values
    }

    assert ("2012" in told["ew"], "2010" in told["sc"], "2022" in told["ni"]) == (True, True, True)
    assert ("2012" in told["sc"], "2012" in told["ni"], "2010" in told["ew"]) == (False, False, False)
    assert "Stalking Protection Act 2019" in told["ew"]
    assert "Stalking Protection" not in told["sc"]


def test_alices_story_is_demanding_core_and_announced():
    catalogue.load()

    story = Topic.objects.get(slug="alices-story")

    assert (story.is_core, story.is_demanding, story.kind) == (True, True, Topic.Kind.ACCOUNT)
    assert "time to pause" in story.content_notice
    assert [topic.slug for topic in Topic.objects.filter(is_demanding=True)] == [
        "alices-story",
        "victim-impact",
    ]


def test_what_builds_on_the_typology_needs_it_first():
    catalogue.load()

    needing = Topic.objects.filter(requires__slug="typology").values_list("slug", flat=True)

    assert list(needing) == ["management-implications", "interventions"]


def test_every_selectable_topic_has_an_emphasis_for_every_audience_but_those_made_later():
    catalogue.load()
    known = {"front-line", "spoc", "managers", "investigators", "health", "prison-probation", "council-housing",
             "university", "victim-services", "mixed"}  # fmt: skip

    assert set(Audience.objects.values_list("slug", flat=True)) == known
    for topic in Topic.objects.selectable().prefetch_related("emphases__audience"):
        assert {emphasis.audience.slug for emphasis in topic.emphases.all()} == known, topic


# ---- in Welsh


def sentences():
    """All that the shipped catalogue says and a paper may print."""
    yield from (row["name"] for row in catalogue.read(catalogue.DATA / "audiences.toml")["audience"])
    for topic in catalogue.read(catalogue.DATA / "topics.toml")["topic"]:
        yield from (topic["title"], topic["summary"], *topic["outcomes"])
        yield from (point["text"] for point in topic.get("points", []))
        if "content_notice" in topic:
            yield " ".join(topic["content_notice"].split())


def test_everything_that_a_paper_may_print_has_its_welsh_and_nothing_else_has():
    welsh = catalogue.read(catalogue.DATA / "welsh.toml")

    assert sorted(welsh) == sorted(set(sentences()))
    assert [english for english, in_welsh in welsh.items() if in_welsh in ("", english)] == []


def test_the_welsh_stands_beside_the_english():
    catalogue.load()
    story = Topic.objects.get(slug="alices-story")

    assert story.title_in_welsh == "Stori Alice"
    assert "amser i oedi" in story.content_notice_in_welsh
    assert len(story.outcome_lines_in_welsh) == len(story.outcome_lines) == 3
    assert not Topic.objects.filter(summary_in_welsh="").exists()
    assert not Point.objects.filter(text_in_welsh="").exists()
    assert not Audience.objects.filter(name_in_welsh="").exists()


def test_a_sentence_without_welsh_leaves_its_field_blank_and_keeps_an_outcome_in_its_place(monkeypatch):
    shipped = catalogue.read
    gone = {
        "Alice’s story",
        "Describe what it is like for a victim and a family to ask for help more than once",
    }

    def without_some(path):
        data = shipped(path)
        return {key: value for key, value in data.items() if key not in gone}

    monkeypatch.setattr(catalogue, "read", without_some)
    catalogue.load()

    story = Topic.objects.get(slug="alices-story")
    assert (story.title, story.title_in_welsh) == ("Alice’s story", "")
    pairs = list(zip(story.outcome_lines, story.outcome_lines_in_welsh, strict=True))
    assert [english == in_welsh for english, in_welsh in pairs] == [False, True, False]
