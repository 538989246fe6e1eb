"""What a visitor may ask to see: a length, an audience, a nation, up to three topics. It lives in the address alone."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.db import connection
from django.http import QueryDict

from formkit.forms import PortalForm
from formkit.layout import Choices, Disclosure, Press
from places.keeping import keep
from places.nations import Nation
from trainingportal.asking import choices
from trainingportal.asking.forms import MOST_MUSTS, NUMBERS

AFRESH = "One of these choices is not on offer here, or no longer. Choose again."
USUAL_LENGTH, USUAL_AUDIENCE = "full-day", "front-line"
NAMES = ("length", "audience", "nation", "must")


@dataclass(frozen=True)
class Question:
    """What is asked, by slug; ``musts`` in the order of the catalogue, so that the same wish is the same question."""

    length: str
    audience: str
    nation: str
    musts: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The question as it stands in an address."""
        pairs = [("length", self.length), ("audience", self.audience), ("nation", self.nation)]
        return urlencode([*pairs, *(("must", slug) for slug in self.musts)])

    def as_data(self) -> dict[str, Any]:
        """The question as plain data, for its row."""
        return {
            "length": self.length,
            "audience": self.audience,
            "nation": self.nation,
            "musts": list(self.musts),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Question":
        return cls(data["length"], data["audience"], data["nation"], tuple(data["musts"]))

    def of_length(self, slug: str) -> "Question":
        """The same for another length of session."""
        return replace(self, length=slug)

    def with_must(self, slug: str) -> "Question | None":
        """The same with one topic more; ``None`` when there are three already."""
        if len(self.musts) >= MOST_MUSTS:
            return None
        wanted = {*self.musts, slug}
        return replace(self, musts=tuple(topic.slug for topic in choices.topics() if topic.slug in wanted))

    def key(self, edition: str) -> str:
        """Under what its day is kept: another catalogue, composer or paper makes it another day."""
        return hashlib.sha256(f"{edition}?{self.query}".encode()).hexdigest()


class DayForm(PortalForm):
    """The choices. It is sent by GET, so that a day has an address that can be passed on."""

    length = forms.ChoiceField(label="How long?", widget=forms.RadioSelect)
    audience = forms.ChoiceField(label="Who is it mostly for?")
    nation = forms.ChoiceField(label="Whose law applies?", choices=Nation.choices)
    must = forms.MultipleChoiceField(
        label="Must we cover anything?",
        help_text="Up to three. Leave all empty, and we suggest.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    mark_optional = False
    submit_words = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.form_tag, self.helper.disable_csrf = False, True
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = AFRESH
        self._offer("length", [(seen.slug, seen.name) for seen in choices.lengths()])
        self._offer("audience", [(seen.slug, seen.name) for seen in choices.audiences()])
        self._offer("must", [(topic.slug, topic.title) for topic in choices.topics()])

    def _offer(self, name: str, offered: Sequence[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = offered

    def layout(self) -> Layout:
        return Layout(
            Choices("length", inline=True, small=True, legend_class="govuk-fieldset__legend--s"),
            "audience",
            "nation",
            Disclosure(
                "Must we cover anything?",
                Choices("must", small=True, legend_class="govuk-fieldset__legend--s"),
                css_class="wt-fold wt-fold--form",
            ),
            Press("Show this day"),
        )

    def clean_must(self) -> list[str]:
        chosen = set(self.cleaned_data["must"])
        if len(chosen) > MOST_MUSTS:
            said = NUMBERS[len(chosen)] if len(chosen) < len(NUMBERS) else str(len(chosen))
            raise forms.ValidationError(f"You chose {said} topics. Choose up to three, or let us suggest.")
        return [topic.slug for topic in choices.topics() if topic.slug in chosen]

    @property
    def question(self) -> Question:
        """What was asked, once the form is valid."""
        said = self.cleaned_data
        return Question(said["length"], said["audience"], said["nation"], tuple(said["must"]))

    @classmethod
    def showing(cls, question: Question) -> "DayForm":
        """The form with these choices made."""
        return cls(initial={**question.as_data(), "must": list(question.musts)})


def asked_in(sent: QueryDict) -> DayForm | None:
    """The form over what an address asks; ``None`` where it asks nothing of ours."""
    return DayForm(sent) if any(name in sent for name in NAMES) else None


def question_in(sent: QueryDict) -> Question | None:
    """The question of an address; ``None`` where there is none, or none that can be answered."""
    form = asked_in(sent)
    return form.question if form is not None and form.is_valid() else None


def usual() -> Question | None:
    """The question that stands in the form before anybody chooses; ``None`` while nothing is on offer."""
    lengths = [seen.slug for seen in choices.lengths()]
    audiences = [seen.slug for seen in choices.audiences()]
    if not lengths or not audiences:
        return None
    return Question(
        USUAL_LENGTH if USUAL_LENGTH in lengths else lengths[0],
        USUAL_AUDIENCE if USUAL_AUDIENCE in audiences else audiences[0],
        Nation.ENGLAND_WALES,
    )


def common() -> list[Question]:
    """What most visitors will ask: every length for every audience, with nothing that must be covered."""
    first = usual()
    others = [
        Question(length.slug, audience.slug, Nation.ENGLAND_WALES)
        for audience in choices.audiences()
        for length in choices.lengths()
    ]
    return [first, *(other for other in others if other != first)] if first is not None else []


# ---- the edition of what a day is made from

_TABLES = (
    "courses_topic",
    "courses_topic_requires",
    "courses_point",
    "courses_topicforaudience",
    "courses_audience",
    "courses_format",
    "courses_course",
)


def edition() -> str:
    """A word that changes with the catalogue, and with our own rules and papers; read once a minute in each process."""
    return keep("example:edition", read_edition)


def read_edition() -> str:
    """The same, read now, in one query."""
    tables = ", ".join(
        f"(SELECT md5(string_agg(t::text, '~' ORDER BY t.id)) FROM {name} t)"  # noqa: S608  names of our own
        for name in _TABLES
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws(' ', {tables})")
        of_catalogue = str(cursor.fetchone()[0])
    said = f"{of_catalogue} {_of_code()} {settings.DEMO} {settings.SITE_URL}"
    return hashlib.sha256(said.encode()).hexdigest()


@cache
def _of_code() -> str:
    """What the composer's rules and the paper's look are made of, as this process has them."""
    house = Path(settings.BASE_DIR)
    files = [
        *sorted((house / "agendas" / "composing").glob("*.py")),
        *sorted((house / "agendas" / "papers").glob("*.css")),
        *sorted((house / "templates" / "agendas" / "paper").glob("*.html")),
        house / "agendas" / "composed.py",
        house / "agendas" / "snapshot.py",
        Path(__file__).with_name("making.py"),
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
