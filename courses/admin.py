"""How the desk edits the catalogue. The desk registers these classes on its own site."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.http import HttpRequest

from courses.models import Audience, Course, Format, Material, PageText, Point, Topic, TopicForAudience
from places.nations import Nation


class NationsField(forms.TypedMultipleChoiceField):
    """Nations as tick boxes; none ticked means everywhere."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=Nation.choices,
            coerce=str,
            widget=forms.CheckboxSelectMultiple,
            required=False,
            **kwargs,
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(initial or []) != set(data or [])


class TickedNations:
    """Draws every list of nations as tick boxes."""

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        if isinstance(db_field, ArrayField) and db_field.name == "nations":
            return NationsField(label="Nations", help_text=db_field.help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class PointInline(TickedNations, admin.StackedInline):
    model = Point
    extra = 0
    fieldsets = [
        (None, {"fields": ["text", ("minutes", "rank"), "nations"]}),
        ("In Welsh", {"fields": ["text_in_welsh"], "classes": ["collapse"]}),
    ]


class MaterialInline(admin.StackedInline):
    model = Material
    extra = 0
    fields = ["title", ("kept_at", "review_due_on")]


class ChoicesOnce:
    """Reads the choices of each foreign key once a page, not once a row."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        field.choices = list(field.choices)
        return field


class EmphasisInline(ChoicesOnce, admin.StackedInline):
    model = TopicForAudience
    extra = 0
    fields = [("audience", "emphasis")]
    classes = ["collapse"]


class TopicAdmin(TickedNations, admin.ModelAdmin):
    """Topics in the order of the lists, with their points and what they mean to each audience."""

    list_display = [
        "title",
        "kind",
        "is_core",
        "is_demanding",
        "least_minutes",
        "usual_minutes",
        "most_minutes",
        "is_active",
    ]
    list_filter = ["is_core", "kind", "is_active", "is_demanding"]
    search_fields = ["title__plain__contains", "printed_title__plain__contains"]
    prepopulated_fields = {"slug": ["title"]}
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    inlines = [PointInline, MaterialInline, EmphasisInline]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["title", "slug", "printed_title", "summary", "is_active", "rank"]}),
        ("How it is given", {"fields": ["kind", "may_be_workshop", "is_core", "given_by_host", "requires"]}),
        ("How long it takes", {"fields": [("least_minutes", "usual_minutes", "most_minutes")]}),
        ("Care", {"fields": ["is_demanding", "content_notice"]}),
        ("What people take away", {"fields": ["outcomes"]}),
        ("Where it applies, and until when", {"fields": ["nations", "review_due_on"]}),
        (
            "In Welsh",
            {
                "fields": [
                    "title_in_welsh",
                    "summary_in_welsh",
                    "content_notice_in_welsh",
                    "outcomes_in_welsh",
                ],
                "classes": ["collapse"],
                "description": "For papers in Welsh. What is blank stays English there. "
                "Whoever changes the English changes this too.",
            },
        ),
    ]


class FormatAdmin(admin.ModelAdmin):
    """The two lengths and their break rules."""

    list_display = [
        "name",
        "starts_at",
        "ends_at",
        "training_minutes",
        "longest_sitting_minutes",
        "needs_workshop",
    ]
    fieldsets = [
        (None, {"fields": ["course", "name", "slug", "rank"]}),
        ("The day", {"fields": [("starts_at", "ends_at"), "training_minutes", "needs_workshop"]}),
        (
            "Pauses",
            {"fields": ["longest_sitting_minutes", ("break_minutes", "lunch_minutes", "pause_minutes")]},
        ),
        ("Beginning and end", {"fields": [("welcome_minutes", "close_minutes")]}),
    ]
    show_full_result_count = False


class CourseAdmin(admin.ModelAdmin):
    """The package as a whole."""

    list_display = ["name", "is_active"]
    show_full_result_count = False


class AudienceAdmin(admin.ModelAdmin):
    """Who may be in the room."""

    list_display = ["name", "summary", "rank", "is_active"]
    fieldsets = [
        (None, {"fields": ["slug", "name", "summary", "rank", "is_active"]}),
        ("In Welsh", {"fields": ["name_in_welsh"], "classes": ["collapse"]}),
    ]
    search_fields = ["name__plain__contains"]
    prepopulated_fields = {"slug": ["name"]}
    show_full_result_count = False


class PageTextAdmin(admin.ModelAdmin):
    """The words on the public pages. They show within a minute of saving."""

    list_display = ["title", "slug", "as_of", "updated_at"]
    readonly_fields = ["slug", "updated_at"]
    fields = ["title", "body", "as_of", "slug", "updated_at"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Each text has its fixed place on a page, so new ones would stand nowhere."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PageText | None = None) -> bool:
        """See ``has_add_permission``."""
        return False


# what the desk registers
ADMINS: dict[type[models.Model], type[admin.ModelAdmin]] = {
    Topic: TopicAdmin,
    Format: FormatAdmin,
    Course: CourseAdmin,
    Audience: AudienceAdmin,
    PageText: PageTextAdmin,
}
