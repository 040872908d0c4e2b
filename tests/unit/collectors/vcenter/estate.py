"""A small vCenter as raw values, for tests to add to or to break."""

from dataclasses import replace
from datetime import UTC, datetime

from accessreview.collectors.vcenter.raw import RawEntity, RawPermission, RawRole, RawVCenter
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.snapshot import Coverage, Reading, Source, SourceKind

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SOURCE = Source(
    id="vc1",
    kind=SourceKind.VCENTER,
    name="Main",
    coverage=Coverage.FULL,
    gaps=(),
    started_at=AT,
    finished_at=AT,
)
ROLES = (
    RawRole(
        -1, "Admin", system=True, privileges=("System.Read", "VirtualMachine.Interact.PowerOn")
    ),
    RawRole(-5, "NoAccess", system=True, privileges=()),
    RawRole(-974337264, "operators", system=False, privileges=("System.Read",)),
)
ENTITIES = (
    RawEntity(type="Folder", id="group-d1", name="Datacenters"),
    RawEntity(
        type="Datacenter",
        id="datacenter-2",
        name="North",
        parent="group-d1",
        acl_children=("group-v3", "group-h4", "group-s5", "group-n6"),
    ),
    RawEntity(type="Folder", id="group-v3", name="vm", parent="datacenter-2"),
    RawEntity(type="Folder", id="group-h4", name="host", parent="datacenter-2"),
    RawEntity(type="Folder", id="group-s5", name="datastore", parent="datacenter-2"),
    RawEntity(type="Folder", id="group-n6", name="network", parent="datacenter-2"),
    RawEntity(
        type="ClusterComputeResource",
        id="domain-c7",
        name="Cluster",
        parent="group-h4",
        acl_children=("resgroup-8",),
    ),
    RawEntity(type="ResourcePool", id="resgroup-8", name="Resources", parent="domain-c7"),
    RawEntity(type="ResourcePool", id="resgroup-9", name="Gold", parent="resgroup-8"),
    RawEntity(type="HostSystem", id="host-10", name="esx1", parent="domain-c7"),
    RawEntity(
        type="ComputeResource",
        id="domain-s11",
        name="esx2",
        parent="group-h4",
        acl_children=("resgroup-12",),
    ),
    RawEntity(type="ResourcePool", id="resgroup-12", name="Resources", parent="domain-s11"),
    RawEntity(type="HostSystem", id="host-13", name="esx2", parent="domain-s11"),
    RawEntity(type="Datastore", id="datastore-14", name="disk", parent="group-s5"),
    RawEntity(type="Network", id="network-15", name="wire", parent="group-n6"),
    RawEntity(
        type="VirtualApp",
        id="resgroup-v16",
        name="Shop",
        parent="resgroup-9",
        parent_folder="group-v3",
    ),
    RawEntity(
        type="VirtualMachine",
        id="vm-17",
        name="web",
        parent="group-v3",
        resource_pool="resgroup-9",
        host="host-10",
        datastores=("datastore-14", "datastore-14"),
        networks=("network-15",),
    ),
)


def raw(
    *more: RawEntity,
    without: str = "",
    permissions: tuple[RawPermission, ...] = (),
    roles: tuple[RawRole, ...] = ROLES,
    gaps: tuple[str, ...] = (),
) -> RawVCenter:
    """The small vCenter; ``more`` entities replace those of the same id or are added."""
    entities = {entity.id: entity for entity in (*ENTITIES, *more)}
    entities.pop(without, None)
    return RawVCenter(roles, permissions, tuple(entities.values()), gaps)


def entity(entity_id: str, **changes: str) -> RawEntity:
    found = next(one for one in ENTITIES if one.id == entity_id)
    return replace(found, **changes)  # type: ignore[arg-type] # tests change texts only


def read(value: RawVCenter, source: Source = SOURCE) -> Reading:
    return translate(source, value)


def rows(reading: Reading, table: str) -> set[tuple[str, ...]]:
    return {row[1:] for row in reading.tables[table].rows()}


def lines(reading: Reading) -> dict[str, tuple[str, str, str]]:
    """``parent``, ``second_parent`` and ``acl_of`` of every entity."""
    return {row[0]: (row[3], row[4], row[5]) for row in rows(reading, "entities")}
