"""Two roles of the database: an owner that makes tables and triggers, and a plain one as which web, worker and clock work.

Who gets SQL past the web can then read and write rows, and neither switch off a trigger of the audit trail nor empty it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import environ
from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import Error, connection
from psycopg2 import sql

PARTS = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
HAS_TOO_MUCH = """
    SELECT bool_or(has_table_privilege(oid, 'TRUNCATE') OR has_table_privilege(oid, 'TRIGGER'))
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


@contextmanager
def as_owner() -> Iterator[None]:
    """Work as the owner, where ``DATABASE_OWNER_URL`` names one, and afterwards as before."""
    if not settings.DATABASE_OWNER_URL:
        yield
        return
    owner = environ.Env.db_url_config(settings.DATABASE_OWNER_URL)
    before = {part: connection.settings_dict[part] for part in PARTS}
    connection.close()
    connection.settings_dict.update({part: owner[part] for part in PARTS})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def let_in(role: str, password: str) -> None:
    """Make the plain role where it is missing, and give it rows and nothing else. Runs as the owner, safely again."""
    name = sql.Identifier(role)
    database = sql.Identifier(str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
        rights = "ROLE {} LOGIN PASSWORD {} NOSUPERUSER NOCREATEDB NOCREATEROLE"
        cursor.execute(sql.SQL("{} " + rights).format(verb, name, sql.Literal(password)))
        for statement in (
            "GRANT CONNECT ON DATABASE {database} TO {name}",
            "GRANT USAGE ON SCHEMA public TO {name}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}",
        ):
            cursor.execute(sql.SQL(statement).format(database=database, name=name))


def role_is_plain(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Warn where the portal works as a role that may empty tables or touch triggers; silent where no database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(HAS_TOO_MUCH)
            (has_too_much,) = cursor.fetchone()
    except Error:
        return []
    if not has_too_much:
        return []
    return [
        Warning(
            "The portal works as a role of the database that may empty tables and switch off the audit trail.",
            hint="Give prepare the owner as DATABASE_OWNER_URL, and everything a plain role as DATABASE_URL.",
            id="trainingportal.W001",
        )
    ]
