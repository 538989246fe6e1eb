"""Bookings, questions and agencies as lists in the desk's admin. What is done to them is a verb, never an edited field."""

import datetime as dt
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.rights import coordinators, is_coordinator, is_reader, may_open_desk
from bookings import release
from bookings.models import Agency, Booking, DeskSettings, Enquiry
from bookings.next_step import WORDS
from outbox.admin import MailAdmin
from outbox.models import Message
from trainingportal.desk.access import OnTheDesk, actor_of
from trainingportal.desk.booking_page import booking_page
from trainingportal.desk.case import say_next_day
from trainingportal.desk.questions import enquiry_page
from trainingportal.desk.queue import clock_of, first_offered, needs_somebody
from trainingportal.desk.search import found, questions_like
from trainingportal.desk.views import to_history

Spans = list[tuple[str, str]]


class SinceFilter(admin.SimpleListFilter):
    """How far back the list goes: a window on the day the request came in."""

    title = "came in"
    parameter_name = "since"
    days = {"7": "Last 7 days", "31": "Last 31 days", "92": "Last 3 months", "366": "Last 12 months"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> Spans:
        return list(self.days.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in self.days:
            return queryset
        return queryset.filter(created_at__gte=timezone.now() - dt.timedelta(days=int(self.value() or 0)))


class NeedsFilter(admin.SimpleListFilter):
    """What cannot wait until tomorrow, as the desk's home counts it."""

    title = "what cannot wait"
    parameter_name = "needs"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Spans:
        return [("today", "Needs somebody today")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "today":
            return queryset
        return queryset.filter(reduce(or_, needs_somebody(timezone.localdate()).values()))


class OwnerFilter(admin.SimpleListFilter):
    """Whose booking it is, among the people who run the desk."""

    title = "owner"
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Spans:
        people = [(str(person.pk), str(person)) for person in coordinators()]
        return [("nobody", "Nobody yet"), *people, ("left", "Somebody who left the desk")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        if value == "nobody":
            return queryset.filter(owner__isnull=True)
        if value == "left":
            here = [person.pk for person in coordinators()]
            return queryset.filter(owner__isnull=False).exclude(owner__in=here)
        return queryset.filter(owner=int(value)) if value.isdecimal() else queryset


class AgencyKindFilter(admin.SimpleListFilter):
    """What kind of agency asks."""

    title = "kind of agency"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Spans:
        return list(Agency.Kind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(agency__kind=self.value()) if self.value() in Agency.Kind.values else queryset


class ReadOnly(OnTheDesk):
    """Rows that are changed by verbs only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only what the filters beside the list ask: any other field in the address would tell readers what they may not see."""
        asked = {
            f"{each}__exact" if isinstance(each, str) else each.parameter_name  # type: ignore[union-attr]
            for each in self.get_list_filter(request)
        }
        return lookup in asked


class BookingAdmin(ReadOnly):
    """Every booking, the newest first. A row opens the booking's own page with its verbs."""

    list_display = [
        "reference",
        "agency",
        "status",
        "step",
        "waiting_for",
        "due",
        "waiting",
        "owner",
        "next_day",
        "came_in",
    ]
    list_filter = ["status", "waiting_for", NeedsFilter, OwnerFilter, AgencyKindFilter, SinceFilter]
    list_select_related = ["agency", "owner"]
    search_fields = ["reference"]  # the box; get_search_results looks in three places
    search_help_text = "Three letters or more of a reference, an agency’s name or a person’s name or e-mail."
    sortable_by: ClassVar[list[str]] = []
    ordering = ["-created_at", "-pk"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_open_desk(request) and (is_coordinator(request.user) or is_reader(request.user))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        return (
            super()
            .get_queryset(request)
            .only(
                "reference", "status", "next_step", "waiting_for", "starts_at", "months", "weekdays", "created_at",
                "agency__name", "owner__name", "owner__email", "waiting_since", "due_at", "answer_due_on", "nation",
            )
            .annotate(first_offered=first_offered())
        )  # fmt: skip

    @admin.display(description="due")
    def due(self, booking: Booking) -> str:
        return clock_of(booking, timezone.localdate()).late

    @admin.display(description="waiting")
    def waiting(self, booking: Booking) -> str:
        return clock_of(booking, timezone.localdate()).words

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        keys = found(search_term, with_people=is_coordinator(request.user))
        return queryset.filter(pk__in=keys), False

    @admin.display(description="next step")
    def step(self, booking: Booking) -> str:
        return WORDS[booking.next_step]

    @admin.display(description="next day")
    def next_day(self, booking: Booking) -> str:
        first: dt.datetime | None = booking.first_offered  # type: ignore[attr-defined]  # see get_queryset
        return say_next_day(booking, first)

    @admin.display(description="came in")
    def came_in(self, booking: Booking) -> str:
        return f"{timezone.localtime(booking.created_at):%-d %b %Y}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        return booking_page(request, object_id)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return to_history(request, object_id)


class EnquiryAdmin(ReadOnly):
    """Every question, the newest first."""

    list_display = ["reference", "organisation", "name", "state", "owner", "ring_me", "answer_due_on"]
    list_filter = ["state", OwnerFilter, SinceFilter]
    list_select_related = ["owner"]
    search_fields = ["reference__startswith"]
    search_help_text = (
        "The beginning of a reference (EN-…), or three letters or more of a name or an organisation."
    )
    sortable_by: ClassVar[list[str]] = []
    ordering = ["-created_at", "-pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        picked = questions_like(search_term, with_people=is_coordinator(request.user))
        return queryset.filter(picked), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        return enquiry_page(request, object_id)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return enquiry_page(request, object_id)


class AgencyAdmin(OnTheDesk):
    """Organisations that ask. One that has asked is never deleted."""

    list_display = ["name", "kind", "force"]
    list_filter = ["kind"]
    list_select_related = ["force"]
    search_fields = ["name"]
    sortable_by = ["name"]
    autocomplete_fields = ["force"]
    fields = ["name", "kind", "force", "notes"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = " ".join(search_term.split())
        return (queryset.filter(name__plain__contains=term) if term else queryset), False


class DeskSettingsAdmin(OnTheDesk):
    """What the desk sets for itself: one row."""

    fieldsets = [
        (
            None,
            {
                "fields": [
                    "desk_name",
                    "desk_email",
                    "telephone",
                    "phone_hours",
                    "answer_within_days",
                    "hold_days",
                ]
            },
        ),
        ("On the day", {"fields": [("setup_minutes", "pack_up_minutes")]}),
        (
            "Speakers’ journeys",
            {
                "fields": [
                    "night_away_beyond_minutes",
                    "earliest_leave",
                    "night_away_there_by",
                    "travel_grows_minutes",
                ]
            },
        ),
        ("Who may know", {"fields": ["lone_release_hours", "detail_closes_after_days"]}),
        (
            "Terms",
            {
                "description": "Agencies read this beside the button that accepts a date, in the email they get "
                "afterwards, and on the public page about costs.",
                "fields": [
                    "terms_binding",
                    "terms_contribution",
                    "terms_travel",
                    "terms_cancelling",
                    "terms_host",
                ],
            },
        ),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MailAtTheDesk(MailAdmin):
    """The outbox. A mail names who gives a session by its mailbox alone, so every look at one is on record."""

    def opened(self, request: HttpRequest, messages: list[Message]) -> None:
        """Note on each booking that mails of it were read."""
        references = {message.reference for message in messages if message.reference}
        bookings = Booking.objects.filter(reference__in=references).only("pk")
        release.log_reads(bookings, actor_of(request), page="desk mail")


ADMINS: dict[type[models.Model], type[admin.ModelAdmin]] = {
    Booking: BookingAdmin,
    Enquiry: EnquiryAdmin,
    Agency: AgencyAdmin,
    DeskSettings: DeskSettingsAdmin,
    Message: MailAtTheDesk,
}
