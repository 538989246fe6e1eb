"""What the desk's pages show, to whom, and at what cost."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from bookings import services
from bookings.models import Agency, Booking, Contact, DeskSettings, DetailRead, Enquiry, Offer, WaitingFor
from bookings.states import EnquiryState
from courses.models import Topic
from outbox.models import Heartbeat, Message
from speakers.models import DiaryEntry
from tests.factories import (
    AgencyFactory,
    AudienceFactory,
    EnquiryFactory,
    SpeakerFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
)
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
from trainingportal.desk import queue
from trainingportal.desk.cards import ACTS
from trainingportal.desk.site import desk as desk_site
from trainingportal.desk.verbs import NEXT

pytestmark = pytest.mark.django_db

LIST = "/desk/bookings/booking/"
PAGES = [
    "/desk/",
    LIST,
    "/desk/telephone/",
    "/desk/diary/",
    "/desk/lists/",
    "/desk/history/",
    "/desk/find/?q=x",
]


@pytest.fixture
def machine_runs(db):
    for name in ("beat", "worker"):
        Heartbeat.objects.create(name=name, seen_at=timezone.now())


# ---- who gets in


@pytest.mark.parametrize("address", PAGES)
def test_nobody_sees_the_desk_without_signing_in(client, address):
    response = client.get(address)

    assert response.status_code == 302
    assert response.url.startswith("/sign-in/?next=/desk/")


@pytest.mark.parametrize("address", PAGES)
def test_a_speaker_and_a_requester_are_refused(address):
    requester = contact_of(requested()).user
    speaker = SpeakerFactory().user

    assert [sign_in(user).get(address).status_code for user in (requester, speaker)] == [403, 403]


def test_a_coordinator_without_a_second_factor_here_is_sent_to_show_it(priya, settings):
    client = Client()
    client.force_login(priya, backend=settings.AUTHENTICATION_BACKENDS[0])

    for address in PAGES:
        response = client.get(address)
        assert (response.status_code, response.url.split("?")[0]) == (302, "/second-factor/")


def test_staff_without_a_role_are_refused():
    client = sign_in(UserFactory(is_staff=True))

    assert {client.get(address).status_code for address in PAGES if address != LIST} == {403}


def test_readers_and_auditors_cannot_act(reader, auditor, priya):
    booking = offered(rung_back(requested(), priya), priya, speakers(1))
    enquiry = EnquiryFactory()

    closed = [do(booking, "cancel"), do(booking, "note"), "/desk/telephone/", "/desk/diary/"]
    for client in (reader, auditor):
        for address in [*closed, f"/desk/question/{enquiry.reference}/close/"]:
            assert client.get(address).status_code == 403
            assert client.post(address).status_code in (403, 405)
    booking.refresh_from_db()
    assert booking.status == "offered"


def test_an_auditor_reads_the_history_and_nothing_else(auditor, priya):
    booking = rung_back(requested(), priya)

    assert auditor.get("/desk/").url == "/desk/history/"
    page = said(auditor.get("/desk/history/"))
    assert "Record call-back" in page
    assert booking.reference in page
    assert "Dana" not in page
    assert auditor.get(page_of(booking)).status_code in (302, 403)


def test_a_reader_sees_dates_but_no_person_and_no_place(reader, priya):
    team = speakers(2)
    booking = confirmed(requested(prompted_by="Told by Dana"), priya, team)
    VenueFactory(booking=booking)

    page = said(reader.get(page_of(booking)))

    assert "9.15am to 4.15pm" in page
    for hidden in ("Dana", "dana.whitlock", "Vexford", "NE1", *(speaker.name for speaker in team)):
        assert hidden not in page
    assert DetailRead.objects.count() == 0


def test_the_coordinators_page_holds_the_detail_and_logs_the_look(desk, priya):
    team = speakers(2)
    booking = confirmed(requested(), priya, team)
    VenueFactory(booking=booking)

    page = said(desk.get(page_of(booking)))

    for shown in ("Dana Whitlock", "Vexford Hall", "NE1 9QZ", *(speaker.name for speaker in team)):
        assert shown in page
    read = DetailRead.objects.get()
    assert (read.user, read.booking, read.page) == (priya, booking, "desk booking")


def test_readers_do_not_find_people(reader, desk):
    booking = requested()

    assert booking.reference in said(desk.get(LIST, {"q": "Whitlock"}))
    assert booking.reference not in said(reader.get(LIST, {"q": "Whitlock"}))
    assert booking.reference in said(reader.get(LIST, {"q": "Kestrel"}))


# ---- home


def test_the_empty_desk_says_what_will_stand_there(desk, machine_runs):
    page = said(desk.get("/desk/"))

    assert "Nothing needs you today" in page
    assert "Every open booking and question stands here" in page


def test_what_is_late_needs_somebody_today(desk):
    late, early = requested(), requested("Ear Ly", agency="Early Council")
    Booking.objects.filter(pk=late.pk).update(answer_due_on=timezone.localdate(), waiting_since=in_days(-9))

    response = desk.get("/desk/")

    assert [need.reference for need in response.context["needs"]] == [late.reference]
    assert "1 needs you today" in said(response)
    rows = [row.reference for group in response.context["board"].groups for row in group.rows]
    assert rows == [late.reference, early.reference]


def test_not_today_is_left_out_until_then(desk):
    late = requested()
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    Booking.objects.filter(pk=late.pk).update(answer_due_on=timezone.localdate(), set_aside_until=tomorrow)

    assert desk.get("/desk/").context["needs"] == []


def test_a_hold_that_ends_tomorrow_needs_somebody(desk, priya):
    booking = offered(rung_back(requested(), priya), priya, speakers(1))
    services.extend_hold(booking.offers.get().pk, expires_at=in_days(1, 17), actor=priya)

    need = desk.get("/desk/").context["needs"][0]

    assert (need.reference, need.pill_words, need.else_words) == (
        booking.reference,
        "hold ends tomorrow",
        "Extend the hold",
    )


def test_a_day_that_has_passed_asks_to_be_recorded(desk, priya):
    booking = day_has_passed(confirmed(requested(), priya, speakers(1)))
    Booking.objects.filter(pk=booking.pk).update(next_step="record_delivery", waiting_for=WaitingFor.US)

    need = desk.get("/desk/").context["needs"][0]

    assert (need.title, need.act_address) == ("Record how the day went", do(booking, "record-delivery"))


def test_a_place_that_is_new_or_changed_asks_for_a_call(desk, priya):
    booking = confirmed(requested(), priya, speakers(1))
    services.set_venue(booking.pk, name="Vexford Hall", by_agency=True, actor=contact_of(booking).user)
    Booking.objects.filter(pk=booking.pk).update(due_at=timezone.now())

    need = desk.get("/desk/").context["needs"][0]

    assert need.title == f"Ring {booking.agency.name} about the place"
    assert (need.act_words, need.act_address) == ("Record the call-back", do(booking, "call-back"))
    assert "The place is new or has changed" in need.why
    assert desk.get(need.act_address).status_code == 200


def test_every_next_step_with_a_verb_has_words_on_its_button():
    assert set(NEXT) == set(ACTS)


def test_no_row_of_the_desk_has_a_page_on_the_site(desk):
    assert desk.get("/desk/r/1/1/").status_code == 404


def test_three_cards_stand_on_the_desk_and_the_rest_is_counted(desk):
    for number in range(5):
        requested(f"Person {number}", agency=f"Agency {number}")
    Booking.objects.update(answer_due_on=timezone.localdate())

    response = desk.get("/desk/")

    assert len(response.context["needs"]) == 3
    assert "5 need you today" in said(response)
    assert "And 2 more" in said(response)


def test_all_that_cannot_wait_stands_in_the_list(desk):
    for number in range(5):
        requested(f"Person {number}", agency=f"Agency {number}")
    Booking.objects.update(answer_due_on=timezone.localdate())
    can_wait = requested("Patient Person", agency="Patient Council")

    home = desk.get("/desk/")
    rows = desk.get(LIST, {"needs": "today"}).context["cl"].result_list

    assert f"{LIST}?needs=today" in home.content.decode()
    assert len(rows) == 5
    assert can_wait not in rows


def test_questions_stand_in_the_queue_and_need_an_answer_in_time(desk):
    enquiry = EnquiryFactory(answer_due_on=timezone.localdate())

    response = desk.get("/desk/")

    assert response.context["board"].groups[0].rows[0].reference == enquiry.reference
    assert response.context["needs"][0].reference == enquiry.reference


def test_a_group_shows_forty_and_leads_to_all(desk):
    agency = Agency.objects.create(name="Many Asks Council", kind="council")
    Booking.objects.bulk_create([Booking(agency=agency) for _ in range(45)])

    response = desk.get("/desk/")

    (group,) = response.context["board"].groups
    assert (len(group.rows), group.has_more) == (40, True)
    assert f"{LIST}?waiting_for__exact=us" in said(response)


def test_the_fortnight_holds_sessions_and_offers_that_end(desk, priya):
    agreed = confirmed(requested(), priya, speakers(1), days=10)
    other = offered(rung_back(requested("Other Person", agency="Other Council"), priya), priya, speakers(1))
    services.extend_hold(other.offers.get().pk, expires_at=in_days(3, 17, 0), actor=priya)

    days = desk.get("/desk/").context["fortnight"]

    assert len(days) == 14
    assert (days[10].is_on, days[10].lines[0]) == (True, agreed.reference)
    assert days[3].lines == [f"Offer to {other.reference} ends 5pm"]


def test_a_full_day_of_the_fortnight_names_three_and_leads_to_the_diary(desk, priya):
    agency = Agency.objects.create(name="Many Days Council", kind="council")
    day = in_days(5, 10, 0)
    agreed = [
        Booking(
            agency=agency,
            status="confirmed",
            starts_at=day + dt.timedelta(minutes=n),
            ends_at=day + dt.timedelta(hours=6),
        )
        for n in range(4)
    ]
    Booking.objects.bulk_create(agreed)
    held = Booking.objects.bulk_create([Booking(agency=agency, status="offered") for _ in range(4)])
    (lead,), ends = speakers(1), day + dt.timedelta(hours=3)
    Offer.objects.bulk_create(
        [
            Offer(
                booking=each, number=1, lead=lead, made_by=priya, starts_at=day, ends_at=ends, expires_at=ends
            )
            for each in held
        ]
    )

    response = desk.get("/desk/")
    days = response.context["fortnight"]

    assert days[5].lines[::3][:3] == [booking.reference for booking in agreed[:3]]
    assert len(days[5].lines) == 9 + 4
    assert days[5].lines[-1] == "More offers end"
    assert f'href="{days[5].more}"' in response.content.decode()
    assert desk.get(days[5].more).status_code == 200
    assert not any(day.more for number, day in enumerate(days) if number != 5)


def test_a_reader_is_not_led_to_the_diary(reader):
    agency = Agency.objects.create(name="Many Days Council", kind="council")
    day = in_days(5, 10, 0)
    Booking.objects.bulk_create(
        [
            Booking(agency=agency, status="confirmed", starts_at=day, ends_at=day + dt.timedelta(hours=6))
            for _ in range(4)
        ]
    )

    response = reader.get("/desk/")

    assert "diary/?week" not in response.content.decode()
    assert response.context["fortnight"][5].lines[-1] == "More sessions"


def test_the_bar_is_red_when_the_clock_is_silent(desk):
    Heartbeat.objects.create(name="beat", seen_at=timezone.now() - dt.timedelta(minutes=21))
    requested()
    Message.objects.update(queued_at=timezone.now() - dt.timedelta(minutes=21))

    page = said(desk.get("/desk/"))

    assert 'class="wt-alarm"' in page
    assert "No mail has left since" in page


def test_the_card_says_what_runs_and_what_is_silent(desk):
    Heartbeat.objects.create(name="worker", seen_at=timezone.now())
    Heartbeat.objects.create(name="beat", seen_at=timezone.now() - dt.timedelta(hours=1))

    mail, worker, beat = desk.get("/desk/").context["running"][:3]

    assert (mail.is_well, mail.words) == (True, "Mail: nothing waits, none has left yet")
    assert (worker.is_well, worker.words) == (True, "Worker: seen just now")
    assert (beat.is_well, beat.words[:20]) == (False, "Clock: silent since ")


def test_the_bar_is_away_when_all_is_well(desk, machine_runs):
    requested()

    assert "wt-alarm" not in said(desk.get("/desk/"))


# ---- cost


def several(priya, count):
    for number in range(count):
        requested(f"Asks {number}", agency=f"Asking {number}")
        offered(rung_back(requested(f"Held {number}", agency=f"Held {number}"), priya), priya, speakers(2))
        confirmed(requested(f"Day {number}", agency=f"Day {number}"), priya, speakers(2), days=5)
        EnquiryFactory()
    Booking.objects.filter(status="requested").update(answer_due_on=timezone.localdate())


@pytest.mark.parametrize("count", [1, 3])
def test_home_costs_thirteen_queries(desk, priya, machine_runs, django_assert_num_queries, count):
    several(priya, count)

    with django_assert_num_queries(13):
        desk.get("/desk/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_six_queries(desk, priya, django_assert_num_queries, count):
    several(priya, count)

    with django_assert_num_queries(6):
        desk.get(LIST)


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_costs_seven_queries(desk, priya, django_assert_num_queries, count):
    several(priya, count)

    with django_assert_num_queries(7):
        desk.get(LIST, {"q": "held", "status__exact": "offered"})


@pytest.mark.parametrize("count", [1, 3])
def test_a_booking_costs_the_same_whatever_it_holds(desk, priya, django_assert_num_queries, count):
    booking = confirmed(requested(musts=tuple(TopicFactory.create_batch(count))), priya, speakers(count))
    VenueFactory(booking=booking)
    for number in range(count):
        colleague = services.add_colleague(
            booking.pk, name=f"Colleague {number}", email=f"c{number}@example.org", actor=priya
        )
        services.record_call_back(
            colleague.pk, number="1", found_where="x", outcome="is_who_they_say", actor=priya
        )
        services.ask_for_release(colleague.pk, actor=priya)
        services.write_note(booking.pk, side="internal", text="A note.", actor=priya)

    with django_assert_num_queries(29):  # among them: what came in, and what was changed since they asked
        desk.get(page_of(booking))


@pytest.mark.parametrize("count", [1, 3])
def test_the_diary_costs_the_same_for_one_and_for_three(desk, priya, django_assert_num_queries, count):
    for number in range(count):
        confirmed(requested(f"Day {number}", agency=f"Day {number}"), priya, speakers(2))

    with django_assert_num_queries(7):
        desk.get("/desk/diary/", {"month": f"{in_days(60):%Y-%m}"})


@pytest.mark.parametrize("count", [1, 3])
def test_the_history_costs_the_same_for_one_and_for_three(auditor, priya, django_assert_num_queries, count):
    several(priya, count)

    with django_assert_num_queries(6):
        auditor.get("/desk/history/")


# ---- search and lists


@pytest.mark.parametrize("term", ["kestrel", "Whitlock", "dana.whitlock@"])
def test_a_booking_is_found_by_agency_and_person(desk, term):
    booking = requested()
    other = requested("Somebody Else", agency="Other Council")

    page = said(desk.get(LIST, {"q": term}))

    assert booking.reference in page
    assert other.reference not in page


@pytest.mark.parametrize("term", ["obrien", "O’Brién", "o'br", "Conwy", "CÔNWY", "côn"])
def test_neither_accents_nor_apostrophes_keep_a_booking_from_being_found(desk, term):
    booking = requested("Sian O'Brien", agency="Heddlu Cônwy")
    other = requested("Somebody Else", agency="Other Council")
    enquiry = EnquiryFactory(name="Siân O’Brien", organisation="Cyngor Cônwy")

    page = said(desk.get(LIST, {"q": term}))

    assert booking.reference in page
    assert other.reference not in page
    assert enquiry.reference in said(desk.get("/desk/bookings/enquiry/", {"q": term}))


def test_quotation_marks_alone_find_nothing(desk):
    booking = requested("Sian O'Brien")

    assert booking.reference not in said(desk.get(LIST, {"q": "’’’'"}))


def test_a_name_is_found_by_its_index():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for model in (Agency, Contact):
            plan = model.objects.filter(name__plain__contains="O’Brien").order_by().explain()
            assert "plain_search" in plan


@pytest.mark.parametrize("term", ["sian", "OBrien"])
@pytest.mark.parametrize("list_of", ["accounts/user", "speakers/speaker", "bookings/agency"])
def test_lists_of_people_and_agencies_know_no_accents_either(desk, term, list_of):
    SpeakerFactory(name="Siân O’Brien", user__name="Siân O’Brien")
    AgencyFactory(name="Siân O’Brien House")

    assert "Siân O’Brien" in said(desk.get(f"/desk/{list_of}/", {"q": term}))


@pytest.mark.parametrize("term", ["underhill", "Quinn"])
def test_what_only_a_question_fits_is_found_among_the_questions(desk, reader, term):
    requested()
    enquiry = EnquiryFactory(name="Quinn Asks", organisation="Underhill College")
    EnquiryFactory(name="Somebody Else", organisation="Elsewhere")

    response = desk.get("/desk/find/", {"q": term})

    assert response.url.startswith("/desk/bookings/enquiry/")
    page = said(desk.get(response.url))
    assert enquiry.reference in page
    assert "Somebody Else" not in page
    assert reader.get("/desk/find/", {"q": term}).url.startswith(LIST)


def test_a_reference_goes_straight_to_its_page(desk):
    booking, enquiry = requested(), EnquiryFactory()

    assert desk.get("/desk/find/", {"q": booking.reference.lower()}).url == page_of(booking)
    assert (
        desk.get("/desk/find/", {"q": enquiry.reference}).url
        == f"/desk/bookings/enquiry/{enquiry.pk}/change/"
    )
    assert desk.get("/desk/find/", {"q": "Kestrel & Co"}).url == f"{LIST}?q=Kestrel+%26+Co"


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ({"status__exact": "requested"}, {"asks"}),
        ({"waiting_for__exact": "agency"}, {"held"}),
        ({"owner": "nobody"}, {"asks"}),
        ({"kind": "council"}, {"asks", "held"}),
        ({"kind": "nhs"}, set()),
        ({"since": "7"}, {"asks", "held"}),
    ],
)
def test_the_list_is_narrowed(desk, priya, query, kept):
    named = {
        "asks": requested("Asks Person", agency="Asking Council"),
        "held": offered(
            rung_back(requested("Held Person", agency="Held Council"), priya), priya, speakers(1)
        ),
    }

    page = said(desk.get(LIST, query))

    assert {name for name, booking in named.items() if booking.reference in page} == kept


def test_the_menu_holds_only_our_models():
    assert {model._meta.app_label for model in desk_site._registry} == {
        "accounts", "bookings", "courses", "outbox", "places", "speakers",
    }  # fmt: skip


def test_every_list_and_every_form_of_the_desk_opens(desk, priya):
    booking = confirmed(requested(), priya, speakers(1))
    VenueFactory(booking=booking)
    EnquiryFactory(), TopicFactory(), AudienceFactory(), DeskSettings.current()

    for model in desk_site._registry:
        base = f"/desk/{model._meta.app_label}/{model._meta.model_name}/"
        assert (base, desk.get(base).status_code) == (base, 200)
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            assert (base, desk.get(f"{base}{row.pk}/change/").status_code) == (base, 200)
    assert desk.get("/desk/lists/").status_code == 200


def test_an_edit_says_in_the_trail_who_made_it(desk, priya):
    topic = TopicFactory(title="Old title")
    form = {
        "title": "New title", "slug": topic.slug, "printed_title": "P", "summary": "S", "is_active": "on", "rank": "1",
        "kind": "presentation", "least_minutes": "10", "usual_minutes": "20", "most_minutes": "30",
        "points-TOTAL_FORMS": "0", "points-INITIAL_FORMS": "0", "materials-TOTAL_FORMS": "0", "materials-INITIAL_FORMS": "0",
        "emphases-TOTAL_FORMS": "0", "emphases-INITIAL_FORMS": "0",
    }  # fmt: skip

    response = desk.post(f"/desk/courses/topic/{topic.pk}/change/", form)

    assert response.status_code == 302
    assert Topic.objects.get().title == "New title"


# ---- by telephone, and questions


PHONED = {
    "name": "Dana Whitlock",
    "email": "Dana.Whitlock@example.org",
    "agency_kind": "nhs",
    "agency_name": "Kestrel Vale NHS Trust",
    "head_count": "38",
    "place": "on_site",
    "outcode": "ne1",
}


def test_a_request_by_phone_is_written_down(desk, priya, full_day):
    topic, audience = TopicFactory(), AudienceFactory()
    month = (timezone.localdate() + dt.timedelta(days=62)).replace(day=1)
    form = PHONED | {
        "musts": [topic.pk], "format": full_day.pk, "mostly": audience.pk, "months": [month.isoformat()], "weekdays": ["1"],
    }  # fmt: skip

    desk.post("/desk/telephone/", form)

    booking = Booking.objects.get()
    assert (booking.source, booking.owner, booking.outcode, booking.format) == (
        "telephone",
        priya,
        "NE1",
        full_day,
    )
    assert (booking.months, booking.weekdays) == ([month], [1])
    assert list(booking.musts.all()) == [topic]
    assert booking.audience_shares.get().share == "all"
    assert contact_of(booking).email == "dana.whitlock@example.org"
    assert booking.next_step == "confirm_mailbox"


def test_a_request_by_phone_names_what_is_missing_and_keeps_the_rest(desk):
    response = desk.post("/desk/telephone/", PHONED | {"agency_name": "", "outcode": "XX99"})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"agency_name", "outcode"}
    assert "Dana.Whitlock@example.org" in said(response)


def test_an_empty_request_by_phone_names_each_gap_once(desk):
    errors = desk.post("/desk/telephone/", {}).context["form"].errors

    assert set(errors) == {"name", "email", "agency_kind", "place"}


def test_a_question_is_answered(desk, priya):
    enquiry = EnquiryFactory()
    address = f"/desk/question/{enquiry.reference}/answer/"

    desk.post(address, {"answer": "Yes, they may."})

    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.answer, enquiry.owner) == (EnquiryState.ANSWERED, "Yes, they may.", priya)
    assert "Yes, they may." in Message.objects.get(kind="enquiry-answer").text
    again = said(desk.post(address, {"answer": "Yes."}, follow=True))
    assert "already. Here is how it stands now." in again


def test_a_question_is_closed_and_marked(desk):
    enquiry = EnquiryFactory()

    desk.post(f"/desk/question/{enquiry.reference}/disclosure/")
    desk.post(f"/desk/question/{enquiry.reference}/close/")

    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.may_be_disclosure) == (EnquiryState.CLOSED, True)


def test_a_question_becomes_a_booking_with_nothing_asked_twice(desk):
    enquiry = EnquiryFactory(name="Casey Invented", message="May volunteers come?")
    address = f"/desk/question/{enquiry.reference}/convert/"

    page = said(desk.get(address))
    assert "Casey Invented" in page
    assert "May volunteers come?" in page
    desk.post(address, PHONED)

    enquiry.refresh_from_db()
    assert enquiry.state == EnquiryState.CONVERTED
    assert enquiry.booking.source == "enquiry"
    assert f"{enquiry.booking.reference}" in said(desk.get(f"/desk/bookings/enquiry/{enquiry.pk}/change/"))


def test_looking_at_a_question_changes_nothing(desk):
    enquiry = EnquiryFactory()
    state = list(Enquiry.objects.values())

    for key in ("answer", "close", "disclosure", "convert"):
        assert desk.get(f"/desk/question/{enquiry.reference}/{key}/").status_code == 200

    assert list(Enquiry.objects.values()) == state


# ---- diary and history


def test_the_diary_shows_held_agreed_and_away_and_logs_the_look(desk, priya):
    held, agreed, away = speakers(3)
    first = offered(rung_back(requested(), priya), priya, [held])
    second = confirmed(requested("Other Person", agency="Other Council"), priya, [agreed])
    DiaryEntry.objects.create(speaker=away, kind="blackout", busy=(in_days(60), in_days(60, 12)))

    response = desk.get("/desk/diary/", {"month": f"{in_days(60):%Y-%m}"})

    entries = [
        entry for week in response.context["calendar"].weeks for day in week if day for entry in day.entries
    ]
    assert {(entry.name, entry.state, entry.reference) for entry in entries} == {
        (held.name, "held", first.reference),
        (agreed.name, "on", second.reference),
        (away.name, "away", ""),
    }
    assert {(read.user, read.booking) for read in DetailRead.objects.all()} == {
        (priya, first),
        (priya, second),
    }


@pytest.mark.parametrize("month", ["", "2027-13", "next", "9999-01", "2027-01-01"])
def test_a_month_out_of_reason_is_this_month(desk, month):
    response = desk.get("/desk/diary/", {"month": month})

    assert response.context["calendar"].title == f"{timezone.localdate():%B %Y}"


def test_the_history_says_who_did_what_to_which_reference(auditor, desk, priya):
    booking = requested()
    desk.post(
        do(booking, "not-today"), {"until_day": "1", "until_month": "2", "until_year": str(in_days(400).year)}
    )

    deeds = auditor.get("/desk/history/", {"reference": booking.reference}).context["deeds"]

    assert (deeds[0].who, deeds[0].verb, deeds[0].reference) == (
        "The portal",
        "ask for training",
        booking.reference,
    )
    desk.post(do(booking, "disclosure"))
    deeds = auditor.get("/desk/history/", {"reference": booking.reference}).context["deeds"]
    assert (deeds[0].who, deeds[0].verb, deeds[0].what) == (str(priya), "flag disclosure", "changed booking")


@pytest.mark.parametrize("before", ["x", "2027-13-01T00:00", "2027-01-01T00:00:00"])
def test_a_moment_that_is_none_is_left_aside(auditor, before):
    assert auditor.get("/desk/history/", {"before": before}).status_code == 200


# ---- words


@pytest.mark.parametrize(
    ("since", "due", "waiting", "late"),
    [
        (dt.date(2026, 11, 20), None, "1 working day", ""),
        (dt.date(2026, 11, 23), None, "since today", ""),
        (dt.date(2026, 11, 16), dt.date(2026, 11, 20), "5 working days", "1 day late"),
        (dt.date(2026, 11, 11), dt.date(2026, 11, 18), "8 working days", "3 days late"),
        (dt.date(2026, 11, 16), dt.date(2026, 11, 22), "5 working days", "1 day late"),
        (dt.date(2026, 11, 16), dt.date(2026, 11, 23), "5 working days", "due today"),
        (dt.date(2026, 11, 16), dt.date(2026, 11, 24), "5 working days", "1 day left"),
        (dt.date(2026, 11, 16), dt.date(2026, 12, 24), "5 working days", ""),
        (dt.date(2025, 3, 3), None, "since March 2025", ""),
    ],
)
def test_waiting_and_lateness_are_said_apart_in_working_days(since, due, waiting, late):
    moment = dt.datetime.combine(since, dt.time(12), tzinfo=dt.UTC)

    said = queue.say_waiting(moment, due, "ew", dt.date(2026, 11, 23))

    assert (said.words, said.late) == (waiting, late)


def test_the_queue_says_what_the_speakers_have_answered(desk, priya):
    booking = offered(rung_back(requested(), priya), priya, speakers(3))
    offer = booking.offers.get()
    services.accept_offer(offer.pk, actor=contact_of(booking).user)
    one, two, _ = offer.engagements.all()
    services.answer_invitation(one.pk, accepts=True, actor=priya)
    services.answer_invitation(two.pk, accepts=True, actor=priya)

    (group,) = desk.get("/desk/").context["board"].groups

    assert group.key == WaitingFor.SPEAKERS
    assert "2 have said yes, 1 is silent" in group.rows[0].detail
