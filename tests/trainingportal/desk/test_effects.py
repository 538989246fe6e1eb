"""Every action at every state: what the page said before, what the message said after, and the rows and mails that came."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import transaction

from bookings import services
from bookings.models import Booking, Contact, DeskSettings, Engagement, Release
from bookings.states import BookingStatus
from outbox.models import Message
from speakers.models import DiaryEntry, Speaker
from tests.factories import SpeakerFactory, UserFactory
from tests.trainingportal.desk.conftest import (
    confirmed,
    contact_of,
    day_has_passed,
    do,
    offered,
    requested,
    rung_back,
    speakers,
)
from tests.trainingportal.desk.test_verbs import offer_form
from trainingportal.desk import ahead
from trainingportal.desk.case import Case
from trainingportal.desk.verbs import OWN_PAGES, VERBS

pytestmark = pytest.mark.django_db


# ---- a booking at every state


def _place(booking: Booking, number: int = 0) -> Engagement:
    return Engagement.objects.filter(offer__booking=booking).order_by("pk")[number]


def _offered(priya) -> Booking:
    booking = offered(rung_back(requested(), priya), priya, speakers())
    return offered(booking, priya, speakers(), days=70)


def _accepted(priya) -> Booking:
    booking = offered(rung_back(requested(), priya), priya, speakers())
    services.accept_offer(booking.offers.get().pk, actor=contact_of(booking).user)
    return booking


def _on_condition(priya) -> Booking:
    booking = _accepted(priya)
    place = _place(booking)
    services.answer_invitation(place.pk, accepts=True, condition="A late start", actor=place.speaker.user)
    return booking


def _confirmed(priya) -> Booking:
    return confirmed(requested(), priya, speakers(3))


def _gap(priya) -> Booking:
    booking = _confirmed(priya)
    place = _place(booking)
    services.give_up_session(place.pk, actor=place.speaker.user)
    return booking


def _with_family(priya) -> Booking:
    return confirmed(requested(), priya, [SpeakerFactory(), SpeakerFactory(is_family=True)])


def _asked_to_share(priya) -> Booking:
    booking = _confirmed(priya)
    services.set_venue(booking.pk, name="Vexford Hall", postcode="NE1 9QZ", actor=priya)
    services.ask_for_release(contact_of(booking).pk, actor=UserFactory(is_staff=True))
    return booking


def _shared(priya) -> Booking:
    booking = _asked_to_share(priya)
    services.approve_release(Release.objects.get(contact__booking=booking).pk, actor=priya)
    return booking


def _declined(priya) -> Booking:
    return services.decline_request(requested().pk, words="We are full.", actor=priya)


def _delivered(priya) -> Booking:
    booking = day_has_passed(_confirmed(priya))
    return services.record_delivery(booking.pk, head_count=30, actor=priya)


STATES: dict[str, Callable[[Any], Booking]] = {
    "asked": lambda priya: requested(),
    "rung back": lambda priya: rung_back(requested(), priya),
    "on the waiting list": lambda priya: services.put_on_waiting_list(requested().pk, actor=priya),
    "two dates out": _offered,
    "accepted": _accepted,
    "a yes on a condition": _on_condition,
    "confirmed": _confirmed,
    "confirmed with a family member": _with_family,
    "a gap": _gap,
    "asked to share": _asked_to_share,
    "shared": _shared,
    "over": lambda priya: day_has_passed(_confirmed(priya)),
    "delivered": _delivered,
    "declined": _declined,
    "cancelled": lambda priya: services.cancel_booking(_confirmed(priya).pk, words="", actor=priya),
    "closed": lambda priya: services.close_booking(_delivered(priya).pk, actor=priya),
}


# ---- the rows themselves, read without the reader that is tested


@dataclass(frozen=True)
class Rows:
    """What stands in the database."""

    mails: frozenset[int]
    held: frozenset[tuple[str, int]]
    status: str
    released: frozenset[str]
    verified: frozenset[str]


def rows(booking: Booking) -> Rows:
    contacts = list(Contact.objects.filter(booking=booking))
    return Rows(
        mails=frozenset(Message.objects.values_list("pk", flat=True)),
        held=frozenset(
            DiaryEntry.objects.filter(engagement__offer__booking=booking).values_list(
                "speaker__name", "engagement__offer"
            )
        ),
        status=Booking.objects.get(pk=booking.pk).status,
        released=frozenset(each.name for each in contacts if each.released_at),
        verified=frozenset(each.name for each in contacts if each.verified_at),
    )


def _names_of(mails: frozenset[int]) -> set[str]:
    """The people behind the addresses of these mails."""
    to = set(Message.objects.filter(pk__in=mails).values_list("to", flat=True))
    names = {desk.lower(): "the training desk" for desk in [DeskSettings.current().desk_email]}
    names |= dict(UserFactory._meta.model.objects.values_list("email", "name"))
    names |= dict(Speaker.objects.filter(user__isnull=False).values_list("user__email", "name"))
    names |= dict(Contact.objects.values_list("email", "name"))
    names[DeskSettings.current().desk_email.lower()] = "the training desk"
    return {names[address] for address in to}


def _emailed(words: str) -> set[str]:
    """Who is named in the one sentence about mail."""
    found = re.findall(r"We (?:will email|emailed) ([^.]+)\.", words)
    assert len(found) <= 1, words
    names = [name for part in found for name in re.split(r", | and ", part)]
    assert len(names) == len(set(names)), words
    return set(names)


def _disagreements(said: str, before: Rows, after: Rows) -> list[str]:
    """Where the words after a press are not what the rows say."""
    wrong = []
    if _emailed(said) != _names_of(after.mails - before.mails):
        wrong.append(f"mails went to {_names_of(after.mails - before.mails)}")
    for name, offer in before.held - after.held:
        if (name, offer) not in after.held and not re.search(rf"{name}[^.]* free again", said):
            wrong.append(f"{name} is free")
    for name, _ in after.held - before.held:
        if not re.search(rf"for [^.]*{name}|asked [^.]*{name}", said):
            wrong.append(f"{name} is held")
    if before.status != after.status:
        label = BookingStatus(after.status).label
        if f"“{label}”" not in said:
            wrong.append(f"the booking is {label}")
    for name in before.released ^ after.released:
        if not re.search(rf"{name} sees (names and venue|nothing)", said):
            wrong.append(f"{name} sees names, or no longer")
    for name in before.verified ^ after.verified:
        if not re.search(rf"{name} (can see dates|sees no dates|sees nothing)", said):
            wrong.append(f"{name} sees dates, or no longer")
    return wrong


class _Undone(Exception):
    pass


def _press(desk, booking: Booking, address: str, typed: dict[str, Any]) -> tuple[str, str]:
    """Look at the page, press once with what it showed, and tell what it had said and what the message says."""
    shown = desk.get(address).context["aheads"]
    words = [each.word for each in shown]
    answer = desk.post(address, {**typed, "shown": ["", *words]})
    assert answer.status_code == 302, (address, typed, answer.context["form"].errors, shown)
    *_, message = get_messages(answer.wsgi_request)
    return " ".join(each for one in shown for each in one.sentences), str(message)


@pytest.mark.parametrize("state", STATES)
def test_what_is_said_is_what_is_done_for_every_action(desk, priya, owen, state):
    booking = STATES[state](priya)
    booking.refresh_from_db()
    case, wrong, tried = Case(booking), [], 0
    for verb in VERBS.values():
        if verb.key in OWN_PAGES:
            continue
        for part in verb.parts(case):
            if not verb.fits(case, part, priya):
                continue
            for when, sample in verb.samples(case, part):
                typed = {**ahead.as_posted(verb.form(None, case=case, on=part)), **sample}
                tried += 1
                try:
                    with transaction.atomic():
                        before = rows(booking)
                        told, said = _press(desk, booking, do(booking, verb.key, part), typed)
                        after = rows(booking)
                        found = _disagreements(said, before, after)
                        if not _emailed(said) <= set(re.split(r", | and |We will email |\. ?", told)):
                            found.append(f"the page had said only: {told}")
                        wrong += [f"{state}, {verb.key} {when}: {each}; said “{said}”" for each in found]
                        raise _Undone
                except _Undone:
                    pass

    assert tried > 2
    assert wrong == []


def test_an_offer_says_first_whom_it_holds_and_emails_and_then_that_it_did(desk, priya):
    booking = rung_back(requested(), priya)
    team = speakers()
    before = rows(booking)

    first = desk.post(do(booking, "offer"), offer_form(team) | {"shown": ""})

    assert rows(booking) == before
    [shown] = first.context["aheads"]
    assert _emailed(" ".join(shown.sentences)) == {"Dana Whitlock", *(speaker.name for speaker in team)}
    answer = desk.post(do(booking, "offer"), offer_form(team) | {"shown": shown.word}, follow=True)
    [message] = answer.context["messages"]
    assert _disagreements(str(message), before, rows(booking)) == []


def test_what_is_typed_and_does_more_than_was_shown_is_shown_first(desk, priya):
    """A1: a new place ended the yes of a family speaker, and the page said that nobody is emailed."""
    booking = _shared(priya)
    address = do(booking, "venue")
    page = desk.get(address)
    [shown] = page.context["aheads"]
    moved = {"name": "Exe Hall", "postcode": "EX1 1AA"}
    before = rows(booking)

    first = desk.post(address, {**moved, "shown": ["", shown.word]})

    assert rows(booking) == before
    [look] = first.context["aheads"]
    asked = sorted(Speaker.objects.values_list("name", flat=True))
    said = " ".join(look.sentences)
    assert f"We will ask {asked[0]}, {asked[1]} and {asked[2]} again" in said
    assert "Dana Whitlock will see names and venue no more." in said
    assert "A new call-back is needed" in said

    answer = desk.post(address, {**moved, "shown": ["", look.word]}, follow=True)
    [message] = answer.context["messages"]
    assert str(message).startswith("Venue saved.")
    assert _disagreements(str(message), before, rows(booking)) == []


@pytest.mark.parametrize("key", [verb.key for verb in VERBS.values() if verb.on])
def test_an_action_that_fits_several_asks_which(desk, priya, key):
    """A3: the later of two dates, and the first silent speaker, were taken without a word."""
    for build in STATES.values():
        booking = build(priya)
        if key in ("call-back", "confirm-mailbox", "change-contact", "ask-release", "revoke"):
            services.add_colleague(booking.pk, name="Cass Colleague", email="cass@example.org", actor=priya)
            if key == "ask-release":
                cass = Contact.objects.get(booking=booking, role="colleague")
                services.record_call_back(
                    cass.pk, number="1", found_where="Site", outcome="is_who_they_say", actor=priya
                )
        booking.refresh_from_db()
        case = Case(booking)
        fitting = [part for part in VERBS[key].parts(case) if VERBS[key].fits(case, part, priya)]
        if len(fitting) < 2:
            continue
        before = rows(booking)
        for answer in (desk.get(do(booking, key)), desk.post(do(booking, key), {"answer": "yes"})):
            assert [address for address, _, _ in answer.context["choices"]] == [
                do(booking, key, part) for part in fitting
            ]
        assert rows(booking) == before
        return
    assert key in ("approve-release", "refuse-release", "settle", "recorded-account", "go-on", "no-longer")


def test_a_second_gap_asks_whose_place_is_filled(desk, priya):
    booking = _gap(priya)
    place = Engagement.objects.filter(offer__booking=booking, state="accepted").first()
    services.give_up_session(place.pk, actor=place.speaker.user)
    offer = booking.offers.get()
    stand_in = SpeakerFactory()

    refused = desk.post(do(booking, "add-speaker", offer), {"speaker": stand_in.pk})
    assert refused.status_code == 422
    assert refused.context["form"].errors["instead_of"] == ["Select whose place they would take."]

    desk.post(do(booking, "add-speaker", offer), {"speaker": stand_in.pk, "instead_of": place.pk})
    assert Engagement.objects.get(speaker=stand_in).instead_of == place


def test_extending_a_hold_to_the_end_it_has_says_so(desk, priya):
    booking = _accepted(priya)
    offer = booking.offers.get()
    ends = offer.expires_at.astimezone()

    page = desk.get(do(booking, "extend", offer))
    assert page.context["form"]["day"].value() > ends.date()

    typed = {"day_day": ends.day, "day_month": ends.month, "day_year": ends.year}
    answer = desk.post(do(booking, "extend", offer), typed)
    assert answer.context["form"].errors["day"] == ["The hold already ends then. Choose a later day."]


def test_an_action_that_changes_nothing_says_so(desk, priya):
    booking = _shared(priya)
    page = desk.get(do(booking, "venue"))
    typed = ahead.as_posted(page.context["form"])

    answer = desk.post(do(booking, "venue"), typed, follow=True)

    assert [str(each) for each in answer.context["messages"]] == ["Nothing has changed: it was so already."]
