"""The whole path in a real browser: from a question on the web to a tailored agenda in the post."""

import re
from io import BytesIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from agendas import press
from agendas.services import compose_waiting
from bookings import services
from bookings.models import Booking
from outbox import sender
from places.clock import say_date
from tests.browser import check
from trainingportal.demo import people
from trainingportal.demo.steps import working_day

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

REQUESTER = "nora.wick@example.org"
PLACE = ["Plover House", "9 Wren Passage", "DH1 9XX"]
TRAINERS = ["Slate", "Averton"]


@pytest.fixture
def house(settings, caught_mail, invented_by_default):
    """The catalogue, two coordinators and the invented speakers; mail goes to a real server that keeps it."""
    settings.DEMO = True
    call_command("load_catalogue", verbosity=0)
    people.coordinators()
    people.speakers()
    return caught_mail


def look(page: Page) -> None:
    """Hold the page to axe at the width of a desk and of a phone."""
    check(page)
    size = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 900})
    check(page)
    assert size is not None
    page.set_viewport_size(size)


def enter_as(page: Page, role: str) -> None:
    """Come in as one of the demo's four people, by its button."""
    page.goto("/demo/")
    page.get_by_role("button", name=f"Enter as {role}").click()


def found(needles: list[str], text: str) -> list[str]:
    return [needle for needle in needles if needle in text]


def found_in(page: Page, needles: list[str]) -> list[str]:
    return found(needles, page.content())


def mail_leaves() -> None:
    """What a worker does when its bell rings: papers first, then the mail that carries them."""
    press.make_waiting()
    sender.deliver_due()


def ask_for_training(page: Page) -> None:
    page.goto("/")
    look(page)
    page.get_by_role("link", name="Ask for training").first.click()
    look(page)
    page.get_by_label("A police force").check()
    page.get_by_label("Police force", exact=True).select_option(label="Durham Constabulary")
    page.get_by_label("Your name").fill("Sgt Nora Wick")
    page.get_by_label("Your role").fill("Sergeant, training")
    page.get_by_label("Work e-mail").fill(REQUESTER)
    page.get_by_label("Switchboard number").fill("01632 960 900")
    page.get_by_role("button", name="Continue").click()

    look(page)
    page.get_by_label("How many people, roughly?").fill("24")
    page.get_by_label("Front-line officers and staff").check()
    page.get_by_role("button", name="Continue").click()

    look(page)
    page.get_by_label(re.compile("^Full day")).check()
    page.get_by_label(re.compile("^Choose up to three")).check()
    page.get_by_label(re.compile("^Victim impact")).first.check()
    page.get_by_role("button", name="Continue").click()

    look(page)
    page.get_by_label("At a place of ours").check()
    page.get_by_label(re.compile("postcode", re.IGNORECASE)).fill("DH1")
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Check your answers")
    look(page)
    page.get_by_role("button", name=re.compile("^Send")).click()


def test_the_whole_path(house, page_at):
    officer = page_at(1280)
    ask_for_training(officer)

    # a code proves the mailbox and opens the page
    look(officer)
    mail_leaves()
    [code_mail] = [mail for mail in house.to(REQUESTER) if "code" in mail.subject.lower()]
    code = re.search(r"\b[A-Z0-9]{3}-[A-Z0-9]{3}\b", code_mail.text)
    assert code is not None
    officer.get_by_label(re.compile("code", re.IGNORECASE)).fill(code.group())
    officer.get_by_role("button", name=re.compile("Continue|Sign in|Confirm|Open")).first.click()
    booking = Booking.objects.get()
    expect(officer).to_have_url(re.compile(f"/your/{booking.reference}/"))
    look(officer)
    assert booking.contacts.get().mailbox_confirmed_at is not None

    # the desk rings back and offers a date with speakers held
    desk = page_at(1280)
    enter_as(desk, "coordinator")
    look(desk)
    desk.get_by_role("link", name=booking.reference).first.click()
    look(desk)
    desk.get_by_role("link", name="Record the call-back").first.click()
    look(desk)
    desk.get_by_label("Number you rang").fill("01632 960 001")
    desk.get_by_label("Where you found the number").fill("The force's public site")
    desk.get_by_label(re.compile("^They are who they say")).check()
    desk.get_by_role("button", name="Record the call-back").click()
    desk.get_by_role("link", name="Make an offer").first.click()
    look(desk)
    day = working_day(12, 1)
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        desk.locator(f"[name=day_{part}]").fill(str(value))
    desk.get_by_label("Morwenna Slate", exact=True).check()
    desk.get_by_label("Gil Averton", exact=True).check()
    desk.get_by_label("Leads: Morwenna Slate").check()
    desk.get_by_role("button", name="Check this offer").click()
    expect(desk.get_by_text(re.compile("We will email"))).to_be_visible()
    look(desk)
    desk.get_by_role("button", name="Hold them and send the offer").click()
    expect(desk.get_by_text("Dates offered").first).to_be_visible()
    look(desk)

    # the agency says yes; it never reads who comes
    mail_leaves()
    [offered] = [mail for mail in house.to(REQUESTER) if "Please answer" in mail.subject]
    assert say_date(day) in offered.text
    officer.reload()
    look(officer)
    assert found_in(officer, TRAINERS) == []
    officer.get_by_role("button", name=re.compile("^Check and accept")).first.click()
    officer.get_by_role("button", name=re.compile("^Accept")).click()
    look(officer)

    # the speakers say yes, each on their own page
    for role, told in (("speaker", "Thank you. You said yes"), ("lead trainer", "is agreed")):
        speaker = page_at(1280)
        enter_as(speaker, role)
        look(speaker)
        speaker.get_by_role("link", name=say_date(day)).click()
        look(speaker)
        speaker.get_by_role("button", name=re.compile("^Yes, I can")).click()
        expect(speaker.get_by_text(told)).to_be_visible()
    booking.refresh_from_db()
    assert booking.status == "confirmed"

    # the place is written down, and the lead trainer shapes and issues the agenda
    services.set_venue(
        booking.pk,
        name=PLACE[0],
        address=PLACE[1],
        postcode=PLACE[2],
        actor=people.coordinators()[0],
    )
    trainer = speaker
    trainer.goto("/speaking/")
    trainer.get_by_role("link", name=re.compile("^Shape the agenda")).click()
    look(trainer)
    trainer.get_by_role("button", name=re.compile("^Compose the day")).click()
    expect(trainer.locator("[data-composing]")).to_be_visible()
    compose_waiting()
    expect(trainer.locator("#composed")).to_contain_text("no better day exists")
    look(trainer)
    trainer.get_by_role("button", name="Check and issue agenda 1").click()
    expect(trainer.get_by_text("Agenda 1 will be issued.")).to_be_visible()
    look(trainer)
    trainer.get_by_role("button", name="Issue agenda 1", exact=True).click()
    look(trainer)

    # the agenda leaves as a PDF: topics and times in order, no surname and no place
    mail_leaves()
    [issued] = [mail for mail in house.to(REQUESTER) if "agenda" in mail.subject.lower()]
    assert found([*TRAINERS, *PLACE, say_date(day)], issued.subject) == []
    [pdf] = [
        part for part in issued.message.iter_attachments() if part.get_content_type() == "application/pdf"
    ]
    assert pdf.get_filename() == f"{booking.reference}-agenda.pdf"
    reader = PdfReader(BytesIO(pdf.get_content()))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert found([*TRAINERS, *PLACE], text + str(reader.metadata)) == []
    in_order = ["9.15am", "The scale of the problem", "Alice’s story", "Time to pause", "Victim impact"]
    places = [text.find(words) for words in in_order]
    assert -1 not in places
    assert places == sorted(places)

    # names and place open on the signed-in page once they are released, and only then
    officer.goto(f"/your/{booking.reference}/")
    look(officer)
    assert found_in(officer, [*TRAINERS, *PLACE]) == []
    priya, owen = people.coordinators()
    release = services.ask_for_release(booking.contacts.get().pk, actor=priya)
    services.approve_release(release.pk, actor=owen)
    officer.reload()
    look(officer)
    assert found_in(officer, ["Slate", *PLACE]) == ["Slate", *PLACE]
