import pytest
from hypothesis import given
from hypothesis import strategies as st

from places import outcodes, travel
from places.models import Region
from places.tables import read

NO_CROSSING: dict[str, int] = {}
DISTRICTS = st.sampled_from(
    [row["outcode"] for row in read("outcodes.csv")] + ["BT1", "BT48", "IM1", "JE2", "GY1"]
)


def estimate(home: str, to: str) -> travel.Travel:
    found = travel.estimate(home, to, allowances=NO_CROSSING)
    assert found is not None
    return found


# What we judge these roads to take on a quiet and on a busy day, rests included; nobody has timed them.
@pytest.mark.parametrize(
    ("home", "to", "quiet", "busy"),
    [
        ("CW7", "CH1", 35, 60),
        ("CW7", "M40", 50, 80),
        ("SW1A", "B4", 150, 210),
        ("M1", "NE1", 165, 225),
        ("M1", "CF10", 205, 270),
        ("EC1A", "EH1", 470, 570),
        ("PL1", "EX1", 50, 80),
    ],
)
def test_estimates_lie_between_a_quiet_and_a_busy_day(home: str, to: str, quiet: int, busy: int):
    assert quiet <= estimate(home, to).minutes <= busy


def test_a_straight_line_is_a_great_circle():
    london, edinburgh = outcodes.find("EC1A"), outcodes.find("EH1")
    assert london is not None
    assert edinburgh is not None

    assert travel.straight_line_km(london, edinburgh) == pytest.approx(533, abs=3)


def test_a_whole_journey_is_given_with_what_it_rests_on():
    assert estimate("CW7 2UA", "M40 5BP") == travel.Travel(
        minutes=65, kilometres=55, basis="estimated from postcode districts"
    )


def test_next_door_takes_a_quarter_of_an_hour():
    assert estimate("CW7", "CW7 2UA").minutes == 15


@pytest.mark.parametrize(("home", "to"), [("", "CW7"), ("CW7", ""), ("QQ1", "CW7"), ("CW7", "QQ1")])
def test_a_place_that_is_not_known_gives_no_estimate(home: str, to: str):
    assert travel.estimate(home, to, allowances=NO_CROSSING) is None


def test_two_places_of_which_only_the_region_is_known_are_not_taken_for_neighbours():
    within = estimate("BT1", "BT48")

    assert (within.minutes, within.kilometres) == (75, 65)
    assert within.basis == "estimated from postcode districts, from the middle of Northern Ireland"


def test_both_middles_are_named():
    assert estimate("IM1", "BT1").basis == (
        "estimated from postcode districts, from the middle of Isle of Man and Northern Ireland"
    )


@given(home=DISTRICTS, to=DISTRICTS)
def test_there_and_back_take_the_same_in_steps_of_five_minutes(home: str, to: str):
    there = estimate(home, to)

    assert there == estimate(to, home)
    assert there.minutes % 5 == 0
    assert there.minutes >= 15


@given(home=DISTRICTS, near=DISTRICTS, far=DISTRICTS)
def test_a_longer_road_never_takes_less_time(home: str, near: str, far: str):
    shorter, longer = sorted([estimate(home, near), estimate(home, far)], key=lambda way: way.kilometres)

    assert shorter.kilometres == longer.kilometres or shorter.minutes <= longer.minutes


@pytest.mark.django_db
def test_an_admins_allowance_is_added_where_the_journey_crosses():
    Region.objects.create(name="Northern Ireland", nation="ni", allowance_minutes=100)
    by_road = estimate("CW7", "BT1").minutes

    crossed = travel.estimate("CW7", "BT1")

    assert crossed is not None
    assert crossed.minutes == by_road + 100
    assert crossed.basis == (
        "estimated from postcode districts, from the middle of Northern Ireland,"
        " with 1 hour 40 minutes for the crossing"
    )


@pytest.mark.django_db
def test_two_islands_take_two_crossings_and_one_island_none():
    Region.objects.create(name="Northern Ireland", nation="ni", allowance_minutes=100)
    Region.objects.create(name="Isle of Wight", nation="ew", allowance_minutes=60)
    both, inside = travel.estimate("PO30", "BT1"), travel.estimate("PO30", "PO38")

    assert both is not None
    assert inside is not None
    assert both.minutes == estimate("PO30", "BT1").minutes + 160
    assert inside == estimate("PO30", "PO38")


@pytest.mark.django_db
def test_the_allowances_are_read_once_for_many_and_not_at_all_at_home(django_assert_num_queries):
    with django_assert_num_queries(1):
        allowances = travel.crossing_allowances()
        for home in ("M1", "EH1", "CF10"):
            travel.estimate(home, "CW7", allowances=allowances)
    with django_assert_num_queries(0):
        travel.estimate("M1", "CW7")


@given(st.sampled_from(sorted(row["outcode"] for row in read("outcodes.csv"))))
def test_no_distance_is_finer_than_five_kilometres(outcode: str):
    journey = travel.estimate("CW7", outcode, allowances={})

    assert journey is not None
    assert journey.kilometres % 5 == 0
    assert journey.kilometres >= 5
