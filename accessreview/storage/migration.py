"""Bringing a database to this program's revision: either wholly, or not at all.

The scripts are handed in as a folder, because where they lie is no business of this package.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import URL, Connection, inspect

from accessreview.model.errors import ConfigurationError, StorageError
from accessreview.storage.database import (
    REVISION,
    require_file,
    require_not_newer,
    require_revision,
    stored_revision,
)
from accessreview.storage.engine import database_url, make_engine, writing
from accessreview.storage.errors import place, translated
from accessreview.storage.rows import Row


def migrate(address: str, scripts: Path) -> Path | None:
    """Create the database if need be and bring it to this program's revision.

    Returns the backup that was made of a SQLite file before it was changed, None if there was no
    need for one. Everything happens in one transaction, alone among writers.

    Raises:
        StorageError: newer than this program, somebody else's, or unusable; it stays as it was.
    """
    url = database_url(address)
    _create_file(url)
    with _connection(url) as connection:
        stored = stored_revision(connection)
        if stored is None and set(inspect(connection).get_table_names()) - {"alembic_version"}:
            raise StorageError(
                f"The database {place(url)} holds tables of another program; name an empty one."
            )
        if stored is not None:
            require_not_newer(url, stored)
        if stored == REVISION:
            return None
        saved = None if stored is None else _save(url, stored)
        command.upgrade(_config(scripts, connection), REVISION)
        connection.commit()
    return saved


def downgrade(address: str, scripts: Path, revision: str) -> None:
    """Take a database back; what only later revisions could hold is lost."""
    url = database_url(address)
    require_file(url)
    with _connection(url) as connection:
        command.downgrade(_config(scripts, connection), revision)
        connection.commit()


def current(address: str) -> str | None:
    """The revision that a database is at; None if it holds nothing of ours."""
    url = database_url(address)
    require_file(url)
    with _connection(url, writes=False) as connection:
        return stored_revision(connection)


def check(address: str) -> tuple[str, ...]:
    """What is wrong with a database of this program's revision, in sentences; empty if nothing is.

    Raises:
        StorageError: of another revision, or unusable.
    """
    url = database_url(address)
    require_file(url)
    with _connection(url, writes=False) as connection:
        require_revision(url, stored_revision(connection))
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        drift = produce_migrations(context, Row.metadata).upgrade_ops
        problems = []
        if drift is not None and not drift.is_empty():
            difference = render_python_code(drift).replace("\n", " ")
            problems.append(f"The tables are not those of revision {REVISION}: {difference}")
        if connection.dialect.name == "sqlite":
            lines = connection.exec_driver_sql("PRAGMA integrity_check").scalars()
            problems += [f"The file is damaged: {line}." for line in lines if line != "ok"]
            rows = connection.exec_driver_sql("PRAGMA foreign_key_check")
            problems += [f"A row of {row[0]} refers to nothing in {row[2]}." for row in rows]
        return tuple(problems)


def backup(address: str, target: Path) -> None:
    """Copy a SQLite database, in use or not, to a new file.

    Raises:
        ConfigurationError: PostgreSQL, which has tools of its own.
        StorageError: the target exists or cannot be written.
    """
    url = database_url(address)
    if url.get_backend_name() != "sqlite":
        raise ConfigurationError(
            f"The database {place(url)} is PostgreSQL; back it up with pg_dump --format=custom."
        )
    require_file(url)
    if target.exists():
        raise StorageError(f"{target} exists already; name a new file for the backup.")
    _copy(Path(url.database or ""), target)


def _save(url: URL, stored: str) -> Path | None:
    """Keep what is there before it is changed, under a name that is free."""
    if url.get_backend_name() != "sqlite":
        return None
    path = Path(url.database or "")
    targets = (path.with_name(f"{path.name}.revision-{stored}.{each}") for each in count(1))
    target = next(target for target in targets if not target.exists())
    _copy(path, target)
    return target


def _copy(path: Path, target: Path) -> None:
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"The backup {target} cannot be written: {error}.") from error


def _create_file(url: URL) -> None:
    """Make the file for its owner alone, before SQLite makes it for everybody."""
    if url.get_backend_name() != "sqlite":
        return
    path = Path(url.database or "")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StorageError(
            f"The database {path} cannot be created: {error.strerror}; make its folder, and "
            "writable for this user."
        ) from error


@contextmanager
def _connection(url: URL, *, writes: bool = True) -> Iterator[Connection]:
    engine = make_engine(url, foreign_keys=False)
    try:
        with translated(url), (writing(engine) if writes else engine).connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _config(scripts: Path, connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = Row.metadata
    return config
