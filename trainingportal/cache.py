"""Django's cache in the database, honest about a database that cannot write."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import OperationalError, connections, router


class HonestDatabaseCache(DatabaseCache):
    """Raises where the database has no room or is away, instead of saying that nothing was set.

    Limits stand in this cache: with a full disk Django's own would say "not added", which reads as "too often".
    """

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = 0) -> bool:
        """Set as Django does; two who set the same at once still go on in silence."""
        met: list[OperationalError] = []

        def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            try:
                return execute(sql, params, many, context)
            except OperationalError as trouble:
                met.append(trouble)
                raise

        with connections[router.db_for_write(self.cache_model_class)].execute_wrapper(watch):
            done: bool = super()._base_set(mode, key, value, timeout)  # type: ignore[misc]  # not in the stubs
        if met:
            raise met[-1]
        return done
