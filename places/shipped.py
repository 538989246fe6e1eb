"""Bring shipped rows into tables that people edit, without ever undoing what a person did.

For each row we remember what we shipped last (``ShippedRow``). On the next load:

- a row nobody has touched follows what we ship now;
- a row that somebody edited stays exactly as they left it, the whole row, so that figures which belong
  together (least, usual, most) are never half theirs and half ours;
- a row that somebody deleted stays deleted;
- a row that somebody had made before we shipped it is theirs.
"""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Field, ManyToManyField, Model

from places.models import ShippedRow

Row = TypeVar("Row", bound=Model)

# The key of the lock below: any number, the same in every process.
LOADING = 0x57544153


@transaction.atomic
def ship(
    model: type[Row], find: Mapping[str, Any], values: Mapping[str, Any], *, name: str = ""
) -> Row | None:
    """Create the row, or bring it up to date where nobody has changed it.

    Gives the row back, whoever wrote it last, or None where somebody deleted it. ``find`` holds the fields
    that tell the row from others, ``values`` the rest of what we ship; a foreign key is given as an object,
    a many-to-many field as a list of objects. ``name`` is what we remember the row by: by default the values
    of ``find``; give one that stays (such as "investigations/3") where the text in ``find`` may be reworded.
    Two loads at once wait for each other.
    """
    _wait_for_other_loads()
    fields = {**find, **values}
    label = model._meta.label
    name = name or "/".join(str(_plain(model, key, value)) for key, value in find.items())
    mark = ShippedRow.objects.filter(model=label, name=name).first()

    if mark is None:
        row = model._default_manager.filter(**find).first()
        if row is None:
            row = _write(model(), fields)
            _remember(label, name, row, _read(row, fields))
        else:
            _remember(label, name, row, _wanted(model, fields))
        return row

    row = model._default_manager.filter(pk=mark.row).first()
    if row is None:
        return None
    now = _read(row, mark.values)
    if any(value != mark.values[key] for key, value in now.items()):
        return row
    if _read(row, fields) != _wanted(model, fields):
        row = _write(row, fields)
    shipped = _read(row, fields)
    if shipped != mark.values:
        _remember(label, name, row, shipped)
    return row


def _wait_for_other_loads() -> None:
    """Hold the one lock of all loads until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOADING])


def _remember(label: str, name: str, row: Model, values: dict[str, Any]) -> None:
    ShippedRow.objects.update_or_create(
        model=label, name=name, defaults={"row": str(row.pk), "values": values}
    )


def _write(row: Row, fields: Mapping[str, Any]) -> Row:
    """Save the fields on the row and read it back as the database holds it."""
    links = {key: value for key, value in fields.items() if _is_link(_field(type(row), key))}
    for key, value in fields.items():
        if key not in links:
            setattr(row, key, value)
    row.save()
    for key, value in links.items():
        getattr(row, key).set(value)
    row.refresh_from_db()
    return row


def _read(row: Model, names: Mapping[str, Any]) -> dict[str, Any]:
    """Give the row's values as JSON holds them; a field that the model no longer has is left out."""
    known = {field.name for field in [*row._meta.fields, *row._meta.many_to_many]}
    values: dict[str, Any] = {}
    for name in names:
        if name not in known:
            continue
        field = _field(type(row), name)
        if _is_link(field):
            values[name] = sorted(getattr(row, name).values_list("pk", flat=True))
        else:
            values[name] = field.value_from_object(row)
    return _as_json(values)


def _wanted(model: type[Model], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values we ship in the same shape as ``_read``."""
    return _as_json({key: _plain(model, key, value) for key, value in fields.items()})


def _plain(model: type[Model], name: str, value: Any) -> Any:
    field = _field(model, name)
    if _is_link(field):
        return sorted(one.pk for one in value)
    if isinstance(value, Model):
        return value.pk
    return field.to_python(value)


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    return field


def _is_link(field: "Field[Any, Any]") -> bool:
    return isinstance(field, ManyToManyField)


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder))
