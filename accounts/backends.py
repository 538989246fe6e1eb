"""How a session finds its person again: one kept statement, on every page of everybody who is signed in."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User
from places.kept_queries import Blank, KeptQuery

_USER = KeptQuery(lambda: User.objects.filter(pk=Blank("pk")).order_by())


class QuickBackend(AuthenticationBackend):
    """allauth's own, with a quicker look at who it is."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of this key, unless they may no longer sign in."""
        user = _USER.first(pk=user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
