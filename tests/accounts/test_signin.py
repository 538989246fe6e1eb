"""Signing in with an e-mailed code."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import kinds, signin
from accounts.models import User
from accounts.services import ensure_user
from outbox import sender
from outbox.models import Message
from tests.accounts.conftest import app_code, ask_for_code, newest_code, sign_in

pytestmark = pytest.mark.django_db

CHANGING = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')


def page(response) -> bytes:
    """Return a page without what differs at every visit."""
    return CHANGING.sub(b"", response.content)


def test_a_code_signs_a_requester_in_and_proves_the_mailbox(client, person):
    sign_in(client, person)

    assert client.session["_auth_user_id"] == str(person.pk)
    assert EmailAddress.objects.get(user=person).verified


def test_the_code_reads_as_six_letters_and_its_dash_and_capitals_do_not_matter(client, person):
    ask_for_code(client, person.email)

    client.post("/sign-in/code/", {"code": newest_code(person.email).replace("-", " ").lower()})

    assert client.session["_auth_user_id"] == str(person.pk)


def test_each_code_is_a_mail_of_its_own_that_is_never_sent_twice(client, person):
    ask_for_code(client, person.email)
    client.post("/sign-in/code/", {"action": "resend"})

    mails = Message.objects.filter(kind="code")
    assert [mail.is_code for mail in mails] == [True, True]
    assert len({mail.occasion for mail in mails}) == 2
    assert "Your sign-in code" in mails[0].subject


def test_a_code_is_not_in_the_subject_or_what_a_lock_screen_shows(client, person):
    ask_for_code(client, person.email)

    mail = Message.objects.get(kind="code")
    assert newest_code(person.email) in mail.text
    assert newest_code(person.email) not in mail.subject


def test_an_unknown_address_gets_the_same_bytes_and_no_mail(client, person, caught_mail):
    known, unknown = Client(), Client()

    first = ask_for_code(known, "priya@northmere.example.org")
    second = ask_for_code(unknown, "nobody@northmer.example.org")
    pages = [known.get(first.url), unknown.get(second.url)]

    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert page(pages[0]).replace(b"priya@northmere", b"X") == page(pages[1]).replace(
        b"nobody@northmer", b"X"
    )
    assert sorted(known.cookies) == sorted(unknown.cookies)
    assert {mail.to for mail in Message.objects.all()} == {"priya@northmere.example.org", kinds.NOBODY}
    sender.deliver_due()
    assert Message.objects.get(to=kinds.NOBODY).state == "withheld"


def test_an_unknown_address_gets_the_same_bytes_for_a_wrong_code_and_a_new_one(person):
    answers = []
    for email in ["priya@northmere.example.org", "nobody@northmer.example.org"]:
        client = Client()
        ask_for_code(client, email)
        wrong = client.post("/sign-in/code/", {"code": "ZZZ-ZZZ"})
        again = client.post("/sign-in/code/", {"action": "resend"}, follow=True)
        answers.append([page(reply).replace(email.encode(), b"X") for reply in (wrong, again)])

    assert answers[0] == answers[1]


def test_an_address_that_may_not_sign_in_gets_no_code(client, person):
    User.objects.update(is_active=False)

    assert ask_for_code(client, person.email).url == "/sign-in/code/"
    assert {mail.to for mail in Message.objects.all()} == {kinds.NOBODY}


def test_five_wrong_tries_end_it_and_the_right_code_is_then_worth_nothing(client, person):
    ask_for_code(client, person.email)
    code = newest_code(person.email)

    replies = [client.post("/sign-in/code/", {"code": "ZZZ-ZZZ"}) for _ in range(5)]
    late = client.post("/sign-in/code/", {"code": code})

    assert [reply.status_code for reply in replies] == [200, 200, 200, 200, 302]
    assert late.url == "/sign-in/"
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db(transaction=True)
def test_tries_that_arrive_together_are_five_as_well(person):
    first = Client()
    ask_for_code(first, person.email)
    cookie = first.cookies["sessionid"].value

    def wrong_try(_: int) -> int:
        client = Client()
        client.cookies["sessionid"] = cookie
        try:
            reply = client.post("/sign-in/code/", {"code": "ZZZ-ZZZ"})
            return reply.status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as together:
        answers = list(together.map(wrong_try, range(16)))

    assert answers.count(200) <= 5
    assert first.post("/sign-in/code/", {"code": newest_code(person.email)}).url == "/sign-in/"
    assert "_auth_user_id" not in first.session


def test_a_used_code_opens_nothing_again(client, person):
    ask_for_code(client, person.email)
    code = newest_code(person.email)
    client.post("/sign-in/code/", {"code": code})

    other = Client()
    ask_for_code(other, person.email)
    reply = other.post("/sign-in/code/", {"code": code})

    assert reply.status_code == 200
    assert "_auth_user_id" not in other.session


def test_a_code_works_only_in_the_browser_that_asked(client, person):
    ask_for_code(client, person.email)

    other = Client()
    reply = other.post("/sign-in/code/", {"code": newest_code(person.email)})

    assert reply.url == "/sign-in/"
    assert "_auth_user_id" not in other.session


def test_a_code_works_for_sixty_minutes_and_no_longer(client, person):
    with time_machine.travel("2027-01-19T10:00:00Z", tick=False) as clock:
        ask_for_code(client, person.email)
        clock.shift(60 * 60)
        assert client.get("/sign-in/code/").status_code == 200
        clock.shift(1)
        assert client.post("/sign-in/code/", {"code": newest_code(person.email)}).url == "/sign-in/"


def test_a_code_sent_again_works_for_a_full_hour_and_the_earlier_one_no_longer(client, person):
    with time_machine.travel("2027-01-19T10:00:00Z", tick=False) as clock:
        ask_for_code(client, person.email)
        earlier = newest_code(person.email)
        clock.shift(50 * 60)
        client.post("/sign-in/code/", {"action": "resend"})
        clock.shift(55 * 60)
        assert client.post("/sign-in/code/", {"code": earlier}).status_code == 200
        client.post("/sign-in/code/", {"code": newest_code(person.email)})

    assert client.session["_auth_user_id"] == str(person.pk)


def test_codes_for_one_address_are_limited_however_many_browsers_ask(person):
    replies = [ask_for_code(Client(), person.email) for _ in range(6)]

    assert [reply.status_code for reply in replies] == [302] * 5 + [200]
    assert Message.objects.count() == 5


def test_the_library_s_other_pages_do_not_exist(client, person):
    sign_in(client, person)

    paths = ["/accounts/signup/", "/signup/", "/accounts/password/change/", "/accounts/email/", "/login/"]
    assert [client.get(path).status_code for path in paths] == [404] * len(paths)


def test_looking_at_the_pages_changes_nothing(client, person):
    ask_for_code(client, person.email)
    before = dict(client.session)

    for path in ["/sign-in/", "/sign-in/code/", "/sign-in/passkey/", "/sign-out/"]:
        client.get(path)

    assert dict(client.session) == before
    assert Message.objects.count() == 1


def test_signing_out_needs_a_press(client, person):
    sign_in(client, person)

    assert b"Sign out?" in client.get("/sign-out/").content
    assert "_auth_user_id" in client.session
    client.post("/sign-out/")
    assert "_auth_user_id" not in client.session


def test_whoever_asked_hears_of_a_proven_mailbox(client, person, monkeypatch):
    heard: list[tuple[User, bool]] = []
    monkeypatch.setattr(signin, "_after_code", [])

    def listen(user: User) -> None:
        heard.append((user, EmailAddress.objects.get(user=user).verified))

    signin.after_code(listen)
    signin.after_code(listen)

    sign_in(client, person)

    assert heard == [(person, True)]


def test_a_mailbox_is_proven_before_the_second_factor_is_asked_for(client, coordinator, monkeypatch):
    heard: list[User] = []
    monkeypatch.setattr(signin, "_after_code", [heard.append])

    reply = sign_in(client, coordinator)

    assert (heard, reply.url) == ([coordinator], "/sign-in/second-factor/")


def test_a_request_form_can_begin_the_code_for_its_sender(client, person, rf):
    request = rf.post("/")
    request.session, request.user = client.session, AnonymousUser()
    with request_context(request):
        url = signin.begin_code(request, person, next_url="/topics/")
    request.session.save()

    assert url == "/sign-in/code/?next=/topics/"
    assert (
        "We sent a six-letter code to <b>priya@northmere.example.org</b>" in client.get(url).content.decode()
    )
    reply = client.post(url, {"code": newest_code(person.email)})
    assert reply.url == "/topics/"


def test_the_same_person_is_made_once(db):
    first = ensure_user(" Priya@Northmere.example.org ")
    second = ensure_user("priya@northmere.example.org", name="Priya Nair")
    third = ensure_user("priya@northmere.example.org", name="Somebody Else")

    assert first.pk == second.pk == third.pk
    assert third.name == "Priya Nair"
    assert not first.has_usable_password()
    assert EmailAddress.objects.get(user=first).verified is False


def test_the_page_that_asks_for_a_code_is_kept_by_nobody(client, person):
    ask_for_code(client, person.email)

    assert "no-store" in client.get(reverse("account_confirm_login_code"))["Cache-Control"]


def test_an_app_code_is_no_e_mailed_code(client, coordinator, secret):
    ask_for_code(client, coordinator.email)

    assert client.post("/sign-in/code/", {"code": app_code(secret)}).status_code == 200


def test_too_many_tries_from_one_network_get_a_kind_page(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login": "1/m/ip"}
    ask_for_code(client, "somebody@example.org")

    reply = ask_for_code(Client(), "somebody@example.org")

    assert (reply.status_code, b"A moment, please" in reply.content) == (429, True)
