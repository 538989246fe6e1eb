"""The tables of the top floor: how often somebody tried something lately, what of it the desk should see, requests that
are being written, and the example days that visitors asked to see."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from bookings.models import Booking


class Attempts(models.Model):
    """How many attempts one address or mailbox made in one window of time.

    Kept in PostgreSQL so that limits hold when Redis is away. ``who`` is a keyed digest: it cannot be read
    back into an address.
    """

    who = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "attempts"

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at:%H:%M}"


class Sighting(models.Model):
    """Somebody tried what is not theirs: one row for each person, or mailbox. Written by ``trainingportal.sightings`` alone.

    ``references`` holds the newest twenty bookings at whose address they were refused, there or not, as they typed them.
    """

    class Kind(models.TextChoices):
        REFERENCE = "reference", "Addresses of bookings"
        CODE = "code", "Sign-in codes"
        ASKED = "asked", "Sign-in codes asked for"

    kind = models.CharField(max_length=9, choices=Kind)
    who = models.EmailField("mailbox")
    references = ArrayField(models.CharField(max_length=12), default=list)
    tries = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "who"], name="a_person_s_tries_stand_in_one_row"),
            models.CheckConstraint(
                name="kind_of_sighting_is_known", condition=models.Q(kind__in=["reference", "code", "asked"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who}: {self.get_kind_display().lower()}, {self.tries} times"


class RequestDraft(models.Model):
    """A request for training while somebody fills it in. Their session holds the key; a day later it is gone.

    ``answers`` holds, by page, ``{"state": "kept" | "done", "data": {field: what was typed}}``. Once sent, the answers are
    emptied and ``booking`` remembers what became of them, so that a second press makes no second booking.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answers = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    touched_at = models.DateTimeField(default=timezone.now, db_index=True)
    booking = models.ForeignKey(Booking, models.CASCADE, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"Draft touched {self.touched_at:%H:%M}"


class ExampleDay(models.Model):
    """A day that somebody asked to see, made once for all who ask the same. Nothing says who asked.

    ``key`` follows from the question and the edition of the catalogue; ``trainingportal/example/shelf.py`` is the one writer.
    ``answer`` is the day (or the words why there is none), ``paper`` the same as a PDF; both stay empty until they are made.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        WORKING = "working", "Being made"
        DONE = "done", "Made"
        FAILED = "failed", "Could not be made"

    key = models.CharField(max_length=64, primary_key=True)
    edition = models.CharField(max_length=64)
    question = models.JSONField()
    is_common = models.BooleanField("made before anybody asked", default=False)
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    answer = models.JSONField(default=dict)
    paper = models.BinaryField(default=bytes)
    tries = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, help_text="Whoever holds this may write the outcome.")
    claimed_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(default=timezone.now, db_index=True)
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="working"), name="one_example_day_is_made_at_a_time"
            ),
            models.CheckConstraint(
                name="state_of_example_day_is_known",
                condition=Q(state__in=["queued", "working", "done", "failed"]),
            ),
            models.CheckConstraint(
                name="a_made_example_day_says_something", condition=~Q(state="done") | ~Q(answer={})
            ),
        ]

    def __str__(self) -> str:
        return f"Example day asked for {self.asked_at:%H:%M}"
