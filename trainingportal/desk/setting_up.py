"""The first thing a desk does: say who answers, so that every page and email can."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from bookings.models import SETTINGS_CACHED, DeskSettings
from formkit.forms import PortalModelForm
from formkit.mailboxes import MailboxField
from places.keeping import forget
from trainingportal.desk.access import for_coordinators
from trainingportal.desk.pages import page

REQUIRED = {
    "desk_name": "Enter the name of your desk",
    "desk_email": "Enter the email address your desk reads",
    "telephone": "Enter the phone number your desk answers",
    "answer_within_days": "Enter how many working days you need to answer",
}


class DeskContactForm(PortalModelForm):
    """Who answers, how to reach them, and how soon they promise to answer."""

    submit_words = ""  # the page writes the button

    class Meta:
        model = DeskSettings
        fields = ["desk_name", "desk_email", "telephone", "phone_hours", "answer_within_days"]
        labels = {
            "desk_name": "Name of your desk",
            "desk_email": "Email address",
            "telephone": "Phone number",
            "phone_hours": "When you answer the phone (optional)",
            "answer_within_days": "Working days you need to answer a request",
        }
        field_classes = {"desk_email": MailboxField}
        help_texts = {
            "phone_hours": "For example “Monday to Friday, 9am to 4pm”.",
            "answer_within_days": "We promise this to everyone who asks.",
        }
        widgets = {
            "telephone": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
            "desk_email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.form_tag = False
        for name, problem in REQUIRED.items():
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = problem

    def clean_answer_within_days(self) -> int:
        days = int(self.cleaned_data["answer_within_days"])
        if not 1 <= days <= 30:
            raise forms.ValidationError("Working days must be between 1 and 30")
        return days


@for_coordinators
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Ask for the desk's name, email, phone and answering days; POST saves them."""
    form = DeskContactForm(
        request.POST if request.method == "POST" else None, instance=DeskSettings.current()
    )
    if form.is_valid():
        form.save()
        forget(SETTINGS_CACHED)
        messages.success(request, "Contact details saved. Agencies and speakers can see them now.")
        return redirect("desk:index")
    return page(
        request,
        "set_up",
        "How people reach your desk",
        status=422 if form.is_bound else 200,
        form=form,
    )
