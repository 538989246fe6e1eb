"""Sessions in the database: Django's own, with one statement for a read and one for a write.

They stand in a table and nowhere else, so that nobody is signed out when Redis is away, and ending a session ends it.
"""

import json
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

READ = f'SELECT session_data FROM "{Session._meta.db_table}" WHERE session_key = %s AND expire_date > %s'  # noqa: S608  our own table


class SessionStore(db.SessionStore):
    """A session. What was saved is not saved again while it stays as it is."""

    _saved: tuple[str | None, str] | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table of sessions."""
        return Session

    def load(self) -> dict[str, Any]:
        """Read the session; an unknown key, or one past its time, is as good as none."""
        with connection.cursor() as cursor:
            cursor.execute(READ, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])

    def save(self, must_create: bool = False) -> None:
        """Write the session, in the caller's transaction where there is one. Raises ``UpdateError`` when it is gone."""
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        data = dict(self.items())
        state = (self.session_key, json.dumps(data, sort_keys=True))
        if state == self._saved:
            return
        changed = Session.objects.filter(pk=self.session_key).update(
            session_data=self.encode(data), expire_date=self.get_expiry_date()
        )
        if not changed:
            raise UpdateError
        self._saved = state
