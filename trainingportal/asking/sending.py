"""From four pages of answers to one booking, however often the button is pressed."""

from collections.abc import Mapping

from django.db import connection, transaction

from bookings.models import Agency, Booking, Contact
from bookings.services.asking import Asked, write_request
from trainingportal.asking import choices
from trainingportal.asking.forms import POLICE, AudienceForm, NeedForm, PageForm, WhenForm, WhoFields
from trainingportal.models import RequestDraft


class ChangedMeanwhile(Exception):
    """The answers are not those that were looked over: another tab saved something since."""


@transaction.atomic(savepoint=False)
def send(
    draft: RequestDraft, *, version: int, forms: Mapping[str, PageForm]
) -> tuple[Booking, Contact | None]:
    """Make the booking out of checked forms, once: the draft's row is locked first, and remembers what became of it.

    Gives the booking, and its requester when it was made just now. The answers are emptied. Raises
    ``ChangedMeanwhile``.
    """
    # no join here: a press that waited for the lock would see the draft as it is now, and the booking as it was then
    locked = RequestDraft.objects.select_for_update().get(pk=draft.pk)
    if locked.booking_id is not None:
        return Booking.objects.get(pk=locked.booking_id), None
    if locked.version != version:
        raise ChangedMeanwhile
    contact = write_request(asked(forms))
    locked.booking, locked.answers = contact.booking, {}
    locked.save(update_fields=["booking", "answers"])
    # what left the catalogue meanwhile is refused here, before the session says that the request arrived
    connection.check_constraints()
    return contact.booking, contact


def asked(forms: Mapping[str, PageForm]) -> Asked:
    """What the four checked forms say, in the words of the bookings."""
    who, audience, need, when = forms["who"], forms["audience"], forms["need"], forms["when"]
    assert isinstance(who, WhoFields)
    assert isinstance(audience, AudienceForm)
    assert isinstance(need, NeedForm)
    assert isinstance(when, WhenForm)
    person, people, wish, place = (
        who.cleaned_data,
        audience.cleaned_data,
        need.cleaned_data,
        when.cleaned_data,
    )
    police = person["works_for"] == POLICE
    shares = dict(audience.shares())
    rows = choices.rows()
    return Asked(
        name=person["name"],
        email=person["email"],
        agency_kind=Agency.Kind.POLICE if police else person["agency_kind"],
        agency_name="" if police else person["agency_name"],
        force=rows.forces[person["force"]] if police else None,
        job_title=person["job_title"],
        telephone=person["telephone"],
        head_count=people["head_count"],
        audiences=tuple(
            (rows.audiences[slug], share) for slug, share in shares.items() if slug in rows.audiences
        ),
        prompted_by=people["prompted_by"],
        prior_training=people["prior_training"],
        format=rows.formats.get(wish["length"]),
        cover=wish["cover"],
        musts=tuple(rows.topics[slug] for slug in wish["musts"] if slug in rows.topics),
        leave_outs=tuple(rows.topics[slug] for slug in wish["leave_outs"] if slug in rows.topics),
        anything_else=wish["anything_else"],
        months=tuple(when.month_days()),
        weekdays=tuple(int(day) for day in place["weekdays"]),
        dates_to_avoid=place["dates_to_avoid"],
        windows=place["windows"],
        place=place["place"],
        outcode=place["outcode"],
        access_needs=place["access_needs"],
        would_share=place["would_share"],
        purchase_order=place["purchase_order"],
    )
