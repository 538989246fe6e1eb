"""The whole request on one page, for a coordinator who has the person on the telephone."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.utils import timezone

from bookings.models import Agency, AudienceShare, Booking, Enquiry, Place
from bookings.services import Asked
from courses.models import Audience, Format, Topic
from formkit.fields import HeadCountField
from formkit.forms import PortalForm
from formkit.layout import Choices
from formkit.letters import check_printable
from formkit.mailboxes import MailboxField
from places import outcodes
from places.models import Force
from trainingportal.desk.case import WEEKDAYS
from trainingportal.desk.forms import area

MONTHS_AHEAD = 12
MOST_MUSTS = 3


def months_ahead(today: dt.date) -> list[tuple[str, str]]:
    """The next twelve months as (first day, words)."""
    first = today.replace(day=1)
    months = []
    for _ in range(MONTHS_AHEAD):
        months.append((first.isoformat(), f"{first:%B} {first.year}"))
        first = (first + dt.timedelta(days=32)).replace(day=1)
    return months


AS_TYPED = (
    "prompted_by",
    "prior_training",
    "format",
    "anything_else",
    "dates_to_avoid",
    "windows",
    "place",
    "outcode",
    "access_needs",
    "would_share",
    "purchase_order",
)


def _ticks(name: str, *, inline: bool = False) -> Choices:
    return Choices(name, inline=True) if inline else Choices(name, small=True, columns=True)


def section(words: str) -> HTML:
    return HTML(f'<h2 class="wt-h2 wt-gap">{words}</h2>')


class RequestForm(PortalForm):
    """Who asks, for whom, what, when and where: the web form's questions, asked once."""

    submit_words = ""
    without: Collection[str] = ()
    """Questions that a form built on this one does not ask."""

    name = forms.CharField(label="Their name", max_length=200, validators=[check_printable])
    job_title = forms.CharField(label="Role", max_length=200, required=False)
    email = MailboxField(label="Work e-mail", help_text="The receipt and every offer go there.")
    telephone = forms.CharField(
        label="Switchboard number",
        max_length=40,
        required=False,
        help_text="As they give it. For the call-back, look a number up yourself.",
    )
    force = forms.ModelChoiceField(
        label="Police force", queryset=Force.objects.none(), required=False, empty_label="Not a police force"
    )
    agency_kind = forms.ChoiceField(
        label="Or what kind of agency",
        choices=[("", "Choose"), *((kind, label) for kind, label in Agency.Kind.choices if kind != "police")],
        required=False,
    )
    agency_name = forms.CharField(
        label="Its name", max_length=200, required=False, validators=[check_printable]
    )
    head_count = HeadCountField(
        label="How many people",
        required=False,
        min_value=1,
        max_value=5000,
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-4"}),
    )
    audiences = forms.ModelMultipleChoiceField(
        label="Who is in the room",
        queryset=Audience.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    mostly = forms.ModelChoiceField(
        label="Who is most of the room",
        queryset=Audience.objects.none(),
        required=False,
        empty_label="Nobody in particular",
    )
    prompted_by = area("What prompts this", required=False, hint="No case details.", rows=2)
    prior_training = area("Training before", required=False, rows=2)
    format = forms.ModelChoiceField(
        label="Length",
        queryset=Format.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        empty_label="Not sure",
        blank=True,
    )
    musts = forms.ModelMultipleChoiceField(
        label="Topics that must be covered",
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Up to three. None ticked: we suggest for their audience.",
    )
    leave_outs = forms.ModelMultipleChoiceField(
        label="Topics to leave out",
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    anything_else = area("Anything else", required=False, rows=2)
    months = forms.MultipleChoiceField(label="Months", required=False, widget=forms.CheckboxSelectMultiple)
    weekdays = forms.TypedMultipleChoiceField(
        label="Weekdays",
        coerce=int,
        choices=list(enumerate(WEEKDAYS))[:5],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    dates_to_avoid = area("Dates to avoid", required=False, rows=2)
    windows = area("Times that suit", required=False, rows=2)
    place = forms.ChoiceField(
        label="Where", choices=Place.choices, initial=Place.ON_SITE, widget=forms.RadioSelect
    )
    outcode = forms.CharField(
        label="First half of the postcode",
        max_length=8,
        required=False,
        help_text="For example NE1. Not needed online.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5"}),
    )
    access_needs = area("Access needs", required=False, rows=2)
    would_share = forms.BooleanField(label="They would share a session with a neighbour", required=False)
    purchase_order = forms.CharField(label="Purchase order number", max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.without:
            del self.fields[name]
        self.helper.form_tag = False
        today = timezone.localdate()
        self._offer("force", Force.objects.standing(today).order_by("name"))
        self._offer("audiences", Audience.objects.filter(is_active=True))
        self._offer("mostly", Audience.objects.filter(is_active=True))
        self._offer("format", Format.objects.all())
        self._offer("musts", Topic.objects.active().selectable())
        self._offer("leave_outs", Topic.objects.active().selectable())
        months = self.fields["months"]
        assert isinstance(months, forms.MultipleChoiceField)
        months.choices = months_ahead(today)

    def _offer(self, name: str, rows: Any) -> None:
        if name in self.without:
            return
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def layout(self) -> Layout:
        """In sections; a section whose questions are left out goes with them."""
        sections: list[tuple[str, list[Any]]] = [
            (
                "Who asks",
                [("name", "job_title", "email", "telephone"), ("force", "agency_kind", "agency_name")],
            ),
            (
                "Who is it for",
                [("head_count", "mostly"), _ticks("audiences"), ("prompted_by", "prior_training")],
            ),
            (
                "What do they need",
                [_ticks("format", inline=True), _ticks("musts"), _ticks("leave_outs"), "anything_else"],
            ),
            (
                "When and where",
                [
                    _ticks("months"),
                    _ticks("weekdays"),
                    ("dates_to_avoid", "windows"),
                    _ticks("place", inline=True),
                    ("outcode", "purchase_order"),
                    "access_needs",
                    "would_share",
                ],
            ),
        ]
        drawn: list[Any] = []
        for words, parts in sections:
            inside = [each for part in parts if (each := self._drawn(part)) is not None]
            drawn += [section(words), *inside] if inside else []
        return Layout(*drawn)

    def _drawn(self, part: Any) -> Any:
        """A field, a pair of fields or a list of choices, without what this form does not ask."""
        if isinstance(part, tuple):
            there = [name for name in part if name in self.fields]
            return Div(*there, css_class="wt-pairwise") if there else None
        name = part.field if isinstance(part, Choices) else part
        return part if name in self.fields else None

    def clean_outcode(self) -> str:
        typed = str(self.cleaned_data["outcode"]).strip()
        if not typed:
            return ""
        found = outcodes.district_in(typed)
        if not found:
            raise forms.ValidationError("We do not know this first half. Write it as in NE1 or SW1A.")
        return found

    def clean_musts(self) -> Any:
        musts = self.cleaned_data["musts"]
        if len(musts) > MOST_MUSTS:
            raise forms.ValidationError("Choose three topics at most.")
        return musts

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "force" in self.fields and not cleaned.get("force"):
            if not cleaned.get("agency_kind"):
                self.add_error("agency_kind", "Choose a police force, or the kind of agency.")
            elif not (cleaned.get("agency_name") or "").strip():
                self.add_error("agency_name", "Write the agency’s name.")
        if (
            "outcode" in self.fields
            and cleaned.get("place") in (Place.ON_SITE, Place.EITHER)
            and not cleaned.get("outcode")
            and "outcode" not in self.errors
        ):
            self.add_error("outcode", "Write the first half of the postcode, or choose online.")
        if both := set(cleaned.get("musts") or []) & set(cleaned.get("leave_outs") or []):
            self.add_error("leave_outs", f"{next(iter(both))} cannot be both covered and left out.")
        return cleaned

    def asked(self, *, source: str) -> Asked:
        """What was taken down, as the service takes it. Read after ``is_valid()``."""
        data = self.cleaned_data
        force = data["force"]
        return Asked(
            name=data["name"],
            email=data["email"],
            job_title=data["job_title"],
            telephone=data["telephone"],
            force=force,
            agency_kind=Agency.Kind.POLICE if force else data["agency_kind"],
            agency_name="" if force else data["agency_name"],
            source=source,
            **self.details(),
        )

    def details(self) -> dict[str, Any]:
        """What is asked for, as the services take it. Read after ``is_valid()``."""
        data = self.cleaned_data
        chosen, mostly = list(data["audiences"]), data["mostly"]
        if mostly and mostly not in chosen:
            chosen.append(mostly)
        shares = AudienceShare.Share
        return {
            "head_count": data["head_count"],
            "audiences": tuple(
                (each, (shares.ALL if len(chosen) == 1 else shares.HALF) if each == mostly else shares.SOME)
                for each in chosen
            ),
            "cover": Booking.Cover.CHOOSE if data["musts"] else Booking.Cover.SUGGEST,
            "musts": tuple(data["musts"]),
            "leave_outs": tuple(data["leave_outs"]),
            "months": tuple(dt.date.fromisoformat(month) for month in data["months"]),
            "weekdays": tuple(data["weekdays"]),
            **{name: data[name] for name in AS_TYPED if name in data},
        }


def from_enquiry(enquiry: Enquiry) -> dict[str, Any]:
    """What a question tells of a request, so that nothing is asked twice."""
    return {
        "name": enquiry.name,
        "email": enquiry.email,
        "telephone": enquiry.telephone,
        "agency_name": enquiry.organisation,
        "anything_else": enquiry.message,
    }
