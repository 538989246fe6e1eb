"""What the public pages show of the catalogue: T0 only, one query a piece, kept for a minute in each process."""

import dataclasses
import datetime as dt
import re
import secrets
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce, JSONObject

from bookings import terms as booking_terms
from bookings.models import DeskSettings
from courses.models import Format, PageText, Point, Topic, TopicForAudience
from courses.words import Block, read_blocks
from places import keeping
from places.clock import say_minutes
from places.keeping import keep
from places.nations import Nation
from speakers.models import Organisation, Speaker


@dataclasses.dataclass(frozen=True)
class PointSeen:
    """One thing that a topic may cover."""

    text: str
    nations: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class TopicSeen:
    """A topic as anybody may read it. Lengths are minutes; ``emphasis`` is 0 to 3 by audience slug."""

    slug: str
    title: str
    printed_title: str
    summary: str
    kind: str
    is_account: bool
    is_core: bool
    is_workshop: bool
    may_be_workshop: bool
    is_demanding: bool
    given_by_host: bool
    least_minutes: int
    usual_minutes: int
    most_minutes: int
    content_notice: str
    outcomes: tuple[str, ...]
    nations: tuple[str, ...]
    needs: tuple[str, ...]
    points: tuple[PointSeen, ...]
    emphasis: dict[str, int]
    first_for: tuple[str, ...]

    def points_by_nation(self) -> list[tuple[str, list[str]]]:
        """Points in groups with their headings: those for all nations, then nation by nation.

        Where most differ by nation, those for all come last.
        """
        groups = [
            (f"In {nation.label}", [point.text for point in self.points if nation in point.nations])
            for nation in Nation
        ]
        everywhere = [point.text for point in self.points if not point.nations]
        if 2 * len(everywhere) >= len(self.points):
            groups.insert(0, ("What it may cover", everywhere))
        else:
            groups.append(("Wherever you work", everywhere))
        return [(heading, texts) for heading, texts in groups if texts]

    @property
    def nation_labels(self) -> list[str]:
        """The nations this topic is meant for; empty means all."""
        return [Nation(nation).label for nation in self.nations]


@dataclasses.dataclass(frozen=True)
class FormatSeen:
    """A length of session and its rules for breaks, in minutes."""

    slug: str
    name: str
    starts_at: dt.time
    ends_at: dt.time
    training_minutes: int
    longest_sitting_minutes: int
    break_minutes: int
    lunch_minutes: int
    pause_minutes: int
    welcome_minutes: int
    close_minutes: int
    needs_workshop: bool

    @property
    def training_words(self) -> str:
        """How long the training is, without breaks: the one sentence of it, for every page that names a length."""
        return f"about {say_minutes(self.training_minutes)} of training"

    @property
    def topic_minutes(self) -> int:
        """Minutes left for topics, after welcome and close."""
        return self.training_minutes - self.welcome_minutes - self.close_minutes


@dataclasses.dataclass(frozen=True)
class Formats:
    """The lengths on offer, and how soon the desk answers (working days)."""

    formats: tuple[FormatSeen, ...]
    answer_within_days: int

    def named(self, slug: str) -> FormatSeen | None:
        """The format with this slug, where it is still on offer."""
        return next((seen for seen in self.formats if seen.slug == slug), None)


@dataclasses.dataclass(frozen=True)
class SpeakerSeen:
    """A speaker's public bio."""

    name: str
    role: str
    bio: str


@dataclasses.dataclass(frozen=True)
class PartnerSeen:
    """A partner, how to reach it, and its speakers who are public."""

    slug: str
    name: str
    description: str
    email: str
    website: str
    speakers: tuple[SpeakerSeen, ...]

    @property
    def email_pieces(self) -> list[str]:
        """The e-mail address cut where a narrow page may break it."""
        return re.findall(r"[^.@]*[.@]?", self.email)


@dataclasses.dataclass(frozen=True)
class TextSeen:
    """An editable page text, cut into blocks."""

    title: str
    blocks: tuple[Block, ...]
    as_of: str
    updated_at: dt.datetime


def topics() -> tuple[TopicSeen, ...]:
    """Every topic on offer: core first, then in the order of the lists."""
    return keep("public:topics", _read_topics)


def formats() -> Formats:
    """The lengths on offer."""
    return keep("public:formats", _read_formats)


def partners() -> tuple[PartnerSeen, ...]:
    """The partners with their public speakers."""
    return keep("public:partners", _read_partners)


def texts() -> dict[str, TextSeen]:
    """Every page text by slug."""
    return keep("public:texts", _read_texts)


def terms() -> tuple[booking_terms.Term, ...]:
    """The terms of a booking, as the desk has written them."""
    return keep("public:terms", lambda: booking_terms.terms(DeskSettings.objects.first() or DeskSettings()))


def forget() -> None:
    """Drop what this process keeps, so that the next page reads afresh."""
    names = ("topics", "formats", "partners", "texts", "terms", "pages")
    keeping.forget(*(f"public:{name}" for name in names))


def edition() -> str:
    """A word that changes when this process forgets what it keeps; pages drawn from it are kept under it."""
    return keep("public:pages", lambda: secrets.token_hex(8))


def _read_topics() -> tuple[TopicSeen, ...]:
    emphases = TopicForAudience.objects.filter(topic=OuterRef("pk")).order_by("audience__rank")
    rows = Topic.objects.active().annotate(
        need_slugs=ArraySubquery(
            Topic.requires.through.objects.filter(from_topic=OuterRef("pk")).values("to_topic__slug")
        ),
        point_rows=ArraySubquery(
            Point.objects.filter(topic=OuterRef("pk"))
            .order_by("rank", "pk")
            .values(row=JSONObject(text="text", nations="nations"))
        ),
        emphasis_rows=ArraySubquery(
            emphases.values(row=JSONObject(slug="audience__slug", name="audience__name", emphasis="emphasis"))
        ),
    )
    return tuple(_topic(row) for row in rows)


def _topic(row: Any) -> TopicSeen:
    first = TopicForAudience.Emphasis.FIRST
    return TopicSeen(
        slug=row.slug,
        title=row.title,
        printed_title=row.printed_title,
        summary=row.summary,
        kind=row.get_kind_display(),
        is_account=row.kind == Topic.Kind.ACCOUNT,
        is_core=row.is_core,
        is_workshop=row.is_workshop,
        may_be_workshop=row.may_be_workshop,
        is_demanding=row.is_demanding,
        given_by_host=row.given_by_host,
        least_minutes=row.least_minutes,
        usual_minutes=row.usual_minutes,
        most_minutes=row.most_minutes,
        content_notice=row.content_notice,
        outcomes=tuple(row.outcome_lines),
        nations=tuple(row.nations),
        needs=tuple(row.need_slugs),
        points=tuple(PointSeen(point["text"], tuple(point["nations"])) for point in row.point_rows),
        emphasis={emphasis["slug"]: emphasis["emphasis"] for emphasis in row.emphasis_rows},
        first_for=tuple(emphasis["name"] for emphasis in row.emphasis_rows if emphasis["emphasis"] == first),
    )


def _read_formats() -> Formats:
    answer = DeskSettings._meta.get_field("answer_within_days").get_default()
    rows = Format.objects.filter(course__is_active=True).annotate(
        answer_within_days=Coalesce(Subquery(DeskSettings.objects.values("answer_within_days")[:1]), answer)
    )
    names = [field.name for field in dataclasses.fields(FormatSeen)]
    seen = []
    for row in rows:
        answer = row.answer_within_days
        seen.append(FormatSeen(**{name: getattr(row, name) for name in names}))
    return Formats(tuple(seen), answer)


def _read_partners() -> tuple[PartnerSeen, ...]:
    public = Speaker.objects.on_the_public_page().filter(organisation=OuterRef("pk")).order_by("rank", "name")
    rows = Organisation.objects.annotate(
        speaker_rows=ArraySubquery(public.values(row=JSONObject(name="name", role="role", bio="bio")))
    ).order_by(F("rank"), "name")
    return tuple(
        PartnerSeen(
            slug=row.slug,
            name=row.name,
            description=row.description,
            email=row.email,
            website=row.website,
            speakers=tuple(SpeakerSeen(**speaker) for speaker in row.speaker_rows),
        )
        for row in rows
    )


def _read_texts() -> dict[str, TextSeen]:
    return {
        row.slug: TextSeen(row.title, tuple(read_blocks(row.body)), row.as_of, row.updated_at)
        for row in PageText.objects.all()
    }
