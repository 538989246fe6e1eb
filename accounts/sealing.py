"""Secrets that must be read back, such as the key of an authenticator app, as the database may hold them: sealed.

The keys are derived from ``SECRET_KEY`` and ``SECRET_KEY_FALLBACKS``: the first seals, all of them open. To change the key
see docs/deployment.md.
"""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX = "sealed:"
PURPOSE = b"accounts.sealing"


class SealBrokenError(Exception):
    """None of our keys opens this: the key that sealed it is gone, or somebody changed it."""


def seal(text: str) -> str:
    """Encrypt a secret under the present key, so that a change of it is noticed."""
    return PREFIX + _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt a secret; one that was written before there were seals is given back as it is. Raises SealBrokenError."""
    if not sealed.startswith(PREFIX):
        return sealed
    try:
        return _keys().decrypt(sealed.removeprefix(PREFIX).encode()).decode()
    except InvalidToken as trouble:
        raise SealBrokenError from trouble


def is_fresh(sealed: str) -> bool:
    """Say whether this is sealed under the present key, not under an older one or not at all."""
    try:
        _key(settings.SECRET_KEY).decrypt(sealed.removeprefix(PREFIX).encode())
    except InvalidToken:
        return False
    return sealed.startswith(PREFIX)


def opens(sealed: str) -> bool:
    """Say whether one of our keys opens this."""
    try:
        unseal(sealed)
    except SealBrokenError:
        return False
    return True


def _keys() -> MultiFernet:
    return MultiFernet([_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


@lru_cache(maxsize=8)
def _key(secret: str) -> Fernet:
    """Derive a key for this purpose alone; the secret is long and random, so that nothing has to be slowed down."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
