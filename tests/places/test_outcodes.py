import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from places import outcodes
from places.nations import Nation
from places.tables import read
from places.travel import estimate

SLUGS = {row["slug"] for row in read("forces.csv")}
REGIONS = {row["name"] for row in read("regions.csv")}


@pytest.mark.parametrize(
    "text", ["CW7", "cw7", " CW7 ", "CW7 2UA", "cw72ua", "CW7  2ua", "CW7 2", "CW 7", "CW-7"]
)
def test_an_outcode_is_found_however_it_is_written(text: str):
    found = outcodes.find(text)

    assert found is not None
    assert found.outcode == "CW7"


@pytest.mark.parametrize(
    ("text", "outcode"),
    [
        ("M1 1AA", "M1"),
        ("M11AA", "M1"),
        ("M1 1", "M1"),
        ("M11", "M11"),
        ("M11 1AA", "M11"),
        ("W1A 1AA", "W1A"),
        ("EC1A 1BB", "EC1A"),
        ("DN551PT", "DN55"),
    ],
)
def test_a_short_district_is_not_taken_for_a_long_one(text: str, outcode: str):
    found = outcodes.find(text)

    assert found is not None
    assert found.outcode == outcode


@pytest.mark.parametrize(
    "text", ["", "   ", "CW", "7", "QQ1", "CW99", "hello", "CW7 2UAA", "£", "BT", "BT0", "BT100", "ZZ1 1ZZ"]
)
def test_what_is_no_outcode_is_not_found(text: str):
    assert outcodes.find(text) is None


@given(st.text(max_size=40))
def test_no_text_breaks_the_search(text: str):
    found = outcodes.find(text)

    assert found is None or outcodes.find(found.outcode) == found
    assert outcodes.is_outcode(text) in (True, False)


def test_a_district_knows_its_place_authority_force_and_nation():
    found = outcodes.find("CW7")

    assert found is not None
    assert (found.local_authority, found.force_slug) == ("Cheshire West and Chester", "cheshire")
    assert (found.region, found.nation, found.spread_km) == ("North West", Nation.ENGLAND_WALES, 0)
    assert math.isclose(found.lat, 53.19, abs_tol=0.03)
    assert math.isclose(found.lon, -2.53, abs_tol=0.03)


@pytest.mark.parametrize(
    ("outcode", "force", "region", "nation"),
    [
        ("SW1A", "metropolitan", "London", "ew"),
        ("EC2V", "city-of-london", "London", "ew"),
        ("CF10", "south-wales", "Wales", "ew"),
        ("EH1", "police-scotland", "Scotland", "sc"),
        ("BT1", "northern-ireland", "Northern Ireland", "ni"),
        ("BT82", "northern-ireland", "Northern Ireland", "ni"),
        ("PO30", "hampshire", "Isle of Wight", "ew"),
        ("PO1", "hampshire", "South East", "ew"),
        ("TR21", "devon-and-cornwall", "Isles of Scilly", "ew"),
        ("KA27", "police-scotland", "Clyde islands and Inner Hebrides", "sc"),
        ("HS1", "police-scotland", "Western Isles", "sc"),
        ("KW15", "police-scotland", "Orkney", "sc"),
        ("ZE1", "police-scotland", "Shetland", "sc"),
        ("IM1", "", "Isle of Man", "ew"),
        ("JE2", "", "Jersey", "ew"),
        ("GY1", "", "Guernsey", "ew"),
    ],
)
def test_islands_cities_and_nations_are_told_apart(outcode: str, force: str, region: str, nation: str):
    found = outcodes.find(outcode)

    assert found is not None
    assert (found.force_slug, found.region, found.nation) == (force, region, nation)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("CW7", True),
        (" cw7 ", True),
        ("BT1", True),
        ("CW7 2UA", False),
        ("CW7 2", False),
        ("CW99", False),
        ("", False),
    ],
)
def test_an_outcode_is_told_from_a_whole_postcode(text: str, is_one: bool):
    assert outcodes.is_outcode(text) is is_one


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("BFPO", "BFPO"),
        ("bfpo 57", "BFPO"),
        ("BF1", "BF1"),
        ("BF1 0AX", "BF1"),
        ("GX11 1AA", "GX11"),
        ("BX11LT", "BX1"),
        ("FIQQ 1ZZ", "FIQQ"),
        ("CW7 2UA", "CW7"),
        ("BT1", "BT1"),
        ("QQ1", ""),
        ("BF10", ""),
        ("", ""),
        ("BFPO" + " " * 60, ""),
    ],
)
def test_every_real_postcode_is_kept_though_we_know_no_place_for_some(text: str, kept: str):
    assert outcodes.district_in(text) == kept
    assert outcodes.is_outcode(kept) is bool(kept)


def test_a_journey_to_a_place_that_we_do_not_know_is_unknown():
    assert outcodes.find("BFPO") is None
    assert estimate("CW7", "BFPO", allowances={}) is None


def test_every_shipped_district_is_whole_and_in_great_britain():
    rows = read("outcodes.csv")

    assert len(rows) > 2900
    for row in rows:
        found = outcodes.find(row["outcode"])
        assert found is not None
        assert found.outcode == row["outcode"]
        assert 49.8 < found.lat < 60.9
        assert -7.7 < found.lon < 1.8
        assert found.force_slug in SLUGS
        assert found.region in REGIONS


def test_no_district_that_is_not_under_the_open_licence_is_shipped():
    assert [
        row["outcode"] for row in read("outcodes.csv") if row["outcode"][:2] in {"BT", "IM", "JE", "GY"}
    ] == []


def test_every_authority_names_a_force_and_a_region_that_we_ship():
    rows = read("local_authorities.csv")

    assert len(rows) == len({row["code"] for row in rows})
    assert {row["force"] for row in rows} <= SLUGS
    assert {row["region"] for row in rows} <= REGIONS


def test_every_force_area_has_at_least_one_authority():
    without = {"northern-ireland", "btp", "ministry-of-defence-police", "civil-nuclear-constabulary"}

    assert SLUGS - {row["force"] for row in read("local_authorities.csv")} == without


def test_every_island_district_is_a_real_one():
    shipped = {row["outcode"]: row["region"] for row in read("outcodes.csv")}

    assert {row["outcode"]: shipped[row["outcode"]] for row in read("islands.csv")} == {
        row["outcode"]: row["region"] for row in read("islands.csv")
    }


def test_there_are_the_43_forces_of_england_and_wales_with_the_areas_that_ons_names():
    forces = read("forces.csv")
    england_and_wales = [row for row in forces if row["ons_code"][:1] in {"E", "W"}]

    assert len(england_and_wales) == len({row["ons_code"] for row in england_and_wales}) == 43
    assert {row["ons_code"][:3] for row in england_and_wales} == {"E23", "W15"}
    assert {row["nation"] for row in england_and_wales} == {"ew"}
    assert {row["slug"] for row in forces if row["nation"] == "sc"} == {"police-scotland"}
    assert {row["slug"] for row in forces if row["nation"] == "ni"} == {"northern-ireland"}


def test_every_district_maps_to_one_authority_region_nation_and_force_of_that_nation():
    nations = {row["slug"]: row["nation"] for row in read("forces.csv")}
    found = [outcodes.find(row["outcode"]) for row in read("outcodes.csv")]

    assert all(found)
    assert [each.outcode for each in found if not each.local_authority] == []
    assert [each.outcode for each in found if nations[each.force_slug] != each.nation] == []
    areas = {slug for slug, nation in nations.items() if nation in ("ew", "sc")}
    assert {each.force_slug for each in found} == areas
