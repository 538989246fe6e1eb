"""The mails about an agenda: to the agency with the PDF; to the speakers, whose run sheet waits behind the sign-in; and to
the desk when somebody who attends has written in private; and our answer to them.
"""

import datetime as dt

from agendas.models import Agenda, AttendeeMessage, Comment, Document, Issue
from bookings.mail import accepted_engagements, verified_contacts
from bookings.models import Booking, Contact, DeskSettings, Engagement
from bookings.release import Tier, seen_for_papers
from bookings.states import AGREED_BOOKINGS, EngagementState
from outbox import kinds
from outbox.models import Message
from outbox.queue import FileToSend, link, queue_message
from outbox.states import State
from places.clock import say_date, say_time, say_times

AGENDA_ISSUED, RUN_SHEET_READY, ATTENDEE_WROTE = "agenda-issued", "run-sheet-ready", "attendee-wrote"
ATTENDEE_ANSWER = "attendee-answer"
AGENDA_WITHDRAWN = "agenda-withdrawn"
HAD = (State.HANDING_OVER, State.SENT, State.UNSURE)
"""The states of a mail that somebody has, or may have."""
MAY_HAVE = (State.QUEUED, *HAD)
COMMENT_MADE, DRAFT_SHARED = "agenda-comment", "draft-shared"
ONE_MAIL_IN = 15 * 60


def register_kinds() -> None:
    """Tell the outbox of our mails; called once, when the app is ready."""
    kinds.register(AGENDA_ISSUED, label="Agenda issued", still_wanted=_issue_still_holds)
    kinds.register(RUN_SHEET_READY, label="Run sheet ready, to a speaker", still_wanted=_speaker_still_comes)
    kinds.register(
        AGENDA_WITHDRAWN, label="Agenda withdrawn, to whoever had it", still_wanted=_nothing_has_come_instead
    )
    kinds.register(COMMENT_MADE, label="Comment on a draft agenda", still_wanted=_reader_still_concerned)
    kinds.register(DRAFT_SHARED, label="Draft agenda shared with the host", still_wanted=_draft_still_shared)
    kinds.register(ATTENDEE_WROTE, label="An attendee wrote, to the desk", still_wanted=_still_waits)
    kinds.register(ATTENDEE_ANSWER, label="Answer to an attendee, in private", still_wanted=_still_answered)


def _issue_still_holds(message: Message) -> str | None:
    issue = (
        Issue.objects.select_related("agenda__booking").defer("snapshot").filter(pk=message.about_pk).first()
    )
    if issue is None or issue.is_withdrawn:
        return "This issue of the agenda was withdrawn, or a newer one stands."
    booking = issue.agenda.booking
    if booking.status not in AGREED_BOOKINGS:
        return "The session is no longer agreed."
    verified = Contact.objects.filter(
        booking=booking, email__iexact=message.to, verified_at__isnull=False, revoked_at__isnull=True
    )
    return None if verified.exists() else "The contact is no longer verified for this booking."


def _nothing_has_come_instead(message: Message) -> str | None:
    """A newer issue tells everybody itself, and so does a cancelled or postponed day."""
    issue = (
        Issue.objects.select_related("agenda__booking").defer("snapshot").filter(pk=message.about_pk).first()
    )
    if issue is None or issue.agenda.issues.filter(withdrawn_at__isnull=True).exists():
        return "A newer agenda is issued, and its mail says so."
    if issue.agenda.booking.status not in AGREED_BOOKINGS:
        return "The session is no longer agreed."
    had = Message.objects.filter(
        kind__in=(AGENDA_ISSUED, RUN_SHEET_READY), reference=message.reference, to=message.to, state__in=HAD
    )
    return None if had.exists() else "They were never sent the agenda."


def _speaker_still_comes(message: Message) -> str | None:
    document = (
        Document.objects.select_related("issue", "agenda__booking")
        .defer("content", "issue__snapshot")
        .filter(pk=message.about_pk)
        .first()
    )
    if document is None or document.issue is None or document.issue.is_withdrawn:
        return "This issue of the agenda was withdrawn, or a newer one stands."
    booking = document.agenda.booking
    if booking.status not in AGREED_BOOKINGS:
        return "The session is no longer agreed."
    comes = Engagement.objects.filter(
        offer__booking=booking, state=EngagementState.ACCEPTED, speaker__user__email__iexact=message.to
    )
    return None if comes.exists() else "The speaker no longer gives this session."


def _agenda_of(message: Message) -> Agenda | None:
    return Agenda.objects.select_related("booking").filter(pk=message.about_pk).first()


def _is_verified(booking: Booking, email: str) -> bool:
    return Contact.objects.filter(
        booking=booking, email__iexact=email, verified_at__isnull=False, revoked_at__isnull=True
    ).exists()


def _draft_still_shared(message: Message) -> str | None:
    agenda = _agenda_of(message)
    if agenda is None or agenda.shared_at is None:
        return "The draft is no longer shared."
    if not _is_verified(agenda.booking, message.to):
        return "The contact is no longer verified for this booking."
    return None


def _reader_still_concerned(message: Message) -> str | None:
    """The desk always is; a speaker while they give the session; a contact while the draft is shared with them."""
    agenda = _agenda_of(message)
    if agenda is None:
        return "The draft is gone."
    if message.to in [mailbox.lower() for mailbox in DeskSettings.kept().mailboxes()]:
        return None
    comes = Engagement.objects.filter(
        offer__booking=agenda.booking, state=EngagementState.ACCEPTED, speaker__user__email__iexact=message.to
    )
    return None if comes.exists() else _draft_still_shared(message)


def _still_waits(message: Message) -> str | None:
    waits = AttendeeMessage.objects.filter(pk=message.about_pk, settled_at__isnull=True)
    return None if waits.exists() else "Somebody at the desk has read it already."


def _still_answered(message: Message) -> str | None:
    answered = AttendeeMessage.objects.filter(pk=message.about_pk, email__iexact=message.to).exclude(
        answer=""
    )
    return None if answered.exists() else "Their message was deleted: its time was over."


KIND_IN_A_NAME = {
    Document.Kind.AGENDA: "agenda",
    Document.Kind.HOST_PAGE: "for-the-host",
    Document.Kind.RUN_SHEET: "run-sheet",
    Document.Kind.JOINING: "joining-instructions",
    Document.Kind.DOOR_SIGN: "door-sign",
    Document.Kind.SIGN_IN: "sign-in-papers",
    Document.Kind.DRAFT: "draft",
}


def file_name(booking: Booking, document: Document) -> str:
    """A PDF's name: reference, kind of paper, and the number of its issue or draft from the second on; nothing else.

    The kind of a paper tells nothing of when, where and who.
    """
    number = document.issue.number if document.issue is not None else document.version
    kind = KIND_IN_A_NAME[Document.Kind(document.kind)]
    parts = [booking.reference, kind, *(["cymraeg"] if document.language == Document.Language.WELSH else [])]
    return f"{'-'.join([*parts, *([str(number)] if number > 1 else [])])}.pdf"


def agenda_issued(document: Document, pdf: bytes) -> None:
    """Send an issue to every verified contact: reference, day, topics and times, with the PDF. Once per issue."""
    issue = document.issue
    assert issue is not None
    booking = issue.agenda.booking
    seen = seen_for_papers(booking, Tier.T2)
    shared = issue.snapshot["agenda"]
    assert seen.starts_at is not None
    assert seen.ends_at is not None
    for contact in verified_contacts(booking):
        queue_message(
            AGENDA_ISSUED,
            to=contact.email,
            about=issue,
            occasion=f"issue-{issue.number}",
            reference=booking.reference,
            context={
                "name": contact.name,
                "number": issue.number,
                "date": say_date(seen.starts_at),
                "times": say_times(seen.starts_at, seen.ends_at),
                "lines": [
                    {"at": say_time(dt.time.fromisoformat(line["at"])), "title": line["title"]}
                    for line in shared["lines"]
                ],
                "notices": shared["notices"],
                "changes": issue.snapshot.get("changes", []),
                "link": link(f"/agenda/{booking.reference}/issue/{issue.number}/"),
            },
            attachments=[FileToSend(file_name(booking, document), "application/pdf", pdf)],
        )


def agenda_withdrawn(issue: Issue) -> None:
    """Tell everybody whom an agenda or a run sheet of this booking was mailed that none of them counts any more."""
    booking = issue.agenda.booking
    had = set(
        Message.objects.filter(
            kind__in=(AGENDA_ISSUED, RUN_SHEET_READY), reference=booking.reference, state__in=MAY_HAVE
        ).values_list("to", flat=True)
    )
    readers = {contact.email: contact.name for contact in verified_contacts(booking)}
    for engagement in accepted_engagements(booking):
        if engagement.speaker.user is not None:
            readers.setdefault(engagement.speaker.user.email, engagement.speaker.name)
    for email, name in readers.items():
        if email.lower() in had:
            queue_message(
                AGENDA_WITHDRAWN,
                to=email,
                about=issue,
                occasion="withdrawn",
                reference=booking.reference,
                context={
                    "name": name,
                    "number": issue.number,
                    "link": link(f"/agenda/{booking.reference}/issue/{issue.number}/"),
                },
            )


def run_sheet_ready(document: Document) -> None:
    """Tell the speaker whose copy it is that their run sheet waits; the sheet itself stays behind the sign-in."""
    booking, issue = document.agenda.booking, document.issue
    assert issue is not None
    for engagement in accepted_engagements(booking):
        if engagement.speaker.user is None or engagement.speaker_id != document.recipient_id:
            continue
        queue_message(
            RUN_SHEET_READY,
            to=engagement.speaker.user.email,
            about=document,
            occasion=f"issue-{issue.number}",
            reference=booking.reference,
            context={
                "name": engagement.speaker.name,
                "number": issue.number,
                "changes": issue.snapshot.get("changes", []),
                "date": say_date(engagement.offer.starts_at),
                "link": link(f"/agenda/{booking.reference}/issue/{issue.number}/"),
            },
        )


def draft_shared(agenda: Agenda) -> None:
    """Tell every verified contact that a draft can be read; the draft itself stays behind the sign-in."""
    for contact in verified_contacts(agenda.booking):
        _about_draft(
            DRAFT_SHARED, agenda, contact.email, contact.name, "draft/", occasion=f"v{agenda.version}"
        )


def comment_made(comment: Comment) -> None:
    """Tell those who may read a comment that there is one, and nothing of what it says: at most one mail in a quarter hour.

    Remarks for the team never reach the host. Whoever wrote it is not told.
    """
    agenda = comment.agenda
    booking = agenda.booking
    desk = DeskSettings.kept()
    readers = dict.fromkeys(desk.mailboxes(), (desk.desk_name or "Training desk", "#comments"))
    if comment.is_from_host:
        readers.clear()  # the desk hears of it with whatever else comes in on the booking
    for engagement in accepted_engagements(booking):
        if engagement.speaker.user is not None:
            readers[engagement.speaker.user.email] = (engagement.speaker.name, "#comments")
    if comment.audience == Comment.Audience.HOST and agenda.shared_at is not None:
        for contact in verified_contacts(booking):
            readers.setdefault(contact.email, (contact.name, "draft/#comments"))
    readers.pop(comment.by.email, None)
    bucket = int(comment.at.timestamp()) // ONE_MAIL_IN
    for email, (name, path) in readers.items():
        if email:
            _about_draft(COMMENT_MADE, agenda, email, name, path, occasion=f"comments-{bucket}")


def _about_draft(kind: str, agenda: Agenda, to: str, name: str, path: str, *, occasion: str) -> None:
    reference = agenda.booking.reference
    queue_message(
        kind,
        to=to,
        about=agenda,
        occasion=occasion,
        reference=reference,
        context={"name": name, "link": link(f"/agenda/{reference}/{path}")},
    )


def attendee_wrote(message: AttendeeMessage) -> None:
    """Tell the desk that somebody who attends has written; nothing of what they wrote goes by mail."""
    reference = message.code.booking.reference
    for mailbox in DeskSettings.current().mailboxes():
        queue_message(
            ATTENDEE_WROTE,
            to=mailbox,
            about=message,
            occasion="written",
            reference=reference,
            context={"link": link("/desk/private-messages/")},
        )


def attendee_answer(message: AttendeeMessage) -> None:
    """Send our answer to the address that an attendee left: our words, and nothing of which session, when, where and who.

    The mailbox is unproven and may be read by others, so what they wrote is not repeated and no reference is named.
    """
    queue_message(
        ATTENDEE_ANSWER,
        to=message.email,
        about=message,
        occasion="answered",
        reference=message.code.booking.reference,
        context={"answer": message.answer, "link": link("/notices/")},
    )
