"""One session of the database, and what was done in it that must not pass unrecorded."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from accessreview.model.errors import IntegrityError, NotFoundError, StorageError
from accessreview.storage.rows import Row

_BATCH = 100_000
Upsert = TypeVar("Upsert", postgresql.Insert, sqlite.Insert)


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
        connection.execute(_upsert(connection, table), [_values(row) for row in rows])

    def columns(self, form: type[Row]) -> list[Sequence[Any]]:
        """Everything in a table, column by column in the order of the table."""
        table = _table(form)
        connection = self._session.connection()
        dialect = connection.dialect
        # Past the usual reading, which makes of every value of every row its own form by itself.
        found = connection.exec_driver_sql(str(select(table).compile(dialect=dialect)))
        rows = found.cursor.fetchall()
        columns = zip(*rows, strict=True) if rows else [()] * len(table.c)
        types = [column.type.dialect_impl(dialect) for column in table.c]
        return [
            _changed(values, type_.result_processor(dialect, None))
            for type_, values in zip(types, columns, strict=True)
        ]

    def upsert_columns(self, form: type[Row], columns: Mapping[str, Sequence[Any]]) -> None:
        """The same of very many rows, given as columns of one length, all of the table's."""
        table = _table(form)
        names = [column.name for column in table.c]
        rows = len(columns[names[0]])
        if rows:
            connection = self.change(table.name).connection()
            for start in range(0, rows, _BATCH):
                batch = [columns[name][start : start + _BATCH] for name in names]
                _upsert_batch(connection, table, batch)

    def recorded(self) -> None:
        """Say that an audit event was added."""
        self._recorded = True

    def require_record(self) -> None:
        """Raise IntegrityError if something of the domain changed and no audit event says so."""
        if self._changed and not self._recorded:
            raise IntegrityError(
                f"{self._changed} was changed without an audit record of it; nothing was kept."
            )


def _upsert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    if connection.dialect.name == "postgresql":
        return _or_replace(postgresql.insert(table))
    return _or_replace(sqlite.insert(table))


def _or_replace(statement: Upsert) -> Upsert:
    return statement.on_conflict_do_update(
        index_elements=list(statement.table.primary_key),
        set_={column.name: column for column in statement.excluded if not column.primary_key},
    )


def _upsert_batch(connection: Connection, table: Table, columns: Sequence[Sequence[Any]]) -> None:
    """On PostgreSQL as one statement with an array a column, on SQLite row by row in the driver.

    Each database's fastest way: the usual one takes several times as long for either.
    """
    if connection.dialect.name == "postgresql":
        given = [
            func.unnest(literal(list(values), postgresql.ARRAY(column.type)))
            for column, values in zip(table.c, columns, strict=True)
        ]
        statement = postgresql.insert(table).from_select(list(table.c), select(*given))
        connection.execute(_or_replace(statement))
    else:
        text = str(_upsert(connection, table).compile(dialect=connection.dialect))
        dialect = connection.dialect
        types = [column.type.dialect_impl(dialect) for column in table.c]
        bound = (
            _changed(values, type_.bind_processor(dialect))
            for type_, values in zip(types, columns, strict=True)
        )
        connection.exec_driver_sql(text, list(zip(*bound, strict=True)))


def _changed(values: Sequence[Any], change: Callable[[Any], Any] | None) -> Sequence[Any]:
    """Between our form and the driver's; what differs there, times, has few different values."""
    if change is None:
        return values
    forms = {value: change(value) for value in set(values)}
    return [forms[value] for value in values]


def _table(form: type[Row]) -> Table:
    table = form.__table__
    assert isinstance(table, Table)  # noqa: S101 - no row class maps anything else
    return table


def _values(row: Row) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}
