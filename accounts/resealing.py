"""Sealed second factors and a change of the key: sealing them afresh, and counting those that no key of ours opens."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db import models, transaction

from accounts import sealing

log = logging.getLogger(__name__)

SEALED = frozenset({"secret", "seed"})
"""What the library keeps of an app, and of recovery codes, that must not be read by who reads the database."""


@dataclass(frozen=True)
class Resealed:
    """How many rows were sealed afresh, and how many none of our keys opens."""

    changed: int
    broken: int

    def __add__(self, other: "Resealed") -> "Resealed":
        return Resealed(self.changed + other.changed, self.broken + other.broken)


def reseal_second_factors() -> Resealed:
    """Seal under the present key what an older key sealed, or none.

    Each row by itself, so that it may be stopped and run again. What no key of ours opens stays as it is, and is counted.
    """
    changed = broken = 0
    for pk in _sealed_factors().values_list("pk", flat=True):
        with transaction.atomic():
            held = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if held is None:
                continue
            stale = [name for name in SEALED & held.data.keys() if not sealing.is_fresh(held.data[name])]
            try:
                held.data |= {name: sealing.seal(sealing.unseal(held.data[name])) for name in stale}
            except sealing.SealBrokenError:
                log.error("A second factor cannot be opened with any of our keys: row %s", pk)
                broken += 1
                continue
            if stale:
                held.save(update_fields=["data"])
                changed += 1
    return Resealed(changed, broken)


def count_broken_factors() -> int:
    """How many second factors no key of ours opens. One query; reads only."""
    rows = _sealed_factors().values_list("data", flat=True)
    return sum(not _all_open(data[name] for name in SEALED & data.keys()) for data in rows.iterator())


def _sealed_factors() -> models.QuerySet[Authenticator]:
    """Every factor with a secret of its own; a passkey has none."""
    return Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)


def _all_open(sealed: Iterable[str]) -> bool:
    return all(sealing.opens(each) for each in sealed)
