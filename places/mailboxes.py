"""What an e-mail address hints at. A hint is for triage only: it never verifies anybody."""

import functools

from places.models import Force
from places.tables import read


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


def _endings(email: str) -> list[str]:
    """List the ends of the address's domain on label boundaries, the longest first."""
    labels = email.rpartition("@")[2].strip().rstrip(".").lower().split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


@functools.cache
def _hints() -> dict[str, str]:
    return {row["suffix"]: row["hint"] for row in read("mailboxes.csv")}
