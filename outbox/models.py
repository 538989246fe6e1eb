"""The outbox: every mail that leaves is a row here first."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

import pghistory
import pgtrigger
from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from outbox import kinds
from outbox.states import CODE_MOVES, LIVE, MOVES, State, sources
from places.email import MAILBOX, UNTIDY


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages as a queue. ``move`` is the one writer of states."""

    def move(self, new: State, **fields: Any) -> int:
        """Move those of these messages that may go to ``new`` there, in one UPDATE; returns how many went."""
        return self.filter(state__in=sources(new)).update(state=new, **fields)

    def sent_and_next(self, before: "Message", message: "Message") -> set[int]:
        """Write in one statement that one mail was sent and that the next one's text is about to be handed over.

        Each only where its claim still holds; gives the keys of those that were written. The database's table of
        moves applies as to any other change.
        """
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                # the table's name is ours, everything else is a parameter
                f"""
                UPDATE {table} SET
                    state = CASE WHEN id = %(before)s THEN %(sent)s ELSE state END,
                    sent_at = CASE WHEN id = %(before)s THEN %(now)s ELSE sent_at END,
                    error = CASE WHEN id = %(before)s THEN '' ELSE error END,
                    data_started_at = CASE WHEN id = %(next)s THEN %(now)s ELSE data_started_at END
                WHERE (id = %(before)s AND claim = %(before_claim)s::uuid AND state = ANY(%(in_hand_or_unsure)s))
                    OR (id = %(next)s AND claim = %(next_claim)s::uuid AND state = %(in_hand)s)
                RETURNING id
                """,  # noqa: S608
                {
                    "before": before.pk,
                    "before_claim": str(before.claim),
                    "next": message.pk,
                    "next_claim": str(message.claim),
                    "sent": State.SENT.value,
                    "in_hand": State.HANDING_OVER.value,
                    "in_hand_or_unsure": [State.HANDING_OVER.value, State.UNSURE.value],
                    "now": timezone.now(),
                },
            )
            return {key for (key,) in cursor.fetchall()}

    def due(self, now: datetime | None = None) -> Self:
        """Messages a worker should take now, the longest waiting first."""
        return self.filter(state=State.QUEUED, due_at__lte=now or timezone.now()).order_by("due_at", "pk")

    def about(self, thing: models.Model) -> Self:
        """Messages about one object, the newest first."""
        return self.filter(about=about_of(thing)).order_by("-pk")

    def without_bodies(self) -> Self:
        """The same rows without their texts, for lists."""
        return self.defer("text", "html")


def about_of(thing: models.Model | str) -> str:
    """The words under which messages about an object are filed: "app.model:pk"."""
    return thing if isinstance(thing, str) else f"{thing._meta.label_lower}:{thing.pk}"


# The audit trail keeps what people decide; what workers do stands on the row itself.
@pghistory.track(
    pghistory.UpdateEvent(
        "decided",
        condition=pgtrigger.Condition(
            "OLD.state IS DISTINCT FROM NEW.state AND OLD.state NOT IN ('handing_over')"
            " AND NEW.state IN ('queued', 'withheld')"
        ),
    ),
    fields=["kind", "reference", "state"],
    model_name="MessageEvent",
)
class Message(models.Model):
    """One mail to one mailbox, rendered when it was queued."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=600, help_text="kind, object, recipient and occasion")
    to = models.EmailField("to", max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    about = models.CharField(max_length=100, help_text='"app.model:pk"')
    reference = models.CharField(max_length=20, blank=True)
    occasion = models.CharField(max_length=120, help_text="offer version, issue number, due moment, code id")
    is_code = models.BooleanField(default=False)
    queued_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField("next try", default=timezone.now)
    expires_at = models.DateTimeField("too late after", null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, help_text="whoever holds this may write the outcome")
    claimed_at = models.DateTimeField(null=True, blank=True)
    data_started_at = models.DateTimeField("text handed over from", null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField("what happened", blank=True)
    message_id = models.CharField("Message-ID", max_length=255)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "mail"
        verbose_name_plural = "mail"
        ordering = ["-pk"]
        indexes = [
            models.Index(name="message_due", fields=["due_at", "id"], condition=Q(state="queued")),
            models.Index(name="message_in_hand", fields=["claimed_at"], condition=Q(state="handing_over")),
            models.Index(name="message_last_sent", fields=["-sent_at"], condition=Q(state="sent")),
            models.Index(name="message_by_state", fields=["state", "-id"]),
            models.Index(name="message_by_mailbox", fields=["to", "-id"]),
            models.Index(name="message_by_object", fields=["about", "-id"]),
            models.Index(name="message_by_reference", fields=["reference", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="mail_goes_to_an_address_written_one_way",
                condition=Q(to__regex=MAILBOX),
                violation_error_message=UNTIDY,
            ),
            models.UniqueConstraint(name="message_is_queued_once", fields=["key"]),
            models.CheckConstraint(
                name="message_sent_has_its_moment",
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="message_in_hand_is_claimed",
                condition=~Q(state="handing_over") | Q(claim__isnull=False, claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="code_is_blank_once_over",
                condition=Q(is_code=False) | Q(state__in=LIVE) | Q(text="", html=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="message_moves", field="state", transitions=[(a.value, b.value) for a, b in MOVES]
            ),
            pgtrigger.FSM(
                name="code_moves",
                field="state",
                condition=pgtrigger.Q(new__is_code=True),
                transitions=[(a.value, b.value) for a, b in CODE_MOVES],
            ),
            pgtrigger.Protect(
                name="message_begins_waiting",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state__in=[State.DRAFT.value, State.QUEUED.value]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_label} to {self.to}"

    @property
    def kind_label(self) -> str:
        """How the desk calls this kind of mail."""
        return kinds.label_of(self.kind)

    @property
    def may_be_sent_again(self) -> bool:
        """Whether a person may press "send again": never for codes, nor for what has arrived."""
        return not self.is_code and self.state in (State.FAILED, State.UNSURE, State.WITHHELD)

    @property
    def may_be_withheld(self) -> bool:
        """Whether a person may still stop this mail, or lay it aside."""
        return self.state in (State.DRAFT, State.QUEUED, State.FAILED, State.UNSURE)

    @property
    def about_pk(self) -> str:
        """The primary key, as text, of the object this mail is about."""
        return self.about.rpartition(":")[2]

    def find_about(self) -> models.Model | None:
        """The object this mail is about, or None when it is gone."""
        label, _, pk = self.about.rpartition(":")
        return apps.get_model(label)._base_manager.filter(pk=pk).first()


class Attachment(models.Model):
    """A file that leaves with a message, as it was when the message was queued."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    filename = models.CharField(max_length=120)
    content_type = models.CharField(
        max_length=120, help_text="with parameters: text/calendar; method=REQUEST"
    )
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="attachment_names_differ", fields=["message", "filename"]),
        ]

    def __str__(self) -> str:
        return self.filename


class Heartbeat(models.Model):
    """When a part of the machinery was last seen at work (``beat``, ``worker``), and what it had to say for the desk."""

    name = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField()
    words = models.TextField(blank=True, db_default="")  # old code writes rows without it

    def __str__(self) -> str:
        return self.name


def mark_seen(names: Iterable[str], *, words: str = "") -> None:
    """Write that these parts are alive now, with what they have to say."""
    now = timezone.now()
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, seen_at=now, words=words) for name in names],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["seen_at", "words"],
    )


def new_claim() -> uuid.UUID:
    """A token for one worker's hold on one message."""
    return uuid.uuid4()
