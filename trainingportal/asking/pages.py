"""The four pages in order: their forms, their words, and what they say back on the last page."""

import dataclasses
from collections.abc import Callable
from typing import Any

from bookings.models import Agency, AudienceShare, Booking, Place
from trainingportal.asking import choices, drafts
from trainingportal.asking.forms import (
    POLICE,
    UNSURE,
    WEEKDAYS,
    AudienceForm,
    NeedForm,
    PageForm,
    WhenForm,
    WhoFields,
    WhoForm,
)
from trainingportal.models import RequestDraft

Lines = list[tuple[str, str]]
NOTHING = "Nothing given"


@dataclasses.dataclass(frozen=True)
class Page:
    """One page of the form. ``fields`` is ``form`` without the guard."""

    name: str
    number: int
    url_name: str
    title: str
    lead: str
    next_words: str
    form: type[PageForm]
    fields: type[PageForm]
    say_back: Callable[[Any], Lines]


def _who(form: WhoFields) -> Lines:
    said = form.cleaned_data
    if said["works_for"] == POLICE:
        agency = choices.label_of(choices.forces(), said["force"])
    else:
        agency = f"{said['agency_name']} ({Agency.Kind(said['agency_kind']).label.lower()})"
    return [
        ("Organisation", agency),
        ("Name", said["name"]),
        ("Role", said["job_title"]),
        ("Work e-mail", said["email"]),
        ("Switchboard number", said["telephone"]),
    ]


def _audience(form: AudienceForm) -> Lines:
    said = form.cleaned_data
    names = {audience.slug: audience.name for audience in form.offered}
    shares = [f"{names[slug]}: {AudienceShare.Share(share).label.lower()}" for slug, share in form.shares()]
    return [
        ("How many people", f"About {said['head_count']}"),
        ("Who they are", "\n".join(shares)),
        ("What prompts this", said["prompted_by"]),
        ("Trained in already", said["prior_training"]),
    ]


def _need(form: NeedForm) -> Lines:
    said = form.cleaned_data
    lengths = {seen.slug: f"{seen.name}, {seen.training_words}" for seen in choices.lengths()}
    titles = {slug: topic.title for slug, topic in form.topics.items()}
    suggested = said["cover"] == Booking.Cover.SUGGEST
    return [
        ("How long", "Not sure yet" if said["length"] == UNSURE else lengths[said["length"]]),
        (
            "What we cover",
            "You suggest for our audience"
            if suggested
            else "\n".join(titles[slug] for slug in said["musts"]),
        ),
        ("To leave out", "\n".join(titles[slug] for slug in said["leave_outs"])),
        ("Anything else", said["anything_else"]),
    ]


def _when(form: WhenForm) -> Lines:
    said = form.cleaned_data
    months = [f"{day:%B %Y}" for day in form.month_days()]
    places = {Place.ON_SITE: "At a place of ours", Place.ONLINE: "Online", Place.EITHER: "On site or online"}
    return [
        ("Months", ", ".join(months) or "Any month"),
        (
            "Days of the week",
            ", ".join(choices.label_of(WEEKDAYS, day) for day in said["weekdays"]) or "Any day",
        ),
        ("Dates to avoid", said["dates_to_avoid"]),
        ("What would suit best", said["windows"]),
        ("Where", places[Place(said["place"])]),
        ("First half of the postcode", said["outcode"]),
        ("To take part, people need", said["access_needs"]),
        ("Shared with a neighbour", "Yes, we would" if said["would_share"] else "No"),
        ("Purchase order number", said["purchase_order"]),
    ]


PAGES = (
    Page(
        "who",
        1,
        "ask-training",
        "Who are you?",
        "Four short pages, about five minutes. Asking costs nothing and books nothing.",
        "Next: who is it for.",
        WhoForm,
        WhoFields,
        _who,
    ),
    Page(
        "audience",
        2,
        "ask-training-audience",
        "Who is it for?",
        "We shape the training for the people in the room.",
        "Next: what you need.",
        AudienceForm,
        AudienceForm,
        _audience,
    ),
    Page(
        "need",
        3,
        "ask-training-need",
        "What do you need?",
        "Rough answers are fine. A trainer goes through this with you before anything is fixed.",
        "Next: when and where.",
        NeedForm,
        NeedForm,
        _need,
    ),
    Page(
        "when",
        4,
        "ask-training-when",
        "When and where?",
        "Tell us what suits. We come back to you with dates; nothing is booked yet.",
        "Next: look over your answers.",
        WhenForm,
        WhenForm,
        _when,
    ),
)
BY_NAME = {page.name: page for page in PAGES}


def before(page: Page) -> Page | None:
    """The page before this one; none before the first."""
    return PAGES[page.number - 2] if page.number > 1 else None


def after(page: Page) -> Page | None:
    """The page after this one; none after the last."""
    return PAGES[page.number] if page.number < len(PAGES) else None


def first_unfinished(draft: RequestDraft | None) -> Page | None:
    """The first page that has no right answers yet; ``None`` when all have."""
    return next((page for page in PAGES if drafts.state_of(draft, page.name) != drafts.DONE), None)


def checked(draft: RequestDraft, page: Page) -> PageForm:
    """The page's fields over its kept answers, as if just sent: the catalogue may have changed meanwhile.

    The guard is left out: it stood at the door, and these answers were let in.
    """
    return page.fields(drafts.data_of(draft, page.name))


def audience_words(draft: RequestDraft | None) -> str:
    """Who sits in the room, in a few words, from page 2: those who are most of it."""
    data = drafts.data_of(draft, "audience")
    ticked = data.get("audiences") or []
    names = {audience.slug: audience.name for audience in choices.audiences()}
    order = {share: rank for rank, share in enumerate(AudienceShare.Share.values)}
    shares = {slug: order.get(str(data.get(AudienceForm.share_name(slug))), len(order)) for slug in ticked}
    most = sorted((slug for slug in ticked if slug in names), key=lambda slug: shares[slug])[:2]
    return " and ".join(names[slug][0].lower() + names[slug][1:] for slug in most)
