"""Sessions: one statement for a read, one for a write, none for what is written already."""

import datetime as dt

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key():
    store = SessionStore()
    store["draft"] = "one"
    store.save()
    return store.session_key


def test_a_read_and_a_write_are_one_statement_each(key, django_assert_num_queries):
    store = SessionStore(key)

    with django_assert_num_queries(1):
        assert store["draft"] == "one"
    store["draft"] = "two"
    with django_assert_num_queries(1):
        store.save()
    assert SessionStore(key)["draft"] == "two"


def test_what_was_saved_is_not_saved_again_until_it_changes(key, django_assert_num_queries):
    store = SessionStore(key)
    store["draft"] = "two"
    store.save()

    with django_assert_num_queries(0):
        store.save()
    store["draft"] = "three"
    store.save()
    assert SessionStore(key)["draft"] == "three"


def test_a_session_that_was_ended_is_not_brought_back_by_a_save(key):
    store = SessionStore(key)
    store["draft"] = "two"
    Session.objects.all().delete()

    with pytest.raises(UpdateError):
        store.save()
    assert Session.objects.count() == 0


def test_an_unknown_key_and_one_past_its_time_are_as_good_as_none(key):
    with time_machine.travel(timezone.now() + dt.timedelta(hours=13)):
        late = SessionStore(key)
        assert (dict(late.items()), late.session_key) == ({}, None)
    unknown = SessionStore("a" * 32)
    assert (dict(unknown.items()), unknown.session_key) == ({}, None)


def test_a_new_key_carries_what_was_there(key):
    store = SessionStore(key)
    store["draft"] = "two"
    store.save()
    store.cycle_key()
    store.save()

    assert SessionStore(store.session_key)["draft"] == "two"
    assert Session.objects.filter(pk=key).exists() is False
