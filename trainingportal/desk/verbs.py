"""What a coordinator can do with a booking: each verb says when it makes sense, what will happen and who is told.

The table at the end is the whole list. A verb changes nothing itself: it hands what was typed to one service of
``bookings.services``, which decides. Whether a button shows is a kindness; the service's refusal is the rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from bookings import services
from bookings.models import Contact, Engagement, Note, Offer, Place
from bookings.states import (
    AGREED_BOOKINGS,
    BOOKING_MOVES,
    BookingStatus,
    EngagementState,
    OfferState,
    ReleaseState,
)
from bookings.words import say_names
from places.clock import say_date, say_moment, say_short_date
from trainingportal.desk import forms
from trainingportal.desk.case import Case, call_stands, still_asked
from trainingportal.desk.change_verbs import CHANGES
from trainingportal.desk.verb import Part, Verb, held, join, mailed, said, simple, speakers_told


@dataclass(frozen=True)
class Button:
    """A verb that makes sense now, ready to be drawn as a link to its own small page."""

    verb: Verb
    label: str
    effect: str
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
            effect=verb.effect(case, part),
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


# ---- what each does; gives back what the desk is told


def _confirm_mailbox(case: Case, contact: Contact, form: Any, actor: User) -> str:
    services.confirm_mailbox(contact.pk, actor=actor)
    return f"The mailbox of {contact.name} is confirmed."


def _call_back(case: Case, contact: Contact, form: Any, actor: User) -> str:
    call = services.record_call_back(contact.pk, actor=actor, **form.cleaned_data)
    return f"The call-back is recorded: {call.get_outcome_display()[:1].lower()}{call.get_outcome_display()[1:]}."


def _note(side: str, said: str) -> Callable[[Case, Any, Any, User], str]:
    def act(case: Case, part: Any, form: Any, actor: User) -> str:
        services.write_note(case.booking.pk, side=side, text=form.cleaned_data["text"], actor=actor)
        return said

    return act


def _owner(case: Case, part: Any, form: Any, actor: User) -> str:
    owner = form.cleaned_data["owner"]
    services.set_owner(case.booking.pk, owner=owner, actor=actor)
    return f"{owner or 'Nobody'} has this booking now."


def _not_today(case: Case, part: Any, form: Any, actor: User) -> str:
    until = form.cleaned_data["until"]
    services.not_today(case.booking.pk, until=until, actor=actor)
    return f"{case.booking.reference} is left until {say_date(until)}. It stays in the queue."


def _disclosure(case: Case, part: Any, form: Any, actor: User) -> str:
    flagged = not case.booking.may_be_disclosure
    services.flag_disclosure(case.booking.pk, flagged=flagged, actor=actor)
    return "Marked as a possible disclosure." if flagged else "The mark is taken off."


def _extend(case: Case, offer: Offer, form: Any, actor: User) -> str:
    services.extend_hold(offer.pk, expires_at=form.expires_at, actor=actor)
    return f"Offer {offer.number} holds until {say_moment(form.expires_at)}."


def _accept_for_them(case: Case, offer: Offer, form: Any, actor: User) -> str:
    services.accept_offer(offer.pk, actor=actor)
    return f"Their yes to {say_short_date(offer.starts_at)} is recorded."


def _spoken_answer(case: Case, engagement: Engagement, form: Any, actor: User) -> str:
    accepts = form.cleaned_data["answer"] == "yes"
    condition = form.cleaned_data["condition"] if accepts else ""
    services.answer_invitation(engagement.pk, accepts=accepts, condition=condition, actor=actor)
    return f"The answer of {engagement.speaker.name} is recorded: {'yes' if accepts else 'no'}."


def _venue(case: Case, part: Any, form: Any, actor: User) -> str:
    services.set_venue(case.booking.pk, actor=actor, **form.cleaned_data)
    return "The venue is written down."


def _delivered(case: Case, part: Any, form: Any, actor: User) -> str:
    services.record_delivery(case.booking.pk, head_count=form.cleaned_data["head_count"], actor=actor)
    return "The day is recorded as delivered."


def _release_effect(case: Case, contact: Contact) -> str:
    return (
        f"Another coordinator takes a second look. If nobody does within the time set, it takes effect by itself and everyone "
        f"with that right is told. {contact.name} then sees the speakers’ names and the venue on their page."
    )


_TABLE = [
    Verb(
        key="call-back",
        on="contact",
        label=lambda case, contact: (
            "Ring again and record it" if contact.verified_at else "Record the call-back"
        ),
        effect=said(
            "“They are who they say” opens dates and times to this person and lets an offer go out. Nobody is mailed."
        ),
        fits=lambda case, contact, actor: _here(case, contact),
        form=forms.CallBackForm,
        act=_call_back,
    ),
    Verb(
        key="confirm-mailbox",
        on="contact",
        label=said("Mailbox confirmed by phone"),
        effect=said(
            "Say that this mailbox is theirs, after speaking to them. Opens their own request to them. Nobody is mailed."
        ),
        fits=lambda case, contact, actor: _here(case, contact) and contact.mailbox_confirmed_at is None,
        form=forms.SureForm,
        act=_confirm_mailbox,
        look="secondary",
    ),
    Verb(
        key="offer",
        label=lambda case, part: "Offer another date" if case.live_offers else "Make an offer",
        effect=lambda case, part: join(
            "Holds every speaker you choose. " + mailed(case.may_know_dates),
            "Each speaker is asked by mail.",
        ),
        fits=_may_offer,
        form=forms.WhenForm,  # its own page: trainingportal/desk/offering.py
        act=lambda case, part, form, actor: "",
    ),
    Verb(
        key="record-delivery",
        label=said("Record how the day went"),
        effect=said("Writes the head-count down and frees nothing else. Nobody is mailed."),
        fits=_has_run,
        form=forms.HeadCountForm,
        act=_delivered,
    ),
    Verb(
        key="close",
        label=said("Close the booking"),
        effect=said("Takes it out of the queue. Nobody is mailed."),
        fits=_status_is(BookingStatus.DELIVERED),
        form=forms.SureForm,
        act=simple(services.close_booking, "The booking is closed."),
    ),
    Verb(
        key="venue",
        label=lambda case, part: (
            "Change the venue" if hasattr(case.booking, "venue") else "Write down the venue"
        ),
        effect=lambda case, part: (
            "A changed place closes names and venue to the agency until there is a new call-back and release. Nobody is mailed."
            if hasattr(case.booking, "venue")
            else "Only the desk and released people see it. Nobody is mailed."
        ),
        fits=lambda case, part, actor: case.booking.is_open and case.booking.place != Place.ONLINE,
        form=forms.VenueForm,
        act=_venue,
        look="secondary",
    ),
    Verb(
        key="ask-more",
        label=said("Ask them for more"),
        effect=lambda case, part: mailed(case.live_contacts) + " The words stay behind the sign-in.",
        fits=_always,
        form=forms.NoteToAgencyForm,
        act=_note(Note.Side.DESK, "Your message is on their page, and they are told."),
        look="secondary",
    ),
    Verb(
        key="note",
        label=said("Write an internal note"),
        effect=said("Only the desk reads it. Nobody is mailed."),
        fits=_always,
        form=forms.InternalNoteForm,
        act=_note(Note.Side.INTERNAL, "Your note is kept."),
        look="secondary",
    ),
    Verb(
        key="waiting-list",
        label=said("Put on the waiting list"),
        effect=lambda case, part: "Kept for later, nothing is held. " + mailed(case.live_contacts),
        fits=_status_is(BookingStatus.REQUESTED),
        form=forms.SureForm,
        act=simple(services.put_on_waiting_list, "The request is on the waiting list."),
        look="secondary",
    ),
    Verb(
        key="take-off",
        label=said("Take off the waiting list"),
        effect=said("The request stands in the queue again. Nobody is mailed."),
        fits=_status_is(BookingStatus.WAITING_LIST),
        form=forms.SureForm,
        act=simple(services.take_off_waiting_list, "The request is in the queue again."),
        look="secondary",
    ),
    Verb(
        key="decline",
        label=said("Decline the request"),
        effect=lambda case, part: join(mailed(case.live_contacts), speakers_told(held(case))),
        fits=_can_become(BookingStatus.DECLINED),
        form=forms.WordsForm,
        act=simple(services.decline_request, "The request is declined, and they are told."),
        look="warning",
    ),
    Verb(
        key="reopen",
        label=said("Take the request up again"),
        effect=said("It stands in the queue again. Nobody is mailed."),
        fits=_status_is(BookingStatus.DECLINED),
        form=forms.SureForm,
        act=simple(services.reopen_request, "The request is in the queue again."),
    ),
    Verb(
        key="cancel",
        label=said("Cancel the booking"),
        effect=lambda case, part: join(
            "This cannot be undone.",
            mailed(case.live_contacts),
            speakers_told(held(case)),
            "Calendar entries are taken back." if case.booking.is_agreed else "",
        ),
        fits=_undelivered,
        form=forms.CancelForm,
        act=simple(services.cancel_booking, "The booking is cancelled, and everyone concerned is told."),
        look="warning",
    ),
    Verb(
        key="owner",
        label=said("Say whose it is"),
        effect=said("The name stands in the queue. Nobody is mailed."),
        fits=_is_open,
        form=forms.OwnerForm,
        act=_owner,
        look="secondary",
    ),
    Verb(
        key="not-today",
        label=said("Not today"),
        effect=said("Leaves it out of “need you today” until then. It stays in the queue; nobody is mailed."),
        fits=_is_open,
        form=forms.NotTodayForm,
        act=_not_today,
        look="secondary",
    ),
    Verb(
        key="disclosure",
        label=lambda case, part: (
            "Take the disclosure mark off"
            if case.booking.may_be_disclosure
            else "Mark as a possible disclosure"
        ),
        effect=lambda case, part: (
            "The mark goes; the history keeps it. Nobody is mailed."
            if case.booking.may_be_disclosure
            else "For somebody who may be telling us about their own case. The desk sees the mark; nobody is mailed."
        ),
        fits=_always,
        form=forms.SureForm,
        act=_disclosure,
        look="secondary",
    ),
    Verb(
        key="colleague",
        label=said("Add a colleague"),
        effect=said(
            "They are mailed that they are on this request, and see no date before their own call-back."
        ),
        fits=_is_open,
        form=forms.ColleagueForm,
        act=simple(services.add_colleague, "The colleague is on this request and has been told."),
        look="secondary",
    ),
    Verb(
        key="ask-release",
        on="contact",
        label=said("Ask for release"),
        effect=_release_effect,
        fits=_may_ask_release,
        form=forms.ReleaseNoteForm,
        act=simple(services.ask_for_release, "A second look is asked for."),
    ),
    Verb(
        key="revoke",
        on="contact",
        label=said("Take them off this booking"),
        effect=lambda case, contact: f"From now on {contact.name} sees nothing of it. Nobody is mailed.",
        fits=lambda case, contact, actor: contact.revoked_at is None,
        form=forms.SureForm,
        act=simple(services.revoke_contact, "They are off this booking."),
        look="warning",
    ),
    Verb(
        key="approve-release",
        on="release",
        label=said("Agree to the release"),
        effect=lambda case, release: (
            f"{release.contact.name} sees the speakers’ names and the venue from now on, and is mailed that it is open."
        ),
        fits=lambda case, release, actor: (
            release.state == ReleaseState.ASKED and release.asked_by_id != actor.pk
        ),
        form=forms.SureForm,
        act=simple(services.approve_release, "Names and venue are open to them now."),
    ),
    Verb(
        key="refuse-release",
        on="release",
        label=lambda case, release: (
            "Refuse the release" if release.state == ReleaseState.ASKED else "Close names and venue again"
        ),
        effect=lambda case, release: (
            f"Names and venue are closed to {release.contact.name}. Nobody is mailed."
        ),
        fits=lambda case, release, actor: release.state in (ReleaseState.ASKED, ReleaseState.IN_EFFECT),
        form=forms.SureForm,
        act=simple(services.refuse_release, "Names and venue are closed to them."),
        look="secondary",
    ),
    Verb(
        key="accept",
        on="offer",
        label=said("They said yes by phone"),
        effect=lambda case, offer: join(
            f"Records their yes to {say_date(offer.starts_at)}; other dates are let go.",
            "The session is agreed once every speaker has said yes; then everyone is mailed.",
        ),
        fits=_open_offer,
        form=forms.SureForm,
        act=_accept_for_them,
        look="secondary",
    ),
    Verb(
        key="extend",
        on="offer",
        label=said("Extend the hold"),
        effect=lambda case, offer: (
            f"Holds {say_names([place.speaker.name for place in still_asked(offer)]) or 'nobody'} longer. "
            "Nobody is mailed."
        ),
        fits=lambda case, offer, actor: _live(case, offer, actor) and not offer.has_run_out(case.now),
        form=forms.HoldUntilForm,
        act=_extend,
        look="secondary",
    ),
    Verb(
        key="add-speaker",
        on="offer",
        label=said("Ask another speaker"),
        effect=said(
            "Holds them for this date, in the place of one who said no or beside the others. They are asked by mail."
        ),
        fits=_may_add,
        form=forms.AddSpeakerForm,  # its own page: trainingportal/desk/offering.py
        act=lambda case, part, form, actor: "",
        look="secondary",
    ),
    Verb(
        key="withdraw",
        on="offer",
        label=said("Withdraw this offer"),
        effect=lambda case, offer: join(
            mailed(case.may_know_dates),
            speakers_told([engagement.speaker.name for engagement in still_asked(offer)]),
        ),
        fits=_live,
        form=forms.SureForm,
        act=simple(services.withdraw_offer, "The offer is withdrawn, and everyone concerned is told."),
        look="warning",
    ),
    Verb(
        key="answer",
        on="engagement",
        label=said("Record their answer"),
        effect=lambda case, engagement: (
            f"For an answer that {engagement.speaker.name} gave you by phone. A no frees their time at once; no reason is needed."
        ),
        fits=lambda case, engagement, actor: (
            engagement.state == EngagementState.ASKED
            and engagement.offer.is_live
            and (engagement.held_until is None or engagement.held_until > case.now)
        ),
        form=forms.SpokenAnswerForm,
        act=_spoken_answer,
        look="secondary",
    ),
    Verb(
        key="go-on",
        on="engagement",
        label=said("Go on without them"),
        effect=lambda case, engagement: (
            f"Nobody is asked in the place of {engagement.speaker.name}. If all others have said yes, the session is agreed "
            "and everyone is mailed."
        ),
        fits=lambda case, engagement, actor: engagement.leaves_a_gap and engagement.offer.is_live,
        form=forms.WithoutForm,
        act=simple(services.go_on_without, "The session goes on without them."),
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
    "ring_about_place": "call-back",
    "record_delivery": "record-delivery",
    "close": "close",
    "waiting_list": "offer",
    "agency_answers": "accept",
    "speakers_answer": "answer",
}
"""The verb that does the next step (``bookings.next_step``), where the desk can do it."""
