"""Who could step in for somebody who no longer comes, and why: topics, journey, the last session. Read, nothing is held."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max

from bookings import services
from bookings.models import Engagement
from bookings.states import EngagementState, OfferState
from bookings.words import say_names
from courses.models import Topic
from places.clock import say_minutes, say_short_date
from speakers.models import Speaker
from trainingportal.desk import offering
from trainingportal.desk.case import Case, still_asked

SHOWN = 5


@dataclass(frozen=True)
class StandIn:
    """One speaker who could come: the diary's word for that day, and what speaks for them and against."""

    speaker: Speaker
    standing: offering.Standing
    covers: tuple[Topic, ...]
    why: str
    cautions: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """A place that nobody fills: whose it was, what they would have given, and who could step in, the likeliest first."""

    place: Engagement
    topics: tuple[Topic, ...]
    stand_ins: tuple[StandIn, ...]
    has_account: bool


def gaps_of(case: Case) -> list[Gap]:
    """The open gaps of the offers that still hold. Four queries, and none where there is no gap."""
    places = [
        place
        for place in case.engagements
        if place.leaves_a_gap and place.offer.is_live and place.offer.starts_at > case.now
    ]
    if not places:
        return []
    speakers = offering.speakers_for(case.booking)
    last = dict(
        Engagement.objects.filter(
            speaker__in=speakers,
            state=EngagementState.ACCEPTED,
            offer__state=OfferState.ACCEPTED,
            offer__ends_at__lt=case.now,
        )
        .values_list("speaker_id")
        .annotate(Max("offer__starts_at"))
    )
    return [_gap(case, place, speakers, last) for place in places]


def _gap(case: Case, place: Engagement, speakers: Sequence[Speaker], last: dict[int, object]) -> Gap:
    offer = place.offer
    topics = tuple(place.topics.all())
    there = {each.speaker_id for each in still_asked(offer)}
    said_no = {each.speaker_id for each in offer.engagements.all() if each.state == EngagementState.DECLINED}
    free = [speaker for speaker in speakers if speaker.pk not in there | said_no | {place.speaker_id}]
    known = offering.standings(case.booking, free, offering.Span(offer.starts_at, offer.ends_at))
    found = [_stand_in(case, speaker, known[speaker.pk], topics, last.get(speaker.pk)) for speaker in free]
    found = [each for each in found if each.standing.may_be_held]
    found.sort(key=lambda each: _rank(case, each))
    return Gap(
        place=place,
        topics=topics,
        stand_ins=tuple(found[:SHOWN]),
        has_account=any(topic.kind == Topic.Kind.ACCOUNT for topic in topics),
    )


def _stand_in(
    case: Case,
    speaker: Speaker,
    standing: offering.Standing,
    topics: tuple[Topic, ...],
    last: object,
) -> StandIn:
    knows = {each.topic_id for each in speaker.expertise.all()}
    covers = tuple(topic for topic in topics if topic.pk in knows)
    missing = [topic.title for topic in topics if topic.pk not in knows]
    travel = services.travel_minutes(speaker, case.booking)
    words = [
        f"Gives {say_names([topic.title for topic in covers])}" if covers else "",
        f"not {say_names(missing)}" if covers and missing else "",
        f"about {say_minutes(travel)} each way" if travel else "",
        f"last session {say_short_date(last)}" if last else "no session with us yet",  # type: ignore[arg-type]
    ]
    return StandIn(speaker, standing, covers, "; ".join(word for word in words if word), standing.cautions)


def _rank(case: Case, each: StandIn) -> tuple[object, ...]:
    """Most of the topics first, then whoever may be asked gladly, then the shortest journey."""
    return (
        -len(each.covers),
        each.standing.kind == "paused",
        len(each.cautions),
        services.travel_minutes(each.speaker, case.booking),
        each.speaker.name,
    )
