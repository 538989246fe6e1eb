"""The tailored session: the draft of an agenda, its frozen issues, and the papers made of them.

Times are never kept: they follow from the start of the day and the minutes of the items, see ``agendas/running.py``.
"""

import datetime as dt
import uuid
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from agendas import states
from agendas.states import DocumentState
from bookings.models import Booking
from courses.models import Audience, Format, Topic
from places.clock import LONDON, local
from places.email import MAILBOX, UNTIDY
from speakers.models import Speaker


class Agenda(models.Model):
    """The draft of one booking's session. ``version`` counts its saves; whoever saves names the one they saw."""

    booking = models.OneToOneField(Booking, models.CASCADE, related_name="agenda")
    format = models.ForeignKey(
        Format, models.PROTECT, related_name="+", help_text="Whose rules for breaks it follows."
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    quiet_room = models.CharField(max_length=200, blank=True, help_text="For the run sheet only.")
    support_contact = models.CharField(max_length=200, blank=True, help_text="For the run sheet only.")
    leave_out_ids = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="Topics that composing again leaves out.",
    )
    shared_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Since when the host may read and comment on the draft.",
    )
    stands_at = models.PositiveIntegerField(
        null=True,
        blank=True,
        editable=False,
        help_text="After undoing: the earlier draft that this one repeats.",
    )
    in_welsh = models.BooleanField(
        "the host’s papers in Welsh as well",
        default=False,
        db_default=False,
        help_text="What the catalogue does not say in Welsh stays English.",
    )
    is_marked = models.BooleanField(
        "papers carry OFFICIAL-SENSITIVE", default=False, db_default=False, help_text="At the foot."
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    saved_page = models.CharField(
        max_length=32,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Which page made the last save: it may not have heard the answer, and then sends again.",
    )
    saved_press = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Everything that the last save sent, as one hash.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="agenda_version_counts_from_one", condition=Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return f"Agenda of {self.booking}"

    def was_saved_by(self, person: Any, *, page: str) -> bool:
        """Whether the last save was this person's, from this very page."""
        return bool(page) and self.saved_page == page and self.updated_by_id == person.pk

    @property
    def starts_at(self) -> dt.datetime:
        """When the day starts, on the London clock: as agreed, else the format's usual start on no day in particular."""
        if self.booking.starts_at is not None:
            return local(self.booking.starts_at)
        return dt.datetime.combine(dt.date(2000, 1, 3), self.format.starts_at, tzinfo=LONDON)

    @property
    def length_minutes(self) -> int:
        """Minutes from start to end: as agreed, else as the format usually takes."""
        if self.booking.starts_at is None or self.booking.ends_at is None:
            return self.format.clock_minutes
        return int((self.booking.ends_at - self.booking.starts_at).total_seconds()) // 60


class AgendaItem(models.Model):
    """One line of an agenda: a topic, or something around the topics."""

    class Kind(models.TextChoices):
        TOPIC = "topic", "Topic"
        WELCOME = "welcome", "Welcome"
        QUESTIONS = "questions", "Questions"
        CLOSE = "close", "Questions and close"
        BREAK = "break", "Break"
        LUNCH = "lunch", "Lunch"
        PAUSE = "pause", "Time to pause"
        HOST = "host", "Given by the host"
        NOTE = "note", "Note for the team"

    class Variant(models.TextChoices):
        PRESENTATION = "presentation", "Presentation"
        WORKSHOP = "workshop", "Workshop"
        DISCUSSION = "discussion", "Discussion"
        RECORDED = "recorded", "Recorded account"

    class Pin(models.TextChoices):
        """What composing the day again leaves as it is."""

        IN_DAY = "in", "Keep it in the day"
        AS_IS = "as", "Keep its minutes, speaker and points"
        HERE = "here", "Keep it here as well"
        AT_MOST = "most", "Keep it, at most these minutes"
        OUT = "out", "Leave it out from now on"

    agenda = models.ForeignKey(Agenda, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(
        max_length=200, blank=True, help_text="Empty: the topic’s title, or the kind’s name."
    )
    minutes = models.PositiveSmallIntegerField()
    speaker = models.ForeignKey(Speaker, models.PROTECT, null=True, blank=True, related_name="+")
    by_host = models.BooleanField("given by the host agency’s own people", default=False)
    variant = models.CharField(max_length=12, choices=Variant, blank=True)
    point_ids = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="The ticked points, in the row itself: a line and its points are one change in the audit trail.",
    )
    note = models.CharField(max_length=300, blank=True, help_text="For the run sheet only.")
    pin = models.CharField(max_length=4, choices=Pin, blank=True)

    class Meta:
        ordering = ["agenda", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["agenda", "position"],
                name="an_agenda_is_in_order",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["agenda", "topic"], name="a_topic_stands_once_per_agenda"),
            models.CheckConstraint(
                name="a_topic_item_names_its_topic",
                condition=Q(kind="topic", topic__isnull=False) | (~Q(kind="topic") & Q(topic__isnull=True)),
            ),
            models.CheckConstraint(
                name="an_item_takes_time",
                condition=Q(kind="note", minutes=0) | (~Q(kind="note") & Q(minutes__gt=0)),
            ),
            models.CheckConstraint(
                name="host_or_speaker_not_both", condition=Q(by_host=False) | Q(speaker__isnull=True)
            ),
            models.CheckConstraint(
                name="agenda_item_kind_is_known",
                condition=Q(
                    kind__in=[
                        "topic",
                        "welcome",
                        "questions",
                        "close",
                        "break",
                        "lunch",
                        "pause",
                        "host",
                        "note",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What stands on the agenda for it."""
        if self.title:
            return self.title
        topic = self.topic
        return topic.title if topic is not None else _KIND_WORDS[self.kind]

    @property
    def is_pause(self) -> bool:
        """Whether people rest, so that a sitting ends before it."""
        return self.kind in PAUSES

    @property
    def is_core(self) -> bool:
        """Whether it is a topic that every session holds."""
        topic = self.topic
        return topic is not None and topic.is_core

    @property
    def is_workshop(self) -> bool:
        """Whether people take part."""
        return self.kind == self.Kind.TOPIC and self.variant == self.Variant.WORKSHOP


_KIND_WORDS = dict(AgendaItem.Kind.choices)
PAUSES = (AgendaItem.Kind.BREAK, AgendaItem.Kind.LUNCH, AgendaItem.Kind.PAUSE)


class AgendaStep(models.Model):
    """A draft as it was before a change, so that it can be brought back: the newest forty are kept.

    ``was``: ``lines`` (each with its key and the fields that a save writes), ``asides`` (set-asides, as the page reads
    them), and what the agenda itself holds of the draft.
    """

    agenda = models.ForeignKey(Agenda, models.CASCADE, related_name="steps")
    version = models.PositiveIntegerField(help_text="The draft that it was.")
    was = models.JSONField()

    class Meta:
        ordering = ["agenda", "version"]
        constraints = [
            models.UniqueConstraint(fields=["agenda", "version"], name="a_draft_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"Draft {self.version} of {self.agenda.booking}"


class Comment(models.Model):
    """A remark on a draft: for the team alone, or for the host too, in one thread."""

    class Audience(models.TextChoices):
        TEAM = "team", "The team only"
        HOST = "host", "The host too"

    agenda = models.ForeignKey(Agenda, models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_from_host = models.BooleanField(default=False)
    audience = models.CharField(max_length=4, choices=Audience)
    words = models.TextField(max_length=1000)
    at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="the_host_speaks_to_everybody", condition=Q(is_from_host=False) | Q(audience="host")
            ),
        ]
        indexes = [
            models.Index(fields=["agenda", "at"], name="comment_by_agenda"),
            models.Index(
                fields=["at", "id"],
                name="comment_of_a_host_waits",
                condition=Q(is_from_host=True, settled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"Comment {self.pk} on {self.agenda}"


class DayTemplate(models.Model):
    """A day to begin from: topics, minutes, points and ways of giving them. It holds no person and no place.

    ``lines``: ``kind``, ``topic`` (its slug, or ""), ``minutes``, ``variant``, ``points``, in order.
    """

    name = models.CharField(max_length=80)
    audience = models.ForeignKey(Audience, models.SET_NULL, null=True, blank=True, related_name="+")
    lines = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="a_template_is_found_by_its_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Composition(models.Model):
    """The last time a day was asked to be composed, and what came of it. A worker does it; the page shows how far it is.

    ``result``: ``why`` by slug, ``left_out`` as [title, why, what buys it back], ``is_proven``.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        WORKING = "working", "Being composed"
        DONE = "done", "Composed"
        REFUSED = "refused", "Does not fit"
        OVERTAKEN = "overtaken", "The draft was changed meanwhile"
        FAILED = "failed", "Could not be composed"

    agenda = models.OneToOneField(Agenda, models.CASCADE, related_name="composition")
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    version = models.PositiveIntegerField(help_text="The draft that it takes the place of.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True, blank=True, help_text="Whoever holds this may write the outcome.")
    claimed_at = models.DateTimeField(null=True, blank=True)
    words = models.CharField(max_length=600, blank=True)
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at", "id"],
                name="composition_waiting",
                condition=Q(state__in=["queued", "working"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Composing {self.agenda}"


class SetAside(models.Model):
    """A check that a person decided against, with their one sentence; it goes to the run sheet."""

    agenda = models.ForeignKey(Agenda, models.CASCADE, related_name="set_asides")
    key = models.CharField(max_length=80, help_text="Which check, see agendas/checks.py.")
    words = models.CharField(max_length=300, help_text="What the check said.")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["agenda", "key"], name="a_check_is_set_aside_once"),
            models.CheckConstraint(name="a_set_aside_has_its_sentence", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.words


class Issue(models.Model):
    """A frozen, numbered agenda. Its snapshot never changes again; it may be withdrawn.

    ``snapshot`` has two parts: ``agenda`` holds nothing above T2, ``detail`` (speakers, venue, notes) is T3.
    """

    agenda = models.ForeignKey(Agenda, models.PROTECT, related_name="issues")
    number = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(help_text="The draft that was issued.")
    snapshot = models.JSONField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["agenda", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agenda", "number"], name="issues_are_numbered"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="an_issue_is_frozen",
                fields=["agenda", "number", "version", "snapshot", "issued_by", "issued_at"],
            ),
            pgtrigger.Protect(
                name="an_issue_stays_withdrawn",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Issue {self.number} of {self.agenda.booking}"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


def _shelf(document: "Document", filename: str) -> str:
    """Where a paper's file lies: a folder a month and a random name that tells nothing."""
    return f"papers/{document.requested_at:%Y-%m}/{uuid.uuid4().hex}.pdf"


class DocumentQuerySet(models.QuerySet["Document"]):
    """Papers as a queue. ``move`` is the one writer of states."""

    def move(self, new: DocumentState, **fields: Any) -> int:
        """Move those of these documents that may go to ``new`` there, in one UPDATE; gives how many went."""
        return self.filter(state__in=states.sources(new)).update(state=new, **fields)

    def without_content(self) -> "DocumentQuerySet":
        """The same rows without what stands in the papers, for lists."""
        return self.defer("content", "issue__snapshot")


class Document(models.Model):
    """One paper, made once by a worker out of ``content`` and nothing else: the same content gives the same bytes."""

    class Kind(models.TextChoices):
        AGENDA = "agenda", "Agenda"
        HOST_PAGE = "host_page", "For the host"
        RUN_SHEET = "run_sheet", "Run sheet"
        JOINING = "joining", "Joining instructions"
        DOOR_SIGN = "door_sign", "Door sign"
        SIGN_IN = "sign_in", "Sign-in papers"
        DRAFT = "draft", "Draft of the agenda"

    class Recipient(models.IntegerChoices):
        T2 = 2, "Verified contacts"
        T3 = 3, "Speakers, and contacts released for this booking"

    class Language(models.TextChoices):
        ENGLISH = "en", "English"
        WELSH = "cy", "Cymraeg"

    agenda = models.ForeignKey(Agenda, models.CASCADE, related_name="documents")
    issue = models.ForeignKey(Issue, models.PROTECT, null=True, blank=True, related_name="documents")
    kind = models.CharField(max_length=9, choices=Kind)
    tier = models.PositiveSmallIntegerField(choices=Recipient, default=Recipient.T2)
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH, db_default="en")
    recipient = models.ForeignKey(
        Speaker,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose copy of a run sheet it is; empty: the desk’s.",
    )
    tells = models.BooleanField(
        default=True, db_default=True, help_text="Whether a mail leaves once it is made: it concerns them."
    )
    version = models.PositiveIntegerField(help_text="The draft that it shows.")
    content = models.JSONField()
    state = models.CharField(
        max_length=9, choices=DocumentState, default=DocumentState.QUEUED, editable=False
    )
    file = models.FileField(upload_to=_shelf, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField("bytes", default=0)
    error = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    claim = models.UUIDField(null=True, blank=True, help_text="Whoever holds this may write the outcome.")
    claimed_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="a_draft_belongs_to_no_issue",
                condition=Q(kind="draft", issue__isnull=True) | (~Q(kind="draft") & Q(issue__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_ready_document_has_its_file",
                condition=~Q(state="ready") | (~Q(file="") & ~Q(sha256="") & Q(size__gt=0)),
            ),
            models.CheckConstraint(
                name="a_run_sheet_is_above_t2", condition=~Q(kind="run_sheet") | Q(tier=3)
            ),
            models.CheckConstraint(
                name="only_a_run_sheet_has_a_recipient",
                condition=Q(recipient__isnull=True) | Q(kind="run_sheet"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_at", "id"],
                name="document_waiting",
                condition=Q(state__in=["queued", "preparing"]),
            ),
            models.Index(fields=["agenda", "-id"], name="document_by_agenda"),
        ]
        triggers = [
            pgtrigger.FSM(name="document_moves", field="state", transitions=states.as_pairs()),
            pgtrigger.ReadOnly(
                name="a_paper_shows_what_was_asked",
                fields=[
                    "agenda",
                    "issue",
                    "kind",
                    "tier",
                    "language",
                    "recipient",
                    "version",
                    "content",
                    "requested_at",
                ],
            ),
            pgtrigger.Protect(
                name="a_file_once_made_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="ready"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.agenda.booking}"

    @property
    def is_ready(self) -> bool:
        return self.state == DocumentState.READY

    @property
    def is_under_way(self) -> bool:
        return self.state in states.UNDER_WAY


class AttendeeCode(models.Model):
    """A short code on the joining instructions: whoever has it reads the content notices and may write to us in private.

    It knows nothing of when, where and who. It opens from the first issue until some days after the session.
    """

    booking = models.OneToOneField(Booking, models.CASCADE, related_name="attendee_code")
    code = models.CharField(max_length=8, unique=True)

    def __str__(self) -> str:
        return f"Code of {self.booking}"


class AttendeeMessage(models.Model):
    """What somebody who attends wrote to the training team, and our one answer. Their organisation never sees either."""

    code = models.ForeignKey(AttendeeCode, models.CASCADE, related_name="messages")
    text = models.TextField()
    email = models.EmailField("where to answer", blank=True, db_default="")
    reach = models.CharField("number to ring", max_length=200, blank=True)
    answer = models.TextField(blank=True, db_default="")
    at = models.DateTimeField(default=timezone.now)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="an_answered_message_is_settled_and_has_an_address",
                condition=Q(answer="") | (~Q(email="") & Q(settled_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="attendee_email_is_written_one_way",
                condition=Q(email="") | Q(email__regex=MAILBOX),
                violation_error_message=UNTIDY,
            ),
        ]
        indexes = [
            models.Index(
                fields=["at", "id"], name="attendee_message_open", condition=Q(settled_at__isnull=True)
            ),
            models.Index(fields=["-settled_at"], name="attendee_message_settled"),
        ]

    def __str__(self) -> str:
        return f"Message from an attendee of {self.code.booking}"


def _every_change() -> list[pghistory.Tracker]:
    return [pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()]


pghistory.track(*_every_change(), exclude=["updated_at", "saved_page", "saved_press"])(Agenda)
pghistory.track(*_every_change())(AgendaItem)
pghistory.track(*_every_change())(SetAside)
pghistory.track(*_every_change())(DayTemplate)
pghistory.track(
    *_every_change(),
    fields=["agenda", "by", "is_from_host", "audience", "at", "settled_at"],
    model_name="CommentEvent",
)(Comment)
pghistory.track(
    *_every_change(),
    fields=["agenda", "number", "issued_by", "issued_at", "withdrawn_at"],
    model_name="IssueEvent",
)(Issue)
pghistory.track(
    pghistory.InsertEvent(),
    fields=["agenda", "issue", "kind", "tier", "version", "requested_by"],
    model_name="DocumentEvent",
)(Document)
pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    fields=["code", "at", "settled_by", "settled_at"],
    model_name="AttendeeMessageEvent",
)(AttendeeMessage)
