"""A change of the key, from its first step to its last, and one that was done wrongly."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import rights
from accounts.sealing import SealBrokenError, seal, unseal
from speakers.models import OwnCalendar
from tests.accounts.conftest import app_code, make_staff, sign_in
from tests.factories import SpeakerFactory
from trainingportal import seals
from trainingportal.tasks import reseal

pytestmark = pytest.mark.django_db

OLD = "the key of the first year, long enough for what Django asks of a key"
NEW = "the key of the second year, long enough for what Django asks of a key"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def of_the_first_year(settings):
    """A coordinator's authenticator app and a speaker's calendar, sealed with the old key."""
    settings.SECRET_KEY = OLD
    owen = make_staff("owen@desk.example.org", rights.COORDINATORS, secret=SECRET)
    OwnCalendar.objects.create(
        speaker=SpeakerFactory(),
        sealed_address=seal("https://calendar.example.org/una.ics"),
        host="calendar.example.org",
    )
    return owen


def use(settings, key: str, *fallbacks: str) -> None:
    """Start everything again with these keys."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key, list(fallbacks)


def gets_in(user) -> bool:
    """Say whether this person gets to the desk with a code by mail and one of the app."""
    client = Client()
    sign_in(client, user)
    client.post("/sign-in/second-factor/", {"code": app_code(SECRET)})
    client.post("/sign-in/trust/", {"action": "no"})
    return client.get("/desk/").status_code == 200


def keys_said(client) -> str:
    return client.get("/health/ready/").json()["keys"]


def test_a_key_is_changed_and_the_authenticator_app_goes_on_working(
    of_the_first_year, settings, capsys, client
):
    use(settings, NEW, OLD)
    assert keys_said(client) == "well"

    call_command("reseal")

    assert capsys.readouterr().out == "3 secrets were sealed again with the new key.\n"
    use(settings, NEW)
    assert unseal(OwnCalendar.objects.get().sealed_address) == "https://calendar.example.org/una.ics"
    assert keys_said(client) == "well"
    assert gets_in(of_the_first_year)


def test_without_the_old_key_reseal_ends_with_1_and_says_how_many(of_the_first_year, settings, capsys):
    use(settings, NEW)

    with pytest.raises(CommandError, match=r"^3 sealed secrets .* cannot be opened") as refused:
        call_command("reseal")

    assert refused.value.returncode == 1
    assert capsys.readouterr().out == "0 secrets were sealed again with the new key.\n"


def test_without_the_old_key_the_readiness_page_is_not_well_and_is_again_with_it(
    of_the_first_year, settings, client
):
    use(settings, NEW)

    reply = client.get("/health/ready/")

    assert (reply.status_code, reply.json()["keys"]) == (503, "some secrets cannot be opened")
    use(settings, NEW, OLD)
    assert keys_said(client) == "well"


def test_without_the_old_key_prepare_says_so_at_every_start(
    of_the_first_year, settings, capsys, invented_by_default
):
    use(settings, NEW)

    call_command("prepare")

    assert "3 sealed secrets" in capsys.readouterr().err


def test_the_nightly_task_writes_it_to_the_log_and_mends_the_rest(of_the_first_year, settings, caplog):
    Authenticator.objects.filter(type="totp").update(data={"secret": seal(SECRET)})
    use(settings, NEW)
    OwnCalendar.objects.update(sealed_address="https://calendar.example.org/una.ics")

    reseal()

    assert "2 sealed secrets (authenticator apps" in caplog.text
    assert unseal(OwnCalendar.objects.get().sealed_address) == "https://calendar.example.org/una.ics"


def test_the_readiness_page_opens_every_seal_once_a_minute_only(
    of_the_first_year, client, django_assert_num_queries
):
    seals.count_broken()

    with django_assert_num_queries(0):
        assert seals.count_broken() == 0


def test_what_no_key_opens_is_left_as_it_is(of_the_first_year, settings):
    held = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    use(settings, NEW)

    with pytest.raises(CommandError):
        call_command("reseal")

    assert list(Authenticator.objects.order_by("pk").values_list("data", flat=True)) == held
    with pytest.raises(SealBrokenError):
        unseal(OwnCalendar.objects.get().sealed_address)
