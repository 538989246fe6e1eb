"""The invented people of the demo: two coordinators and five speakers. Nobody here exists."""

import datetime as dt
from dataclasses import dataclass, field

from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import User
from accounts.rights import COORDINATORS, READERS
from accounts.services import ensure_user
from bookings.models import DeskSettings
from courses.models import Topic
from speakers.models import Expertise, Organisation, Speaker

MAILBOXES = "demo.example.org"


@dataclass(frozen=True)
class InventedSpeaker:
    """A speaker to make: which partner, what they can give, where they set out from."""

    slug: str
    name: str
    partner: str
    role: str
    home: str
    topics: tuple[str, ...]
    is_family: bool = False
    most_a_month: int | None = None
    days_between: int | None = None
    unconfirmed: tuple[str, ...] = field(default=())


SPEAKERS = (
    InventedSpeaker(
        "demo-morwenna-slate",
        "Morwenna Slate",
        "alice-ruggles-trust",
        "Training lead (invented)",
        "YO1",
        ("scale-of-the-problem", "what-is-stalking", "red-flags", "similarities-and-differences"),
    ),
    InventedSpeaker(
        "demo-hester-quill",
        "Hester Quill",
        "alice-ruggles-trust",
        "Family speaker (invented)",
        "NE30",
        ("alices-story", "victim-impact"),
        is_family=True,
        most_a_month=2,
        days_between=21,
    ),
    InventedSpeaker(
        "demo-tobias-fenn",
        "Dr Tobias Fenn",
        "iasu",
        "Forensic psychologist (invented)",
        "CW7",
        ("typology", "risk", "management-implications", "interventions"),
        unconfirmed=("interventions",),
    ),
    InventedSpeaker(
        "demo-rhona-maddock",
        "Det Sgt Rhona Maddock",
        "iasu",
        "Detective (invented)",
        "WA1",
        ("investigations", "legal-issues", "red-flags", "multi-agency"),
    ),
    InventedSpeaker(
        "demo-gil-averton",
        "Gil Averton",
        "alice-ruggles-trust",
        "Family speaker (invented)",
        "LE8",
        ("alices-story", "victim-impact"),
        is_family=True,
        most_a_month=1,
        days_between=28,
    ),
)
COORDINATOR_NAMES = ("Priya Raman", "Owen Tull")
READER_NAME = "Imogen Vale"


def mailbox(name: str) -> str:
    """An address nobody owns: ``example.org`` is set aside for inventions (RFC 2606)."""
    return f"{name.lower().replace('dr ', '').replace('det sgt ', '').replace(' ', '.')}@{MAILBOXES}"


def say_who_answers() -> None:
    """Give the demo's desk a name, an email and a phone number, unless somebody has set them."""
    DeskSettings.objects.get_or_create(pk=1)
    DeskSettings.objects.filter(pk=1, desk_email="").update(
        desk_name="Training desk (invented)",
        desk_email=f"desk@{MAILBOXES}",
        telephone="01632 960 000",
        phone_hours="Monday to Friday, 9am to 4pm",
    )


def coordinators() -> list[User]:
    """The demo's two coordinators, made when they are not there."""
    group, _ = Group.objects.get_or_create(name=COORDINATORS)
    users = []
    for name in COORDINATOR_NAMES:
        user = ensure_user(mailbox(name), name=name)
        if not user.is_staff:
            user.is_staff = True
            user.save(update_fields=["is_staff"])
        user.groups.add(group)
        users.append(user)
    return users


def reader() -> User:
    """The demo's manager, who reads and changes nothing; made when they are not there."""
    group, _ = Group.objects.get_or_create(name=READERS)
    user = ensure_user(mailbox(READER_NAME), name=READER_NAME)
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    user.groups.add(group)
    return user


def speakers() -> dict[str, Speaker]:
    """The demo's speakers by slug, made when they are not there; their partners come with the catalogue."""
    partners = {partner.slug: partner for partner in Organisation.objects.all()}
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    made = {}
    for rank, person in enumerate(SPEAKERS):
        speaker, is_new = Speaker.objects.get_or_create(
            slug=person.slug,
            defaults={
                "name": person.name,
                "organisation": partners[person.partner],
                "role": person.role,
                "is_family": person.is_family,
                "rank": 50 + rank,
                "home_outcode": person.home,
                "invented": True,
                "user": ensure_user(mailbox(person.name), name=person.name),
                "most_sessions_a_month": person.most_a_month,
                "days_between_accounts": person.days_between,
                "diary_seen_at": timezone.now() - dt.timedelta(days=rank * 20),
            },
        )
        if is_new:
            Expertise.objects.bulk_create(
                Expertise(
                    speaker=speaker,
                    topic=topics[slug],
                    confirmed_at=None if slug in person.unconfirmed else timezone.now(),
                )
                for slug in person.topics
            )
        made[person.slug] = speaker
    return made
