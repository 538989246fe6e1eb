"""Everything that changes who may sign in, and as what."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable

import pghistory
import pgtrigger
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import kinds, rights
from accounts.models import Invitation, RememberedDevice, User, new_stamp
from outbox.queue import link, queue_message
from outbox.services import forget_mail
from places.email import tidy

FIRST_RUN_LASTS = dt.timedelta(hours=24)
FIRST_RUN_SALT = "accounts.first-run"


class InvitationSpentError(Exception):
    """The link was used, withdrawn, has run out or never existed."""


class FirstRunClosedError(Exception):
    """Somebody runs the desk already, or the link was used before."""


class NeedsSecondFactorError(Exception):
    """This person has a second factor; the link alone must not stand in for it."""


class LastCoordinatorError(Exception):
    """The desk would be left with nobody to run it."""


AfterMove = Callable[[User, User], None]

_after_move: list[AfterMove] = []


def after_move(callback: AfterMove) -> None:
    """Ask to be told whenever a person's address was changed, as `callback(user, actor)`. Call it in AppConfig.ready().

    It runs in the transaction that changes the address.
    """
    if callback not in _after_move:
        _after_move.append(callback)


AfterLeaving = Callable[[User, User], None]

_after_leaving: list[AfterLeaving] = []


def after_leaving_the_desk(callback: AfterLeaving) -> None:
    """Ask to be told whenever somebody runs the desk no more, as `callback(user, actor)`. Call it in AppConfig.ready().

    It runs in the transaction that takes the role away.
    """
    if callback not in _after_leaving:
        _after_leaving.append(callback)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# ---- people


@transaction.atomic(savepoint=False)
def ensure_user(email: str, *, name: str = "") -> User:
    """Return the user with this address, made if need be; a name is filled in only where none stands.

    The address is on record as unverified until a code proves it. Nothing is mailed.
    """
    address = tidy(email)
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User(email=address, name=name.strip())
        user.set_unusable_password()
        # two at once: the second waits for the first and is given its row
        [user] = User.objects.bulk_create(
            [user], update_conflicts=True, unique_fields=["email"], update_fields=["email"]
        )
    elif name.strip() and not user.name:
        user.name = name.strip()
        user.save(update_fields=["name"])
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=address, verified=False, primary=True)], ignore_conflicts=True
    )
    return user


@transaction.atomic
def change_email(user: User, *, email: str, actor: User) -> None:
    """Move a person to another address, unverified until a code proves it, and end their sessions."""
    with pghistory.context(actor=actor.pk, verb="change e-mail address"):
        user.email = email
        user.security_stamp = new_stamp()
        user.save(update_fields=["email", "security_stamp"])
        EmailAddress.objects.filter(user=user).delete()
        EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    for callback in _after_move:
        callback(user, actor)


def role(name: str) -> Group:
    """Return a staff role, made if it is missing. `name` is one of rights.STAFF_GROUPS."""
    if name not in rights.STAFF_GROUPS:
        raise ValueError(name)
    return Group.objects.get_or_create(name=name)[0]


def _one_at_a_time() -> None:
    """Queue up with whoever else changes who runs the desk, until this transaction ends."""
    Group.objects.select_for_update().get(pk=role(rights.COORDINATORS).pk)


def rename(user: User, *, name: str, actor: User) -> None:
    """Write a person's name as they want it."""
    with pghistory.context(actor=actor.pk, verb="rename"):
        user.name = name.strip()
        user.save(update_fields=["name"])


def confirm_mailbox(user: User) -> None:
    """Record that this person reads mail at their address."""
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)


def end_sessions(user: User, *, actor: User) -> None:
    """Sign this person out everywhere, at their next click."""
    with pghistory.context(actor=actor.pk, verb="end sessions"):
        user.security_stamp = new_stamp()
        user.save(update_fields=["security_stamp"])


def _other_coordinators(user: User) -> list[User]:
    return [colleague for colleague in rights.coordinators() if colleague != user]


@transaction.atomic
def set_role(user: User, *, group: str | None, actor: User) -> None:
    """Give one staff role, or none, in place of what was held, and end the person's sessions.

    Raises LastCoordinatorError when nobody would be left to run the desk.
    """
    _one_at_a_time()  # so that two cannot remove each other
    if group != rights.COORDINATORS and is_last_coordinator(user):
        raise LastCoordinatorError
    leaves = group != rights.COORDINATORS and user.groups.filter(name=rights.COORDINATORS).exists()
    with pghistory.context(actor=actor.pk, verb=f"give the role {group}" if group else "take the role away"):
        user.groups.remove(*Group.objects.filter(name__in=rights.STAFF_GROUPS).exclude(name=group or ""))
        if group:
            user.groups.add(role(group))
        user.is_staff = group is not None
        user.security_stamp = new_stamp()
        user.save(update_fields=["is_staff", "security_stamp"])
    for callback in _after_leaving if leaves else ():
        callback(user, actor)


def is_last_coordinator(user: User) -> bool:
    """Say whether the desk would be left with nobody to run it without this person."""
    return (
        user.is_active
        and user.groups.filter(name=rights.COORDINATORS).exists()
        and not _other_coordinators(user)
    )


@transaction.atomic
def open_account(user: User, *, actor: User) -> None:
    """Let a person sign in again, with no role."""
    with pghistory.context(actor=actor.pk, verb="open account"):
        user.is_active = True
        user.save(update_fields=["is_active"])


@transaction.atomic
def close_account(user: User, *, actor: User) -> None:
    """Stop a person signing in at all, and end their sessions. Raises LastCoordinatorError."""
    set_role(user, group=None, actor=actor)
    with pghistory.context(actor=actor.pk, verb="close account"):
        user.is_active = False
        user.save(update_fields=["is_active"])


FORGOTTEN = "@forgotten.invalid"


@transaction.atomic
def forget_person(user_id: int) -> None:
    """Take name and mailbox off somebody nobody needs to know any more; only a number stays, for what they once did."""
    with pghistory.context(actor=None, verb="forget a person"):
        user = User.objects.select_for_update().get(pk=user_id)
        forget_mail(to=user.email)
        user.name, user.email, user.is_active = "", f"{user.pk}{FORGOTTEN}", False
        user.security_stamp = new_stamp()
        user.save(update_fields=["name", "email", "is_active", "security_stamp"])
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
        Invitation.objects.filter(user=user).delete()
        RememberedDevice.objects.filter(user=user).delete()
    for events in {*User.pgh_event_models.values()}:  # type: ignore[attr-defined]  # written there by pghistory
        with pgtrigger.ignore(f"{events._meta.label}:append_only"):
            events.objects.filter(pgh_obj_id=user_id).delete()


# ---- invitations


def invite_staff(email: str, *, name: str, group: str, actor: User) -> Invitation:
    """Mail a one-use link by which this person sets up a second factor and takes up the role.

    `group` is one of rights.STAFF_GROUPS. They get the role when the factor works, not before.
    """
    return _invite(ensure_user(email, name=name), group=group, actor=actor)


def invite_speaker(email: str, *, name: str, actor: User) -> Invitation:
    """Mail a one-use link by which a speaker sets up a second factor; it gives no role at the desk."""
    return _invite(ensure_user(email, name=name), group=None, actor=actor)


@transaction.atomic
def _invite(user: User, *, group: str | None, actor: User) -> Invitation:
    """Write the invitation, withdraw older ones, and queue the mail. Only a hash of the token is kept."""
    token = secrets.token_urlsafe(32)
    with pghistory.context(actor=actor.pk, verb="invite"):
        Invitation.objects.filter(user=user, finished_at=None, withdrawn_at=None).update(
            withdrawn_at=timezone.now()
        )
        invitation = Invitation.objects.create(
            user=user,
            group=role(group) if group else None,
            token_hash=_hash(token),
            invited_by=actor,
            expires_at=timezone.now() + kinds.INVITATION_LASTS,
        )
    queue_message(
        kinds.INVITATION,
        to=user.email,
        about=invitation,
        occasion=str(invitation.pk),
        context={
            "user": user,
            "actor": actor,
            "invitation": invitation,
            "url": link(reverse("invitation", args=[token])),
        },
    )
    return invitation


def withdraw_invitation(invitation: Invitation, *, actor: User) -> None:
    """Make a link worthless, even where somebody has opened it but not finished."""
    with pghistory.context(actor=actor.pk, verb="withdraw invitation"):
        Invitation.objects.filter(pk=invitation.pk, finished_at=None).update(withdrawn_at=timezone.now())


def find_invitation(token: str) -> Invitation:
    """Return the open invitation behind a link, or raise InvitationSpentError."""
    invitation = Invitation.objects.open().filter(token_hash=_hash(token), user__is_active=True).first()
    if invitation is None:
        raise InvitationSpentError
    return invitation


@transaction.atomic
def use_invitation(token: str, *, proven_user: User | None) -> Invitation:
    """Spend the link. Its mail reached the mailbox, so the address counts as verified.

    A person who has a second factor already must have shown it: `proven_user` is who is signed in with one.
    They take up the role at once. Raises InvitationSpentError or NeedsSecondFactorError.
    """
    invitation = (
        Invitation.objects.open()
        .select_for_update(of=["self"])
        .select_related("user", "group")
        .filter(token_hash=_hash(token), user__is_active=True)
        .first()
    )
    if invitation is None:
        raise InvitationSpentError
    user = invitation.user
    has_factor = rights.has_factor_set_up(user)
    if has_factor and proven_user != user:
        raise NeedsSecondFactorError
    with pghistory.context(actor=user.pk, verb="use invitation"):
        invitation.used_at = timezone.now()
        invitation.save(update_fields=["used_at"])
    confirm_mailbox(user)
    if has_factor:
        finish_invitation(invitation)
        invitation.refresh_from_db()
    return invitation


@transaction.atomic
def finish_invitation(invitation: Invitation) -> None:
    """Give the role the invitation names, now that the second factor works; older sessions end.

    The caller keeps the present session alive with update_session_auth_hash(). Raises InvitationSpentError
    when it was finished before or withdrawn since, FirstRunClosedError when somebody else became the first
    coordinator meanwhile.
    """
    invitation = (
        Invitation.objects.select_for_update(of=["self"])
        .select_related("user", "group")
        .get(pk=invitation.pk)
    )
    if invitation.finished_at or invitation.withdrawn_at or not invitation.used_at:
        raise InvitationSpentError
    user = invitation.user
    if invitation.is_first:
        _one_at_a_time()
        if not first_run_is_open():
            raise FirstRunClosedError
    with pghistory.context(actor=user.pk, verb="take up invitation"):
        invitation.finished_at = timezone.now()
        invitation.save(update_fields=["finished_at"])
    if invitation.group:
        set_role(user, group=invitation.group.name, actor=invitation.invited_by or user)


# ---- second factor


@transaction.atomic
def reset_second_factor(user: User, *, actor: User) -> Invitation:
    """Forget a person's passkeys, app and recovery codes after a call-back, and mail them a new link.

    Their sessions end, places and names stay closed to them for 24 hours, and every other coordinator is
    told.
    """
    with pghistory.context(actor=actor.pk, verb="reset second factor"):
        Authenticator.objects.filter(user=user).delete()
        user.factor_reset_at = timezone.now()
        user.factor_waits_since = None
        user.security_stamp = new_stamp()
        user.save(update_fields=["factor_reset_at", "factor_waits_since", "security_stamp"])
    role = user.groups.filter(name__in=rights.STAFF_GROUPS).values_list("name", flat=True).first()
    invitation = _invite(user, group=role, actor=actor)
    for colleague in _other_coordinators(user):
        queue_message(
            kinds.FACTOR_RESET,
            to=colleague.email,
            about=invitation,
            occasion=f"reset-{invitation.pk}",
            context={"user": user, "actor": actor, "colleague": colleague},
        )
    return invitation


@transaction.atomic
def wait_for_confirmation(user: User) -> None:
    """Note that a speaker set up a passkey or app with a code alone, and ask the desk to ring: until then it opens nothing."""
    user.factor_waits_since = timezone.now()
    user.save(update_fields=["factor_waits_since"])
    for colleague in rights.coordinators():
        queue_message(
            kinds.FACTOR_WAITS,
            to=colleague.email,
            about=user,
            occasion=f"waits-{user.factor_waits_since:%Y%m%d%H%M%S}",
            context={
                "user": user,
                "colleague": colleague,
                "url": link(reverse("desk:accounts_user_change", args=[user.pk])),
            },
        )


@transaction.atomic
def confirm_factor(user: User, *, actor: User) -> bool:
    """Open what a speaker's passkey or app opens, after a phone call to a number we hold. False where none waited."""
    with pghistory.context(actor=actor.pk, verb="confirm a passkey or app"):
        waits = User.objects.select_for_update().get(pk=user.pk)
        if waits.factor_waits_since is None:
            return False
        waits.factor_waits_since = None
        waits.save(update_fields=["factor_waits_since"])
    queue_message(
        kinds.SIGN_IN_CHANGED,
        to=waits.email,
        about=waits,
        occasion=secrets.token_hex(8),
        context={
            "user": waits,
            "what": "Your passkey or authenticator app was confirmed",
            "url": link(reverse("mfa_index")),
        },
    )
    return True


# ---- the first coordinator


def first_run_is_open() -> bool:
    """Say whether nobody runs the desk yet."""
    return not User.objects.filter(is_staff=True).exists()


def first_run_link() -> str | None:
    """Return a link that makes the first coordinator, or None when somebody runs the desk already.

    It lasts 24 hours and works once. Whoever can run commands on this machine may have it, nobody else.
    """
    if not first_run_is_open():
        return None
    token = signing.dumps(secrets.token_urlsafe(16), salt=FIRST_RUN_SALT)
    return link(reverse("first-run-with-link", args=[token]))


def first_run_link_is_good(token: str) -> bool:
    """Say whether this link was made by this portal in the last 24 hours and not yet used."""
    try:
        signing.loads(token, salt=FIRST_RUN_SALT, max_age=FIRST_RUN_LASTS)
    except signing.BadSignature:
        return False
    return first_run_is_open() and not Invitation.objects.filter(token_hash=_hash(token)).exists()


@transaction.atomic
def start_first_run(token: str, *, email: str, name: str) -> Invitation:
    """Spend the first-run link: write the person, not yet the role, who must now set up a second factor.

    Raises FirstRunClosedError when the link is spent or somebody runs the desk already.
    """
    if not first_run_link_is_good(token):
        raise FirstRunClosedError
    user = ensure_user(email, name=name)
    confirm_mailbox(user)  # whoever holds the machine vouches for it; mail may not work yet
    try:
        with transaction.atomic(), pghistory.context(actor=user.pk, verb="first run"):
            return Invitation.objects.create(
                user=user,
                group=role(rights.COORDINATORS),
                token_hash=_hash(token),
                is_first=True,
                expires_at=timezone.now() + FIRST_RUN_LASTS,
                used_at=timezone.now(),
            )
    except IntegrityError as clash:
        raise FirstRunClosedError from clash
