"""A form over something that is there shows what we know: sent back as it was drawn it changes nothing of it."""

from typing import Any

import pytest

from bookings.models import AudienceShare, Booking, Contact, DeskSettings, Matter, RequestEdit, Venue
from courses.models import Audience
from speakers.models import DiaryEntry, Expertise, Speaker
from tests.rights.sent import as_it_stands
from tests.rights.world import World, undone

pytestmark = pytest.mark.django_db
KNOWN = (
    AudienceShare,
    Booking,
    Booking.musts.through,
    Booking.leave_outs.through,
    Contact,
    DeskSettings,
    DiaryEntry,
    Expertise,
    RequestEdit,
    Speaker,
    Speaker.topics.through,
    Venue,
)
MOMENTS = {"updated_at", "waiting_since", "due_at", "confirmed_at"}  # topics are confirmed by that very press
FORMS = [
    ("T3", "/your/{agreed}/room/", {}),
    ("T3", "/your/{agreed}/details/", {}),
    ("T3", "/your/{offered}/request/audience/", {}),
    ("T3", "/your/{offered}/request/need/", {}),
    ("T3", "/your/{offered}/request/when/", {}),
    ("T3", "/your/{offered}/request/person/", {}),
    ("Acc", "/speaking/limits/", {"part": "limits"}),
    ("Acc", "/speaking/limits/", {"part": "home"}),
    ("Acc", "/speaking/limits/", {"part": "topics"}),
    ("Co", "/desk/do/{agreed}/venue/", {}),
    ("Co", "/desk/do/{asked}/change-request/", {}),
    ("Co", "/desk/do/{asked}/change-contact/{asked_contact}/", {}),
    ("Co", "/desk/do/{asked}/owner/", {}),
    ("Co", "/desk/set-up/", {}),
]
PLACE = {
    "name": "Vexford Hall",
    "address": "7 Plover Row",
    "postcode": "NE1 9QZ",
    "quiet_room": "The library",
}


def rows() -> dict[str, list[Any]]:
    """Every row of what these forms are about, as the database has it, but for the moments of its last look."""
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name not in MOMENTS}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in KNOWN
    }


@pytest.mark.parametrize(("role", "address", "also"), FORMS)
def test_what_was_drawn_and_is_sent_back_changes_nothing(world: World, role, address, also):
    path = world.path(address)
    with undone():
        world.ask("T3", "POST", world.path("/your/{agreed}/room/"), PLACE)
        Booking.objects.update(head_count=40)
        offered = Booking.objects.get(reference=world.names["offered"])
        AudienceShare.objects.create(
            booking=offered, audience=Audience.objects.get(slug="front-line"), share=AudienceShare.Share.HALF
        )
        Contact.objects.update(job_title="DI", telephone="101")
        drawn = {**as_it_stands(world, role, path), **also}
        before = rows()

        answer = world.ask(role, "POST", path, drawn)

        assert answer.status_code in (200, 302)
        assert rows() == before


def test_a_form_says_each_thing_that_the_host_told(world: World):
    with undone():
        world.ask("T3", "POST", world.path("/your/{agreed}/room/"), PLACE)

        assert Matter.objects.filter(kind=Matter.Kind.ROOM).exists()
        for role, address in (("T3", "/your/{agreed}/room/"), ("Co", "/desk/do/{agreed}/venue/")):
            drawn = as_it_stands(world, role, world.path(address))
            assert {name: drawn[name] for name in PLACE} == {name: [value] for name, value in PLACE.items()}
