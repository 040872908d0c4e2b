"""Snapshots come back as they were, cost nothing twice, and show every change."""

from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from accessreview.model.columns import Column, Table
from accessreview.model.errors import IntegrityError, NotFoundError
from accessreview.model.snapshot import ANNEX, TABLES, Snapshot
from accessreview.storage.database import SqlDatabase, open_database
from accessreview.storage.engine import database_url
from tests.contracts.samples import DIRECTORY, VCENTER, a_snapshot, record
from tests.fakes import START


def store(database: SqlDatabase, *snapshots: Snapshot) -> None:
    with database.writing() as work:
        for snapshot in snapshots:
            work.snapshots.add(snapshot, START)
        record(work)


def count_of_blobs(address: str) -> int:
    engine = create_engine(database_url(address))
    with engine.connect() as connection:
        found = int(connection.scalar(text("SELECT count(*) FROM column_blobs")) or 0)
    engine.dispose()
    return found


def run_outside(address: str, *statements: str) -> None:
    """What somebody with the database's password could do."""
    engine = create_engine(database_url(address))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            for trigger in connection.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all():
                connection.execute(text(f"DROP TRIGGER {trigger}"))
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_snapshot_comes_back_as_it_was(database: SqlDatabase) -> None:
    snapshot = a_snapshot()

    store(database, snapshot)

    with database.reading() as work:
        stored = work.snapshots.get(snapshot.digest)
    assert (stored.digest, stored.taken_at) == (snapshot.digest, snapshot.taken_at)
    assert stored.sources == snapshot.sources
    for name in TABLES:
        assert list(stored[name].rows()) == list(snapshot[name].rows()), name
    assert set(stored.annex) == set(ANNEX)
    for name, table in stored.annex.items():
        kept = snapshot.annex.get(name, Table.of(ANNEX[name], ()))
        assert list(table.rows()) == list(kept.rows()), name


def test_a_snapshot_stored_twice_is_there_once(database: SqlDatabase) -> None:
    snapshot = a_snapshot()

    store(database, snapshot, snapshot)
    store(database, snapshot)

    with database.reading() as work:
        assert [stored.digest for stored in work.snapshots.list()] == [snapshot.digest]


def test_the_same_tables_an_hour_later_add_no_column(database: SqlDatabase, address: str) -> None:
    store(database, a_snapshot())
    before = count_of_blobs(address)

    store(database, a_snapshot(minutes=60))

    assert count_of_blobs(address) == before
    with database.reading() as work:
        assert len(work.snapshots.list()) == 2


def test_a_change_in_one_table_adds_only_its_changed_columns(
    database: SqlDatabase, address: str
) -> None:
    store(database, a_snapshot())
    before = count_of_blobs(address)
    renamed = Table.of(TABLES["groups"], [("corp", "g", "administrators")])

    store(database, a_snapshot(tables={"groups": renamed}, minutes=60))

    assert count_of_blobs(address) == before + 1


def test_the_list_is_newest_first_with_the_rows_of_every_table(database: SqlDatabase) -> None:
    first, second = a_snapshot(), a_snapshot(members=5, minutes=1)

    store(database, first, second)

    with database.reading() as work:
        listed = work.snapshots.list()
        assert work.snapshots.latest() == listed[0]
        assert len(work.snapshots.list(limit=1)) == 1
    assert [stored.digest for stored in listed] == [second.digest, first.digest]
    assert listed[0].sources == second.sources
    assert listed[0].stored_at == START
    assert listed[0].rows == {name: len(second[name]) for name in TABLES}


def test_the_latest_is_the_one_taken_last_in_whatever_order_they_came(
    database: SqlDatabase,
) -> None:
    later, earlier = a_snapshot(minutes=1), a_snapshot(members=5)

    store(database, later, earlier)

    with database.reading() as work:
        assert [each.digest for each in work.snapshots.list()] == [later.digest, earlier.digest]
        latest = work.snapshots.latest()
        assert latest is not None
        assert latest.digest == later.digest
        assert work.snapshots.latest_with(DIRECTORY.id) == latest
        assert work.snapshots.latest_with("nowhere") is None
        assert work.snapshots.describe(earlier.digest) == work.snapshots.list()[1]


def test_the_latest_full_one_is_the_last_in_which_the_source_was_read_completely(
    database: SqlDatabase,
) -> None:
    full = a_snapshot(minutes=1)

    store(database, full, a_snapshot(members=5))

    with database.reading() as work:
        found = work.snapshots.latest_full(VCENTER.id)
        assert found is not None
        assert found.digest == full.digest
        assert work.snapshots.latest_full(DIRECTORY.id) is None
        assert work.snapshots.latest_full("nowhere") is None


def test_a_snapshot_of_an_older_program_has_less_in_its_annex(address: str) -> None:
    database, snapshot = open_database(address), a_snapshot()
    store(database, snapshot)
    database.close()
    run_outside(address, "DELETE FROM snapshot_columns WHERE table_name = 'states'")

    database = open_database(address)
    with database.reading() as work:
        stored = work.snapshots.get(snapshot.digest)
    database.close()

    assert len(stored.annex["states"]) == 0
    assert len(stored.annex["locators"]) == 3


def test_without_any_snapshot_there_is_no_latest(database: SqlDatabase) -> None:
    with database.reading() as work:
        assert work.snapshots.latest() is None
        with pytest.raises(NotFoundError, match="abc"):
            work.snapshots.get("abc")
        with pytest.raises(NotFoundError, match="abc"):
            work.snapshots.describe("abc")


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE column_blobs SET data = digest || ''", "cannot be unpacked"),
        ("UPDATE snapshots SET taken_at = '2020-01-01 00:00:00.000000'", "does not match"),
        ("UPDATE snapshot_sources SET body = replace(body, 'partial', 'full')", "does not match"),
        ("DELETE FROM snapshot_sources WHERE id = 'vc1'", "does not match"),
        ("DELETE FROM snapshot_columns WHERE table_name = 'members'", "lacks"),
        ("UPDATE snapshot_columns SET blob = (SELECT min(digest) FROM column_blobs)", "not match"),
        ("DELETE FROM column_blobs", "missing"),
    ],
)
def test_what_was_changed_outside_is_not_loaded(
    address: str, statement: str, sentence: str
) -> None:
    database = open_database(address)
    snapshot = a_snapshot()
    store(database, snapshot)

    if address.startswith("postgresql"):
        statement = statement.replace("digest || ''", "convert_to(digest, 'UTF8')")
    run_outside(address, statement)

    with database.reading() as work, pytest.raises(IntegrityError, match=sentence):
        work.snapshots.get(snapshot.digest)


def test_a_snapshot_without_its_empty_tables_is_stored_as_one_with_them(
    database: SqlDatabase,
) -> None:
    whole = a_snapshot()
    partly = replace(
        whole,
        tables={name: table for name, table in whole.tables.items() if len(table)},
        annex={},
    )

    store(database, partly)

    with database.reading() as work:
        stored = work.snapshots.get(whole.digest)
    assert set(stored.tables) == set(TABLES)
    assert len(stored.annex["locators"]) == 0


def test_a_large_snapshot_is_kept_whole(database: SqlDatabase) -> None:
    people, groups = 60_000, 20
    names = tuple(sorted(f"account-{number:06}" for number in range(people)))
    everybody = Column.of(names * groups)
    group = Column.of(f"group-{number:02}" for number in range(groups) for _ in range(people))
    corp = Column.of([DIRECTORY.id] * (people * groups))
    columns = {"group_source": corp, "group": group, "member_source": corp, "member": everybody}
    snapshot = a_snapshot(tables={"members": Table(TABLES["members"], columns)})

    store(database, snapshot)

    with database.reading() as work:
        members = work.snapshots.get(snapshot.digest)["members"]
    assert len(members) == 1_200_000
    assert set(members["member"].values) == set(names)


def test_some_tables_are_loaded_alone_and_columns_that_snapshots_share_once(
    database: SqlDatabase, address: str
) -> None:
    first, second = a_snapshot(), replace(a_snapshot(), digest="0" * 64)
    store(database, first, second)
    names = ("permissions", "powers")
    decoded: dict[str, Column] = {}

    with database.reading() as work:
        found = work.snapshots.tables(first.digest, names, decoded)
        again = work.snapshots.tables(second.digest, names, decoded)
        with pytest.raises(NotFoundError):
            work.snapshots.tables("f" * 64, names, decoded)

    assert set(found) == set(names)
    assert list(found["permissions"].rows()) == list(first["permissions"].rows())
    for name in names:
        for column in found[name].columns:
            assert found[name][column] is again[name][column]

    run_outside(address, "DELETE FROM snapshot_columns WHERE table_name = 'powers'")
    with database.reading() as work:  # stored by a program that did not know it
        assert len(work.snapshots.tables(first.digest, names, {})["powers"]) == 0
