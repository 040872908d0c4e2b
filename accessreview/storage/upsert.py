"""Rows inserted, or replaced by their primary key: a few as usual, or very many as columns."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from sqlalchemy import Column, Connection, MetaData, Table, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

_BATCH = 100_000
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})
Upsert = TypeVar("Upsert", postgresql.Insert, sqlite.Insert)
Columns = Sequence[Sequence[Any]]


def upsert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The statement for rows given one by one."""
    if connection.dialect.name == "postgresql":
        return _or_replace(postgresql.insert(table))
    return _or_replace(sqlite.insert(table))


def _or_replace(statement: Upsert) -> Upsert:
    return statement.on_conflict_do_update(
        index_elements=list(statement.table.primary_key),
        set_={column.name: column for column in statement.excluded if not column.primary_key},
    )


def upsert_columns(connection: Connection, table: Table, columns: Columns) -> None:
    """The same of very many rows, as columns in the order of the table; no key comes twice.

    Each database's fastest way: the usual one takes several times as long for either.
    """
    if connection.dialect.name == "postgresql":
        _replace_on_postgresql(connection, table, columns)
    else:
        for start in range(0, len(columns[0]), _BATCH):
            batch = [values[start : start + _BATCH] for values in columns]
            _upsert_on_sqlite(connection, table, batch)


def changed(values: Sequence[Any], change: Callable[[Any], Any] | None) -> Sequence[Any]:
    """Between our form and the driver's; what differs there, times, has few different values."""
    if change is None:
        return values
    forms = {value: change(value) for value in set(values)}
    return [forms[value] for value in values]


def _upsert_on_sqlite(connection: Connection, table: Table, columns: Columns) -> None:
    """Row by row in the driver."""
    text = str(upsert(connection, table).compile(dialect=connection.dialect))
    bound = _bound(connection, table, columns)
    connection.exec_driver_sql(text, list(zip(*bound, strict=True)))


def _replace_on_postgresql(connection: Connection, table: Table, columns: Columns) -> None:
    """Take away what is there under these keys, all at once, then stream the rows in."""
    if connection.scalar(select(exists().select_from(table))):
        keys = [each for each in zip(table.c, columns, strict=True) if each[0].primary_key]
        given = Table(
            "given_keys",
            MetaData(),
            *(Column(key.name, key.type) for key, _ in keys),
            prefixes=["TEMPORARY"],
        )
        given.create(connection, checkfirst=False)
        _copy(connection, given, [values for _, values in keys])
        connection.execute(delete(table).where(*(key == given.c[key.name] for key, _ in keys)))
        given.drop(connection, checkfirst=False)
    _copy(connection, table, columns)


def _copy(connection: Connection, table: Table, columns: Columns) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(sql.Identifier(c.name) for c in table.c)
    )
    texts = [changed(values, _in_text) for values in _bound(connection, table, columns)]
    try:
        with _driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
            for start in range(0, len(texts[0]), _BATCH):
                batch = zip(*(text[start : start + _BATCH] for text in texts), strict=True)
                copy.write("".join(f"{line}\n" for line in map("\t".join, batch)))
    except psycopg.Error as error:  # past SQLAlchemy, which else would say it in its own form
        raise DBAPIError.instance(
            statement.as_string(), None, error, psycopg.Error, dialect=connection.dialect
        ) from error


def _driver(connection: Connection) -> psycopg.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the only driver that is opened
    return driver


def _in_text(value: str | int | datetime | None) -> str:
    """The text format of COPY; the driver would make it of every value of every row by itself."""
    match value:
        case None:
            return r"\N"
        case datetime():
            return value.isoformat()
        case _:
            return str(value).translate(_ESCAPES)


def _bound(connection: Connection, table: Table, columns: Columns) -> list[Sequence[Any]]:
    dialect = connection.dialect
    types = (column.type.dialect_impl(dialect) for column in table.c)
    return [
        changed(values, type_.bind_processor(dialect))
        for type_, values in zip(types, columns, strict=True)
    ]
