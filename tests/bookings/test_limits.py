"""Nobody is held past what they asked us to mind, unless a coordinator writes down why; the diary's own rule stands."""

import datetime as dt

import pytest
import time_machine

from bookings import services
from bookings.models import Contact, Note, Offer
from courses.models import Topic
from outbox.models import Message
from speakers.models import DiaryEntry, Speaker
from speakers.services import SpeakerBusy, add_absence, hold
from tests.factories import (
    FormatFactory,
    SpeakerFactory,
    TopicFactory,
    UserFactory,
    VerifiedContactFactory,
    at,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _february():
    with time_machine.travel(at(10, day=1, month=2), tick=False):
        yield


@pytest.fixture
def contact() -> Contact:
    return VerifiedContactFactory()


@pytest.fixture
def colleague() -> Speaker:
    return SpeakerFactory(name="Una Oxenbrigg")


def offer(contact: Contact, *team: Speaker, topics: tuple[Topic, ...] = (), **changes) -> Offer:
    return services.make_offer(
        contact.booking_id,
        **{
            "starts_at": at(9, 15),
            "ends_at": at(16, 15),
            "team": {speaker.pk: list(topics) for speaker in team},
            "lead": team[-1],
            "actor": UserFactory(name="Priya Desk"),
            **changes,
        },
    )


def held(speaker: Speaker, *, day: int, tells_account: bool = False) -> None:
    hold(
        speaker,
        starts_at=at(8, day=day),
        ends_at=at(17, day=day),
        held_until=None,
        tells_account=tells_account,
    )


LIMITS = {
    "month": {"most_sessions_a_month": 1},
    "rest": {"days_between_accounts": 21, "is_family": True},
    "reach": {"reach_minutes": 30},
    "online only": {"reach_minutes": 0},
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_refuses_an_offer_in_words_and_nothing_is_held(contact, colleague, limit):
    speaker = SpeakerFactory(name="Gil Averton", **LIMITS[limit])
    held(speaker, day=2, tells_account=True)

    with pytest.raises(services.LimitTouched, match=r"^Gil Averton .*\. To go past this, write down why\.$"):
        offer(contact, speaker, colleague)

    assert DiaryEntry.objects.count() == 1
    assert not Offer.objects.exists()
    assert not Message.objects.exists()


def test_a_format_and_going_alone_are_limits_too(contact):
    speaker = SpeakerFactory(name="Gil Averton", only_with_colleague=True)
    speaker.formats.set([FormatFactory(slug="half-day")])

    with pytest.raises(services.LimitTouched) as refused:
        offer(contact, speaker)

    assert str(refused.value).startswith(
        "Gil Averton does not give this length of session. Gil Averton gives sessions only with a colleague."
    )


def test_a_reason_sets_a_limit_aside_and_stands_with_the_booking(contact, colleague):
    speaker = SpeakerFactory(name="Gil Averton", most_sessions_a_month=0)

    with pytest.raises(services.LimitTouched):
        offer(contact, speaker, colleague, set_aside_because="  ")
    offer(contact, speaker, colleague, set_aside_because="He rang and offered himself.")

    note = Note.objects.get()
    assert (note.side, note.by.name) == ("internal", "Priya Desk")
    assert note.text == (
        "For Tuesday 9 March 2027, set aside: Gil Averton gives no sessions for the time being."
        " Why: He rang and offered himself."
    )


def test_a_reason_where_no_limit_is_touched_leaves_no_note(contact, colleague):
    offer(contact, colleague, set_aside_because="Just in case.")

    assert not Note.objects.exists()


def test_no_reason_sets_the_diarys_own_rule_aside(contact, colleague):
    add_absence(colleague, starts_at=at(12), ends_at=at(13), private=False, actor=colleague.user)

    with pytest.raises(SpeakerBusy):
        offer(contact, colleague, set_aside_because="They will manage.")


def test_a_pause_is_lifted_by_nobody_but_the_speaker(contact, colleague):
    speaker = SpeakerFactory(name="Gil Averton", paused_until=dt.date(2027, 2, 20))

    with pytest.raises(services.BadTeam, match="has asked for no invitations now"):
        offer(contact, speaker, colleague, set_aside_because="We need them.")


def test_only_a_telling_counts_for_the_days_between(contact, colleague):
    family = SpeakerFactory(is_family=True, days_between_accounts=21)
    held(family, day=2)
    plain, account = TopicFactory(), TopicFactory(kind=Topic.Kind.ACCOUNT)

    offer(contact, family, colleague, topics=(account,))
    entry = family.diary.latest("busy")
    assert entry.tells_account

    other = VerifiedContactFactory()
    later = {"starts_at": at(9, 15, day=16), "ends_at": at(16, 15, day=16)}
    with pytest.raises(services.LimitTouched, match="here there would be 7"):
        offer(other, family, SpeakerFactory(), topics=(account,), **later)
    offer(other, family, SpeakerFactory(), topics=(plain,), **later)


def test_the_other_dates_of_the_same_booking_do_not_count(contact, colleague):
    speaker = SpeakerFactory(most_sessions_a_month=1)
    offer(contact, speaker, colleague)

    offer(contact, speaker, colleague, starts_at=at(9, 15, day=16), ends_at=at(16, 15, day=16))

    assert speaker.diary.count() == 2
    with pytest.raises(services.LimitTouched):
        offer(
            VerifiedContactFactory(),
            speaker,
            starts_at=at(9, 15, day=23),
            ends_at=at(16, 15, day=23),
        )


def test_who_steps_in_is_minded_as_well(contact, colleague):
    made = offer(contact, colleague)
    careful = SpeakerFactory(name="Gil Averton", reach_minutes=0, only_with_colleague=True)
    actor = UserFactory()

    with pytest.raises(services.LimitTouched, match=r"^Gil Averton gives sessions online only\. To go past"):
        services.add_speaker(made.pk, speaker=careful, actor=actor)
    services.add_speaker(made.pk, speaker=careful, set_aside_because="They asked to come.", actor=actor)

    assert Note.objects.get().text.endswith("Why: They asked to come.")


def agreed_without_limits(contact: Contact, *team: Speaker) -> Offer:
    """A day that everybody has said yes to."""
    made = offer(contact, *team)
    services.accept_offer(made.pk, actor=contact.user)
    for place in made.engagements.all():
        services.answer_invitation(place.pk, accepts=True, actor=place.speaker.user)
    return made


def test_a_day_put_off_minds_the_limits_of_those_who_come_along(contact, colleague):
    speaker = SpeakerFactory(name="Gil Averton")
    made = agreed_without_limits(contact, speaker, colleague)
    held(speaker, day=20)
    Speaker.objects.filter(pk=speaker.pk).update(most_sessions_a_month=1)
    desk = UserFactory(name="Priya Desk")
    new_day = at(9, 15, day=16), at(16, 15, day=16)

    with pytest.raises(
        services.LimitTouched, match=r"^Gil Averton gives at most 1 session a month and has 1"
    ):
        services.postpone_session(made.booking_id, to=services.NewDay(*new_day), actor=desk)
    assert contact.booking.offers.get().state == "accepted"
    services.postpone_session(
        made.booking_id, to=services.NewDay(*new_day, set_aside_because="He asked for it."), actor=desk
    )

    assert Note.objects.get().text.endswith("Why: He asked for it.")
    assert contact.booking.offers.count() == 2


def test_who_paused_is_not_asked_for_the_new_day(contact, colleague):
    speaker = SpeakerFactory(name="Gil Averton")
    made = agreed_without_limits(contact, speaker, colleague)
    Speaker.objects.filter(pk=speaker.pk).update(paused_until=dt.date(2027, 6, 1))
    new_day = services.NewDay(at(9, 15, day=16), at(16, 15, day=16))
    desk = UserFactory()

    with pytest.raises(services.BadTeam, match="Gil Averton has asked for no invitations now"):
        services.postpone_session(made.booking_id, to=new_day, actor=desk)
    services.postpone_session(made.booking_id, to=new_day, without=[speaker.pk], actor=desk)

    assert contact.booking.offers.order_by("-number")[0].engagements.get().speaker == colleague


def test_nobody_is_left_alone_who_asked_for_a_colleague(contact):
    shy, leaving = SpeakerFactory(name="Gil Averton", only_with_colleague=True), SpeakerFactory()
    made = agreed_without_limits(contact, shy, leaving)
    # other limits that they set since do not come into it
    Speaker.objects.filter(pk=shy.pk).update(reach_minutes=0, paused_until=dt.date(2027, 6, 1))
    gap = services.give_up_session(made.engagements.get(speaker=leaving).pk, actor=leaving.user)
    desk = UserFactory()

    with pytest.raises(
        services.LimitTouched, match=r"^Gil Averton gives sessions only with a colleague\. To go past"
    ):
        services.go_on_without(gap.pk, actor=desk)
    services.go_on_without(gap.pk, set_aside_because="The host stays with him.", actor=desk)

    assert Note.objects.get().text.endswith("Why: The host stays with him.")
    assert not made.engagements.filter(leaves_a_gap=True).exists()


def test_a_place_that_moves_beyond_somebodys_reach_is_noted_for_the_desk(contact, colleague):
    speaker = SpeakerFactory(name="Gil Averton", reach_minutes=240)
    made = agreed_without_limits(contact, speaker, colleague)

    services.set_venue(made.booking_id, name="Far Hall", postcode="TR19 7AA", actor=UserFactory())

    text = Note.objects.get().text
    assert text.startswith(
        "For Tuesday 9 March 2027, since the place moved: Gil Averton travels up to 4 hours"
    )
    assert text.endswith("Please ring.")
    assert "Una Oxenbrigg" not in text
