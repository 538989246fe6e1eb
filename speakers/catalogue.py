"""The partners and the public bios that ship with the portal, read from ``speakers/data/``."""

from pathlib import Path
from typing import Any

from django.db import transaction

from courses.catalogue import Loaded, read
from courses.models import Topic
from speakers.models import Expertise, Organisation, Speaker

DATA = Path(__file__).resolve().parent / "data"


@transaction.atomic
def load() -> Loaded:
    """Bring partners, bios and expertise up to date; keep every edit made in the admin.

    Expertise arrives unconfirmed: it is our inference until the speaker confirms it.
    """
    loaded = Loaded()
    data = read(DATA / "speakers.toml")
    partners = {
        row["slug"]: loaded.ship(Organisation, {"slug": row["slug"]}, _rest(row), name=row["slug"])
        for row in data["organisation"]
    }
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    for row in data["speaker"]:
        partner = partners.get(row["organisation"])
        if partner is None:
            continue
        slugs = row.pop("topics")
        speaker = loaded.ship(
            Speaker,
            {"slug": row["slug"]},
            {**_rest(row), "organisation": partner, "invented": False},
            name=row["slug"],
        )
        if speaker is None:
            continue
        for slug in slugs:
            if slug in topics:
                loaded.ship(
                    Expertise,
                    {"speaker": speaker, "topic": topics[slug]},
                    {"confirmed_at": None},
                    name=f"{row['slug']}/{slug}",
                )
    return loaded


def _rest(row: dict[str, Any]) -> dict[str, Any]:
    """Everything but the slug, with texts set on one line where a file broke them."""
    return {
        name: _set(value) if isinstance(value, str) else value
        for name, value in row.items()
        if name != "slug"
    }


def _set(text: str) -> str:
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
