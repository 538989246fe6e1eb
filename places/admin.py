"""How regions and forces look in the desk, which registers these classes."""

from typing import Any

from django.contrib import admin
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from places.models import Force, ForceQuerySet, Region


class RegionAdmin(admin.ModelAdmin):
    """Only the figures change: the outcode table names the regions, so none is added, renamed or removed."""

    list_display = ["name", "nation", "allowance_minutes"]
    list_filter = ["nation"]
    search_fields = ["name__plain__contains"]
    readonly_fields = ["name"]
    fields = ["name", "nation", "allowance_minutes"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Region | None = None) -> bool:
        return False


class StandingFilter(admin.SimpleListFilter):
    """Forces that exist today, and those that have ended or not begun."""

    title = "standing today"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Standing today"), ("no", "Ended, or not begun")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Force]) -> QuerySet[Force]:
        assert isinstance(queryset, ForceQuerySet)
        standing = queryset.standing(timezone.localdate())
        if self.value() == "yes":
            return standing
        if self.value() == "no":
            return queryset.exclude(pk__in=standing.values("pk"))
        return queryset


class ForceAdmin(admin.ModelAdmin):
    """A force that merges gets its last day and its successor; the row stays, for bookings point at it."""

    list_display = ["name", "nation", "region", "starts_on", "ends_on", "successor"]
    list_filter = [StandingFilter, "nation", "region"]
    list_select_related = ["region", "successor"]
    search_fields = ["name__plain__contains", "slug", "ons_code", "hq_town__plain__contains"]
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (None, {"fields": ["name", "slug", "nation", "region"]}),
        (
            "From when, until when",
            {
                "fields": ["starts_on", "ends_on", "successor"],
                "description": "When forces merge, add the new force first. Then give the old one its last"
                " day and name the new one as its successor.",
            },
        ),
        ("Hints for the desk", {"fields": ["email_domains", "hq_town", "lat", "lon", "ons_code"]}),
    ]

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Draw each field once: Django's hidden copy of a list carries attributes that HTML forbids there."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.show_hidden_initial = False
        return field
