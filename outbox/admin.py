"""How the desk reads the outbox and acts on it. The desk registers its own kind of this on its site."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import dateformat, timezone
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from formkit.lengths import BoundedForm
from outbox import services
from outbox.envelope import build
from outbox.models import Message
from outbox.states import State
from places.email import tidy

PILLS = {State.FAILED: "stop", State.UNSURE: "warn", State.MISSED: "warn", State.WITHHELD: "part"}


class BoundedPaginator(Paginator):
    """Pages over the newest 1,000 rows at most: counting further costs more, the longer the portal runs."""

    most = 1000

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[: self.most].count()


class StateFilter(admin.SimpleListFilter):
    """Where the mail stands; the states that want a person come first."""

    title = "where it stands"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        wanting = [State.UNSURE, State.FAILED, State.QUEUED, State.DRAFT]
        rest = [state for state in State if state not in wanting]
        return [(state.value, str(state.label)) for state in wanting + rest]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class ReasonForm(BoundedForm, forms.Form):
    """Why a mail is stopped."""

    reason = forms.CharField(max_length=200, strip=True)


class MailAdmin(admin.ModelAdmin):
    """Every mail, the newest first. Nothing is edited here: a mail is sent, sent again, or stopped.

    Reading needs the right to view messages; the verbs need the right to change them.
    """

    list_display = ["what", "reference", "to", "stands", "when"]
    list_display_links = ["what"]
    list_filter = [StateFilter]
    list_per_page = 50
    list_max_show_all = 0
    ordering = ["-pk"]
    sortable_by = ()
    search_fields = ["reference"]
    search_help_text = "A reference (WT-…, EN-…) or a whole e-mail address"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    actions = None
    change_form_template = "admin/outbox/message/change_form.html"

    # ---- the list

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, {"title": "Mail", **(extra_context or {})})
        if isinstance(response, TemplateResponse) and response.context_data:
            self.opened(request, list(response.context_data["cl"].result_list))
        return response

    @admin.display(description="Mail")
    def what(self, message: Message) -> str:
        return message.kind_label

    @admin.display(description="Stands")
    def stands(self, message: Message) -> str:
        return message.get_state_display()

    @admin.display(description="When")
    def when(self, message: Message) -> str:
        moment = timezone.localtime(message.sent_at or message.queued_at)
        return dateformat.format(moment, "j M Y, H:i")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return Message.objects.without_bodies().order_by("-pk")

    def get_ordering(self, request: HttpRequest) -> tuple[str]:
        return ("-pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Whole references and whole addresses only: both have an index, and nothing else is looked for."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if "@" in term:
            return queryset.filter(to=tidy(term)), False
        return queryset.filter(reference=term.upper()), False

    # ---- one mail

    def get_urls(self) -> list[URLPattern]:
        file_view = self.admin_site.admin_view(require_safe(self.file_view))
        return [
            path("<path:object_id>/file/", file_view, name="outbox_message_file"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one mail as it is sent; a POST names a verb and acts."""
        message = self._get(request, object_id)
        if request.method == "POST":
            return self._act(request, message)
        self.opened(request, [message])
        context = {
            **self.admin_site.each_context(request),
            "title": message.subject,
            "opts": self.opts,
            "mail": message,
            "pill": PILLS.get(State(message.state), ""),
            "attachments": message.attachments.defer("content").order_by("pk"),
            "may_act": self.has_change_permission(request, message),
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.change_form_template, context)

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The mail as a file that any mail programme opens, with its attachments."""
        message = self._get(request, object_id)
        self.opened(request, [message])
        response = HttpResponse(build(message), content_type="message/rfc822")
        name = f"{message.reference or 'mail'}-{message.pk}.eml"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def opened(self, request: HttpRequest, messages: list[Message]) -> None:
        """Called before mails are shown. Nothing here; the desk notes who looked."""

    def _get(self, request: HttpRequest, object_id: str) -> Message:
        message = Message.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if message is None:
            raise Http404
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        return message

    def _act(self, request: HttpRequest, message: Message) -> HttpResponse:
        """Do what the button says, once; a button that came too late is told so."""
        if not self.has_change_permission(request, message):
            raise PermissionDenied
        assert request.user.is_authenticated  # the desk's gate has seen to it
        verb = request.POST.get("verb", "")
        here = redirect(reverse(f"{self.admin_site.name}:outbox_message_change", args=[message.pk]))
        sending: dict[str, Callable[..., Message]] = {
            "send": services.send_draft,
            "send-again": services.send_again,
        }
        try:
            if verb in sending:
                sending[verb](message.pk, actor=request.user)
                messages.success(request, "The mail is on its way. It leaves within a minute.")
            elif verb == "withhold":
                form = ReasonForm(request.POST)
                if not form.is_valid():
                    messages.error(request, "Say in a few words why this mail is not to be sent.")
                    return here
                services.withhold(message.pk, reason=form.cleaned_data["reason"], actor=request.user)
                messages.success(request, "The mail is laid aside, and your reason stands on it.")
            else:
                messages.error(request, "Nothing was done: that button is not known here.")
        except services.CannotBeSentError:
            messages.warning(
                request, "Nothing was sent: the mail has moved on meanwhile. See where it stands now."
            )
        except services.CannotBeWithheldError:
            messages.warning(request, "The mail could not be stopped: it has left, or is leaving just now.")
        return here

    # ---- nothing is added, edited or deleted by hand

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
