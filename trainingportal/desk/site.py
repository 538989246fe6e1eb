"""The desk: our own admin site. Sign-in is the portal's, the menu holds our models only."""

from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, path

import accounts.admin
import courses.admin
import places.admin
import speakers.admin
from accounts.models import Invitation, User
from accounts.rights import is_auditor, is_coordinator, is_reader, may_open_desk, send_to_sign_in
from places.models import Force, Region
from trainingportal.desk import admin as desk_admin
from trainingportal.desk import asked_changes, came_in, private, questions, setting_up, verb_views, views
from trainingportal.desk.access import on_the_desk

REGISTERS: list[dict[type[Model], type[admin.ModelAdmin]]] = [
    desk_admin.ADMINS,
    courses.admin.ADMINS,
    speakers.admin.ADMINS,
    {Region: places.admin.RegionAdmin, Force: places.admin.ForceAdmin},
    {User: accounts.admin.UserAdmin, Invitation: accounts.admin.InvitationAdmin},
]


LEFT_OUT = ("password_change", "password_change_done", "logout", "view_on_site")
"""There are no passwords, the portal has its own way out, and no row has a page of its own on the site."""


class DeskSite(admin.AdminSite):
    """Django's admin behind the portal's own sign-in and roles."""

    site_title = "Training desk"
    site_header = "Training desk"
    index_title = "Desk"
    site_url = None
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return may_open_desk(request) and (is_coordinator(user) or is_reader(user) or is_auditor(user))

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """There is no password: send them to the portal's sign-in, or to their second factor."""
        return send_to_sign_in(request)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Django's pages behind the same door: sign in, then a second factor; 403 for staff without a role."""
        inside = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if self.has_permission(request):
                return inside(request, *args, **kwargs)
            if may_open_desk(request):
                raise PermissionDenied
            return send_to_sign_in(request)

        return guarded

    def index(self, request: HttpRequest, extra_context: object = None) -> Any:
        return views.home(request)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        ours = [
            path("", views.home, name="index"),
            path("find/", views.find, name="find"),
            path("telephone/", questions.phone, name="phone"),
            path("set-up/", setting_up.set_up, name="set-up"),
            path("diary/", views.diary, name="diary"),
            path("lists/", views.lists_page, name="lists"),
            path("private-messages/", private.private_messages, name="private-messages"),
            path(
                "private-messages/<int:message_id>/answer/",
                private.answer_private_message,
                name="private-answer",
            ),
            path("history/", views.history_page, name="history"),
            path("change/<int:change_id>/", asked_changes.change, name="change"),
            path("change/<int:change_id>/agree/", asked_changes.agree, name="change-agree"),
            path("change/<int:change_id>/decline/", asked_changes.decline, name="change-decline"),
            path("came-in/<int:matter_id>/dealt-with/", came_in.dealt_with, name="dealt-with"),
            path("came-in/<slug:reference>/all-dealt-with/", came_in.all_dealt_with, name="all-dealt-with"),
            path("do/<slug:reference>/<slug:key>/", verb_views.verb, name="verb"),
            path("do/<slug:reference>/<slug:key>/<int:on>/", verb_views.verb, name="verb"),
            path("question/<slug:reference>/<slug:key>/", questions.enquiry_verb, name="enquiry-verb"),
        ]
        return [*ours, *(each for each in super().get_urls() if getattr(each, "name", "") not in LEFT_OUT)]


desk = DeskSite(name="desk")
for register in REGISTERS:
    for model, model_admin in register.items():
        desk.register(model, on_the_desk(model_admin))
