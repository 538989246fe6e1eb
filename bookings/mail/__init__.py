"""Every mail about an enquiry or a booking. Services call these; each writes to the outbox in the caller's transaction.

Bodies hold nothing above the recipient's tier: what they know of the session comes from ``bookings/release.py``.
"""

from bookings.mail.joined import heard
from bookings.mail.parts import accepted_engagements, verified_contacts
from bookings.mail.to_agency import (
    accepted,
    cancelled,
    change_answered,
    colleague_invited,
    colleague_removed,
    confirmed,
    declined,
    enquiry_answer,
    enquiry_received,
    host_reminder,
    note_to_agency,
    offers,
    offers_closed,
    postponed,
    released,
    reopened,
    request_reaches_new_mailbox,
    request_received,
    team_changed,
    waiting_list,
)
from bookings.mail.to_desk import (
    new_request,
    release_applied,
    release_asked,
)
from bookings.mail.to_speakers import (
    asked_again,
    condition_met,
    confirmed_speaker,
    given_up,
    invitation,
    invitations,
    postponed_speaker,
    reminder,
    stood_down,
)
from bookings.mail.wanted import HOST_REMINDER, REMINDER, register_kinds

__all__ = [
    "HOST_REMINDER",
    "REMINDER",
    "accepted",
    "accepted_engagements",
    "asked_again",
    "cancelled",
    "change_answered",
    "colleague_invited",
    "colleague_removed",
    "condition_met",
    "confirmed",
    "confirmed_speaker",
    "declined",
    "enquiry_answer",
    "enquiry_received",
    "given_up",
    "heard",
    "host_reminder",
    "invitation",
    "invitations",
    "new_request",
    "note_to_agency",
    "offers",
    "offers_closed",
    "postponed",
    "postponed_speaker",
    "register_kinds",
    "release_applied",
    "release_asked",
    "released",
    "reminder",
    "reopened",
    "request_reaches_new_mailbox",
    "request_received",
    "stood_down",
    "team_changed",
    "verified_contacts",
    "waiting_list",
]
