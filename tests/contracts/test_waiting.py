"""What happens while others write, and when a connection goes."""

import psycopg
import pytest

from accessreview.model.errors import StorageError
from accessreview.storage import engine
from accessreview.storage.database import SqlDatabase, open_database
from tests.contracts.samples import a_user, record


def test_a_writer_that_waits_too_long_is_told_to_try_again(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WAIT_SECONDS", 0.1)
    first, second = open_database(address), open_database(address)

    with first.writing() as work:
        work.users.add(a_user(1))
        record(work)
        with (
            pytest.raises(StorageError, match="busy with another writer; try again"),
            second.writing() as other,
        ):
            other.users.list()

    with second.writing() as work:
        assert work.users.list() == [a_user(1)]


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_connection_that_went_meanwhile_is_made_again(
    address: str, database: SqlDatabase
) -> None:
    with database.writing() as work:
        work.users.add(a_user(1))
        record(work)

    with psycopg.connect(address, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    with database.reading() as work:
        assert work.users.list() == [a_user(1)]


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_connection_lost_in_a_unit_of_work_keeps_nothing_of_it(
    address: str, database: SqlDatabase
) -> None:
    def write() -> None:
        with database.writing() as work:
            work.users.add(a_user(1))
            record(work)
            with psycopg.connect(address, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    with pytest.raises(StorageError, match="look whether the last change is there"):
        write()

    with database.reading() as work:
        assert work.users.list() == []
        assert work.audit.head() is None
