"""Every verb of the desk, pressed as a coordinator presses it."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import services
from bookings.models import Booking, CallBack, Engagement, Note, Offer, Place, Release, Venue
from bookings.next_step import work_out
from bookings.states import BookingStatus, EngagementState, OfferState, ReleaseState
from outbox.models import Message
from places.clock import say_short_date
from speakers.models import DiaryEntry
from tests.factories import SpeakerFactory, TopicFactory
from tests.trainingportal.desk.conftest import (
    confirmed,
    contact_of,
    day_has_passed,
    do,
    in_days,
    offered,
    page_of,
    requested,
    rung_back,
    said,
    sign_in,
    speakers,
)
from trainingportal.desk.verbs import VERBS

pytestmark = pytest.mark.django_db

CALL = {
    "number": "01632 960001",
    "found_where": "Their public site",
    "outcome": "is_who_they_say",
    "spoke_to": "The switchboard",
    "note": "",
}


def day_parts(name: str, day: dt.date) -> dict[str, str]:
    """The three boxes of a date."""
    return {
        f"{name}_day": str(day.day),
        f"{name}_month": str(day.month),
        f"{name}_year": str(day.year),
        f"{name}-sure": day.isoformat(),  # it may fall on a weekend
    }


def offer_form(team, *, lead=None, days: int = 60, **more) -> dict[str, object]:
    """What the offer page sends for a team."""
    form: dict[str, object] = {
        **day_parts("day", in_days(days).date()),
        **day_parts("hold_until", in_days(5).date()),
        "starts_at": "9.15am",
        "ends_at": "4pm",
        "lead": str((lead or team[0]).pk),
    }
    form |= {f"ask_{speaker.pk}": "on" for speaker in team}
    return form | more


# ---- before an offer


def test_a_call_back_is_recorded_and_opens_the_way_to_an_offer(desk, priya):
    booking = requested()

    page = said(desk.post(do(booking, "call-back", contact_of(booking)), CALL, follow=True))

    call = CallBack.objects.get()
    assert (call.by, call.outcome, call.spoke_to) == (priya, "is_who_they_say", "The switchboard")
    booking.refresh_from_db()
    assert booking.next_step == "make_offer"
    assert "Call-back recorded: they are who they say, and they asked for this." in page


def test_a_call_back_without_a_number_is_asked_for_again_and_nothing_is_lost(desk):
    booking = requested()

    response = desk.post(do(booking, "call-back", contact_of(booking)), {**CALL, "number": ""})

    assert response.status_code == 422
    assert "Their public site" in said(response)
    assert CallBack.objects.count() == 0


def test_a_mailbox_is_confirmed_by_phone(desk):
    booking = requested()

    desk.post(do(booking, "confirm-mailbox", contact_of(booking)))

    assert contact_of(booking).mailbox_confirmed_at is not None


def test_a_message_to_the_agency_is_kept_and_announced_without_its_words(desk, priya):
    booking = requested()

    desk.post(do(booking, "ask-more"), {"text": "Which building would it be?"})

    assert Note.objects.get().side == Note.Side.DESK
    mail = Message.objects.get(kind="note")
    assert "Which building" not in mail.text + mail.html + mail.subject


def test_an_internal_note_is_mailed_to_nobody(desk):
    booking = requested()
    before = Message.objects.count()

    desk.post(do(booking, "note"), {"text": "Rings best before ten."})

    assert Note.objects.get().side == Note.Side.INTERNAL
    assert Message.objects.count() == before


def test_a_request_goes_on_the_waiting_list_and_off_again(desk):
    booking = requested()

    desk.post(do(booking, "waiting-list"))
    booking.refresh_from_db()
    assert booking.status == BookingStatus.WAITING_LIST

    desk.post(do(booking, "take-off"))
    booking.refresh_from_db()
    assert booking.status == BookingStatus.REQUESTED


def test_a_request_is_declined_in_our_words_and_taken_up_again(desk):
    booking = requested()

    desk.post(do(booking, "decline"), {"words": "We cannot come this year."})
    booking.refresh_from_db()
    assert booking.status == BookingStatus.DECLINED
    assert "We cannot come this year." in Message.objects.get(kind="declined").text

    desk.post(do(booking, "reopen"))
    booking.refresh_from_db()
    assert booking.status == BookingStatus.REQUESTED


def test_a_colleague_is_added_and_taken_off(desk):
    booking = requested()

    desk.post(
        do(booking, "colleague"),
        {"name": "Col League", "email": "col@example.org", "job_title": "", "telephone": ""},
    )
    colleague = booking.contacts.get(role="colleague")
    assert colleague.email == "col@example.org"

    desk.post(do(booking, "revoke", colleague))
    colleague.refresh_from_db()
    assert colleague.revoked_at is not None


def test_a_booking_gets_an_owner(desk, owen):
    booking = requested()

    page = said(desk.post(do(booking, "owner"), {"owner": owen.pk}, follow=True))

    booking.refresh_from_db()
    assert booking.owner == owen
    assert "Owen Coordinator has this booking." in page


def test_only_people_who_run_the_desk_can_be_owner(desk):
    booking = requested()

    response = desk.post(do(booking, "owner"), {"owner": contact_of(booking).user_id})

    assert response.status_code == 422


def test_a_booking_is_left_until_another_day(desk):
    booking = requested()
    until = timezone.localdate() + dt.timedelta(days=3)

    desk.post(do(booking, "not-today"), day_parts("until", until))

    booking.refresh_from_db()
    assert booking.set_aside_until == until


def test_not_today_cannot_mean_yesterday(desk):
    booking = requested()

    response = desk.post(do(booking, "not-today"), day_parts("until", timezone.localdate()))

    assert response.status_code == 422
    assert "Choose a day after today." in said(response)


def test_a_possible_disclosure_is_marked_and_the_mark_taken_off(desk):
    booking = requested()

    desk.post(do(booking, "disclosure"))
    booking.refresh_from_db()
    assert booking.may_be_disclosure

    desk.post(do(booking, "disclosure"))
    booking.refresh_from_db()
    assert not booking.may_be_disclosure


# ---- offers


def test_an_offer_holds_the_team_and_tells_everyone(desk, priya, full_day):
    booking = rung_back(requested(format=full_day), priya)
    team, topic = speakers(2), TopicFactory()
    form = offer_form(team, lead=team[1], **{f"topics_{team[0].pk}": [topic.pk]})

    page = said(desk.post(do(booking, "offer"), form, follow=True))

    offer = Offer.objects.get()
    assert (offer.booking, offer.lead, offer.starts_at) == (booking, team[1], in_days(60))
    assert offer.expires_at == in_days(5, 17, 0)
    assert {each.speaker for each in offer.engagements.all()} == set(team)
    assert list(offer.engagements.get(speaker=team[0]).topics.all()) == [topic]
    assert DiaryEntry.objects.filter(held_until=offer.expires_at).count() == 2
    assert Message.objects.filter(kind="invitation").count() == 2
    assert Message.objects.filter(kind="offer").count() == 1
    assert f"We offered {say_short_date(offer.starts_at)}, held until" in page


def test_the_form_begins_with_the_usual_times_of_the_format(desk, priya, full_day):
    booking = rung_back(requested(format=full_day), priya)

    page = said(desk.get(do(booking, "offer")))

    assert 'name="starts_at" value="9.15am"' in page
    assert 'name="ends_at" value="4.15pm"' in page


def test_looking_who_is_free_holds_nothing(desk, priya):
    booking = rung_back(requested(), priya)
    team = speakers(2)

    response = desk.post(do(booking, "offer"), offer_form(team, look="1"))

    assert response.status_code == 200
    assert "Not asked" in said(response)
    assert Offer.objects.count() == 0
    assert DiaryEntry.objects.count() == 0


def test_the_diary_keeps_free_busy_away_and_not_asked_apart(desk, priya):
    free, silent, busy, away = speakers(4)
    free.diary_seen_at = timezone.now()
    free.save()
    offered(rung_back(requested("Other Person", agency="Other Council"), priya), priya, [busy])
    DiaryEntry.objects.create(speaker=away, kind="blackout", busy=(in_days(59), in_days(61)))
    booking = rung_back(requested(), priya)

    response = desk.get(f"{do(booking, 'offer')}?day={in_days(60).date().isoformat()}")

    standings = {
        each.speaker: (each.standing.kind, each.standing.words.partition(" WT-")[0])
        for each in response.context["candidates"]
    }
    assert standings == {
        free: ("free", f"Looked at their diary on {say_short_date(timezone.now())}"),
        silent: ("unknown", "Has not looked at their diary yet"),
        busy: ("busy", "Is held for"),
        away: ("busy", "Is away"),
    }


def test_a_busy_speaker_is_named_beside_the_field_and_nothing_typed_is_lost(desk, priya):
    team, topic = speakers(2), TopicFactory()
    offered(rung_back(requested("Other Person", agency="Other Council"), priya), priya, [team[1]])
    booking = rung_back(requested(), priya)
    form = offer_form(team, **{f"topics_{team[0].pk}": [topic.pk]})

    response = desk.post(do(booking, "offer"), form)

    assert response.status_code == 422
    errors = response.context["form"].errors
    assert list(errors) == [f"ask_{team[1].pk}"]
    assert f"{team[1].name} is already busy: " in errors[f"ask_{team[1].pk}"][0]
    page = said(response)
    assert f'<a href="#id_ask_{team[1].pk}">' in page
    assert f'id="id_ask_{team[1].pk}_error"' in page
    assert 'name="starts_at" value="9.15am"' in page
    kept = {each.speaker: (each.ask.value(), each.topics.value()) for each in response.context["candidates"]}
    assert kept[team[0]] == (True, [str(topic.pk)])
    assert kept[team[1]][0] is True
    assert not booking.offers.exists()
    assert DiaryEntry.objects.filter(speaker=team[0]).count() == 0


def test_the_same_offer_goes_through_once_the_busy_speaker_is_left_out(desk, priya):
    team = speakers(2)
    offered(rung_back(requested("Other Person", agency="Other Council"), priya), priya, [team[1]])
    booking = rung_back(requested(), priya)
    once = desk.get(do(booking, "offer")).context["once"]
    refused = desk.post(do(booking, "offer"), offer_form(team, once=once))
    assert refused.context["once"] == once

    desk.post(do(booking, "offer"), offer_form(team[:1], once=once))

    assert booking.offers.count() == 1


def test_a_family_member_is_never_offered_alone(desk, priya):
    booking = rung_back(requested(), priya)
    family = SpeakerFactory(is_family=True)

    response = desk.post(do(booking, "offer"), offer_form([family]))

    assert response.status_code == 422
    assert "A family member is never the only speaker" in said(response)
    assert not booking.offers.exists()


def test_no_offer_is_made_before_the_call_back(desk):
    booking = requested()
    team = speakers(1)

    assert "This cannot be done now" in said(desk.get(do(booking, "offer"), follow=True))
    response = desk.post(do(booking, "offer"), offer_form(team))

    assert "No offer is sent before the call-back." in said(response)
    assert not booking.offers.exists()


def test_a_team_needs_a_lead(desk, priya):
    booking = rung_back(requested(), priya)

    response = desk.post(do(booking, "offer"), {**offer_form(speakers(2)), "lead": ""})

    assert response.context["form"].errors == {"lead": ["Choose who leads: one of the speakers asked."]}


def test_a_second_date_is_offered_beside_the_first(desk, priya):
    booking = offered(rung_back(requested(), priya), priya, speakers(1))

    desk.post(do(booking, "offer"), offer_form(speakers(1), days=67))

    assert [offer.number for offer in booking.offers.order_by("number")] == [1, 2]


def test_another_speaker_is_asked_and_a_busy_one_is_refused_in_words(desk, priya):
    first, second, busy = speakers(3)
    offered(rung_back(requested("Other Person", agency="Other Council"), priya), priya, [busy])
    booking = offered(rung_back(requested(), priya), priya, [first])
    offer = booking.offers.get()

    refused = desk.post(do(booking, "add-speaker", offer), {"speaker": busy.pk})
    assert f"{busy.name} is already busy: " in said(refused)
    assert "Nothing is held." in said(refused)

    desk.post(do(booking, "add-speaker", offer), {"speaker": second.pk})
    assert {each.speaker for each in offer.engagements.all()} == {first, second}


def test_the_session_goes_on_without_a_speaker_who_said_no(desk, priya):
    team = speakers(2)
    booking = offered(rung_back(requested(), priya), priya, team)
    engagement = Engagement.objects.get(speaker=team[1])

    desk.post(do(booking, "answer", engagement), {"answer": "no", "condition": ""})
    engagement.refresh_from_db()
    assert (engagement.state, engagement.leaves_a_gap) == (EngagementState.DECLINED, True)

    desk.post(do(booking, "go-on", engagement))
    engagement.refresh_from_db()
    assert not engagement.leaves_a_gap


def test_answers_by_phone_confirm_the_session(desk, priya):
    team = speakers(1)
    booking = offered(rung_back(requested(), priya), priya, team)
    offer = booking.offers.get()

    desk.post(do(booking, "accept", offer))
    desk.post(do(booking, "answer", offer.engagements.get()), {"answer": "yes", "condition": "A projector"})
    booking.refresh_from_db()
    assert (booking.status, booking.next_step) == (BookingStatus.OFFERED, "settle_condition")

    desk.post(do(booking, "settle", offer.engagements.get()), {"outcome": "yes"})

    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == (BookingStatus.CONFIRMED, offer.starts_at)
    assert offer.engagements.get().condition == "A projector"


def test_a_hold_is_extended(desk, priya):
    booking = offered(rung_back(requested(), priya), priya, speakers(1))
    offer = booking.offers.get()

    desk.post(do(booking, "extend", offer), day_parts("day", in_days(20).date()))

    offer.refresh_from_db()
    assert offer.expires_at == in_days(20, 17, 0)
    assert DiaryEntry.objects.get().held_until == offer.expires_at


def test_an_offer_is_withdrawn_and_its_speakers_are_free(desk, priya):
    booking = offered(rung_back(requested(), priya), priya, speakers(2))
    offer = booking.offers.get()

    desk.post(do(booking, "withdraw", offer))

    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN
    assert DiaryEntry.objects.count() == 0


# ---- once agreed


def test_the_venue_is_written_down_and_changed(desk, priya):
    booking = confirmed(requested(), priya, speakers(1))
    venue = {
        "name": "Vexford Hall",
        "address": "7 Plover Row",
        "postcode": "NE1 9QZ",
        "room": "",
        "arrival": "",
        "vetting": "",
    }

    desk.post(do(booking, "venue"), venue | {"contact_name": "", "contact_telephone": ""})
    assert Venue.objects.get().name == "Vexford Hall"

    page = said(desk.get(do(booking, "venue")))
    assert "7 Plover Row" in page


def test_an_online_session_waits_for_its_link_and_the_desk_may_add_it(desk, priya):
    booking = confirmed(requested(), priya, speakers(1))
    booking.place, booking.status = Place.ONLINE, BookingStatus.READY
    Booking.objects.filter(pk=booking.pk).update(place=booking.place)
    assert work_out(booking, now=timezone.now()).key == "name_link"

    page = said(desk.get(do(booking, "venue")))
    assert "Link to join" in page
    assert "Postcode" not in page
    refused = desk.post(do(booking, "venue"), {"online_link": "javascript:alert(1)"})
    assert "Enter a link that starts with https://" in said(refused)
    desk.post(do(booking, "venue"), {"online_link": "https://meet.example.org/j/9f3c"})

    assert (Venue.objects.get().name, Venue.objects.get().online_link) == (
        "Online",
        "https://meet.example.org/j/9f3c",
    )
    booking = Booking.objects.get(pk=booking.pk)
    booking.status = BookingStatus.READY
    assert work_out(booking, now=timezone.now()).key != "name_link"


def test_a_release_takes_two_people(desk, priya, owen):
    booking = confirmed(requested(), priya, speakers(1))
    contact = contact_of(booking)

    desk.post(do(booking, "ask-release", contact), {"note": "Rang the switchboard."})
    release = Release.objects.get()
    assert release.state == ReleaseState.ASKED
    refused = said(desk.post(do(booking, "approve-release", release), follow=True))
    assert "Somebody else has to take the second look." in refused

    sign_in(owen).post(do(booking, "approve-release", release))
    release.refresh_from_db()
    contact.refresh_from_db()
    assert (release.state, release.decided_by) == (ReleaseState.IN_EFFECT, owen)
    assert contact.released_at is not None


def test_a_release_is_refused(desk, priya):
    booking = confirmed(requested(), priya, speakers(1))
    release = services.ask_for_release(contact_of(booking).pk, actor=priya)

    desk.post(do(booking, "refuse-release", release))

    release.refresh_from_db()
    assert release.state == ReleaseState.REFUSED


def test_a_booking_is_cancelled_once_and_everyone_is_told(desk, priya):
    booking = confirmed(requested(), priya, speakers(2))

    desk.post(do(booking, "cancel"), {"words": "The building is closed."})

    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED
    assert Message.objects.filter(kind="cancelled").count() == 1
    assert Message.objects.filter(kind="cancelled-speaker").count() == 2


def test_the_day_is_recorded_and_the_booking_closed(desk, priya):
    booking = day_has_passed(confirmed(requested(), priya, speakers(1)))

    desk.post(do(booking, "record-delivery"), {"head_count": "36"})
    booking.refresh_from_db()
    assert (booking.status, booking.head_count_on_the_day) == (BookingStatus.DELIVERED, 36)

    desk.post(do(booking, "close"))
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CLOSED


# ---- twice, late, and only looking


@pytest.mark.parametrize(
    ("key", "form", "counted"),
    [("note", {"text": "Once."}, Note), ("call-back", CALL, CallBack)],
)
def test_a_double_click_acts_once(desk, key, form, counted):
    booking = requested()
    form = form | {"once": desk.get(do(booking, key)).context["once"]}

    desk.post(do(booking, key), form)
    page = said(desk.post(do(booking, key), form, follow=True))

    assert counted.objects.count() == 1
    assert "That was done a moment ago. Here is how it stands now." in page


def test_a_double_click_on_an_offer_makes_one(desk, priya):
    booking = rung_back(requested(), priya)
    form = offer_form(speakers(1), once=desk.get(do(booking, "offer")).context["once"])

    desk.post(do(booking, "offer"), form)
    page = said(desk.post(do(booking, "offer"), form, follow=True))

    assert booking.offers.count() == 1
    assert "That was done a moment ago." in page


def test_a_stale_button_meets_the_truth(desk, priya):
    booking = offered(rung_back(requested(), priya), priya, speakers(1))
    offer = booking.offers.get()
    services.withdraw_offer(offer.pk, actor=priya)

    page = said(desk.post(do(booking, "extend", offer), day_parts("day", in_days(20).date()), follow=True))

    assert "This offer has ended. Here is how it stands now." in page


def test_a_part_of_another_booking_is_not_found(desk, priya):
    booking, other = requested(), requested("Other Person", agency="Other Council")

    assert desk.post(do(booking, "revoke", contact_of(other))).status_code == 404
    assert desk.get("/desk/do/WT-NNNNNN/note/").status_code == 404
    assert desk.get(do(booking, "no-such-verb")).status_code == 404


def test_looking_at_any_verb_changes_no_booking(desk, priya):
    booking = offered(rung_back(requested(), priya), priya, speakers(2))
    state = list(Booking.objects.filter(pk=booking.pk).values())
    mails = Message.objects.count()

    answers = {key: desk.get(do(booking, key)).status_code for key in VERBS}

    assert set(answers.values()) == {200, 302}
    assert list(Booking.objects.filter(pk=booking.pk).values()) == state
    assert Message.objects.count() == mails


def test_every_button_on_the_page_leads_to_its_own_page(desk, priya):
    booking = offered(rung_back(requested(), priya), priya, speakers(2))
    page = desk.get(page_of(booking))

    buttons = page.context["verbs"] + page.context["last_verbs"] + [page.context["next_button"]]
    for part in page.context["contacts"] + page.context["offers"]:
        buttons += part["verbs"]

    assert len(buttons) > 12
    for button in buttons:
        on = f"{button.on}/" if button.on else ""
        response = desk.get(f"/desk/do/{button.reference}/{button.verb.key}/{on}")
        assert (button.verb.key, response.status_code) == (button.verb.key, 200)


# ---- what changes after an offer


def test_the_gap_shows_who_could_step_in_and_one_press_invites(desk, priya):
    team = speakers(2)
    booking = confirmed(rung_back(requested(), priya), priya, team)
    offer = booking.offers.get()
    place = offer.engagements.get(speaker=team[1])
    spare = speakers(1)[0]

    desk.post(do(booking, "no-longer", place))
    page = said(desk.get(f"/desk/bookings/booking/{booking.pk}/change/"))
    assert f"Who steps in for {team[1].name}" in page
    assert f"{spare.name} to step in for {team[1].name}" in page

    desk.post(do(booking, "add-speaker", offer), {"speaker": spare.pk, "instead_of": place.pk})

    invited = offer.engagements.get(speaker=spare)
    booking.refresh_from_db()
    assert (invited.state, invited.instead_of) == ("asked", place)
    assert (booking.status, booking.next_step) == (BookingStatus.CONFIRMED, "speakers_answer")


def test_a_day_is_put_off_from_the_desk(desk, priya):
    team = speakers(2)
    booking = confirmed(rung_back(requested(), priya), priya, team)
    new = in_days(90)
    assert desk.get(do(booking, "postpone")).status_code == 200

    left = desk.post(
        do(booking, "postpone"),
        {
            **day_parts("day", new.date()),
            "starts_at": "9.30am",
            "ends_at": "4pm",
            "asked": [team[0].pk],
            "agency_agreed": "on",
        },
    )

    assert left.status_code == 302, said(left)
    booking.refresh_from_db()
    offer = booking.offers.get(state=OfferState.ACCEPTED)
    assert (booking.status, offer.starts_at.date()) == (BookingStatus.OFFERED, new.date())
    assert [place.speaker for place in offer.engagements.all()] == [team[0]]


def test_nobody_is_put_off_to_a_day_on_which_a_speaker_is_busy(desk, priya):
    team = speakers(1)
    booking = confirmed(rung_back(requested(), priya), priya, team)
    other = rung_back(requested("Robin Other", agency="Elsewhere Council"), priya)
    confirmed(other, priya, team, days=90)

    refused = desk.post(
        do(booking, "postpone"),
        {
            **day_parts("day", in_days(90).date()),
            "starts_at": "9.30am",
            "ends_at": "4pm",
            "asked": [team[0].pk],
        },
    )

    assert refused.status_code == 422
    assert f"{team[0].name} is already busy: " in said(refused)
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CONFIRMED
