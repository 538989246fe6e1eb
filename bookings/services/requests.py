"""What was asked for, and who asks, put right: each change is kept with what stood there before, who made it and when."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import ensure_user
from bookings import following, mail
from bookings.models import AudienceShare, Booking, Contact, Matter, Place, RequestEdit
from bookings.services.asking import where_is
from bookings.services.changes import follow_the_place
from bookings.services.hearing import is_contact, open_matter
from bookings.services.moves import doing, locked, settle
from bookings.services.triage import close_to
from bookings.states import BookingStatus, InvalidMove
from courses.models import Audience, Topic
from places.email import tidy

ACCESS_NEEDS = "Access needs"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _yes_or_no(value: object) -> str:
    return "Yes" if value else "No"


def _months(months: Iterable[dt.date]) -> str:
    return ", ".join(f"{month:%B} {month.year}" for month in months)


def _weekdays(numbers: Iterable[int]) -> str:
    return ", ".join(WEEKDAYS[number] for number in numbers)


FIELDS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "head_count": ("How many people", _text),
    "prompted_by": ("Why they need it", _text),
    "prior_training": ("Training before", _text),
    "format": ("Length", _text),
    "cover": ("How topics are chosen", lambda cover: Booking.Cover(cover).label),
    "anything_else": ("Anything else", _text),
    "months": ("Months", _months),
    "weekdays": ("Weekdays", _weekdays),
    "dates_to_avoid": ("Dates to avoid", _text),
    "windows": ("Times that suit", _text),
    "place": ("Where", lambda place: Place(place).label),
    "outcode": ("First half of the postcode", _text),
    "access_needs": (ACCESS_NEEDS, _text),
    "papers_in_welsh": ("Papers in Welsh", _yes_or_no),
    "would_share": ("Would share a session", _yes_or_no),
    "purchase_order": ("Purchase order", _text),
}
"""What may be changed of a request: the words for it, and how its value is written down."""
TOPICS = {"musts": "Must be covered", "leave_outs": "Leave out"}
SETTLED_BY_THE_DAY = ("format", "place", "outcode")
"""What a day that is agreed has settled: the length, and where it is."""
CONTACT_FIELDS = {"name": "Name", "job_title": "Role", "telephone": "Phone", "email": "Email", "role": "Part"}


@transaction.atomic
def change_request_details(
    booking_id: int, *, actor: User, by_agency: bool = False, **changes: Any
) -> list[RequestEdit]:
    """Put right what was asked for. ``changes`` are fields of ``FIELDS``, ``musts`` and ``leave_outs`` (topics), and
    ``audiences`` (pairs of an audience and its share); what is not named stays.

    Gives what is different, with before and after; nothing where all of it is so already. Another place asks for a new
    call-back before an offer goes out, as the first call was about the first place. Changed by the desk, speakers whose
    journey grows are asked again at once; changed by the agency, once somebody has rung.
    Raises ``InvalidMove`` once the booking is over, and for length and place once a day is agreed.
    """
    booking = locked(booking_id)
    if not booking.is_open or booking.status == BookingStatus.DELIVERED:
        raise InvalidMove(
            f"{booking.reference} is “{booking.get_status_display().lower()}”: nothing can be changed."
        )
    with doing("change request", actor):
        old_place = (booking.place, booking.outcode)
        made = _change_fields(booking, changes, actor) + _change_lists(booking, changes, actor)
        if (booking.place, booking.outcode) != old_place:
            _move_place(booking)
            if not by_agency:
                follow_the_place(booking, actor=actor)
        if any(change.what == FIELDS["papers_in_welsh"][0] for change in made):
            following.tell_language_wish(booking, actor=actor)
        if made and is_contact(booking, actor):
            open_matter(booking, Matter.Kind.REQUEST, by=actor, text="\n".join(map(_line, made)))
        if made:
            settle(booking)
    return made


def _line(change: RequestEdit) -> str:
    """Before and after in one line, for the desk."""
    return f"{change.what}: {change.before or 'nothing'} → {change.after or 'nothing'}"


def _write(booking: Booking, what: str, before: str, after: str, actor: User, **more: Any) -> RequestEdit:
    return RequestEdit.objects.create(
        booking=booking, what=what, before=before, after=after, by=actor, **more
    )


def _change_fields(booking: Booking, changes: Mapping[str, Any], actor: User) -> list[RequestEdit]:
    made, names = [], []
    for name, (what, say) in FIELDS.items():
        if name not in changes:
            continue
        before, after = getattr(booking, name), changes[name]
        after = list(after) if name in ("months", "weekdays") else after
        after = str(after).upper() if name == "outcode" else after
        if before == after:
            continue
        if name in SETTLED_BY_THE_DAY and booking.is_agreed:
            raise InvalidMove("The day is agreed. Change the venue, or postpone the session, instead.")
        made.append(_write(booking, what, say(before), say(after), actor))
        setattr(booking, name, after)
        names.append(name)
    if names:
        booking.save(update_fields=names)
    return made


def _change_lists(booking: Booking, changes: Mapping[str, Any], actor: User) -> list[RequestEdit]:
    made = []
    for name, what in TOPICS.items():
        if name in changes:
            topics = getattr(booking, name)
            before, after = list(topics.all()), list(changes[name])
            if {topic.pk for topic in before} != {topic.pk for topic in after}:
                topics.set(after)
                made.append(_write(booking, what, _titles(before), _titles(after), actor))
    if "audiences" in changes:
        before_words = _shares([(share.audience, share.share) for share in _audience_shares(booking)])
        wanted = list(changes["audiences"])
        if before_words != _shares(wanted):
            booking.audience_shares.all().delete()
            AudienceShare.objects.bulk_create(
                AudienceShare(booking=booking, audience=audience, share=share) for audience, share in wanted
            )
            made.append(_write(booking, "Who is in the room", before_words, _shares(wanted), actor))
    return made


def _audience_shares(booking: Booking) -> Iterable[AudienceShare]:
    return booking.audience_shares.select_related("audience")


def _titles(topics: Iterable[Topic]) -> str:
    return ", ".join(sorted(topic.title for topic in topics))


def _shares(pairs: Sequence[tuple[Audience, str]]) -> str:
    labels = dict(AudienceShare.Share.choices)
    return "; ".join(sorted(f"{audience.name} ({labels[share].lower()})" for audience, share in pairs))


def _move_place(booking: Booking) -> None:
    """Region and nation follow the place; the call-back was about the place before."""
    where = where_is(booking.outcode, booking.agency.force)
    booking.region, booking.nation = where.region, where.nation
    booking.asks_for_call_since = timezone.now()
    booking.save(update_fields=["region", "nation", "asks_for_call_since"])


# ---- who asks


@transaction.atomic
def change_contact(
    contact_id: int,
    *,
    name: str,
    email: str,
    job_title: str = "",
    telephone: str = "",
    role: str = "",
    actor: User,
) -> list[RequestEdit]:
    """Put a contact's details right. Gives what is different, with before and after.

    Another mailbox is confirmed anew, rung back and released anew, and gets the receipt with the way to confirm it; the old
    one opens nothing any more. Raises ``InvalidMove`` for somebody who was taken off, and for a mailbox that another contact
    of this booking has.
    """
    booking = locked(Contact.objects.values_list("booking_id", flat=True).get(pk=contact_id))
    contact = Contact.objects.select_related("user", "booking").get(pk=contact_id)
    if contact.revoked_at is not None:
        raise InvalidMove(f"{contact.name} was taken off this booking.")
    email = tidy(email)
    values = {"name": name, "job_title": job_title, "telephone": telephone, "email": email}
    values["role"] = role or contact.role
    with doing("change contact", actor):
        made = []
        for field, what in CONTACT_FIELDS.items():
            before, after = getattr(contact, field), values[field]
            if before != after:
                made.append(
                    _write(booking, what, _part(field, before), _part(field, after), actor, contact=contact)
                )
        if values["role"] == Contact.Role.REQUESTER != contact.role:
            booking.contacts.filter(role=Contact.Role.REQUESTER).update(role=Contact.Role.COLLEAGUE)
        contact.name, contact.job_title, contact.telephone = name, job_title, telephone
        contact.role = values["role"]
        contact.save(update_fields=["name", "job_title", "telephone", "role"])
        if contact.email != email:
            _move_mailbox(contact, email, actor=actor)
        if made and is_contact(booking, actor):
            open_matter(booking, Matter.Kind.PERSON, by=actor, text="\n".join(map(_line, made)))
        if made:
            settle(booking)
    return made


def _part(field: str, value: str) -> str:
    return Contact.Role(value).label if field == "role" else value


def _move_mailbox(contact: Contact, email: str, *, actor: User) -> None:
    user = ensure_user(email, name=contact.name)
    if Contact.objects.filter(booking=contact.booking, user=user).exclude(pk=contact.pk).exists():
        raise InvalidMove(f"{email} is the email address of somebody else on this booking.")
    close_to(contact)
    contact.user, contact.email, contact.mailbox_confirmed_at = user, user.email, None
    contact.save(update_fields=["user", "email", "mailbox_confirmed_at"])
    mail.request_reaches_new_mailbox(contact, occasion=f"moved-{timezone.now():%Y%m%d%H%M%S}")
