"""What an agency may change of its request before a day is agreed, with the fields of the public form, and ask for after."""

from typing import Any

from crispy_forms.layout import Layout
from django import forms

from bookings.models import Booking, ChangeRequest, Contact
from formkit.forms import PortalForm
from formkit.letters import check_printable
from trainingportal.asking import choices
from trainingportal.asking.forms import (
    MOST_PEOPLE,
    NO_CASES,
    UNSURE,
    AudienceForm,
    NeedForm,
    WhenForm,
    WhoFields,
)


class PersonChange(WhoFields):
    """The contact’s own name, role and number; another mailbox is for the desk."""

    submit_words = "Save"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("works_for", "force", "agency_kind", "agency_name", "email"):
            del self.fields[name]

    def layout(self) -> Layout:
        """Only what is theirs."""
        return Layout("name", "job_title", "telephone")

    def changes(self) -> dict[str, Any]:
        """What the contact’s own row takes."""
        return {name: self.cleaned_data[name] for name in ("name", "job_title", "telephone")}

    @staticmethod
    def initial_of(contact: Contact) -> dict[str, Any]:
        return {"name": contact.name, "job_title": contact.job_title, "telephone": contact.telephone}


class AudienceChange(AudienceForm):
    """Who is in the room."""

    submit_words = "Save"

    def changes(self) -> dict[str, Any]:
        """As ``bookings.services.change_request_details`` takes it."""
        said, rows = self.cleaned_data, choices.rows().audiences
        return {
            "head_count": said["head_count"],
            "audiences": [(rows[slug], share) for slug, share in self.shares() if slug in rows],
            "prompted_by": said["prompted_by"],
            "prior_training": said["prior_training"],
        }

    @classmethod
    def initial_of(cls, contact: Contact) -> dict[str, Any]:
        booking = contact.booking
        shares = list(booking.audience_shares.select_related("audience"))
        return {
            "head_count": booking.head_count,
            "audiences": [share.audience.slug for share in shares],
            "prompted_by": booking.prompted_by,
            "prior_training": booking.prior_training,
            **{cls.share_name(share.audience.slug): share.share for share in shares},
        }


class NeedChange(NeedForm):
    """How long, and what to cover."""

    submit_words = "Save"

    def changes(self) -> dict[str, Any]:
        """As ``bookings.services.change_request_details`` takes it."""
        said, rows = self.cleaned_data, choices.rows()
        return {
            "format": rows.formats.get(said["length"]),
            "cover": said["cover"],
            "musts": [rows.topics[slug] for slug in said["musts"] if slug in rows.topics],
            "leave_outs": [rows.topics[slug] for slug in said["leave_outs"] if slug in rows.topics],
            "anything_else": said["anything_else"],
        }

    @staticmethod
    def initial_of(contact: Contact) -> dict[str, Any]:
        booking = contact.booking
        return {
            "length": booking.format.slug if booking.format else UNSURE,
            "cover": booking.cover,
            "musts": [topic.slug for topic in booking.musts.all()],
            "leave_outs": [topic.slug for topic in booking.leave_outs.all()],
            "anything_else": booking.anything_else,
        }


class WhenChange(WhenForm):
    """Roughly when and where, and what people need to take part."""

    submit_words = "Save"
    typed_as_it_is = (
        "dates_to_avoid",
        "windows",
        "place",
        "outcode",
        "access_needs",
        "would_share",
        "purchase_order",
    )

    def changes(self) -> dict[str, Any]:
        """As ``bookings.services.change_request_details`` takes it."""
        said = self.cleaned_data
        return {
            "months": self.month_days(),
            "weekdays": [int(day) for day in said["weekdays"]],
            **{name: said[name] for name in self.typed_as_it_is},
        }

    @classmethod
    def initial_of(cls, contact: Contact) -> dict[str, Any]:
        booking = contact.booking
        return {
            "months": [month.isoformat() for month in booking.months],
            "weekdays": [str(day) for day in booking.weekdays],
            **{name: getattr(booking, name) for name in cls.typed_as_it_is},
        }


# ---- once a day is agreed


def _words(label: str, *, missing: str = "", hint: str = "", rows: int = 3) -> forms.CharField:
    field = forms.CharField(
        label=label,
        required=bool(missing),
        max_length=2000,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
    )
    if missing:
        field.error_messages["required"] = missing
    return field


class AnotherDayForm(PortalForm):
    """Another day: which would suit."""

    submit_words = "Ask for another day"
    details = _words(
        "Which days or weeks would suit you?",
        missing="Enter which days or weeks would suit you",
        hint="For example, “any Tuesday in May” or “not before 12 April”.",
    )
    reason = _words("Why do you need another day?", hint=NO_CASES, rows=2)


class AnotherPlaceForm(PortalForm):
    """Another venue."""

    submit_words = "Ask for another venue"
    venue_name = forms.CharField(
        validators=[check_printable],
        label="Building",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the name of the building"},
    )
    venue_address = forms.CharField(
        label="Address",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter the address"},
    )
    venue_postcode = forms.CharField(
        label="Postcode",
        max_length=10,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
        error_messages={"required": "Enter the full postcode"},
    )
    reason = _words("Why do you need another venue?", rows=2)


class HeadCountForm(PortalForm):
    """More people, or fewer."""

    submit_words = "Ask to change the number"
    head_count = forms.IntegerField(
        label="How many people will come?",
        min_value=1,
        max_value=MOST_PEOPLE,
        error_messages={
            "required": "Enter how many people will come",
            "invalid": "Enter how many people will come, in figures",
            "min_value": "Enter 1 or more",
            "max_value": f"Enter {MOST_PEOPLE} or fewer",
        },
    )
    reason = _words("Is there anything we should know?", hint=NO_CASES, rows=2)

    @staticmethod
    def initial_of(booking: Booking) -> dict[str, Any]:
        return {"head_count": booking.head_count}


class CancelForm(PortalForm):
    """Cancel, with a reason."""

    submit_words = "Ask us to cancel"
    reason = _words("Why do you need to cancel?", missing="Enter why you need to cancel", hint=NO_CASES)


class OtherForm(PortalForm):
    """Anything else."""

    submit_words = "Ask for this change"
    details = _words(
        "What would you like to change?", missing="Enter what you would like to change", hint=NO_CASES
    )


class WithdrawForm(PortalForm):
    """No longer wanted, before a day is agreed."""

    submit_words = "Withdraw your request"
    reason = _words("Why do you no longer need the training?", hint=NO_CASES)


Kind = ChangeRequest.Kind
PARTS: dict[str, tuple[str, type[Any]]] = {
    "audience": ("Who it is for", AudienceChange),
    "need": ("What you need", NeedChange),
    "when": ("When and where", WhenChange),
    "person": ("Your own details", PersonChange),
}
"""What can be changed before a day is agreed, by the word in the address."""
KINDS: dict[str, tuple[str, str, type[PortalForm]]] = {
    Kind.ANOTHER_DAY: ("Ask for another day", "The agreed day stays until we have answered.", AnotherDayForm),
    Kind.ANOTHER_PLACE: (
        "Ask for another venue",
        "The venue stays until we have answered. If we agree, we phone you about the new one.",
        AnotherPlaceForm,
    ),
    Kind.HEAD_COUNT: ("More or fewer people", "The number stays until we have answered.", HeadCountForm),
    Kind.CANCEL: ("Ask us to cancel", "The training stays booked until we have answered.", CancelForm),
    Kind.OTHER: ("Ask for something else", "Everything stays as it is until we have answered.", OtherForm),
}
"""What can be asked for once a day is agreed: title, what stays meanwhile, and the form."""
