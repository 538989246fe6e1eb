"""System checks: what production refuses."""

import pytest

from trainingportal.checks import EXAMPLE_KEY, production_is_real


@pytest.fixture
def production(settings):
    """Settings as a careful operator has them."""
    settings.PRODUCTION = True
    settings.DEMO = False
    settings.SECRET_KEY = "x" * 60
    settings.SITE_URL = "https://training.example.org"
    settings.ALLOWED_HOSTS = ["training.example.org"]
    return settings


def found() -> list[str | None]:
    """The ids of what the checks find."""
    return [error.id for error in production_is_real(None)]


def test_a_careful_production_passes(production):
    assert found() == []


def test_the_demo_is_refused_in_production(production):
    production.DEMO = True

    assert found() == ["trainingportal.E001"]


def test_the_key_that_everybody_knows_is_refused_in_production(production):
    production.SECRET_KEY = f"{EXAMPLE_KEY}-{'x' * 60}"

    assert found() == ["trainingportal.E002"]


def test_an_address_that_is_not_served_is_refused_in_production(production):
    production.SITE_URL = "https://elsewhere.example.org"

    assert found() == ["trainingportal.E003"]


def test_trying_out_may_do_all_of_it(production):
    production.PRODUCTION = False
    production.DEMO = True
    production.SECRET_KEY = EXAMPLE_KEY

    assert found() == []
