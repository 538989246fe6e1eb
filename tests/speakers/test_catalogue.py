import pytest
from django.core.management import call_command
from django.utils import timezone

import courses.catalogue
from speakers import catalogue
from speakers.models import Expertise, Organisation, Speaker

pytestmark = pytest.mark.django_db

FIVE = ["Daniel W Price-Jones", "Dave Thomason", "Sue Hills", "Clive Ruggles", "Nick Ruggles"]


def load() -> catalogue.Loaded:
    courses.catalogue.load()
    return catalogue.load()


def test_two_partners_and_five_public_bios_are_loaded():
    load()

    assert [partner.slug for partner in Organisation.objects.all()] == ["iasu", "alice-ruggles-trust"]
    assert [speaker.name for speaker in Speaker.objects.on_the_public_page()] == FIVE
    assert [speaker.name for speaker in Speaker.objects.filter(is_family=True)] == FIVE[2:]


def test_only_what_is_public_is_known_of_them():
    load()

    kept = set(Speaker.objects.values_list("home_outcode", "telephone", "user"))
    assert kept == {("", "", None)}


def test_expertise_is_ours_to_confirm():
    load()

    assert Expertise.objects.count() == 16
    assert Expertise.objects.filter(confirmed_at__isnull=False).count() == 0


def test_what_a_speaker_confirmed_or_an_admin_edited_is_kept():
    load()
    now = timezone.now()
    confirmed = Expertise.objects.get(speaker__slug="sue-hills", topic__slug="alices-story")
    Expertise.objects.filter(pk=confirmed.pk).update(confirmed_at=now)
    Speaker.objects.filter(slug="dave-thomason").update(bio="In other words.")
    Organisation.objects.filter(slug="iasu").update(email="new@example.org")
    Expertise.objects.filter(speaker__slug="nick-ruggles").delete()

    again = load()

    confirmed.refresh_from_db()
    assert confirmed.confirmed_at == now
    assert Speaker.objects.get(slug="dave-thomason").bio == "In other words."
    assert Organisation.objects.get(slug="iasu").email == "new@example.org"
    assert not Expertise.objects.filter(speaker__slug="nick-ruggles").exists()
    assert (again.added, again.kept, again.left_deleted) == (0, 3, 2)


def test_the_command_says_what_it_did(capsys):
    call_command("load_catalogue")
    call_command("load_catalogue")

    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Places", "Courses", "Speakers"] * 2
    assert lines[-1] == "Speakers: 0 added, 23 as shipped, 0 kept as you edited them, 0 left deleted"
