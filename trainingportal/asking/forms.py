"""The four pages of “Ask for training”, and the press that sends it."""

import datetime as dt
from typing import Any, cast

from crispy_forms.layout import Layout
from django import forms
from django.utils.html import format_html

from bookings.models import Agency, AudienceShare, Booking, Place
from formkit.fields import HeadCountField, NameField, Pairs
from formkit.forms import PortalForm
from formkit.layout import Choices, Disclosure
from formkit.mailboxes import MailboxField
from places import mailboxes, outcodes
from trainingportal.asking import choices
from trainingportal.guard import GuardedForm, TrappedForm

POLICE, ELSEWHERE = "police", "elsewhere"
UNSURE = "unsure"
MOST_MUSTS = 3
MOST_PEOPLE = 2000
LONG = 2000
WEEKDAYS = [("0", "Monday"), ("1", "Tuesday"), ("2", "Wednesday"), ("3", "Thursday"), ("4", "Friday")]
NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
NO_CASES = "Please leave out names and details of real cases."


class PageForm(PortalForm):
    """One page. Its answers are strings, lists and ticks, so that they can be kept as they were typed.

    ``draft`` carries the key of the draft that the page was drawn for: a page from another request is noticed.
    """

    draft = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    submit_words = ""
    not_kept = ("draft", "web_page", "drawn")

    def typed(self) -> dict[str, Any]:
        """What was typed, page by page as it stands, whether it is right or not."""
        return {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
            if name not in self.not_kept
        }

    def _not_asked(self, *names: str, instead: Any = "") -> None:
        """Take fields out of the judgement: an earlier choice on the page hides them."""
        for name in names:
            self.errors.pop(name, None)
            self.cleaned_data[name] = instead

    def answers(self) -> dict[str, Any]:
        """The answers of a page that is right."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.not_kept}


class WhoFields(PageForm):
    """Who asks, and for which organisation."""

    works_for = forms.ChoiceField(
        label="Which organisation do you work for?",
        choices=[(POLICE, "A police force"), (ELSEWHERE, "Another organisation")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a police force or another organisation."},
    )
    force = forms.ChoiceField(label="Police force", error_messages={"required": "Choose your police force."})
    agency_kind = forms.ChoiceField(
        label="What kind of organisation is it?",
        choices=[
            ("", "Choose one"),
            *[kind for kind in Agency.Kind.choices if kind[0] != Agency.Kind.POLICE],
        ],
        error_messages={"required": "Say what kind of organisation it is."},
    )
    agency_name = NameField(
        label="Its name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": "Give the name of your organisation."},
    )
    name = NameField(
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Tell us your name."},
    )
    job_title = NameField(
        label="Your role",
        max_length=120,
        help_text="For example, “DI, public protection” or “safeguarding lead”.",
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        error_messages={"required": "Tell us your role."},
    )
    email = MailboxField(
        label="Work e-mail",
        help_text="We send a code there, and our answer. Another mailbox works too: it only takes us longer to "
        "find out that you are you.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Give your work e-mail address.",
        },
    )
    telephone = forms.CharField(
        label="Switchboard number",
        required=False,
        max_length=40,
        help_text="The number anybody would ring to reach your organisation. We ring you back, and we look the "
        "number up ourselves too.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "type": "tel"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["force"]).choices = Pairs([("", "Choose one"), *choices.forces()])

    def layout(self) -> Layout:
        """Ask for the force, or for the other organisation, under the choice it belongs to."""
        return Layout(
            Choices(
                "works_for",
                hints={POLICE: "Territorial and special forces, in all four nations."},
                reveals={POLICE: ["force"], ELSEWHERE: ["agency_kind", "agency_name"]},
            ),
            "name",
            "job_title",
            "email",
            "telephone",
        )

    def clean_telephone(self) -> str:
        number = str(self.cleaned_data["telephone"]).strip()
        if number and sum(character.isdigit() for character in number) < 3:
            raise forms.ValidationError("Write a telephone number, like 01632 960 001 or 101.")
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        works_for = cleaned.get("works_for")
        if works_for != POLICE:
            self._not_asked("force")
        if works_for != ELSEWHERE:
            self._not_asked("agency_kind", "agency_name")
        return cleaned

    @staticmethod
    def mailbox_hint(email: str) -> str:
        """A kind word about a mailbox that does not look like work; never a reason to refuse it."""
        if not email or mailboxes.looks_like_work(email):
            return ""
        return (
            f"{email} does not look like a work mailbox to us. That is fine. If you have one, use it: "
            "finding out that you are you is then quicker."
        )


class WhoForm(GuardedForm, WhoFields):
    """The same with the guard: this page is the door."""


class AudienceForm(PageForm):
    """Who sits in the room."""

    head_count = HeadCountField(
        label="How many people, roughly?",
        min_value=1,
        max_value=MOST_PEOPLE,
        help_text="A guess is fine.",
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-5"}),
        error_messages={
            "required": "Write roughly how many people will come.",
            "min_value": "Write a number of people, 1 or more.",
            "max_value": f"Write a number up to {MOST_PEOPLE}. For more people, ask us a question first.",
        },
    )
    audiences = forms.MultipleChoiceField(
        label="Who are they?",
        help_text="Tick all that will be there. Then say roughly how much of the room they are: nothing needs to "
        "add up.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one group of people. “A mixed audience” is fine."},
    )
    prompted_by = forms.CharField(
        label="What prompts this?",
        required=False,
        max_length=LONG,
        help_text=f"For example a review, an inspection, or new staff. {NO_CASES}",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    prior_training = forms.CharField(
        label="What have they been trained in already?",
        required=False,
        max_length=LONG,
        help_text="So that we do not repeat it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.offered = choices.audiences()
        super().__init__(*args, **kwargs)
        audiences = cast(forms.MultipleChoiceField, self.fields["audiences"])
        audiences.choices = Pairs((audience.slug, audience.name) for audience in self.offered)
        for audience in self.offered:
            self.fields[self.share_name(audience.slug)] = forms.ChoiceField(
                label=format_html(
                    '<span class="govuk-visually-hidden">How much of the room: {}</span>', audience.name
                ),
                choices=Pairs(AudienceShare.Share.choices),
                initial=AudienceShare.Share.SOME,
                widget=forms.RadioSelect,
            )

    @staticmethod
    def share_name(slug: str) -> str:
        return f"share-{slug}"

    def layout(self) -> Layout:
        """Put the share of each audience under its tick."""
        shares = {
            audience.slug: [
                Choices(
                    self.share_name(audience.slug),
                    inline=True,
                    small=True,
                    legend_class="wt-flush",
                )
            ]
            for audience in self.offered
        }
        hints = {audience.slug: audience.summary for audience in self.offered}
        return Layout(
            "head_count",
            Choices("audiences", hints=hints, reveals=shares, small=True),
            "prompted_by",
            "prior_training",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for audience in self.offered:
            if not cleaned.get(self.share_name(audience.slug)):
                self._not_asked(self.share_name(audience.slug), instead=AudienceShare.Share.SOME.value)
        return cleaned

    def shares(self) -> list[tuple[str, str]]:
        """The audiences that were ticked, each with its share."""
        chosen = set(self.cleaned_data["audiences"])
        return [
            (audience.slug, self.cleaned_data[self.share_name(audience.slug)])
            for audience in self.offered
            if audience.slug in chosen
        ]


class NeedForm(PageForm):
    """How long, and what to cover."""

    length = forms.ChoiceField(
        label="How long?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how long, or “Not sure yet”."},
    )
    cover = forms.ChoiceField(
        label="What should we cover?",
        choices=[
            (Booking.Cover.SUGGEST, "Suggest for our audience"),
            (Booking.Cover.CHOOSE, "Choose up to three topics that we must cover"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Let us suggest, or choose up to three topics."},
    )
    musts = forms.MultipleChoiceField(
        label="Must be covered",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick a topic that we must cover, or let us suggest."},
    )
    leave_outs = forms.MultipleChoiceField(
        label="For example, what your people were trained in this year",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    anything_else = forms.CharField(
        label="Anything else we should know?",
        required=False,
        max_length=LONG,
        help_text=NO_CASES,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, audience_words: str = "", **kwargs: Any) -> None:
        self.audience_words = audience_words
        super().__init__(*args, **kwargs)
        self.topics = {topic.slug: topic for topic in choices.topics()}
        cast(forms.ChoiceField, self.fields["length"]).choices = Pairs(
            [
                *[(seen.slug, f"{seen.name}, {seen.training_words}") for seen in choices.lengths()],
                (UNSURE, "Not sure yet"),
            ]
        )
        cast(forms.MultipleChoiceField, self.fields["musts"]).choices = Pairs(
            (
                slug,
                format_html(
                    '{} <span class="wt-q">at least {} minutes</span>', topic.title, topic.least_minutes
                ),
            )
            for slug, topic in self.topics.items()
        )
        cast(forms.MultipleChoiceField, self.fields["leave_outs"]).choices = Pairs(
            (slug, topic.title) for slug, topic in self.topics.items()
        )
        self.fields["cover"].help_text = self._always_given()
        self["musts"].label = f"Must be covered: {len(self.ticked('musts'))} of {MOST_MUSTS} chosen"

    def _always_given(self) -> str:
        titles = [topic.title for topic in choices.core_topics()]
        if not titles:
            return ""
        return f"{' and '.join(title if not n else _lower(title) for n, title in enumerate(titles))} are always given."

    def ticked(self, name: str) -> list[str]:
        """The topics that stand ticked as the page is drawn, right or not, in the order of the list."""
        chosen = set(self[name].value() or [])
        return [slug for slug in self.topics if slug in chosen]

    def layout(self) -> Layout:
        """Put the topics under the choice that asks for them, each with the least time it takes."""
        who = (
            f"for {self.audience_words}, from what you told us on page 2"
            if self.audience_words
            else "for you"
        )
        return Layout(
            Choices("length"),
            Choices(
                "cover",
                hints={Booking.Cover.SUGGEST: f"We choose {who}."},
                pills={Booking.Cover.SUGGEST: "Recommended"},
                reveals={
                    Booking.Cover.CHOOSE: [
                        Choices(
                            "musts",
                            small=True,
                            legend_class="govuk-fieldset__legend--s",
                        )
                    ]
                },
            ),
            Disclosure(
                "Anything to leave out?",
                Choices("leave_outs", small=True, columns=True, legend_class="wt-s"),
            ),
            "anything_else",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("cover") != Booking.Cover.CHOOSE:
            self._not_asked("musts", instead=[])
        musts = cleaned.get("musts", [])
        if len(musts) > MOST_MUSTS:
            said = NUMBERS[len(musts)] if len(musts) < len(NUMBERS) else str(len(musts))
            self.add_error("musts", f"You chose {said} topics. Choose up to three, or let us suggest.")
        left_out = cleaned.get("leave_outs", [])
        for slug in musts:
            if slug in left_out:
                self.add_error(
                    "leave_outs",
                    f"{_quoted(self.topics[slug].title)} is both a must and left out. Keep it in one place.",
                )
        return cleaned


class WhenForm(PageForm):
    """Roughly when, and roughly where."""

    months = forms.MultipleChoiceField(
        label="Which months would suit?",
        required=False,
        help_text="Tick as many as you like. None ticked: any month.",
        widget=forms.CheckboxSelectMultiple,
    )
    weekdays = forms.MultipleChoiceField(
        label="Which days of the week?",
        required=False,
        choices=WEEKDAYS,
        help_text="None ticked: any of them.",
        widget=forms.CheckboxSelectMultiple,
    )
    dates_to_avoid = forms.CharField(
        label="Dates to avoid",
        required=False,
        max_length=500,
        help_text="For example, “half term” or “8 to 12 March”.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    windows = forms.CharField(
        label="Days or times that would suit best",
        required=False,
        max_length=500,
        help_text="For example, “our training day on 9 March” or “mornings, between shifts”.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    place = forms.ChoiceField(
        label="Where?",
        choices=[
            (Place.ON_SITE, "At a place of ours"),
            (Place.ONLINE, "Online"),
            (Place.EITHER, "Either would do"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where: at a place of yours, online, or either."},
    )
    outcode = forms.CharField(
        label="First half of the postcode",
        max_length=20,
        help_text="For example CW7, of the place you have in mind. We plan journeys with it and need no more yet. "
        "Leave it empty for a session online.",
        error_messages={"required": "Give the first half of the postcode, so that we can plan the journey."},
        widget=forms.TextInput(
            attrs={"class": "govuk-input--width-5", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    access_needs = forms.CharField(
        label="Does anybody need something to take part?",
        required=False,
        max_length=LONG,
        help_text="For example step-free access, a hearing loop, or captions. No names, please.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    would_share = forms.BooleanField(
        label="We would share a session with a neighbouring agency",
        required=False,
        help_text="We ask you again before we bring anybody together.",
    )
    purchase_order = forms.CharField(
        label="Purchase order number",
        required=False,
        max_length=60,
        help_text="If you have one already. You can give it later.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.MultipleChoiceField, self.fields["months"]).choices = Pairs(
            (month.isoformat(), f"{month:%B %Y}") for month in choices.months()
        )

    def layout(self) -> Layout:
        """Months and days first; what few people need opens from a line."""
        return Layout(
            Choices("months", small=True, columns=True),
            Choices("weekdays", small=True, columns=True),
            "dates_to_avoid",
            Disclosure("Some days or times would suit best", "windows"),
            Choices("place"),
            "outcode",
            "access_needs",
            "would_share",
            "purchase_order",
        )

    def typed(self) -> dict[str, Any]:
        """What was typed; of a whole postcode only its first half."""
        typed = super().typed()
        found = outcodes.district_in(str(typed.get("outcode") or ""))
        return typed | ({"outcode": found} if found else {})

    @property
    def was_cut(self) -> bool:
        """Whether more than the first half of a postcode was typed."""
        whole = str(self.data.get("outcode") or "")
        return bool(outcodes.district_in(whole)) and not outcodes.is_outcode(whole)

    def clean_outcode(self) -> str:
        written = str(self.cleaned_data["outcode"])
        found = outcodes.district_in(written)
        if not found:
            raise forms.ValidationError(
                f"We do not know “{written}”. Write the first half of a postcode, like CW7 or BT7."
            )
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("place") == Place.ONLINE or not (
            self.data.get("outcode") or cleaned.get("place") == Place.ON_SITE
        ):
            self._not_asked("outcode")
        return cleaned

    def month_days(self) -> list[dt.date]:
        """The months that were ticked, as their first days."""
        return [dt.date.fromisoformat(month) for month in self.cleaned_data["months"]]


class SendForm(TrappedForm, PortalForm):
    """The press that sends the request: which draft, and which state of it was looked over."""

    draft = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    submit_words = "Send your request"


def _lower(title: str) -> str:
    """A title inside a sentence: “The scale of the problem” loses its capital, “Alice’s story” keeps it."""
    return title[0].lower() + title[1:] if title.startswith(("The ", "A ", "An ")) else title


def _quoted(title: str) -> str:
    return title if title.startswith("“") else f"“{title}”"
