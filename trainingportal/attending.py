"""The page behind the code on the joining instructions: content notices, and a private word with the training team.

It knows nothing of when, where and who. A wrong code, one that has died and one tried too often get the same answer.
"""

import datetime as dt
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from agendas import services
from bookings.models import DeskSettings
from formkit.codes import CodeField, is_whole
from formkit.forms import PortalForm
from formkit.mailboxes import MailboxField
from trainingportal.guard import (
    TOO_MANY,
    GuardedForm,
    attempts_so_far,
    client_address,
    count_attempt,
    counted_before_it_is_read,
    may_go_on,
    one_moment,
)

NOT_FOUND = (
    "We find nothing under this code. Look at your joining instructions again, or ask your organisation for them. "
    "After many wrong codes from one network we stop looking for an hour."
)
GUESSES = "attendee-code"
MOST_GUESSES = 30


class CodeForm(PortalForm):
    """A code, however it is typed."""

    submit_words = "Show the notices"
    mark_optional = False

    code = CodeField(
        lengths=[services.SIGNS],
        shape="eight letters and numbers, such as ABCD 3468",
        label="The code on your joining instructions",
        help_text="Eight letters and numbers, for example ABCD 3468. Capitals and spaces do not matter.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter the code."},
    )

    def layout(self) -> Layout:
        return Layout("code")


class PrivateForm(GuardedForm, PortalForm):
    """What an attendee wants to tell the training team."""

    submit_words = "Send it to the training team"
    mark_optional = False

    text = forms.CharField(
        label="What would you like to tell us?",
        max_length=4000,
        help_text="For example what you would rather not hear, or what you need on the day. "
        "You need not give your name. Please write nothing about a case.",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Write your message."},
    )
    email = MailboxField(
        label="Your e-mail address, if you would like an answer (optional)",
        required=False,
        help_text="One that only you read. The answer names this training programme as its sender.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reach = forms.CharField(
        label="A number we may ring (optional)",
        max_length=200,
        required=False,
        help_text="One that only you answer. You may add when.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def layout(self) -> Layout:
        return Layout("text", "email", "reach")


@require_http_methods(["GET", "HEAD", "POST"])
@counted_before_it_is_read
def ask_for_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        code = services.plain_code(form.cleaned_data["code"])
        if _look(request, code) is not None:
            return redirect("notices", code)
        form.add_error("code", NOT_FOUND)
    return _draw(request, "public/notices_code.html", form, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@counted_before_it_is_read
def notices(request: HttpRequest, code: str) -> HttpResponse:
    """What stands under a code, and a form that goes to the training desk alone."""
    under = _look(request, code)
    if under is None:
        form = CodeForm({"code": code[:40]})
        if form.is_valid():
            form.add_error("code", NOT_FOUND)
        return _draw(request, "public/notices_code.html", form, status=404)
    message = PrivateForm(request.POST or None)
    if message.is_valid():
        typed = {name: message.cleaned_data[name] for name in ("text", "email", "reach")}
        may_write = may_go_on("attendee", address=client_address(request), mailbox=typed["email"])
        if may_write and services.write_privately(code, **typed):
            return redirect("notices-sent")
        message.add_error(None, TOO_MANY)
    if message.is_held:
        return one_moment(request)
    return _draw(
        request,
        "public/notices.html",
        message,
        status=422 if message.errors else 200,
        notices=under.notices,
        code=services.say_code(under.code.code),
        answer_within_days=DeskSettings.kept().answer_within_days,
    )


@require_http_methods(["GET", "HEAD"])
def sent(request: HttpRequest) -> HttpResponse:
    """Say that it has arrived. The address names nothing, so that it may stay in a browser's history."""
    return render(
        request, "public/notices_sent.html", {"answer_within_days": DeskSettings.kept().answer_within_days}
    )


def _look(request: HttpRequest, code: str) -> services.Notices | None:
    """What stands under this code. A wrong one is counted, and after too many nothing is found for an hour."""
    address = client_address(request)
    if attempts_so_far(GUESSES, address) >= MOST_GUESSES:
        return None
    found = services.notices_under(code)
    if found is None and is_whole(services.plain_code(code), [services.SIGNS]):
        count_attempt(GUESSES, address, per=dt.timedelta(hours=1))
    return found


def _draw(request: HttpRequest, template: str, form: forms.Form, *, status: int, **more: Any) -> HttpResponse:
    return render(request, template, {"form": form, **more}, status=status)
