"""Finding a booking by reference, agency or person, each through its own trigram index."""

from django.db.models import QuerySet

from bookings.models import Agency, Booking, Contact

MOST_FOUND = 300
SHORTEST = 3


def found(term: str, *, with_people: bool) -> set[int]:
    """The keys of bookings that a term fits: a piece of the reference or of the agency's name, or of a person's.

    Three short queries, each bounded, each on an index; a term under three letters has no trigram and finds nothing.
    People are searched only for those who may read contact details.
    """
    words = " ".join(term.split())
    if len(words) < SHORTEST:
        return set()
    keys = set(_keys(Booking.objects.filter(reference__icontains=words), "pk"))
    agencies = list(_keys(Agency.objects.filter(name__icontains=words), "pk"))
    if agencies:
        keys.update(_keys(Booking.objects.filter(agency__in=agencies).order_by("-created_at"), "pk"))
    if with_people:
        field = "email" if "@" in words else "name"
        people = Contact.objects.filter(**{f"{field}__icontains": words}).order_by()
        keys.update(_keys(people, "booking_id"))
    return keys


def _keys(rows: "QuerySet[Booking] | QuerySet[Agency] | QuerySet[Contact]", field: str) -> list[int]:
    return list(rows.values_list(field, flat=True)[:MOST_FOUND])
