"""What comes in: requests for training, questions, and the proof that a mailbox is theirs."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Upper
from django.utils import timezone

from accounts.models import User
from accounts.services import ensure_user
from bookings import following, mail
from bookings.models import (
    Agency,
    AudienceShare,
    Booking,
    Contact,
    DeskSettings,
    Enquiry,
    Matter,
    Place,
)
from bookings.services.hearing import is_contact, open_matter
from bookings.services.moves import SAME_WITHIN, doing, locked, move_enquiry, one_at_a_time, settle
from bookings.services.releases import end_releases
from bookings.states import EnquiryState, InvalidMove
from courses.models import Audience, Format, Topic
from places import outcodes, regions
from places.email import tidy
from places.models import Force, Region
from places.nations import Nation
from places.working_days import add_working_days


@dataclass(frozen=True)
class Asked:
    """A whole request for training, as the form or a coordinator on the telephone took it down."""

    name: str
    email: str
    agency_kind: str
    agency_name: str = ""
    force: Force | None = None
    job_title: str = ""
    telephone: str = ""
    head_count: int | None = None
    audiences: tuple[tuple[Audience, str], ...] = ()
    prompted_by: str = ""
    prior_training: str = ""
    format: Format | None = None
    cover: str = Booking.Cover.SUGGEST
    musts: tuple[Topic, ...] = ()
    leave_outs: tuple[Topic, ...] = ()
    anything_else: str = ""
    months: tuple[dt.date, ...] = ()
    weekdays: tuple[int, ...] = ()
    dates_to_avoid: str = ""
    windows: str = ""
    place: str = Place.ON_SITE
    outcode: str = ""
    access_needs: str = ""
    would_share: bool = False
    purchase_order: str = ""
    source: str = Booking.Source.WEB


PRACTICAL = ("access needs", "purchase order number", "papers in Welsh")


@dataclass(frozen=True)
class Where:
    """What the first half of a postcode tells: the region and whose law applies."""

    region: Region | None
    nation: str


def where_is(outcode: str, force: Force | None) -> Where:
    """The region and nation of an outcode; of the force's when there is none, or it is not known."""
    found = outcodes.find(outcode) if outcode else None
    if found is not None:
        return Where(regions.named(found.region), found.nation)
    if force is not None:
        return Where(force.region, force.nation)
    return Where(None, Nation.ENGLAND_WALES)


def _agency(asked: Asked) -> Agency:
    name = asked.force.name if asked.force else " ".join(asked.agency_name.split())
    # one that is there stays as it is, and two at once both read the one that was first
    Agency.objects.bulk_create(
        [Agency(name=name, kind=asked.agency_kind, force=asked.force)], ignore_conflicts=True
    )
    return Agency.objects.annotate(upper_name=Upper("name")).get(upper_name=name.upper())


def make_request(asked: Asked, *, actor: User | None = None) -> Booking:
    """Write a request down; see ``write_request``."""
    return write_request(asked, actor=actor).booking


@transaction.atomic(savepoint=False)
def write_request(asked: Asked, *, actor: User | None = None) -> Contact:
    """Write a request down, with its requester as first contact, and queue the receipt and the desk's notice.

    It holds no date. ``actor`` is the coordinator who took it by telephone, or ``None`` for the web form. Gives the
    requester.
    """
    settings = DeskSettings.kept()
    where = where_is(asked.outcode, asked.force)
    with doing("ask for training", actor):
        user = ensure_user(asked.email, name=asked.name)
        booking = Booking.objects.create(
            agency=_agency(asked),
            source=asked.source,
            owner=actor,
            answer_due_on=add_working_days(
                timezone.localdate(), settings.answer_within_days, Nation(where.nation)
            ),
            head_count=asked.head_count,
            prompted_by=asked.prompted_by,
            prior_training=asked.prior_training,
            format=asked.format,
            cover=asked.cover,
            anything_else=asked.anything_else,
            months=list(asked.months),
            weekdays=list(asked.weekdays),
            dates_to_avoid=asked.dates_to_avoid,
            windows=asked.windows,
            place=asked.place,
            outcode=asked.outcode.upper(),
            region=where.region,
            nation=where.nation,
            access_needs=asked.access_needs,
            would_share=asked.would_share,
            purchase_order=asked.purchase_order,
        )
        Booking.musts.through.objects.bulk_create(
            Booking.musts.through(booking=booking, topic=topic) for topic in asked.musts
        )
        Booking.leave_outs.through.objects.bulk_create(
            Booking.leave_outs.through(booking=booking, topic=topic) for topic in asked.leave_outs
        )
        AudienceShare.objects.bulk_create(
            AudienceShare(booking=booking, audience=audience, share=share)
            for audience, share in asked.audiences
        )
        contact = Contact.objects.create(
            booking=booking,
            user=user,
            role=Contact.Role.REQUESTER,
            name=asked.name,
            job_title=asked.job_title,
            email=user.email,
            telephone=asked.telephone,
        )
        mail.request_received(contact)
        mail.new_request(booking, settings=settings)
    return contact


@transaction.atomic
def confirm_mailbox(contact_id: int, *, actor: User | None) -> Contact:
    """Note that the contact's mailbox is theirs: by an e-mailed code (``actor`` is the contact), or by telephone.

    A second confirmation changes nothing.
    """
    booking = locked(Contact.objects.values_list("booking_id", flat=True).get(pk=contact_id))
    contact = Contact.objects.select_related("booking").get(pk=contact_id)
    if contact.mailbox_confirmed_at is None:
        with doing("confirm mailbox", actor):
            contact.mailbox_confirmed_at = timezone.now()
            contact.save(update_fields=["mailbox_confirmed_at"])
            settle(booking)
    return contact


def confirm_mailboxes_of(user: User) -> None:
    """A code proved this person's mailbox: confirm it on each of their bookings."""
    waiting = Contact.objects.filter(user=user, mailbox_confirmed_at__isnull=True, revoked_at__isnull=True)
    for contact_id in waiting.values_list("pk", flat=True):
        confirm_mailbox(contact_id, actor=user)


@transaction.atomic
def make_enquiry(
    *,
    name: str,
    message: str,
    organisation: str = "",
    email: str = "",
    telephone: str = "",
    ring_me: bool = False,
    actor: User | None = None,
) -> Enquiry:
    """Write a question down for the desk, and queue the receipt. It needs an e-mail address or a telephone number.

    The same words from the same person within ten minutes are the same question: a button was pressed twice.
    """
    settings = DeskSettings.current()
    asked = {
        "name": name,
        "organisation": organisation,
        "email": tidy(email),
        "telephone": telephone,
        "message": message,
        "ring_me": ring_me,
    }
    one_at_a_time("question", *map(str, asked.values()))
    same = Enquiry.objects.filter(**asked, created_at__gt=timezone.now() - SAME_WITHIN).first()
    if same is not None:
        return same
    with doing("ask a question", actor):
        enquiry = Enquiry.objects.create(
            **asked,
            answer_due_on=add_working_days(
                timezone.localdate(), settings.answer_within_days, Nation.ENGLAND_WALES
            ),
        )
        mail.enquiry_received(enquiry)
    return enquiry


@transaction.atomic
def answer_enquiry(enquiry_id: int, *, answer: str, by_phone: bool = False, actor: User) -> Enquiry:
    """Note our answer, and mail it when they left an address and were not told ``by_phone``.

    Raises ``InvalidMove`` when it was answered already.
    """
    enquiry = Enquiry.objects.select_for_update(of=["self"]).get(pk=enquiry_id)
    with doing("answer enquiry", actor):
        enquiry.answer, enquiry.answered_at = answer, timezone.now()
        enquiry.owner = enquiry.owner or actor
        move_enquiry(enquiry, EnquiryState.ANSWERED, "answer", "answered_at", "owner")
        if enquiry.email and not by_phone:
            mail.enquiry_answer(enquiry)
    return enquiry


@transaction.atomic
def close_enquiry(enquiry_id: int, *, actor: User) -> Enquiry:
    """Close a question that needs nothing more. Raises ``InvalidMove``."""
    enquiry = Enquiry.objects.select_for_update(of=["self"]).get(pk=enquiry_id)
    with doing("close enquiry", actor):
        move_enquiry(enquiry, EnquiryState.CLOSED)
    return enquiry


@transaction.atomic
def flag_enquiry(enquiry_id: int, *, flagged: bool, actor: User) -> Enquiry:
    """Mark a question as a possible disclosure, or take the mark off."""
    enquiry = Enquiry.objects.select_for_update(of=["self"]).get(pk=enquiry_id)
    with doing("flag disclosure", actor):
        enquiry.may_be_disclosure = flagged
        enquiry.save(update_fields=["may_be_disclosure"])
    return enquiry


@transaction.atomic
def convert_enquiry(enquiry_id: int, asked: Asked, *, actor: User) -> Booking:
    """Turn a question into a booking. Raises ``InvalidMove`` when that was done already."""
    enquiry = Enquiry.objects.select_for_update(of=["self"]).get(pk=enquiry_id)
    with doing("convert enquiry", actor):
        enquiry.owner = enquiry.owner or actor
        move_enquiry(enquiry, EnquiryState.CONVERTED, "owner")
        booking = make_request(asked, actor=actor)
        enquiry.booking = booking
        enquiry.save(update_fields=["booking"])
    return booking


@transaction.atomic
def add_colleague(
    booking_id: int, *, name: str, email: str, job_title: str = "", telephone: str = "", actor: User
) -> Contact:
    """Let a colleague of the requester in at T1: they are confirmed, verified and released on their own.

    Whoever is on the booking already stays as they are. Raises ``InvalidMove`` for somebody whom the desk took off it.
    """
    booking = locked(booking_id)
    with doing("add colleague", actor):
        user = ensure_user(email, name=name)
        contact, is_new = Contact.objects.get_or_create(
            booking=booking,
            user=user,
            defaults={
                "role": Contact.Role.COLLEAGUE,
                "name": name,
                "email": user.email,
                "job_title": job_title,
                "telephone": telephone,
                "invited_by": actor,
            },
        )
        if contact.revoked_at is not None:
            _let_in_again(contact, actor=actor)
            is_new = True
        if is_new:
            contact.booking = booking
            mail.colleague_invited(contact, by=actor if is_contact(booking, actor) else None)
            if is_contact(booking, actor):
                open_matter(booking, Matter.Kind.COLLEAGUE, by=actor, text=contact.name)
            settle(booking)
    return contact


def _let_in_again(contact: Contact, *, actor: User) -> None:
    """Somebody whom their own agency removed comes back as if new; whom the desk took off stays off, unless it is the desk."""
    removed = contact.booking.matters.filter(kind=Matter.Kind.COLLEAGUE_OFF, text=contact.name)
    if is_contact(contact.booking, actor) and not removed.exists():
        raise InvalidMove(f"We took {contact.name} off this booking. Write to us if that is a mistake.")
    contact.revoked_at, contact.mailbox_confirmed_at, contact.invited_by = None, None, actor
    contact.save(update_fields=["revoked_at", "mailbox_confirmed_at", "invited_by"])


@transaction.atomic
def remove_colleague(contact_id: int, *, actor: User) -> Contact:
    """The agency takes a colleague off its booking: at once they see nothing of it, and they and the desk are told.

    Only whoever invited them may, and the requester. Raises ``InvalidMove`` for the requester, and for anybody else's guest.
    """
    booking = locked(Contact.objects.values_list("booking_id", flat=True).get(pk=contact_id))
    contact = Contact.objects.select_related("booking").get(pk=contact_id)
    if contact.revoked_at is not None:
        return contact
    if not may_remove(booking.contacts.get(user=actor, revoked_at__isnull=True), contact):
        raise InvalidMove(f"Only the person who invited {contact.name} can remove them. Write to us instead.")
    with doing("remove colleague", actor):
        end_releases(contact)
        contact.revoked_at = timezone.now()
        contact.verified_at = contact.released_at = None
        contact.save(update_fields=["revoked_at", "verified_at", "released_at"])
        mail.colleague_removed(contact)
        open_matter(booking, Matter.Kind.COLLEAGUE_OFF, by=actor, text=contact.name)
        settle(booking)
    return contact


def may_remove(asker: Contact, contact: Contact) -> bool:
    """Whether one contact may take another off their booking."""
    if contact.role == Contact.Role.REQUESTER or contact.pk == asker.pk:
        return False
    return asker.role == Contact.Role.REQUESTER or contact.invited_by_id == asker.user_id


@transaction.atomic
def change_practical_details(
    booking_id: int,
    *,
    access_needs: str,
    purchase_order: str,
    papers_in_welsh: bool | None = None,
    actor: User,
) -> Booking:
    """Write down what people need to take part, the purchase order number, and whether papers are wanted in Welsh too.

    ``papers_in_welsh`` is ``None`` where nobody was asked. Raises ``InvalidMove`` once the booking is over.
    """
    booking = locked(booking_id)
    if not booking.is_open:
        raise InvalidMove(
            f"{booking.reference} is “{booking.get_status_display().lower()}”: nothing can be changed."
        )
    with doing("change practical details", actor):
        before = (booking.access_needs, booking.purchase_order, booking.papers_in_welsh)
        booking.access_needs, booking.purchase_order = access_needs, purchase_order
        is_new_wish = papers_in_welsh is not None and papers_in_welsh != booking.papers_in_welsh
        if papers_in_welsh is not None:
            booking.papers_in_welsh = papers_in_welsh
        booking.save(update_fields=["access_needs", "purchase_order", "papers_in_welsh"])
        if is_new_wish:
            following.tell_language_wish(booking, actor=actor)
        after = (booking.access_needs, booking.purchase_order, booking.papers_in_welsh)
        changed = [words for words, old, new in zip(PRACTICAL, before, after, strict=True) if old != new]
        if changed and is_contact(booking, actor):
            open_matter(booking, Matter.Kind.DETAILS, by=actor, text=f"{', '.join(changed)}.".capitalize())
            settle(booking)
    return booking
