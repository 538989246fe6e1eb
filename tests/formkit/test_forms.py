"""Forms say what they want, tie it to the control, and lose nothing."""

import re
import time

import pytest
from django import forms
from django.template import engines

from formkit.forms import PortalForm
from tests.trainingportal.look_urls import NeedForm

FORM = "{% load crispy_forms_tags %}{% crispy form %}"


def draw(form, template=FORM):
    return engines["django"].from_string(template).render({"form": form})


def ids(html):
    return re.findall(r'\bid="([^"]*)"', html)


@pytest.fixture
def refused():
    return draw(
        NeedForm(
            {"name": "Dana", "cover": "choose", "must": ["impact", "flags", "law", "risk"], "day_day": "31"}
        )
    )


def test_every_description_points_at_something_that_is_there_once(refused):
    there = ids(refused)

    named = [one for many in re.findall(r'aria-describedby="([^"]*)"', refused) for one in many.split()]
    assert named != []
    assert [one for one in named if there.count(one) != 1] == []
    assert len(there) == len(set(there))


def test_every_link_of_the_summary_leads_to_a_control(refused):
    links = re.findall(r'<li><a href="#([^"]*)"', refused)

    assert links == ["id_email", "id_force", "id_must_0", "id_day_day", "id_agree"]
    assert all(re.search(rf'<(input|select|textarea)[^>]*\bid="{link}"', refused) for link in links)


def test_the_summary_counts_what_is_wrong_and_says_the_same_words_at_the_field(refused):
    assert '<h2 class="govuk-error-summary__title">Five things to change</h2>' in refused
    assert refused.count("You chose four topics. Choose up to three.") == 2


def test_one_thing_is_one_thing():
    class OneForm(PortalForm):
        name = forms.CharField()

    assert "One thing to change" in draw(OneForm({}))


def test_the_summary_stands_once_where_it_was_asked_for_first():
    html = draw(
        NeedForm({}), "{% load crispy_forms_tags %}{{ form|as_crispy_errors }}<h1>Here</h1>{% crispy form %}"
    )

    assert html.count("govuk-error-summary__title") == 1
    assert html.index("govuk-error-summary__title") < html.index("<h1>")


def test_what_was_typed_is_still_there(refused):
    assert 'value="Dana"' in refused
    assert re.search(r'id="id_day_day"[^>]*value="31"', refused)
    assert len(re.findall(r'name="must"[^>]* checked', refused)) == 4


def test_a_form_that_nobody_sent_shows_no_error():
    html = draw(NeedForm())

    assert "error" not in html.lower().replace("as_crispy_errors", "")


def test_what_may_stay_empty_is_marked_and_what_may_not_is_not():
    html = draw(NeedForm())

    assert re.search(r"Start <span class=\"wt-optional\">\(optional\)</span>", html)
    assert html.count("(optional)") == 5
    assert "required" not in html
    assert "novalidate" in html


def test_nothing_long_is_cut_short_by_the_browser():
    assert "maxlength" not in draw(NeedForm())


def test_hidden_fields_are_drawn_though_no_layout_names_them():
    assert '<input type="hidden" name="seen" id="id_seen">' in draw(NeedForm())


def test_a_group_of_options_keeps_its_name():
    html = "".join(line.strip() for line in draw(NeedForm()).splitlines())

    assert '<optgroup label="England"><option value="n">Northmere</option>' in html


def test_three_empty_fields_give_three_different_sentences():
    form = NeedForm({})

    said = [words for errors in form.errors.values() for words in errors]
    assert len(said) == len(set(said))
    assert form.errors["name"] == ["Your name: write an answer."]


def test_an_error_of_the_whole_form_is_in_the_summary():
    class WholeForm(PortalForm):
        name = forms.CharField()

        def clean(self):
            raise forms.ValidationError("These two do not go together.")

    assert "<li>These two do not go together.</li>" in draw(WholeForm({"name": "x"}))


def test_words_of_people_are_escaped():
    assert "<script>" not in draw(NeedForm({"name": "<script>", "more": "</textarea><script>"}))


def test_a_form_without_our_base_is_drawn_too():
    class PlainForm(forms.Form):
        login = forms.EmailField(label="E-mail", help_text="As in our mail")

    html = draw(PlainForm({"login": "x"}))
    assert 'aria-describedby="id_login_helptext id_login_error"' in html
    assert '<a href="#id_login">' in html
    assert "As in our mail" in draw(
        PlainForm(), "{% load crispy_forms_tags %}{{ form.login|as_crispy_field }}"
    )
    assert "id_login" in draw(PlainForm(), "{% load crispy_forms_tags %}{{ form|crispy }}")


def test_a_formset_has_one_summary_and_links_into_its_forms():
    class RowForm(forms.Form):
        name = forms.CharField()

    rows = forms.formset_factory(RowForm, extra=0)({"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2"})
    html = (
        engines["django"].from_string("{% load crispy_forms_tags %}{{ form|crispy }}").render({"form": rows})
    )

    assert "Two things to change" in html
    assert re.findall(r'<li><a href="#([^"]*)"', html) == ["id_form-0-name", "id_form-1-name"]


def test_a_page_of_fields_is_drawn_in_eight_milliseconds():
    times = []
    for _ in range(40):
        start = time.process_time()
        draw(NeedForm({}))
        times.append(time.process_time() - start)

    assert min(times) < 0.008
