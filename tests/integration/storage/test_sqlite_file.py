"""The file of SQLite: who may read it, what its faults are called, and that it survives."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from accessreview.evidence.chain import verify_chain
from accessreview.model.errors import StorageError
from accessreview.resources import directory
from accessreview.storage.database import open_database
from accessreview.storage.engine import database_url, make_engine, reading, writing
from accessreview.storage.migration import backup, check, current, downgrade, migrate
from tests.contracts.samples import a_user, record
from tests.fakes import fresh_sqlite

SCRIPTS = directory("migrations")
NOBODY = 65534


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that others may enter but not write, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@contextmanager
def without_rights() -> Iterator[None]:
    """Go on as somebody else if this is root, who would be refused nothing."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_every_connection_has_the_settings_that_lose_nothing(tmp_path: Path) -> None:
    engine = make_engine(database_url(fresh_sqlite(tmp_path)))
    with reading(engine).connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "query_only")
        }
    with writing(engine).connect() as connection:
        writes = connection.exec_driver_sql("PRAGMA query_only").scalar()
    engine.dispose()

    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "query_only": 1,
    }
    assert writes == 0


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"

    migrate(f"sqlite:///{path}", SCRIPTS)

    assert path.stat().st_mode & 0o777 == 0o600


def test_a_missing_file_is_said_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "missing.db"

    with pytest.raises(StorageError, match=r"missing\.db; make one with accessreview db upgrade"):
        open_database(f"sqlite:///{path}")

    assert not path.exists()


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be created: No such file or directory"):
        migrate(f"sqlite:///{tmp_path}/missing/new.db", SCRIPTS)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear auditor, " * 100, encoding="utf-8")
    before = path.read_bytes()

    for attempt in (open_database, check, current, lambda where: migrate(where, SCRIPTS)):
        with pytest.raises(StorageError, match="is not a database"):
            attempt(f"sqlite:///{path}")

    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_may_not_be_written_is_said(public_folder: Path) -> None:
    address = fresh_sqlite(public_folder)
    (public_folder / "accessreview-1.db").chmod(0o444)
    public_folder.chmod(0o555)

    with without_rights(), pytest.raises(StorageError, match="read-only for this user"):
        open_database(address)


def test_a_folder_that_may_not_be_written_is_said(public_folder: Path) -> None:
    public_folder.chmod(0o555)

    with without_rights(), pytest.raises(StorageError, match="created: Permission denied"):
        migrate(f"sqlite:///{public_folder}/new.db", SCRIPTS)


def test_what_is_there_is_copied_before_it_is_upgraded(tmp_path: Path) -> None:
    address = fresh_sqlite(tmp_path)
    for attempt in (1, 2):
        downgrade(address, SCRIPTS, "0001")

        saved = migrate(address, SCRIPTS)

        assert saved == tmp_path / f"accessreview-1.db.revision-0001.{attempt}"
        assert current(f"sqlite:///{saved}") == "0001"


def test_a_backup_of_a_database_in_use_is_whole(tmp_path: Path) -> None:
    address, target = fresh_sqlite(tmp_path), tmp_path / "backup.db"
    database = open_database(address)
    with database.writing() as work:
        work.users.add(a_user(1))
        record(work)

    with database.writing() as work:
        work.users.add(a_user(2))
        record(work)
        backup(address, target)

    assert check(f"sqlite:///{target}") == ()
    with open_database(f"sqlite:///{target}").reading() as work:
        assert work.users.list() == [a_user(1)]
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StorageError, match="exists already"):
        backup(address, target)


def test_a_damaged_file_fails_the_check(tmp_path: Path) -> None:
    address = fresh_sqlite(tmp_path)
    path = tmp_path / "accessreview-1.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema "
            "WHERE name = 'users') WHERE name = 'occurrences'"
        )
        connection.commit()

    assert any("damaged" in problem for problem in check(address))


KILLED = """
import sys
from accessreview.storage.database import open_database
from tests.contracts.samples import a_user, record

database = open_database(sys.argv[1])
for number in range(100_000):
    with database.writing() as work:
        work.users.add(a_user(number))
        record(work)
    print(number, flush=True)
"""


def test_a_kill_in_the_middle_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    address = fresh_sqlite(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, address], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= 40:
            break
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate(timeout=30)
    confirmed = int((rest.split() or ["40"])[-1]) + 1

    assert check(address) == ()
    with open_database(address).reading() as work:
        users, events = work.users.list(), work.audit.list()
    assert confirmed <= len(users) <= confirmed + 1
    assert len(events) == len(users)
    assert verify_chain(events) is None


def test_a_copy_of_a_file_not_in_use_opens_anywhere(tmp_path: Path) -> None:
    address = fresh_sqlite(tmp_path)
    database = open_database(address)
    with database.writing() as work:
        work.users.add(a_user())
        record(work)
    database.close()

    shutil.copy(tmp_path / "accessreview-1.db", tmp_path / "copy.db")

    with open_database(f"sqlite:///{tmp_path}/copy.db").reading() as work:
        assert work.users.list() == [a_user()]
