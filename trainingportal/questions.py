"""“Ask us a question”: a form anybody may use, and the page that follows it."""

import datetime as dt
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from bookings.services.asking import make_enquiry
from formkit.fields import NameField
from formkit.forms import PortalForm
from formkit.mailboxes import MailboxField
from trainingportal import public_catalogue
from trainingportal.guard import (
    TOO_MANY,
    GuardedForm,
    client_address,
    counted_before_it_is_read,
    may_go_on,
    one_moment,
)
from trainingportal.public import public_page
from trainingportal.public_pages import draw

RECEIPT_SALT = "trainingportal.questions.receipt"
RECEIPT_LASTS = dt.timedelta(days=2)


class QuestionForm(GuardedForm, PortalForm):
    """Who asks, how to reach them, and what they ask."""

    submit_words = "Send your question"
    mark_optional = False  # either of two may stay empty, so the words stand in the labels

    name = NameField(
        label="Your name",
        is_printed=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Tell us your name."},
    )
    organisation = NameField(
        label="Your organisation (optional)",
        is_printed=False,
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    email = MailboxField(
        label="Email address",
        required=False,
        help_text="Give this, a phone number, or both. We send your reference here.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    telephone = forms.CharField(
        label="Phone number",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    message = forms.CharField(
        label="Your question",
        max_length=4000,
        help_text="Please write nothing about a case, a victim or a suspect.",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Write your question."},
    )
    ring_me = forms.BooleanField(label="Please ring me", required=False)

    def layout(self) -> Layout:
        return Layout("name", "organisation", "email", "telephone", "ring_me", "message")

    def clean_telephone(self) -> str:
        number = str(self.cleaned_data["telephone"]).strip()
        if number and sum(character.isdigit() for character in number) < 7:
            raise forms.ValidationError("Write a phone number with its area code, like 01632 960 001.")
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        has_trouble = "email" in self.errors or "telephone" in self.errors
        if not has_trouble and not cleaned.get("email") and not cleaned.get("telephone"):
            self.add_error("email", "Give an e-mail address or a phone number, so that we can answer.")
        elif cleaned.get("ring_me") and not cleaned.get("telephone") and "telephone" not in self.errors:
            self.add_error("telephone", "Give the phone number that we should ring.")
        return cleaned


@public_page
@require_http_methods(["GET", "HEAD", "POST"])
@counted_before_it_is_read
def ask_question(request: HttpRequest) -> HttpResponse:
    """Take a question for the desk and show its reference. Nothing typed is lost on an error."""
    form = QuestionForm(request.POST or None)
    if form.is_valid():
        asked = form.cleaned_data
        mailbox = asked["email"] or asked["telephone"]
        if may_go_on("question", address=client_address(request), mailbox=mailbox):
            enquiry = make_enquiry(
                name=asked["name"],
                organisation=asked["organisation"],
                email=asked["email"],
                telephone=asked["telephone"],
                message=asked["message"],
                ring_me=asked["ring_me"],
            )
            receipt = signing.dumps(
                [enquiry.reference, f"{enquiry.answer_due_on:%Y-%m-%d}", bool(enquiry.email)],
                salt=RECEIPT_SALT,
            )
            return redirect(f"{reverse('question-asked')}?receipt={receipt}")
        form.add_error(None, TOO_MANY)
    if form.is_held:
        return one_moment(request)
    return draw(
        request,
        "public/ask_question.html",
        {"form": form, "answer_within_days": public_catalogue.formats().answer_within_days},
        status=422 if form.errors else 200,
    )


@require_safe
def question_asked(request: HttpRequest) -> HttpResponse:
    """Show the reference and by when we answer, from the signed receipt in the address: it names nobody."""
    try:
        reference, due_on, by_mail = signing.loads(
            request.GET.get("receipt", ""), salt=RECEIPT_SALT, max_age=RECEIPT_LASTS
        )
    except signing.BadSignature as trouble:
        raise Http404 from trouble
    return render(
        request,
        "public/question_asked.html",
        {"reference": reference, "due_on": dt.date.fromisoformat(due_on), "by_mail": by_mail},
    )
