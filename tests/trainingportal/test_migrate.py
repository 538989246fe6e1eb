"""Migrating in less time leaves nothing out."""

import pgtrigger
import pytest
from pgtrigger.migrations import AddTrigger

pytestmark = pytest.mark.django_db


def test_every_trigger_of_the_code_stands_in_the_database_as_it_is_written():
    found = {
        f"{model._meta.label} {trigger.name}": trigger.get_installation_status(model)[0]
        for model, trigger in pgtrigger.registered()
    }

    assert len(found) > 50
    assert {name: status for name, status in found.items() if status != "INSTALLED"} == {}


def test_whoever_else_migrates_in_this_process_does_as_django_does():
    assert AddTrigger.state_forwards.__module__ == "pgtrigger.migrations"
