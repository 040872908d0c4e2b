"""What this product wrote as a graph comes back as it was, table by table."""

from pathlib import Path

import pytest

from accessreview.analysis.estate import build_estate
from accessreview.bundles.reader import read_bundle
from accessreview.model.snapshot import Coverage, Snapshot, SourceKind
from accessreview.opengraph.file import write_graph
from accessreview.snapshot.compose import compose
from tests.estates import VECTORS
from tests.snapshots import (
    INVENTORY,
    NOON,
    PEOPLE,
    SOURCES,
    a_reading,
    a_snapshot,
    a_source,
)
from tests.unit.collectors.offline.exported import read_opengraph, rows

CASES = sorted(path for path in (VECTORS / "random").iterdir() if path.is_dir())


def _written(snapshot: Snapshot, folder: Path) -> Path:
    path = folder / "graph.json"
    write_graph(build_estate(snapshot), {}, path)
    return path


def _ignored(_: str) -> None:
    """What lies beside a vector is its answers."""


@pytest.mark.parametrize("case", CASES, ids=[path.name for path in CASES])
def test_what_was_written_comes_back_table_by_table(case: Path, tmp_path: Path) -> None:
    snapshot = read_bundle(case, note=_ignored)
    path = _written(snapshot, tmp_path)

    for source in snapshot.sources:
        reading = read_opengraph(path, of=source.id, kind=source.kind)
        assert reading.source.coverage is source.coverage
        assert (reading.source.started_at, reading.source.finished_at) == (
            source.started_at,
            source.finished_at,
        )
        for name, table in reading.tables.items():
            own = (row for row in snapshot[name].rows() if row[0] == source.id)
            assert sorted(table.rows()) == sorted(own), name


def test_global_permissions_and_empty_identities_come_back(tmp_path: Path) -> None:
    path = _written(a_snapshot(), tmp_path)

    assert rows(read_opengraph(path, of="vc"), "permissions") == [
        ("", "CORP\\ann", "false", "-1", "true"),
        ("dc", "CORP\\ops", "true", "7", "true"),
    ]
    people = read_opengraph(path, of="corp", kind=SourceKind.DIRECTORY)
    assert ("a2", "bob", "Bob", "", "service", "false", "") in rows(people, "accounts")


def test_what_was_not_whole_comes_back_not_whole(tmp_path: Path) -> None:
    gap = "The root folder was not read."
    partial = a_source("vc", gaps=(gap,))
    lacking = a_source("corp", SourceKind.DIRECTORY, gaps=("A member was hidden.",))
    snapshot = compose(NOON, [a_reading(partial, INVENTORY), a_reading(lacking, PEOPLE)])
    path = _written(snapshot, tmp_path)

    vcenter = read_opengraph(path, of="vc").source
    directory = read_opengraph(path, of="corp", kind=SourceKind.DIRECTORY).source

    assert (vcenter.coverage, vcenter.gaps) == (Coverage.PARTIAL, (gap,))
    assert (directory.coverage, directory.gaps) == (Coverage.PARTIAL, ("A member was hidden.",))


def test_a_member_of_another_directory_is_a_gap(tmp_path: Path) -> None:
    other = a_source("other", SourceKind.DIRECTORY)
    people = {
        "accounts": [("other", "z", "zoe", "Zoe", "", "human", "true", "")],
    }
    joined = {**PEOPLE, "members": [("corp", "g1", "other", "z")]}
    snapshot = compose(
        NOON,
        [a_reading(SOURCES[0], INVENTORY), a_reading(SOURCES[1], joined), a_reading(other, people)],
    )

    reading = read_opengraph(_written(snapshot, tmp_path), of="corp", kind=SourceKind.DIRECTORY)

    assert reading.source.coverage is Coverage.PARTIAL
    assert "A member of another directory was left out" in reading.source.gaps[0]
    assert rows(reading, "members") == []
