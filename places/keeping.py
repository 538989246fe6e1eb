"""What a process keeps in its memory for a minute, so that pages need not ask the database for it again."""

import secrets
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar, cast

from django.core.cache import caches

KEPT_SECONDS = 60

Piece = TypeVar("Piece")

# the pieces themselves; the cache holds a stamp for each and lets go of it in time, and tests empty it
_pieces: dict[str, tuple[str, Any]] = {}


def keep(name: str, read: Callable[[], Piece]) -> Piece:
    """The piece of this name as it was read within the last minute. It is shared: whoever gets it only looks at it."""
    stamp, piece = _pieces.get(name, ("", None))
    if stamp and caches["local"].get(_key(name)) == stamp:
        return cast(Piece, piece)
    piece, stamp = read(), secrets.token_hex(8)
    _pieces[name] = stamp, piece
    caches["local"].set(_key(name), stamp, KEPT_SECONDS)
    return piece


def forget(*names: str) -> None:
    """Read these afresh the next time."""
    caches["local"].delete_many([_key(name) for name in names])


def _key(name: str) -> str:
    return f"kept:{name}"


class Lately(Generic[Piece]):
    """What was made lately, by all that went into it; when it holds ``most`` it starts anew. Whoever gets a piece only reads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: dict[Hashable, Piece] = {}

    def get(self, says: Hashable, make: Callable[[], Piece]) -> Piece:
        """The piece that was made for the same ``says``, or a new one."""
        piece = self._made.get(says)
        if piece is None:
            if len(self._made) >= self._most:
                self._made.clear()
            piece = self._made[says] = make()
        return piece
