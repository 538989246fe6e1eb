"""A search finds a name whatever its accents, capitals and quotation marks, on either side."""

import pytest
from django.db.models import Value
from hypothesis import given
from hypothesis import strategies as st

from places.models import Force
from places.searching import QUOTES, Plain, plain

LETTERS = "Llŷr Ôl-wêdd É e\u0301 ŵ ñ Ø ß Å ﬁ Ⅻ ﬀ"


@pytest.mark.parametrize(
    "typed", ["O'Brien", "O’Brien", "OBrien", "o‘brien", "O`BRIÉN", "O\u02bcBrie\u0301n", "“O\u00b4Brien”"]
)
def test_one_name_is_one_name_however_it_is_typed(typed):
    assert plain(typed) == "obrien"


@pytest.mark.django_db
@pytest.mark.parametrize("text", [LETTERS, QUOTES, "", "a'b", "100%_\\"])
def test_the_database_writes_a_name_as_we_do(text):
    Force.objects.create(name="A Force", slug="a-force")

    [written] = Force.objects.annotate(written=Plain(Value(text))).values_list("written", flat=True)

    assert written == plain(text)


@pytest.mark.django_db
@pytest.mark.parametrize("term", ["conwy", "Cônwy", "sant’s", "sants", "SANT'S"])
def test_a_lookup_compares_both_sides_alike(term):
    force = Force.objects.create(name="Sant’s Cônwy Force", slug="a-force")

    assert list(Force.objects.filter(name__plain__contains=term)) == [force]
    assert not Force.objects.filter(name__plain__contains="dyfed").exists()


@pytest.mark.django_db
def test_a_sign_that_means_anything_elsewhere_means_itself():
    Force.objects.create(name="Sant’s", slug="a-force")

    assert not Force.objects.filter(name__plain__contains="s%t").exists()
    assert not Force.objects.filter(name__plain__contains="s_nt").exists()


@given(st.text(max_size=60))
def test_what_is_plain_stays_as_it_is(text):
    assert plain(plain(text)) == plain(text)
