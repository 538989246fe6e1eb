"""Finding a booking by reference, agency or person, each through its own trigram index; and a question by the same."""

from django.db.models import Q

from bookings.models import Agency, Booking, Contact
from places.searching import plain

MOST_FOUND = 1000
SHORTEST = 3


def found(term: str, *, with_people: bool) -> set[int]:
    """The keys of bookings that a term fits: a piece of the reference or of the agency's name, or of a person's.

    One query of bounded parts, each on an index of its own; a term under three letters has no trigram and finds
    nothing. People are searched only for those who may read contact details.
    """
    words = " ".join(term.split())
    if len(plain(words)) < SHORTEST:
        return set()
    agencies = Agency.objects.filter(name__plain__contains=words).order_by().values("pk")[:MOST_FOUND]
    parts = [
        Booking.objects.filter(reference__icontains=words).order_by().values_list("pk")[:MOST_FOUND],
        Booking.objects.filter(agency__in=agencies).order_by().values_list("pk")[:MOST_FOUND],
    ]
    if with_people:
        field = "email__icontains" if "@" in words else "name__plain__contains"
        people = Contact.objects.filter(**{field: words}).order_by()
        parts.append(people.values_list("booking_id")[:MOST_FOUND])  # type: ignore[arg-type]  # a column of keys too
    return {key for (key,) in parts[0].union(*parts[1:])}


def questions_like(term: str, *, with_people: bool) -> Q:
    """What picks the questions that a term fits; questions are kept a year and few, so they need no index of their own."""
    words = " ".join(term.split())
    picked = Q(reference__startswith=words.upper())
    if with_people and len(plain(words)) >= SHORTEST:
        picked |= Q(organisation__plain__contains=words) | Q(name__plain__contains=words)
        picked |= Q(email__iexact=words)
    return picked
