"""A code counts by its letters and figures; what cannot be a code is no guess."""

import pytest
from django import forms

from formkit.codes import CodeField, was_no_guess
from formkit.lengths import BoundedForm


class EnterForm(BoundedForm, forms.Form):
    code = CodeField(lengths=[6], shape="six letters")

    def clean_code(self):
        if self.cleaned_data["code"] != "BCDFGH":
            raise forms.ValidationError("Wrong", code="wrong")
        return self.cleaned_data["code"]


@pytest.mark.parametrize(
    "typed",
    [
        "BCD-FGH", "bcdfgh", " bcd fgh ", "BCD\u2011FGH", "BCD\u2013FGH", "BCD\u2014FGH", "BCD\u2212FGH", "BCD\u00a0FGH",
        "B\u200bCD\u00ad-FG\u202cH\ufeff", "\uff22\uff23\uff24\uff0d\uff26\uff27\uff28", "Code: BCD-FGH",
        "Your code is: BCD-FGH.", "“BCD-FGH”", "BCD-FGH\r\n",
    ],
)  # fmt: skip
def test_the_right_code_is_right_however_it_is_typed(typed):
    assert EnterForm({"code": typed}).is_valid()


@pytest.mark.parametrize("typed", ["", "BCD-FG", "BCD-FGH-J", "Code:", "x" * 5000])
def test_what_cannot_be_a_code_is_no_guess(typed):
    form = EnterForm({"code": typed})

    assert not form.is_valid()
    assert was_no_guess(form)


def test_a_whole_code_that_is_wrong_is_a_guess():
    assert not was_no_guess(EnterForm({"code": "BCD-FGJ"}))
