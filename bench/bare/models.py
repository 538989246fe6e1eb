"""One table."""

from django.db import models


class Session(models.Model):
    """A day on which something is taught."""

    title = models.CharField(max_length=200)
    town = models.CharField(max_length=100)
    day = models.DateField()
    seats = models.PositiveIntegerField()
    is_online = models.BooleanField(default=False)
    notes = models.TextField(blank=True)

    # written out, because the types are checked under the portal's settings, which do not know this app
    objects: models.Manager["Session"] = models.Manager()

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return self.title
