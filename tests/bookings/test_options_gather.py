"""What the options rest on is read as it stands, with the same number of queries for one speaker and for many."""

import datetime as dt

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bookings.audiences import default_audience
from bookings.models import Booking, Engagement, Offer
from bookings.options.facts import Day, Need, Person, Question, Taken
from bookings.options.gather import Pins, gather
from bookings.options.ranking import find_options
from bookings.options.standing import Diary, stand
from courses.models import Audience, Topic, TopicForAudience
from places.clock import LONDON
from speakers import availability
from speakers.models import DiaryEntry, Expertise, Speaker
from tests.factories import (
    AgencyFactory,
    AudienceFactory,
    BookingFactory,
    FormatFactory,
    SpeakerFactory,
    TopicFactory,
    UserFactory,
)

NOW = dt.datetime(2027, 2, 1, 10, tzinfo=LONDON)
MONTH = dt.date(2027, 3, 1)
TUESDAY = dt.date(2027, 3, 9)


@pytest.fixture(autouse=True)
def a_morning_in_february(settings, time_machine):
    settings.DEMO = False
    time_machine.move_to(NOW, tick=False)


def asked_for(**more) -> Booking:
    return BookingFactory(months=[MONTH], weekdays=[0, 1], **more)


def read(booking: Booking, **pins) -> Question:
    speakers = Speaker.objects.order_by("pk").select_related("organisation").prefetch_related("expertise")
    return gather(booking, list(speakers), Pins(**pins))


def hold(speaker: Speaker, day: dt.date, booking: Booking, **more) -> Offer:
    """Hold a speaker for a day's session of a booking, an hour's travel around it."""
    starts = dt.datetime.combine(day, dt.time(9, 15), tzinfo=LONDON)
    offer = Offer.objects.create(
        booking=booking,
        number=booking.offers.count() + 1,
        starts_at=starts,
        ends_at=starts + dt.timedelta(hours=7),
        lead=speaker,
        expires_at=NOW + dt.timedelta(days=5),
        made_by=UserFactory(),
    )
    entry = DiaryEntry.objects.create(
        speaker=speaker,
        kind="engagement",
        busy=DateTimeTZRange(starts - dt.timedelta(hours=1), starts + dt.timedelta(hours=8)),
        held_until=offer.expires_at,
        **more,
    )
    Engagement.objects.create(offer=offer, speaker=speaker, diary_entry=entry)
    Booking.objects.filter(pk=booking.pk).update(status="offered")
    return offer


@pytest.mark.django_db
def test_the_dates_are_those_asked_for_each_with_what_stands_in_its_way():
    booking = asked_for()
    hold(SpeakerFactory(), TUESDAY, booking)

    days = read(booking).days

    assert [each.date.day for each in days] == [1, 2, 8, 9, 15, 16, 22, 23, 29, 30]
    assert {each.date.day: each.no for each in days if each.no} == {
        9: "Offered already",
        29: "Bank holiday in England and Wales: Easter Monday",
    }
    assert (days[0].starts_at.hour, days[0].starts_at.minute, days[0].ends_at.hour) == (9, 15, 16)


@pytest.mark.django_db
def test_dates_that_they_asked_to_avoid_are_not_offered_and_say_so_in_their_words():
    booking = asked_for(dates_to_avoid="school holidays, not 12-16 March, 22/3")

    no = {each.date.day: each.no for each in read(booking).days if each.no}

    assert no == {
        15: "They asked to avoid it: “not 12-16 March”",
        16: "They asked to avoid it: “not 12-16 March”",
        22: "They asked to avoid it: “22/3”",
        29: "Bank holiday in England and Wales: Easter Monday",
    }
    [pinned] = read(booking, day=dt.date(2027, 3, 22)).days
    assert pinned.no == "They asked to avoid it: “22/3”"


@pytest.mark.django_db
def test_a_scottish_agency_works_on_easter_monday():
    assert [each.no for each in read(asked_for(nation="sc")).days if each.no] == []


@pytest.mark.django_db
def test_dates_sooner_than_three_weeks_say_so_unless_pinned():
    booking = BookingFactory(months=[], weekdays=[])

    days = read(booking).days

    assert len(days) == 120
    soon = [each.date for each in days if each.no == "Sooner than three weeks from today"]
    assert (soon[0], soon[-1]) == (dt.date(2027, 2, 2), dt.date(2027, 2, 19))
    (pinned,) = read(booking, day=dt.date(2027, 2, 4)).days
    assert (pinned.date, pinned.no) == (dt.date(2027, 2, 4), "")


@pytest.mark.django_db
def test_months_that_are_over_are_not_waited_for():
    days = read(BookingFactory(months=[dt.date(2026, 3, 1)], weekdays=[4])).days

    assert days[0].date == dt.date(2027, 2, 5)
    assert len(days) == 120


@pytest.mark.django_db
def test_topics_are_needed_accounts_or_suggestions():
    story = TopicFactory(is_core=True, kind=Topic.Kind.ACCOUNT, rank=1)
    facts, must, first = (TopicFactory(is_core=True, rank=2), TopicFactory(rank=3), TopicFactory(rank=4))
    seldom, unwanted, hosts = (
        TopicFactory(rank=5),
        TopicFactory(rank=6),
        TopicFactory(rank=7, given_by_host=True),
    )
    audience = AudienceFactory()
    for topic in (first, unwanted, hosts):
        TopicForAudience.objects.create(topic=topic, audience=audience, emphasis=3)
    booking = asked_for()
    booking.audiences.add(audience)
    booking.musts.add(must)
    booking.leave_outs.add(unwanted, facts)

    def needs(**pins):
        return {each.key: each.need for each in read(booking, **pins).asked}

    asked = {story.pk: Need.ACCOUNT, facts.pk: Need.NEEDED, must.pk: Need.NEEDED, first.pk: Need.SUGGESTED}
    assert needs() == asked
    assert needs(topics=frozenset({story.pk, seldom.pk})) == asked | {
        story.pk: Need.NEEDED,
        seldom.pk: Need.NEEDED,
    }
    Booking.objects.filter(pk=booking.pk).update(cover=Booking.Cover.CHOOSE)
    booking.refresh_from_db()
    assert first.pk not in needs()


@pytest.mark.django_db
def test_a_person_is_read_with_their_limits_and_their_diary():
    topic, half_day = TopicFactory(), FormatFactory(slug="half-day")
    far = SpeakerFactory(
        home_outcode="PL1",
        is_family=True,
        only_with_colleague=True,
        most_sessions_a_month=2,
        days_between_accounts=21,
        reach_minutes=60,
        diary_seen_at=NOW - dt.timedelta(days=70),
    )
    far.formats.add(half_day)
    Expertise.objects.create(speaker=far, topic=topic)
    booking, other = asked_for(), BookingFactory()
    hold(far, TUESDAY, other, tells_account=True)
    hold(far, TUESDAY + dt.timedelta(days=1), booking)
    DiaryEntry.objects.create(
        speaker=far,
        kind="blackout",
        busy=DateTimeTZRange(NOW + dt.timedelta(days=50), NOW + dt.timedelta(days=51)),
    )

    (person,) = read(booking).people

    assert (person.covers, person.unconfirmed) == ({topic.pk}, {topic.pk})
    assert (person.is_family, person.only_with_colleague, person.diary_counts) == (True, True, False)
    assert (person.most_sessions_a_month, person.days_between_accounts) == (2, 21)
    assert person.travel_minutes is not None
    assert person.travel_minutes > 400
    assert person.kilometres % 5 == 0
    assert person.limits == (
        "travels up to 1 hour each way; this is about 8 hours 45 minutes",
        "does not give this length of session",
    )
    assert [(each.words, each.has_account, each.counts) for each in person.taken] == [
        (f"is held for {other.reference}", True, True),
        ("is held for offer 1 of this booking", False, False),
        ("is away", False, True),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("place", "minutes"), [("online", 0), ("on_site", None)])
def test_online_there_is_no_journey_and_without_a_home_it_is_not_known(place, minutes):
    SpeakerFactory(home_outcode="")

    assert read(asked_for(place=place)).people[0].travel_minutes == minutes


@pytest.mark.django_db
def test_who_asked_for_no_invitations_is_not_asked():
    SpeakerFactory(paused_until=dt.date(2027, 5, 3))

    assert read(asked_for()).people[0].refuses == "has asked for no invitations until 3 May"


@pytest.mark.django_db
def test_neighbours_are_near_and_dated_or_willing():
    speaker = SpeakerFactory()
    booking = asked_for(outcode="NE1", would_share=True)
    near, far = BookingFactory(outcode="NE8"), BookingFactory(outcode="PL1")
    hold(speaker, TUESDAY, near)
    hold(SpeakerFactory(), TUESDAY, far)
    willing = BookingFactory(outcode="NE30", would_share=True, months=[MONTH], weekdays=[1])
    BookingFactory(outcode="NE30")
    BookingFactory(outcode="NE30", would_share=True, status="cancelled")

    found = read(booking).neighbours

    assert [(each.reference, each.day, each.speakers) for each in found] == [
        (near.reference, TUESDAY, {speaker.pk}),
        (willing.reference, None, frozenset()),
    ]
    assert found[1].months == {(2027, 3)}
    assert all(each.kilometres % 5 == 0 for each in found)
    assert read(asked_for(place="online")).neighbours == ()


@pytest.mark.django_db
def test_pins_hold_a_day_a_speaker_and_a_topic():
    one, _ = SpeakerFactory.create_batch(2)
    topic = TopicFactory()

    question = read(
        asked_for(), day=TUESDAY, speakers=frozenset({one.pk, 0}), topics=frozenset({topic.pk, 0})
    )

    assert [each.date for each in question.days] == [TUESDAY]
    assert question.pinned_people == {one.pk}
    assert [(each.key, each.need) for each in question.asked] == [(topic.pk, Need.NEEDED)]
    assert question.each_day > 1


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 9])
def test_reading_costs_the_same_for_one_and_for_many(count, django_assert_num_queries):
    topics = TopicFactory.create_batch(3, is_core=True)
    for number in range(count):
        speaker = SpeakerFactory(diary_seen_at=timezone.now())
        Expertise.objects.create(speaker=speaker, topic=topics[number % 3])
        hold(speaker, TUESDAY + dt.timedelta(days=number), BookingFactory(outcode="NE8"))
        BookingFactory(would_share=True)
    booking = asked_for(would_share=True)
    read(booking)

    # two of them find the usual audience, as none was ticked
    with django_assert_num_queries(15):
        question = read(booking)

    assert len(question.people) == count
    assert find_options(question).options


NOON = dt.time(12)


@given(
    most=st.none() | st.integers(1, 3),
    apart=st.none() | st.integers(1, 40),
    sessions=st.sets(st.integers(-40, 60), max_size=6),
    number=st.integers(0, 40),
)
def test_limits_are_those_that_the_speakers_own_pages_tell(most, apart, sessions, number):
    """The options count limits by their own quick way; it has to say what ``speakers.availability`` says."""
    date = TUESDAY + dt.timedelta(days=number)
    day = Day(
        date, dt.datetime.combine(date, NOON, tzinfo=LONDON), dt.datetime.combine(date, NOON, tzinfo=LONDON)
    )
    spans = [
        (middle - dt.timedelta(hours=4), middle + dt.timedelta(hours=4), bool(gap % 2))
        for gap in sorted(sessions - {number})
        for middle in [dt.datetime.combine(TUESDAY + dt.timedelta(days=gap), NOON, tzinfo=LONDON)]
    ]
    person = Person(
        1,
        "Anyone",
        covers=frozenset({1}),
        is_family=True,
        most_sessions_a_month=most,
        days_between_accounts=apart,
        taken=tuple(Taken(begins, ends, True, has_account=told) for begins, ends, told in spans),
    )
    known = availability.Availability(
        speaker=Speaker(),
        limits=availability.Limits(most_sessions_a_month=most, days_between_accounts=apart),
        taken=(),
        was_asked=True,
        paused_until=None,
        sessions=tuple(
            availability.Taken(key, begins, ends, "engagement", False, told)
            for key, (begins, ends, told) in enumerate(spans)
        ),
    )
    session = availability.Session(day.starts_at, False, 0, None, tells_account=True, colleagues=1)

    standing = stand(Diary.of(person), day, Question((day,), (), (person,)), frozenset({1}))

    assert list(standing.limits) == [each.words for each in availability.limits_touched(known, session)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "slug"),
    [("police", "front-line"), ("nhs", "health"), ("charity", "victim-services"), ("other", "mixed")],
)
def test_where_no_audience_is_ticked_the_usual_one_of_such_an_agency_is_planned_for(kind, slug):
    topics = {name: TopicFactory() for name in ("front-line", "health", "victim-services", "mixed")}
    for name, topic in topics.items():
        audience = AudienceFactory(slug=name)
        TopicForAudience.objects.create(
            topic=topic, audience=audience, emphasis=TopicForAudience.Emphasis.FIRST
        )
    booking = asked_for(agency=AgencyFactory(kind=kind))

    assert [each.key for each in read(booking).asked] == [topics[slug].pk]
    assert default_audience(booking).slug == slug

    booking.audience_shares.create(audience=Audience.objects.get(slug="mixed"), share="all")
    assert [each.key for each in read(booking).asked] == [topics["mixed"].pk]
