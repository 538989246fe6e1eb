"""The one table of the top floor: how often somebody tried something lately."""

from django.db import models


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
