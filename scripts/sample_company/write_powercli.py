"""Write a vCenter as PowerCLI does: the commands of ``docs/how-to/export-with-powercli.md``."""

from collections.abc import Iterable, Sequence

from sample_company.estate import Entity, VCenter

_SERVER = "/VIServer=halden\\svc-inventory@vc-trondheim.lab.halden.example:443"


def permissions(vc: VCenter) -> bytes:
    """UTF-16 with a byte order mark, and with the line that names the type."""
    header = ("EntityId", "Principal", "IsGroup", "Role", "Propagate", "Uid")
    rows = (
        (
            permission.entity.reference if permission.entity else "Global",
            permission.principal,
            str(permission.is_group),
            permission.role.name,
            str(permission.propagate),
            _SERVER + f"/Permission={number}/" if permission.entity else "",
        )
        for number, permission in enumerate(vc.permissions, start=1)
    )
    return ("\ufeff#TYPE Selected.System.Object\r\n" + _csv(header, rows)).encode("utf-16-le")


def roles(vc: VCenter) -> bytes:
    header = ("Id", "Name", "IsSystem", "PrivilegeList")
    rows = (
        (str(role.id), role.name, str(role.system), " ".join(role.privileges)) for role in vc.roles
    )
    return ("\ufeff" + _csv(header, rows)).encode()


def inventory(vc: VCenter) -> bytes:
    header = (
        *("Id", "Name", "ParentId", "ResourcePoolId", "ParentVAppId", "ParentFolderId"),
        *("AclChildren", "FtPrimaryId", "HostId", "Datastores", "Networks", "Children", "Template"),
    )
    rows = (
        (
            entity.reference,
            entity.name,
            _one(entity.parent),
            _one(entity.pool),
            _one(entity.pool if entity.pool and entity.pool.type == "VirtualApp" else None),
            _one(entity.folder),
            _many(_sharing(vc, entity)),
            _one(entity.ft_primary),
            _one(entity.host),
            _many(entity.datastores),
            _many(entity.networks),
            _many(_children(vc, entity)),
            str(entity.is_template) if entity.type == "VirtualMachine" else "",
        )
        for entity in vc.entities
    )
    return ("\ufeff" + _csv(header, rows)).encode()


def _children(vc: VCenter, entity: Entity) -> Sequence[Entity]:
    if entity.type in ("ResourcePool", "VirtualApp"):
        return [*vc.children(entity, "ResourcePool", "VirtualApp"), *vc.machines_in(entity)]
    if entity.type == "HostSystem":
        return vc.machines_on(entity)
    return [one for one in vc.entities if one.parent is entity]


def _sharing(vc: VCenter, entity: Entity) -> Sequence[Entity]:
    if entity.type == "Datacenter":
        return vc.children(entity, "Folder")
    if entity.type in ("ComputeResource", "ClusterComputeResource"):
        return vc.children(entity, "ResourcePool")
    return ()


def _one(entity: Entity | None) -> str:
    return entity.reference if entity else ""


def _many(entities: Iterable[Entity]) -> str:
    return " ".join(entity.reference for entity in entities)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Every field in quotes and lines as Windows ends them: what ``Export-Csv`` of 5.1 writes."""
    return "".join(
        ",".join('"' + field.replace('"', '""') + '"' for field in row) + "\r\n"
        for row in (header, *rows)
    )
