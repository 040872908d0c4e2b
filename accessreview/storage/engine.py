"""Connections set up so that nothing is lost: how each database begins, waits and commits.

SQLite: the driver's own transactions lose updates, so they are off and every transaction is begun
here: ``BEGIN IMMEDIATE`` for writing, which waits its turn instead of failing later, and ``BEGIN``
for reading. WAL lets readers go on meanwhile; ``synchronous=FULL`` keeps the last commits through a
power cut.

PostgreSQL: readers are repeatable and read-only; a writer first takes a transaction-scoped advisory
lock, and as its level is read committed, every later statement sees all earlier writers' work.
"""

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from accessreview.model.errors import ConfigurationError

WAIT_SECONDS = 30
_WRITERS = 0x616363657373  # one number for all writers of a database: "access"
_WRITES = "accessreview_writes"


def database_url(text: str) -> URL:
    """Parse an address such as ``sqlite:////var/lib/accessreview/accessreview.db``.

    Raises:
        ConfigurationError: no address, another kind of database, or SQLite in memory.
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigurationError(
            "The database's address is none; write sqlite:////absolute/path or "
            "postgresql://user@host/name."
        ) from error
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database and url.database != ":memory:" and not url.query:
        return url.set(drivername="sqlite+pysqlite")
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise ConfigurationError(
        f"The database's address begins with {url.drivername}; use sqlite:////absolute/path (a "
        "file, without options) or postgresql://user@host/name."
    )


def with_password(address: str, password: str) -> str:
    """The same address with the password that a file held; what is shown of it never has one."""
    return database_url(address).set(password=password).render_as_string(hide_password=False)


def make_engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    """An engine whose transactions read; see ``writing`` for those that write.

    ``foreign_keys`` are off only while SQLite's tables are rebuilt by a migration.
    """
    if url.get_backend_name() == "postgresql":
        engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        event.listen(engine, "begin", _begin_on_postgresql)
        return engine
    engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})

    def connected(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            f"foreign_keys = {foreign_keys:d}",
            "recursive_triggers = ON",  # else INSERT OR REPLACE deletes behind the triggers' backs
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", _begin_on_sqlite)
    return engine


def reading(engine: Engine) -> Engine:
    """The same engine, for transactions that read one consistent state."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine, for transactions that write, one after the other."""
    return engine.execution_options(**{_WRITES: True})


def _begin_on_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {not writes:d}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_on_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES, False):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS})")
