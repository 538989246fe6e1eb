"""The catalogue as it ships, and a worker that is called by hand."""

import pytest

import courses.catalogue
import places.catalogue
from courses.models import Audience, Topic
from tests.shipped import load
from trainingportal.asking import choices
from trainingportal.example import making


@pytest.fixture
def shipped(request):
    """The shipped catalogue, and nothing kept from another test."""
    choices.forget()
    request.getfixturevalue("live_server" if request.node.get_closest_marker("browser") else "db")
    load(places.catalogue, courses.catalogue)
    assert Topic.objects.exists()
    assert Audience.objects.exists()
    yield
    choices.forget()


@pytest.fixture
def work():
    """Make every example day that waits, as a worker would; gives how many there were."""

    def all_that_waits() -> int:
        made = 0
        while making.make_next():
            made += 1
        return made

    return all_that_waits
