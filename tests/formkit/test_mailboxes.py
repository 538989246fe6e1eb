"""One mailbox is one mailbox, however it was typed, pasted or copied out of a letter."""

import sys
import unicodedata

import pytest
from django import forms
from django.apps import apps
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formkit.mailboxes import MailboxField
from places.email import LONGEST, tidy
from tests.formkit.test_lengths import _every_form
from trainingportal.desk.site import desk

UNSEEN = [
    chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) in ("Cf", "Zs", "Zl", "Zp")
]
UNTIDY = "Enter an email address in the correct format, like name@example.org."


@pytest.mark.parametrize(
    "typed",
    [
        "  Dana.Whitlock@Example.ORG ",
        "dana.whitlock@example.org\u200b",
        "dana\u00ad.whitlock@exam\u200dple.org",
        "\u202adana.whitlock@example.org\u202c",
        "mailto:dana.whitlock@example.org",
        "MAILTO:Dana.Whitlock@example.org?subject=Training",
        "Dana Whitlock <dana.whitlock@example.org>",
        "“Whitlock, Dana” <mailto:dana.whitlock@example.org>;",
        "<dana.whitlock@example.org>",
        "(dana.whitlock@example.org).",
        "dana.whitlock@example.org,",
        "".join(chr(ord(sign) + 0xFEE0) for sign in "dana.whitlock@example.org"),
        "dana.whitlock @ example. org",
        "dana.whitlock@example.org\r\n",
    ],
)
def test_one_mailbox_is_read_however_it_is_typed(typed):
    assert MailboxField().clean(typed) == "dana.whitlock@example.org"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a machine may be busy
@given(st.lists(st.tuples(st.integers(0, 25), st.sampled_from(UNSEEN)), max_size=6), st.booleans())
def test_no_sign_that_nobody_sees_makes_another_mailbox(put, capitals):
    """Formatting signs anywhere; a blank only where it cannot part two words: around the address and its signs."""
    address = "dana.whitlock@example.org"
    text = address.upper() if capitals else address
    edges = {0, 4, 5, 13, 14, 21, 22, 25}
    for at, sign in sorted(put, reverse=True):
        if unicodedata.category(sign) == "Cf" or at in edges:
            text = text[:at] + sign + text[at:]

    assert tidy(text) == address
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter an email address."),
        ("\u200b", "Enter an email address."),
        ("dana", UNTIDY),
        ("dana@example.org and bob@example.org", UNTIDY),
        ("dana whitlock@example.org", UNTIDY),
        ("dana@@example.org", UNTIDY),
        ("dana@example", "The part after the @ needs a dot, like police.uk. Check the email address."),
        ("dana@localhost", "The part after the @ needs a dot, like police.uk. Check the email address."),
        ("\u0434\u0430\u043d\u0430@example.org", UNTIDY),
    ],
)
def test_what_is_no_mailbox_is_refused_in_words(typed, said):
    with pytest.raises(forms.ValidationError) as refusal:
        MailboxField().clean(typed)

    assert refusal.value.messages == [said]


def test_a_domain_in_other_letters_is_kept_as_the_net_writes_it():
    assert MailboxField().clean("dana@bücher.example") == "dana@xn--bcher-kva.example"


def test_every_form_of_the_portal_asks_for_mailboxes_by_this_one_field():
    asks = [
        f"{kind.__module__}.{kind.__qualname__}.{name}"
        for kind in _every_form()
        for name, field in kind.base_fields.items()
        if isinstance(field, forms.EmailField) and not isinstance(field, MailboxField)
    ]
    assert [each for each in asks if each != "accounts.forms.SignInForm.login"] == []  # put in as it is made


def test_every_list_of_the_desk_asks_by_it_too(rf):
    asked = [
        admin.formfield_for_dbfield(field, rf.get("/"))
        for admin in desk._registry.values()
        for field in admin.model._meta.fields
        if isinstance(field, models.EmailField)
    ]
    assert asked
    assert {type(each) for each in asked} == {MailboxField}


def test_every_column_that_people_are_found_by_holds_one_way_only():
    """Columns without the constraint hold what we copy from others, or what the desk writes for show."""
    bound = {
        model._meta.label
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if "__regex" in str(getattr(constraint, "condition", "")) and "one_way" in constraint.name
    }
    assert bound == {
        "accounts.User", "agendas.AttendeeMessage", "bookings.Contact", "bookings.Enquiry", "outbox.Message",
    }  # fmt: skip


def test_an_address_is_no_longer_than_its_column():
    with pytest.raises(forms.ValidationError):
        MailboxField().clean("a" * (LONGEST - 11) + "@example.org")
