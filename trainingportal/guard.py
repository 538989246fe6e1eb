"""What keeps robots and floods away from public forms: limits, a trap, and the time the form was drawn."""

import dataclasses
import datetime as dt
import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from formkit.lengths import BoundedForm
from places.email import tidy
from trainingportal.away import keep
from trainingportal.models import Attempts

HELD = "robot"
STAMP_SALT = "trainingportal.guard.drawn"
LEAST_AGE = dt.timedelta(seconds=2)
MOST_AGE = dt.timedelta(hours=24)

SEND_AGAIN = "Press the button once more. What you typed is still here."
TOO_MANY = (
    "We have had several messages from you or from your network in a short time. What you typed is still "
    "here. Please try again in an hour, or write to us or ring: see Contact."
)


@dataclasses.dataclass(frozen=True)
class Limit:
    """At most so many attempts in a window that starts with the first of them."""

    name: str
    most: int
    per: dt.timedelta


# Thousands of people may share one network address, so that limit is wide and the mailbox limit narrow.
BY_ADDRESS = Limit("address", most=30, per=dt.timedelta(hours=1))
BY_MAILBOX = Limit("mailbox", most=5, per=dt.timedelta(hours=1))
# What is read at all, right or wrong: far more than people with slips in their forms need, far less than a flood.
TO_BE_READ = Limit("read", most=600, per=dt.timedelta(hours=1))


def may_go_on(what: str, *, address: str, mailbox: str = "") -> bool:
    """Count one attempt at ``what`` for this address and mailbox; True while neither is over its limit.

    Call it before the work and outside its transaction, so that the count stays. It fails closed: where the
    count cannot be written, the database error goes up and nothing is accepted.
    """
    tries = {_key(f"{what}:{BY_ADDRESS.name}", address): BY_ADDRESS}
    if mailbox:
        tries[_key(f"{what}:{BY_MAILBOX.name}", tidy(mailbox))] = BY_MAILBOX
    counts = _count({key: limit.per for key, limit in tries.items()})
    return all(counts[key] <= limit.most for key, limit in tries.items())


def counted_before_it_is_read(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Count each post to a public form before anything looks into it; a flood from one network gets 429 instead."""

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            posts = count_attempt(TO_BE_READ.name, client_address(request), per=TO_BE_READ.per)
            if posts > TO_BE_READ.most:
                return render(request, "429.html", status=429)
        return view(request, *args, **kwargs)

    return counted


def count_attempt(what: str, who: str, *, per: dt.timedelta) -> int:
    """Count one more attempt and give how many there were in this window, this one included."""
    key = _key(what, who)
    return _count({key: per})[key]


def attempts_so_far(what: str, who: str) -> int:
    """How many attempts this window holds. Counts none."""
    found = Attempts.objects.filter(who=_key(what, who), ends_at__gt=timezone.now())
    return found.values_list("count", flat=True).first() or 0


def forget_old() -> int:
    """Drop counts whose window is over, some at a time, passing by rows that somebody else holds."""
    old = Attempts.objects.filter(ends_at__lte=timezone.now()).select_for_update(skip_locked=True)
    deleted, _ = Attempts.objects.filter(pk__in=old.values("pk")[:500]).delete()
    return deleted


def _key(what: str, who: str) -> str:
    """Who tried what, told apart without being named."""
    return salted_hmac("trainingportal.guard", f"{what}:{who}", algorithm="sha256").hexdigest()


def _count(windows: dict[str, dt.timedelta]) -> dict[str, int]:
    """Count one more attempt for each key, and give how many each has in its window.

    One statement, so that attempts made at the same moment are all counted; in the order of the keys, so that two
    such statements never wait for each other.
    """
    now = timezone.now()
    table = connection.ops.quote_name(Attempts._meta.db_table)
    rows = [part for key in sorted(windows) for part in (key, now + windows[key])]
    with connection.cursor() as cursor:
        cursor.execute(
            # the table's name is ours, everything else is a parameter
            f"""
            INSERT INTO {table} AS a (who, count, ends_at) VALUES {", ".join(["(%s, 1, %s)"] * len(windows))}
            ON CONFLICT (who) DO UPDATE SET
                count = CASE WHEN a.ends_at <= %s THEN 1 ELSE a.count + 1 END,
                ends_at = CASE WHEN a.ends_at <= %s THEN excluded.ends_at ELSE a.ends_at END
            RETURNING who, count
            """,  # noqa: S608
            [*rows, now, now],
        )
        return {who: int(count) for who, count in cursor.fetchall()}


def client_address(request: HttpRequest) -> str:
    """Give the visitor's network address: a whole IPv4 address, or the /64 of an IPv6 one.

    Behind our own proxy it is the last address of ``X-Forwarded-For``: the only one the proxy wrote itself.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def stamp() -> str:
    """Sign this moment, for a form that is drawn now."""
    return signing.dumps(timezone.now().timestamp(), salt=STAMP_SALT)


class Trap(forms.TextInput):
    """A box that people never see and robots like to fill."""

    template_name = "components/trap.html"

    @property
    def is_hidden(self) -> bool:
        return True


class DrawnField(forms.CharField):
    """The signed moment the form was drawn. A stamp past its time is drawn anew, so nobody is stuck."""

    widget = forms.HiddenInput

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data if _moment(str(data or "")) else stamp()


class TrappedForm(BoundedForm, forms.Form):
    """A form with the trap, which draws itself as a hidden field."""

    web_page = forms.CharField(required=False, max_length=500, widget=Trap)

    def clean(self) -> dict[str, Any]:
        """Hold the form where a robot is likely; not beside other errors, where it comes again anyway."""
        cleaned = super().clean() or self.cleaned_data
        if self.is_like_a_robots(cleaned) and not self.errors:
            raise forms.ValidationError(SEND_AGAIN, code=HELD)
        return cleaned

    def is_like_a_robots(self, cleaned: dict[str, Any]) -> bool:
        """Say whether what was sent looks as a robot sends it."""
        return bool(cleaned.get("web_page"))

    @property
    def is_held(self) -> bool:
        """Say whether the guard alone has something against it: then answer with ``one_moment``."""
        return self.is_bound and self.has_error(NON_FIELD_ERRORS, HELD)


class GuardedForm(TrappedForm):
    """A public form that is the first thing somebody sends us: the trap, and the moment it was drawn."""

    drawn = DrawnField(required=False, max_length=200, initial=stamp)

    def is_like_a_robots(self, cleaned: dict[str, Any]) -> bool:
        """Quicker than a person types, too, or without a page of ours."""
        return super().is_like_a_robots(cleaned) or not is_likely_age(cleaned.get("drawn", ""))


def one_moment(request: HttpRequest) -> HttpResponse:
    """Answer with a page that holds what was typed and sends it again at a press: a person waits a moment, and is not blamed.

    A robot does not come back. Where the trap was filled, by a password manager for one, it is sent empty.
    """
    kept = [field for field in keep(request.POST).fields if field[0] not in ("web_page", "drawn")]
    posted = request.POST.get("drawn", "")
    kept.append(("drawn", posted if _moment(posted) is not None else stamp()))
    context = {"address": request.get_full_path(), "fields": kept}
    return render(request, "public/one_moment.html", context, status=422)


def is_likely_age(drawn: str) -> bool:
    """Say whether the form was drawn by us, longer ago than a robot takes and not longer than a day."""
    moment = _moment(drawn)
    return moment is not None and timezone.now().timestamp() - moment >= LEAST_AGE.total_seconds()


def _moment(drawn: str) -> float | None:
    """Read a stamp; None when it is not ours or older than a day."""
    try:
        return float(signing.loads(drawn, salt=STAMP_SALT, max_age=MOST_AGE))
    except signing.BadSignature:
        return None
