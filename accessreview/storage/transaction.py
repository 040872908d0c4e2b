"""One session of the database, and what was done in it that must not pass unrecorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from accessreview.model.errors import IntegrityError, NotFoundError, StorageError
from accessreview.storage.rows import Row
from accessreview.storage.upsert import changed, upsert, upsert_columns

_FETCHED = 1_000  # more at once are slower to turn into columns


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
            table = _table(type(rows[0]))
            session = self.change(table.name, of_the_domain=of_the_domain)
            session.connection().execute(insert(table), [_values(row) for row in rows])

    def update(self, rows: Sequence[Row], key: str = "id") -> None:
        """Replace rows that are there, found by the column ``key`` (else NotFoundError)."""
        if not rows:
            return
        table = _table(type(rows[0]))
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
        table = _table(type(rows[0]))
        connection = self.change(table.name, of_the_domain=of_the_domain).connection()
        connection.execute(upsert(connection, table), [_values(row) for row in rows])

    def columns(self, form: type[Row]) -> list[Sequence[Any]]:
        """Everything in a table, column by column in the order of the table."""
        table = _table(form)
        connection = self._session.connection()
        dialect = connection.dialect
        # Past the usual reading, which makes of every value of every row its own form by itself.
        found = connection.exec_driver_sql(str(select(table).compile(dialect=dialect)))
        columns: list[list[Any]] = [[] for _ in table.c]
        while rows := found.cursor.fetchmany(_FETCHED):
            for column, values in zip(columns, zip(*rows, strict=True), strict=True):
                column.extend(values)
        types = [column.type.dialect_impl(dialect) for column in table.c]
        return [
            changed(values, type_.result_processor(dialect, None))
            for type_, values in zip(types, columns, strict=True)
        ]

    def upsert_columns(self, form: type[Row], columns: Mapping[str, Sequence[Any]]) -> None:
        """The same of very many rows, given as columns of one length, all of the table's.

        No key may come twice.
        """
        table = _table(form)
        names = [column.name for column in table.c]
        if len(columns[names[0]]):
            connection = self.change(table.name).connection()
            upsert_columns(connection, table, [columns[name] for name in names])

    def recorded(self) -> None:
        """Say that an audit event was added."""
        self._recorded = True

    def require_record(self) -> None:
        """Raise IntegrityError if something of the domain changed and no audit event says so."""
        if self._changed and not self._recorded:
            raise IntegrityError(
                f"{self._changed} was changed without an audit record of it; nothing was kept."
            )


def _table(form: type[Row]) -> Table:
    table = form.__table__
    assert isinstance(table, Table)  # noqa: S101 - no row class maps anything else
    return table


def _values(row: Row) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}
