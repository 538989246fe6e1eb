"""What a speaker may type: a condition to a yes, days away, their limits, and where their own calendar is."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from courses.models import Format, Topic
from formkit.fields import DayField, TimeOfDayField
from formkit.forms import PortalForm
from places import outcodes
from places.clock import LONDON, say_minutes
from speakers.calendars import tidy_address
from speakers.fetch import Refused
from speakers.models import Speaker

LONGEST = dt.timedelta(days=366)
WEEK = dt.timedelta(days=7)
REACHES = [
    ("", "Anywhere"),
    ("60", "Up to 1 hour each way"),
    ("120", "Up to 2 hours each way"),
    ("180", "Up to 3 hours each way"),
    ("240", "Up to 4 hours each way"),
    ("0", "Online only"),
]


class ConditionForm(PortalForm):
    """A yes that holds only if something is so."""

    submit_words = "Yes, if this is possible"

    condition = forms.CharField(
        label="What would you need?",
        help_text="For example a later start, or going with a colleague. The training desk will phone you about it.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        error_messages={"required": "Enter what you would need, or answer yes."},
    )


class WordForm(PortalForm):
    """A message to the desk, about one of their sessions or none."""

    submit_words = "Send message"

    about = forms.ChoiceField(label="What is it about?", required=False)
    text = forms.CharField(
        label="Your message",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        error_messages={"required": "Enter your message."},
    )

    def __init__(self, *args: Any, sessions: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Something else"), *sessions]


class AbsenceForm(PortalForm):
    """Days, or part of a day, on which the speaker is away."""

    submit_words = "Add days away"

    first_day = DayField(label="First day away")
    last_day = DayField(label="Last day away", required=False, help_text="Leave empty for one day.")
    from_time = TimeOfDayField(
        label="From", any_hour=True, required=False, help_text="Leave both times empty for whole days."
    )
    to_time = TimeOfDayField(label="To", any_hour=True, required=False)
    weekly_until = DayField(
        label="Every week until", required=False, help_text="Leave empty if it is this once."
    )
    private = forms.BooleanField(
        label="A private day",
        help_text="Only you see that it is private. Nobody is told why you are away on any day, and we do not keep it.",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Turn days and times into one stretch, ``starts_at`` and ``ends_at``, in London."""
        data = super().clean() or {}
        first = data.get("first_day")
        if first is None:
            return data
        last = data.get("last_day") or first
        if last < timezone.localdate():
            self.add_error("last_day" if data.get("last_day") else "first_day", "Choose days from today on.")
        if last < first:
            self.add_error("last_day", "The last day comes before the first.")
        if last - first > LONGEST:
            self.add_error("last_day", "Choose at most a year at a time.")
        until = data.get("weekly_until")
        if until and until <= last:
            self.add_error("weekly_until", "Choose a later day than the last day away.")
        if until and until - first > LONGEST:
            self.add_error("weekly_until", "Choose at most a year at a time.")
        if until and last - first >= WEEK:
            self.add_error("weekly_until", "Only what is shorter than a week can come every week.")
        start, end = data.get("from_time"), data.get("to_time")
        if bool(start) != bool(end):
            self.add_error("to_time" if start else "from_time", "Give both times, or neither.")
        if self.errors:
            return data
        if start and end:
            data["starts_at"] = dt.datetime.combine(first, start, tzinfo=LONDON)
            data["ends_at"] = dt.datetime.combine(last, end, tzinfo=LONDON)
        else:
            data["starts_at"] = dt.datetime.combine(first, dt.time(), tzinfo=LONDON)
            data["ends_at"] = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=LONDON)
        if data["ends_at"] <= data["starts_at"]:
            self.add_error("to_time", "The end has to come after the start.")
        return data


class LimitsForm(PortalForm):
    """What we mind for this speaker. The question about tellings is asked of family members only."""

    submit_words = "Save limits"

    most_sessions_a_month = forms.IntegerField(
        label="Most sessions in a month", required=False, min_value=0, max_value=31
    )
    days_between_accounts = forms.IntegerField(
        label="Days between one telling of your story and the next",
        required=False,
        min_value=1,
        max_value=366,
        help_text="We count from session to session.",
    )
    reach_minutes = forms.TypedChoiceField(
        label="How far you travel",
        choices=REACHES,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    formats = forms.ModelMultipleChoiceField(
        label="Which sessions you give",
        queryset=Format.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="If you tick none, we may ask you for any.",
    )
    only_with_colleague = forms.BooleanField(label="Only ask me together with a colleague", required=False)

    def __init__(self, *args: Any, speaker: Speaker, **kwargs: Any) -> None:
        reach = speaker.reach_minutes
        kwargs["initial"] = {
            "most_sessions_a_month": speaker.most_sessions_a_month,
            "days_between_accounts": speaker.days_between_accounts,
            "reach_minutes": "" if reach is None else str(reach),
            "formats": list(speaker.formats.all()),
            "only_with_colleague": speaker.only_with_colleague,
        }
        super().__init__(*args, **kwargs)
        choice = self.fields["reach_minutes"]
        assert isinstance(choice, forms.TypedChoiceField)
        if reach is not None and str(reach) not in dict(REACHES):  # the desk may have written any figure
            choice.choices = [*REACHES, (str(reach), f"Up to {say_minutes(reach)} each way")]
        if not speaker.is_family:
            del self.fields["days_between_accounts"]


class HomeForm(PortalForm):
    """Where the speaker sets out from; cleans to the first half of a postcode that exists, or to nothing."""

    submit_words = "Save"

    home = forms.CharField(
        label="First half of your postcode",
        required=False,
        max_length=10,
        help_text="For example CW7. If you leave it empty, we ask you about every journey.",
        widget=forms.TextInput(
            attrs={"class": "govuk-input--width-5", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def clean_home(self) -> str:
        typed: str = self.cleaned_data["home"]
        if not typed:
            return ""
        found = outcodes.district_in(typed)
        if not found:
            raise forms.ValidationError("We do not know this first half of a postcode. Please look again.")
        return found


class ExpertiseForm(PortalForm):
    """The topics that a speaker gives, in their own word."""

    submit_words = "These are my topics"

    topics = forms.ModelMultipleChoiceField(
        label="Topics you give",
        queryset=Topic.objects.active(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Select at least one topic. If you give none at the moment, tell the training desk."
        },
    )


class PauseForm(PortalForm):
    """A day until which no invitation comes."""

    submit_words = "Pause until then"

    until = DayField(label="Pause invitations until")

    def clean_until(self) -> dt.date:
        until: dt.date = self.cleaned_data["until"]
        if until <= timezone.localdate():
            raise forms.ValidationError("Choose a day after today.")
        return until


class OwnCalendarForm(PortalForm):
    """The published address of their own calendar; cleans to one that we fetch."""

    submit_words = "Read my busy times"

    address = forms.CharField(
        label="Address of your calendar",
        max_length=2000,
        help_text="It begins with https:// or webcal:// and often ends in .ics.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off", "inputmode": "url"}),
    )

    def clean_address(self) -> str:
        try:
            return tidy_address(self.cleaned_data["address"])
        except Refused:
            raise forms.ValidationError(
                "We can read calendars published by Outlook, Google, Apple, Fastmail and Proton, by an address that "
                "begins with https:// or webcal://. If yours is somewhere else, tell the training desk."
            ) from None
