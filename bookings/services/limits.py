"""What speakers asked us to mind is minded wherever somebody is held; a limit is set aside only with a reason, on record."""

from collections.abc import Mapping, Sequence

from accounts.models import User
from bookings.models import Booking, Engagement, Note, Offer, Place
from bookings.services.places import BadTeam, tells_account, travel_minutes
from bookings.states import LIVE_ENGAGEMENTS
from courses.models import Topic
from places.clock import local, say_date
from speakers.availability import Session, availability, limits_touched
from speakers.limits import Touched
from speakers.models import DiaryEntry, Speaker


class LimitTouched(BadTeam):
    """The session goes past a limit that a speaker set. It may be set aside with a reason; the message says so."""


def mind_limits(
    offer: Offer,
    team: Mapping[Speaker, Sequence[Topic]],
    *,
    together: int,
    set_aside_because: str,
    actor: User,
) -> None:
    """Refuse to hold somebody who paused, and to go past a limit without a reason; a reason becomes a note of the desk.

    The speakers are locked. ``together``: how many give the session in all. Other dates of the same booking do not
    count, as one of them at most is given. Raises ``BadTeam`` for a pause, which nobody sets aside but the speaker, and
    ``LimitTouched``.
    """
    _refuse_paused(team)
    _set_aside(offer, _touched(offer, team, together), because=set_aside_because, actor=actor)


def mind_company(offer: Offer, *, set_aside_because: str, actor: User) -> None:
    """Refuse to leave somebody alone who gives sessions only with a colleague, as ``mind_limits`` does.

    Their other limits were minded when they were asked. Raises ``LimitTouched``.
    """
    left = Engagement.objects.filter(offer=offer, state__in=LIVE_ENGAGEMENTS).select_related("speaker")
    team = {place.speaker: list(place.topics.all()) for place in left}
    touched = [each for each in _touched(offer, team, len(team)) if each[1].key == "colleague"]
    _set_aside(offer, touched, because=set_aside_because, actor=actor)


def note_limits(offer: Offer, team: Mapping[Speaker, Sequence[Topic]], *, together: int, actor: User) -> None:
    """Tell the desk, in a note, which limits a change goes past that has happened already: somebody should ring."""
    if touched := _touched(offer, team, together):
        _note(
            offer,
            f"For {say_date(offer.starts_at)}, since the place moved: {_say(touched)} Please ring.",
            actor,
        )


def _set_aside(offer: Offer, touched: list[tuple[Speaker, Touched]], *, because: str, actor: User) -> None:
    if not touched:
        return
    if not because.strip():
        raise LimitTouched(f"{_say(touched)} To go past this, write down why.")
    _note(offer, f"For {say_date(offer.starts_at)}, set aside: {_say(touched)} Why: {because.strip()}", actor)


def _note(offer: Offer, text: str, actor: User) -> None:
    Note.objects.create(booking=offer.booking, side=Note.Side.INTERNAL, by=actor, text=text)


def _say(touched: list[tuple[Speaker, Touched]]) -> str:
    return " ".join(f"{speaker.name} {each.words}." for speaker, each in touched)


def _refuse_paused(speakers: Mapping[Speaker, object]) -> None:
    for speaker in speakers:
        if speaker.is_paused():
            raise BadTeam(f"{speaker.name} has asked for no invitations now. Please choose somebody else.")


def _touched(
    offer: Offer, team: Mapping[Speaker, Sequence[Topic]], together: int
) -> list[tuple[Speaker, Touched]]:
    """The limits that the session would go past, and whose. Three queries."""
    booking: Booking = offer.booking
    day = local(offer.starts_at).date()
    own_dates = frozenset(
        DiaryEntry.objects.filter(
            engagement__offer__booking=booking, engagement__state__in=LIVE_ENGAGEMENTS
        ).values_list("pk", flat=True)
    )
    known = availability(team, first=day, last=day)
    found = []
    for speaker, topics in team.items():
        session = Session(
            starts_at=offer.starts_at,
            is_online=booking.place == Place.ONLINE,
            travel_minutes=travel_minutes(speaker, booking),
            format_id=booking.format_id,
            tells_account=tells_account(speaker, topics),
            colleagues=together - 1,
            leave_out=own_dates,
        )
        found += [(speaker, each) for each in limits_touched(known[speaker.pk], session)]
    return found
