"""Keeping the lists right: the menu of what an admin edits, and what of it wants a look."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, Max, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch, reverse

from agendas import services as agendas
from courses.models import Topic

MOST_HOSTS = 6


@dataclass(frozen=True)
class Entry:
    """One list: its words, its address, and what to say beside it."""

    words: str
    address: str
    note: str = ""


@dataclass
class Shelf:
    """Lists that belong together."""

    title: str
    entries: list[Entry] = field(default_factory=list)


MENU: list[tuple[str, list[tuple[str, str, str]]]] = [
    (
        "What we teach",
        [
            (
                "Topics and points",
                "courses_topic_changelist",
                "Minutes, points, content notices and outcomes.",
            ),
            ("Formats", "courses_format_changelist", "Half day and full day, with their break rules."),
            ("Audiences", "courses_audience_changelist", "Who may be in the room."),
            ("Courses", "courses_course_changelist", "The package as a whole."),
            ("Words on the public pages", "courses_pagetext_changelist", "Texts, costs and partners."),
        ],
    ),
    (
        "Who teaches",
        [
            ("Speakers", "speakers_speaker_changelist", "Bios, topics to confirm, care and limits."),
            (
                "Organisations",
                "speakers_organisation_changelist",
                "The partners and their contact addresses.",
            ),
        ],
    ),
    (
        "Who asks",
        [
            ("Bookings", "bookings_booking_changelist", "All of them, open and closed."),
            ("Questions", "bookings_enquiry_changelist", "Asked on the web or by telephone."),
            ("Agencies", "bookings_agency_changelist", "Organisations that have asked."),
        ],
    ),
    (
        "Places",
        [
            ("Police forces", "places_force_changelist", "With their dates and successors."),
            ("Regions", "places_region_changelist", "With what a crossing adds to a journey."),
        ],
    ),
    (
        "The desk itself",
        [
            (
                "Desk settings",
                "bookings_desksettings_changelist",
                "Days to answer, days to hold, set-up times.",
            ),
            ("Mail", "outbox_message_changelist", "Every mail that left, waits or failed."),
            ("People and roles", "accounts_user_changelist", "Who may sign in, and as what."),
            ("Invitations", "accounts_invitation_changelist", "One-use links for staff and speakers."),
            ("History", "history", "Who did what to which reference."),
        ],
    ),
]


def menu() -> list[Shelf]:
    """The lists on their shelves; what is not built in is left out."""
    shelves = []
    for title, rows in MENU:
        entries = [Entry(words, address, note) for words, name, note in rows if (address := address_of(name))]
        if entries:
            shelves.append(Shelf(title, entries))
    return shelves


def counts(today: dt.date) -> dict[str, int]:
    """What the home page counts beside the queue: the catalogue, what is overdue or unconfirmed, private messages. One query."""
    overdue = Q(review_due_on__lt=today) | Q(materials__review_due_on__lt=today)
    to_confirm = Q(expertise__confirmed_at__isnull=True, expertise__speaker__left_on__isnull=True)
    return Topic.objects.active().aggregate(
        topics=Count("pk", distinct=True),
        overdue=Count("pk", distinct=True, filter=overdue),
        speakers=Count("expertise__speaker", distinct=True, filter=to_confirm),
        private_messages=Coalesce(Max(Subquery(agendas.open_messages_counted())), 0),
    )


def hosts_who_wait() -> list[tuple[str, str]]:
    """The reference and agency of drafts on which a host's words wait for an answer, the longest wait first. One query."""
    comments = agendas.waiting_comments().select_related("agenda__booking__agency")[: MOST_HOSTS * 5]
    bookings = [comment.agenda.booking for comment in comments]
    found = {booking.reference: booking.agency.name for booking in bookings}
    return list(found.items())[:MOST_HOSTS]


def worth_a_look(counts: dict[str, int]) -> list[Entry]:
    """The lists that the home page names, with what is overdue or unconfirmed in them."""
    overdue = f", {counts['overdue']} overdue for review" if counts["overdue"] else ""
    speakers = counts["speakers"]
    rows = [
        ("Topics and points", "courses_topic_changelist", f"{counts['topics']}{overdue}"),
        ("Speakers", "speakers_speaker_changelist", f"{speakers} with topics to confirm" if speakers else ""),
        ("Agencies", "bookings_agency_changelist", ""),
        ("Questions", "bookings_enquiry_changelist", ""),
        ("Mail", "outbox_message_changelist", ""),
    ]
    return [Entry(words, address, note) for words, name, note in rows if (address := address_of(name))] + [
        Entry("All lists", reverse("desk:lists")),
        Entry("History", reverse("desk:history")),
    ]


def address_of(name: str) -> str:
    """The address of a desk page, or nothing where its part is not built in."""
    try:
        return reverse(f"desk:{name}")
    except NoReverseMatch:
        return ""
