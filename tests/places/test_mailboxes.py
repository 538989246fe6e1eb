import pytest

from places.mailboxes import force_behind, force_domains, imitates, looks_like_work
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


@pytest.fixture
def northumbria(db) -> Force:
    return Force.objects.create(slug="n", name="Northumbria Police", email_domains=["northumbria.police.uk"])


@pytest.mark.parametrize(
    ("email", "real"),
    [
        ("di@northumbria-police.uk", "northumbria.police.uk"),
        ("di@northumbriapolice.com", "northumbria.police.uk"),
        ("di@northumbria.police.uk.example.com", "northumbria.police.uk"),
        ("di@northumbria.pollce.uk", "northumbria.police.uk"),
        ("di@n0rthurnbria-police.uk", "northumbria.police.uk"),
        ("di@northumbria.police.co", "northumbria.police.uk"),
        ("di@kent-police.uk", "police.uk"),
        ("nurse@nhs-net.com", "nhs.net"),
        ("clerk@home.gov-uk.org", "gov.uk"),
    ],
)
def test_a_domain_made_to_look_like_a_workplace_is_named(northumbria, email, real):
    assert imitates(email, force_domains()) == real


@pytest.mark.parametrize(
    "email",
    [
        "di@northumbria.police.uk",
        "di@sub.northumbria.police.uk",
        "pc@kent.police.uk",
        "nurse@trust.nhs.uk",
        "dana@example.org",
        "dana@gmail.com",
        "dana@northmere.example.org",
        "info@alicerugglestrust.org",
        "",
    ],
)
def test_honest_domains_imitate_nobody(northumbria, email):
    assert imitates(email, force_domains()) is None
