"""The worker is killed again and again while many holds end: each is freed once, its people are told once, all by itself."""

import random
import subprocess
import sys
import time

from runner import BASE_DIR
from runner.say import say
from soak.house import SoakHouse
from soak.tally import Tally

LAYING_SECONDS = 1200
MINUTE = 60.0

LEFT = "SELECT count(*) FROM bookings_offer WHERE state = 'open'"
NOT_ONCE = {
    "an offer lapsed more or less than once": """
        SELECT count(*) FROM bookings_offer o WHERE 1 <> (
            SELECT count(*) FROM bookings_offerevent e
            WHERE e.pgh_obj_id = o.id AND e.pgh_label = 'update' AND e.state = 'lapsed')
    """,
    "a speaker's time was freed more or less than once": """
        SELECT count(*) FROM bookings_engagement g WHERE g.diary_entry_id IS NOT NULL OR 1 <> (
            SELECT count(*) FROM bookings_engagementevent e
            WHERE e.pgh_obj_id = g.id AND e.pgh_label = 'update' AND e.state = 'freed')
    """,
    "a diary still holds something": "SELECT count(*) FROM speakers_diaryentry",
    "a speaker was told more or less than once": """
        SELECT count(*) FROM bookings_engagement g WHERE 1 <> (
            SELECT count(*) FROM outbox_message m
            WHERE m.kind = 'stood-down' AND m.about = 'bookings.engagement:' || g.id)
    """,
    "an agency was told more or less than once": """
        SELECT count(*) FROM bookings_contact c WHERE 1 <> (
            SELECT count(*) FROM outbox_message m
            WHERE m.kind = 'offer-closed' AND m.about = 'bookings.contact:' || c.id)
    """,
    "a booking waits for the wrong side": """
        SELECT count(*) FROM bookings_booking WHERE status <> 'requested' OR next_step <> 'make_offer'
    """,
}


def run(soak: SoakHouse, *, holds: int, kills: int, seed: int) -> Tally:
    """Let ``holds`` end at once and kill the worker up to ``kills`` times on the way, then look at what is left."""
    tally = Tally()
    chance = random.Random(seed)  # noqa: S311  a soak that can be repeated
    subprocess.run(
        [sys.executable, "-m", "soak.laying", str(holds)],
        cwd=BASE_DIR,
        env=soak.environment,
        check=True,
        timeout=LAYING_SECONDS,
    )
    killed = 0
    while killed < kills:
        before = _left(soak)
        some = before - max(1, round(before * chance.uniform(0.02, 0.15)))
        if before == 0 or not _comes_down_to(soak, some):
            break
        soak.kill("worker")
        killed += 1
    began = time.monotonic()
    soak.wait(lambda: _left(soak) == 0, 2 * MINUTE)
    took = time.monotonic() - began
    left = _left(soak)
    say(f"  {holds} holds ended, {killed} kills on the way, {left} left {took:.0f} s after the last")
    tally.check(killed > 0, "nobody was killed on the way")
    tally.check(left == 0 and took <= MINUTE, f"{left} holds stood {took:.0f} s after the last kill")
    tally.passed += holds - left
    for words, sql in NOT_ONCE.items():
        [(wrong,)] = soak.ask(sql)
        tally.check(wrong == 0, f"{words}: {wrong}")
    return tally


def _comes_down_to(soak: SoakHouse, number: int) -> bool:
    """Whether so few are left within two minutes."""
    return bool(soak.wait(lambda: _left(soak) <= number, 2 * MINUTE))


def _left(soak: SoakHouse) -> int:
    [(count,)] = soak.ask(LEFT)
    return int(count)
