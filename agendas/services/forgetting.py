"""What an agenda says of people, when their time with us is over. Topics and times stay."""

from functools import partial

import pgtrigger
from django.core.files.storage import Storage
from django.db import transaction

from agendas.models import Agenda, AgendaItem, AgendaStep, Comment, Composition, Document, Issue, SetAside
from bookings.services.forgetting import VERB, forget_history
from bookings.services.moves import doing, lock_booking


@transaction.atomic
def forget_people(booking_id: int) -> None:
    """Delete notes, set-asides, earlier drafts, comments, papers with their files, and what issues say of people."""
    lock_booking(booking_id)
    agenda = Agenda.objects.filter(booking=booking_id).first()
    if agenda is None:
        return
    items = list(AgendaItem.objects.filter(agenda=agenda).values_list("pk", flat=True))
    asides = list(SetAside.objects.filter(agenda=agenda).values_list("pk", flat=True))
    with doing(VERB, None):
        agenda.quiet_room = agenda.support_contact = ""
        agenda.save(update_fields=["quiet_room", "support_contact"])
        AgendaItem.objects.filter(agenda=agenda, kind=AgendaItem.Kind.NOTE).delete()
        AgendaItem.objects.filter(agenda=agenda).update(note="")
        SetAside.objects.filter(agenda=agenda).delete()
        Composition.objects.filter(agenda=agenda).delete()
        AgendaStep.objects.filter(agenda=agenda).delete()
        Comment.objects.filter(agenda=agenda).delete()
        for document in Document.objects.filter(agenda=agenda):
            if document.file:
                transaction.on_commit(partial(_delete_file, document.file.storage, document.file.name or ""))
            document.delete()
        with pgtrigger.ignore("agendas.Issue:an_issue_is_frozen", "agendas.Issue:an_issue_stays_withdrawn"):
            for issue in Issue.objects.filter(agenda=agenda):
                issue.snapshot = {**issue.snapshot, "detail": {}}
                issue.save(update_fields=["snapshot"])
    for model, keys in ((Agenda, [agenda.pk]), (AgendaItem, items), (SetAside, asides)):
        forget_history(model, keys)


def _delete_file(storage: Storage, name: str) -> None:
    storage.delete(name)
