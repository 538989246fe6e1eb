"""Every trigger of the models is in the database."""

import pgtrigger
import pytest

pytestmark = pytest.mark.django_db


def test_every_trigger_of_the_code_stands_in_the_database_as_it_is_written():
    found = {
        f"{model._meta.label} {trigger.name}": trigger.get_installation_status(model)[0]
        for model, trigger in pgtrigger.registered()
    }

    assert len(found) > 50
    assert {name: status for name, status in found.items() if status != "INSTALLED"} == {}
