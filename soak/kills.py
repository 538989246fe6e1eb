"""Kills at random, and counts: every accepted request is there once, each mail left once or is unsure, all by itself.

A round asks one question on the web, whose two mails then leave, and kills something on the way. After each lot of
rounds the house is left alone and has a minute to come right.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from email import message_from_bytes

from runner.say import say
from soak.house import SoakHouse, Visitor
from soak.tally import Tally
from tests.mail import DROP

LOT = 15
MINUTE = 60.0
STEPS = ("claimed", "wanted", "text_started", "answered", "finished")
ACCEPTED = 302


class Rounds:
    """One soak's worth of questions and what became of them."""

    def __init__(self, soak: SoakHouse, seed: int) -> None:
        self.soak = soak
        self.visitor = Visitor(soak.address)
        self.chance = random.Random(seed)  # noqa: S311  a soak that can be repeated
        self.pool = ThreadPoolExecutor(4)
        self.asked: dict[str, str] = {}
        self.presses: Counter[str] = Counter()
        self.slowest_bell = 0.0

    # ---- a person

    def words(self, kind: str) -> str:
        """The next question; its words tell it apart from all others."""
        words = f"soak-{len(self.asked) + 1}-{kind}"
        self.asked[words] = kind
        return words

    def press(self, words: str) -> "Future[int]":
        """Send a question, and go on meanwhile."""
        self.presses[words] += 1
        return self.pool.submit(self.visitor.send, words)

    def press_until_taken(self, words: str, first: "Future[int] | None" = None) -> None:
        """What a person does: press again until it is accepted."""
        answer = first or self.press(words)
        limit = time.monotonic() + MINUTE
        while time.monotonic() < limit:
            self.soak.wait(answer.done, 30)
            if answer.done() and answer.result() == ACCEPTED:
                return
            self.soak.wait(lambda: False, 0.3)
            answer = self.press(words)
        raise AssertionError(f"{words} was not accepted within a minute: {answer.result()}")

    # ---- what happens on the way

    def worker(self, step: str) -> None:
        """Kill -9 the worker that has just come to a step of a delivery: its hand alone, or all of it."""
        self.soak.holds.ask(step)
        self.press_until_taken(self.words(f"worker-{step}"))
        pid = self.soak.wait(lambda: self.soak.holds.held(step), 30)
        if pid and self.chance.random() < 0.7:
            os.kill(pid, signal.SIGKILL)
        elif pid:
            self.soak.kill("worker")
        self.soak.holds.let_go()
        if not pid:
            raise AssertionError(f"no worker came to {step} within 30 s")

    def web(self) -> None:
        """Kill -9 the web's processes somewhere in a request, or all of it; the person presses again."""
        words = self.words("web")
        answer = self.press(words)
        self.soak.wait(lambda: False, self.chance.uniform(0, 0.08), tending=False)
        if self.chance.random() < 0.7:
            self.soak.kill_one_of("web")
        else:
            self.soak.kill("web")
        self.press_until_taken(words, answer)

    def postgres(self) -> None:
        """Kill -9 PostgreSQL while the web is in the middle of a transaction."""
        words = self.words("postgres")
        self.soak.holds.ask("transaction")
        answer = self.press(words)
        self.soak.wait(lambda: self.soak.holds.held("transaction"), 20)
        if self.chance.random() < 0.5:
            self.soak.kill("PostgreSQL")
        else:
            self.soak.kill_one_of("PostgreSQL")
        self.soak.holds.let_go()
        self.press_until_taken(words, answer)

    def valkey(self) -> None:
        """Kill -9 Valkey after the commit and before the bell: the page must not mind."""
        words = self.words("valkey")
        self.soak.holds.ask("bell")
        answer = self.press(words)
        held = self.soak.wait(lambda: self.soak.holds.held("bell") or answer.done(), 20)
        self.soak.kill("Valkey")
        self.soak.holds.let_go()
        began = time.monotonic()
        if held is not True:
            self.soak.wait(answer.done, 20, tending=False)
            self.slowest_bell = max(self.slowest_bell, time.monotonic() - began)
        self.press_until_taken(words, answer)

    def mail_server(self) -> None:
        """The mail server hangs up after it has taken the text."""
        before = len(self.soak.mail.messages)
        self.soak.mail.answer(data=DROP)
        self.press_until_taken(self.words("mail-server"))
        self.soak.wait(lambda: len(self.soak.mail.messages) > before, 30)
        self.soak.mail.answer()

    def kinds(self) -> list[Callable[[], None]]:
        """Every way to break it, the steps of a delivery each on their own."""
        steps: list[Callable[[], None]] = [lambda step=step: self.worker(step) for step in STEPS]  # type: ignore[misc]
        return [*steps, self.web, self.web, self.postgres, self.valkey, self.mail_server]

    # ---- and then

    def unsettled(self) -> int:
        """Mail that has not come to rest yet."""
        [(count,)] = self.soak.ask(
            "SELECT count(*) FROM outbox_message WHERE state IN ('queued', 'handing_over')"
        )
        return int(count)

    def come_right(self, tally: Tally) -> None:
        """Leave the house alone: within a minute everything has come to rest."""
        began = time.monotonic()
        settled = self.soak.wait(lambda: self.unsettled() == 0, MINUTE * 2)
        took = time.monotonic() - began
        tally.check(
            bool(settled) and took <= MINUTE, f"it took {took:.0f} s to come right ({self.unsettled()} left)"
        )

    def count(self, tally: Tally) -> None:
        """Hold what the database and the mail server know against what was asked."""
        stands = Counter(
            dict(self.soak.ask("SELECT message, count(*) FROM bookings_enquiry GROUP BY message"))
        )
        came = Counter(str(message_from_bytes(mail.raw)["Message-ID"]) for mail in self.soak.mail.messages)
        mails: dict[str, list[tuple[str, str, str]]] = {}
        for words, kind, state, message_id in self.soak.ask(
            "SELECT e.message, m.kind, m.state, m.message_id FROM outbox_message m"
            " JOIN bookings_enquiry e ON m.about = 'bookings.enquiry:' || e.id"
        ):
            mails.setdefault(words, []).append((kind, state, message_id))
        for words in self.asked:
            found = sorted(mails.get(words, []))
            wrong = [
                f"{kind} is {state} and came {came[message_id]} times"
                for kind, state, message_id in found
                if not (
                    (state == "sent" and came[message_id] == 1)
                    or (state == "unsure" and came[message_id] <= 1)
                )
            ]
            kinds = [kind for kind, _, _ in found]
            tally.check(
                stands[words] == 1 and kinds == ["enquiry-received", "new-enquiry"] and not wrong,
                f"{words} (pressed {self.presses[words]} times) stands {stands[words]} times, mails {kinds}, {wrong}",
            )
        [(unsure,)] = self.soak.ask("SELECT count(*) FROM outbox_message WHERE state = 'unsure'")
        say(
            f"  {len(self.asked)} questions accepted in {sum(self.presses.values())} presses; {sum(came.values())} mails came,"
            f" {unsure} are unsure and shown; slowest answer without the bell {self.slowest_bell:.2f} s"
        )


def run(soak: SoakHouse, *, rounds: int, seed: int, lot: int = LOT) -> Tally:
    """Do so many rounds, each way of breaking it in turn and shuffled, and count."""
    tally = Tally()
    told = Rounds(soak, seed)
    bag: list[Callable[[], None]] = []
    for number in range(1, rounds + 1):
        if not bag:
            bag = told.kinds()
            told.chance.shuffle(bag)
        try:
            bag.pop()()
        except AssertionError as error:
            tally.check(False, str(error))
        finally:
            soak.holds.let_go()
            soak.mail.answer()
        if number % lot == 0 or number == rounds:
            told.come_right(tally)
            say(f"  {number} of {rounds} rounds after {tally.seconds:.0f} s")
    told.count(tally)
    tally.check(told.slowest_bell <= 0.5, f"an answer took {told.slowest_bell:.2f} s while Valkey was away")
    return tally
