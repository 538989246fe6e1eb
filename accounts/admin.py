"""People and invitations as the desk shows them. The desk registers these classes; every change is a service."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import rights, services
from accounts.models import Invitation, User
from formkit.lengths import BoundedForm
from formkit.letters import check_printable
from formkit.mailboxes import MailboxField
from places.email import tidy

NO_ROLE = ("", "No role at the desk")
ROLES = [NO_ROLE, *((name, name) for name in rights.STAFF_GROUPS)]


class CoordinatorsOnly(admin.ModelAdmin):
    """Open to coordinators whose session has shown a second factor; nothing is ever deleted here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return rights.may_open_desk(request) and rights.is_coordinator(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UserForm(BoundedForm, forms.ModelForm):
    """A person's name, address and standing. What changes standing ends their sessions."""

    role = forms.ChoiceField(
        choices=ROLES,
        required=False,
        label="Role at the desk",
        help_text="Changing it signs this person out everywhere. A new role needs a second factor to be of use: "
        "invite them instead if they have none.",
    )

    class Meta:
        model = User
        fields = ["name", "email", "is_active"]
        field_classes = {"email": MailboxField}
        help_texts = {
            "email": "Changing it signs this person out everywhere.",
            "is_active": "Without this tick nobody signs in at this address.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = self.instance.groups.filter(name__in=rights.STAFF_GROUPS).values_list("name", flat=True)
        self.fields["role"].initial = held.first() or ""

    def clean_email(self) -> str:
        return tidy(str(self.cleaned_data["email"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        stays = cleaned.get("role") == rights.COORDINATORS and cleaned.get("is_active")
        if not stays and services.is_last_coordinator(self.instance):
            raise forms.ValidationError("This is the only coordinator. Invite another first.")
        return cleaned


class UserAdmin(CoordinatorsOnly):
    """The people who may sign in."""

    form = UserForm
    fields = [
        "name",
        "email",
        "role",
        "is_active",
        "joined_at",
        "last_login",
        "second_factor",
        "factor_waits_since",
        "factor_reset_at",
    ]
    readonly_fields = ["joined_at", "last_login", "second_factor", "factor_waits_since", "factor_reset_at"]
    list_display = ["__str__", "email", "roles", "is_active", "second_factor", "last_login"]
    list_filter = [
        "is_active",
        ("groups", admin.RelatedOnlyFieldListFilter),
        ("factor_waits_since", admin.EmptyFieldListFilter),
    ]
    search_fields = ["name__plain__contains", "email"]
    actions = ["confirm_factor", "reset_second_factor", "end_sessions"]
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people come by asking, or by invitation

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups", "authenticator_set")

    @admin.display(description="role")
    def roles(self, user: User) -> str:
        return ", ".join(sorted(group.name for group in user.groups.all())) or "none"

    @admin.display(description="second factor", boolean=True)
    def second_factor(self, user: User) -> bool:
        return any(held.type != held.Type.RECOVERY_CODES for held in user.authenticator_set.all())  # type: ignore[attr-defined]  # the library's reverse name

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Hand each change to its service, so that sessions end and the trail says who."""
        actor = request.user
        assert isinstance(actor, User)
        user = User.objects.get(pk=obj.pk)
        if "name" in form.changed_data:
            services.rename(user, name=obj.name, actor=actor)
        if "email" in form.changed_data:
            services.change_email(user, email=obj.email, actor=actor)
        if "role" in form.changed_data:
            services.set_role(user, group=form.cleaned_data["role"] or None, actor=actor)
        if "is_active" in form.changed_data:
            change_standing = services.open_account if obj.is_active else services.close_account
            change_standing(user, actor=actor)

    @admin.action(description="Confirm a speaker’s passkey or authenticator app (after a phone call)")
    def confirm_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        assert isinstance(request.user, User)
        for user in queryset:
            if services.confirm_factor(user, actor=request.user):
                messages.success(request, f"Confirmed. {user} can now see names and venue.")
            else:
                messages.warning(request, f"{user} was not waiting for a phone call. Nothing has changed.")

    @admin.action(description="Reset the second factor and send a new invitation (after a call-back)")
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        assert isinstance(request.user, User)
        for user in queryset:
            services.reset_second_factor(user, actor=request.user)
            messages.success(request, f"{user} is signed out everywhere and has a new invitation by mail.")

    @admin.action(description="Sign out everywhere")
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        assert isinstance(request.user, User)
        for user in queryset:
            services.end_sessions(user, actor=request.user)
            messages.success(request, f"{user} is signed out everywhere.")


class InvitationForm(BoundedForm, forms.ModelForm):
    """Whom to invite, and as what."""

    name = forms.CharField(max_length=200, validators=[check_printable])
    email = MailboxField(label="Email address")
    group = forms.ModelChoiceField(
        Group.objects.filter(name__in=rights.STAFF_GROUPS),
        required=False,
        label="Role",
        empty_label="Speaker: a second factor, no role at the desk",
    )

    class Meta:
        model = Invitation
        fields = ["group"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        user = User.objects.filter(email=tidy(str(cleaned.get("email", "")))).first()
        if user and cleaned.get("group") and services.is_last_coordinator(user):
            raise forms.ValidationError("This is the only coordinator. Invite another first.")
        return cleaned


class InvitationAdmin(CoordinatorsOnly):
    """Who was invited, by whom, and where it stands."""

    form = InvitationForm
    list_display = ["user", "group", "stands", "invited_by", "created_at", "expires_at"]
    list_select_related = ["user", "group", "invited_by"]
    actions = ["withdraw"]
    list_per_page = 50

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    @admin.display(description="stands")
    def stands(self, invitation: Invitation) -> str:
        return invitation.state

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return (
            ["user", "group", "stands", "invited_by", "created_at", "expires_at"]
            if obj
            else ["name", "email", "group"]
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["stands", "created_at"] if obj else []

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        """Queue the invitation; the row the form would have saved is the service's instead."""
        assert isinstance(request.user, User)
        asked = form.cleaned_data
        if asked["group"]:
            made = services.invite_staff(
                asked["email"], name=asked["name"], group=asked["group"].name, actor=request.user
            )
        else:
            made = services.invite_speaker(asked["email"], name=asked["name"], actor=request.user)
        obj.pk, obj.user, obj.expires_at = made.pk, made.user, made.expires_at

    @admin.action(description="Withdraw")
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        assert isinstance(request.user, User)
        for invitation in queryset:
            services.withdraw_invitation(invitation, actor=request.user)
        messages.success(request, "Withdrawn: the links no longer work.")
