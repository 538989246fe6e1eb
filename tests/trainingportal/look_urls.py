"""Addresses for the tests of the look: a page that shows every component, a form in every state, and the frame's links."""

import datetime as dt
from pathlib import Path
from types import SimpleNamespace as Row
from typing import Any

from crispy_forms.layout import HTML, Fieldset, Layout
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from agendas.strip import Block, Mark, draw
from formkit.fields import DayField, TimeOfDayField
from formkit.forms import PortalForm
from formkit.layout import Choices, Disclosure
from trainingportal.public import public_page
from trainingportal.steps import Step

TOPICS = [("impact", "Victim impact"), ("flags", "“Red flags”"), ("law", "Legal issues"), ("risk", "Risk")]


class NeedForm(PortalForm):
    """One of each kind of field."""

    name = forms.CharField(label="Your name")
    email = forms.EmailField(label="Work e-mail", help_text="We send a code to it.")
    people = forms.IntegerField(label="How many people?", required=False)
    force = forms.ChoiceField(
        label="Police force",
        choices=[("", "Choose one"), ("England", [("n", "Northmere"), ("g", "Glenmorrow")]), ("o", "Other")],
    )
    cover = forms.ChoiceField(
        label="What should we cover?",
        help_text="Two parts are always given.",
        choices=[("suggest", "Suggest for our audience"), ("choose", "Choose up to three topics")],
        widget=forms.RadioSelect,
    )
    must = forms.MultipleChoiceField(
        label="Must be covered", choices=TOPICS, widget=forms.CheckboxSelectMultiple, required=False
    )
    out = forms.MultipleChoiceField(
        label="What your people know already",
        choices=TOPICS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    day = DayField(label="First day that suits you", help_text="For example, 19 1 2027.")
    at = TimeOfDayField(label="Start", required=False)
    more = forms.CharField(
        label="Anything else?",
        help_text="No case details, please.",
        widget=forms.Textarea,
        max_length=200,
        required=False,
    )
    agree = forms.BooleanField(label="I may ask on behalf of my agency", help_text="Your line manager knows.")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def layout(self) -> Layout:
        return Layout(
            Fieldset("Who you are", "name", "email", "people", "force"),
            Choices(
                "cover",
                hints={"suggest": "From what you told us on page 2."},
                pills={"suggest": "Recommended"},
                reveals={"choose": [Choices("must", small=True, legend_class="govuk-fieldset__legend--s")]},
            ),
            Disclosure("Anything to leave out?", Choices("out", small=True)),
            "day",
            "at",
            "more",
            HTML("<p class='wt-q'>Next: when and where.</p>"),
            "agree",
        )

    def clean_must(self) -> list[str]:
        if len(self.cleaned_data["must"]) > 3:
            raise forms.ValidationError("You chose four topics. Choose up to three.")
        chosen: list[str] = self.cleaned_data["must"]
        return chosen


DAY = [
    (9, 15, "Welcome", 10, "fill", []),
    (9, 25, "The scale of the problem", 15, "core", [("Always given", "")]),
    (9, 40, "Alice’s story", 60, "core", [("Always given", "")]),
    (10, 40, "Time to pause", 20, "pause", []),
    (11, 0, "What is stalking?", 45, "topic", [("You asked for this", "")]),
    (11, 45, "“Red flags”", 65, "topic", [("Workshop", "part"), ("See check 1", "warn")]),
    (12, 50, "Lunch", 45, "pause", []),
    (13, 35, "Risk identification, assessment and management", 60, "topic", []),
    (14, 35, "Questions and close", 15, "fill", []),
    (14, 50, "15 minutes still free", 15, "free", []),
]


def rows(*, flagged: tuple[str, ...] = ()) -> list[Row]:
    return [
        Row(
            starts_at=dt.time(hour, minute),
            title=title,
            minutes=minutes,
            kind=kind,
            pills=pills,
            detail="What living with it does" if kind == "topic" else "",
            flag=title in flagged,
        )
        for hour, minute, title, minutes, kind, pills in DAY
    ]


def components() -> dict[str, Any]:
    """Give every component something to show."""
    blocks = [Block(kind, minutes, title) for _, _, title, minutes, kind, _ in DAY]
    return {
        "strip": draw(
            blocks, starts_at=dt.time(9, 15), marks=[Mark(105, 215, "1: 110 minutes without a break")]
        ),
        "budget": draw([Block("core", 60), Block("topic", 120)], holds=150, end_words="a half day ends here"),
        "room": draw([Block("core", 60), Block("topic", 40)], holds=150),
        "rows": rows(flagged=("“Red flags”",)),
        "steps": [
            Step(state="done", title="You asked", note="Done, Monday 9 November"),
            Step(state="now", title="Dates offered", note="Now. Waiting for you"),
            Step(state="next", title="Room and access needs", note="Two weeks before", address="#x"),
        ],
        "facts": [("When", "9.15am to 4.15pm"), ("Where", "West Midlands"), ("Your part", "Alice’s story")],
        "pairs": [("A half day holds", "2 hours 40 minutes"), ("Your topics", "at least 120 minutes")],
        "fixes": [
            Row(
                number=1,
                title="110 minutes without a break,",
                why="from 10.55am to 12.45pm. People take in less after 90.",
                fix_words="Add 10 minutes after Victim impact",
                fix_name="fix",
                fix_value="break-4",
                key="break-4",
            ),
            Row(number=2, title="Local procedures has no speaker.", why="Nobody is named.", key="speaker-9"),
        ],
        "asides": [
            Row(
                title="No workshop in a full day",
                by="Marian Ashworth",
                at=dt.datetime(2026, 11, 20, 10, 5, tzinfo=dt.UTC),
                why="They practise in their own room the day after.",
                key="workshop",
            )
        ],
        "mine": {"rows": rows(flagged=("“Red flags”",)), "own": [("Quiet room", "Room 9")], "differs": True},
        "theirs": {"rows": rows(flagged=("What is stalking?",)), "own": [("Quiet room", "not named")]},
        "columns": ["Booking", "Next step", "Due", "Waiting", "Owner", "Next day"],
        "groups": [
            Row(
                title="Waiting for us (2)",
                rows=[
                    Row(
                        address="#a",
                        reference="WT-3HNB",
                        agency="Saltmarsh Borough Council",
                        next_step="Record the call-back",
                        detail="Half day, 30 people",
                        late="3 days late",
                        late_kind="stop",
                        waiting="8 working days",
                        owner="Priya",
                        soonest="from 11 January",
                    ),
                    Row(
                        address="#b",
                        reference="WT-8RTC",
                        agency="Fenlow Probation Service",
                        next_step="Ring: mailbox not confirmed",
                        detail="",
                        late="",
                        late_kind="",
                        waiting="1 working day",
                        owner="Nobody yet",
                        soonest="March",
                    ),
                ],
            )
        ],
        "weeks": [
            [None, Row(number=1, words="Away", state="away", is_past=True)]
            + [Row(number=n, words="", state="") for n in (2, 3)]
            + [Row(number=4, words="You give", state="on")]
            + [
                Row(number=5, words="Asked", state="held"),
                Row(number=6, words="Free", state="free", is_today=True),
            ]
        ],
        "days": [
            Row(title="Mon 23", lines=[], is_on=False),
            Row(title="Tue 24", lines=["WT-6DGT", "Half day, online"], is_on=True),
            Row(title="Fri 27", lines=["Offer ends 5pm"], is_on=False),
        ],
    }


ALL = (Path(__file__).parent / "every_component.html").read_text()

FORM = """{% extends "base.html" %}{% load crispy_forms_tags %}{% block title %}What do you need?{% endblock %}
{% block main %}{{ form|as_crispy_errors }}<h1>What do you need?</h1>{% crispy form %}{% endblock %}"""

INFORMATION = """{% extends "base.html" %}{% block title %}About{% endblock %}
{% block main %}<h1>About</h1><p class="wt-lead">Words to read.</p><p><a href="/form/">On</a></p>{% endblock %}"""


def page(template: str, request: HttpRequest, **context: Any) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(template).render(context, request))


def all_components(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Saved.")
    return page(ALL, request, **components())


def form_page(request: HttpRequest) -> HttpResponse:
    return page(FORM, request, form=NeedForm(request.POST or None))


@public_page
def information(request: HttpRequest) -> HttpResponse:
    return page(INFORMATION, request)


@public_page
def public_form(request: HttpRequest) -> HttpResponse:
    return page(FORM, request, form=NeedForm())


@public_page
def public_but_missing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("no", status=404)


def refused(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the house")


frame = [
    "training",
    "topics",
    "speakers",
    "costs",
    "home-for-me",
    "contact",
    "privacy",
    "accessibility",
    "exit-help",
]

urlpatterns = [
    path("", information, name="landing"),
    path("components/", all_components),
    path("form/", form_page),
    path("public-form/", public_form),
    path("public-missing/", public_but_missing),
    path("refused/", refused),
    path("broken/", broken),
    path("sign-out/", information, name="account_logout"),
    *[path(f"{name}/", information, name=name) for name in frame],
]

handler400 = "trainingportal.errors.bad_request"
handler403 = "trainingportal.errors.forbidden"
handler404 = "trainingportal.errors.not_found"
handler500 = "trainingportal.errors.server_error"
