"""How each person stands for one session: the same facts and words as in the options, where a team is put together by hand."""

from collections.abc import Collection
from dataclasses import dataclass

from bookings.options.facts import Asked, Need, Question
from bookings.options.standing import (
    Diary,
    Standing,
    name_hard,
    say_hard,
    say_journey,
    say_looked,
    say_rest,
    say_shared,
    stand,
)


@dataclass(frozen=True)
class OnTheDay:
    """One person and the session. ``covers``: which of its topics they give; ``limits`` follow their name."""

    standing: Standing
    covers: tuple[Asked, ...]
    journey: str
    rest: tuple[str, ...]
    limits: tuple[str, ...]
    shared: str

    @property
    def may_be_held(self) -> bool:
        return self.standing.may_be_held

    @property
    def kind(self) -> str:
        """busy, paused, free, or unknown: nobody has asked them."""
        if self.standing.person.refuses:
            return "paused"
        if not self.may_be_held:
            return "busy"
        return "free" if self.standing.person.diary_counts else "unknown"

    @property
    def words(self) -> str:
        """What the diary says, beside the word for its kind."""
        return _sentence(self.standing.busy or say_looked(self.standing.person))

    @property
    def cautions(self) -> tuple[str, ...]:
        """What they asked us to mind, and this session would go past."""
        hard = say_hard(self.standing)
        return tuple(_sentence(each) for each in (*self.limits, *([hard] if hard else [])))

    @property
    def hard_pill(self) -> str:
        """In two words what the journey asks beyond a day; empty where it fits into one."""
        return name_hard(self.standing)

    @property
    def rank(self) -> tuple[int, ...]:
        """The smaller the better: topics not covered come first, then what the options count."""
        _, *others = self.standing.cost
        return (-len(self.covers), len(self.limits), *others)


def look_at_people(question: Question, *, alone: Collection[int] = ()) -> dict[int, OnTheDay]:
    """How everybody stands on the only day of the question, by key. ``alone``: who would have no colleague beside them."""
    [day] = question.days
    accounts = frozenset(each.key for each in question.asked if each.need == Need.ACCOUNT)
    found = {}
    for person in question.people:
        diary = Diary.of(person)
        standing = stand(diary, day, question, accounts)
        lonely = person.only_with_colleague and person.key in alone
        found[person.key] = OnTheDay(
            standing=standing,
            covers=tuple(each for each in question.asked if each.key in person.covers),
            journey=say_journey(person, day, question),
            rest=say_rest(diary, day.date),
            limits=(*standing.limits, *(["gives sessions only with a colleague"] if lonely else [])),
            shared=say_shared(standing.shares) if standing.shares else "",
        )
    return found


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
