import pytest

from places.mailboxes import force_behind, looks_like_work
from places.models import Force


@pytest.mark.parametrize(
    ("email", "hint"),
    [
        ("pc@kent.police.uk", "police"),
        ("PC@Kent.Police.UK", "police"),
        ("clinic@cheshire.pnn.police.uk", "police"),
        ("a@x.cjsm.net", "criminal justice"),
        ("a@nhs.net", "NHS"),
        ("a@trust.nhs.uk", "NHS"),
        ("a@board.nhs.scot", "NHS"),
        ("a@uni.ac.uk", "university"),
        ("a@council.gov.uk", "government or council"),
        ("a@justice.gov.uk", "prisons or probation"),
        ("a@cps.gov.uk", "prosecution service"),
        ("a@mod.gov.uk", "defence"),
        ("a@nhs.net.", "NHS"),
        ('"a@b"@nhs.net', "NHS"),
    ],
)
def test_a_work_address_gives_a_hint(email: str, hint: str):
    assert looks_like_work(email) == hint


@pytest.mark.parametrize(
    "email",
    [
        "a@mail.example",
        "a@fakepolice.uk",
        "a@police.uk.example",
        "a@notnhs.net",
        "a@nhs.net.example.org",
        "police.uk@mail.example",
        "a@uk",
        "a@",
        "",
    ],
)
def test_an_address_that_only_resembles_one_gives_none(email: str):
    assert looks_like_work(email) is None


@pytest.mark.django_db
def test_the_force_with_the_closest_domain_is_behind_an_address():
    wide = Force.objects.create(slug="wide", name="Wide Police", email_domains=["moor.example"])
    near = Force.objects.create(
        slug="near", name="Near Police", email_domains=["fen.moor.example", "old.example"]
    )

    assert force_behind("pc@fen.moor.example") == near
    assert force_behind("pc@OLD.example") == near
    assert force_behind("pc@hill.moor.example") == wide
    assert force_behind("pc@notmoor.example") is None
    assert force_behind("") is None
