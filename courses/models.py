"""What we teach: the course, its formats, its topics with their points, and the words on the public pages."""

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from places.nations import Nation


def nations_field(help_text: str) -> "ArrayField[list[str], list[str]]":
    """A list of nations; empty means all three."""
    return ArrayField(
        models.CharField(max_length=2, choices=Nation.choices), default=list, blank=True, help_text=help_text
    )


def welsh_line(name: str, *, max_length: int) -> "models.CharField[str, str]":
    """A field for the Welsh of another; while it is blank a paper in Welsh has the English."""
    return models.CharField(f"{name} in Welsh", max_length=max_length, blank=True, default="", db_default="")


def welsh_text(name: str, help_text: str = "") -> "models.TextField[str, str]":
    """The same for longer words."""
    return models.TextField(f"{name} in Welsh", blank=True, default="", db_default="", help_text=help_text)


class Course(models.Model):
    """The training package as a whole."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    summary = models.TextField(help_text="One or two sentences for the public pages.")
    is_active = models.BooleanField("on offer", default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Format(models.Model):
    """How long a session is, and its rules for breaks. All lengths are minutes."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="formats")
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    starts_at = models.TimeField("usually starts at")
    ends_at = models.TimeField("usually ends at")
    training_minutes = models.PositiveSmallIntegerField(
        help_text="Everything but the pauses: welcome, topics, questions and close."
    )
    longest_sitting_minutes = models.PositiveSmallIntegerField(
        default=90, help_text="Nobody sits longer than this without a break."
    )
    break_minutes = models.PositiveSmallIntegerField(default=15)
    lunch_minutes = models.PositiveSmallIntegerField(default=0, help_text="0 where there is no lunch.")
    pause_minutes = models.PositiveSmallIntegerField(
        default=20, help_text="Time to pause after Alice’s story."
    )
    welcome_minutes = models.PositiveSmallIntegerField(default=10)
    close_minutes = models.PositiveSmallIntegerField("questions and close minutes", default=15)
    needs_workshop = models.BooleanField("holds at least one workshop", default=False)
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["rank", "name"]
        constraints = [
            models.CheckConstraint(
                name="format_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="The end must be after the start.",
            ),
            models.CheckConstraint(
                name="format_has_time_to_teach",
                condition=Q(training_minutes__gt=F("welcome_minutes") + F("close_minutes")),
                violation_error_message="Training must take longer than the welcome and the close together.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def clock_minutes(self) -> int:
        """Minutes from the usual start to the usual end, pauses included."""
        day = dt.date(2000, 1, 1)
        length = dt.datetime.combine(day, self.ends_at) - dt.datetime.combine(day, self.starts_at)
        return int(length.total_seconds()) // 60

    @property
    def topic_minutes(self) -> int:
        """Minutes of training left for topics, after welcome and close."""
        return self.training_minutes - self.welcome_minutes - self.close_minutes

    def clean(self) -> None:
        """Refuse a format whose training and pauses do not fit between start and end."""
        if None in (self.starts_at, self.ends_at, self.training_minutes):
            return
        needed = self.training_minutes + self.lunch_minutes + self.pause_minutes
        if needed > self.clock_minutes:
            raise ValidationError(
                f"Training, lunch and the pause need {needed} minutes; "
                f"from start to end there are {self.clock_minutes}."
            )


class Audience(models.Model):
    """The people in the room, by the work they do."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    name_in_welsh = welsh_line("name", max_length=150)
    summary = models.CharField(max_length=300, blank=True, help_text="Who this means, in one line.")
    rank = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField("offered on forms", default=True)

    class Meta:
        ordering = ["rank", "name"]

    def __str__(self) -> str:
        return self.name


class TopicQuerySet(models.QuerySet["Topic"]):
    """Questions about many topics."""

    def active(self) -> "TopicQuerySet":
        """Topics that are on offer."""
        return self.filter(is_active=True)

    def core(self) -> "TopicQuerySet":
        """Topics that every session holds."""
        return self.filter(is_core=True)

    def selectable(self) -> "TopicQuerySet":
        """Topics that are chosen to suit the audience."""
        return self.filter(is_core=False)

    def for_nation(self, nation: str) -> "TopicQuerySet":
        """Topics that apply in one nation; those without nations apply in all."""
        return self.filter(Q(nations=[]) | Q(nations__contains=[nation]))


class Topic(models.Model):
    """One subject of the training, with how long it takes and how it is given. Lengths are minutes."""

    class Kind(models.TextChoices):
        ACCOUNT = "account", "Personal account"
        PRESENTATION = "presentation", "Presentation"
        WORKSHOP = "workshop", "Workshop"
        DISCUSSION = "discussion", "Discussion"

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120, help_text="Our own short title, used on pages and agendas.")
    printed_title = models.CharField(max_length=200, help_text="As the leaflet prints it.")
    summary = models.CharField(max_length=300, help_text="One line in our own words.")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PRESENTATION)
    may_be_workshop = models.BooleanField("may be given as a workshop", default=False)
    is_core = models.BooleanField("always given", default=False)
    is_demanding = models.BooleanField("a demanding topic", default=False)
    given_by_host = models.BooleanField("given by the host agency’s own people", default=False)
    least_minutes = models.PositiveSmallIntegerField()
    usual_minutes = models.PositiveSmallIntegerField()
    most_minutes = models.PositiveSmallIntegerField()
    rank = models.PositiveSmallIntegerField(default=0, help_text="The order in lists; smaller comes first.")
    content_notice = models.TextField(
        blank=True, help_text="What attendees are told beforehand, so that they can choose."
    )
    outcomes = models.TextField("learning outcomes", blank=True, help_text="One a line.")
    title_in_welsh = welsh_line("title", max_length=200)
    summary_in_welsh = welsh_line("summary", max_length=500)
    content_notice_in_welsh = welsh_text("content notice")
    outcomes_in_welsh = welsh_text(
        "learning outcomes", "One a line, in the same order. Where there is no Welsh, write the English."
    )
    nations = nations_field("Where this topic applies. None ticked means everywhere.")
    requires = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="required_by", verbose_name="needs first"
    )
    audiences = models.ManyToManyField(Audience, through="TopicForAudience", related_name="topics")
    is_active = models.BooleanField("on offer", default=True)
    review_due_on = models.DateField(
        null=True,
        blank=True,
        help_text="When somebody should read this again: law and practice move.",
    )

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["-is_core", "rank", "title"]
        constraints = [
            models.CheckConstraint(
                name="topic_minutes_are_in_order",
                condition=Q(least_minutes__gt=0)
                & Q(usual_minutes__gte=F("least_minutes"))
                & Q(most_minutes__gte=F("usual_minutes")),
                violation_error_message="Least, usual and most minutes must rise in that order, from 1 up.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def outcome_lines(self) -> list[str]:
        """The learning outcomes, one string each."""
        return _lines(self.outcomes)

    @property
    def outcome_lines_in_welsh(self) -> list[str]:
        """The same in Welsh, in the same order; shorter where the last have none."""
        return _lines(self.outcomes_in_welsh)

    @property
    def is_workshop(self) -> bool:
        """True when the topic is always given as a workshop."""
        return self.kind == self.Kind.WORKSHOP


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class Point(models.Model):
    """One thing a topic may cover. A trainer ticks points per agenda; this is where tailoring happens."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="points")
    text = models.CharField(max_length=250)
    text_in_welsh = welsh_line("text", max_length=400)
    minutes = models.PositiveSmallIntegerField(default=5)
    rank = models.PositiveSmallIntegerField(default=0, help_text="The order within the topic.")
    nations = nations_field("Where this point applies. None ticked means everywhere.")

    class Meta:
        ordering = ["topic", "rank", "pk"]

    def __str__(self) -> str:
        return self.text

    def applies_in(self, nation: str) -> bool:
        """True when the point is meant for this nation."""
        return not self.nations or nation in self.nations


class Material(models.Model):
    """What a trainer takes along for a topic: slides, a handout, a film. The file itself stays where the team keeps it."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="materials")
    title = models.CharField(max_length=120)
    kept_at = models.CharField(
        "where it is kept", max_length=200, blank=True, help_text="In words, for the training team only."
    )
    review_due_on = models.DateField(
        null=True, blank=True, help_text="When somebody should read this again: law and practice move."
    )

    class Meta:
        ordering = ["topic", "title", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def words(self) -> str:
        """What it is, and where the team finds it."""
        return f"{self.title} ({self.kept_at})" if self.kept_at else self.title


class TopicForAudience(models.Model):
    """How much a topic matters to an audience."""

    class Emphasis(models.IntegerChoices):
        SELDOM = 0, "Only when asked for"
        IF_ROOM = 1, "When there is room"
        USUALLY = 2, "Usually"
        FIRST = 3, "First choice"

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="emphases")
    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="emphases")
    emphasis = models.PositiveSmallIntegerField(choices=Emphasis, default=Emphasis.IF_ROOM)

    class Meta:
        verbose_name = "emphasis"
        verbose_name_plural = "emphasis by audience"
        ordering = ["topic", "audience"]
        constraints = [
            models.UniqueConstraint(name="one_emphasis_per_audience", fields=["topic", "audience"]),
            models.CheckConstraint(
                name="emphasis_is_0_to_3",
                condition=Q(emphasis__lte=3),
                violation_error_message="Emphasis must be 0, 1, 2 or 3.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} · {self.audience}"


class PageText(models.Model):
    """Words on a public page that a coordinator may edit."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    body = models.TextField(
        help_text="A blank line starts a paragraph, “## ” a heading, “- ” an item of a list. "
        "Addresses become links. Nothing else is marked up."
    )
    as_of = models.CharField(
        "as of",
        max_length=60,
        blank=True,
        help_text="Where the facts come from when they may have changed, for example: the training leaflet.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "page text"
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
