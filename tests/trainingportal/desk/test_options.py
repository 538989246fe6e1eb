"""Options beside the offer form: pinned, filled in, and up to three offered at once."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from playwright.sync_api import expect

import courses.catalogue
import places.catalogue
from bookings import services
from bookings.models import Booking, Engagement, Offer
from courses.models import Format, Topic
from outbox.models import Message
from speakers.models import DiaryEntry, Expertise, Speaker
from tests.browser import check, shoot
from tests.factories import SpeakerFactory
from tests.shipped import load
from tests.trainingportal.desk.conftest import (
    contact_of,
    do,
    in_days,
    offered,
    requested,
    rung_back,
    said,
    sign_in,
)

pytestmark = pytest.mark.django_db


def teacher(name: str, *slugs: str, **more) -> Speaker:
    """Somebody who has confirmed these topics and looked at their diary this morning."""
    speaker = SpeakerFactory(name=name, diary_seen_at=timezone.now(), **more)
    for topic in Topic.objects.filter(slug__in=slugs):
        Expertise.objects.create(speaker=speaker, topic=topic, confirmed_at=timezone.now())
    return speaker


@pytest.fixture
def team(db) -> list[Speaker]:
    """Who tells the story, who has the facts, and who knows the law."""
    load(places.catalogue, courses.catalogue)
    return [
        teacher("Wren Alder", "scale-of-the-problem", "risk", home_outcode="YO1"),
        teacher("Tess Hale", "alices-story", is_family=True, home_outcode="NE30"),
        teacher("Ivo Marsh", "legal-issues", "scale-of-the-problem", home_outcode="DL1"),
    ]


@pytest.fixture
def booking(team, priya) -> Booking:
    """A full day at NE1, rung back, on any weekday; the law is a must."""
    booking = rung_back(requested(), priya)
    booking.format = Format.objects.get(slug="full-day")
    booking.cover = Booking.Cover.CHOOSE
    booking.save()
    booking.musts.add(Topic.objects.get(slug="legal-issues"))
    return booking


def options_page(desk, booking: Booking, **query):
    return desk.get(do(booking, "offer"), query)


def rows(response) -> list[tuple[dt.date, list[str], str]]:
    return [
        (row.option.day.date, [each.person.name for each in row.option.team], row.value)
        for row in response.context["options"].rows
    ]


def test_the_options_stand_on_the_offer_page_with_their_reasons(desk, booking, team):
    response = options_page(desk, booking)

    found = rows(response)
    assert found[0][1] == ["Ivo Marsh", "Tess Hale"]
    assert [day for day, _, _ in found] == sorted(day for day, _, _ in found)
    assert found[0][0] >= timezone.localdate() + dt.timedelta(days=21)
    page = said(response)
    assert "Covers everything asked" in page
    assert "Leaves home about" in page
    assert "Sooner than three weeks from today" in page


def test_an_option_fills_the_form_with_date_times_and_speakers(desk, booking, team):
    first = options_page(desk, booking).context["options"].rows[0]

    form = desk.get(f"{do(booking, 'offer')}?{first.fills}").context["form"]

    _, tess, ivo = team
    assert form["day"].value() == first.option.day.date
    assert (form["starts_at"].value(), form["ends_at"].value()) == ("9.15am", "4.15pm")
    assert [form[f"ask_{each.pk}"].value() for each in team] == [False, True, True]
    assert form["lead"].value() == str(ivo.pk)
    assert form[f"topics_{tess.pk}"].value() == [Topic.objects.get(slug="alices-story").pk]
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "ask=x&lead=y&day=2027-13-45&starts_at=no",
        "ask=1&topics_1=x",
        "pin_day_day=99&pin_speaker=0&pin_topic=x",
    ],
)
def test_an_address_that_makes_no_sense_fills_and_pins_nothing_wrong(desk, booking, query):
    assert desk.get(f"{do(booking, 'offer')}?{query}").status_code == 200


def test_a_pin_holds_a_date_a_speaker_and_a_topic(desk, booking, team):
    wren = team[0]
    day = options_page(desk, booking).context["options"].rows[3].option.day.date
    risk = Topic.objects.get(slug="risk")

    dated = options_page(desk, booking, pin_day_day=day.day, pin_day_month=day.month, pin_day_year=day.year)
    with_wren = options_page(desk, booking, pin_speaker=wren.pk)
    with_risk = options_page(desk, booking, pin_topic=risk.pk)

    assert {found for found, _, _ in rows(dated)} == {day}
    assert [names for _, names, _ in rows(dated)] == [["Ivo Marsh", "Tess Hale"], ["Ivo Marsh"]]
    assert rows(with_wren)[0][1] == ["Ivo Marsh", "Tess Hale", "Wren Alder"]
    assert rows(with_risk)[0][1] == ["Ivo Marsh", "Tess Hale", "Wren Alder"]
    assert not options_page(desk, booking).context["options"].is_pinned
    assert with_wren.context["options"].is_pinned


def test_a_date_that_nobody_can_give_says_why(desk, booking, team):
    day = options_page(desk, booking).context["options"].rows[0].option.day.date
    begin = in_days((day - timezone.localdate()).days, 0, 0)
    DiaryEntry.objects.create(
        speaker=team[2], kind="blackout", busy=DateTimeTZRange(begin, begin + dt.timedelta(days=1))
    )

    response = options_page(desk, booking)

    assert rows(response)[0][0] > day
    assert "Nobody is free for Legal issues: Ivo Marsh is away" in said(response)


# ---- several at once


def tick(desk, booking: Booking, values: list[str], **more):
    return desk.post(do(booking, "offer"), {"several": "1", "option": values, **more}, follow=True)


def test_three_dates_are_offered_at_once_each_held(desk, booking):
    chosen = rows(options_page(desk, booking))[:3]

    page = said(tick(desk, booking, [value for _, _, value in chosen]))

    assert "We offered" in page
    offers = Offer.objects.order_by("number")
    assert [timezone.localtime(each.starts_at).date() for each in offers] == [day for day, _, _ in chosen]
    assert {each.state for each in offers} == {"open"}
    assert DiaryEntry.objects.filter(held_until__isnull=False).count() == 6
    assert Message.objects.filter(kind="invitation").count() == 2


def test_accepting_one_of_three_frees_the_others(desk, booking):
    tick(desk, booking, [value for _, _, value in rows(options_page(desk, booking))[:3]])
    first, *others = Offer.objects.order_by("number")

    services.accept_offer(first.pk, actor=contact_of(booking).user)

    assert [Offer.objects.get(pk=each.pk).state for each in others] == ["withdrawn", "withdrawn"]
    held = Engagement.objects.filter(diary_entry__isnull=False)
    assert {each.offer_id for each in held} == {first.pk}
    assert DiaryEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("already", "ticked", "refusal"), [(0, 4, "choose 3 at most"), (2, 2, "choose 1 more")]
)
def test_an_agency_is_never_offered_more_than_three_dates(desk, booking, already, ticked, refusal):
    if already:
        tick(desk, booking, [value for _, _, value in rows(options_page(desk, booking))[:already]])

    response = tick(desk, booking, [value for _, _, value in rows(options_page(desk, booking))[:ticked]])

    assert response.status_code == 422
    assert refusal in said(response)
    assert Offer.objects.count() == already


def test_a_fourth_date_put_together_by_hand_is_refused_too(desk, booking, team, priya):
    tick(desk, booking, [value for _, _, value in rows(options_page(desk, booking))[: services.MOST_DATES]])

    form = {
        "day_day": "1", "day_month": "6", "day_year": str(timezone.localdate().year + 1), "starts_at": "9.15am", "ends_at": "4pm",
        "day-sure": f"{timezone.localdate().year + 1}-06-01",
        "hold_until_day": "1", "hold_until_month": "5", "hold_until_year": str(timezone.localdate().year + 1),
        f"ask_{team[2].pk}": "on", "lead": str(team[2].pk),
    }  # fmt: skip
    response = desk.post(do(booking, "offer"), form)

    assert "up to 3 dates at a time, and 3 are open" in said(response)
    assert Offer.objects.count() == 3


@pytest.mark.parametrize("value", ["2027-13-45.1", "nonsense", ""])
def test_an_option_that_is_no_longer_possible_is_refused_in_words(desk, booking, value):
    response = tick(desk, booking, [value])

    assert response.status_code == 422
    assert not Offer.objects.exists()


def test_when_one_of_the_teams_is_taken_meanwhile_nothing_is_held(desk, booking, team, priya, monkeypatch):
    chosen = rows(options_page(desk, booking))[:2]
    page_then = options_page(desk, booking).context["options"]
    monkeypatch.setattr("trainingportal.desk.options.look", lambda *args: page_then)
    days = (chosen[1][0] - timezone.localdate()).days
    offered(rung_back(requested("Other Person", agency="Other Council"), priya), priya, [team[2]], days=days)

    response = tick(desk, booking, [value for _, _, value in chosen])

    assert response.status_code == 422
    assert re.search(r"Ivo Marsh is already busy: .* 20\d\d, .* Nothing is held\.", said(response))
    assert not booking.offers.exists()
    assert booking.status == "requested"


def test_two_teams_for_one_date_are_not_offered_together(desk, booking):
    day = rows(options_page(desk, booking))[0][0]
    pins = f"?pin_day_day={day.day}&pin_day_month={day.month}&pin_day_year={day.year}"
    values = [value for _, _, value in rows(desk.get(do(booking, "offer") + pins))]

    response = desk.post(do(booking, "offer") + pins, {"several": "1", "option": values})

    assert "Choose one team for each date." in said(response)
    assert not Offer.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_few_speakers_and_for_many(
    desk, booking, team, count, django_assert_num_queries
):
    for number in range(count):
        teacher(f"More {number}", "risk", "alices-story")
    options_page(desk, booking)

    with django_assert_num_queries(32):  # lengths of days and nights away, and the usual audience
        options_page(desk, booking)


def test_a_limit_is_gone_past_only_with_a_reason_that_is_kept(desk, booking, team):
    team[2].reach_minutes = 30
    team[2].save()
    first = options_page(desk, booking).context["options"].rows[0]
    assert first.option.touches_limits

    refused = tick(desk, booking, [first.value])
    assert "travels up to 30 minutes each way" in said(refused)
    assert not Offer.objects.exists()

    tick(desk, booking, [first.value], why="He offered to come by train.")
    assert Offer.objects.count() == 1
    assert "He offered to come by train." in booking.notes.get().text


# ---- in a browser


@pytest.fixture
def seen(page_at, priya):
    def open_page(width: int, **options):
        page = page_at(width, **options)
        cookie = sign_in(priya).cookies[django_settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": "sessionid", "value": cookie.value, "domain": "localhost", "path": "/"}]
        )
        return page

    return open_page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 320])
def test_the_options_read_well(seen, booking, width):
    page = seen(width)

    page.goto(do(booking, "offer"))

    expect(page.get_by_role("heading", name="Options", exact=True)).to_be_visible()
    check(page)
    shoot(page, "desk-options")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_an_option_becomes_an_offer_without_javascript(seen, booking, team):
    page = seen(1280, javascript=False)
    page.goto(do(booking, "offer"))

    page.get_by_role("link", name=re.compile("^Offer this")).first.click()
    expect(page.get_by_role("heading", name="This option, to look over and send")).to_be_visible()
    expect(page.get_by_label("Tess Hale", exact=True)).to_be_checked()
    day = dt.date.fromisoformat(parse_qs(urlsplit(page.url).query)["day"][0])
    page.get_by_role("button", name="Check this offer").click()
    page.get_by_role("button", name="Hold them and send the offer").click()

    expect(page.get_by_text(re.compile("We offered"))).to_be_visible()
    offer = Offer.objects.get()
    assert timezone.localtime(offer.starts_at).date() == day
    assert {each.speaker.name for each in offer.engagements.all()} == {"Tess Hale", "Ivo Marsh"}
