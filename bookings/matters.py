"""What people outside the desk did that the desk has to hear of, and what an agency asks to change once a day is agreed.

A matter is one event. It stays open, as a next step of the desk, until somebody answers it or marks it as dealt with.
"""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from bookings import states
from bookings.states import ChangeState


class ChangeRequest(models.Model):
    """What an agency would have changed about an agreed session. The desk answers; until then the agency may take it back."""

    class Kind(models.TextChoices):
        ANOTHER_DAY = "another_day", "Another day"
        ANOTHER_PLACE = "another_place", "Another venue"
        HEAD_COUNT = "head_count", "More or fewer people"
        CANCEL = "cancel", "Cancel the booking"
        OTHER = "other", "Something else"

    booking = models.ForeignKey("bookings.Booking", models.CASCADE, related_name="change_requests")
    kind = models.CharField(max_length=14, choices=Kind)
    state = models.CharField(max_length=10, choices=ChangeState, default=ChangeState.ASKED, editable=False)
    head_count = models.PositiveIntegerField("how many people", null=True, blank=True)
    venue_name = models.CharField("building", max_length=200, blank=True)
    venue_address = models.TextField("address", blank=True)
    venue_postcode = models.CharField("postcode", max_length=10, blank=True)
    details = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer_due_on = models.DateField("we answer by")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField("our words to them", blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["booking", "kind"],
                condition=Q(state="asked"),
                name="a_change_is_asked_for_once_at_a_time",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.FSM(
                name="change_request_moves",
                field="state",
                transitions=states.as_pairs(states.CHANGE_MOVES),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.booking}"

    @property
    def asked_words(self) -> str:
        """What they asked, to go on from "You asked us"."""
        return {
            self.Kind.ANOTHER_DAY.value: "to move the training to another day",
            self.Kind.ANOTHER_PLACE.value: "to move the training to another venue",
            self.Kind.HEAD_COUNT.value: "to change how many people come",
            self.Kind.CANCEL.value: "to cancel the booking",
            self.Kind.OTHER.value: "for a change",
        }[self.kind]

    @property
    def is_open(self) -> bool:
        """Whether the desk still has to answer it."""
        return self.state == ChangeState.ASKED


class Matter(models.Model):
    """One thing that somebody outside the desk did. ``settled_by`` is empty where the booking's own next step says it."""

    class Kind(models.TextChoices):
        MESSAGE = "message", "wrote a message"
        ROOM = "room", "gave or changed the venue"
        FAR_ROOM = "far_room", "gave a venue far from where it asked for training"
        ONLINE_LINK = "online_link", "gave or changed the link for the online session"
        DETAILS = "details", "changed its practical details"
        REQUEST = "request", "changed its request"
        PERSON = "person", "changed a contact’s own details"
        COLLEAGUE = "colleague", "added a colleague"
        COLLEAGUE_OFF = "colleague_off", "removed a colleague"
        COMMENT = "comment", "commented on the draft agenda"
        CHANGE = "change", "asked for a change"
        CHANGE_BACK = "change_back", "no longer asks for a change"
        WITHDRAWN = "withdrawn", "withdrew its request"
        ACCEPTED = "accepted", "accepted a date"
        DECLINED = "declined", "said that no date suits"
        SPEAKER_YES = "speaker_yes", "said yes"
        SPEAKER_IF = "speaker_if", "said yes, with a condition"
        SPEAKER_NO = "speaker_no", "said no"
        SPEAKER_OFF = "speaker_off", "can no longer come"
        PLACE_LAPSED = "place_lapsed", "did not answer in time"
        SPEAKER_MESSAGE = "speaker_message", "wrote to the desk"

    BY_SPEAKERS = frozenset(
        {
            Kind.SPEAKER_YES,
            Kind.SPEAKER_IF,
            Kind.SPEAKER_NO,
            Kind.SPEAKER_OFF,
            Kind.PLACE_LAPSED,
            Kind.SPEAKER_MESSAGE,
        }
    )
    SPEAKS_FOR_ITSELF = frozenset(
        {
            Kind.ACCEPTED,
            Kind.DECLINED,
            Kind.CHANGE_BACK,
            Kind.WITHDRAWN,
            Kind.SPEAKER_YES,
            Kind.SPEAKER_IF,
            Kind.SPEAKER_NO,
            Kind.SPEAKER_OFF,
            Kind.PLACE_LAPSED,
        }
    )
    """Kinds after which the booking's own state is the next step; nothing is left to mark as dealt with."""
    AT_ONCE = frozenset({Kind.CHANGE, Kind.FAR_ROOM, Kind.SPEAKER_OFF, Kind.PLACE_LAPSED, Kind.WITHDRAWN})
    """Kinds whose email does not wait for others to join it."""

    booking = models.ForeignKey(
        "bookings.Booking", models.CASCADE, null=True, blank=True, related_name="matters"
    )
    speaker = models.ForeignKey(
        "speakers.Speaker", models.CASCADE, null=True, blank=True, related_name="matters"
    )
    kind = models.CharField(max_length=16, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.ForeignKey("bookings.Note", models.CASCADE, null=True, blank=True, related_name="matters")
    change = models.ForeignKey(ChangeRequest, models.CASCADE, null=True, blank=True, related_name="matters")
    text = models.TextField(
        blank=True, help_text="What changed, or what they wrote, where no other row keeps it."
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_matter_is_about_a_booking_or_from_a_speaker",
                condition=Q(booking__isnull=False) | Q(speaker__isnull=False),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["booking", "at"], name="matter_open", condition=Q(settled_at__isnull=True)),
            models.Index(fields=["booking", "id"], name="matter_by_booking"),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.get_kind_display()}"

    @property
    def who(self) -> str:
        """Whose side it came from, without a name."""
        return "A speaker" if self.kind in self.BY_SPEAKERS else "The agency"


pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    model_name="MatterEvent",
    fields=["booking", "kind", "settled_at"],
)(Matter)
pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    model_name="ChangeRequestEvent",
    fields=["booking", "kind", "state"],
)(ChangeRequest)
