"""Many holds at once over few speakers: never two at the same time, no deadlock, and quick."""

import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping

import psycopg2

from runner import BASE_DIR
from runner.say import say
from soak.tally import Tally

PROCESSES = 4
LONGEST = 60.0
OVERLAPS = """
    SELECT count(*) FROM speakers_diaryentry a JOIN speakers_diaryentry b
    ON a.speaker_id = b.speaker_id AND a.busy && b.busy AND a.id < b.id
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def run(environment: Mapping[str, str], *, holds: int, processes: int = PROCESSES) -> Tally:
    """Let several processes hold at once in a database with some speakers, and look at what stands afterwards."""
    tally = Tally()
    url = environment["DATABASE_URL"]
    deadlocks_before = ask(url, DEADLOCKS)
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "soak.holds", str(seed), str(holds // processes)],
            cwd=BASE_DIR,
            env={**environment, "DJANGO_SETTINGS_MODULE": "trainingportal.settings", "CONN_MAX_AGE": "60"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(processes)
    ]
    began = time.monotonic()
    counts: Counter[str] = Counter()
    for process in running:
        try:
            output, _ = process.communicate(timeout=LONGEST * 3)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
        tally.check(process.returncode == 0, f"a process of the race ended with {process.returncode}")
        if process.returncode == 0:
            counts.update(json.loads(output))
    took = time.monotonic() - began
    strange = {words: count for words, count in counts.items() if words not in ("held", "busy")}
    overlaps, deadlocks = ask(url, OVERLAPS), ask(url, DEADLOCKS) - deadlocks_before
    say(
        f"  {counts['held']:,} held, {counts['busy']:,} refused, {overlaps} overlap, {deadlocks} deadlocks, in {took:.0f} s"
    )
    tally.passed += counts["held"] + counts["busy"]
    tally.check(not strange, f"holds that ended otherwise: {strange}")
    tally.check(sum(counts.values()) == holds // processes * processes, "not every hold was tried")
    tally.check(counts["held"] > 0 and counts["busy"] > 0, "nobody met anybody")
    tally.check(overlaps == 0, f"{overlaps} pairs overlap")
    tally.check(deadlocks == 0, f"{deadlocks} deadlocks")
    tally.check(took < LONGEST, f"it took {took:.0f} s")
    return tally


def ask(url: str, sql: str) -> int:
    """One number from the database."""
    line = psycopg2.connect(url)
    with contextlib.closing(line), line.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return int(row[0]) if row else 0
