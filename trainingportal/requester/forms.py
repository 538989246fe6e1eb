"""What a requester may write on their own pages."""

from typing import Any

from django import forms

from formkit.fields import NameField
from formkit.forms import PortalForm
from formkit.letters import check_printable
from formkit.mailboxes import MailboxField
from trainingportal import public_catalogue

NO_CASES = "No case details, please."


class WriteForm(PortalForm):
    """A message to the training team."""

    submit_words = ""

    text = forms.CharField(
        label="Write to us",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write your message first."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = public_catalogue.formats().answer_within_days
        self.fields["text"].help_text = f"We answer within {days} working days. {NO_CASES}"


class DeclineForm(PortalForm):
    """No date suits: what would."""

    submit_words = ""

    note = forms.CharField(
        label="When would be better?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


PLACE = ("name", "address", "postcode")
ON_SITE_ONLY = (
    *PLACE,
    "room",
    "parking",
    "arrival",
    "access",
    "vetting",
    "quiet_room",
    "contact_name",
    "contact_telephone",
)
MOST_LINK = 1000


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _phone() -> forms.TextInput:
    return forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "class": "govuk-input--width-20"})


class RoomForm(PortalForm):
    """Where exactly, how to get in, and what else the host sees to; online, the link to join.

    With ``is_hidden`` something is stored that this person may not read: nothing is required then, and a new address is
    asked for whole.
    """

    submit_words = "Save"

    online_link = forms.URLField(
        label="Link to join",
        required=False,
        max_length=MOST_LINK,
        assume_scheme="https",
        help_text="We show it only to our trainers, and to people at your agency who can see names and venue.",
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Enter a link that starts with https://"},
    )
    name = forms.CharField(
        validators=[check_printable],
        label="Building",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the name of the building"},
    )
    room = forms.CharField(label="Room", required=False, max_length=200)
    address = forms.CharField(
        label="Address",
        max_length=500,
        widget=_lines(3),
        error_messages={"required": "Enter the address"},
    )
    postcode = forms.CharField(
        label="Postcode",
        max_length=10,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
        error_messages={"required": "Enter the full postcode"},
    )
    quiet_room = forms.CharField(
        label="Quiet room",
        required=False,
        max_length=200,
        help_text="A room close by where anyone can take time to pause, and how to find it.",
    )
    support_name = forms.CharField(
        validators=[check_printable],
        label="Support contact",
        required=False,
        max_length=200,
        help_text="Someone attendees can talk to on the day and afterwards, such as your welfare or occupational health "
        "service.",
    )
    support_telephone = forms.CharField(
        label="Support contact’s phone number", required=False, max_length=40, widget=_phone()
    )
    parking = forms.CharField(
        label="Parking",
        required=False,
        max_length=1000,
        help_text="Where our trainers can park, and whether they need to ask beforehand.",
        widget=_lines(2),
    )
    arrival = forms.CharField(
        label="Reception and how to get in", required=False, max_length=2000, widget=_lines(3)
    )
    access = forms.CharField(
        label="Access",
        required=False,
        max_length=1000,
        help_text="Steps, lifts and step-free ways in: our trainers may need them too.",
        widget=_lines(2),
    )
    vetting = forms.CharField(
        label="Vetting or escort",
        required=False,
        max_length=1000,
        help_text="What our trainers need to have, or who walks with them.",
        widget=_lines(2),
    )
    contact_name = forms.CharField(
        label="Who meets us on the day", required=False, max_length=200, validators=[check_printable]
    )
    contact_telephone = forms.CharField(
        label="Their phone number on the day", required=False, max_length=40, widget=_phone()
    )

    def __init__(self, *args: Any, online: bool, is_hidden: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.online, self.is_hidden = online, is_hidden
        for name in ON_SITE_ONLY if online else ("online_link",):
            del self.fields[name]
        if is_hidden:
            for field in self.fields.values():
                field.required = False

    def clean(self) -> dict[str, Any]:
        """A new address is given whole: half an old one would lead our trainers astray."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.is_hidden and not self.online and any(cleaned.get(name) for name in PLACE):
            for name in PLACE:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned

    def as_venue(self) -> dict[str, str]:
        """What the service writes down; an online session has a link and no building."""
        return {"name": "Online", **self.cleaned_data} if self.online else dict(self.cleaned_data)


class DetailsForm(PortalForm):
    """What may change until the day: access needs, the purchase order number and, in Wales, the papers' language."""

    submit_words = "Save"

    access_needs = forms.CharField(
        label="Does anybody need something to take part?",
        required=False,
        max_length=2000,
        help_text="For example step-free access, a hearing loop, or captions. No names, please.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    purchase_order = forms.CharField(
        label="Purchase order number",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )
    papers_in_welsh = forms.BooleanField(
        label="We would like the papers in Welsh as well",
        required=False,
        help_text="Agenda, joining instructions, door sign and sign-in papers. You always get them in English too.",
    )

    def __init__(self, *args: Any, may_ask_for_welsh: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_ask_for_welsh:
            del self.fields["papers_in_welsh"]


class ColleagueForm(PortalForm):
    """A colleague who may follow this booking."""

    submit_words = "Invite your colleague"

    name = NameField(label="Their name", error_messages={"required": "Give your colleague’s name."})
    job_title = NameField(label="Their role", required=False, max_length=120)
    email = MailboxField(
        label="Their work e-mail",
        help_text="We write to them. A code to this mailbox opens the page for them.",
        error_messages={
            "required": "Give your colleague’s work e-mail address.",
        },
    )
    telephone = forms.CharField(
        label="Switchboard number",
        required=False,
        max_length=40,
        help_text="We ring them back before dates open to them, and look the number up ourselves too.",
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
    )
