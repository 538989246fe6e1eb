"""The catalogue that ships with the portal, read from ``courses/data/``."""

import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Manager, Model

from courses.models import Audience, Course, Format, PageText, Point, Topic, TopicForAudience
from places.models import ShippedRow
from places.shipped import ship

DATA = Path(__file__).resolve().parent / "data"
Row = TypeVar("Row", bound=Model)


@dataclasses.dataclass
class Loaded:
    """Ships rows and counts what became of them, so that the command can say so."""

    added: int = 0
    as_shipped: int = 0
    kept: int = 0
    left_deleted: int = 0
    _known: dict[str, set[str]] = dataclasses.field(default_factory=dict)

    def ship(
        self, model: type[Row], find: Mapping[str, Any], values: Mapping[str, Any], *, name: str
    ) -> Row | None:
        """Ship one row by its lasting name (see ``places.shipped``); None where somebody deleted it."""
        label = model._meta.label
        if label not in self._known:
            self._known[label] = set(ShippedRow.objects.filter(model=label).values_list("name", flat=True))
        row = ship(model, find, values, name=name)
        if row is None:
            self.left_deleted += 1
        elif _differs(row, {**find, **values}):
            self.kept += 1
        elif name in self._known[label]:
            self.as_shipped += 1
        else:
            self.added += 1
        return row

    def __str__(self) -> str:
        return (
            f"{self.added} added, {self.as_shipped} as shipped, "
            f"{self.kept} kept as you edited them, {self.left_deleted} left deleted"
        )


@transaction.atomic
def load() -> Loaded:
    """Bring everything in ``courses/data/`` up to date, and keep every edit made in the admin."""
    loaded = Loaded()
    data = read(DATA / "course.toml")
    courses = _ship_by_slug(loaded, Course, data["course"])
    formats = [
        {**row, "course": courses[row["course"]]} for row in data["format"] if row["course"] in courses
    ]
    _ship_by_slug(loaded, Format, formats)
    welsh = read(DATA / "welsh.toml")
    people = [
        {**row, "name_in_welsh": welsh.get(row["name"], "")}
        for row in read(DATA / "audiences.toml")["audience"]
    ]
    audiences = _ship_by_slug(loaded, Audience, people)
    _load_topics(loaded, read(DATA / "topics.toml")["topic"], audiences, welsh)
    _ship_by_slug(loaded, PageText, read(DATA / "pages.toml")["page"])
    return loaded


def read(path: Path) -> dict[str, Any]:
    """Read one data file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _load_topics(
    loaded: Loaded, rows: list[dict[str, Any]], audiences: dict[str, Audience], welsh: dict[str, str]
) -> None:
    topics: dict[str, Topic] = {}
    for rank, row in enumerate(rows, start=1):
        slug = row["slug"]
        points, emphasis = row.pop("points", []), row.pop("emphasis", {})
        notice, outcomes = " ".join(row.get("content_notice", "").split()), row.get("outcomes", [])
        topic = loaded.ship(
            Topic,
            {"slug": slug},
            {
                **{name: value for name, value in row.items() if name != "slug"},
                "rank": rank * 10,
                "content_notice": notice,
                "outcomes": "\n".join(outcomes),
                "title_in_welsh": welsh.get(row["title"], ""),
                "summary_in_welsh": welsh.get(row["summary"], ""),
                "content_notice_in_welsh": welsh.get(notice, ""),
                "outcomes_in_welsh": "\n".join(welsh.get(one, one) for one in outcomes),
                "requires": [topics[first] for first in row.get("requires", []) if first in topics],
            },
            name=slug,
        )
        if topic is None:
            continue
        topics[slug] = topic
        for place, point in enumerate(points, start=1):
            loaded.ship(
                Point,
                {"topic": topic, "text": point["text"]},
                {
                    "text_in_welsh": welsh.get(point["text"], ""),
                    "minutes": point["minutes"],
                    "nations": point.get("nations", []),
                    "rank": place * 10,
                },
                name=f"{slug}/{point['key']}",
            )
        for audience, weight in emphasis.items():
            if audience in audiences:
                loaded.ship(
                    TopicForAudience,
                    {"topic": topic, "audience": audiences[audience]},
                    {"emphasis": weight},
                    name=f"{slug}/{audience}",
                )


def _ship_by_slug(loaded: Loaded, model: type[Row], rows: list[dict[str, Any]]) -> dict[str, Row]:
    """Ship rows known by their slug; give those that stand, by slug."""
    standing = {}
    for row in rows:
        values = {
            name: value.strip() if isinstance(value, str) else value
            for name, value in row.items()
            if name != "slug"
        }
        made = loaded.ship(model, {"slug": row["slug"]}, values, name=row["slug"])
        if made is not None:
            standing[row["slug"]] = made
    return standing


def _differs(row: Model, values: Mapping[str, Any]) -> bool:
    """Whether the row says something other than what we ship."""
    for name, shipped in values.items():
        stands = getattr(row, name)
        if set(stands.all()) != set(shipped) if isinstance(stands, Manager) else stands != shipped:
            return True
    return False
