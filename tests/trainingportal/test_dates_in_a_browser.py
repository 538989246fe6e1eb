"""Speakers and dates in a real browser, as they live: three offers, answer, condition, pause, the end of a hold,
substitute, postpone, the feed, and the pack without a network. Every screen is put to axe at both widths."""

import datetime as dt
import io
import re
import time

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Page, expect
from pypdf import PdfReader

import courses.catalogue
import places.catalogue
from accounts.models import User
from accounts.rights import COORDINATORS
from accounts.services import role
from agendas import services as agendas
from bookings import services
from bookings.models import Booking, Offer
from bookings.tasks import expire_offers
from courses.models import Topic
from outbox.models import Message
from speakers.models import DiaryEntry, Expertise
from tests.browser import check, shoot
from tests.factories import FormatFactory, SpeakerFactory, UserFactory, VerifiedContactFactory
from tests.shipped import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = [1280, 320]


def in_days(days: int, hour: int = 9, minute: int = 15) -> dt.datetime:
    day = timezone.localtime() + dt.timedelta(days=days)
    while day.weekday() > 4:  # a form asks back about a weekend
        day += dt.timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def _no_demo(settings):
    """People here are as real as any: the demo asks invented ones only."""
    settings.DEMO = False


@pytest.fixture
def catalogue(db):
    load(places.catalogue, courses.catalogue)


@pytest.fixture
def desk(catalogue) -> User:
    user = UserFactory(name="Priya Desk", is_staff=True)
    user.groups.add(role(COORDINATORS))
    return user


@pytest.fixture
def team(catalogue):
    """A detective, a mother who tells her story, and a psychologist who is not asked at first."""
    people = [
        SpeakerFactory(name="Ivo Thistlewood"),
        SpeakerFactory(name="Ada Marchbanks", is_family=True),
        SpeakerFactory(name="Una Oxenbrigg"),
    ]
    for person, slugs in zip(
        people, (["red-flags"], ["alices-story"], ["red-flags", "typology"]), strict=True
    ):
        for topic in Topic.objects.filter(slug__in=slugs):
            Expertise.objects.create(speaker=person, topic=topic)
    return people


@pytest.fixture
def offer(desk, team):
    contact = VerifiedContactFactory(booking__format=FormatFactory(slug="full-day"))
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    made = services.make_offer(
        contact.booking_id,
        starts_at=in_days(60),
        ends_at=in_days(60, 16),
        team={team[0].pk: [topics["red-flags"]], team[1].pk: [topics["alices-story"]]},
        lead=team[0],
        actor=desk,
    )
    services.accept_offer(made.pk, actor=contact.user)
    return made


@pytest.fixture
def as_user(page_at):
    """A page of somebody who has shown a second factor in this session."""

    def open_as(user: User, width: int, **options: object) -> Page:
        client = Client()
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        page = page_at(width, **options)
        page.context.add_cookies(
            [{"name": "sessionid", "value": session.session_key, "domain": "localhost", "path": "/"}]
        )
        return page

    return open_as


def agree(offer) -> Booking:
    for place in offer.engagements.filter(state="asked"):
        services.answer_invitation(place.pk, accepts=True, actor=place.speaker.user)
    return Booking.objects.get(pk=offer.booking_id)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_speaker_answers_with_a_condition_and_the_desk_settles_it(as_user, offer, desk, team, width):
    reference = offer.booking.reference
    page = as_user(team[1].user, width)
    page.goto(f"/speaking/{reference}/{offer.number}/")
    expect(page.get_by_text("Also asked:")).to_be_visible()
    check(page)
    shoot(page, "answer")
    page.get_by_text("Yes, but only if").click()
    page.get_by_label("What would you need?").fill("If I can leave by four.")
    page.get_by_role("button", name="Yes, if this is possible").click()
    expect(page.get_by_text("We will contact you about it")).to_be_visible()
    check(page)
    services.answer_invitation(offer.engagements.get(speaker=team[0]).pk, accepts=True, actor=team[0].user)

    page = as_user(desk, width)
    page.goto("/desk/")
    expect(page.get_by_role("heading", name="A speaker said yes, if")).to_be_visible()
    check(page)
    shoot(page, "desk-condition-home")
    page.goto(f"/desk/bookings/booking/{offer.booking_id}/change/")
    check(page)
    shoot(page, "desk-condition")
    page.get_by_role("link", name="Settle their condition").first.click()
    check(page)
    shoot(page, "desk-settle")
    page.get_by_label("It can be so").check()
    page.get_by_role("button", name="Settle their condition").click()
    expect(page.get_by_text(re.compile("Ada Marchbanks.* yes"))).to_be_visible()
    assert Booking.objects.get(reference=reference).status == "confirmed"


@pytest.mark.parametrize("width", WIDTHS)
def test_somebody_steps_in_with_one_press(as_user, offer, desk, team, width):
    booking = agree(offer)
    page = as_user(team[0].user, width)
    page.goto(f"/speaking/{booking.reference}/{offer.number}/session/")
    page.get_by_role("link", name="I can no longer give this session").click()
    expect(page.get_by_role("heading", name="You can no longer give this session?")).to_be_visible()
    check(page)
    shoot(page, "no-longer")
    page.get_by_role("button", name="I can no longer give it").click()
    expect(page.get_by_text("is free again")).to_be_visible()

    page = as_user(desk, width)
    page.goto(f"/desk/bookings/booking/{booking.pk}/change/")
    expect(page.get_by_role("heading", name="Who steps in for Ivo Thistlewood")).to_be_visible()
    check(page)
    shoot(page, "gap")
    page.get_by_role("button", name="Invite Una Oxenbrigg to step in").click()
    page.get_by_role("button", name="Ask another speaker").click()  # it says first what will happen
    expect(page.get_by_text(re.compile("emailed Una Oxenbrigg")).first).to_be_visible()
    shoot(page, "gap-invited")

    page = as_user(team[2].user, width)
    page.goto("/speaking/")
    page.get_by_role("button", name="Yes, I can").click()
    expect(page.get_by_text("is agreed")).to_be_visible()
    booking.refresh_from_db()
    assert (booking.status, booking.next_step) == ("confirmed", "issue_agenda")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_day_is_put_off(as_user, offer, desk, width):
    booking = agree(offer)
    new = in_days(75)
    page = as_user(desk, width)
    page.goto(f"/desk/do/{booking.reference}/postpone/")
    check(page)
    shoot(page, "postpone")
    for label, value in (("Day", new.day), ("Month", new.month), ("Year", new.year)):
        page.get_by_role("textbox", name=label, exact=True).fill(str(value))
    page.get_by_label("The agency has said yes to this date by phone").check()
    page.get_by_role("button", name="Postpone").click()
    expect(page.get_by_text(re.compile("will be the agreed day|We will ask .* again"))).to_be_visible()
    check(page)
    page.get_by_role("button", name="Postpone").click()
    expect(page.get_by_text("Session postponed.")).to_be_visible()
    shoot(page, "postponed")

    speaker = offer.engagements.order_by("pk")[0].speaker
    page = as_user(speaker.user, width)
    page.goto(f"/speaking/{booking.reference}/{offer.number + 1}/")
    expect(page.get_by_text("We ask you again")).to_be_visible()
    check(page)
    shoot(page, "asked-again")


@pytest.mark.parametrize("width", WIDTHS)
def test_three_dates_are_held_at_once_and_one_yes_frees_the_others(as_user, desk, team, width):
    contact = VerifiedContactFactory(
        booking__format=FormatFactory(slug="full-day"), booking__dates_to_avoid="Mondays, half term"
    )
    booking = contact.booking
    page = as_user(desk, width)
    page.goto(f"/desk/do/{booking.reference}/offer/")
    expect(page.get_by_text("Not read as dates: please mind")).to_be_visible()
    page.get_by_text(re.compile("other dates, and why not")).click()
    expect(page.get_by_text("They asked to avoid it: “Mondays”")).to_be_visible()
    check(page)
    shoot(page, "options")
    ticks = page.locator("input[name=option]")
    days = [str(ticks.nth(place).get_attribute("value")).partition(".")[0] for place in range(3)]
    assert all(dt.date.fromisoformat(day).weekday() for day in days)
    for place in range(3):
        ticks.nth(place).check()
    page.get_by_role("button", name="Check the ticked dates").click()
    expect(page.get_by_text(re.compile("We will offer"))).to_be_visible()
    check(page)
    page.get_by_role("button", name="Hold the ticked dates and send the offers").click()
    expect(page.get_by_text(re.compile("We offered"))).to_be_visible()
    check(page)
    shoot(page, "three-held")
    held = DiaryEntry.objects.filter(held_until__isnull=False).count()
    assert held == 3 * booking.offers.first().engagements.count()
    [message] = Message.objects.filter(kind="offer")
    assert message.text.count("Date: ") == 3

    page = as_user(contact.user, width)
    page.goto(f"/your/{booking.reference}/")
    expect(page.get_by_role("button", name=re.compile("^Check and accept "))).to_have_count(3)
    check(page)
    shoot(page, "three-offers")
    page.get_by_role("button", name=re.compile("^Check and accept ")).nth(1).click()
    page.get_by_role("button", name=re.compile("^Accept ")).click()
    expect(page.get_by_role("heading", name="The date you accepted")).to_be_visible()
    check(page)
    shoot(page, "one-accepted")
    assert [offer.state for offer in booking.offers.order_by("starts_at")] == [
        "withdrawn",
        "accepted",
        "withdrawn",
    ]
    assert DiaryEntry.objects.count() == held // 3


@pytest.mark.parametrize("width", WIDTHS)
def test_a_hold_that_runs_out_frees_everybody_and_a_late_press_is_met_kindly(as_user, offer, team, width):
    reference = offer.booking.reference
    until = timezone.now() + dt.timedelta(minutes=20)
    Offer.objects.filter(pk=offer.pk).update(expires_at=until)
    DiaryEntry.objects.update(held_until=until)
    page = as_user(team[1].user, width)
    page.goto(f"/speaking/{reference}/{offer.number}/")
    expect(page.get_by_role("button", name="Yes, I can")).to_be_visible()

    with time_machine.travel(until + dt.timedelta(minutes=1), tick=True):
        expire_offers()
        page.get_by_role("button", name="Yes, I can").click()
        expect(page.get_by_text("This invitation has ended. Your time is free again")).to_be_visible()
        check(page)
        shoot(page, "hold-ended-late-press")
        page.goto("/speaking/diary/")
        expect(page.get_by_text("Asked", exact=True)).to_have_count(0)
        check(page)
        page = as_user(offer.booking.contacts.get().user, width)
        page.goto(f"/your/{reference}/")
        expect(page.get_by_text("We are looking for other dates.")).to_be_visible()
        check(page)
        shoot(page, "hold-ended-agency")
    assert not DiaryEntry.objects.exists()
    assert Booking.objects.get(reference=reference).status == "requested"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_pause_takes_one_press_and_nobody_chases(as_user, offer, team, width):
    page = as_user(team[1].user, width)
    page.goto("/speaking/")
    check(page)
    shoot(page, "speaker-home")
    page.get_by_role("button", name="For 2 weeks").click()
    expect(
        page.get_by_text(re.compile("No invitations until .*What you accepted stays as it is"))
    ).to_be_visible()
    check(page)
    shoot(page, "paused")
    with time_machine.travel(offer.expires_at - dt.timedelta(hours=20), tick=True):
        assert services.send_due_reminders() == 1  # the colleague, who did not pause
    assert Message.objects.get(kind="reminder").to == team[0].user.email


@pytest.mark.parametrize("width", WIDTHS)
def test_a_calendar_reads_the_feed_until_it_is_closed(as_user, offer, team, width):
    agree(offer)
    page = as_user(team[0].user, width)
    page.goto("/speaking/calendars/")
    check(page)
    shoot(page, "calendars")
    page.get_by_role("button", name="Make my private address").click()
    address = page.get_by_label("Address to copy")
    expect(address).to_be_visible()
    check(page)
    shoot(page, "feed-made")
    path = "/speaking/feed.ics?" + address.input_value().partition("?")[2]
    first = Client().get(path)
    [event] = Calendar.from_ical(first.content).walk("VEVENT")
    assert event["dtstart"].dt == offer.starts_at
    assert offer.booking.reference in str(event["summary"])
    assert Client().get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304

    page.goto("/speaking/calendars/")
    page.get_by_role("button", name="Close the address").click()
    expect(page.get_by_text("The address is closed.")).to_be_visible()
    assert Client().get(path).status_code == 404


@pytest.fixture
def pack(as_user, offer, desk, team, settings, tmp_path):
    """The address of a session's pack, with a venue and an issued agenda in it."""
    settings.MEDIA_ROOT = tmp_path
    booking = agree(offer)
    services.set_venue(
        booking.pk,
        name="Vexford Hall",
        address="7 Plover Row\nVexford",
        postcode="NE1 9QZ",
        room="Lecture room 2",
        parking="Behind the bakery; ask for a permit at the gate.",
        arrival="Main door, sign in at reception with photo identification.",
        access="A lift to every floor; step-free from the car park.",
        vetting="Somebody walks with you from reception.",
        contact_name="Sam Gatekeeper",
        contact_telephone="01632 960009",
        actor=desk,
    )
    agenda = agendas.open_agenda(Booking.objects.get(pk=booking.pk), filled=True, actor=desk)
    agendas.issue_agenda(agenda.pk, version=agenda.version, actor=desk)
    return f"/speaking/{booking.reference}/{offer.number}/session/"


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pack_is_whole_and_prints_on_two_pages(as_user, pack, team, width):
    page = as_user(team[0].user, width)
    page.goto(pack)
    for words in ("Vexford Hall", "Behind the bakery", "Sam Gatekeeper", "A lift to every floor", "Alice"):
        expect(page.get_by_text(words).first).to_be_visible()
    check(page)
    shoot(page, "pack")
    paper = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "12mm"))
    assert len(PdfReader(io.BytesIO(paper)).pages) <= 2


def test_a_kept_pack_opens_without_a_network_and_is_gone_after_sign_out(as_user, pack, team):
    page = as_user(team[0].user, 1280)
    page.goto(pack)
    assert page.evaluate("caches.keys()") == []  # nothing is kept before the press
    page.get_by_role("button", name="Keep on this device").click()
    expect(page.get_by_text("Kept. This page and a link to it")).to_be_visible()

    page.context.set_offline(True)
    page.goto(pack)
    expect(page.get_by_text("there is no network")).to_be_visible()
    expect(page.get_by_text("Vexford Hall")).to_be_visible()
    shoot(page, "pack-offline")
    page.goto("/speaking/")  # no network: their page leads to what is kept, and names its reference only
    expect(page.get_by_role("heading", name="There is no network")).to_be_visible()
    assert "Vexford" not in page.content()
    page.get_by_role("link", name=f"Session {pack.split('/')[2]}").click()
    expect(page.get_by_text("Vexford Hall")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/speaking/")
    expect(page.get_by_role("heading", name="Your next sessions")).to_be_visible()

    page.goto(pack)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")
    page.wait_for_function("caches.keys().then((names) => names.length === 0)")
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        page.goto(pack)


def test_a_kept_pack_is_gone_the_day_after(as_user, pack, team):
    page = as_user(team[0].user, 1280)
    page.goto(pack)
    page.get_by_role("button", name="Keep on this device").click()
    expect(page.get_by_text("Kept. This page and a link to it")).to_be_visible()

    page.evaluate(
        """async () => {
            const shelf = await caches.open("wt-kept");
            for (const request of await shelf.keys()) {
                const kept = await shelf.match(request);
                const headers = new Headers(kept.headers);
                headers.set("X-Kept-Until", new Date(Date.now() - 1000).toISOString());
                await shelf.put(request, new Response(await kept.arrayBuffer(), { headers }));
            }
        }"""
    )
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        page.goto(pack)
