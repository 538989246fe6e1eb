"""What a coordinator can do with a booking: each verb says when it makes sense and which service does it.

The table at the end is the whole list. A verb changes nothing itself: it hands what was typed to one service of
``bookings.services``, which decides. Whether a button shows is a kindness; the service's refusal is the rule. What a verb
will do, and did, is told by ``trainingportal.desk.ahead`` from the service itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from accounts.rights import coordinators
from bookings import services
from bookings.models import CallBack, Contact, Engagement, Note, Offer, Place
from bookings.states import (
    AGREED_BOOKINGS,
    BOOKING_MOVES,
    BookingStatus,
    EngagementState,
    OfferState,
    ReleaseState,
)
from places.clock import say_short_date
from trainingportal.desk import forms, request_forms
from trainingportal.desk.case import Case, call_stands
from trainingportal.desk.change_verbs import CHANGES
from trainingportal.desk.verb import (
    Part,
    Typed,
    Verb,
    as_it_stands,
    either,
    label,
    said,
    simple,
    typing,
)


@dataclass(frozen=True)
class Button:
    """A verb that makes sense now, ready to be drawn as a link to its own small page."""

    verb: Verb
    label: str
    reference: str
    on: int | None

    @property
    def args(self) -> list[object]:
        return [self.reference, self.verb.key] + ([self.on] if self.on else [])


def buttons(case: Case, part: Part, kind: str, actor: User) -> list[Button]:
    """The verbs that make sense now for the booking (``kind`` empty) or for one part of it."""
    return [
        Button(
            verb=verb,
            label=verb.label(case, part),
            reference=case.booking.reference,
            on=part.pk if part is not None else None,
        )
        for verb in VERBS.values()
        if verb.on == kind and verb.fits(case, part, actor)
    ]


# ---- when a verb makes sense


def _can_become(status: BookingStatus) -> Callable[[Case, Any, User], bool]:
    return lambda case, part, actor: status in BOOKING_MOVES[BookingStatus(case.booking.status)]


def _status_is(*statuses: BookingStatus) -> Callable[[Case, Any, User], bool]:
    return lambda case, part, actor: case.booking.status in statuses


def _is_open(case: Case, part: Any, actor: User) -> bool:
    return case.booking.is_open


def _name_of_venue(case: Case, part: Any) -> str:
    what = "link" if case.booking.place == Place.ONLINE else "venue"
    return f"{'Change' if hasattr(case.booking, 'venue') else 'Add'} {what}"


def _always(case: Case, part: Any, actor: User) -> bool:
    return True


def _may_offer(case: Case, part: Any, actor: User) -> bool:
    return (
        case.booking.status in (BookingStatus.REQUESTED, BookingStatus.WAITING_LIST, BookingStatus.OFFERED)
        and case.accepted_offer is None
        and bool(case.may_know_dates)
    )


def _here(case: Case, contact: Contact) -> bool:
    return contact.revoked_at is None and case.booking.is_open


def _may_ask_release(case: Case, contact: Contact, actor: User) -> bool:
    waiting = any(
        release.state in (ReleaseState.ASKED, ReleaseState.IN_EFFECT) for release in contact.releases.all()
    )
    return (
        _here(case, contact)
        and case.booking.status in AGREED_BOOKINGS
        and not waiting
        and call_stands(case, contact)
    )


def _live(case: Case, offer: Offer, actor: User) -> bool:
    return case.booking.status == BookingStatus.OFFERED and offer.is_live


def _open_offer(case: Case, offer: Offer, actor: User) -> bool:
    return _live(case, offer, actor) and offer.state == OfferState.OPEN and not offer.has_run_out(case.now)


def _may_add(case: Case, offer: Offer, actor: User) -> bool:
    agreed = case.booking.status in AGREED_BOOKINGS
    return offer.is_live and (agreed or not offer.has_run_out(case.now))


def _has_run(case: Case, part: Any, actor: User) -> bool:
    return case.booking.status in AGREED_BOOKINGS and case.has_run


def _undelivered(case: Case, part: Any, actor: User) -> bool:
    return BookingStatus.CANCELLED in BOOKING_MOVES[BookingStatus(case.booking.status)] and not case.has_run


# ---- what each does


def _note(side: str) -> Callable[[Case, Any, Any, User], object]:
    return lambda case, part, form, actor: services.write_note(
        case.booking.pk, side=side, text=form.cleaned_data["text"], actor=actor
    )


def _owner(case: Case, part: Any, form: Any, actor: User) -> object:
    return services.set_owner(case.booking.pk, owner=form.cleaned_data["owner"], actor=actor)


def _other_owners(case: Case, part: Any) -> list[tuple[str, Typed]]:
    others = [person for person in coordinators() if person.pk != case.booking.owner_id]
    return [(f"If you choose {person}", {"owner": person.pk}) for person in others[:3]]


def _disclosure(case: Case, part: Any, form: Any, actor: User) -> object:
    return services.flag_disclosure(case.booking.pk, flagged=not case.booking.may_be_disclosure, actor=actor)


def _extend(case: Case, offer: Offer, form: Any, actor: User) -> object:
    return services.extend_hold(offer.pk, expires_at=form.expires_at, actor=actor)


def _spoken_answer(case: Case, engagement: Engagement, form: Any, actor: User) -> object:
    accepts = form.cleaned_data["answer"] == "yes"
    condition = form.cleaned_data["condition"] if accepts else ""
    return services.answer_invitation(engagement.pk, accepts=accepts, condition=condition, actor=actor)


def _call_back_said(case: Case, contact: Contact, form: Any) -> str:
    outcome = CallBack.Outcome(form.cleaned_data["outcome"]).label
    return f"Call-back recorded: {outcome[:1].lower()}{outcome[1:]}."


def _change_request(case: Case, part: Any, form: Any, actor: User) -> object:
    return services.change_request_details(case.booking.pk, actor=actor, **form.changes)


def _own_page(case: Case, part: Any, form: Any, actor: User) -> object:
    """Offers and speakers are put together on a page of their own: ``trainingportal.desk.verb_views``."""
    return None


CALL = {"number": "…", "found_where": "…"}
_TABLE = [
    Verb(
        key="call-back",
        on="contact",
        label=lambda case, contact: (
            "Ring again and record it" if contact and contact.verified_at else "Record the call-back"
        ),
        fits=lambda case, contact, actor: _here(case, contact),
        form=forms.CallBackForm,
        run=simple(services.record_call_back),
        said=_call_back_said,
        samples=either(
            ("If they are who they say", {**CALL, "outcome": "is_who_they_say"}),
            ("If nobody answered", {**CALL, "outcome": "no_answer"}),
            ("If it is not them", {**CALL, "outcome": "not_them"}),
        ),
    ),
    Verb(
        key="confirm-mailbox",
        on="contact",
        label=label("Confirm email address by phone"),
        hint=label("Only after you have spoken to them. It opens their own request to them."),
        fits=lambda case, contact, actor: _here(case, contact) and contact.mailbox_confirmed_at is None,
        form=forms.SureForm,
        run=simple(services.confirm_mailbox),
        said=said(""),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="change-contact",
        on="contact",
        label=label("Change contact details"),
        press="Save contact details",
        fits=lambda case, contact, actor: _here(case, contact),
        form=request_forms.ContactForm,
        run=simple(services.change_contact),
        said=said("Contact details saved."),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="offer",
        label=lambda case, part: "Offer another date" if case.live_offers else "Make an offer",
        fits=_may_offer,
        form=forms.WhenForm,
        run=_own_page,
        said=said(""),
    ),
    Verb(
        key="record-delivery",
        label=label("Record how the day went"),
        fits=_has_run,
        form=forms.HeadCountForm,
        run=simple(services.record_delivery),
        said=said("The day is recorded."),
        samples=as_it_stands,
    ),
    Verb(
        key="close",
        label=label("Close booking"),
        fits=_status_is(BookingStatus.DELIVERED),
        form=forms.SureForm,
        run=simple(services.close_booking),
        said=said(""),
        samples=as_it_stands,
    ),
    Verb(
        key="change-request",
        label=label("Change the request"),
        press="Save changes",
        fits=lambda case, part, actor: (
            case.booking.is_open and case.booking.status != BookingStatus.DELIVERED
        ),
        form=request_forms.ChangeRequestForm,
        run=_change_request,
        said=said("Request saved."),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="venue",
        label=_name_of_venue,
        press="Save",
        fits=lambda case, part, actor: case.booking.is_open,
        form=forms.VenueForm,
        run=simple(services.set_venue),
        said=lambda case, part, form: "Link saved." if form.is_online else "Venue saved.",
        samples=lambda case, part: [("", {} if hasattr(case.booking, "venue") else {"name": "…"})],
        look="secondary",
    ),
    Verb(
        key="ask-more",
        label=label("Message the agency"),
        press="Send message",
        fits=_always,
        form=forms.NoteToAgencyForm,
        run=_note(Note.Side.DESK),
        said=said("Your message is on their page."),
        samples=typing(text="…"),
        look="secondary",
    ),
    Verb(
        key="note",
        label=label("Add internal note"),
        press="Save note",
        fits=_always,
        form=forms.InternalNoteForm,
        run=_note(Note.Side.INTERNAL),
        said=said("Note saved."),
        samples=typing(text="…"),
        look="secondary",
    ),
    Verb(
        key="waiting-list",
        label=label("Put on the waiting list"),
        fits=_status_is(BookingStatus.REQUESTED),
        form=forms.SureForm,
        run=simple(services.put_on_waiting_list),
        said=said(""),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="take-off",
        label=label("Take off the waiting list"),
        fits=_status_is(BookingStatus.WAITING_LIST),
        form=forms.SureForm,
        run=simple(services.take_off_waiting_list),
        said=said(""),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="decline",
        label=label("Decline request"),
        fits=_can_become(BookingStatus.DECLINED),
        form=forms.WordsForm,
        run=simple(services.decline_request),
        said=said("Request declined."),
        samples=typing(words="…"),
        look="warning",
    ),
    Verb(
        key="reopen",
        label=label("Reopen request"),
        fits=_status_is(BookingStatus.DECLINED),
        form=forms.SureForm,
        run=simple(services.reopen_request),
        said=said("Request reopened."),
        samples=as_it_stands,
    ),
    Verb(
        key="cancel",
        label=label("Cancel booking"),
        fits=_undelivered,
        form=forms.CancelForm,
        run=simple(services.cancel_booking),
        said=said("Booking cancelled."),
        samples=as_it_stands,
        look="warning",
    ),
    Verb(
        key="owner",
        label=label("Change owner"),
        press="Save owner",
        fits=_is_open,
        form=forms.OwnerForm,
        run=_owner,
        said=said(""),
        samples=_other_owners,
        idle="It is theirs already.",
        look="secondary",
    ),
    Verb(
        key="not-today",
        label=label("Snooze"),
        fits=_is_open,
        form=forms.NotTodayForm,
        run=simple(services.not_today),
        said=said(""),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="disclosure",
        label=lambda case, part: (
            "Remove the disclosure mark"
            if case.booking.may_be_disclosure
            else "Mark as a possible disclosure"
        ),
        hint=label("For somebody who may be telling us about their own case."),
        fits=_always,
        form=forms.SureForm,
        run=_disclosure,
        said=said(""),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="colleague",
        label=label("Add a colleague"),
        fits=_is_open,
        form=forms.ColleagueForm,
        run=simple(services.add_colleague),
        said=said("Colleague added."),
        samples=typing(name="the colleague", email="colleague@example.org"),
        look="secondary",
    ),
    Verb(
        key="ask-release",
        on="contact",
        label=label("Share names and venue"),
        fits=_may_ask_release,
        form=forms.ReleaseNoteForm,
        run=simple(services.ask_for_release),
        said=said("Sent to a colleague to approve."),
        samples=as_it_stands,
    ),
    Verb(
        key="revoke",
        on="contact",
        label=label("Remove from this booking"),
        fits=lambda case, contact, actor: contact.revoked_at is None,
        form=forms.SureForm,
        run=simple(services.revoke_contact),
        said=said(""),
        samples=as_it_stands,
        look="warning",
    ),
    Verb(
        key="approve-release",
        on="release",
        label=label("Approve sharing"),
        fits=lambda case, release, actor: (
            release.state == ReleaseState.ASKED and release.asked_by_id != actor.pk
        ),
        form=forms.SureForm,
        run=simple(services.approve_release),
        said=said("Approved."),
        samples=as_it_stands,
    ),
    Verb(
        key="refuse-release",
        on="release",
        label=lambda case, release: (
            "Do not share" if release.state == ReleaseState.ASKED else "Stop sharing names and venue"
        ),
        fits=lambda case, release, actor: release.state in (ReleaseState.ASKED, ReleaseState.IN_EFFECT),
        form=forms.SureForm,
        run=simple(services.refuse_release),
        said=said(""),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="accept",
        on="offer",
        label=lambda case, offer: (
            f"They said yes to {say_short_date(offer.starts_at)} by phone"
            if offer
            else "They said yes by phone"
        ),
        fits=_open_offer,
        form=forms.SureForm,
        run=simple(services.accept_offer),
        said=said(""),
        samples=as_it_stands,
        look="secondary",
    ),
    Verb(
        key="extend",
        on="offer",
        label=label("Extend the hold"),
        fits=lambda case, offer, actor: _live(case, offer, actor) and not offer.has_run_out(case.now),
        form=forms.HoldUntilForm,
        run=_extend,
        said=said(""),
        samples=as_it_stands,
        idle="The hold already ends then.",
        look="secondary",
    ),
    Verb(
        key="add-speaker",
        on="offer",
        label=label("Ask another speaker"),
        fits=_may_add,
        form=forms.AddSpeakerForm,
        run=_own_page,
        said=said(""),
        look="secondary",
    ),
    Verb(
        key="withdraw",
        on="offer",
        label=label("Withdraw this offer"),
        fits=_live,
        form=forms.SureForm,
        run=simple(services.withdraw_offer),
        said=said("Offer withdrawn."),
        samples=as_it_stands,
        look="warning",
    ),
    Verb(
        key="answer",
        on="engagement",
        label=label("Record their answer"),
        hint=label("For an answer they gave you by phone. No reason is needed."),
        fits=lambda case, engagement, actor: (
            engagement.state == EngagementState.ASKED
            and engagement.offer.is_live
            and (engagement.held_until is None or engagement.held_until > case.now)
        ),
        form=forms.SpokenAnswerForm,
        run=_spoken_answer,
        said=lambda case, engagement, form: f"The answer of {engagement.speaker.name} is recorded.",
        samples=either(
            ("If they said yes", {"answer": "yes"}),
            ("If they said yes on a condition", {"answer": "yes", "condition": "…"}),
            ("If they said no", {"answer": "no"}),
        ),
        look="secondary",
    ),
    Verb(
        key="go-on",
        on="engagement",
        label=label("Go on without them"),
        fits=lambda case, engagement, actor: engagement.leaves_a_gap and engagement.offer.is_live,
        form=forms.WithoutForm,
        run=simple(services.go_on_without),
        said=said(""),
        samples=as_it_stands,
        look="secondary",
    ),
]
VERBS: dict[str, Verb] = {verb.key: verb for verb in [*_TABLE, *CHANGES]}
OWN_PAGES = ("offer", "add-speaker")
NEXT: dict[str, str] = {
    "confirm_mailbox": "call-back",
    "call_back": "call-back",
    "make_offer": "offer",
    "replace_speaker": "add-speaker",
    "settle_condition": "settle",
    "release": "ask-release",
    "second_look": "approve-release",
    "name_venue": "venue",
    "name_link": "venue",
    "ring_about_place": "call-back",
    "record_delivery": "record-delivery",
    "close": "close",
    "waiting_list": "offer",
    "agency_answers": "accept",
    "speakers_answer": "answer",
}
"""The verb that does the next step (``bookings.next_step``), where the desk can do it."""
