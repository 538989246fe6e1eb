"""Finding a booking by reference, agency or person, each through its own trigram index."""

from bookings.models import Agency, Booking, Contact

MOST_FOUND = 1000
SHORTEST = 3


def found(term: str, *, with_people: bool) -> set[int]:
    """The keys of bookings that a term fits: a piece of the reference or of the agency's name, or of a person's.

    One query of bounded parts, each on an index of its own; a term under three letters has no trigram and finds
    nothing. People are searched only for those who may read contact details.
    """
    words = " ".join(term.split())
    if len(words) < SHORTEST:
        return set()
    agencies = Agency.objects.filter(name__icontains=words).order_by().values("pk")[:MOST_FOUND]
    parts = [
        Booking.objects.filter(reference__icontains=words).order_by().values_list("pk")[:MOST_FOUND],
        Booking.objects.filter(agency__in=agencies).order_by().values_list("pk")[:MOST_FOUND],
    ]
    if with_people:
        field = "email" if "@" in words else "name"
        people = Contact.objects.filter(**{f"{field}__icontains": words}).order_by()
        parts.append(people.values_list("booking_id")[:MOST_FOUND])  # type: ignore[arg-type]  # a column of keys too
    return {key for (key,) in parts[0].union(*parts[1:])}
