"""Write a vCenter as govc prints it: the commands of ``docs/how-to/export-with-govc.md``."""

import json
from collections.abc import Callable, Iterator

from sample_company.estate import Entity, VCenter

Json = object


class Spelling:
    """How keys are written: with capitals up to govc 0.30, without from 0.31 on."""

    def __init__(self, *, has_capitals: bool) -> None:
        self.has_capitals = has_capitals

    def key(self, name: str) -> str:
        return name[0].upper() + name[1:] if self.has_capitals else name

    def record(self, /, **fields: Json) -> dict[str, Json]:
        return {self.key(name): value for name, value in fields.items()}

    def reference(self, entity: Entity | None) -> Json:
        return entity and self.record(type=entity.type, value=entity.id)

    def references(self, entities: list[Entity]) -> Json:
        wrapper = "ManagedObjectReference" if self.has_capitals else "_value"
        return {wrapper: [self.reference(entity) for entity in entities] or None}


def access(vc: VCenter, spelling: Spelling) -> str:
    """`govc role.usage -json`."""
    roles = [
        spelling.record(
            roleId=role.id,
            system=role.system,
            name=role.name,
            info=spelling.record(label=role.label, summary=role.label),
            privilege=list(role.privileges) or None,
        )
        for role in vc.roles
    ]
    permissions = [
        spelling.record(
            entity=spelling.reference(permission.entity),
            principal=permission.principal,
            group=permission.is_group,
            roleId=permission.role.id,
            propagate=permission.propagate,
        )
        for permission in vc.permissions
    ]
    return _json(spelling.record(roles=roles, permissions=permissions))


def inventory(vc: VCenter, spelling: Spelling) -> str:
    """All the `govc object.collect -json` of the manual, one after another."""
    return "".join(_documents(vc, spelling))


def _documents(vc: VCenter, spelling: Spelling) -> Iterator[str]:
    yield _json(
        spelling.record(
            self=spelling.reference(vc.root),
            value=None,
            availableField=None,
            parent=None,
            name=vc.root.name,
            childEntity=[
                spelling.reference(child) for child in vc.children(vc.root, "Folder", "Datacenter")
            ],
        )
    )
    for kinds, properties in _commands(vc, spelling):
        for entity in vc.entities:
            if entity.type in kinds and entity is not vc.root:
                changes = [
                    spelling.record(name=path, op="assign", val=value(entity))
                    for path, value in properties.items()
                ]
                fields: dict[str, Json] = {
                    "kind": "enter",
                    "obj": spelling.reference(entity),
                    "changeSet": changes,
                }
                if spelling.has_capitals:
                    fields["missingSet"] = None
                yield _json(spelling.record(**fields))


Properties = dict[str, Callable[[Entity], Json]]


def _commands(vc: VCenter, spelling: Spelling) -> Iterator[tuple[tuple[str, ...], Properties]]:
    """The types that each command finds, and what it asks of them."""
    one, many = spelling.reference, spelling.references
    base: Properties = {"name": lambda it: it.name, "parent": lambda it: one(it.parent)}
    yield (
        ("Folder", "StoragePod"),
        {**base, "childEntity": lambda it: many(vc.children(it, *_IN_FOLDERS))},
    )
    yield (
        ("Datacenter",),
        {
            **base,
            "vmFolder": lambda it: one(_folder(vc, it, "vm")),
            "hostFolder": lambda it: one(_folder(vc, it, "host")),
            "datastoreFolder": lambda it: one(_folder(vc, it, "datastore")),
            "networkFolder": lambda it: one(_folder(vc, it, "network")),
        },
    )
    yield (
        ("ComputeResource", "ClusterComputeResource"),
        {
            **base,
            "resourcePool": lambda it: one(vc.children(it, "ResourcePool")[0]),
            "host": lambda it: many(vc.children(it, "HostSystem")),
        },
    )
    yield ("HostSystem",), {**base, "vm": lambda it: many(vc.machines_on(it))}
    yield (
        ("ResourcePool", "VirtualApp"),
        {
            **base,
            "resourcePool": lambda it: many(vc.children(it, "ResourcePool", "VirtualApp")),
            "vm": lambda it: many(vc.machines_in(it)),
        },
    )
    yield ("VirtualApp",), {**base, "parentFolder": lambda it: one(it.folder)}
    yield (
        ("VirtualMachine",),
        {
            **base,
            "parentVApp": lambda it: one(
                it.pool if it.pool and it.pool.type == "VirtualApp" else None
            ),
            "resourcePool": lambda it: one(it.pool),
            "runtime.host": lambda it: one(it.host),
            "datastore": lambda it: many(it.datastores),
            "network": lambda it: many(it.networks),
            "summary.config.template": lambda it: it.is_template,
            "config.ftInfo": lambda it: _fault_tolerance(vc, spelling, it),
        },
    )
    yield ("Datastore",), base
    yield ("Network", "DistributedVirtualPortgroup"), base
    yield ("VmwareDistributedVirtualSwitch",), base


_IN_FOLDERS = (
    *("Folder", "StoragePod", "Datacenter", "ComputeResource", "ClusterComputeResource"),
    *("VirtualMachine", "Datastore", "Network", "DistributedVirtualPortgroup"),
    "VmwareDistributedVirtualSwitch",
)


def _folder(vc: VCenter, center: Entity, name: str) -> Entity:
    return next(one for one in vc.children(center, "Folder") if one.name == name)


def _fault_tolerance(vc: VCenter, spelling: Spelling, machine: Entity) -> Json:
    if machine.ft_primary:
        return spelling.record(
            role=2,
            instanceUuids=None,
            configPaths=None,
            orphaned=False,
            primaryVM=spelling.reference(machine.ft_primary),
        )
    shadows = [one for one in vc.entities if one.ft_primary is machine]
    if shadows:
        return spelling.record(
            role=1,
            instanceUuids=None,
            configPaths=None,
            orphaned=False,
            secondaries=[spelling.reference(one) for one in shadows],
        )
    return None


def _json(document: Json) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
