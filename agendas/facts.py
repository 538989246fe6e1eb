"""What a trainer has to know of a booking to shape its agenda: what was asked, who comes, what the catalogue holds.

Read once per page or save. Nothing here is above T2 but the team's names, which come from ``bookings/release.py``.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from bookings.audiences import usual_among
from bookings.models import AudienceShare, Booking, Engagement
from bookings.states import LIVE_ENGAGEMENTS, OfferState
from courses import kept
from courses.kept import Catalogue
from courses.models import Audience, Material, Point, Topic
from speakers.models import Expertise

WEIGHTS: dict[str, int] = {
    AudienceShare.Share.ALL: 4,
    AudienceShare.Share.HALF: 2,
    AudienceShare.Share.SOME: 1,
}
SHARE_WORDS: dict[str, str] = {
    AudienceShare.Share.HALF: ", roughly half",
    AudienceShare.Share.SOME: ", some",
}


@dataclass(frozen=True)
class ShareSeen:
    """An audience and roughly how much of the room it makes up."""

    audience: Audience
    share: str


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
    catalogue: Catalogue
    must_ids: frozenset[int]
    leave_out_ids: frozenset[int]
    shares: tuple[ShareSeen, ...]
    emphasis: dict[int, int] = field(default_factory=dict)
    team: tuple[TeamMember, ...] = ()
    usual: Audience | None = None
    """Where no audience was ticked: whom the day is planned for, as the options are."""

    @property
    def nation(self) -> str:
        return self.booking.nation

    @property
    def topics(self) -> tuple[Topic, ...]:
        """What is on offer: core first, then in the order of the lists."""
        return self.catalogue.topics

    @property
    def by_id(self) -> dict[int, Topic]:
        return self.catalogue.by_id

    @property
    def by_slug(self) -> dict[str, Topic]:
        return self.catalogue.by_slug

    def points_of(self, topic: Topic) -> tuple[Point, ...]:
        """All points of a topic, in order."""
        return self.catalogue.points.get(topic.pk, ())

    def chosen(self, topic_ids: Collection[int]) -> list[Topic]:
        """Those of the topics on offer, in the order of the lists."""
        return [topic for topic in self.topics if topic.pk in topic_ids]

    def materials_of(self, topic: Topic) -> tuple[Material, ...]:
        """What a trainer takes along for a topic."""
        return self.catalogue.materials.get(topic.pk, ())

    def needs_of(self, topic: Topic) -> tuple[int, ...]:
        """The keys of the topics that it builds on."""
        return self.catalogue.needs.get(topic.pk, ())

    def applies(self, topic: Topic) -> bool:
        """Whether the topic is meant for the booking's nation."""
        return not topic.nations or self.nation in topic.nations

    def points_here(self, topic: Topic) -> list[Point]:
        """The topic's points that are meant for the booking's nation, in order."""
        return [point for point in self.points_of(topic) if point.applies_in(self.nation)]

    def wanted(self, topic: Topic) -> int:
        """How much the topic matters to these people: the emphasis of each audience, weighed by its share."""
        return self.emphasis.get(topic.pk, 0)

    def emphasis_for(self, topic: Topic, audience: Audience) -> int:
        """How much the topic matters to one audience: 0 to 3."""
        return self.catalogue.emphasis.get(audience.pk, {}).get(topic.pk, 0)

    def mean_emphasis(self, topic: Topic) -> float:
        """How much the topic matters to all who come: 0 to 3, each audience weighed by its share."""
        weights = sum(WEIGHTS[share.share] for share in self.shares) or 1
        return self.wanted(topic) / weights

    def best_for(self, topic: Topic) -> TeamMember | None:
        """Who of the team should give a topic: asked for it first, then knows it.

        Alice's story goes to a member of the family or to nobody here: a recording takes its place.
        """
        fit = [member for member in self.team if member.suits(topic.pk)]
        if topic.kind == Topic.Kind.ACCOUNT:
            fit = [member for member in fit if member.is_family]
        return min(fit, key=lambda member: (-member.suits(topic.pk), member.speaker_id), default=None)

    @property
    def lead(self) -> TeamMember | None:
        return next((member for member in self.team if member.is_lead), None)


def facts_of(booking: Booking, *, catalogue: Catalogue | None = None) -> Facts:
    """Read it all in two queries, beside the catalogue that this process keeps (or another, where nothing may lag)."""
    catalogue = catalogue or kept.catalogue()
    of_booking = OuterRef("pk")
    asked = (
        Booking.objects.filter(pk=booking.pk)
        .values(
            "agency__kind",
            musts_found=ArraySubquery(
                Booking.musts.through.objects.filter(booking=of_booking).values("topic_id")
            ),
            leave_outs_found=ArraySubquery(
                Booking.leave_outs.through.objects.filter(booking=of_booking).values("topic_id")
            ),
            shares_found=ArraySubquery(
                AudienceShare.objects.filter(booking=of_booking).values(
                    json=JSONObject(audience_id="audience_id", share="share")
                )
            ),
        )
        .get()
    )
    shares = sorted(
        (_share(row, catalogue) for row in asked["shares_found"]), key=lambda share: share.audience.rank
    )
    usual = None if shares else usual_among(catalogue.audiences.values(), asked["agency__kind"])
    weights = {share.audience.pk: WEIGHTS[share.share] for share in shares}
    return Facts(
        booking=booking,
        catalogue=catalogue,
        must_ids=frozenset(asked["musts_found"]),
        leave_out_ids=frozenset(asked["leave_outs_found"]),
        shares=tuple(shares),
        emphasis=catalogue.emphasis_for({usual.pk: 1} if usual is not None else weights),
        team=_team_of(booking),
        usual=usual,
    )


def _share(row: dict[str, Any], catalogue: Catalogue) -> ShareSeen:
    audience = catalogue.audiences.get(row["audience_id"])
    if audience is None:  # newer than what is kept
        audience = Audience.objects.get(pk=row["audience_id"])
    return ShareSeen(audience, row["share"])


def _team_of(booking: Booking) -> tuple[TeamMember, ...]:
    """The speakers of the accepted offer; before there is one, nobody."""
    engagements = (
        Engagement.objects.filter(
            offer__booking=booking, offer__state=OfferState.ACCEPTED, state__in=LIVE_ENGAGEMENTS
        )
        .annotate(
            asked_for=ArraySubquery(
                Engagement.topics.through.objects.filter(engagement=OuterRef("pk")).values("topic_id")
            ),
            can_give=ArraySubquery(
                Expertise.objects.filter(speaker=OuterRef("speaker_id")).values("topic_id")
            ),
        )
        .order_by("pk")
        .values_list("speaker_id", "speaker__is_family", "offer__lead_id", "asked_for", "can_give")
    )
    return tuple(
        TeamMember(
            speaker_id=speaker_id,
            is_family=is_family,
            is_lead=speaker_id == (booking.lead_id or lead_id),
            topic_ids=frozenset(asked_for),
            can_give=frozenset(can_give),
        )
        for speaker_id, is_family, lead_id, asked_for, can_give in engagements
    )
