"""How the desk edits partners, speakers and their expertise. The desk registers these on its own site."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from courses.admin import ChoicesOnce
from speakers.models import Expertise, Organisation, Speaker


class ExpertiseInline(ChoicesOnce, admin.StackedInline):
    model = Expertise
    extra = 0
    fields = ["topic", "confirmed_at"]


class OrganisationAdmin(admin.ModelAdmin):
    """The partners, with the contact details that the public pages show."""

    list_display = ["name", "short_name", "email", "rank"]
    search_fields = ["name__plain__contains", "short_name__plain__contains"]
    prepopulated_fields = {"slug": ["short_name"]}
    show_full_result_count = False


class SpeakerAdmin(admin.ModelAdmin):
    """Who gives the training. Their diary is kept on their own pages."""

    list_display = ["name", "organisation", "role", "is_public", "paused_until", "left_on"]
    list_filter = ["organisation", "is_public"]
    list_select_related = ["organisation"]
    search_fields = ["name__plain__contains"]
    autocomplete_fields = ["user"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ExpertiseInline]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["name", "slug", "organisation", "role", "rank", "user"]}),
        ("On the public page", {"fields": ["is_public", "bio"]}),
        (
            "Care and limits",
            {"fields": ["is_family", "paused_until", ("most_sessions_a_month", "days_between_accounts")]},
        ),
        ("Seen by the desk only", {"fields": ["home_outcode", "telephone", "left_on"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Speaker]":
        return super().get_queryset(request).select_related("organisation", "user")


# what the desk registers
ADMINS: dict[type[Model], type[admin.ModelAdmin]] = {Speaker: SpeakerAdmin, Organisation: OrganisationAdmin}
