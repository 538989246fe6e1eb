"""Queries that the ORM builds once in a process: from then on only their blanks are filled in.

Building a query takes the ORM longer than PostgreSQL takes to answer it. A kept query is written like any other, with a
``Blank`` wherever a value changes from one time to the next, and gives the same rows as it would otherwise::

    _SPEAKER = KeptQuery(lambda: Speaker.objects.filter(user=Blank("user"), left_on__isnull=True))
    speaker = _SPEAKER.first(user=request.user.pk)

The text of the statement is kept, never an answer. A blank takes what the column takes: a key rather than an object, and
never ``None``, for which SQL has other words.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)

from places.instances import instance_of

Row = TypeVar("Row")


class Blank(Expression):
    """A value that is filled in each time the query is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """A parameter, with the blank itself in place of its value."""
        return "%s", [self]


def one_of(column: str, blank: str) -> Func:
    """A condition: the column holds one of the values, a list, with which the blank is filled in."""
    return Func(
        F(column),
        Blank(blank),
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


class KeptQuery(Generic[Row]):
    """A query with blanks. ``ask`` gives its queryset; it is called once, at the first use."""

    def __init__(self, ask: "Callable[[], QuerySet[Any, Row]]") -> None:
        self._ask = ask
        self._built: _Built | None = None

    def rows(self, **blanks: Any) -> list[Row]:
        """Ask, and read all rows. Raises ``KeyError`` for a blank that is left out, ``TypeError`` for ``None`` in one."""
        if self._built is None:
            self._built = _Built(self._ask())
        return self._built.rows(blanks)

    def first(self, **blanks: Any) -> Row | None:
        """The first row, or ``None``. The query itself says how many rows are read: ``[:1]`` where there may be more."""
        return next(iter(self.rows(**blanks)), None)


class _Built:
    """The statement of a queryset, and what Django's own reader would work out anew each time to read its rows."""

    def __init__(self, queryset: "QuerySet[Any, Any]") -> None:
        if queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            raise ValueError("A kept query is one statement: it cannot prefetch.")
        self.read = READERS[queryset._iterable_class]
        compiler = queryset.query.get_compiler(using=queryset.db)
        self.sql, self.params = compiler.as_sql()
        self.converters = list(compiler.get_converters([each[0] for each in compiler.select]).items())
        self.annotations = list((compiler.annotation_col_map or {}).items())
        if info := compiler.klass_info:
            first, last = info["select_fields"][0], info["select_fields"][-1] + 1
            self.model, self.own = info["model"], slice(first, last)
            self.names = [each[0].target.attname for each in compiler.select[self.own]]
            self.related = get_related_populators(info, compiler.select, queryset.db)  # type: ignore[call-arg]  # the stubs are Django 6's

    def rows(self, blanks: dict[str, Any]) -> list[Any]:
        """Ask with these values. Nothing of a request stays here, so threads may ask at once."""
        if None in blanks.values():
            raise TypeError("A blank cannot be None.")
        params = [blanks[each.name] if isinstance(each, Blank) else each for each in self.params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            found = cursor.fetchall()
        return [self.read(self, self.converted(row)) for row in found]

    def converted(self, row: tuple[Any, ...]) -> Sequence[Any]:
        """A row as its fields want it: JSON read, for one."""
        if not self.converters:
            return row
        values = list(row)
        for position, (converters, expression) in self.converters:
            for convert in converters:
                values[position] = convert(values[position], expression, connection)
        return values

    def as_object(self, row: Sequence[Any]) -> Any:
        """A row as an object of the model, with those it was asked along with."""
        found = instance_of(self.model, self.names, row[self.own])
        for populator in self.related:
            populator.populate(row, found)
        for name, position in self.annotations:
            setattr(found, name, row[position])
        return found

    def as_tuple(self, row: Sequence[Any]) -> Any:
        return tuple(row)

    def as_value(self, row: Sequence[Any]) -> Any:
        return row[0]


READERS: dict[type, Callable[[_Built, Sequence[Any]], Any]] = {
    ModelIterable: _Built.as_object,
    ValuesListIterable: _Built.as_tuple,
    FlatValuesListIterable: _Built.as_value,
}
