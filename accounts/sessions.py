"""Sessions in the database: Django's own, with one statement for a read and one for a write.

They stand in a table and nowhere else, so that nobody is signed out when Redis is away, and ending a session ends it.
"""

import json
from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.signing import JSONSerializer
from django.db import connection
from django.utils import timezone

READ = f'SELECT session_data FROM "{Session._meta.db_table}" WHERE session_key = %s AND expire_date > %s'  # noqa: S608  our own table


MOST_READ = 500


class _AsWritten(JSONSerializer):
    """Leaves what was signed as it is."""

    def loads(self, data: bytes) -> Any:
        return data


@lru_cache(MOST_READ)
def _signed(words: str, salt: str) -> Any:
    """What was signed. The same words need not be proved twice in a process. Raises ``BadSignature``."""
    return signing.loads(words, salt=salt, serializer=_AsWritten)


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

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What a session holds; nothing where its signature is not ours."""
        try:
            written = _signed(str(session_data), self.key_salt)
        except (signing.BadSignature, ValueError):
            return super().decode(session_data)  # says so in the log
        return JSONSerializer().loads(written)

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
