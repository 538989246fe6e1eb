"""How much time the chosen topics take, and how much is left: sums for the panel beside the form, no rule."""

import dataclasses
from collections.abc import Sequence

from agendas.strip import CORE, FILL, TOPIC, Block, Strip, draw
from places.clock import say_minutes
from trainingportal.public_catalogue import FormatSeen, TopicSeen


@dataclasses.dataclass(frozen=True)
class Budget:
    """The time of one length of session, in minutes, with its picture. ``left`` is negative where it is too much."""

    length_name: str
    holds: int
    always_given: int
    around: int
    chosen: int
    left: int
    needed_first: tuple[str, ...]
    strip: Strip
    pairs: tuple[tuple[str, str], ...]

    @property
    def over(self) -> str:
        """How much too much it is, in words."""
        return say_minutes(max(-self.left, 0))

    @property
    def words(self) -> str:
        """The sum in one sentence, for a reader who does not see the picture."""
        if self.left < 0:
            return f"{self.over} too many for {self.length_name}."
        return f"{say_minutes(self.left)} left in {self.length_name}."


def count(
    length: FormatSeen, *, core: Sequence[TopicSeen], topics: Sequence[TopicSeen], chosen: Sequence[str]
) -> Budget:
    """Add up the least time of what is always given and of the chosen topics.

    A topic that needs another first brings it along.
    """
    known = {topic.slug: topic for topic in topics}
    musts = [known[slug] for slug in chosen if slug in known]
    first = [known[need] for need in _needed(musts, known) if need not in chosen]
    around = length.welcome_minutes + length.close_minutes
    given = sum(topic.least_minutes for topic in core)
    asked = sum(topic.least_minutes for topic in [*first, *musts])
    name = f"a {length.name.lower()}"
    strip = draw(
        [
            Block(FILL, around),
            *(Block(CORE, topic.least_minutes, topic.title) for topic in core),
            *(Block(TOPIC, topic.least_minutes, topic.title) for topic in [*first, *musts]),
        ],
        holds=length.training_minutes,
        end_words=f"{name} ends here",
    )
    pairs = [
        (f"{name.capitalize()} holds", say_minutes(length.training_minutes)),
        ("Always given", f"at least {given} minutes"),
        ("Welcome, questions", f"{around} minutes"),
    ]
    if musts:
        pairs.append(("Your topics", f"at least {asked} minutes"))
    return Budget(
        length_name=name,
        holds=length.training_minutes,
        always_given=given,
        around=around,
        chosen=asked,
        left=length.training_minutes - around - given - asked,
        needed_first=tuple(topic.title for topic in first),
        strip=strip,
        pairs=tuple(pairs),
    )


def _needed(musts: Sequence[TopicSeen], known: dict[str, TopicSeen]) -> list[str]:
    """What the chosen topics need first, and what that needs, each once."""
    needed: list[str] = []
    waiting = [need for topic in musts for need in topic.needs]
    while waiting:
        slug = waiting.pop(0)
        if slug in known and slug not in needed:
            needed.append(slug)
            waiting += known[slug].needs
    return needed
