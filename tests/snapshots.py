"""Small snapshots for tests: one vCenter, one directory, and rows by table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from accessreview.model.columns import Table
from accessreview.model.snapshot import (
    SCHEMAS,
    Coverage,
    Reading,
    Snapshot,
    Source,
    SourceKind,
)
from accessreview.snapshot.compose import compose

Rows = Mapping[str, Sequence[tuple[str, ...]]]

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)

INVENTORY: Rows = {
    "entities": [
        ("vc", "root", "Folder", "Datacenters", "", "", ""),
        ("vc", "dc", "Datacenter", "DC", "root", "", ""),
        ("vc", "vms", "Folder", "vm", "dc", "", "dc"),
        ("vc", "host", "HostSystem", "esx-1", "dc", "", ""),
        ("vc", "vm", "VirtualMachine", "web", "vms", "", ""),
    ],
    "placements": [("vc", "vm", "host")],
    "roles": [("vc", "-1", "Admin", "true"), ("vc", "7", "Operator", "false")],
    "role_privileges": [
        ("vc", "-1", "Host.Config"),
        ("vc", "7", "VirtualMachine.Interact.PowerOn"),
    ],
    "permissions": [
        ("vc", "dc", "CORP\\ops", "true", "7", "true"),
        ("vc", "", "CORP\\ann", "false", "-1", "true"),
    ],
}
PEOPLE: Rows = {
    "accounts": [
        ("corp", "a1", "ann", "Ann", "ann@corp.example", "human", "true", "p1"),
        ("corp", "a2", "bob", "Bob", "", "service", "false", ""),
    ],
    "groups": [("corp", "g1", "ops"), ("corp", "g2", "all")],
    "principal_names": [("corp", "a1", "CORP\\ann"), ("corp", "g1", "CORP\\ops")],
    "members": [("corp", "g1", "corp", "a1"), ("corp", "g2", "corp", "g1")],
    "responsibles": [("corp", "g1", "owner", "corp", "a1")],
    "locators": [("corp", "g1", "CN=ops,DC=corp")],
}


def a_source(
    id_: str, kind: SourceKind = SourceKind.VCENTER, *, gaps: tuple[str, ...] = ()
) -> Source:
    coverage = Coverage.PARTIAL if gaps else Coverage.FULL
    return Source(id_, kind, f"{id_}.example", coverage, gaps, NOON, NOON)


SOURCES = (a_source("vc"), a_source("corp", SourceKind.DIRECTORY))


def tables_of(rows: Rows) -> dict[str, Table]:
    return {name: Table.of(SCHEMAS[name], found) for name, found in rows.items()}


def a_reading(source: Source, rows: Rows) -> Reading:
    return Reading(source, tables_of(rows))


def a_snapshot() -> Snapshot:
    return compose(NOON, [a_reading(SOURCES[0], INVENTORY), a_reading(SOURCES[1], PEOPLE)])


def rows_of(tables: Mapping[str, Table]) -> dict[str, list[tuple[str, ...]]]:
    return {name: list(table.rows()) for name, table in tables.items()}


def contents(readings: Iterable[Reading]) -> dict[str, object]:
    """What is read, whatever the order of rows and readings."""
    return {
        reading.source.id: (
            reading.source,
            {name: sorted(rows) for name, rows in rows_of(reading.tables).items() if rows},
        )
        for reading in readings
    }
