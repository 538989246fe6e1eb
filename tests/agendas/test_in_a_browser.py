"""The studio in a real browser: it saves by itself, keeps the focus, shows two drafts, and works without JavaScript."""

import re
import time

import pytest
from django.test import Client
from playwright.sync_api import expect

from agendas import press, services
from agendas.models import Agenda
from courses.models import Format
from tests.agendas.conftest import wish
from tests.browser import check, shoot
from tests.factories import BookingFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = [1280, 320]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def day(catalogue_loaded, desk) -> Agenda:
    """A first day that the desk has filled."""
    booking = wish(
        BookingFactory(format=Format.objects.get(slug="full-day"), nation="ew"), musts=["legal-issues"]
    )
    return services.open_agenda(booking, filled=True, actor=desk)


@pytest.fixture
def studio_at(page_at, day, desk):
    """Open the studio at a width as a coordinator with a second factor."""
    client = Client()
    client.force_login(desk)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(desk.pk)
    session.save()
    cookie = {"name": "sessionid", "value": session.session_key, "domain": "localhost", "path": "/"}

    def open_at(width, **options):
        page = page_at(width, **options)
        page.context.add_cookies([cookie])
        page.goto(f"/agenda/{day.booking.reference}/")
        return page

    return open_at


def minutes_of(page, title):
    return page.get_by_label(f"Minutes for {title}", exact=True)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_studio_reads_well(studio_at, width):
    page = studio_at(width)

    check(page)
    shoot(page, "studio")
    if width == 320:
        page.locator(".wt-fold > summary").nth(2).click()
        check(page)


def test_it_saves_by_itself_and_keeps_the_focus(studio_at, day):
    page = studio_at(1280)
    minutes_of(page, "Welcome").fill("15")
    minutes_of(page, "Welcome").press("Tab")

    expect(page.locator("#studio")).to_have_attribute("data-version", "2")
    assert page.evaluate("document.activeElement.id").startswith("down-")
    assert day.items.first().minutes == 15
    expect(page.get_by_text("1. The day is 5 minutes too long.")).to_be_visible()


def test_a_line_is_moved_by_keyboard_and_keeps_its_button(studio_at, day):
    page = studio_at(1280)
    button = page.get_by_role("button", name="Move The scale of the problem down")
    button.focus()
    button.press("Enter")

    expect(page.locator("#studio")).to_have_attribute("data-version", "2")
    expect(page.get_by_role("button", name="Move The scale of the problem down")).to_be_focused()
    assert [item.words for item in day.items.select_related("topic")[1:3]] == [
        "Alice’s story",
        "The scale of the problem",
    ]


def test_what_is_typed_while_a_save_is_on_its_way_stays(studio_at, day):
    page = studio_at(1280)
    minutes_of(page, "Welcome").fill("15")
    minutes_of(page, "Welcome").press("Tab")
    minutes_of(page, "Legal issues").fill("3")

    expect(page.locator("#studio")).to_have_attribute("data-version", "2")
    expect(minutes_of(page, "Legal issues")).to_have_value("3")
    expect(minutes_of(page, "Legal issues")).to_be_focused()


def test_undoing_what_was_just_typed_shows_what_is_saved(studio_at, day):
    page = studio_at(1280)
    minutes_of(page, "Welcome").fill("12")
    minutes_of(page, "Welcome").press("Enter")
    expect(page.locator("#studio")).to_have_attribute("data-version", "2")
    minutes_of(page, "Welcome").fill("15")
    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#studio")).to_have_attribute(
        "data-version", "4"
    )  # what was typed counts as a change
    expect(minutes_of(page, "Welcome")).to_have_value("12")
    minutes_of(page, "Legal issues").fill("31")
    minutes_of(page, "Legal issues").press("Enter")
    expect(page.locator("#studio")).to_have_attribute("data-version", "5")
    assert day.items.first().minutes == 12
    assert day.items.get(topic__slug="legal-issues").minutes == 31


def test_lines_that_were_typed_beside_a_mistake_are_saved_once_it_is_mended(studio_at, day):
    page = studio_at(1280)
    minutes_of(page, "Legal issues").fill("abc")
    minutes_of(page, "Welcome").fill("15")
    minutes_of(page, "Welcome").press("Enter")
    expect(page.get_by_role("heading", name="One thing to change")).to_be_visible()

    minutes_of(page, "Legal issues").fill("31")
    minutes_of(page, "Legal issues").press("Enter")
    expect(page.locator("#studio")).to_have_attribute("data-version", "2")
    expect(page.get_by_role("heading", name="One thing to change")).to_have_count(0)
    assert day.items.first().minutes == 15
    assert day.items.get(topic__slug="legal-issues").minutes == 31


def test_without_a_network_nothing_is_lost_and_it_is_saved_once_there_is_one(studio_at, day):
    page = studio_at(320)
    page.context.set_offline(True)
    page.locator("#quiet-room").fill("Room 9")
    page.locator("#quiet-room").press("Tab")
    expect(page.locator("#saved")).to_contain_text("Not saved: no answer.")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()

    page.context.set_offline(False)
    expect(page.locator("#studio")).to_have_attribute("data-version", "2")
    expect(page.locator("#quiet-room")).to_have_value("Room 9")
    day.refresh_from_db()
    assert day.quiet_room == "Room 9"


def test_a_save_whose_answer_is_lost_meets_no_other_draft_when_it_is_sent_again(studio_at, day):
    page = studio_at(1280)

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    page.route("**/change/", lose_the_answer, times=1)
    page.locator("#quiet-room").fill("Room 9")
    page.locator("#quiet-room").press("Tab")
    expect(page.locator("#saved")).to_contain_text("Not saved: no answer.")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("#studio")).to_have_attribute("data-version", "2")
    expect(page.get_by_role("heading", name="Two drafts met")).to_have_count(0)
    expect(page.locator("#quiet-room")).to_have_value("Room 9")
    day.refresh_from_db()
    assert (day.version, day.quiet_room) == (2, "Room 9")


@pytest.mark.parametrize("lost", ["sessionid", None])
def test_whoever_was_signed_out_reads_so_and_it_is_saved_once_they_are_back(studio_at, day, lost):
    page = studio_at(320)
    cookies = page.context.cookies()
    page.context.clear_cookies(name=lost)
    page.locator("#quiet-room").fill("Room 9")
    page.locator("#quiet-room").press("Tab")
    expect(page.locator("#saved")).to_contain_text("Not saved: you have been signed out.")
    expect(page.get_by_role("link", name="Sign in in a new tab")).to_have_attribute("href", "/sign-in/")

    page.context.add_cookies(cookies)
    csrf = next(cookie for cookie in cookies if cookie["name"] == "csrftoken")
    page.context.add_cookies([{**csrf, "value": "b" * 32}])  # signing in gives another token
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#studio")).to_have_attribute("data-version", "2")
    expect(page.locator("#quiet-room")).to_have_value("Room 9")
    day.refresh_from_db()
    assert day.quiet_room == "Room 9"


def test_what_was_typed_a_moment_before_leaving_is_saved(studio_at, day):
    page = studio_at(1280)
    page.locator("#quiet-room").fill("Room 9")
    with page.expect_request("**/change/"):
        page.goto("/")

    for _ in range(300):
        day.refresh_from_db()
        if day.quiet_room:
            break
        time.sleep(0.2)
    assert day.quiet_room == "Room 9"


def test_what_was_typed_a_moment_before_a_button_that_leads_away_goes_with_it_once(studio_at, day):
    page = studio_at(1280)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("#quiet-room").fill("Room 9")
    page.get_by_role("button", name="Preview PDF").first.click()
    expect(page.get_by_role("heading", name="Draft of the agenda")).to_be_visible()

    assert len(sent) == 1
    day.refresh_from_db()
    assert (day.version, day.quiet_room) == (2, "Room 9")


@pytest.mark.parametrize("javascript", [True, False])
def test_enter_in_a_field_presses_the_fields_own_button(studio_at, day, javascript):
    page = studio_at(1280, javascript=javascript)
    search = page.get_by_label("Search topics and points")
    search.fill("typology")
    search.press("Enter")
    expect(page.get_by_text("with “typology”")).to_be_visible()
    page.get_by_role("link", name="Show all").click()

    law = day.items.get(topic__slug="legal-issues")
    services.set_minutes(day.pk, item_id=law.pk, minutes=law.minutes - 5, version=1, actor=UserFactory())
    page.goto(f"/agenda/{day.booking.reference}/")
    page.locator("#aside-free > summary").click()
    page.locator("#why-free").fill("Late trains.")
    page.locator("#why-free").press("Enter")
    expect(page.locator("#part-checks")).to_contain_text("Set aside by")
    assert day.set_asides.get().reason == "Late trains."

    page.locator("#start > summary").click()
    page.get_by_label("Name of a template").fill("Short days")
    page.get_by_label("Name of a template").press("Enter")
    expect(page.locator("#saved")).to_contain_text("Saved as the template")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("javascript", [True, False])
def test_two_drafts_that_meet_are_both_shown_and_mine_is_kept(studio_at, day, width, javascript):
    page = studio_at(width, javascript=javascript)
    legal = day.items.get(topic__slug="legal-issues")
    services.remove_item(day.pk, item_id=legal.pk, version=1, actor=UserFactory(name="Owen Tull"))
    if width == 320:
        page.locator(".wt-fold > summary").first.click()
    minutes_of(page, "Welcome").fill("15")
    minutes_of(page, "Welcome").press("Enter")

    expect(page.get_by_role("heading", name="Two drafts met")).to_be_visible()
    if javascript:
        check(page)
    shoot(page, "studio-stale")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#studio")).to_have_attribute("data-version", "3")
    assert day.items.first().minutes == 15
    assert day.items.filter(topic__slug="legal-issues").exists()


def test_without_javascript_every_button_works_and_leads_back(studio_at, day):
    page = studio_at(1280, javascript=False)

    page.get_by_role("button", name="Remove Legal issues").click()
    page.get_by_role("button", name=re.compile("^Add Legal issues, ")).first.click()
    line = day.items.get(topic__slug="legal-issues")
    assert page.url.endswith(f"#line-{line.pk}")
    minutes_of(page, "Legal issues").fill("no idea")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("write the minutes as a number")
    expect(minutes_of(page, "Legal issues")).to_have_value("no idea")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_preview_is_made_and_opened(studio_at, day, javascript):
    page = studio_at(1280, javascript=javascript)
    page.get_by_role("button", name="Preview PDF").first.click()
    expect(page.get_by_role("heading", name="Draft of the agenda")).to_be_visible()
    if javascript:
        check(page)
    press.make_waiting()

    expect(page.get_by_role("link", name="Open the PDF")).to_be_visible(timeout=15_000)
    answer = page.request.get(page.get_by_role("link", name="Open the PDF").get_attribute("href"))
    assert answer.body().startswith(b"%PDF-")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_empty_studio_and_an_issue_read_well(agreed, studio_at, desk, width):
    page = studio_at(width)
    page.goto(f"/agenda/{agreed.reference}/")
    expect(page.get_by_role("button", name="Compose the day")).to_be_visible()
    check(page)
    shoot(page, "studio-empty")
    agenda = services.open_agenda(agreed, filled=True, actor=desk)
    page.goto(f"/agenda/{agreed.reference}/issue/")
    expect(page.get_by_role("heading", name="Issue agenda 1?")).to_be_visible()
    check(page)
    shoot(page, "issue-ahead")
    services.issue_agenda(agenda.pk, version=1, actor=desk)
    press.make_waiting()

    page.goto(f"/agenda/{agreed.reference}/issue/1/")
    expect(page.get_by_role("heading", name="Training agenda")).to_be_visible()
    check(page)
    shoot(page, "issue")
