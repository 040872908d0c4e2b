"""SQLite, DuckDB and PostgreSQL, each loaded with an estate's numbers before any clock starts."""

import io
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Protocol

import duckdb
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
from answers import MAX_OBJECTS, Violation
from numbering import GRANT, TABLES, VM_ADMIN, Numbers
from numpy.typing import NDArray
from queries import INDEXES, JUDGED, MADE, PAIRS_GROUPS_FIRST, PAIRS_PER_ACCOUNT, RIGHTS

from tests.servers.postgres import postgresql

Columns = dict[str, NDArray[np.int32]]


class _Connection(Protocol):
    """What the three have in common."""

    def execute(self, statement: Any, /) -> Any: ...  # noqa: ANN401 - three libraries' own


class Loaded:
    """A database with an estate in it; ``analyse`` says whether it wants to be told of sizes."""

    def __init__(self, connection: _Connection, *, analyse: bool) -> None:
        self._connection = connection
        self._analyse = analyse

    def pairs(self, *, groups_first: bool) -> int:
        rows = self._run(PAIRS_GROUPS_FIRST if groups_first else PAIRS_PER_ACCOUNT)
        return int(rows[0][0])

    def judge(self, identities: NDArray[np.int64]) -> list[Violation]:
        """The violations of the two rules by these identities."""
        self._connection.execute("DROP TABLE IF EXISTS chosen")
        self._connection.execute("CREATE TEMP TABLE chosen (identity INTEGER)")
        for part in np.array_split(identities, len(identities) // 10_000 + 1):
            values = ",".join(f"({number})" for number in part.tolist())
            if values:
                self._connection.execute(f"INSERT INTO chosen VALUES {values}")  # noqa: S608 - numbers
        judged = JUDGED.format(grant=GRANT, vm_admin=VM_ADMIN, max_objects=MAX_OBJECTS)
        return [(rule, who, int(places)) for rule, who, places in self._run((*RIGHTS, judged))]

    def _run(self, statements: Sequence[str]) -> list[Any]:
        """The rows of the last statement."""
        for table in MADE:
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")
        result = None
        for statement in statements:
            result = self._connection.execute(statement)
            if self._analyse and "CREATE TEMP TABLE" in statement:
                self._connection.execute(f"ANALYZE {statement.split()[3]}")
        return [] if result is None else list(result.fetchall())


def _tables(numbers: Numbers) -> Iterator[tuple[str, Columns]]:
    for table in TABLES:
        columns = numbers.columns(table)
        if table == "entity":
            columns = {"entity": np.arange(len(columns["node"]), dtype=np.int32), **columns}
        yield table, columns


def _create(table: str, columns: Columns) -> str:
    listed = ", ".join(f'"{name}" INTEGER' for name in columns)
    return f"CREATE TABLE {table} ({listed})"


@contextmanager
def in_sqlite(numbers: Numbers) -> Iterator[Loaded]:
    """In memory, with half a GiB for its cache."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA cache_size = -524288")
        connection.execute("PRAGMA temp_store = MEMORY")
        for table, columns in _tables(numbers):
            connection.execute(_create(table, columns))
            marks = ",".join("?" * len(columns))
            rows = zip(*(column.tolist() for column in columns.values()), strict=True)
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - ours
        for index in INDEXES:
            connection.execute(index)
        connection.execute("ANALYZE")
        yield Loaded(connection, analyse=True)


@contextmanager
def in_duckdb(numbers: Numbers) -> Iterator[Loaded]:
    """In memory, with all cores; it has no use for indexes in joins."""
    with duckdb.connect(":memory:") as connection:
        for table, columns in _tables(numbers):
            connection.register("given", pa.table(columns))
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM given")  # noqa: S608 - ours
            connection.unregister("given")
        yield Loaded(connection, analyse=False)


@contextmanager
def in_postgresql(numbers: Numbers) -> Iterator[Loaded]:
    """A server of its own with room in memory for all of it, and nothing synced to disk."""
    with (
        postgresql(shared_buffers="1GB") as address,
        psycopg.connect(address, autocommit=True) as connection,
    ):
        connection.execute("SET jit = off")  # costs seconds here and gains nothing
        connection.execute("SET work_mem = '1GB'")
        connection.execute("SET temp_buffers = '1GB'")
        connection.execute("SET maintenance_work_mem = '512MB'")
        with connection.cursor() as cursor:
            for table, columns in _tables(numbers):
                cursor.execute(_create(table, columns).encode())
                text = io.BytesIO()
                options = pa_csv.WriteOptions(include_header=False)
                pa_csv.write_csv(pa.table(columns), text, options)
                with cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)".encode()) as copy:
                    copy.write(text.getbuffer())
        for index in INDEXES:
            connection.execute(index.encode())
        connection.execute("ANALYZE")
        yield Loaded(_AsBytes(connection), analyse=True)


class _AsBytes:
    """PostgreSQL's driver takes statements made at run time as bytes only."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def execute(self, statement: str, /) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._connection.execute(statement.encode())


DATABASES = {"SQLite": in_sqlite, "DuckDB": in_duckdb, "PostgreSQL": in_postgresql}
