"""Rows of several models out of one plain statement, where the ORM would take longer to ask than the database to answer."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db.models import Model

Tables = Mapping[str, type[Model]]


def columns(tables: Tables) -> str:
    """What to select: every column of each model, under its alias in the statement, in the models' order."""
    return ", ".join(
        f'{alias}."{field.column}"'
        for alias, model in tables.items()
        for field in model._meta.concrete_fields
    )


def width(tables: Tables) -> int:
    """How many values that is."""
    return sum(len(_names(model)) for model in tables.values())


def rows(tables: Tables, values: Sequence[Any]) -> dict[str, Any]:
    """One model each out of what begins a row of such a statement; ``None`` where its join found nothing."""
    found: dict[str, Any] = {}
    at = 0
    for alias, model in tables.items():
        names = _names(model)
        row = values[at : at + len(names)]
        found[alias] = model.from_db("default", names, row) if row[0] is not None else None
        at += len(names)
    return found


@cache
def _names(model: type[Model]) -> list[str]:
    """A model's columns as its instances name them."""
    return [field.attname for field in model._meta.concrete_fields]
