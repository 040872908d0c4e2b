"""The database as the services see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import finalize

from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlalchemy.orm import Session

from accessreview.model.errors import StorageError
from accessreview.storage.engine import database_url, make_engine, reading, writing
from accessreview.storage.errors import place, translated
from accessreview.storage.transaction import Transaction
from accessreview.storage.unit_of_work import SqlUnitOfWork

REVISION = "0008"
"""The newest revision in ``migrations/``, which this program reads and writes."""


class SqlDatabase:
    """Units of work over one database, for any number of threads.

    Connections are closed by ``close``, and at the latest when the object is no longer used.
    """

    def __init__(self, engine: Engine) -> None:
        self._url = engine.url
        self._reading = reading(engine)
        self._writing = writing(engine)
        self._close = finalize(self, engine.dispose)

    @contextmanager
    def reading(self) -> Iterator[SqlUnitOfWork]:
        """One consistent state; a write raises StorageError."""
        with translated(self._url), _session(self._reading) as session:
            yield SqlUnitOfWork(Transaction(session, writable=False))

    @contextmanager
    def writing(self) -> Iterator[SqlUnitOfWork]:
        """Alone among writers from the first statement on; see the port for what is refused.

        Do not open a second one inside: it waits for the first until time runs out.
        """
        with translated(self._url), _session(self._writing) as session:
            transaction = Transaction(session, writable=True)
            yield SqlUnitOfWork(transaction)
            transaction.require_record()
            session.commit()

    def close(self) -> None:
        self._close()


def _session(engine: Engine) -> Session:
    """A session without memory: a row changed by a bulk statement is read as it is now."""
    return Session(engine, expire_on_commit=False, execution_options={"populate_existing": True})


def open_database(address: str) -> SqlDatabase:
    """Open a database that is of exactly this program's revision.

    Raises:
        ConfigurationError: the address is none, or of another kind of database.
        StorageError: missing, older, newer, unreadable or unreachable; the sentence says which.
    """
    url = database_url(address)
    require_file(url)
    engine = make_engine(url)
    try:
        with translated(url), engine.connect() as connection:
            require_revision(url, stored_revision(connection))
    except BaseException:
        engine.dispose()
        raise
    return SqlDatabase(engine)


def require_file(url: URL) -> None:
    """Raise StorageError if this names a file of SQLite that is not there."""
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise StorageError(
            f"There is no database {place(url)}; make one with accessreview db upgrade."
        )


def stored_revision(connection: Connection) -> str | None:
    """The revision that a database is at; None if nothing of ours is in it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def require_revision(url: URL, stored: str | None) -> None:
    """Raise StorageError unless the stored revision is this program's."""
    if stored is None:
        raise StorageError(
            f"The database {place(url)} holds nothing of accessreview yet; prepare it with "
            "accessreview db upgrade."
        )
    require_not_newer(url, stored)
    if stored != REVISION:
        raise StorageError(
            f"The database {place(url)} is at revision {stored} and this program needs "
            f"{REVISION}; run accessreview db upgrade."
        )


def require_not_newer(url: URL, stored: str) -> None:
    """Raise StorageError if a newer program wrote the database; revisions sort as text."""
    if stored > REVISION:
        raise StorageError(
            f"The database {place(url)} is at revision {stored}, newer than {REVISION} of this "
            "program; install the newer program, or restore the backup made before its upgrade."
        )
