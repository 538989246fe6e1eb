"""What a process keeps in its memory for a minute, so that pages need not ask the database for it again."""

import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar, cast

KEPT_SECONDS = 60

Piece = TypeVar("Piece")

NEVER: tuple[float, Any] = (float("-inf"), None)
_pieces: dict[str, tuple[float, Any]] = {}


def keep(name: str, read: Callable[[], Piece], *, seconds: float = KEPT_SECONDS) -> Piece:
    """The piece of this name as it was read within the last minute, or within so many ``seconds``.

    It is shared: whoever gets it only looks at it.
    """
    read_at, piece = _pieces.get(name, NEVER)
    if 0 <= time.time() - read_at < seconds:  # not after the clock was put back either
        return cast(Piece, piece)
    piece = read()
    _pieces[name] = time.time(), piece
    return piece


def forget(*names: str) -> None:
    """Read these afresh the next time; without names everything."""
    for name in names or tuple(_pieces):
        _pieces.pop(name, None)


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
