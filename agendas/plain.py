"""Rows of several models out of one plain statement, where the ORM would take longer to ask than the database to answer."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db.models import Field, Model

from places.instances import instance_of

Table = type[Model] | tuple[type[Model], frozenset[str]]
"""A model, or a model and those of its fields that are read; of any other field the database is asked when it is wanted."""
Tables = Mapping[str, Table]


def columns(tables: Tables) -> str:
    """What to select: the columns of each model, under its alias in the statement, in the models' order."""
    return ", ".join(
        f'{alias}."{field.column}"' for alias, table in tables.items() for field in _fields(table)
    )


def width(tables: Tables) -> int:
    """How many values that is."""
    return sum(len(names(table)) for table in tables.values())


def rows(tables: Tables, values: Sequence[Any]) -> dict[str, Any]:
    """One model each out of what begins a row of such a statement; ``None`` where its join found nothing."""
    found: dict[str, Any] = {}
    at = 0
    for alias, table in tables.items():
        wanted = names(table)
        row = values[at : at + len(wanted)]
        model = table[0] if isinstance(table, tuple) else table
        found[alias] = instance_of(model, wanted, row) if row[0] is not None else None
        at += len(wanted)
    return found


def _fields(table: Table) -> "list[Field[Any, Any]]":
    model, wanted = table if isinstance(table, tuple) else (table, None)
    return [field for field in model._meta.concrete_fields if wanted is None or field.attname in wanted]


@cache
def names(table: Table) -> list[str]:
    """The same columns as the model's instances name them, as ``instance_of`` takes them."""
    return [field.attname for field in _fields(table)]


def hang(instance: Model, name: str, known: Model) -> None:
    """Hand a row the object that one of its keys points to, without Django asking which database it may stand in."""
    field = instance._meta.get_field(name)
    field.set_cached_value(instance, known)  # type: ignore[union-attr]  # a forward relation
