"""Snapshots for tests: from a folder of CSV files, or from a few rows written down."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from accessreview.model.columns import Table
from accessreview.model.snapshot import TABLES, Coverage, Snapshot, Source, SourceKind

VECTORS = Path(__file__).parent / "data" / "vectors"
TAKEN_AT = datetime(2026, 9, 30, 2, 5, tzinfo=UTC)


def snapshot_of(tables: Mapping[str, Iterable[Sequence[str]]]) -> Snapshot:
    """A snapshot of tables by name, each row in the order of the schema; unchecked, undigested."""
    return Snapshot(
        taken_at=TAKEN_AT,
        sources=(
            Source("vc", SourceKind.VCENTER, "vc", Coverage.FULL, (), TAKEN_AT, TAKEN_AT),
            Source("dir", SourceKind.DIRECTORY, "dir", Coverage.FULL, (), TAKEN_AT, TAKEN_AT),
        ),
        tables={name: Table.of(schema, tables.get(name, ())) for name, schema in TABLES.items()},
        digest="0" * 64,
    )


def snapshot_from_csv(folder: Path) -> Snapshot:
    tables = {}
    for name, schema in TABLES.items():
        path = folder / f"{name}.csv"
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                tables[name] = [[row[c] for c in schema.columns] for row in csv.DictReader(file)]
    return snapshot_of(tables)
