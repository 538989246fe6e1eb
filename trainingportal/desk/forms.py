"""The small forms behind the desk's verbs: each asks only what its service needs."""

import datetime as dt
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone

from accounts.models import User
from accounts.rights import coordinators
from bookings.models import CallBack, Place, Venue
from bookings.services import NewDay
from courses.models import Topic
from formkit.fields import DayField, HeadCountField, TimeOfDayField
from formkit.forms import PortalForm, PortalModelForm
from formkit.layout import Choices
from formkit.letters import check_printable
from formkit.mailboxes import MailboxField
from places.clock import LONDON, local
from places.nations import Nation
from places.working_days import add_working_days
from trainingportal.desk.case import Case, still_asked

LONGEST_NOTE = 4000
CLOSE_OF_DAY = dt.time(17)
MORE_DAYS = 2
"""How many working days more an extended hold is filled in with."""


def area(label: str, *, required: bool = True, hint: str = "", rows: int = 4) -> forms.CharField:
    """A field for some sentences."""
    return forms.CharField(
        label=label,
        required=required,
        help_text=hint,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class VerbForm(PortalForm):
    """A verb's form: knows the case it is about and, where there is one, the part of it (``on``)."""

    submit_words = ""  # the page writes the button with the verb's own words

    def __init__(self, *args: Any, case: Case, on: Any = None, **kwargs: Any) -> None:
        self.case = case
        self.on = on
        super().__init__(*args, **kwargs)
        self.helper.form_tag = False


class SureForm(VerbForm):
    """Nothing to fill in: the page says what will happen, the button does it."""


def why_past_a_limit() -> forms.CharField:
    """A reason to go past what a speaker asked us to mind; the services ask for it where it is wanted."""
    return forms.CharField(
        label="If a limit of theirs is gone past: why",
        help_text="Kept with the booking, for the desk.",
        max_length=300,
        required=False,
    )


class WithoutForm(VerbForm):
    """Going on without somebody; a reason is asked for only where one who is left gives sessions only with a colleague."""

    set_aside_because = why_past_a_limit()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not any(place.speaker.only_with_colleague for place in still_asked(self.on.offer)):
            del self.fields["set_aside_because"]
            self.helper.layout = self.layout()


class CallBackForm(VerbForm):
    number = forms.CharField(
        label="Number you rang",
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "class": "govuk-input--width-20"}),
    )
    found_where = forms.CharField(
        label="Where you found the number",
        max_length=200,
        help_text="The agency’s own website, a directory, a switchboard you know. Not the number on the form.",
    )
    outcome = forms.ChoiceField(
        label="What you learnt", choices=CallBack.Outcome.choices, widget=forms.RadioSelect
    )
    spoke_to = forms.CharField(label="Who you spoke to", max_length=200, required=False)
    note = area("Anything to remember", required=False, rows=2)


class NoteToAgencyForm(VerbForm):
    text = area(
        "Your message",
        hint="They read it on their page after signing in; the mail only says that it is there. No case details.",
        rows=5,
    )


class InternalNoteForm(VerbForm):
    text = area("Your note", hint="Only the desk reads it. No case details.", rows=4)


class WordsForm(VerbForm):
    words = area(
        "What we say to them",
        hint="These words go by mail as you write them. No date, venue or name of a speaker, please.",
        rows=5,
    )


class CancelForm(WordsForm):
    words = area(
        "What we say to them",
        required=False,
        hint="Added to the mail to the agency. No date, venue or name of a speaker, please.",
        rows=4,
    )


class ReleaseNoteForm(VerbForm):
    note = forms.CharField(label="For the person who takes the second look", max_length=300, required=False)


class ColleagueForm(VerbForm):
    name = forms.CharField(label="Name", max_length=200, validators=[check_printable])
    email = MailboxField(label="Work e-mail")
    job_title = forms.CharField(label="Role", max_length=200, required=False)
    telephone = forms.CharField(label="Switchboard number", max_length=40, required=False)


class VenueForm(PortalModelForm):
    """The venue as the desk takes it down; what stands already is filled in."""

    submit_words = ""
    ONLINE = ("online_link", "support_name", "support_telephone")
    """What there is to write down of a session without a building."""

    online_link = forms.URLField(
        label="Link to join",
        required=False,
        max_length=1000,
        assume_scheme="https",
        error_messages={"invalid": "Enter a link that starts with https://"},
    )

    class Meta:
        model = Venue
        fields = [
            "name",
            "address",
            "postcode",
            "room",
            "parking",
            "arrival",
            "access",
            "vetting",
            "contact_name",
            "contact_telephone",
            "quiet_room",
            "support_name",
            "support_telephone",
            "online_link",
        ]
        labels = {"name": "Name of the place"}
        widgets = {
            "address": forms.Textarea(attrs={"rows": 3}),
            "parking": forms.Textarea(attrs={"rows": 2}),
            "arrival": forms.Textarea(attrs={"rows": 3}),
            "access": forms.Textarea(attrs={"rows": 2}),
            "vetting": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, case: Case, on: Any = None, **kwargs: Any) -> None:
        self.case = case
        self.is_online = case.booking.place == Place.ONLINE
        kwargs["instance"] = Venue.objects.filter(booking=case.booking).first()
        super().__init__(*args, **kwargs)
        if self.is_online:
            self.fields = {name: self.fields[name] for name in self.ONLINE}
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        return {"name": "Online", **cleaned} if self.is_online else cleaned


class HeadCountForm(VerbForm):
    head_count = HeadCountField(
        label="How many came",
        required=False,
        min_value=0,
        max_value=2000,
        help_text="Empty when you do not know yet. Names may follow later.",
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-4"}),
    )


class OwnerForm(VerbForm):
    owner = forms.ModelChoiceField(
        label="Whose booking is it", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [person.pk for person in coordinators()]
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=people)
        self.initial.setdefault("owner", self.case.booking.owner_id)


class NotTodayForm(VerbForm):
    until = DayField(label="Leave it until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        monday = 7 - tomorrow.weekday() if tomorrow.weekday() > 4 else 0
        self.initial.setdefault("until", tomorrow + dt.timedelta(days=monday))

    def clean_until(self) -> dt.date:
        until: dt.date = self.cleaned_data["until"]
        if until <= timezone.localdate():
            raise forms.ValidationError("Choose a day after today.")
        return until


class HoldUntilForm(VerbForm):
    day = DayField(label="Hold until the end of", help_text="5pm in London, on this day.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("day", self._longer())

    def _longer(self) -> dt.date:
        """Some working days more than it holds now, and no longer than to the day before the session."""
        ends = local(self.on.expires_at).date()
        nation = Nation(self.case.booking.nation)
        return min(
            add_working_days(ends, MORE_DAYS, nation), local(self.on.starts_at).date() - dt.timedelta(days=1)
        )

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        ends = local(self.on.expires_at)
        if day == ends.date() and ends.time() == CLOSE_OF_DAY:
            raise forms.ValidationError("The hold already ends then. Choose a later day.")
        return day

    @property
    def expires_at(self) -> dt.datetime:
        """Read after ``is_valid()``."""
        return dt.datetime.combine(self.cleaned_data["day"], CLOSE_OF_DAY, tzinfo=LONDON)


class AddSpeakerForm(VerbForm):
    speaker = forms.TypedChoiceField(label="Whom do we ask", coerce=int, widget=forms.RadioSelect)
    instead_of = forms.TypedChoiceField(
        label="In whose place",
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
        error_messages={
            "required": "Select whose place they would take.",
            "invalid_choice": "This gap is closed already.",
        },
    )
    topics = forms.ModelMultipleChoiceField(
        label="Topics asked of them",
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    set_aside_because = why_past_a_limit()

    def __init__(
        self, *args: Any, choices: list[tuple[int, str]], hints: dict[str, str], **kwargs: Any
    ) -> None:
        self.hints = hints
        super().__init__(*args, **kwargs)
        speaker, topics = self.fields["speaker"], self.fields["topics"]
        assert isinstance(speaker, forms.TypedChoiceField)
        assert isinstance(topics, forms.ModelMultipleChoiceField)
        speaker.choices = choices
        topics.queryset = Topic.objects.active()
        places = [place for place in self.on.engagements.all() if place.leaves_a_gap]
        gaps = self.fields["instead_of"]
        assert isinstance(gaps, forms.TypedChoiceField)
        gaps.choices = [(place.pk, place.speaker.name) for place in places]
        if len(places) == 1:
            self.initial.setdefault("instead_of", places[0].pk)
        gaps.required = len(places) > 1  # with one gap there is nothing to choose

    def layout(self) -> Layout:
        several = len(self.fields["instead_of"].choices) > 1  # type: ignore[attr-defined]  # a TypedChoiceField
        return Layout(
            Choices("speaker", hints=self.hints),
            *(["instead_of"] if several else []),
            Choices("topics", small=True, columns=True),
            "set_aside_because",
        )


class SpokenAnswerForm(VerbForm):
    answer = forms.ChoiceField(
        label="What they said",
        choices=[("yes", "Yes, they will give this session"), ("no", "No, they cannot")],
        widget=forms.RadioSelect,
    )
    condition = forms.CharField(
        label="A condition they made", max_length=300, required=False, help_text="With a yes only."
    )


class AnswerForm(PortalForm):
    """Our answer to a question."""

    submit_words = ""
    answer = area("Our answer", hint="Goes by mail as you write it, where they left an address.", rows=7)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.form_tag = False


class SpokenAnswerToQuestionForm(AnswerForm):
    """What we said on the phone to somebody who asked us to ring."""

    answer = area("What you told them", hint="For the desk. No case details.", rows=5)


class WhenForm(VerbForm):
    """When the session would be, and how long the speakers are held."""

    day = DayField(label="Date", weekend_is_odd=True)
    starts_at = TimeOfDayField(label="From")
    ends_at = TimeOfDayField(label="To")
    hold_until = DayField(
        label="Hold until the end of", help_text="5pm in London. Then everyone is free again."
    )


class SettleForm(VerbForm):
    outcome = forms.ChoiceField(
        label="What did you settle with them",
        choices=[
            ("yes", "It can be so: their yes counts"),
            ("no", "It cannot be so: they do not come, and their time is free"),
        ],
        widget=forms.RadioSelect,
    )


class PostponeForm(VerbForm):
    """The new day, if there is one, and who of the team is asked for it."""

    day = DayField(
        label="New date",
        weekend_is_odd=True,
        required=False,
        help_text="Leave empty when none is known yet: everyone is then free.",
    )
    starts_at = TimeOfDayField(label="From", required=False)
    ends_at = TimeOfDayField(label="To", required=False)
    agency_agreed = forms.BooleanField(
        label="The agency has said yes to this date by phone",
        required=False,
        help_text="Otherwise they are asked by mail, and answer on their page.",
    )
    asked = forms.TypedMultipleChoiceField(
        label="Who is asked for the new date",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Who is not ticked is told that their time is free.",
    )
    set_aside_because = why_past_a_limit()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        booking, offer = self.case.booking, self.case.accepted_offer
        self.team = [place.speaker for place in still_asked(offer)] if offer is not None else []
        asked = self.fields["asked"]
        assert isinstance(asked, forms.TypedMultipleChoiceField)
        asked.choices = [(speaker.pk, speaker.name) for speaker in self.team]
        self.initial.setdefault("asked", [speaker.pk for speaker in self.team])
        if booking.starts_at is not None and booking.ends_at is not None:
            self.initial.setdefault("starts_at", local(booking.starts_at).time())
            self.initial.setdefault("ends_at", local(booking.ends_at).time())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if cleaned.get("day") is None or self.errors:
            return cleaned
        if not starts or not ends:
            self.add_error("starts_at" if not starts else "ends_at", "Give both times of the new day.")
        elif ends <= starts:
            self.add_error("ends_at", "The end has to be after the start.")
        elif not cleaned.get("asked"):
            self.add_error("asked", "Choose at least one speaker, or leave the date empty.")
        return cleaned

    @property
    def new_day(self) -> NewDay | None:
        """Read after ``is_valid()``."""
        cleaned = self.cleaned_data
        if cleaned["day"] is None:
            return None
        return NewDay(
            dt.datetime.combine(cleaned["day"], cleaned["starts_at"], tzinfo=LONDON),
            dt.datetime.combine(cleaned["day"], cleaned["ends_at"], tzinfo=LONDON),
            agency_agreed=cleaned["agency_agreed"],
            set_aside_because=cleaned["set_aside_because"],
        )

    @property
    def left_out(self) -> list[int]:
        """Keys of the speakers who are not asked again."""
        return [speaker.pk for speaker in self.team if speaker.pk not in self.cleaned_data["asked"]]
