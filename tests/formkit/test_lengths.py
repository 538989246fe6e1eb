"""How long an answer may be is looked at before anything else, in every form there is, and said in words."""

import copy
import gc
import importlib
import pkgutil
import time
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.http import QueryDict

from formkit.fields import NameField
from formkit.forms import PortalForm
from formkit.lengths import BoundedForm
from trainingportal.desk.site import desk

FLOODS = ["a", "1", " ", "a.", "a@", "<", "e\u0301", "\u0301"]
LONG = 200_000
FAR_TOO_LONG = "must be {0} characters or fewer"


def _every_form():
    """Every form class of the portal, the admin's own among them."""
    for app in {config.name.partition(".")[0] for config in apps.get_app_configs()} & {
        "accounts", "agendas", "bookings", "courses", "formkit", "outbox", "places", "speakers", "trainingportal",
    }:  # fmt: skip
        for module in pkgutil.walk_packages(importlib.import_module(app).__path__, f"{app}."):
            if ".migrations" not in module.name and ".paper" not in module.name:
                importlib.import_module(module.name)
    found, new = set(), [forms.BaseForm]
    while new:
        kind = new.pop()
        found.add(kind)
        new += [each for each in kind.__subclasses__() if each not in found]
    ours = ("accounts", "agendas", "bookings", "courses", "outbox", "places", "speakers", "trainingportal")
    return sorted(
        (
            kind
            for kind in found
            if kind.__module__.partition(".")[0] in ours and getattr(kind, "base_fields", None)
        ),
        key=lambda kind: (kind.__module__, kind.__qualname__),
    )


def _took(form):
    started = time.process_time()
    form.is_valid()
    return time.process_time() - started


def test_every_form_looks_at_lengths_first():
    gc.collect()
    assert [kind for kind in _every_form() if not issubclass(kind, BoundedForm)] == []


def test_every_list_of_the_desk_has_such_a_form():
    admins = list(desk._registry.values())
    inlines = [one for admin in admins for one in admin.get_inline_instances(None)]

    assert [each for each in [*admins, *inlines] if not issubclass(each.form, BoundedForm)] == []


def _names(field, name):
    parts = getattr(field.widget, "widgets_names", None)
    return [name + part for part in parts] if parts else [name]


@pytest.mark.django_db
@pytest.mark.parametrize("flood", FLOODS)
def test_no_field_of_any_form_is_busy_with_a_flood(flood):
    """Processor seconds: the one promise here is that nobody's post keeps a worker from everybody else."""
    words, slow = flood * (LONG // len(flood)), []
    for kind in _every_form():
        for name, field in kind.base_fields.items():
            one = type("OneForm", (BoundedForm, forms.Form), {name: copy.deepcopy(field)})
            data = QueryDict(mutable=True)
            for each in _names(field, name):
                data[each] = words
            if (seconds := _took(one(data))) > 0.3:
                slow.append(f"{kind.__qualname__}.{name}: {seconds:.1f} s")

    assert slow == []


@pytest.mark.parametrize("flood", [*FLOODS, "a@a", "www", "a.b"])
def test_the_patterns_of_a_name_look_at_each_sign_once(flood):
    """The field alone, without a form before it that refuses the length."""
    started = time.process_time()
    with pytest.raises(forms.ValidationError):
        NameField(max_length=80).clean(flood * (LONG // len(flood)))

    assert time.process_time() - started < 1


class WordsForm(PortalForm):
    name = NameField(label="Your name")
    message = forms.CharField(
        label="Your question (optional)", max_length=10, required=False, widget=forms.Textarea
    )
    kind = forms.ChoiceField(label="Which?", choices=[("a", "A")], required=False)


@pytest.mark.parametrize("length", [81, 400_000])
def test_what_is_too_long_is_said_with_how_much(length):
    form = WordsForm({"name": "x" * length})

    assert form.errors["name"] == [
        f"Your name must be 80 characters or fewer. It has {length:,}: take out {length - 80:,}."
    ]
    assert form["name"].value() == "x" * length


def test_a_line_break_counts_once_however_a_browser_sends_it():
    assert WordsForm({"name": "Dana", "message": "12345\r\n789\r\n"}).is_valid()
    form = WordsForm({"name": "Dana", "message": "12345\r\n7890\r\n2"})
    assert form.errors["message"] == ["Your question must be 10 characters or fewer. It has 12: take out 2."]
    assert WordsForm({"name": "Dana", "message": "a\r\nb"}).errors == {}


def test_a_line_break_is_kept_as_one_sign():
    form = WordsForm({"name": "Dana", "message": "a\r\nb"})

    assert form.is_valid()
    assert form.cleaned_data["message"] == "a\nb"


def test_a_choice_that_is_far_too_long_is_refused_and_not_said_back():
    assert WordsForm({"name": "Dana", "kind": "a" * LONG}).errors["kind"] == [
        "Which: this answer is far too long."
    ]


def test_the_upload_of_somebody_signed_in_is_bounded_too():
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= 512 * 1024


def test_no_template_has_a_browser_cut_what_is_pasted():
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")

    assert [path for path in templates if "maxlength" in path.read_text()] == []
