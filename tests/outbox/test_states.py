import itertools

import pgtrigger
import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone

from outbox.models import Message, new_claim
from outbox.states import CODE_MOVES, MOVES, State

WHATEVER_IT_NEEDS = {"claim": new_claim(), "claimed_at": timezone.now(), "sent_at": timezone.now()}


def _in_state(message, state):
    with pgtrigger.ignore("outbox.Message:message_moves", "outbox.Message:code_moves"):
        Message.objects.filter(pk=message.pk).update(state=state, **WHATEVER_IT_NEEDS)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "moves"), [("trial", MOVES), ("trial-code", CODE_MOVES)])
def test_the_database_allows_the_moves_of_the_table_and_no_other(queue, kind, moves):
    message = queue(kind)
    Message.objects.update(text="", html="")
    allowed = []

    for old, new in itertools.permutations(State, 2):
        _in_state(message, old)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE outbox_message SET state = %s WHERE id = %s", [new.value, message.pk])
            allowed.append((old, new))
        except (InternalError, ProgrammingError):
            pass

    assert sorted(allowed) == sorted(moves)


@pytest.mark.django_db
def test_move_touches_only_rows_that_may_move(queue):
    waiting, draft = queue(), queue(as_draft=True)

    assert Message.objects.all().move(State.MISSED) == 1
    waiting.refresh_from_db()
    draft.refresh_from_db()
    assert (waiting.state, draft.state) == (State.MISSED, State.DRAFT)


@pytest.mark.django_db
def test_a_stale_copy_cannot_bring_back_an_older_state(queue):
    message, stale = queue(), Message.objects.get()
    Message.objects.filter(pk=message.pk).move(State.WITHHELD)
    _in_state(message, State.SENT)

    with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
        stale.save()


@pytest.mark.django_db
def test_no_message_begins_as_sent(queue):
    message = queue()
    message.pk, message.key, message.state, message.sent_at = None, "another", State.SENT, timezone.now()

    with pytest.raises(InternalError, match="Cannot insert"), transaction.atomic():
        message.save(force_insert=True)


@pytest.mark.django_db
def test_a_code_keeps_no_body_once_it_is_over(queue):
    code = queue("trial-code")

    with pytest.raises(IntegrityError, match="code_is_blank_once_over"), transaction.atomic():
        Message.objects.filter(pk=code.pk).move(State.MISSED)
