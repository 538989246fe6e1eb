"""What a requester's page says at every stage and tier, kept as files that a person has read (tests/golden.py)."""

from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine

from accounts.models import User
from agendas.models import Agenda
from agendas.services import issue_agenda, open_agenda, withdraw_issue
from bookings import services
from bookings.models import Booking, Contact
from tests.factories import ContactFactory, VerifiedContactFactory, at
from tests.golden import is_as_read, names_kept, without_tier, words_of_main
from tests.trainingportal.requester.conftest import (
    VENUE,
    a_booking,
    all_say_yes,
    offer,
    release,
    signed_in,
)

pytestmark = pytest.mark.django_db
KEPT = Path(__file__).parent / "golden"
HOST = {
    **VENUE,
    "parking": "Bay 4",
    "quiet_room": "The library",
    "support_name": "Welfare team",
    "support_telephone": "01632 960222",
    "contact_name": "Kit Gatekeeper",
}

Stage = Callable[[Contact, User], None]


def requested(contact: Contact, desk: User) -> None:
    pass


def answer_overdue(contact: Contact, desk: User) -> None:
    Booking.objects.filter(pk=contact.booking_id).update(answer_due_on=at(0, day=28, month=1).date())


def waiting_list(contact: Contact, desk: User) -> None:
    services.put_on_waiting_list(contact.booking_id, actor=desk)


def offered(contact: Contact, desk: User) -> None:
    offer(contact.booking, desk)
    offer(contact.booking, desk, day=16)


def expired(contact: Contact, desk: User) -> None:
    offered(contact, desk)
    with time_machine.travel(at(10, day=20, month=2)):
        services.expire_due_offers()


def accepted(contact: Contact, desk: User) -> None:
    offered(contact, desk)
    services.accept_offer(contact.booking.offers.get(number=1).pk, actor=contact.user)


def confirmed(contact: Contact, desk: User) -> None:
    all_say_yes(offer(contact.booking, desk), contact)


def told(contact: Contact, desk: User) -> None:
    confirmed(contact, desk)
    services.set_venue(contact.booking_id, **HOST, actor=desk)


def ready(contact: Contact, desk: User) -> None:
    told(contact, desk)
    booking = Booking.objects.get(pk=contact.booking_id)
    open_agenda(booking, filled=True, actor=desk)
    agenda = Agenda.objects.get(booking=booking)
    issue_agenda(agenda.pk, version=agenda.version, actor=desk)


def withdrawn(contact: Contact, desk: User) -> None:
    ready(contact, desk)
    issue = Agenda.objects.get(booking=contact.booking_id).issues.get()
    withdraw_issue(issue.pk, actor=desk)


def postponed(contact: Contact, desk: User) -> None:
    ready(contact, desk)
    services.postpone_session(contact.booking_id, to=None, actor=desk)


def postponed_to_a_new_date(contact: Contact, desk: User) -> None:
    ready(contact, desk)
    services.postpone_session(
        contact.booking_id, to=services.NewDay(at(9, 15, day=23), at(16, 15, day=23)), actor=desk
    )


def delivered(contact: Contact, desk: User) -> None:
    ready(contact, desk)


def closed(contact: Contact, desk: User) -> None:
    ready(contact, desk)


def cancelled(contact: Contact, desk: User) -> None:
    confirmed(contact, desk)
    services.cancel_booking(contact.booking_id, words="The roof leaks.", actor=desk)


def declined(contact: Contact, desk: User) -> None:
    services.decline_request(contact.booking_id, words="We are full.", actor=desk)


def reopened(contact: Contact, desk: User) -> None:
    declined(contact, desk)
    services.reopen_request(contact.booking_id, actor=desk)


def online(contact: Contact, desk: User) -> None:
    Booking.objects.filter(pk=contact.booking_id).update(place="online")
    contact.booking.refresh_from_db()
    confirmed(contact, desk)


STAGES: dict[str, Stage] = {
    stage.__name__: stage
    for stage in (
        requested, answer_overdue, waiting_list, offered, expired, accepted, confirmed, online, told, ready,
        withdrawn, postponed, postponed_to_a_new_date, delivered, closed, cancelled, declined, reopened,
    )
}  # fmt: skip
LATER = {
    "on_the_day": ("ready", at(8)),
    "past_not_recorded": ("ready", at(10, day=10)),
    "past_120_days": ("delivered", at(10, day=7, month=7)),
    "offers_over": ("offered", at(10, day=20, month=2)),
}
"""Stages that time alone brings about."""
WITH_NAMES = {"confirmed", "told", "ready", "withdrawn", "delivered", "closed", "online"}
"""Where names can be open to a contact."""


def _contact(tier: str, stage: str) -> tuple[Contact, Contact]:
    """The one who acts for the agency, always phoned, and the one whose page is read."""
    booking = a_booking(agency__name="Northmere Council", answer_due_on=at(0, day=8, month=2).date())
    done = {"mailbox_confirmed_at": at(9, day=1, month=2)}
    acts = VerifiedContactFactory(
        booking=booking, user__name="Dana Whitlock", verified_at=at(9, 30, day=1, month=2), **done
    )
    if tier == "T1":
        lee = ContactFactory(booking=booking, user__name="Sam Lee", role=Contact.Role.COLLEAGUE, **done)
        return acts, lee
    return acts, acts


def _deliver(booking_id: int, desk: User, stage: str) -> None:
    with time_machine.travel(at(9, day=10)):
        services.record_delivery(booking_id, head_count=31, actor=desk)
        if stage == "closed":
            services.close_booking(booking_id, actor=desk)


def _read(stage: str, tier: str, desk: User) -> str:
    base, moment = LATER.get(stage, (stage, at(12, day=1, month=2)))
    acts, reads = _contact(tier, stage)
    STAGES[base](acts, desk)
    if tier == "T3":
        acts.refresh_from_db()
        release(Contact.objects.get(pk=reads.pk), by=desk)
        signed_in(reads.user).get(f"/your/{reads.booking.reference}/")  # names were seen
    if base in ("delivered", "closed"):
        _deliver(acts.booking_id, desk, base)
        moment = moment if stage in LATER else at(10, day=20)
    with time_machine.travel(moment):
        response = signed_in(reads.user).get(f"/your/{reads.booking.reference}/")
    assert response.status_code == 200
    return words_of_main(response.content.decode())


@pytest.mark.parametrize(
    ("stage", "tier"),
    [
        (stage, tier)
        for stage in [*STAGES, *LATER]
        for tier in ("T1", "T2", "T3")
        if tier != "T3" or LATER.get(stage, (stage,))[0] in WITH_NAMES
    ],
)
def test_the_page_says_what_was_read_and_approved(stage, tier, coordinator):
    assert is_as_read(KEPT, f"{stage}-{tier}", _read(stage, tier, coordinator))


def test_there_is_no_file_without_its_stage():
    assert without_tier(names_kept(KEPT)) == {*STAGES, *LATER}
