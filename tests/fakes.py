"""Stand-ins for the machine, and fresh databases: what nearly every test of a service needs."""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from accessreview.resources import directory
from accessreview.storage.database import SqlDatabase, open_database
from accessreview.storage.migration import migrate
from tests.databases import ON_POSTGRESQL, require_asking
from tests.servers.postgres import postgresql

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class FixedClock:
    """Stands at ``at`` until it is set or moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def move(self, **duration: float) -> datetime:
        """Go on by a ``timedelta`` of these arguments."""
        self.at += timedelta(**duration)
        return self.at


@dataclass
class SequentialIds:
    """``id-1``, ``id-2`` and so on."""

    prefix: str = "id"
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def new(self) -> str:
        return f"{self.prefix}-{next(self._numbers)}"


def fresh_database(tmp_path: Path) -> SqlDatabase:
    """An empty database of the newest revision, in a file of ``tmp_path``.

    With ``ACCESSREVIEW_TEST_DATABASE=postgresql`` in the environment it is a database of a
    PostgreSQL that is started once for the whole run, so that the same tests pass on both.
    """
    return open_database(fresh_address(tmp_path))


def fresh_address(tmp_path: Path) -> str:
    """The address of such a database, for what opens it by itself."""
    if test := os.environ.get("PYTEST_CURRENT_TEST"):
        require_asking(test)
    if ON_POSTGRESQL:
        return fresh_postgresql()
    return fresh_sqlite(tmp_path)


def fresh_sqlite(tmp_path: Path) -> str:
    path = next(
        free
        for free in (tmp_path / f"accessreview-{number}.db" for number in count(1))
        if not free.exists()
    )
    shutil.copy(_sqlite_template(), path)
    return f"sqlite:///{path}"


def fresh_postgresql() -> str:
    template = _postgresql_template()
    name = f"accessreview_{next(_names)}"
    _create_database(template, name, "template")
    return _sibling(template, name)


_names = count(1)
_until_exit = ExitStack()
atexit.register(_until_exit.close)


@cache
def _sqlite_template() -> Path:
    folder = _until_exit.enter_context(tempfile.TemporaryDirectory())
    path = Path(folder, "template.db")
    migrate(f"sqlite:///{path}", directory("migrations"))
    return path


@cache
def _postgresql_template() -> str:
    server = _until_exit.enter_context(postgresql())
    _create_database(server, "template", "template1")
    address = _sibling(server, "template")
    migrate(address, directory("migrations"))
    return address


def empty_postgresql() -> str:
    """The address of a database on that server without any table."""
    template = _postgresql_template()
    name = f"empty_{next(_names)}"
    _create_database(template, name, "template1")
    return _sibling(template, name)


def _create_database(address: str, name: str, template: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with psycopg.connect(_sibling(address, "postgres"), autocommit=True) as connection:
        connection.execute(statement)


def _sibling(address: str, name: str) -> str:
    return f"{address.rpartition('/')[0]}/{name}"
