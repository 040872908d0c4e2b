"""What databases say becomes a sentence with a remedy, and never shows a password."""

import socket
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import IntegrityError as ConstraintError

from accessreview.model.errors import (
    AccessReviewError,
    ConfigurationError,
    ConflictError,
    IntegrityError,
    StorageError,
)
from accessreview.storage.database import open_database
from accessreview.storage.engine import database_url, with_password
from accessreview.storage.errors import translated

SQLITE = "sqlite:////var/lib/accessreview.db"
POSTGRESQL = "postgresql://reviewer:s3cret@db.example.org:5433/access?sslmode=require"


@pytest.mark.parametrize(
    ("said", "error", "sentence"),
    [
        ("database is locked", StorageError, "busy with another writer"),
        ("attempt to write a readonly database", StorageError, "grant write access"),
        ("unable to open database file", StorageError, "its folder is missing"),
        ("file is not a database", StorageError, "is not a database"),
        ("database disk image is malformed", StorageError, "restore a backup"),
        ("database or disk is full", StorageError, "no space left"),
        ("disk I/O error", StorageError, "system log"),
        ("something new", StorageError, "refused: something new"),
    ],
)
def test_what_sqlite_says_names_the_file_and_the_remedy(
    said: str, error: type[AccessReviewError], sentence: str
) -> None:
    raised = DBAPIError("SELECT", {}, sqlite3.OperationalError(said))

    with pytest.raises(error, match=sentence) as caught, translated(database_url(SQLITE)):
        raise raised

    assert "/var/lib/accessreview.db" in str(caught.value)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (psycopg.errors.LockNotAvailable("x"), "busy with another writer"),
        (psycopg.errors.ReadOnlySqlTransaction("x"), "connect to the primary"),
        (psycopg.errors.DiskFull("x"), "no space left"),
        (psycopg.errors.TooManyConnections("x"), "no connection left"),
        (psycopg.errors.InsufficientPrivilege("x"), "grant it ownership"),
        (psycopg.errors.DataException("NUL\nDETAIL: more"), "refused: NUL"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_postgresql_says_names_the_address_without_its_password(
    said: psycopg.Error, sentence: str
) -> None:
    raised = DBAPIError("SELECT", {}, said)

    with (
        pytest.raises(StorageError, match=sentence) as caught,
        translated(database_url(POSTGRESQL)),
    ):
        raise raised

    assert "postgresql://reviewer@db.example.org:5433/access" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("What is in audit_events is never changed or deleted", IntegrityError),
        ("UNIQUE constraint failed: users.login_folded", ConflictError),
    ],
)
def test_a_constraint_says_what_it_protects(said: str, error: type[AccessReviewError]) -> None:
    raised = ConstraintError("UPDATE", {}, sqlite3.IntegrityError(said))

    with pytest.raises(error, match="nothing was kept"), translated(database_url(SQLITE)):
        raise raised


@pytest.mark.parametrize(
    "address", ["", "nonsense", "mysql://a:s3cret@b/c", "sqlite://", "sqlite:///x?mode=ro"]
)
def test_an_address_of_no_use_is_refused_with_the_right_form(address: str) -> None:
    with pytest.raises(ConfigurationError, match="sqlite:////absolute/path") as caught:
        database_url(address)

    assert "s3cret" not in str(caught.value)


def test_a_password_from_a_file_is_part_of_the_address_to_connect_to() -> None:
    address = with_password("postgresql://reviewer@db.example.org/access", "p@ss/wörd")

    assert database_url(address).password == "p@ss/wörd"


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with socket.socket() as taken:  # bound, but not listening
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(StorageError, match="cannot be reached") as caught:
            open_database(f"postgresql://reviewer:s3cret@127.0.0.1:{port}/access")

    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)
