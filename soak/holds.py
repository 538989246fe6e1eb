"""One process of the race: takes time in the diaries of a few speakers again and again, from several threads.

``python -m soak.holds <seed> <count>``; the speakers are those of the database that DATABASE_URL names. Prints what came
of it as one line of JSON.
"""

import datetime as dt
import json
import random
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import django

django.setup()

from django.db import connection, transaction

from speakers.models import Speaker
from speakers.services import SpeakerBusy, hold, lock_speakers

THREADS = 5
FIRST_DAY = dt.datetime(2030, 1, 7, 8, tzinfo=ZoneInfo("Europe/London"))
DAYS = 30
MOST_IN_A_TEAM = 3


def main(seed: int, count: int) -> None:
    """Try to hold so many times, and print the counts."""
    speakers = list(Speaker.objects.order_by("pk").values_list("pk", flat=True))

    def take(number: int) -> str:
        chance = random.Random(f"{seed}-{number}")  # noqa: S311  a race that can be repeated
        team = chance.sample(speakers, chance.randint(1, min(MOST_IN_A_TEAM, len(speakers))))
        starts_at = FIRST_DAY + dt.timedelta(days=chance.randrange(DAYS), hours=chance.randrange(10))
        try:
            with transaction.atomic():
                locked = lock_speakers(team)
                for pk in team:
                    hold(
                        locked[pk],
                        starts_at=starts_at,
                        ends_at=starts_at + dt.timedelta(hours=chance.randint(1, 8)),
                        held_until=None,
                    )
        except SpeakerBusy:
            return "busy"
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return "held"

    def run(numbers: range) -> Counter[str]:
        try:
            return Counter(take(number) for number in numbers)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        counts = sum(pool.map(run, [range(n, count, THREADS) for n in range(THREADS)]), Counter())
    print(json.dumps(counts))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
