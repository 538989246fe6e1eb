"""What a paper shows, in two parts: ``agenda`` holds nothing above T2, ``detail`` is T3.

Frozen as plain data, so that an issue never changes when the catalogue does, and so that the same data gives the same
paper. ``read`` turns the data back into what the templates draw.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from agendas import bilingual, welsh
from agendas.facts import SHARE_WORDS, Facts, ShareSeen
from agendas.host_page import host_part
from agendas.models import PAUSES, Agenda, AgendaItem, Document, SetAside
from agendas.running import RunningOrder
from agendas.strip import CORE, ENGLISH, FILL, PAUSE, TOPIC, Block, Said, Strip, draw
from bookings.models import Booking, Contact, DeskSettings
from bookings.release import SessionSeen, VenueSeen
from courses.models import Topic
from places.clock import say_date, say_minutes, say_time, say_times
from places.nations import Nation

Kind, Variant = AgendaItem.Kind, AgendaItem.Variant

WELSH = Document.Language.WELSH
MARKING = "OFFICIAL-SENSITIVE"
MOST_OUTCOMES = 6
ASKED_LATER = ("quiet_room", "support_name", "support_telephone", "online_link")
MOST_ROWS = 120
MOST_BESIDE = 1500
MUCH_OF_THE_PLACE = 250
MOST_IN_A_COLUMN = 120
"""Characters. The layout engine takes seconds for two columns of long words without a space."""
SLIPS_A_SHEET = 8
NOT_NAMED = "Not named yet"
KIND_WORDS = {
    Kind.WELCOME: "Who is who, looking after yourself, and how the day runs",
    Kind.QUESTIONS: "Time for what you want to ask",
    Kind.CLOSE: "What you take with you, and time for a last question",
}
HOW = {Variant.WORKSHOP: "Workshop", Variant.DISCUSSION: "Discussion"}
"""How a line is given, where the agency may read it. "Recorded" would tell that no family member comes: it is detail."""


# ---- freezing


def draft_part(agenda: Agenda, order: RunningOrder, facts: Facts) -> dict[str, Any]:
    """What stands on a paper of the draft as it is now."""
    return {
        **agenda_part(agenda, order, facts),
        "version": agenda.version,
        "made_at": agenda.updated_at.isoformat(timespec="seconds"),
    }


def agenda_part(agenda: Agenda, order: RunningOrder, facts: Facts) -> dict[str, Any]:
    """What the agency may read: reference, day, times, topics, points, notices. No name, no venue, no agency."""
    booking = agenda.booking
    return {
        "reference": booking.reference,
        "format": agenda.format.name,
        "day": order.starts_at.date().isoformat() if booking.starts_at else "",
        "starts_at": _clock(order.starts_at),
        "ends_at": _clock(order.ends_at),
        "audience": [_share_words(share) for share in facts.shares],
        "head_count": booking.head_count,
        "nation": Nation(booking.nation).label,
        "place": "Online" if booking.place == "online" else "On site" if booking.place == "on_site" else "",
        "invented": booking.invented,
        "lines": [_line(line.item, line, facts) for line in order.lines if line.item.kind != Kind.NOTE],
        "notices": _notices(order),
        "outcomes": _outcomes(order, facts.must_ids),
        "marking": MARKING if agenda.is_marked else "",
        "host": host_part([line.item for line in order.lines], facts),
    }


def _clock(moment: dt.datetime) -> str:
    return f"{moment:%H:%M}"


def _share_words(share: ShareSeen) -> str:
    return f"{share.audience.name}{SHARE_WORDS.get(share.share, '')}"


def _line(item: AgendaItem, line: Any, facts: Facts) -> dict[str, Any]:
    topic = item.topic
    points = facts.points_of(topic) if topic is not None and topic.pk in facts.by_id else ()
    return {
        "kind": item.kind,
        "at": _clock(line.starts_at),
        "until": _clock(line.ends_at),
        "minutes": item.minutes,
        "title": item.words,
        "summary": topic.summary if topic is not None else KIND_WORDS.get(Kind(item.kind), ""),
        "points": [point.text for point in points if point.pk in item.point_ids],
        "how": HOW.get(Variant(item.variant), "") if item.variant else "",
        "core": item.is_core,
        "has_notice": bool(topic is not None and topic.content_notice.strip()),
    }


def _notices(order: RunningOrder) -> list[dict[str, str]]:
    return [
        {"title": line.item.words, "words": " ".join(line.item.topic.content_notice.split())}
        for line in order.lines
        if line.item.topic is not None and line.item.topic.content_notice.strip()
    ]


def _outcomes(order: RunningOrder, must_ids: frozenset[int]) -> list[str]:
    """What people take with them: of what was asked for first, then of the rest, about six in all.

    Each topic that was asked for has its first outcome here, however many were asked for; then come their second and
    third. Where nothing in particular was asked for, every topic of the day counts alike.
    """
    topics = [line.item.topic for line in order.lines if line.item.topic is not None]
    asked = [topic for topic in topics if topic.pk in must_ids]
    others = [topic for topic in topics if topic.pk not in must_ids]
    found = [*_in_rounds(asked), *_in_rounds(others)]
    return found[: max(MOST_OUTCOMES, sum(bool(topic.outcome_lines) for topic in asked))]


def _in_rounds(topics: Sequence[Topic]) -> list[str]:
    """The first outcome of each topic in turn, then the second, then the third."""
    per_topic = [topic.outcome_lines for topic in topics]
    return [lines[n] for n in range(3) for lines in per_topic if len(lines) > n]


def detail_part(
    agenda: Agenda,
    order: RunningOrder,
    seen: SessionSeen,
    asides: Sequence[SetAside],
    contacts: Sequence[Contact],
    settings: DeskSettings,
) -> dict[str, Any]:
    """What only the speakers read: who gives what, the venue, whom to ring, set-up times, what was set aside and why.

    ``seen`` is the session at T3 (``bookings.release.seen_for_papers``).
    """
    booking = agenda.booking
    names = {speaker.speaker_id: speaker.name for speaker in seen.speakers}
    return {
        **session_part(booking, seen, contacts, settings),
        "set_up_from": _clock(order.starts_at - dt.timedelta(minutes=settings.setup_minutes)),
        "packed_up_by": _clock(order.ends_at + dt.timedelta(minutes=settings.pack_up_minutes)),
        # what the host told us is the venue's and goes first; these are what the team wrote where the host said nothing
        "quiet_room": agenda.quiet_room,
        "support_contact": agenda.support_contact,
        "who": [_who(line.item, names) for line in order.lines if line.item.kind != Kind.NOTE],
        "notes": [line.item.note for line in order.lines if line.item.kind != Kind.NOTE],
        "team_notes": [
            {"at": _clock(line.starts_at), "words": line.item.title or line.item.note}
            for line in order.lines
            if line.item.kind == Kind.NOTE and (line.item.title or line.item.note)
        ],
        "asides": [{"words": aside.words, "reason": aside.reason, "by": str(aside.by)} for aside in asides],
    }


def session_part(
    booking: Booking, seen: SessionSeen, contacts: Sequence[Contact], settings: DeskSettings
) -> dict[str, Any]:
    """The part of the detail that may change after an issue: team, venue, whom to ring."""
    return {
        "agency": booking.agency.name,
        "speakers": [
            {"name": one.name, "organisation": one.organisation, "role": one.role, "is_lead": one.is_lead}
            for one in seen.speakers
        ],
        "venue": _venue_part(seen.venue) if seen.venue is not None else None,
        "contacts": [
            {"name": contact.name, "job_title": contact.job_title, "telephone": contact.telephone}
            for contact in contacts
        ],
        "desk_telephone": settings.telephone,
        "access_needs": booking.access_needs,
    }


def _venue_part(venue: VenueSeen) -> dict[str, Any]:
    """The venue as data. What we began to ask later is left out where it is empty, so that an older paper does not differ."""
    return {name: value for name, value in asdict(venue).items() if value or name not in ASKED_LATER}


def place_part(seen: SessionSeen) -> dict[str, str] | None:
    """Where those who attend go, as the host wrote it; ``None`` where it is not known. Nothing of who meets the trainers."""
    venue = seen.venue
    if venue is None:
        return None
    return {
        "name": venue.name,
        "room": venue.room,
        "address": venue.address,
        "postcode": venue.postcode,
        "arrival": venue.arrival,
        "parking": venue.parking,
        "access": venue.access,
    }


def _who(item: AgendaItem, names: dict[int, str]) -> str:
    if item.is_pause:
        return ""
    if item.variant == Variant.RECORDED:
        return "Recorded account"
    if item.by_host:
        return "The host’s own people"
    if item.speaker_id is not None:
        return names.get(item.speaker_id, NOT_NAMED)
    return NOT_NAMED


# ---- reading


@dataclass(frozen=True)
class PaperLine:
    """A line as the templates draw it; ``who`` and ``note`` are filled on papers at T3 only."""

    kind: str
    starts_at: dt.time
    ends_at: dt.time
    minutes: int
    title: str
    summary: str
    points: tuple[str, ...]
    how: str
    is_core: bool
    has_notice: bool
    who: str = ""
    note: str = ""
    language: str = Document.Language.ENGLISH

    @property
    def time_words(self) -> str:
        return welsh.say_time(self.starts_at) if self.language == WELSH else say_time(self.starts_at)

    @property
    def how_words(self) -> str:
        return in_language(self.how, self.language)

    @property
    def is_pause(self) -> bool:
        return self.kind in PAUSES

    @property
    def length(self) -> str:
        return welsh.say_minutes(self.minutes) if self.language == WELSH else say_minutes(self.minutes)

    @property
    def points_beside(self) -> bool:
        """Whether there are so many points, and so short, that they stand in two columns."""
        return len(self.points) > 2 and max(map(len, self.points)) < MOST_IN_A_COLUMN

    @property
    def takes_part(self) -> bool:
        """Whether people take part, so that the pill is teal."""
        return self.how.startswith(HOW[Variant.WORKSHOP])


@dataclass(frozen=True)
class Part:
    """The lines up to lunch, or after it."""

    title: str
    lines: tuple[PaperLine, ...]


@dataclass(frozen=True)
class Paper:
    """Everything that one paper says. ``detail`` is empty below T3."""

    reference: str
    format: str
    day: dt.date | None
    starts_at: dt.time
    ends_at: dt.time
    audience: tuple[str, ...]
    head_count: int | None
    nation: str
    place: str
    invented: bool
    parts: tuple[Part, ...]
    notices: tuple[dict[str, str], ...]
    outcomes: tuple[str, ...]
    number: int | None
    version: int
    made_at: str
    detail: dict[str, Any]
    language: str = Document.Language.ENGLISH
    marking: str = ""
    recipient: str = ""
    host: dict[str, Any] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    joining: dict[str, Any] = field(default_factory=dict)
    welsh: dict[str, str] = field(default_factory=dict)
    """What this paper says in Welsh, by the English; empty on a paper in English."""

    @property
    def is_welsh(self) -> bool:
        return self.language == WELSH

    @cached_property
    def _in_welsh(self) -> frozenset[str]:
        return frozenset(self.welsh.values())

    def lang_of(self, words: str) -> str:
        """The language of these words where it is not the paper's."""
        return "en" if self.is_welsh and words and words not in self._in_welsh else ""

    @property
    def lines(self) -> tuple[PaperLine, ...]:
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def whole(self) -> Part:
        """All lines as one part, so that a day stands on one sheet where it can."""
        return Part("", self.lines)

    @property
    def has_room(self) -> bool:
        """Whether what a topic is about stands on the agenda's one sheet as well: of a whole day only titles and points do."""
        return len(self.parts) == 1

    @property
    def outcomes_beside(self) -> bool:
        """Whether each outcome is short enough for two columns."""
        return max(map(len, self.outcomes), default=0) < MOST_IN_A_COLUMN

    @property
    def chosen(self) -> list[tuple[str, list[str]]]:
        """Why we chose what is in the day, and the topics for each reason, as the day has them."""
        by_reason: dict[str, list[str]] = {}
        for one in self.host.get("chosen", ()):
            by_reason.setdefault(one["why"], []).append(one["title"])
        return list(by_reason.items())

    @property
    def is_draft(self) -> bool:
        return self.number is None

    @property
    def times(self) -> str:
        return (welsh.say_times if self.is_welsh else say_times)(self.starts_at, self.ends_at)

    @property
    def day_words(self) -> str:
        if self.day is None:
            return in_language("To be agreed", self.language)
        return (welsh.say_date if self.is_welsh else say_date)(self.day)

    @property
    def people_words(self) -> str:
        return f"{self.head_count} {in_language('people', self.language)}" if self.head_count else ""

    @property
    def audience_words(self) -> str:
        people = [self.people_words] if self.head_count else []
        return "; ".join([*people, *self.audience]) or in_language("Not said yet", self.language)

    @property
    def fits_beside(self) -> bool:
        """Whether what stands in two columns is short enough for them; else it stands one below the other.

        A column that is longer than a sheet takes the layout engine minutes.
        """
        venue = (self.detail.get("venue") or {}) | (self.joining.get("place") or {})
        words = [*venue.values(), self.detail.get("access_needs", ""), *(line.title for line in self.lines)]
        return sum(len(str(each)) for each in words) < MOST_BESIDE

    @property
    def says_much_of_the_place(self) -> bool:
        """Whether the words on how to get there fill their column, so that the code stands below the times instead."""
        place = self.joining.get("place") or {}
        return sum(len(place.get(key, "")) for key in ("arrival", "parking", "access")) > MUCH_OF_THE_PLACE

    @property
    def register_rows(self) -> range:
        """Numbered lines for who came: as many as were said, and a few more."""
        return range(1, min((self.head_count or 25) + 5, MOST_ROWS) + 1)

    @property
    def slips(self) -> range:
        """One sheet of slips for the table; the host prints it as often as needed."""
        return range(SLIPS_A_SHEET)

    @property
    def strip(self) -> Strip:
        """The picture of the day."""
        blocks = [Block(strip_kind(line.kind, line.is_core), line.minutes, line.title) for line in self.lines]
        start = dt.datetime.combine(dt.date(2000, 1, 3), self.starts_at)
        end = dt.datetime.combine(dt.date(2000, 1, 3), self.ends_at)
        holds = int((end - start).total_seconds()) // 60
        said = _said_in_welsh() if self.is_welsh else ENGLISH
        return draw(blocks, starts_at=self.starts_at, holds=holds, said=said)

    @property
    def mark(self) -> str:
        """Which paper this is, for its foot."""
        if self.is_draft:
            return f"{in_language('Draft', self.language)} {self.version}"
        return f"{in_language('Issue', self.language)} {self.number}"


def _said_in_welsh() -> Said:
    """The words of the picture of a day, as a paper in Welsh has them."""
    own = welsh.words()
    return Said(
        day=own[ENGLISH.day],
        free=own[ENGLISH.free],
        rest=own[ENGLISH.rest],
        minutes=welsh.say_minutes,
        times=welsh.say_times,
    )


def in_language(words: str, language: str) -> str:
    """The paper's own words in its language; what the table does not hold stays as it is."""
    return welsh.words().get(words, words) if language == WELSH else words


def read(content: dict[str, Any]) -> Paper:
    """Turn frozen data back into a paper, in its language where the words are known in it."""
    language = content.get("language", Document.Language.ENGLISH)
    known = bilingual.known_to(content) if language == WELSH else {}
    if known:
        content = bilingual.said(content, known)
    detail = _read_detail(content.get("detail") or {})
    who, notes = detail.get("who") or [], detail.get("notes") or []
    lines = [
        PaperLine(
            kind=line["kind"],
            starts_at=dt.time.fromisoformat(line["at"]),
            ends_at=dt.time.fromisoformat(line["until"]),
            minutes=line["minutes"],
            title=line["title"],
            summary=line["summary"],
            points=tuple(line["points"]),
            how=line["how"],
            is_core=line["core"],
            has_notice=line["has_notice"],
            who=who[n] if n < len(who) else "",
            note=notes[n] if n < len(notes) else "",
            language=language,
        )
        for n, line in enumerate(content["lines"])
    ]
    return Paper(
        reference=content["reference"],
        format=in_language(content["format"], language),
        day=dt.date.fromisoformat(content["day"]) if content["day"] else None,
        starts_at=dt.time.fromisoformat(content["starts_at"]),
        ends_at=dt.time.fromisoformat(content["ends_at"]),
        audience=tuple(content["audience"]),
        head_count=content["head_count"],
        nation=in_language(content["nation"], language),
        place=content["place"],
        invented=content["invented"],
        parts=_parts(lines, language),
        notices=tuple(content["notices"]),
        outcomes=tuple(content["outcomes"]),
        number=content.get("number"),
        version=content["version"],
        made_at=content["made_at"],
        detail=detail,
        language=language,
        marking=content.get("marking", ""),
        recipient=content.get("recipient", ""),
        host=content.get("host", {}),
        changes=tuple(content.get("changes", ())),
        joining=content.get("joining", {}),
        welsh=known,
    )


def _read_detail(detail: dict[str, Any]) -> dict[str, Any]:
    """The same with its times as times, and quiet room and support contact as the host told us, else as the team wrote."""
    if not detail:
        return {}
    venue = detail.get("venue") or {}
    support = ", ".join(filter(None, [venue.get("support_name", ""), venue.get("support_telephone", "")]))
    return {
        **detail,
        "quiet_room": venue.get("quiet_room") or detail.get("quiet_room", ""),
        "support_contact": support or detail.get("support_contact", ""),
        "set_up_from": dt.time.fromisoformat(detail["set_up_from"]),
        "packed_up_by": dt.time.fromisoformat(detail["packed_up_by"]),
        "team_notes": [{**note, "at": dt.time.fromisoformat(note["at"])} for note in detail["team_notes"]],
    }


def strip_kind(kind: str, is_core: bool) -> str:
    """How a line is drawn in the picture of the day."""
    if kind in PAUSES:
        return PAUSE
    if kind in (Kind.TOPIC, Kind.HOST):
        return CORE if is_core else TOPIC
    return FILL


def _parts(lines: list[PaperLine], language: str) -> tuple[Part, ...]:
    """Morning and afternoon, parted after lunch; one part where there is no lunch."""
    lunch = next((n for n, line in enumerate(lines) if line.kind == Kind.LUNCH), None)
    if lunch is None or lunch + 1 == len(lines):
        return (Part(in_language("The session", language), tuple(lines)),)
    return (
        Part(in_language("Morning", language), tuple(lines[: lunch + 1])),
        Part(in_language("Afternoon", language), tuple(lines[lunch + 1 :])),
    )
