"""What a trainer has to know of a booking to shape its agenda: what was asked, who comes, what the catalogue holds.

Read once per page or save. Nothing here is above T2 but the team's names, which come from ``bookings/release.py``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Prefetch

from bookings.models import AudienceShare, Booking, Engagement
from bookings.states import LIVE_ENGAGEMENTS, OfferState
from courses.models import Point, Topic, TopicForAudience
from speakers.models import Expertise

WEIGHTS = {AudienceShare.Share.ALL: 4, AudienceShare.Share.HALF: 2, AudienceShare.Share.SOME: 1}
ANY_AUDIENCE = "mixed"


@dataclass(frozen=True)
class TeamMember:
    """A speaker held for the session. ``topic_ids``: asked of them for this session; ``can_give``: what they know."""

    speaker_id: int
    is_family: bool
    is_lead: bool
    topic_ids: frozenset[int]
    can_give: frozenset[int]

    def suits(self, topic_id: int) -> int:
        """2 when the topic was asked of them, 1 when they know it, else 0."""
        return 2 if topic_id in self.topic_ids else 1 if topic_id in self.can_give else 0


@dataclass(frozen=True)
class Facts:
    """One booking's wishes beside the catalogue."""

    booking: Booking
    topics: tuple[Topic, ...]
    must_ids: frozenset[int]
    leave_out_ids: frozenset[int]
    shares: tuple[AudienceShare, ...]
    emphasis: dict[int, int] = field(default_factory=dict)
    team: tuple[TeamMember, ...] = ()

    @property
    def nation(self) -> str:
        return self.booking.nation

    @cached_property
    def by_id(self) -> dict[int, Topic]:
        return {topic.pk: topic for topic in self.topics}

    @cached_property
    def by_slug(self) -> dict[str, Topic]:
        return {topic.slug: topic for topic in self.topics}

    def applies(self, topic: Topic) -> bool:
        """Whether the topic is meant for the booking's nation."""
        return not topic.nations or self.nation in topic.nations

    def points_here(self, topic: Topic) -> list[Point]:
        """The topic's points that are meant for the booking's nation, in order."""
        return [point for point in topic.points.all() if point.applies_in(self.nation)]

    def wanted(self, topic: Topic) -> int:
        """How much the topic matters to these people: the emphasis of each audience, weighed by its share."""
        return self.emphasis.get(topic.pk, 0)

    def best_for(self, topic: Topic, *, minutes_so_far: dict[int, int] | None = None) -> TeamMember | None:
        """Who of the team should give a topic: asked for it first, then knows it; of equals whoever has spoken least.

        Alice's story goes to a member of the family or to nobody here: a recording takes its place.
        """
        so_far = minutes_so_far or {}
        fit = [member for member in self.team if member.suits(topic.pk)]
        if topic.kind == Topic.Kind.ACCOUNT:
            fit = [member for member in fit if member.is_family]
        return min(
            fit,
            key=lambda member: (-member.suits(topic.pk), so_far.get(member.speaker_id, 0), member.speaker_id),
            default=None,
        )

    @property
    def lead(self) -> TeamMember | None:
        return next((member for member in self.team if member.is_lead), None)


def facts_of(booking: Booking) -> Facts:
    """Read it all (nine queries, however large the catalogue or the team)."""
    shares = tuple(booking.audience_shares.select_related("audience"))
    topics = tuple(
        Topic.objects.prefetch_related("points", Prefetch("requires", Topic.objects.only("pk")))
        .order_by("-is_core", "rank", "title")
        .filter(is_active=True)
    )
    return Facts(
        booking=booking,
        topics=topics,
        must_ids=frozenset(booking.musts.values_list("pk", flat=True)),
        leave_out_ids=frozenset(booking.leave_outs.values_list("pk", flat=True)),
        shares=shares,
        emphasis=_emphasis(shares),
        team=_team(booking),
    )


def _emphasis(shares: Iterable[AudienceShare]) -> dict[int, int]:
    weights = {share.audience_id: WEIGHTS[AudienceShare.Share(share.share)] for share in shares}
    rows = TopicForAudience.objects.all()
    rows = rows.filter(audience__in=weights) if weights else rows.filter(audience__slug=ANY_AUDIENCE)
    found: dict[int, int] = {}
    for topic_id, audience_id, emphasis in rows.values_list("topic_id", "audience_id", "emphasis"):
        found[topic_id] = found.get(topic_id, 0) + weights.get(audience_id, 1) * emphasis
    return found


def _team(booking: Booking) -> tuple[TeamMember, ...]:
    """The speakers of the accepted offer; before there is one, nobody."""
    chosen = list(
        Engagement.objects.filter(
            offer__booking=booking, offer__state=OfferState.ACCEPTED, state__in=LIVE_ENGAGEMENTS
        )
        .select_related("speaker", "offer")
        .prefetch_related("topics")
        .order_by("pk")
    )
    if not chosen:
        return ()
    knows: dict[int, set[int]] = {}
    for speaker_id, topic_id in Expertise.objects.filter(
        speaker__in=[one.speaker_id for one in chosen]
    ).values_list("speaker_id", "topic_id"):
        knows.setdefault(speaker_id, set()).add(topic_id)
    return tuple(
        TeamMember(
            speaker_id=one.speaker_id,
            is_family=one.speaker.is_family,
            is_lead=one.speaker_id == (booking.lead_id or one.offer.lead_id),
            topic_ids=frozenset(topic.pk for topic in one.topics.all()),
            can_give=frozenset(knows.get(one.speaker_id, ())),
        )
        for one in chosen
    )
