"""The two mails about an agenda: to the agency with the PDF, and to the speakers, whose run sheet waits behind the sign-in."""

import datetime as dt

from agendas.models import Document, Issue
from bookings.mail import accepted_engagements, verified_contacts
from bookings.models import Booking, Contact, Engagement
from bookings.release import Tier, seen_for_papers
from bookings.states import AGREED_BOOKINGS, EngagementState
from outbox import kinds
from outbox.models import Message
from outbox.queue import FileToSend, link, queue_message
from places.clock import say_date, say_time, say_times

AGENDA_ISSUED, RUN_SHEET_READY = "agenda-issued", "run-sheet-ready"


def register_kinds() -> None:
    """Tell the outbox of our mails; called once, when the app is ready."""
    kinds.register(AGENDA_ISSUED, label="Agenda issued", still_wanted=_issue_still_holds)
    kinds.register(RUN_SHEET_READY, label="Run sheet ready, to a speaker", still_wanted=_speaker_still_comes)


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


def file_name(booking: Booking) -> str:
    """A PDF's name: the reference and nothing else."""
    return f"{booking.reference}.pdf"


def agenda_issued(issue: Issue, pdf: bytes) -> None:
    """Send an issue to every verified contact: reference, day, topics and times, with the PDF. Once per issue."""
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
                "link": link(f"/agenda/{booking.reference}/issue/{issue.number}/"),
            },
            attachments=[FileToSend(file_name(booking), "application/pdf", pdf)],
        )


def run_sheet_ready(document: Document) -> None:
    """Tell the speakers that a run sheet waits for them; the sheet itself stays behind the sign-in."""
    booking, issue = document.agenda.booking, document.issue
    assert issue is not None
    for engagement in accepted_engagements(booking):
        if engagement.speaker.user is None:
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
                "date": say_date(engagement.offer.starts_at),
                "link": link(f"/agenda/{booking.reference}/issue/{issue.number}/"),
            },
        )
