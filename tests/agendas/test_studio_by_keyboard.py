"""The studio without a mouse, with one, and as a whole: composed, pinned, undone, met by another, issued twice."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from agendas import press, services
from agendas.models import Agenda
from tests.agendas.test_in_a_browser import day, minutes_of, studio_at  # noqa: F401 - fixtures
from tests.browser import check, shoot
from tests.factories import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def version(page, number):
    expect(page.locator("#studio")).to_have_attribute("data-version", str(number))


def order(agenda):
    return [item.words for item in agenda.items.select_related("topic").order_by("position")]


def test_keys_move_a_line_and_take_it_back(studio_at, day):  # noqa: F811
    before = order(day)
    page = studio_at(1280)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_have_attribute("open", "")
    check(page)
    page.keyboard.press("?")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+J")
    version(page, 2)
    expect(page.locator("#saved")).to_contain_text("The scale of the problem moved down.")
    assert order(day)[2] == "The scale of the problem"

    page.keyboard.press("Control+z")
    version(page, 3)
    assert order(day) == before
    page.keyboard.press("Control+y")
    version(page, 4)
    assert order(day)[2] == "The scale of the problem"


def test_keys_are_off_while_typing_and_can_be_turned_off(studio_at, day):  # noqa: F811
    page = studio_at(1280)
    minutes_of(page, "Welcome").focus()
    page.keyboard.press("x")
    expect(minutes_of(page, "Welcome")).to_have_value("x10")
    minutes_of(page, "Welcome").fill("10")

    page.locator("#keys > summary").click()
    page.locator("#keys-on").uncheck()
    page.locator(f"#line-{day.items.get(topic__slug='legal-issues').pk}").focus()
    page.keyboard.press("x")
    page.locator("#keys-on").check()
    assert "Legal issues" in order(day)


def test_without_javascript_a_composed_day_shows_by_itself(agreed, studio_at, day):  # noqa: F811
    page = studio_at(320, javascript=False)
    services.open_agenda(agreed, actor=UserFactory())
    page.goto(f"/agenda/{agreed.reference}/")
    page.get_by_role("button", name="Compose the day").click()
    expect(page.locator("[data-composing]")).to_be_visible()
    assert page.url.endswith("#composed")

    services.compose_waiting()
    expect(page.get_by_text("no better day exists")).to_be_visible(timeout=15_000)


def test_a_set_aside_is_undone_and_done_again_by_keyboard(studio_at, day):  # noqa: F811
    page = studio_at(320)
    law = day.items.get(topic__slug="legal-issues")
    services.set_minutes(day.pk, item_id=law.pk, minutes=law.minutes - 5, version=1, actor=UserFactory())
    page.reload()
    page.locator("#aside-free > summary").press("Enter")
    page.locator("#why-free").fill("Late trains.")
    check(page)
    page.get_by_role("button", name=re.compile("^Set check . aside")).first.press("Enter")
    expect(page.locator("#part-checks")).to_contain_text("Late trains.")

    page.keyboard.press("Control+z")
    expect(page.locator("#part-checks")).not_to_contain_text("Late trains.")
    page.keyboard.press("Control+y")
    expect(page.locator("#part-checks")).to_contain_text("Late trains.")
    assert day.set_asides.get().reason == "Late trains."


def test_a_line_is_dragged_by_its_handle(studio_at, day):  # noqa: F811
    page = studio_at(1280)
    line = page.locator(f"#line-{day.items.get(kind='welcome').pk}")
    grip = line.locator(".wt-grip")
    box = grip.bounding_box()
    assert min(box["width"], box["height"]) >= 24
    grip.hover()
    page.mouse.down()
    below = page.locator("#lines > .wt-line").nth(1).bounding_box()
    page.mouse.move(below["x"] + 40, below["y"] + below["height"] - 4, steps=4)
    page.mouse.up()

    version(page, 2)
    expect(page.locator("#saved")).to_contain_text("Welcome moved.")
    assert order(day)[:2] == ["The scale of the problem", "Welcome"]


def test_a_day_is_made_from_nothing_to_two_issues(agreed, studio_at, day, desk):  # noqa: F811
    page = studio_at(1280)
    actions = 0

    def act(do, *arguments):
        nonlocal actions
        actions += 1
        return do(*arguments)

    act(page.goto, f"/agenda/{agreed.reference}/")
    act(page.get_by_role("button", name="Compose the day").click)
    expect(page.locator("[data-composing]")).to_be_visible()
    services.compose_waiting()
    expect(page.locator("#composed")).to_contain_text("no better day exists", timeout=10_000)
    agenda = Agenda.objects.get(booking=agreed)
    law = agenda.items.get(topic__slug="legal-issues")

    act(page.locator(f"#pin-{law.pk}").select_option, "as")
    version(page, 3)
    longer = law.minutes + 5
    act(page.locator(f"#minutes-{law.pk}").fill, str(longer))
    act(page.locator(f"#minutes-{law.pk}").press, "Tab")
    version(page, 4)
    act(page.locator("#do-compose").click)
    expect(page.locator("[data-composing]")).to_be_in_viewport()
    services.compose_waiting()
    expect(page.locator("#composed")).to_contain_text("no better day exists", timeout=10_000)
    law.refresh_from_db()
    assert (law.minutes, law.pin) == (longer, "as")
    now = Agenda.objects.get(booking=agreed).version

    workshop = agenda.items.get(variant="workshop")
    act(page.locator(f"#how-{workshop.pk}").select_option, "presentation")
    expect(page.locator("#part-checks")).to_contain_text("No workshop.")
    act(page.locator("#aside-workshop > summary").click)
    act(page.locator("#why-workshop").fill, "They had one last month.")
    act(page.get_by_role("button", name="Set check 1 aside").click)
    expect(page.locator("#part-checks")).to_contain_text("They had one last month.")
    check(page)

    act(page.locator(f"#line-{law.pk}").focus)
    act(page.keyboard.press, "Shift+K")
    version(page, now + 3)
    act(page.keyboard.press, "Control+z")
    version(page, now + 4)

    services.set_minutes(
        agenda.pk,
        item_id=agenda.items.get(kind="welcome").pk,
        minutes=9,
        version=now + 4,
        actor=UserFactory(),
    )
    act(page.locator("#quiet-room").fill, "Room 9")
    act(page.locator("#quiet-room").press, "Tab")
    expect(page.get_by_role("heading", name="Two drafts met")).to_be_visible()
    expect(page.get_by_text("Differs: Room 9")).to_be_visible()
    shoot(page, "studio-two-drafts")
    act(page.get_by_role("button", name="Keep mine").click)
    version(page, now + 6)
    assert Agenda.objects.get(booking=agreed).quiet_room == "Room 9"

    act(page.get_by_role("button", name="Check and issue agenda 1").click)
    act(page.get_by_role("button", name="Issue agenda 1", exact=True).click)
    expect(page.get_by_role("heading", name="Training agenda")).to_be_visible()
    assert actions <= 25
    first = pdf_of(page, agreed)
    assert "Legal issues" in first

    page.goto(f"/agenda/{agreed.reference}/")
    page.get_by_role("button", name="Remove Legal issues").click()
    expect(page.locator(f"#line-{law.pk}")).to_have_count(0)
    page.get_by_role("button", name="Check and issue agenda 2").click()
    page.get_by_role("button", name="Issue agenda 2", exact=True).click()
    expect(page.get_by_role("heading", name="Training agenda")).to_be_visible()
    assert page.url.endswith("/issue/2/")
    assert "Legal issues" not in pdf_of(page, agreed)


def pdf_of(page, booking) -> str:
    """The words of the agenda that this issue's page offers."""
    press.make_waiting()
    link = page.get_by_role("link", name="PDF of agenda")
    expect(link).to_be_visible(timeout=15_000)  # the page looks again by itself
    body = page.request.get(link.get_attribute("href")).body()
    return " ".join(part.extract_text() for part in PdfReader(io.BytesIO(body)).pages)
