"""A form pressed twice acts once: each drawn form carries a word of its own, and the first press uses it up."""

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import get_random_string

FIELD = "once"
KEPT_SECONDS = 24 * 60 * 60


def word(request: HttpRequest) -> str:
    """The word of the form being drawn: the one that came with it, or a new one."""
    sent = request.POST.get(FIELD, "")
    return sent if sent.isalnum() and len(sent) == 20 else get_random_string(20)


def use_up(request: HttpRequest) -> bool:
    """Use the form's word up; False when that was done before. A form that came without one counts as new."""
    return bool(cache.add(_key(request), True, KEPT_SECONDS))


def give_back(request: HttpRequest) -> None:
    """Let the same form be sent again: it was refused and changed nothing."""
    cache.delete(_key(request))


def _key(request: HttpRequest) -> str:
    return f"desk-once:{request.user.pk}:{request.path}:{word(request)}"
