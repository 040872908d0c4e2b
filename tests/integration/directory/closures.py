"""Who is in which group, through all groups, as the analysis of readings finds it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from accessreview.analysis.estate import build_estate
from accessreview.collectors.directory.schema import DirectorySchema
from accessreview.collectors.directory.source import DirectorySettings, DirectorySource
from accessreview.ldap.settings import DirectoryKind
from accessreview.model.columns import Table
from accessreview.model.snapshot import TABLES, Coverage, Reading, Source, SourceKind
from accessreview.snapshot.compose import compose
from tests.integration.directory.readings import as_account
from tests.servers.samba import Samba

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
Row = tuple[str, ...]
Closed = dict[str, set[str]]
"""The ids of all groups that each account is in, by its id."""


def closed(readings: Sequence[Reading], *, counts: Callable[[Row], bool] = bool) -> Closed:
    """As the analysis finds them for a vCenter where each group has a permission.

    ``counts`` says which rows of ``members`` do.
    """
    readings = [_of_main_tables(reading, counts) for reading in readings]
    snapshot = compose(NOON, [*readings, vcenter_of(readings)])
    estate = build_estate(snapshot)
    found: Closed = {}
    for account in range(len(snapshot["accounts"])):
        groups = found[estate.account_ref(account).id] = set()
        principals = estate.memberships.principals_of(account)
        for number, matches in enumerate(estate.principals.matches):
            if principals >> number & 1:
                groups.update(estate.group_ref(match).id for match in matches)
    return found


def _of_main_tables(reading: Reading, counts: Callable[[Row], bool]) -> Reading:
    rows = [row for row in reading.tables["members"].rows() if counts(row)]
    tables = {name: table for name, table in reading.tables.items() if name in TABLES}
    return Reading(reading.source, tables | {"members": Table.of(TABLES["members"], rows)})


def vcenter_of(readings: Sequence[Reading]) -> Reading:
    """A vCenter where each group of these readings has a permission."""
    groups = {row[:2] for reading in readings for row in reading.tables["groups"].rows()}
    names = {
        row[:2]: row[2]
        for reading in readings
        for row in reading.tables["principal_names"].rows()
        if row[:2] in groups
    }
    assert names.keys() == groups
    rows: dict[str, list[Row]] = {
        "entities": [("vc", "root", "Folder", "Datacenters", "", "", "")],
        "roles": [("vc", "1", "Any", "false")],
        "permissions": [("vc", "root", name, "true", "1", "true") for name in names.values()],
    }
    source = Source("vc", SourceKind.VCENTER, "vc", Coverage.FULL, (), NOON, NOON)
    return Reading(source, {name: Table.of(TABLES[name], of) for name, of in rows.items()})


def of_forest(running: Samba, source: str = "corp") -> Reading:
    forest = running.forest
    server = as_account(running)
    schema = DirectorySchema(
        kind=DirectoryKind.ACTIVE_DIRECTORY,
        bases=(forest.base,),
        netbios_names=(forest.netbios_name,),
    )
    settings = DirectorySettings(id=source, server=server, schema=schema)
    return DirectorySource(settings).collect(lambda: NOON)
