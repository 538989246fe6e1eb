"""The look in a real browser: nothing that axe finds, at both widths, in every state."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import check, shoot

pytestmark = [pytest.mark.urls("tests.trainingportal.look_urls")]
ROOT = Path(__file__).resolve().parents[2]
WIDTHS = [1280, 320]


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_every_component_reads_at_this_width(page_at, width):
    page = page_at(width)
    page.goto("/components/")
    check(page)
    shoot(page, "components")
    for details in page.locator("details").all():
        details.evaluate("(one) => { one.open = true }")
    check(page)
    shoot(page, "components-open")


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_a_form_reads_before_and_after_an_error(page_at, width):
    page = page_at(width)
    page.goto("/form/")
    check(page)
    shoot(page, "form")
    page.get_by_label("Choose up to three topics").check()
    for topic in page.locator("input[name=must]").all():
        topic.check()
    page.get_by_label("Your name").fill("Dana Whitlock")
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_title("Error: What do you need? – Working Together Against Stalking")
    page.locator(".govuk-error-summary:focus").wait_for()
    assert page.get_by_label("Your name").input_value() == "Dana Whitlock"
    check(page)
    shoot(page, "form-error")
    assert page.get_by_label("Year").bounding_box()["width"] < 120
    for link in page.locator(".govuk-error-summary a").all():
        target = link.get_attribute("href")[1:]
        link.click()
        assert page.evaluate("document.activeElement.id") == target


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("address", ["/", "/nowhere/", "/refused/", "/broken/"])
def test_words_and_error_pages_read_at_this_width(page_at, width, address, client):
    page = page_at(width)
    page.goto(address)
    check(page)
    shoot(page, f"page{address.replace('/', '-')}")


@pytest.mark.browser
@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"color_scheme": "dark"}])
def test_every_component_reads_in_the_readers_own_colours(page_at, media):
    page = page_at(1280, **media)
    page.goto("/components/")
    check(page)
    shoot(page, f"components-{next(iter(media))}")


@pytest.mark.browser
def test_print_keeps_the_agenda_and_drops_the_frame(page_at):
    page = page_at(1280)
    page.goto("/components/")
    page.emulate_media(media="print")
    assert page.locator(".wt-agenda").first.is_visible()
    assert page.locator(".wt-day").first.is_visible()
    assert not page.locator("nav[aria-label=Main]").is_visible()
    assert not page.locator(".wt-foot").is_visible()
    shoot(page, "print")


@pytest.mark.browser
def test_a_phone_folds_the_rows_of_the_studio_and_a_wide_page_shows_their_buttons(page_at):
    narrow, wide = page_at(320), page_at(1280)
    for page in (narrow, wide):
        page.goto("/components/")
    down = "Move Alice’s story down"
    assert not narrow.get_by_role("button", name=down).is_visible()
    narrow.locator(".wt-fold summary").first.click()
    assert narrow.get_by_role("button", name=down).is_visible()
    assert wide.get_by_role("button", name=down).is_visible()


@pytest.mark.browser
def test_what_a_choice_reveals_shows_without_a_script(page_at):
    page = page_at(320, javascript=False)
    page.goto("/form/")
    assert not page.get_by_label("Legal issues").first.is_visible()
    page.get_by_label("Choose up to three topics").check()
    assert page.get_by_label("Legal issues").first.is_visible()


@pytest.mark.browser
def test_the_exit_bar_stays_on_one_line_on_a_phone(page_at):
    page = page_at(320)
    page.goto("/")
    assert page.locator(".wt-exitbar").bounding_box()["height"] < 56


@pytest.mark.browser
def test_shift_three_times_leaves_a_page_of_words(page_at):
    page = page_at(1280)
    page.goto("/")
    with page.expect_request("https://www.bbc.co.uk/weather"):
        for _ in range(3):
            page.keyboard.press("Shift")


@pytest.mark.browser
def test_shift_with_a_letter_or_on_a_page_where_people_type_does_not_leave(page_at):
    page = page_at(1280)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    for _ in range(4):
        page.keyboard.press("Shift+D")
    page.goto("/form/")
    for _ in range(4):
        page.keyboard.press("Shift")
    page.wait_for_timeout(200)
    assert [url for url in asked if "bbc" in url] == []


@pytest.mark.browser
def test_a_second_press_at_once_sends_nothing(page_at):
    page = page_at(1280)
    page.goto("/form/")
    stopped = page.evaluate(
        """() => {
            const form = document.querySelector("main form");
            const press = () => {
                const event = new Event("submit", { cancelable: true, bubbles: true });
                form.dispatchEvent(event);
                return event.defaultPrevented;
            };
            return [press(), press()];
        }"""
    )
    assert stopped == [False, True]


@pytest.mark.browser
def test_a_long_answer_is_counted_and_never_cut(page_at):
    page = page_at(1280)
    page.goto("/form/")
    page.get_by_label("Anything else?").fill("a" * 210)
    page.get_by_text("10 characters too many").wait_for()
    assert len(page.get_by_label("Anything else?").input_value()) == 210


def _stamp(*names: str) -> str:
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in names)).hexdigest()[:16]


def test_what_is_served_was_built_from_the_sources_as_they_are():
    css = (ROOT / "static/css/public.css").read_text()
    script = (ROOT / "static/js/portal.js").read_text()
    assert re.search(r", (\w{16});", css)[1] == _stamp("static/css/slim.css", "static/css/portal.css")
    assert re.search(r", (\w{16}) ", script)[1] == _stamp("frontend/portal.js")


def test_nothing_served_points_at_a_source_map_or_another_host():
    for file in [*(ROOT / "static").rglob("*.css"), *(ROOT / "static").rglob("*.js")]:
        text = file.read_text()
        assert "sourceMappingURL" not in text, file
        assert not re.search(r"(url\(|@import|src=)[\"']?https?:", text), file


def test_a_public_page_loads_little():
    """What a phone fetches besides the page: one stylesheet and one script."""
    assert len(gzip.compress((ROOT / "static/css/public.css").read_bytes(), 9)) <= 11 * 1024
    assert len(gzip.compress((ROOT / "static/js/portal.js").read_bytes(), 9)) <= 7 * 1024


def test_colours_stand_in_the_tokens_only():
    source = (ROOT / "static/css/portal.css").read_text() + (ROOT / "static/css/desk.css").read_text()
    tokens, rest = source.split("/* ---- Words on a page", 1)
    assert re.findall(r"#[0-9a-f]{3,8}\b", tokens) != []
    assert re.findall(r"#[0-9a-f]{3,8}\b", rest) == []
