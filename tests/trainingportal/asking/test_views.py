"""“Ask for training” over HTTP: nothing lost, nothing twice, nothing asked again, and robots stay outside."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from bookings.models import AudienceShare, Booking, Contact, DeskSettings
from courses.models import Topic
from outbox.models import Message
from places import regions
from tests.trainingportal.asking.conftest import (
    ADDRESSES,
    CHECK,
    code_for,
    drawn,
    fill_in,
    hidden,
    post_page,
    send,
)
from trainingportal import guard
from trainingportal.asking import choices, drafts, pages, sending
from trainingportal.asking.forms import WhoFields
from trainingportal.desk.pages import asked_for
from trainingportal.models import RequestDraft
from trainingportal.tasks import forget_drafts

pytestmark = pytest.mark.django_db


def words(response) -> str:
    """The text of a page in one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def summary(response) -> list[str]:
    """The sentences of the error summary."""
    page = response.content.decode()
    listed = re.search(r"govuk-error-summary__list.*?</ul>", page, re.DOTALL)
    return (
        [html.unescape(said) for said in re.findall(r"<li>(?:<a [^>]+>)?([^<]+)", listed[0])]
        if listed
        else []
    )


# ---- our mail is nobody's relay

SPAM = "Cheap pills at https://spam.example"


@pytest.mark.parametrize("field", ["name", "job_title", "agency_name"])
def test_an_address_in_a_name_goes_no_further(client, answers, field):
    elsewhere = {
        "works_for": "elsewhere",
        "force": "",
        "agency_kind": "charity",
        "agency_name": "Harbour Lane",
    }

    response = post_page(client, "who", {**answers["who"], **elsewhere, field: SPAM})

    assert summary(response) == [
        "Write the name alone, without a web or e-mail address. After a full stop, leave a space."
    ]
    assert Message.objects.count() == 0


def test_the_mail_with_the_code_carries_nothing_that_was_typed(client, answers):
    answers["who"]["name"] = "Quillon Typed"
    fill_in(client, answers)
    send(client)

    code = Message.objects.get(kind="code")
    receipt = Message.objects.get(kind="request-received")
    typed = [
        "Quillon",
        "Typed",
        *(word for page in answers.values() for word in page.values() if isinstance(word, str)),
    ]
    whole = f"{code.subject}{code.text}{code.html}"
    assert [word for word in typed if len(word) > 4 and "@" not in word and word in whole] == []
    assert "Quillon Typed" in receipt.text


# ---- the whole way


def test_four_pages_make_one_booking_with_everything_that_was_said(client, answers, settings):
    settings.DEMO = False
    fill_in(client, answers)

    response = send(client)

    booking = Booking.objects.get()
    assert response["Location"] == f"/sign-in/code/?next=/your/{booking.reference}/"
    assert (booking.agency.name, booking.agency.kind) == ("Northumbria Police", "police")
    assert (booking.head_count, booking.format.slug, booking.cover) == (40, "full-day", "choose")
    assert sorted(booking.musts.values_list("slug", flat=True)) == ["investigations", "victim-impact"]
    assert [topic.slug for topic in booking.leave_outs.all()] == ["multi-agency"]
    shares = AudienceShare.objects.values_list("audience__slug", "share")
    assert sorted(shares) == [("front-line", "half"), ("spoc", "some")]
    assert (booking.prompted_by, booking.prior_training) == (
        answers["audience"]["prompted_by"],
        answers["audience"]["prior_training"],
    )
    assert [month.isoformat() for month in booking.months] == answers["when"]["months"]
    assert (booking.weekdays, booking.dates_to_avoid, booking.windows) == ([1, 2], "Half term", "Mornings")
    assert (booking.place, booking.outcode, booking.region.name) == ("on_site", "NE1", "North East")
    assert (booking.access_needs, booking.would_share, booking.purchase_order) == (
        "Step-free access",
        True,
        "PO 77",
    )
    assert (booking.anything_else, booking.source, booking.invented) == (
        "The room has a hearing loop",
        "web",
        False,
    )
    contact = Contact.objects.get()
    assert (contact.name, contact.job_title, contact.email, contact.telephone) == (
        "Dana Whitlock",
        "DI, public protection",
        "dana@northumbria.police.uk",
        "101",
    )


def test_the_code_page_says_the_reference_and_by_when_we_answer(client, answers):
    fill_in(client, answers)

    page = words(client.get(send(client)["Location"]))

    booking = Booking.objects.get()
    assert f"Your reference is {booking.reference}. We answer by {booking.answer_due_on:%A}" in page
    assert "on a number that we look up ourselves" in page
    assert "0808 802 0300" in page


def test_the_code_opens_the_requesters_page_and_confirms_the_mailbox(client, answers):
    fill_in(client, answers)
    address = send(client)["Location"]
    client.get(address)

    response = client.post(
        "/sign-in/code/",
        {"code": code_for("dana@northumbria.police.uk"), "next": f"/your/{Booking.objects.get().reference}/"},
        follow=True,
    )

    assert response.redirect_chain[-1][0] == f"/your/{Booking.objects.get().reference}/"
    assert "Progress" in words(response)
    assert Contact.objects.get().mailbox_confirmed_at is not None


def test_what_a_visitor_of_the_demo_asks_for_is_invented(client, answers, settings, invented_by_default):
    settings.DEMO = True
    fill_in(client, answers)

    send(client)

    assert Booking.objects.get().invented is True


@pytest.mark.parametrize("kind", ["nhs", "council", "university", "charity", "justice", "other"])
def test_another_organisation_gives_its_kind_and_name(client, answers, kind):
    who = {**answers["who"], "works_for": "elsewhere", "agency_kind": kind, "agency_name": "Kestrel Vale"}
    fill_in(client, {**answers, "who": who})

    send(client)

    agency = Booking.objects.get().agency
    assert (agency.name, agency.kind, agency.force) == ("Kestrel Vale", kind, None)


def test_the_list_holds_every_force_that_stands(client, answers):
    page = client.get(ADDRESSES["who"]).content.decode()

    for force in ("Police Scotland", "Police Service of Northern Ireland", "British Transport Police"):
        assert f">{force}</option>" in page
    assert page.count("<optgroup") == 4


def test_a_private_mailbox_gets_a_kind_word_and_is_taken(client, answers):
    who = {**answers["who"], "email": "dana@mailbox.example"}
    fill_in(client, {**answers, "who": who})

    assert "does not look like a work mailbox to us. That is fine." in words(client.get(CHECK))
    assert send(client).status_code == 302


def test_a_work_mailbox_gets_no_word():
    assert WhoFields.mailbox_hint("dana@northumbria.police.uk") == ""
    assert WhoFields.mailbox_hint("dana@trust.nhs.uk") == ""


# ---- errors


def expect_refusal(client, name, answers, sentences):
    """Post a page that is not right: every sentence stands in the summary, linked, and beside its field; nothing is lost."""
    response = post_page(client, name, answers)
    page = response.content.decode()
    assert response.status_code == 422
    assert summary(response) == sentences
    for target, said in re.findall(r'<li><a href="#([^"]+)">([^<]+)', page):
        assert f'id="{target}"' in page, target
        assert page.count(said) == 2, said
    return page


def test_who_says_what_is_missing(client, answers):
    page = expect_refusal(
        client,
        "who",
        {"works_for": "elsewhere", "name": "Dana <b>", "email": "dana at work", "telephone": "x"},
        [
            "Say what kind of organisation it is.",
            "Give the name of your organisation.",
            "Tell us your role.",
            "Enter an email address in the correct format, like name@example.org.",
            "Write a telephone number, like 01632 960 001 or 101.",
        ],
    )
    assert 'value="Dana &lt;b&gt;"' in page
    assert 'value="dana at work"' in page
    assert RequestDraft.objects.count() == 0


def test_a_force_is_asked_for_only_where_it_applies(client, answers):
    expect_refusal(client, "who", {**answers["who"], "force": ""}, ["Choose your police force."])


def test_who_is_it_for_says_what_is_missing(client, answers):
    post_page(client, "who", answers["who"])

    page = expect_refusal(
        client,
        "audience",
        {"head_count": "about forty", "prompted_by": "An inspection"},
        [
            "Enter the number of people in figures, like 40.",
            "Tick at least one group of people. “A mixed audience” is fine.",
        ],
    )
    assert 'value="about forty"' in page
    assert "An inspection</textarea>" in page


def test_shares_need_not_add_up_and_may_be_left_out(client, answers):
    post_page(client, "who", answers["who"])
    everybody = {
        "head_count": "40",
        "audiences": ["front-line", "spoc", "managers"],
        "share-front-line": "all",
        "share-spoc": "all",
    }

    assert post_page(client, "audience", everybody).status_code == 302


def test_four_topics_and_one_in_both_places_are_sent_back(client, answers):
    fill_in(client, {name: answers[name] for name in ("who", "audience")})

    page = expect_refusal(
        client,
        "need",
        {
            "length": "half-day",
            "cover": "choose",
            "musts": ["victim-impact", "investigations", "red-flags", "risk"],
            "leave_outs": ["red-flags"],
            "anything_else": "Two teams",
        },
        [
            "You chose four topics. Choose up to three, or let us suggest.",
            "“Red flags” is both a must and left out. Keep it in one place.",
        ],
    )
    assert page.count('value="red-flags" checked') == 2
    assert "Two teams</textarea>" in page
    assert "10 minutes too many." in page


def test_choosing_means_at_least_one_topic(client, answers):
    fill_in(client, {name: answers[name] for name in ("who", "audience")})

    expect_refusal(
        client,
        "need",
        {"length": "unsure", "cover": "choose"},
        ["Tick a topic that we must cover, or let us suggest."],
    )


def test_topics_ticked_before_suggest_was_chosen_do_not_count(client, answers):
    need = {
        **answers["need"],
        "cover": "suggest",
        "musts": ["victim-impact", "risk", "red-flags", "typology"],
    }
    fill_in(client, {**answers, "need": need})

    send(client)

    assert Booking.objects.get().musts.count() == 0


@pytest.mark.parametrize(
    ("outcode", "sentence"),
    [
        ("", "Give the first half of the postcode, so that we can plan the journey."),
        ("XX9", "We do not know “XX9”. Write the first half of a postcode, like CW7 or BT7."),
    ],
)
def test_a_place_of_theirs_needs_a_postcode_that_we_know(client, answers, outcode, sentence):
    fill_in(client, {name: answers[name] for name in ("who", "audience", "need")})

    page = expect_refusal(client, "when", {**answers["when"], "outcode": outcode}, [sentence])

    assert "Half term</textarea>" in page


def test_online_needs_no_postcode_and_keeps_none(client, answers):
    fill_in(client, {**answers, "when": {**answers["when"], "place": "online", "outcode": "XX9"}})

    send(client)

    assert (Booking.objects.get().place, Booking.objects.get().outcode) == ("online", "")


def test_of_a_whole_postcode_only_the_first_half_is_kept_and_said(client, answers):
    fill_in(client, {**answers, "when": {**answers["when"], "outcode": "ne1 4xx"}})

    assert "4XX" not in str(RequestDraft.objects.get().answers).upper()
    assert "You gave a whole postcode. We kept only its first half, NE1" in words(client.get(CHECK))


@pytest.mark.parametrize(
    ("typed", "kept"), [("BFPO 57", "BFPO"), ("bf1 0ax", "BF1"), ("GX11 1AA", "GX11"), ("BX1 1LT", "BX1")]
)
def test_a_postcode_without_a_place_is_taken_and_the_desk_asks(client, answers, typed, kept):
    fill_in(client, {**answers, "when": {**answers["when"], "outcode": typed}})

    assert f"We cannot work out a journey to {kept}." in words(client.get(CHECK))
    send(client)

    booking = Booking.objects.get()
    assert booking.outcode == kept
    told = dict(asked_for(booking))
    assert told["First half of the postcode"] == f"{kept}: we cannot work out journeys there. Ask where it is"


def test_of_a_whole_postcode_on_a_wrong_page_only_the_first_half_is_kept(client, answers):
    fill_in(client, {name: answers[name] for name in ("who", "audience", "need")})

    post_page(client, "when", {"outcode": "NE1 4XX"})

    assert "4XX" not in str(RequestDraft.objects.get().answers).upper()
    assert hidden(client.get(ADDRESSES["when"]).content.decode(), "draft")
    assert 'value="NE1"' in client.get(ADDRESSES["when"]).content.decode()


# ---- counting


def test_count_again_keeps_the_page_and_shows_the_sum(client, answers):
    fill_in(client, {name: answers[name] for name in ("who", "audience")})

    response = post_page(
        client, "need", {"length": "full-day", "cover": "choose", "musts": ["investigations"]}, count="1"
    )

    assert response["Location"] == f"{ADDRESSES['need']}#time"
    page = words(client.get(ADDRESSES["need"]))
    assert "Must be covered: 1 of 3 chosen" in page
    assert "Your topics at least 30 minutes" in page
    assert "230 minutes left" in page
    assert "things to change" not in page


def test_a_topic_brings_along_what_it_needs_first(client, answers):
    fill_in(client, {name: answers[name] for name in ("who", "audience")})

    post_page(
        client, "need", {"length": "full-day", "cover": "choose", "musts": ["interventions"]}, count="1"
    )

    page = words(client.get(ADDRESSES["need"]))
    assert "“Types of stalker and the Stalking Risk Profile” comes first" in page
    assert "Your topics at least 50 minutes" in page


def test_the_script_gets_the_panel_alone(client, answers):
    fill_in(client, {name: answers[name] for name in ("who", "audience")})
    key = hidden(client.get(ADDRESSES["need"]).content.decode(), "draft")

    response = client.post(
        ADDRESSES["need"],
        {"draft": key, "count": "1", "length": "half-day", "cover": "suggest"},
        headers={"X-Panel": "1"},
    )

    assert response.content.decode().lstrip().startswith("<h2")
    assert "90 minutes left" in words(response)


def test_somebody_not_sure_sees_both_lengths(client, answers):
    fill_in(client, {name: answers[name] for name in ("who", "audience")})

    page = words(client.get(ADDRESSES["need"]))

    assert "A half day holds 2 hours 40 minutes" in page
    assert "A full day holds 5 hours 40 minutes" in page


# ---- back, change, refresh


def test_every_page_comes_back_as_it_was_left(client, answers):
    fill_in(client, answers)

    seen = {name: client.get(address).content.decode() for name, address in ADDRESSES.items()}

    assert 'value="Dana Whitlock"' in seen["who"]
    assert 'value="northumbria" selected' in seen["who"]
    assert 'value="40"' in seen["audience"]
    assert re.search(r'name="share-front-line" value="half"[^>]* checked', seen["audience"])
    assert re.search(r'name="musts" value="investigations"[^>]* checked', seen["need"])
    assert 'value="NE1"' in seen["when"]


def test_what_was_typed_on_a_wrong_page_is_there_after_a_look_elsewhere(client, answers):
    fill_in(client, {name: answers[name] for name in ("who", "audience", "need")})
    post_page(client, "when", {"dates_to_avoid": "Half term", "place": "on_site", "outcode": "XX9"})

    client.get(ADDRESSES["need"])

    page = client.get(ADDRESSES["when"]).content.decode()
    assert "Half term</textarea>" in page
    assert 'value="XX9"' in page


def test_a_change_leads_back_to_the_answers(client, answers):
    fill_in(client, answers)
    page = client.get(CHECK).content.decode()
    assert [f'href="{address}?check=1"' in page for address in ADDRESSES.values()] == [True] * 4

    response = post_page(client, "audience", {**answers["audience"], "head_count": "45"}, query="?check=1")

    assert response["Location"] == CHECK
    assert "About 45" in words(client.get(CHECK))


def test_nobody_can_skip_a_page(client, answers):
    assert client.get(ADDRESSES["when"])["Location"] == ADDRESSES["who"]
    post_page(client, "who", answers["who"])
    assert client.get(ADDRESSES["when"])["Location"] == ADDRESSES["audience"]
    assert client.get(CHECK)["Location"] == f"{ADDRESSES['audience']}?check=1"


def test_a_page_that_became_wrong_is_shown_again_before_sending(client, answers):
    fill_in(client, answers)
    draft = RequestDraft.objects.get()
    draft.answers["need"]["data"]["musts"] = ["no-longer-taught"]
    draft.save()

    response = client.get(CHECK, follow=True)

    assert response.redirect_chain == [(f"{ADDRESSES['need']}?check=1", 302)]
    assert "no longer on offer" in words(response)


def test_a_look_at_the_first_page_sets_no_session(client, catalogue):
    response = client.get(ADDRESSES["who"])

    assert "sessionid" not in response.cookies
    assert RequestDraft.objects.count() == 0
    assert response["Cache-Control"] == "no-store"


def test_answers_can_be_thrown_away(client, answers):
    fill_in(client, answers)

    client.post("/ask-for-training/start-again/")

    assert RequestDraft.objects.count() == 0
    assert "Dana" not in client.get(ADDRESSES["who"]).content.decode()


# ---- twice, two tabs, too late


def test_pressing_send_twice_makes_one_booking_and_one_code(client, answers):
    fill_in(client, answers)
    html_page = client.get(CHECK).content.decode()
    data = {name: hidden(html_page, name) for name in ("draft", "version")} | {"drawn": drawn()}

    first, second = client.post(CHECK, data), client.post(CHECK, data)

    assert Booking.objects.count() == 1
    assert first["Location"] == second["Location"]
    assert Message.objects.filter(kind="code").count() == 1
    page = words(client.get(second["Location"]))
    assert page.count("We have your request.") == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_make_one_booking(answers):
    client = Client()
    fill_in(client, answers)
    draft = RequestDraft.objects.get()
    forms = {page.name: pages.checked(draft, page) for page in pages.PAGES}
    assert all(form.is_valid() for form in forms.values())
    gate = Barrier(2)

    def press() -> bool:
        gate.wait()
        try:
            return sending.send(draft, version=draft.version, forms=forms)[1] is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        made = sorted(pool.map(lambda _: press(), range(2)))

    assert made == [False, True]
    assert Booking.objects.count() == 1


def test_the_draft_is_emptied_once_it_is_sent(client, answers):
    fill_in(client, answers)
    send(client)

    draft = RequestDraft.objects.get()
    assert (draft.answers, draft.booking) == ({}, Booking.objects.get())
    assert "Dana" not in client.get(ADDRESSES["who"]).content.decode()


def test_a_page_left_open_in_another_tab_says_that_the_request_was_sent(client, answers):
    fill_in(client, answers)
    key = hidden(client.get(ADDRESSES["audience"]).content.decode(), "draft")
    send(client)

    response = client.post(ADDRESSES["audience"], {**answers["audience"], "draft": key})

    assert response.status_code == 409
    assert Booking.objects.get().reference in words(response)
    assert AudienceShare.objects.count() == 2


def test_a_second_request_may_follow_the_first(client, answers):
    fill_in(client, answers)
    send(client)
    fill_in(client, answers)
    send(client)

    assert Booking.objects.count() == 2
    assert User.objects.filter(email="dana@northumbria.police.uk").count() == 1


def test_answers_changed_in_another_tab_are_looked_over_before_sending(client, answers):
    fill_in(client, answers)
    html_page = client.get(CHECK).content.decode()
    data = {name: hidden(html_page, name) for name in ("draft", "version")} | {"drawn": drawn()}
    post_page(client, "audience", {**answers["audience"], "head_count": "45"})

    response = client.post(CHECK, data)

    assert response.status_code == 409
    assert "Your answers changed in another tab." in words(response)
    assert "About 45" in words(response)
    assert Booking.objects.count() == 0


def test_two_tabs_with_two_requests_do_not_mix(client, answers):
    fill_in(client, answers)
    old_page = client.get(ADDRESSES["when"]).content.decode()
    client.post("/ask-for-training/start-again/")
    fill_in(client, {"who": answers["who"], "audience": answers["audience"]})

    response = client.post(
        ADDRESSES["when"],
        {**answers["when"], "draft": hidden(old_page, "draft"), "windows": "From the old tab"},
    )

    assert response.status_code == 409
    assert "You are filling in this request in another tab too." in words(response)
    assert "From the old tab</textarea>" in response.content.decode()
    assert "when" not in RequestDraft.objects.get().answers


def test_answers_older_than_a_day_are_gone_and_the_page_just_sent_is_kept(client, answers):
    fill_in(client, answers)
    page = client.get(ADDRESSES["when"]).content.decode()
    RequestDraft.objects.update(touched_at=timezone.now() - drafts.LASTS)

    response = client.post(
        ADDRESSES["when"], {**answers["when"], "draft": hidden(page, "draft")}, follow=True
    )

    assert response.redirect_chain == [(ADDRESSES["who"], 302)]
    assert "What you have just sent is kept." in words(response)
    assert "Dana" not in response.content.decode()
    draft = RequestDraft.objects.get()
    assert draft.answers["when"]["data"]["dates_to_avoid"] == "Half term"


def test_sending_answers_that_are_gone_leads_to_the_beginning(client, answers):
    fill_in(client, answers)
    page = client.get(CHECK).content.decode()
    RequestDraft.objects.update(touched_at=timezone.now() - drafts.LASTS)

    response = client.post(
        CHECK,
        {"draft": hidden(page, "draft"), "version": hidden(page, "version"), "drawn": drawn()},
        follow=True,
    )

    assert "we no longer hold your earlier answers" in words(response)
    assert Booking.objects.count() == 0


def test_old_drafts_are_forgotten_and_fresh_ones_stay(client, answers):
    fill_in(client, answers)
    old = RequestDraft.objects.create(answers={"who": {}}, touched_at=timezone.now() - drafts.LASTS)

    forget_drafts()

    assert not RequestDraft.objects.filter(pk=old.pk).exists()
    assert RequestDraft.objects.count() == 1


def test_another_session_cannot_read_or_send_a_draft_by_its_key(client, answers):
    fill_in(client, answers)
    page = client.get(CHECK).content.decode()
    stranger = Client()

    response = stranger.post(
        CHECK, {"draft": hidden(page, "draft"), "version": hidden(page, "version"), "drawn": drawn()}
    )

    assert response["Location"] == ADDRESSES["who"]
    assert Booking.objects.count() == 0
    assert "Dana" not in stranger.get(ADDRESSES["who"]).content.decode()


# ---- robots and floods


def press_continue(client, response):
    """Press the one button of the page that asks for a moment, with all that it holds."""
    page = response.content.decode()
    form = re.search(
        r'<h1>One moment</h1>.*?<form method="post" action="([^"]+)">(.*?)</form>', page, re.DOTALL
    )
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2])
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(html.unescape(value))
    return client.post(html.unescape(form[1]), data)


def test_a_filled_trap_is_held_without_blame_and_goes_on_at_a_press(client, answers):
    response = post_page(client, "who", answers["who"], web_page="https://example.org")

    assert (response.status_code, summary(response)) == (422, [])
    assert "<h1>One moment</h1>" in response.content.decode()
    assert RequestDraft.objects.count() == 0
    assert press_continue(client, response)["Location"] == ADDRESSES["audience"]
    assert drafts.data_of(RequestDraft.objects.get(), "who")["name"] == "Dana Whitlock"


def test_a_trap_filled_at_the_end_sends_nothing_until_a_press(client, answers):
    fill_in(client, answers)

    response = send(client, web_page="https://example.org")

    assert response.status_code == 422
    assert Booking.objects.count() == 0
    assert press_continue(client, response).status_code == 302
    assert Booking.objects.count() == 1


def test_a_first_page_sent_as_soon_as_it_was_drawn_is_held_and_goes_on_after_two_seconds(client, answers):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        page = client.get(ADDRESSES["who"]).content.decode()
        response = client.post(ADDRESSES["who"], {**answers["who"], "drawn": hidden(page, "drawn")})

        assert (response.status_code, summary(response)) == (422, [])
        assert RequestDraft.objects.count() == 0
        assert press_continue(client, response).status_code == 422
        clock.shift(2)
        assert press_continue(client, response)["Location"] == ADDRESSES["audience"]


def test_whoever_passed_the_first_page_goes_back_and_sends_as_quickly_as_they_like(client, answers):
    fill_in(client, answers)
    with time_machine.travel(timezone.now(), tick=False):
        page = client.get(f"{ADDRESSES['who']}?check=1").content.decode()
        again = client.post(
            f"{ADDRESSES['who']}?check=1",
            {**answers["who"], "name": "Dana Hale", "draft": hidden(page, "draft")},
        )
        last = client.get(CHECK).content.decode()
        sent = client.post(CHECK, {"draft": hidden(last, "draft"), "version": hidden(last, "version")})

    assert again["Location"] == CHECK
    assert (sent.status_code, sent["Location"].startswith("/sign-in/code/")) == (302, True)
    assert Contact.objects.get().name == "Dana Hale"


def test_a_draft_begun_behind_the_first_page_does_not_open_it(client, answers):
    """A robot that starts on page 2 is given a draft, and still meets the guard at the door."""
    client.post(ADDRESSES["audience"], answers["audience"])

    response = client.post(
        ADDRESSES["who"],
        {**answers["who"], "draft": str(RequestDraft.objects.get().key), "drawn": guard.stamp()},
    )

    assert "<h1>One moment</h1>" in response.content.decode()


def test_one_mailbox_may_ask_only_so_often(client, answers):
    for _ in range(guard.BY_MAILBOX.most):
        fill_in(client, answers)
        assert send(client).status_code == 302
    fill_in(client, answers)

    response = send(client)

    assert response.status_code == 422
    assert summary(response) == [guard.TOO_MANY]
    assert Booking.objects.count() == guard.BY_MAILBOX.most
    assert len(RequestDraft.objects.get(booking=None).answers) == 4


def test_one_address_may_begin_only_so_often(answers):
    for _ in range(guard.BY_ADDRESS.most):
        assert post_page(Client(), "who", answers["who"]).status_code == 302

    response = post_page(Client(), "who", answers["who"])

    assert response.status_code == 422
    assert summary(response) == [guard.TOO_MANY]


def test_a_known_mailbox_and_a_new_one_get_the_same_answer(answers, settings):
    User.objects.create_user("dana@northumbria.police.uk", name="Dana Whitlock")
    seen = []
    for email in ("dana@northumbria.police.uk", "nobody@northumbria.police.uk"):
        client = Client()
        fill_in(client, {**answers, "who": {**answers["who"], "email": email}})
        response = send(client)
        said = words(client.get(response["Location"])).replace(email, "")
        seen.append(
            (
                response.status_code,
                re.sub(r"WT-\w{6}", "", response["Location"]),
                re.sub(r"WT-\w{6}", "", said),
            )
        )

    assert seen[0] == seen[1]


def test_markup_does_no_harm(client, answers):
    post_page(client, "who", answers["who"])

    response = post_page(
        client, "audience", {**answers["audience"], "head_count": "", "prompted_by": "<script>"}
    )

    assert response.status_code == 422
    assert "&lt;script&gt;" in response.content.decode()


def test_forged_choices_are_refused(client, answers):
    who = {**answers["who"], "force": "no-such-force"}
    assert post_page(client, "who", who).status_code == 422
    post_page(client, "who", answers["who"])
    forged = {**answers["audience"], "audiences": ["no-such-audience"], "share-front-line": "most"}
    assert post_page(client, "audience", forged).status_code == 422


# ---- quick


@pytest.mark.parametrize("name", list(ADDRESSES))
def test_each_page_asks_the_database_little(client, answers, django_assert_num_queries, name):
    fill_in(client, answers)
    client.get(ADDRESSES[name])

    with django_assert_num_queries(2):  # the session and the draft
        client.get(ADDRESSES[name])


def test_the_look_over_the_answers_asks_the_database_little(client, answers, django_assert_num_queries):
    fill_in(client, answers)
    client.get(CHECK)

    with django_assert_num_queries(2):
        client.get(CHECK)


def test_the_last_press_asks_the_database_a_known_number_of_times(client, answers, django_assert_num_queries):
    fill_in(client, answers)
    html_page = client.get(CHECK).content.decode()
    data = {name: hidden(html_page, name) for name in ("draft", "version")} | {"drawn": drawn()}

    # what a warm process keeps
    choices.rows()
    regions.named("")
    DeskSettings.kept()

    with django_assert_num_queries(30):  # eight of them begin or end a savepoint or write the session
        client.post(CHECK, data)


@pytest.mark.django_db(transaction=True)
def test_a_topic_that_left_the_catalogue_this_minute_is_told_and_makes_no_booking(client, answers):
    fill_in(client, answers)
    choices.rows()
    Topic.objects.get(slug="victim-impact").delete()

    assert send(client)["Location"] == CHECK
    response = client.get(CHECK, follow=True)

    assert response.redirect_chain[-1][0] == f"{ADDRESSES['need']}?check=1"
    assert "One of the answers on this page is missing, or no longer on offer." in words(response)
    assert "We have your request" not in words(response)
    assert (Booking.objects.count(), Message.objects.count()) == (0, 0)


def test_a_month_that_has_passed_is_no_longer_offered(client, answers):
    with time_machine.travel("2026-11-22 12:00"):
        fill_in(client, {**answers, "when": {**answers["when"], "months": []}})
        assert "December 2026" in client.get(ADDRESSES["when"]).content.decode()
    with time_machine.travel("2026-12-01 12:00"):
        client = Client()
        fill_in(client, {**answers, "when": {**answers["when"], "months": []}})
        page = client.get(ADDRESSES["when"]).content.decode()
        assert "December 2026" not in page
        assert "December 2027" in page
