"""Regions with their travel allowance, police forces with their dates, and a memory of what we shipped."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from places.nations import Nation

WALES = "Wales"
"""The region's name, as the outcode table has it."""


class Region(models.Model):
    """A part of the country as the outcode table names it; islands are regions too, for the crossing."""

    name = models.CharField(max_length=60, unique=True)
    nation = models.CharField(
        max_length=2,
        choices=Nation,
        help_text="Whose bank holidays count, and whose law a session starts from.",
    )
    allowance_minutes = models.PositiveSmallIntegerField(
        "crossing allowance (minutes)",
        default=0,
        help_text="Added to a journey into or out of this region: check-in, the crossing and waiting.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ForceQuerySet(models.QuerySet["Force"]):
    def standing(self, day: dt.date) -> "ForceQuerySet":
        """Keep the forces that exist on this day."""
        return self.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day),
            Q(ends_on__isnull=True) | Q(ends_on__gt=day),
        )


class Force(models.Model):
    """A police force between two dates. A merger ends one row and names its successor."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    ons_code = models.CharField(
        "ONS code", max_length=9, blank=True, help_text="The police force area's code, where it has one."
    )
    nation = models.CharField(
        max_length=2, choices=Nation, blank=True, help_text="Empty for a force that works across nations."
    )
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="forces",
        help_text="Empty for a force that works across regions.",
    )
    email_domains = ArrayField(
        models.CharField(max_length=120),
        default=list,
        blank=True,
        help_text="A hint for the desk, never proof of who is writing. Separate with commas.",
    )
    hq_town = models.CharField("headquarters town", max_length=60, blank=True)
    lat = models.FloatField("latitude", null=True, blank=True)
    lon = models.FloatField("longitude", null=True, blank=True)
    starts_on = models.DateField(
        null=True, blank=True, help_text="Its first day. Empty: before our records begin."
    )
    ends_on = models.DateField(null=True, blank=True, help_text="The first day on which it is no more.")
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        help_text="The force that took over its area.",
    )

    objects = ForceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="force_ends_after_it_starts",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message="A force ends after it starts.",
            ),
            models.CheckConstraint(
                name="force_with_a_successor_has_ended",
                condition=Q(successor__isnull=True) | Q(ends_on__isnull=False),
                violation_error_message="Give the day this force ends before you name its successor.",
            ),
            models.CheckConstraint(
                name="force_is_not_its_own_successor",
                condition=Q(successor__isnull=True) | ~Q(successor=F("pk")),
                violation_error_message="A force cannot follow itself.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def stands_on(self, day: dt.date) -> bool:
        """Say whether the force exists on this day."""
        has_begun = self.starts_on is None or self.starts_on <= day
        has_ended = self.ends_on is not None and self.ends_on <= day
        return has_begun and not has_ended


class ShippedRow(models.Model):
    """What a row looked like when we last shipped it, so that a person's edit or deletion is never undone."""

    model = models.CharField(max_length=80)
    name = models.CharField(max_length=300)
    row = models.CharField(max_length=40)
    values = models.JSONField()
    shipped_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "name"], name="shipped_row_is_remembered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.name}"
