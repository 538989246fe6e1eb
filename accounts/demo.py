"""Entering without signing in, in the demo only."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import User


def enter_as(request: HttpRequest, user: User) -> None:
    """Sign this session in as an invented person; counts as a second factor. Call it on POST only.

    Raises PermissionDenied outside the demo, whoever asks.
    """
    if not settings.DEMO:
        raise PermissionDenied
    adapter = get_adapter(request)
    adapter.logout(request)
    adapter.login(request, user)
    record_authentication(request, user, "demo")
