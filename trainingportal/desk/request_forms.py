"""What was asked for, and who asks, filled in to be put right."""

from typing import Any

from django import forms
from django.utils import timezone

from bookings.models import AudienceShare, Contact
from formkit.letters import check_printable
from formkit.mailboxes import MailboxField
from trainingportal.desk.case import Case
from trainingportal.desk.forms import VerbForm
from trainingportal.desk.phone import RequestForm, months_ahead

WHO = ("name", "job_title", "email", "telephone", "force", "agency_kind", "agency_name")
SETTLED = ("format", "place", "outcode")
"""What an agreed day has settled."""


class ContactForm(VerbForm):
    """A contact's details, as they stand."""

    name = forms.CharField(label="Name", max_length=200, validators=[check_printable])
    job_title = forms.CharField(label="Role", max_length=200, required=False)
    email = MailboxField(label="Work email")
    telephone = forms.CharField(label="Switchboard number", max_length=40, required=False)
    role = forms.ChoiceField(
        label="Part in this booking", choices=Contact.Role.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            self.initial.setdefault(name, getattr(self.on, name))


class ChangeRequestForm(RequestForm):
    """The request as it stands: the same questions as by phone, without those about who asks."""

    def __init__(self, *args: Any, case: Case, on: Any = None, **kwargs: Any) -> None:
        self.booking = case.booking
        self.without = [*WHO, *(SETTLED if self.booking.is_agreed else ())]
        kwargs.setdefault("initial", self._as_asked())
        super().__init__(*args, **kwargs)
        months = self.fields["months"]
        assert isinstance(months, forms.MultipleChoiceField)
        ahead = months_ahead(timezone.localdate())
        asked = [(month.isoformat(), f"{month:%B} {month.year}") for month in self.booking.months]
        months.choices = [*(each for each in asked if each not in ahead), *ahead]  # what has passed stays

    def _as_asked(self) -> dict[str, Any]:
        booking = self.booking
        plain = (
            "head_count prompted_by prior_training format anything_else weekdays dates_to_avoid windows place outcode "
            "access_needs would_share purchase_order"
        )
        shares = list(booking.audience_shares.select_related("audience"))
        mostly = next((share.audience for share in shares if share.share != AudienceShare.Share.SOME), None)
        return {
            **{name: getattr(booking, name) for name in plain.split()},
            "months": [month.isoformat() for month in booking.months],
            "audiences": [share.audience for share in shares],
            "mostly": mostly,
            "musts": list(booking.musts.all()),
            "leave_outs": list(booking.leave_outs.all()),
        }

    @property
    def changes(self) -> dict[str, Any]:
        """What ``services.change_request_details`` takes. Read after ``is_valid()``."""
        room = [set(self.initial["audiences"]), self.initial["mostly"]]
        is_same_room = room == [set(self.cleaned_data["audiences"]), self.cleaned_data["mostly"]]
        details = self.details()
        if is_same_room:
            del details["audiences"]
        return details
