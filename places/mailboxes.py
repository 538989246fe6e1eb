"""What an e-mail address hints at. A hint is for triage only: it never verifies anybody."""

import functools

from places.email import tidy
from places.models import Force
from places.tables import read

LOOKS_LIKE = str.maketrans(
    {"0": "o", "1": "i", "l": "i", "3": "e", "5": "s", ".": None, "-": None, "_": None}
)
LEAST_LOOKS = 5
"""Shorter ends, such as "ac.uk", stand in too many honest names."""
LEAST_NAME = 9


def looks_like_work(email: str) -> str | None:
    """Give a word for the kind of workplace this address seems to belong to ("police", "NHS"), or None.

    Whole labels count: "kent.police.uk" is police, "kentpolice.uk" and "police.uk.example" are not.
    """
    hints = _hints()
    return next((hints[ending] for ending in _endings(email) if ending in hints), None)


def force_behind(email: str) -> Force | None:
    """Give the force whose own e-mail domains this address seems to belong to, or None."""
    endings = _endings(email)
    forces = Force.objects.filter(email_domains__overlap=endings)
    return min(
        forces,
        key=lambda force: min(endings.index(domain) for domain in force.email_domains if domain in endings),
        default=None,
    )


def force_domains() -> list[str]:
    """Give the e-mail domains of every force, for ``imitates``."""
    return [domain for force in Force.objects.values_list("email_domains", flat=True) for domain in force]


def imitates(email: str, domains: list[str]) -> str | None:
    """Give the workplace domain that this address looks like and is not ("kent.police.uk"), or None.

    Dots, hyphens and look-alike signs do not count: "kentpolice.uk", "kent-police.example" and "kent.pollce.uk" all
    look like Kent's. A hint for the person who rings back, nothing more.
    """
    if looks_like_work(email):
        return None
    if any(ending in domains for ending in _endings(email)):
        return None
    seen = _as_it_looks(tidy(email).rpartition("@")[2])
    for real in [*domains, *_hints()]:
        looks, name = _as_it_looks(real), _as_it_looks(real.rpartition(".")[0])
        if (len(looks) >= LEAST_LOOKS and looks in seen) or (len(name) >= LEAST_NAME and name in seen):
            return real
        if len(looks) >= LEAST_NAME and _one_sign_apart(looks, seen):
            return real
    return None


def _as_it_looks(domain: str) -> str:
    """A domain without what an eye passes over: dots, hyphens, and signs that look like another."""
    plain = domain.strip().lower().translate(LOOKS_LIKE)
    return plain.replace("rn", "m").replace("vv", "w")


def _one_sign_apart(one: str, other: str) -> bool:
    """Whether a single sign was changed, added or left out."""
    if abs(len(one) - len(other)) > 1:
        return False
    same = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return (
        one[same + 1 :] == other[same + 1 :]
        or one[same:] == other[same + 1 :]
        or one[same + 1 :] == other[same:]
    )


def _endings(email: str) -> list[str]:
    """List the ends of the address's domain on label boundaries, the longest first."""
    labels = tidy(email).rpartition("@")[2].split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


@functools.cache
def _hints() -> dict[str, str]:
    return {row["suffix"]: row["hint"] for row in read("mailboxes.csv")}
