"""The tables of the top floor: how often somebody tried something lately, what of it the desk should see, and requests
that are being written."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
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
                name="kind_of_sighting_is_known", condition=models.Q(kind__in=["reference", "code"])
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
