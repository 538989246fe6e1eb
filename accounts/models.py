"""People who sign in. One person may be requester, speaker and coordinator at once; rights add up."""

import secrets
from typing import Any, ClassVar

import pghistory
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from formkit.letters import check_printable
from places.email import MAILBOX, UNTIDY, tidy


def new_stamp() -> str:
    """Return a random word that only this user's sessions know of."""
    return secrets.token_hex(16)


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are kept in lower case."""

    def create_user(self, email: str, **fields: Any) -> "User":
        """Write one user. Nobody has a password: people sign in with an e-mailed code or a passkey."""
        user = self.model(email=tidy(email), **fields)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=tidy(username or ""))


def _every_change() -> list[pghistory.Tracker]:
    """Return fresh trackers: pghistory writes each model's own fields into them, so they cannot be shared."""
    return [pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()]


@pghistory.track(*_every_change(), exclude=["password", "security_stamp", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """A person who may sign in, known by one e-mail address."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=200, blank=True, validators=[check_printable])
    is_staff = models.BooleanField("may open the desk", default=False)
    is_active = models.BooleanField("may sign in", default=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    security_stamp = models.CharField(max_length=32, default=new_stamp, editable=False)
    factor_reset_at = models.DateTimeField("second factor last reset", null=True, blank=True, editable=False)
    factor_waits_since = models.DateTimeField(
        "set up a passkey or app with a code alone, to be confirmed by phone",
        null=True,
        blank=True,
        editable=False,
    )

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["name", "email"]
        constraints = [
            models.CheckConstraint(
                name="user_email_is_written_one_way",
                condition=models.Q(email__regex=MAILBOX),
                violation_error_message=UNTIDY,
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else ""

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = tidy(self.email)
        if not self.password:
            self.set_unusable_password()
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Tie every session to what this person may do: change the stamp, or staff standing, and all end.

        Django offers no public hook that also covers older secret keys, hence the underscore.
        """
        standing = f"{self.password}|{self.security_stamp}|{self.email}|{self.is_staff}|{self.is_superuser}"
        return salted_hmac("accounts.User.session", standing, secret=secret, algorithm="sha256").hexdigest()


@pghistory.track(pghistory.InsertEvent("given"), pghistory.DeleteEvent("taken"), model_name="UserGroupEvent")
class UserGroup(User.groups.through):  # type: ignore[name-defined]  # made by Django while it runs
    """Who holds which role: here only so that the trail keeps each change."""

    class Meta:
        proxy = True


@pghistory.track(
    pghistory.InsertEvent("added"),
    pghistory.DeleteEvent("removed"),
    fields=["user", "type"],
    model_name="SecondFactorEvent",
)
class SecondFactor(Authenticator):
    """An app, a passkey or a set of recovery codes: here only so that the trail keeps each that comes or goes."""

    class Meta:
        proxy = True


@pghistory.track(
    pghistory.InsertEvent("remembered"),
    pghistory.DeleteEvent("forgotten"),
    fields=["user", "made_at"],
    model_name="RememberedDeviceEvent",
)
class RememberedDevice(models.Model):
    """A device on which a speaker answers invitations and notes absences without a code. It opens nothing else.

    Only the hash of its cookie is kept. ``stamp`` is the person's at the time: whatever ends their sessions ends it too.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    stamp = models.CharField(max_length=32, editable=False)
    name = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name or "A device"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Return those that may still be used."""
        return self.filter(used_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


@pghistory.track(*_every_change(), exclude=["token_hash"])
class Invitation(models.Model):
    """A one-use link by which a person sets up a second factor, and takes up a role if one is named.

    Only the hash of the link's token is kept. The role is given when the second factor works, not before.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, verbose_name="role", related_name="+"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    is_first = models.BooleanField("made by the first-run page", default=False, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField("second factor set up", null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Invitation"]] = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="invitation_is_used_before_it_is_finished",
                condition=models.Q(finished_at=None) | models.Q(used_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.group.name if self.group else 'speaker'}"

    @property
    def state(self) -> str:
        """Say in words where it stands."""
        if self.finished_at:
            return "taken up"
        if self.withdrawn_at:
            return "withdrawn"
        if self.used_at:
            return "opened, not finished"
        return "waiting" if self.expires_at > timezone.now() else "run out"
