"""The composer on many generated requests: the real catalogue, invented speakers, every request different."""

import random
import statistics
from functools import partial

from agendas.composed import brief_of
from agendas.composing.brief import Brief, Composed
from agendas.composing.passes import compose
from agendas.facts import WEIGHTS, Facts, ShareSeen, TeamMember
from agendas.models import Agenda
from bench.inside.paper import cpu_ms
from bookings.models import AudienceShare, Booking
from courses import kept
from courses.kept import Catalogue
from places.nations import Nation

LEAVES_ONE_OUT = 0.3
ALICE_S_FAMILY_COMES = 0.5


def look(count: str) -> dict[str, float]:
    """CPU milliseconds of composing with all reasons, and how many of the days are proven to be the best there are."""
    catalogue = kept.read()
    compose(a_request(catalogue, random.Random(-1)))  # noqa: S311  the first one loads the solver
    times, days, proven = [], 0, 0
    for seed in range(int(count)):
        brief = a_request(catalogue, random.Random(seed))  # noqa: S311  requests that can be repeated
        found: list[object] = []
        times.append(cpu_ms(partial(_compose_into, found, brief)))
        day = found[0]
        days += isinstance(day, Composed)
        proven += isinstance(day, Composed) and day.is_proven
    return {
        "median": statistics.median(times),
        "p95": statistics.quantiles(times, n=20)[-1],
        "days": days / int(count),
        "proven": proven / max(days, 1),
    }


def _compose_into(found: list[object], brief: Brief) -> None:
    found.append(compose(brief))


def a_request(catalogue: Catalogue, chance: random.Random) -> Brief:
    """What some agency might ask: a format, a nation, who comes, what must be in, and the team that will come."""
    booking = Booking(nation=chance.choice(Nation.values))
    audiences = chance.sample(sorted(catalogue.audiences), chance.randint(1, 3))
    shares = tuple(
        ShareSeen(catalogue.audiences[pk], chance.choice(AudienceShare.Share.values)) for pk in audiences
    )
    named = [topic.pk for topic in catalogue.topics if not topic.is_core]
    chance.shuffle(named)
    musts = frozenset(named[: chance.randint(0, 4)])
    facts = Facts(
        booking=booking,
        catalogue=catalogue,
        must_ids=musts,
        leave_out_ids=frozenset(named[-1:] if chance.random() < LEAVES_ONE_OUT else []),
        shares=shares,
        emphasis=catalogue.emphasis_for({share.audience.pk: WEIGHTS[share.share] for share in shares}),
        team=a_team(catalogue, musts, chance),
    )
    shape = chance.choice([catalogue.formats[pk] for pk in sorted(catalogue.formats)])
    return brief_of(Agenda(booking=booking, format=shape), facts)


def a_team(catalogue: Catalogue, musts: frozenset[int], chance: random.Random) -> tuple[TeamMember, ...]:
    """One to three colleagues who share what was asked for and know more; often a member of the family beside them."""
    topics = [topic.pk for topic in catalogue.topics if not topic.given_by_host]
    accounts = frozenset(topic.pk for topic in catalogue.topics if topic.kind == topic.Kind.ACCOUNT)
    core = frozenset(topic.pk for topic in catalogue.topics if topic.is_core)
    size = chance.randint(1, 3)
    team = [
        TeamMember(
            speaker_id=number,
            is_family=False,
            is_lead=number == 0,
            topic_ids=frozenset(pk for at, pk in enumerate(sorted(musts)) if at % size == number),
            can_give=frozenset(chance.sample(topics, chance.randint(4, 10))) | (core - accounts),
        )
        for number in range(size)
    ]
    if chance.random() < ALICE_S_FAMILY_COMES:
        team.append(
            TeamMember(speaker_id=9, is_family=True, is_lead=False, topic_ids=frozenset(), can_give=accounts)
        )
    return tuple(team)
