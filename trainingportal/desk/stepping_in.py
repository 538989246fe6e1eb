"""Who could step in for somebody who no longer comes, in the order and the words of the options. Read, nothing is held."""

from collections.abc import Sequence
from dataclasses import dataclass

from bookings.models import Engagement
from bookings.options.gather import gather_session
from bookings.options.people import OnTheDay, look_at_people
from bookings.states import EngagementState
from bookings.words import say_names
from courses.models import Topic
from speakers.models import Speaker
from trainingportal.desk import offering
from trainingportal.desk.case import Case, still_asked

SHOWN = 5


@dataclass(frozen=True)
class StandIn:
    """One speaker who could come, and what speaks for them."""

    speaker: Speaker
    standing: OnTheDay
    why: str


@dataclass(frozen=True)
class Gap:
    """A place that nobody fills: whose it was, what they would have given, and who could step in, the likeliest first."""

    place: Engagement
    topics: tuple[Topic, ...]
    stand_ins: tuple[StandIn, ...]
    has_account: bool


def gaps_of(case: Case) -> list[Gap]:
    """The open gaps of the offers that still hold. As many queries for each, and none where there is no gap."""
    places = [
        place
        for place in case.engagements
        if place.leaves_a_gap and place.offer.is_live and place.offer.starts_at > case.now
    ]
    if not places:
        return []
    speakers = offering.speakers_for(case.booking)
    return [_gap(case, place, speakers) for place in places]


def _gap(case: Case, place: Engagement, speakers: Sequence[Speaker]) -> Gap:
    offer, topics = place.offer, tuple(place.topics.all())
    there = {each.speaker_id for each in still_asked(offer)}
    said_no = {each.speaker_id for each in offer.engagements.all() if each.state == EngagementState.DECLINED}
    others = [speaker for speaker in speakers if speaker.pk not in there | said_no | {place.speaker_id}]
    known = look_at_people(
        gather_session(case.booking, others, starts_at=offer.starts_at, ends_at=offer.ends_at, topics=topics),
        alone=set() if there else {speaker.pk for speaker in others},
    )
    found = [speaker for speaker in others if known[speaker.pk].may_be_held]
    found.sort(key=lambda speaker: known[speaker.pk].rank)
    return Gap(
        place=place,
        topics=topics,
        stand_ins=tuple(
            StandIn(speaker, known[speaker.pk], _say_why(known[speaker.pk], topics))
            for speaker in found[:SHOWN]
        ),
        has_account=any(topic.kind == Topic.Kind.ACCOUNT for topic in topics),
    )


def _say_why(known: OnTheDay, topics: Sequence[Topic]) -> str:
    """What of the place they would fill, the journey, the rest, and a trip that could be shared."""
    covers = [each.title for each in known.covers if any(each.key == topic.pk for topic in topics)]
    missing = [topic.title for topic in topics if topic.title not in covers]
    gives = f"Gives {say_names(covers)}" if covers else ""
    if covers and missing:
        gives += f", not {say_names(missing)}"
    return ". ".join(filter(None, [gives, known.journey, ", ".join(known.rest), known.shared]))
