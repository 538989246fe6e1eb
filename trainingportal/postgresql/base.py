"""The backend itself, under the name that Django looks for."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection. Before it is used again it is looked at without a question to the server where that is enough."""

    def is_usable(self) -> bool:
        """Whether the connection still stands.

        A line that waits for a question is silent; where the server hung up there is something to read, its last word or
        the end of the line. So a silent line is taken for a good one, and only another one is asked, as Django always does.
        """
        if self.connection is None or self.connection.closed:
            return False
        if not self.errors_occurred and self._is_silent():
            return True
        return super().is_usable()

    def _is_silent(self) -> bool:
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN)
        return not line.poll(0)
