"""After a backup was restored: it brings back sessions, remembered devices, open invitations, waiting mail and rights.

Sessions, devices, invitations and codes end here, and mail that waited then is held back. Nobody can know which rights were
taken away since the backup, so those are listed for a person to look over.
"""

from dataclasses import dataclass

import pghistory
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Invitation, RememberedDevice, User, new_stamp
from bookings.models import Contact
from outbox.models import Message
from outbox.states import State

VERB = "after a restore"
HELD_BACK = "It waited when the backup was made, and may have left since. Send it again if it has not."


@dataclass(frozen=True)
class Ended:
    """How many of each were ended or held back."""

    sessions: int
    devices: int
    invitations: int
    mail: int


@transaction.atomic
def end_what_came_back() -> Ended:
    """Sign everybody out everywhere, void what opens a door, and hold back mail that may have left already."""
    now = timezone.now()
    with pghistory.context(verb=VERB):
        sessions, _ = Session.objects.all().delete()
        devices = RememberedDevice.objects.count()
        RememberedDevice.objects.all().delete()
        invitations = Invitation.objects.open().update(withdrawn_at=now)
        for user in User.objects.select_for_update().order_by("pk"):
            # nobody has a password: the mark of a device that stands for a second factor is made from this
            user.password, user.security_stamp = make_password(None), new_stamp()
            user.save(update_fields=["password", "security_stamp"])
        return Ended(sessions, devices, invitations, _hold_back_mail())


def _hold_back_mail() -> int:
    """Withhold what waited; what is to leave on a day to come stays. A code loses its text, as every code that is over."""
    due = Message.objects.filter(Q(not_before=None) | Q(not_before__lte=timezone.now())).filter(
        state__in=[State.QUEUED, State.HANDING_OVER]
    )
    codes = due.filter(is_code=True).move(State.WITHHELD, error=HELD_BACK, text="", html="")
    return codes + due.filter(is_code=False).move(State.WITHHELD, error=HELD_BACK)


def to_look_over() -> list[str]:
    """Who may open the desk, and which bookings show names and venue to somebody: a line each."""
    staff = User.objects.filter(is_staff=True, is_active=True).prefetch_related("groups").order_by("email")
    lines = [
        f"{user.email}: {', '.join(sorted(group.name for group in user.groups.all())) or 'no role'}"
        for user in staff
    ]
    shared = Contact.objects.filter(released_at__isnull=False, revoked_at__isnull=True)
    references = shared.order_by("booking__reference").values_list("booking__reference", flat=True).distinct()
    return [*lines, *(f"{reference}: names and venue are shared with a contact" for reference in references)]
