"""Comments on a draft, in one thread, and sharing the draft with the host. Who may is for the page to check."""

import pghistory
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from agendas import mail
from agendas.models import Agenda, Comment
from agendas.private_words import names_any, private_of
from agendas.services.draft import OVER, CannotDo, still_on
from bookings.models import Matter
from bookings.services import answered, hear, lock_booking
from formkit.lengths import too_long

LONGEST = 1000


def say(agenda_id: int, *, words: str, audience: str, is_from_host: bool = False, actor: User) -> Comment:
    """Add a comment and tell those who may read it, each at most once in a quarter of an hour.

    Raises ``CannotDo`` for empty words, for a host whose draft is not shared, and where words for the host name a
    speaker or the place.
    """
    words = words.replace("\x00", "").replace("\r\n", "\n").strip()
    if not words:
        raise CannotDo("Write your comment first.")
    if len(words) > LONGEST:
        raise CannotDo(too_long("Your comment", LONGEST, len(words)))
    with transaction.atomic(), pghistory.context(verb="comment on agenda", actor=actor.pk):
        booking_id = Agenda.objects.values_list("booking_id", flat=True).get(pk=agenda_id)
        lock_booking(booking_id)
        agenda = _locked(agenda_id)
        still_on(agenda.booking)
        if is_from_host:
            audience = Comment.Audience.HOST
        if audience not in Comment.Audience.values:
            raise CannotDo("Say who may read it.")
        if audience == Comment.Audience.HOST and agenda.shared_at is None:
            raise CannotDo("The draft is not shared with the host.")
        if audience == Comment.Audience.HOST and not is_from_host and _is_above_t2(agenda, words):
            raise CannotDo(
                "This names a speaker or the place, which the host may not know yet: use other words."
            )
        comment = Comment.objects.create(
            agenda=agenda, by=actor, is_from_host=is_from_host, audience=audience, words=words
        )
        mail.comment_made(comment)
        if is_from_host:
            hear(booking_id, Matter.Kind.COMMENT, by=actor)
        elif audience == Comment.Audience.HOST:
            answered(booking_id, Matter.Kind.COMMENT, actor=actor)
    return comment


def waiting_comments() -> QuerySet[Comment]:
    """What hosts have said on drafts that may still change, and nobody has settled or answered since; the oldest first."""
    answers = Comment.objects.filter(
        agenda=OuterRef("agenda"), is_from_host=False, audience=Comment.Audience.HOST, at__gte=OuterRef("at")
    )
    return (
        Comment.objects.filter(~Exists(answers), is_from_host=True, settled_at__isnull=True)
        .exclude(agenda__booking__status__in=OVER)
        .order_by("at", "pk")
    )


def _is_above_t2(agenda: Agenda, words: str) -> bool:
    return names_any(words, private_of(agenda.booking))


def settle(agenda_id: int, *, comment_id: int, is_settled: bool = True, actor: User) -> None:
    """Mark a comment settled, or open again. Raises ``CannotDo`` when it is not on this draft."""
    with transaction.atomic(), pghistory.context(verb="settle comment", actor=actor.pk):
        booking_id = Agenda.objects.values_list("booking_id", flat=True).get(pk=agenda_id)
        lock_booking(booking_id)
        changed = Comment.objects.filter(pk=comment_id, agenda=agenda_id).update(
            settled_at=timezone.now() if is_settled else None
        )
        if not changed:
            raise CannotDo("That comment is gone.")
        if is_settled and not waiting_comments().filter(agenda=agenda_id).exists():
            answered(booking_id, Matter.Kind.COMMENT, actor=actor)


def share(agenda_id: int, *, actor: User) -> None:
    """Let the verified contacts read the draft and comment on it; they are told. Pressed twice, it is done once."""
    with transaction.atomic(), pghistory.context(verb="share draft", actor=actor.pk):
        agenda = _locked(agenda_id)
        still_on(agenda.booking)
        if agenda.shared_at is None:
            agenda.shared_at = timezone.now()
            agenda.save(update_fields=["shared_at"])
            mail.draft_shared(agenda)


def keep_to_ourselves(agenda_id: int, *, actor: User) -> None:
    """Take the draft back from the host; what was said stays with the team."""
    with transaction.atomic(), pghistory.context(verb="stop sharing draft", actor=actor.pk):
        agenda = _locked(agenda_id)
        if agenda.shared_at is not None:
            agenda.shared_at = None
            agenda.save(update_fields=["shared_at"])


def _locked(agenda_id: int) -> Agenda:
    return Agenda.objects.select_for_update(of=["self"]).select_related("booking").get(pk=agenda_id)
