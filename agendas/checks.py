"""What a trainer should look at before issuing: each check in words, with one fix that a button carries out.

Three of them refuse an issue (a core topic missing, more time than there is, a speaker who is not there); any other may be
set aside with one sentence. ``do`` is a command of ``agendas/commands.py``.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from agendas.facts import Facts
from agendas.models import Agenda, AgendaItem
from agendas.running import RunningOrder, Sitting
from courses.models import Material, Topic
from places.clock import say_date, say_minutes, say_time
from places.nations import Nation

Kind, Variant = AgendaItem.Kind, AgendaItem.Variant


@dataclass(frozen=True)
class Fix:
    """A button: what it says and what it does."""

    words: str
    do: str


@dataclass(frozen=True)
class Check:
    """One thing to look at. ``item_ids`` carry a mark in the list; ``sitting`` is drawn over the picture of the day."""

    key: str
    title: str
    words: str
    fix: Fix | None = None
    item_ids: tuple[int, ...] = ()
    refuses: bool = False
    sitting: Sitting | None = None


def checks_of(agenda: Agenda, items: Sequence[AgendaItem], order: RunningOrder, facts: Facts) -> list[Check]:
    """Every check that speaks up, what refuses first. Reads nothing but what it is given and the date."""
    look = _Look(agenda, items, order, facts)
    found = [
        *look.core_is_there(),
        *look.not_too_long(),
        *look.speakers_are_there(),
        *look.nobody_sits_too_long(),
        *look.time_to_pause(),
        *look.story_is_not_last(),
        *look.musts_and_leave_outs(),
        *look.what_comes_first(),
        *look.a_workshop(),
        *look.a_colleague(),
        *look.one_demanding_topic_a_sitting(),
        *look.who_knows_it(),
        *look.this_nations_law(),
        *look.read_again_in_time(),
        *look.points_have_time(),
        *look.somebody_speaks(),
        *look.nothing_left_over(),
    ]
    return found


class _Look:
    """The checks, one method each, over one draft."""

    def __init__(
        self, agenda: Agenda, items: Sequence[AgendaItem], order: RunningOrder, facts: Facts
    ) -> None:
        self.agenda, self.items, self.order, self.facts = agenda, items, order, facts
        self.topics = {item.topic_id: item for item in items if item.topic_id is not None}
        self.place = {item.pk: n for n, item in enumerate(items)}
        self.given = [(item, facts.by_id[item.topic_id]) for item in items if item.topic_id in facts.by_id]
        self.taught = [(item, topic) for item in items if (topic := item.topic) is not None]

    # ---- what refuses

    def core_is_there(self) -> Iterator[Check]:
        for topic in self.facts.topics:
            if topic.is_core and topic.pk not in self.topics:
                yield Check(
                    key=f"core:{topic.slug}",
                    title=f"{topic.title} is missing.",
                    words="It is always given.",
                    fix=Fix(f"Add {topic.title}", f"add:{topic.slug}"),
                    refuses=True,
                )

    def not_too_long(self) -> Iterator[Check]:
        over = -self.order.free
        if over <= 0:
            return
        yield Check(
            key="over",
            title=f"The day is {say_minutes(over)} too long.",
            words=f"It has to end at {say_time(self.order.ends_at)}.",
            fix=self._shorten(over),
            refuses=True,
        )

    def _shorten(self, over: int) -> Fix | None:
        """Take it from the item with the most to spare; when none has enough, take out what is wanted least."""
        spare = {
            item.pk: item.minutes - (item.topic.least_minutes if item.topic else 5)
            for item in self.items
            if not item.is_pause and item.kind != Kind.NOTE
        }
        most = max(spare, key=lambda pk: spare[pk], default=None)
        if most is not None and spare[most] >= over:
            item = self.items[self.place[most]]
            return Fix(
                f"Shorten {item.words} to {item.minutes - over} minutes",
                f"minutes:{item.pk}:{item.minutes - over}",
            )
        free = [
            item
            for item in self.items
            if item.topic is not None and not item.is_core and item.topic_id not in self.facts.must_ids
        ]
        if not free:
            return None
        least = min(free, key=lambda item: (self.facts.wanted(item.topic), -item.minutes))  # type: ignore[arg-type]
        return Fix(f"Take out {least.words}", f"remove:{least.pk}")

    def speakers_are_there(self) -> Iterator[Check]:
        here = {member.speaker_id for member in self.facts.team}
        for item in self.items:
            if item.speaker_id is not None and item.speaker_id not in here:
                best = self.facts.best_for(item.topic) if item.topic else self.facts.lead
                yield Check(
                    key=f"away:{item.pk}",
                    title=f"The speaker for {item.words} is not at this session.",
                    words="They were freed, or said no.",
                    fix=Fix("Give it to somebody who is", f"speaker:{item.pk}:{best.speaker_id}")
                    if best
                    else Fix("Leave the speaker open", f"speaker:{item.pk}:nobody"),
                    item_ids=(item.pk,),
                    refuses=True,
                )

    # ---- what may be set aside

    def nobody_sits_too_long(self) -> Iterator[Check]:
        longest = self.agenda.format.longest_sitting_minutes
        for sitting in self.order.sittings:
            if sitting.minutes <= longest or len(sitting.lines) < 2:
                continue
            after = self._middle(sitting)
            pause = self.agenda.format.break_minutes
            yield Check(
                key=f"sitting:{sitting.lines[0].item.pk}",
                title=f"{sitting.minutes} minutes without a break,",
                words=f"from {say_time(sitting.starts_at)} to {say_time(sitting.ends_at)}. "
                f"People take in less after {longest}.",
                fix=Fix(f"Add {pause} minutes after {after.words}", f"break:{after.pk}"),
                item_ids=(sitting.lines[-1].item.pk,),
                sitting=sitting,
            )

    @staticmethod
    def _middle(sitting: Sitting) -> AgendaItem:
        """The item after which a break parts the sitting most evenly."""
        half, so_far = sitting.minutes / 2, 0
        best, off = sitting.lines[0].item, float("inf")
        for line in sitting.lines[:-1]:
            so_far += line.item.minutes
            if abs(so_far - half) < off:
                best, off = line.item, abs(so_far - half)
        return best

    def time_to_pause(self) -> Iterator[Check]:
        for item, topic in self.taught:
            if topic.kind != Topic.Kind.ACCOUNT:
                continue
            after = next(iter(self.items[self.place[item.pk] + 1 :]), None)
            if after is not None and after.is_pause:
                continue
            pause = self.agenda.format.pause_minutes
            yield Check(
                key=f"pause:{item.pk}",
                title=f"No time to pause after {item.words}.",
                words="People need a moment before anything else begins.",
                fix=Fix(f"Add {pause} minutes to pause", f"pause:{item.pk}"),
                item_ids=(item.pk,),
            )

    def story_is_not_last(self) -> Iterator[Check]:
        topics = [item for item, _ in self.taught]
        for item, topic in self.taught:
            if topic.kind != Topic.Kind.ACCOUNT or item is not topics[-1] or len(topics) == 1:
                continue
            before = next((other for other in self.items if other.kind == Kind.WELCOME), None)
            first_topic = next((other for other in topics if other is not item and other.is_core), before)
            to = first_topic or topics[0]
            yield Check(
                key=f"last:{item.pk}",
                title=f"{item.words} is the last topic of the day.",
                words="Nobody should go home straight from it.",
                fix=Fix(f"Move it up, after {to.words}", f"place:{item.pk}:{to.pk}"),
                item_ids=(item.pk,),
            )

    def musts_and_leave_outs(self) -> Iterator[Check]:
        missing = self.facts.must_ids - self.topics.keys()
        unwelcome = self.facts.leave_out_ids & self.topics.keys()
        for topic in self.facts.topics if missing or unwelcome else ():
            if topic.pk in missing:
                yield Check(
                    key=f"must:{topic.slug}",
                    title=f"They asked for {topic.title}.",
                    words=f"It is not in the day; {self._free_words()}.",
                    fix=Fix(f"Add {topic.title}, {self._length_for(topic)} minutes", f"add:{topic.slug}"),
                )
            if topic.pk in unwelcome and not topic.is_core:
                item = self.topics[topic.pk]
                yield Check(
                    key=f"leave:{topic.slug}",
                    title=f"They asked to leave out {topic.title}.",
                    words="It is in the day.",
                    fix=Fix(f"Take out {topic.title}", f"remove:{item.pk}"),
                    item_ids=(item.pk,),
                )

    def _free_words(self) -> str:
        return f"{say_minutes(self.order.free)} are free" if self.order.free > 0 else "no time is free"

    def _length_for(self, topic: Topic) -> int:
        return length_for(topic, self.order.free)

    def what_comes_first(self) -> Iterator[Check]:
        for item, topic in self.given:
            for needed in map(self.facts.by_id.get, self.facts.needs_of(topic)):
                if needed is None:
                    continue
                before = self.topics.get(needed.pk)
                if before is None:
                    yield Check(
                        key=f"needs:{item.pk}:{needed.slug}",
                        title=f"{item.words} builds on {needed.title}.",
                        words="That is not in the day.",
                        fix=Fix(f"Add {needed.title}", f"add:{needed.slug}"),
                        item_ids=(item.pk,),
                    )
                elif self.place[before.pk] > self.place[item.pk]:
                    yield Check(
                        key=f"order:{item.pk}:{needed.slug}",
                        title=f"{item.words} comes before {needed.title}, which it builds on.",
                        words="People would miss what it rests on.",
                        fix=Fix(f"Move {item.words} after {needed.title}", f"place:{item.pk}:{before.pk}"),
                        item_ids=(item.pk,),
                    )

    def a_workshop(self) -> Iterator[Check]:
        if not self.agenda.format.needs_workshop or any(item.is_workshop for item in self.items):
            return
        may_be = [item for item in self.items if item.topic is not None and item.topic.may_be_workshop]
        if may_be:
            longest = max(may_be, key=lambda item: item.minutes)
            fix: Fix | None = Fix(f"Give {longest.words} as a workshop", f"variant:{longest.pk}:workshop")
        else:
            found = next(
                (topic for topic in self._not_in() if topic.is_workshop or topic.may_be_workshop), None
            )
            fix = Fix(f"Add {found.title}, a workshop", f"add:{found.slug}") if found else None
        yield Check(
            key="workshop",
            title="No workshop.",
            words="In a full day people take part at least once.",
            fix=fix,
        )

    def _not_in(self) -> list[Topic]:
        return sorted(
            (
                topic
                for topic in self.facts.topics
                if topic.pk not in self.topics
                and topic.pk not in self.facts.leave_out_ids
                and self.facts.applies(topic)
            ),
            key=lambda topic: (-self.facts.wanted(topic), topic.rank),
        )

    def a_colleague(self) -> Iterator[Check]:
        family = {member.speaker_id for member in self.facts.team if member.is_family}
        if not family or len(family) < len(self.facts.team):
            return
        for item in self.items:
            if item.speaker_id in family and item.topic is not None and item.topic.kind == Topic.Kind.ACCOUNT:
                yield Check(
                    key="colleague",
                    title="No colleague is there for the family.",
                    words="Somebody from the team stays with them the whole day. The desk can ask a colleague.",
                    fix=Fix("Use the recorded account", f"variant:{item.pk}:recorded"),
                    item_ids=(item.pk,),
                )

    def one_demanding_topic_a_sitting(self) -> Iterator[Check]:
        demanding = {item.pk for item, topic in self.taught if topic.is_demanding}
        for sitting in self.order.sittings if len(demanding) > 1 else ():
            lines = [line.item for line in sitting.lines if line.item.pk in demanding]
            if len(lines) < 2:
                continue
            first, second = lines[:2]
            yield Check(
                key=f"demanding:{second.topic_id}",
                title="Two demanding topics in one sitting.",
                words=f"{first.words} and {second.words} follow without a rest.",
                fix=Fix(f"Add a break after {first.words}", f"break:{first.pk}"),
                item_ids=(first.pk, second.pk),
            )

    def who_knows_it(self) -> Iterator[Check]:
        team = {member.speaker_id: member for member in self.facts.team}
        for item, topic in self.given:
            giver = team.get(item.speaker_id or 0)
            is_account = topic.kind == Topic.Kind.ACCOUNT
            if giver is None or (giver.suits(topic.pk) and (giver.is_family or not is_account)):
                continue
            yield Check(
                key=f"knows:{item.pk}",
                title=f"{item.words} is not among its speaker’s topics.",
                words="It is the family’s to tell."
                if is_account
                else "They have not said that they give it.",
                fix=self._who_may(item, topic),
                item_ids=(item.pk,),
            )

    def this_nations_law(self) -> Iterator[Check]:
        nation = Nation(self.facts.nation).label
        for item, topic in self.given:
            if not self.facts.applies(topic):
                yield Check(
                    key=f"nation:{item.pk}",
                    title=f"{item.words} is not meant for {nation}.",
                    words="The law there differs.",
                    fix=None if item.is_core else Fix(f"Take out {item.words}", f"remove:{item.pk}"),
                    item_ids=(item.pk,),
                )
                continue
            foreign = [
                point
                for point in self.facts.points_of(topic)
                if point.nations and point.pk in item.point_ids and not point.applies_in(self.facts.nation)
            ]
            if foreign:
                many = f"{len(foreign)} points are" if len(foreign) > 1 else "One point is"
                yield Check(
                    key=f"law:{item.pk}",
                    title=f"{many} about another nation’s law.",
                    words=f"{item.words}: this session is under the law of {nation}.",
                    fix=Fix(f"Keep the points for {nation}", f"own-law:{item.pk}"),
                    item_ids=(item.pk,),
                )

    def read_again_in_time(self) -> Iterator[Check]:
        dated = [
            (item, one, one.review_due_on)
            for item, topic in self.given
            for one in _to_be_read(topic, self.facts)
            if one.review_due_on
        ]
        today = timezone.localdate() if dated else dt.date.max
        for item, one, due_on in dated:
            if due_on >= today:
                continue
            what = "It" if isinstance(one, Topic) else f"This material of {item.words}"
            yield Check(
                key=f"review:{one.slug}" if isinstance(one, Topic) else f"material:{one.pk}",
                title=f"{one} should have been read again.",
                words=f"{what} was due on {say_date(due_on)}: law and practice move.",
                fix=None if item.is_core else Fix(f"Take out {item.words}", f"remove:{item.pk}"),
                item_ids=(item.pk,),
            )

    def points_have_time(self) -> Iterator[Check]:
        for item, topic in self.given:
            if not item.point_ids:
                continue
            needed = sum(point.minutes for point in self.facts.points_of(topic) if point.pk in item.point_ids)
            if needed <= item.minutes:
                continue
            extra = needed - item.minutes
            yield Check(
                key=f"points:{item.pk}",
                title=f"The points of {item.words} need {needed} minutes.",
                words=f"It has {item.minutes}.",
                fix=Fix(f"Give it {needed} minutes", f"minutes:{item.pk}:{needed}")
                if extra <= self.order.free and needed <= topic.most_minutes
                else Fix(f"Keep the points that fit {item.minutes} minutes", f"points-that-fit:{item.pk}"),
                item_ids=(item.pk,),
            )

    def somebody_speaks(self) -> Iterator[Check]:
        if not self.facts.team:
            yield Check(
                key="team", title="No team yet.", words="Speakers can be named once an offer holds them."
            )
            return
        for item, topic in self.taught:
            if item.speaker_id or item.by_host or item.variant == Variant.RECORDED:
                continue
            yield Check(
                key=f"speaker:{item.pk}",
                title=f"{item.words} has no speaker.",
                words="Nobody on the team is named for it yet.",
                fix=self._who_may(item, topic),
                item_ids=(item.pk,),
            )

    def _who_may(self, item: AgendaItem, topic: Topic) -> Fix:
        """Give it to whom it suits best; where nobody does, a personal account is shown recorded, and the host gives another."""
        best = self.facts.best_for(topic)
        if best is not None:
            return Fix("Give it to the speaker it suits best", f"speaker:{item.pk}:{best.speaker_id}")
        if topic.kind == Topic.Kind.ACCOUNT:
            return Fix("Use the recorded account", f"variant:{item.pk}:recorded")
        return Fix("Let the host give it", f"speaker:{item.pk}:host")

    def nothing_left_over(self) -> Iterator[Check]:
        free = self.order.free
        if free <= 0:
            return
        last = next(
            (item for item in reversed(self.items) if item.kind in (Kind.CLOSE, Kind.QUESTIONS)), None
        )
        yield Check(
            key="free",
            title=f"{say_minutes(free)} are still free.",
            words=f"The day runs to {say_time(self.order.ends_at)}.",
            fix=Fix(f"Give them to {last.words}", f"minutes:{last.pk}:{last.minutes + free}")
            if last
            else Fix("Add time for questions at the end", "questions"),
        )


def _to_be_read(topic: Topic, facts: Facts) -> list[Topic | Material]:
    return [topic, *facts.materials_of(topic)]


def length_for(topic: Topic, free: int) -> int:
    """How long a topic should be when it is added with so many minutes free: as usual, less where it must, never under least."""
    return max(topic.least_minutes, min(topic.usual_minutes, free)) if free > 0 else topic.least_minutes
