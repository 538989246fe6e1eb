"""Who may see when, where and who. Each test plants something to leak."""

import dataclasses
import datetime as dt

import pytest
import time_machine

from accounts.rights import COORDINATORS
from accounts.services import role
from bookings import services
from bookings.models import Booking, Contact, DetailRead, Engagement, Release
from bookings.release import Tier, seen_by_contact, seen_by_desk, seen_by_speaker
from outbox.models import Message
from tests.factories import (
    ContactFactory,
    OrganisationFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    VerifiedContactFactory,
    at,
)

pytestmark = pytest.mark.django_db

SURNAMES = ["Thistlewood", "Oxenbrigg"]
PLACE = ["Vexford Hall", "7 Plover Row", "NE1 9QZ"]
DATE = ["9 March 2027", "2027-03-09", "20270309"]


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def priya():
    return _coordinator("Priya Desk")


@pytest.fixture
def owen(priya):
    return _coordinator("Owen Desk")


def _coordinator(name):
    user = UserFactory(name=name, is_staff=True)
    user.groups.add(role(COORDINATORS))
    return user


@pytest.fixture
def agreed(priya, django_capture_on_commit_callbacks) -> Contact:
    """A booking with names, a place and a date to leak, agreed by everyone."""
    contact = VerifiedContactFactory()
    team = [
        SpeakerFactory(name=f"Ivo {SURNAMES[0]}"),
        SpeakerFactory(name=f"Una {SURNAMES[1]}", is_family=True),
    ]
    VenueFactory(booking=contact.booking)
    offer = services.make_offer(
        contact.booking_id,
        starts_at=at(9, 15),
        ends_at=at(16, 15),
        team={speaker.pk: [] for speaker in team},
        lead=team[0],
        actor=priya,
    )
    services.accept_offer(offer.pk, actor=contact.user)
    for engagement in offer.engagements.all():
        services.answer_invitation(engagement.pk, accepts=True, actor=engagement.speaker.user)
    return Contact.objects.select_related("booking", "user").get(pk=contact.pk)


def words_in(seen) -> str:
    return repr(dataclasses.asdict(seen))


def found(needles: list[str], haystack: str) -> list[str]:
    return [needle for needle in needles if needle in haystack]


def test_each_tier_sees_its_own_and_nothing_above(agreed, priya):
    unconfirmed = ContactFactory(booking=agreed.booking, mailbox_confirmed_at=None)
    confirmed = ContactFactory(booking=agreed.booking)

    assert seen_by_contact(unconfirmed) == dataclasses.replace(
        seen_by_contact(unconfirmed), tier=Tier.T0, reference=agreed.booking.reference
    )
    for contact in (unconfirmed, confirmed):
        seen = seen_by_contact(contact)
        assert seen.starts_at is None
        assert seen.offers == ()
        assert found([*SURNAMES, *PLACE], words_in(seen)) == []

    verified = seen_by_contact(agreed)
    assert (verified.tier, verified.starts_at) == (Tier.T2, at(9, 15))
    assert found([*SURNAMES, *PLACE], words_in(verified)) == []

    desk = seen_by_desk(agreed.booking, priya)
    assert found([*SURNAMES, *PLACE], words_in(desk)) == [*SURNAMES, *PLACE]


def test_a_release_by_a_second_person_opens_names_and_place_and_is_logged(agreed, priya, owen):
    release = services.ask_for_release(agreed.pk, actor=priya)
    assert seen_by_contact(fresh(agreed)).tier == Tier.T2
    with pytest.raises(services.InvalidMove, match="Somebody else"):
        services.approve_release(release.pk, actor=priya)

    services.approve_release(release.pk, actor=owen)

    seen = seen_by_contact(fresh(agreed), page="your booking")
    assert seen.tier == Tier.T3
    assert found([*SURNAMES, *PLACE], words_in(seen)) == [*SURNAMES, *PLACE]
    assert [read.user for read in DetailRead.objects.all()] == [agreed.user]


def test_a_lone_release_takes_effect_after_a_day_and_everyone_is_told(agreed, priya, owen):
    services.ask_for_release(agreed.pk, actor=priya)
    assert services.apply_due_releases() == 0

    with time_machine.travel(at(10, 1, day=2, month=2), tick=False):
        assert services.apply_due_releases() == 1
        assert services.apply_due_releases() == 0

    assert Release.objects.get().decided_by is None
    told = Message.objects.filter(kind="release-applied").values_list("to", flat=True)
    assert sorted(told) == sorted([priya.email, owen.email])


def test_a_moved_venue_closes_the_detail_and_asks_for_a_new_call(agreed, priya, owen):
    release = services.ask_for_release(agreed.pk, actor=priya)
    services.approve_release(release.pk, actor=owen)

    with time_machine.travel(at(11, day=1, month=2), tick=False):
        services.set_venue(agreed.booking_id, name="Elsewhere House", actor=priya)
        assert seen_by_contact(fresh(agreed)).tier == Tier.T2
        with pytest.raises(services.InvalidMove, match="newer"):
            services.ask_for_release(agreed.pk, actor=priya)

        services.record_call_back(
            agreed.pk,
            number="01632 960001",
            found_where="Their public site",
            outcome="is_who_they_say",
            actor=priya,
        )
        again = services.ask_for_release(agreed.pk, actor=priya)

    assert again.state == "asked"


def test_a_revoked_contact_sees_nothing_at_once(agreed, priya, owen):
    release = services.ask_for_release(agreed.pk, actor=priya)
    services.approve_release(release.pk, actor=owen)

    services.revoke_contact(agreed.pk, actor=priya)

    seen = seen_by_contact(fresh(agreed))
    assert (seen.tier, seen.starts_at, seen.venue) == (Tier.T0, None, None)


def test_the_detail_closes_again_after_the_day(agreed, priya, owen):
    release = services.ask_for_release(agreed.pk, actor=priya)
    services.approve_release(release.pk, actor=owen)

    with time_machine.travel(at(16, 15) + dt.timedelta(days=89), tick=False):
        assert seen_by_contact(fresh(agreed)).tier == Tier.T3
    with time_machine.travel(at(16, 15) + dt.timedelta(days=90, hours=2), tick=False):
        assert seen_by_contact(fresh(agreed)).tier == Tier.T2


def test_a_cancelled_booking_shows_no_detail(agreed, priya, owen):
    release = services.ask_for_release(agreed.pk, actor=priya)
    services.approve_release(release.pk, actor=owen)

    services.cancel_booking(agreed.booking_id, words="", actor=priya)

    assert found([*SURNAMES, *PLACE], words_in(seen_by_contact(fresh(agreed)))) == []


def test_a_speaker_needs_a_yes_an_agreed_day_and_a_second_factor(agreed):
    engagement = Engagement.objects.select_related("offer__booking", "speaker__user").first()

    assert found(PLACE, words_in(seen_by_speaker(engagement, second_factor=False))) == []
    assert found(PLACE, words_in(seen_by_speaker(engagement, second_factor=True))) == PLACE


def test_an_invited_speaker_sees_no_venue_even_with_a_second_factor(priya):
    contact = VerifiedContactFactory()
    VenueFactory(booking=contact.booking)
    speaker = SpeakerFactory()
    offer = services.make_offer(
        contact.booking_id, starts_at=at(9), ends_at=at(16), team={speaker.pk: []}, lead=speaker, actor=priya
    )

    seen = seen_by_speaker(offer.engagements.get(), second_factor=True)

    assert seen.starts_at == at(9)
    assert found(PLACE, words_in(seen)) == []


def test_no_mail_carries_a_name_or_a_place_and_no_subject_a_date(agreed, priya, owen):
    release = services.ask_for_release(agreed.pk, actor=priya)
    services.approve_release(release.pk, actor=owen)
    services.cancel_booking(agreed.booking_id, words="The room is gone.", actor=priya)
    to_speakers = set(Engagement.objects.values_list("speaker__user__email", flat=True))

    messages = list(Message.objects.prefetch_related("attachments"))
    assert len(messages) >= 12
    for message in messages:
        files = b"".join(bytes(file.content) for file in message.attachments.all()).decode(errors="replace")
        names = "".join(file.filename for file in message.attachments.all())
        assert found([*DATE, *SURNAMES, *PLACE], message.subject + names) == [], message.kind
        assert found(PLACE, message.text + message.html + files) == [], message.kind
        if message.to not in to_speakers:
            assert found(SURNAMES, message.text + message.html + files) == [], message.kind


def test_the_mail_of_an_offer_is_the_same_whichever_team_is_held(priya):
    texts = []
    for names in (["Ivo Thistlewood"], ["Una Oxenbrigg", "Ada Marchbank"]):
        contact = VerifiedContactFactory(user__name="Sam Asks", user__email=f"sam{len(names)}@example.org")
        Booking.objects.filter(pk=contact.booking_id).update(reference=f"WT-AAAAA{len(names)}")
        organisation = OrganisationFactory()
        team = [SpeakerFactory(name=name, organisation=organisation) for name in names]
        services.make_offer(
            contact.booking_id,
            starts_at=at(9, 15),
            ends_at=at(16, 15),
            team={speaker.pk: [] for speaker in team},
            lead=team[0],
            actor=priya,
        )
        message = Message.objects.get(kind="offer", to=contact.email)
        texts.append((message.text + message.html).replace(f"WT-AAAAA{len(names)}", "WT-AAAAAA"))
    assert texts[0] == texts[1]


def fresh(contact: Contact) -> Contact:
    return Contact.objects.select_related("booking", "user").get(pk=contact.pk)


# ---- a place that nobody has rung about


def test_a_place_is_unchecked_from_its_change_until_the_next_call(agreed, priya):
    assert not seen_by_desk(agreed.booking, priya).venue.is_unchecked

    with time_machine.travel(at(11, day=1, month=2), tick=False):
        services.set_venue(agreed.booking_id, name="Elsewhere House", by_agency=True, actor=agreed.user)
        assert seen_by_desk(agreed.booking, priya).venue.is_unchecked

        services.record_call_back(
            agreed.pk,
            number="01632 960001",
            found_where="Their site",
            outcome="is_who_they_say",
            actor=priya,
        )

    assert not seen_by_desk(agreed.booking, priya).venue.is_unchecked


def test_whoever_has_not_answered_is_another_speaker_to_those_who_said_yes(agreed, priya):
    offer = agreed.booking.offers.get()
    asked = SpeakerFactory(name="Wystan Naywick", role="consultant psychologist")
    services.add_speaker(offer.pk, speaker=asked, actor=priya)
    said_yes = offer.engagements.get(speaker__name=f"Ivo {SURNAMES[0]}")

    before = seen_by_speaker(said_yes, second_factor=True)
    services.answer_invitation(offer.engagements.get(speaker=asked).pk, accepts=True, actor=asked.user)
    after = seen_by_speaker(Engagement.objects.get(pk=said_yes.pk), second_factor=True)

    assert found(["Naywick", "psychologist"], words_in(before)) == []
    assert [person.name for person in before.speakers if not person.has_accepted] == ["Another speaker"]
    assert found([*SURNAMES, "Naywick"], words_in(before)) == SURNAMES
    assert found([*SURNAMES, "Naywick"], words_in(after)) == [*SURNAMES, "Naywick"]
