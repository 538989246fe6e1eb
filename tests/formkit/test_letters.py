"""What a field for a name accepts is what papers print, and the other way round."""

import sys
import unicodedata

import pytest
from django import forms
from django.urls import get_resolver
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from accounts.models import User
from agendas import paper
from bookings.models import Agency, Contact, Venue
from formkit.fields import NameField
from formkit.letters import PRINTED, as_printed, check_printable, not_printed
from speakers.models import Organisation, Speaker

FONTS = sorted((paper.HERE / "fonts").glob("*.ttf"))
ELSEWHERE = ["王", "ن", "क", "ñ̲王", "𝓐王"]


@pytest.mark.parametrize("font", FONTS, ids=lambda path: path.stem)
def test_the_list_is_that_of_each_font(font):
    with TTFont(font) as opened:
        assert {ord(letter) for letter in PRINTED} == set(opened.getBestCmap())


def test_every_name_that_the_field_accepts_prints_as_it_is():
    field = NameField()
    accepted = 0
    for code in range(0x21, sys.maxunicode):
        name = f"Ann {chr(code)}ie"
        if not unicodedata.category(chr(code)).startswith(("L", "M", "N")) or not_printed(name):
            continue
        accepted += 1
        cleaned = field.clean(name)
        assert paper._in_our_letters(cleaned) == as_printed(cleaned)
        assert "?" not in as_printed(cleaned)
    assert accepted > 1200


@pytest.mark.parametrize(
    "name", ["Zoë", "Zoe\u0308", "Gwŷn", "Ẅ", "ẘ", "Świątek", "Ærø", "\uff24ana", "Ελένη", "Оксана"]
)
def test_a_letter_and_its_accent_print_however_they_are_typed(name):
    assert not_printed(name) == []
    assert "?" not in paper._in_our_letters(NameField().clean(name))


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_papers_would_show_as_a_question_mark_is_refused_by_its_letter(name):
    assert "?" in paper._in_our_letters(name)
    with pytest.raises(forms.ValidationError) as refused:
        NameField().clean(name)
    assert refused.value.messages == [
        f"Our papers cannot print “{name[-1]}”. Enter the name in English letters."
    ]


def test_several_letters_are_named_once_each_and_a_few_are_enough():
    with pytest.raises(forms.ValidationError, match="print “王” or “明”\\."):
        check_printable("王明王 Wang")
    with pytest.raises(forms.ValidationError, match="print “一”, “二”, “三”, “四” or “五”\\."):
        check_printable("一二三四五六七")


def test_a_name_that_stands_on_no_paper_may_have_any_letter():
    assert NameField(is_printed=False).clean("نیلوفر") == "نیلوفر"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (User, "name"),
        (Speaker, "name"),
        (Organisation, "name"),
        (Agency, "name"),
        (Contact, "name"),
        (Venue, "name"),
        (Venue, "contact_name"),
        (Venue, "support_name"),
    ],
)
def test_what_the_admin_writes_prints_as_well(model, name):
    with pytest.raises(forms.ValidationError, match="cannot print “王”"):
        model._meta.get_field(name).clean("王", None)


NAMES = {"name", "agency_name", "contact_name", "support_name", "venue_name"}
OUR_APPS = {"accounts", "agendas", "bookings", "courses", "formkit", "speakers", "trainingportal"}
ON_NO_PAPER = {"QuestionForm", "AddPasskeyForm", "RenamePasskeyForm"}
"""A question is answered by mail; a passkey's name is for its owner."""


def _every_form(base=forms.BaseForm):
    for form in base.__subclasses__():
        yield form
        yield from _every_form(form)


def _validators(form, name):
    """Those of the field; a form of a model is judged by the model's as well."""
    model = form._meta.model if issubclass(form, forms.ModelForm) else None
    own = form.base_fields[name].validators
    return [*own, *model._meta.get_field(name).validators] if hasattr(model, name) else own


def test_every_form_that_takes_a_name_says_so_when_it_is_typed():
    get_resolver().url_patterns  # noqa: B018 - loads every view, and with it every form
    found = {
        (form, name)
        for form in _every_form()
        for name, field in getattr(form, "base_fields", {}).items()
        if name in NAMES
        and isinstance(field, forms.CharField)
        and form.__module__.partition(".")[0] in OUR_APPS
        and form.__name__ not in ON_NO_PAPER
    }
    silent = [(form.__name__, name) for form, name in found if check_printable not in _validators(form, name)]

    assert len(found) > 8
    assert silent == []
