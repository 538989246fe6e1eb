"""Who teaches, what they can teach, and when they are busy. Nothing here knows of bookings."""

import datetime as dt

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone

from courses.models import Format, Topic
from formkit.letters import check_printable
from places.demo import is_demo

DIARY_COUNTS_FOR = dt.timedelta(days=60)
"""So long an empty day counts as free after its owner looked; later the speaker is "not asked"."""


class Organisation(models.Model):
    """A partner that speakers belong to; its public description and contact address are an editor's."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200, validators=[check_printable])
    short_name = models.CharField(max_length=60, help_text="How the desk and the run sheet call it.")
    description = models.TextField(blank=True)
    email = models.EmailField("public e-mail address", blank=True)
    website = models.URLField(blank=True)
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["rank", "name"]

    def __str__(self) -> str:
        return self.name


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    """Questions over many speakers."""

    def on_the_public_page(self) -> "SpeakerQuerySet":
        """Speakers whose bio anybody may read; invented ones never are among them."""
        return self.filter(is_public=True, invented=False, left_on__isnull=True)

    def who_may_be_asked(self) -> "SpeakerQuerySet":
        """Speakers an offer may hold. In the demo these are the invented ones only: real people are never booked there."""
        return self.filter(left_on__isnull=True, invented=settings.DEMO)

    def who_may_be_chased(self, today: dt.date | None = None) -> "SpeakerQuerySet":
        """Speakers who take mail about invitations now: they have a mailbox, have not left and did not ask for a pause."""
        today = today or timezone.localdate()
        no_pause = Q(paused_until__isnull=True) | Q(paused_until__lte=today)
        return self.filter(no_pause, user__isnull=False, left_on__isnull=True)


class Speaker(models.Model):
    """A person who gives the training."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="speaker"
    )
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200, validators=[check_printable])
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="speakers")
    role = models.CharField(max_length=200, blank=True, help_text="What they do, in a few words.")
    bio = models.TextField("public bio", blank=True)
    is_public = models.BooleanField("bio is on the public page", default=False)
    is_family = models.BooleanField(
        "family member",
        default=False,
        help_text="Tells their own story. Never the only speaker of a session.",
    )
    rank = models.PositiveSmallIntegerField(default=0)
    home_outcode = models.CharField(
        "home, first half of the postcode", max_length=4, blank=True, help_text="For travel times only."
    )
    telephone = models.CharField(max_length=40, blank=True)
    paused_until = models.DateField("no invitations until", null=True, blank=True)
    most_sessions_a_month = models.PositiveSmallIntegerField(null=True, blank=True)
    days_between_accounts = models.PositiveSmallIntegerField(
        "least days between personal accounts", null=True, blank=True
    )
    reach_minutes = models.PositiveSmallIntegerField(
        "longest journey each way, minutes",
        null=True,
        blank=True,
        help_text="Empty: anywhere. 0: online only.",
    )
    formats = models.ManyToManyField(
        Format, blank=True, related_name="+", verbose_name="formats they give", help_text="None ticked: all."
    )
    only_with_colleague = models.BooleanField("gives sessions only with a colleague", default=False)
    diary_seen_at = models.DateTimeField("last looked at their diary", null=True, blank=True)
    invented = models.BooleanField("invented for the demo", default=is_demo, editable=False)
    left_on = models.DateField("left the programme on", null=True, blank=True)

    topics = models.ManyToManyField(Topic, through="Expertise", related_name="speakers")

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        ordering = ["organisation__rank", "rank", "name"]

    def __str__(self) -> str:
        return self.name

    def is_paused(self, today: dt.date | None = None) -> bool:
        """Whether they asked not to be invited now."""
        return self.paused_until is not None and self.paused_until > (today or timezone.localdate())

    def has_looked_lately(self, now: dt.datetime | None = None) -> bool:
        """Whether an empty day in their diary means free. Silence for 60 days means that nobody asked them."""
        seen = self.diary_seen_at
        return seen is not None and (now or timezone.now()) - seen < DIARY_COUNTS_FOR


class Expertise(models.Model):
    """A topic that a speaker gives; our inference until the speaker confirms it."""

    speaker = models.ForeignKey(Speaker, models.CASCADE, related_name="expertise")
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="expertise")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["topic__rank"]
        verbose_name_plural = "expertise"
        constraints = [
            models.UniqueConstraint(fields=["speaker", "topic"], name="a_topic_stands_once_per_speaker")
        ]

    def __str__(self) -> str:
        return f"{self.topic} ({'confirmed' if self.confirmed_at else 'to confirm'})"


class DiaryEntry(models.Model):
    """A stretch of a speaker's time that is taken: ``busy`` is half-open and holds travel and set-up.

    It has no state. Freeing the time deletes the row; the audit trail keeps it. Two engagements never overlap, and an
    engagement never overlaps an absence; absences may overlap one another.
    """

    class Kind(models.TextChoices):
        ENGAGEMENT = "engagement", "Session"
        ABSENCE = "absence", "Away"
        BLACKOUT = "blackout", "Away, private"
        OWN = "own", "Busy in their own calendar"

    speaker = models.ForeignKey(Speaker, models.PROTECT, related_name="diary")
    kind = models.CharField(max_length=10, choices=Kind)
    busy = DateTimeRangeField()
    held_until = models.DateTimeField(
        null=True, blank=True, help_text="A hold ends then; empty means that it is agreed."
    )
    tells_account = models.BooleanField(
        default=False,
        help_text="A session in which they tell their own story: the next one keeps its distance.",
    )
    series = models.UUIDField(
        null=True, blank=True, help_text="Absences written down together, every week until a day, share one."
    )

    class Meta:
        verbose_name_plural = "diary entries"
        constraints = [
            ExclusionConstraint(
                name="speaker_is_in_one_place",
                expressions=[("speaker", RangeOperators.EQUAL), ("busy", RangeOperators.OVERLAPS)],
                condition=Q(kind="engagement"),
                violation_error_message="This speaker is already busy at that time.",
            ),
            ExclusionConstraint(
                name="speaker_is_not_away_and_speaking",
                expressions=[
                    ("speaker", RangeOperators.EQUAL),
                    ("busy", RangeOperators.OVERLAPS),
                    # kind <> kind would also part the two kinds of absence; only "a session or not" matters
                    (
                        models.Case(
                            models.When(kind="engagement", then=models.Value(1)),
                            default=models.Value(0),
                            output_field=models.IntegerField(),
                        ),
                        RangeOperators.NOT_EQUAL,
                    ),
                ],
                violation_error_message="This speaker is away at that time.",
            ),
            models.CheckConstraint(
                name="diary_kind_is_known", condition=Q(kind__in=["engagement", "absence", "blackout", "own"])
            ),
            models.CheckConstraint(
                name="only_a_session_can_be_held",
                condition=Q(held_until__isnull=True) | Q(kind="engagement"),
            ),
            models.CheckConstraint(
                name="only_a_session_tells_an_account",
                condition=Q(tells_account=False) | Q(kind="engagement"),
            ),
            models.CheckConstraint(
                name="diary_entry_has_both_ends",
                condition=Q(
                    busy__startswith__isnull=False, busy__endswith__isnull=False, busy__isempty=False
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["held_until"], name="diary_held", condition=Q(held_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.speaker}"


class OwnCalendar(models.Model):
    """The published address of a speaker's own calendar: busy times are read from it, and nothing else."""

    class Problem(models.TextChoices):
        REFUSED = "refused", "We may not fetch from this address"
        AWAY = "away", "Their server does not answer"
        NOT_FOUND = "not_found", "There is no calendar at this address any more"
        TOO_LARGE = "too_large", "It is too large to read"
        UNREADABLE = "unreadable", "It is not a calendar that we can read"

    speaker = models.OneToOneField(Speaker, models.CASCADE, related_name="own_calendar")
    sealed_address = models.TextField(editable=False)
    host = models.CharField(
        max_length=253, editable=False, help_text="All of the address that is shown again."
    )
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    next_read_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)
    problem = models.CharField(max_length=10, choices=Problem, blank=True, editable=False)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=60, blank=True, editable=False)
    read_on = models.DateField(
        null=True,
        editable=False,
        help_text="The day whose year ahead the rows stand for; a new day reads anew.",
    )
    left_out = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    unknown_zones = ArrayField(
        models.CharField(max_length=60),
        default=list,
        db_default=[],
        editable=False,
        help_text="Time zones named there that we do not know, until their owner says what they are.",
    )
    unknown_is_london = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        indexes = [models.Index(fields=["next_read_at"], name="own_calendar_due")]

    def __str__(self) -> str:
        return f"Own calendar of {self.speaker}"


class CalendarFeed(models.Model):
    """A private address from which a speaker's own programme reads their sessions. Only its hash is kept."""

    speaker = models.OneToOneField(Speaker, models.CASCADE, related_name="feed")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    with_detail = models.BooleanField("place and people too", default=False, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"Calendar feed of {self.speaker}"


# Times of a speaker's own calendar come and go by the hour and are nobody else's: they leave no trail.
pghistory.track(
    pghistory.InsertEvent(condition=pgtrigger.Q(new__kind__in=["engagement", "absence", "blackout"])),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(condition=pgtrigger.Q(old__kind__in=["engagement", "absence", "blackout"])),
)(DiaryEntry)
pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="CalendarFeedEvent",
    fields=["speaker", "with_detail", "made_at"],
)(CalendarFeed)
# What speakers ask for is changed by them and by the desk: who and when is kept, where they live is not.
CARE = [
    "paused_until",
    "most_sessions_a_month",
    "days_between_accounts",
    "reach_minutes",
    "only_with_colleague",
]
pghistory.track(
    pghistory.UpdateEvent(condition=pgtrigger.AnyChange("home_outcode", "left_on", *CARE)),
    model_name="SpeakerEvent",
    obj_field=pghistory.ObjForeignKey(related_name="care_events"),
    fields=["left_on", *CARE],
)(Speaker)
