"""Options beside the offer form: what is pinned, the options as the page shows them, and choosing up to three at once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property

from bookings.models import Booking
from bookings.options.gather import Pins, gather
from bookings.options.ranking import Answer, NotOffered, Option, find_options
from bookings.services import MOST_DATES, Proposal
from bookings.words import say_names
from courses.models import Topic
from formkit.fields import DayField
from formkit.forms import PortalForm
from formkit.lengths import BoundedForm
from places.clock import say_short_date
from speakers.models import Speaker

SHOWN_FIRST = 4


class PinsForm(PortalForm):
    """What to hold fast while asking again. Sent by GET: it changes nothing and can be kept as an address."""

    submit_words = ""
    mark_optional = False

    pin_day = DayField(label="A date", required=False)
    pin_speaker = forms.TypedMultipleChoiceField(
        label="Speakers", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    pin_topic = forms.TypedMultipleChoiceField(
        label="Topics", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, speakers: Sequence[Speaker], topics: Iterable[Topic], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.helper.form_tag = False
        for name, rows in (("pin_speaker", speakers), ("pin_topic", topics)):
            field = self.fields[name]
            assert isinstance(field, forms.TypedMultipleChoiceField)
            field.choices = [(row.pk, str(row)) for row in rows]

    @property
    def pins(self) -> Pins:
        """What is pinned; a part that could not be read pins nothing."""
        self.is_valid()
        known = self.cleaned_data
        return Pins(
            day=known.get("pin_day"),
            speakers=frozenset(known.get("pin_speaker") or ()),
            topics=frozenset(known.get("pin_topic") or ()),
        )


@dataclass(frozen=True)
class Row:
    """An option as the page shows it. ``value`` names it in the form, ``fills`` is the address that fills the offer form."""

    option: Option
    number: int
    value: str
    fills: str

    @property
    def id(self) -> str:
        return f"option-{self.number}"


@dataclass(frozen=True)
class OtherDates:
    """Dates with one reason in common, why they stand below or not at all. Each is (words, address that pins it)."""

    why: str
    could_be: bool
    dates: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """The options of one booking, ready to be shown."""

    answer: Answer
    rows: tuple[Row, ...]
    others: tuple[OtherDates, ...]
    is_pinned: bool

    @property
    def first(self) -> tuple[Row, ...]:
        return self.rows[:SHOWN_FIRST]

    @property
    def more(self) -> tuple[Row, ...]:
        return self.rows[SHOWN_FIRST:]

    @property
    def nobody_words(self) -> str:
        """Which topics no option can cover, in a sentence."""
        titles = say_names([each.title for each in self.answer.nobody_gives])
        return f"Nobody who may be asked gives this yet: {titles}. No date is turned down for it."

    @property
    def touches_limits(self) -> bool:
        return any(row.option.touches_limits for row in self.rows)

    @property
    def other_dates(self) -> int:
        return sum(len(each.dates) for each in self.others)


def look(booking: Booking, speakers: Sequence[Speaker], pins: Pins) -> Page:
    """Ask for the options. Changes nothing."""
    answer = find_options(gather(booking, speakers, pins))
    return Page(
        answer=answer,
        rows=tuple(
            Row(option, number, _value(option), _fills(option))
            for number, option in enumerate(answer.options, 1)
        ),
        others=tuple(_others(answer.others)),
        is_pinned=pins != Pins(),
    )


def _value(option: Option) -> str:
    """The date and the team: what stays the same while the option does."""
    return f"{option.day.date.isoformat()}.{'-'.join(str(each.person.key) for each in option.team)}"


def _fills(option: Option) -> str:
    """The query that fills the offer form with this option."""
    query = QueryDict(mutable=True)
    query["day"] = option.day.date.isoformat()
    query["starts_at"] = f"{option.day.starts_at:%H:%M}"
    query["ends_at"] = f"{option.day.ends_at:%H:%M}"
    query["lead"] = str(option.lead.key)
    for member in option.team:
        query.appendlist("ask", str(member.person.key))
        query.setlist(f"topics_{member.person.key}", [str(each.key) for each in member.topics])
    return query.urlencode()


def _others(others: Sequence[NotOffered]) -> Iterable[OtherDates]:
    """The other dates by reason, those that would work first, each reason where its first date stands."""
    order: dict[tuple[bool, str], dt.date] = {}
    for each in others:
        order.setdefault((not each.could_be, each.why), each.day.date)
    in_order = sorted(
        others, key=lambda each: (not each.could_be, order[(not each.could_be, each.why)], each.day.date)
    )
    for (could_be, why), group in groupby(in_order, key=lambda each: (each.could_be, each.why)):
        yield OtherDates(
            why, could_be, tuple((_say_day(each.day.date), _pin(each.day.date)) for each in group)
        )


def _say_day(day: dt.date) -> str:
    return f"{day:%a} {say_short_date(day)}"


def _pin(day: dt.date) -> str:
    query = QueryDict(mutable=True)
    query.update(
        {"pin_day_day": str(day.day), "pin_day_month": str(day.month), "pin_day_year": str(day.year)}
    )
    return query.urlencode()


def filled(query: QueryDict, speakers: Sequence[Speaker]) -> dict[str, Any]:
    """What the address fills the offer form with: the parts of an option. Nothing where it names no speaker."""
    asked = {key for key in query.getlist("ask") if key.isdecimal()}
    if not asked:
        return {}
    initial: dict[str, Any] = {"lead": query.get("lead", "")[:9]}
    for name in ("starts_at", "ends_at"):
        if (clock := _clock(query.get(name, ""))) is not None:
            initial[name] = clock
    for speaker in speakers:
        initial[f"ask_{speaker.pk}"] = str(speaker.pk) in asked
        if str(speaker.pk) in asked:
            initial[f"topics_{speaker.pk}"] = [
                int(key) for key in query.getlist(f"topics_{speaker.pk}") if key.isdecimal()
            ]
    return initial


def _clock(typed: str) -> dt.time | None:
    try:
        return dt.time.fromisoformat(typed)
    except ValueError:
        return None


class SeveralForm(BoundedForm, forms.Form):
    """Up to three options offered at once. An option that is no longer possible is refused in words."""

    option = forms.MultipleChoiceField(
        error_messages={
            "required": "Choose the dates to offer, up to three.",
            "invalid_choice": "One of these options is no longer possible. Here is how it stands now.",
        }
    )

    why = forms.CharField(required=False, max_length=300)

    def __init__(self, *args: Any, page: Page, already: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        self.room = MOST_DATES - already
        field = self.fields["option"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(row.value, row.value) for row in page.rows]

    def clean_option(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["option"]
        if len(chosen) > self.room:
            more = "more " if self.room < MOST_DATES else ""
            raise forms.ValidationError(
                f"An agency is offered up to {MOST_DATES} dates at a time: choose {self.room} {more}at most."
            )
        days = [value.partition(".")[0] for value in chosen]
        if len(set(days)) < len(days):
            raise forms.ValidationError("Choose one team for each date.")
        return chosen

    @cached_property
    def proposals(self) -> list[Proposal]:
        """What ``services.make_offers`` asks for, in order of date. Read after ``is_valid()``."""
        chosen = [row.option for row in self.page.rows if row.value in self.cleaned_data["option"]]
        topics = Topic.objects.in_bulk(
            {each.key for one in chosen for member in one.team for each in member.topics}
        )
        speakers = Speaker.objects.in_bulk({one.lead.key for one in chosen})
        return [
            Proposal(
                starts_at=one.day.starts_at.astimezone(dt.UTC),
                ends_at=one.day.ends_at.astimezone(dt.UTC),
                team={member.person.key: [topics[each.key] for each in member.topics] for member in one.team},
                lead=speakers[one.lead.key],
                set_aside_because=self.cleaned_data["why"],
            )
            for one in sorted(chosen, key=lambda each: each.day.date)
        ]
