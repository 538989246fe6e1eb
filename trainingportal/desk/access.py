"""Who may do what at the desk, for views and for the admin's own pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import pghistory
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.text import capfirst

from accounts.models import User
from accounts.rights import is_auditor, is_coordinator, is_reader, may_open_desk, send_to_sign_in
from formkit.lengths import BoundedForm
from formkit.mailboxes import MailboxField
from outbox.admin import BoundedPaginator
from places.email import tidy

View = Callable[..., HttpResponseBase]


def actor_of(request: HttpRequest) -> User:
    """The signed-in person. The caller's decorator has made sure that there is one."""
    assert isinstance(request.user, User)
    return request.user


def desk_page(*rights: Callable[[Any], bool]) -> Callable[[View], View]:
    """Let those in who may open the desk and hold one of these rights; the rest are sent to sign in, or get 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not may_open_desk(request):
                return send_to_sign_in(request)
            if not any(right(request.user) for right in rights):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


for_coordinators = desk_page(is_coordinator)
for_readers = desk_page(is_coordinator, is_reader)
for_auditors = desk_page(is_coordinator, is_auditor)
for_anyone_at_the_desk = desk_page(is_coordinator, is_reader, is_auditor)


PLAIN: dict[type, dict[str, Any]] = {
    models.EmailField: {"form_class": MailboxField},
    models.DateTimeField: {
        "form_class": forms.DateTimeField,
        "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    },
    models.DateField: {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
    models.URLField: {"assume_scheme": "https"},
    models.TimeField: {"widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")},
}


class PersonField(forms.ModelChoiceField):
    """Somebody who signs in, by their mailbox: not by the number of their row, and there are too many for a list."""

    widget = forms.EmailInput
    default_error_messages = {
        "invalid_choice": "Nobody signs in with this email address. Add them under Users first."
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.all(), to_field_name="email", **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The mailbox, where a row's form gives the key."""
        return (
            User.objects.filter(pk=value).values_list("email", flat=True).first()
            if isinstance(value, int)
            else value
        )

    def to_python(self, value: Any) -> Any:
        return super().to_python(tidy(value) if isinstance(value, str) else value)


class RowForm(BoundedForm, forms.ModelForm):
    """A row's form at the desk."""


class PlainFields(admin.options.BaseModelAdmin):
    """Fields that browsers and screen readers know: plain selects, tick boxes, one box for a date or a moment."""

    form: type[Any] = RowForm

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        plain = next((PLAIN[kind] for kind in type(db_field).mro() if kind in PLAIN), None)
        if plain is not None:
            return db_field.formfield(**plain)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """None: the script behind them leaves its box without a name. Lists here are short, people aside."""
        return ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.related_model is User:
            return PersonField(
                label=capfirst(db_field.verbose_name),
                help_text=db_field.help_text or "The email address that they sign in with.",
                required=not db_field.blank,
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class OnTheDesk(PlainFields, admin.ModelAdmin):
    """What every list at the desk shares: coordinators only, bounded pages, no bulk actions, and a trail of who saved."""

    actions = None
    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER
    empty_value_display = "—"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_open_desk(request) and is_coordinator(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Inlines follow the right to change the row that they stand in."""
        return [
            _with_desk_rights(inline)(self.model, self.admin_site)
            for inline in self.get_inlines(request, obj)
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list under its own name, not “Select … to change”."""
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with pghistory.context(actor=actor_of(request).pk, verb=f"edit {self.opts.verbose_name}"):
            return super().changeform_view(request, *args, **kwargs)


class InlineOnTheDesk(PlainFields, admin.options.InlineModelAdmin):
    """Rows inside another row's page, for coordinators."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_coordinator(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_coordinator(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_coordinator(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_coordinator(request.user)


def _with_desk_rights(inline: type[admin.options.InlineModelAdmin]) -> type[Any]:
    manners = {"template": "admin/edit_inline/stacked.html", "__module__": inline.__module__}
    return type(inline.__name__, (inline, InlineOnTheDesk), manners)


def on_the_desk(model_admin: type[admin.ModelAdmin]) -> type[admin.ModelAdmin]:
    """An app's own admin class with the desk's manners behind it: what the class says itself wins."""
    if issubclass(model_admin, OnTheDesk):
        return model_admin
    return type(model_admin.__name__, (model_admin, OnTheDesk), {"__module__": model_admin.__module__})
