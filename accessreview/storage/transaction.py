"""One session of the database, and what was done in it that must not pass unrecorded."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from accessreview.model.errors import IntegrityError, NotFoundError, StorageError
from accessreview.storage.rows import Row


class Transaction:
    """Every write goes through one of its methods, so that none escapes the account of it."""

    def __init__(self, session: Session, *, writable: bool) -> None:
        self._session = session
        self._writable = writable
        self._changed: str | None = None
        self._recorded = False

    @property
    def session(self) -> Session:
        """For reading, and after ``change`` for writing."""
        return self._session

    def change(self, table: str, *, of_the_domain: bool = True) -> Session:
        """Say that a table is about to be written; what is of the domain needs an audit record."""
        if not self._writable:
            raise StorageError(f"{table} cannot be written in a unit of work that only reads.")
        if of_the_domain:
            self._changed = self._changed or table
        return self._session

    def insert(self, rows: Sequence[Row], *, of_the_domain: bool = True) -> None:
        """Add rows of one table, many at a time."""
        if rows:
            table = _table(rows[0])
            session = self.change(table.name, of_the_domain=of_the_domain)
            session.connection().execute(insert(table), [_values(row) for row in rows])

    def update(self, rows: Sequence[Row], key: str = "id") -> None:
        """Replace rows that are there, found by the column ``key`` (else NotFoundError)."""
        if not rows:
            return
        table = _table(rows[0])
        statement = update(table).where(table.c[key] == bindparam("old_key"))
        parameters = [{"old_key": getattr(row, key), **_values(row)} for row in rows]
        result = self.change(table.name).connection().execute(statement, parameters)
        if result.rowcount != len(rows):
            raise NotFoundError(
                f"Not everything that was to be changed in {table.name} is there; "
                "nothing was changed."
            )

    def upsert(self, rows: Sequence[Row], *, of_the_domain: bool = True) -> None:
        """Insert or replace rows of one table by their primary key."""
        if not rows:
            return
        table = _table(rows[0])
        connection = self.change(table.name, of_the_domain=of_the_domain).connection()
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table)
        statement = statement.on_conflict_do_update(
            index_elements=list(table.primary_key),
            set_={column.name: column for column in statement.excluded if not column.primary_key},
        )
        connection.execute(statement, [_values(row) for row in rows])

    def recorded(self) -> None:
        """Say that an audit event was added."""
        self._recorded = True

    def require_record(self) -> None:
        """Raise IntegrityError if something of the domain changed and no audit event says so."""
        if self._changed and not self._recorded:
            raise IntegrityError(
                f"{self._changed} was changed without an audit record of it; nothing was kept."
            )


def _table(row: Row) -> Table:
    table = type(row).__table__
    assert isinstance(table, Table)  # noqa: S101 - no row class maps anything else
    return table


def _values(row: Row) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}
