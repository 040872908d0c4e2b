"""Entities from the inventory CSV of ``docs/how-to/export-with-powercli.md``, one a row.

``Children`` are read only to see whether the export is whole.
"""

from collections.abc import Sequence

from accessreview.collectors.offline.csv_rows import CsvRow, csv_rows
from accessreview.collectors.offline.files import ExportFile
from accessreview.collectors.offline.powercli_access import entity_id
from accessreview.collectors.vcenter.names import unescape
from accessreview.collectors.vcenter.raw import RawEntity
from accessreview.model.errors import InputError
from accessreview.snapshot.gaps import Gaps

_COLUMNS = (
    *("Id", "Name", "ParentId", "ResourcePoolId", "ParentVAppId", "ParentFolderId", "AclChildren"),
    *("FtPrimaryId", "HostId", "Datastores", "Networks", "Children", "Template"),
)


def read_inventory(file: ExportFile) -> tuple[tuple[RawEntity, ...], tuple[str, ...]]:
    """Read all entities; the second part are the gaps that the rows show.

    Raises:
        InputError: as of ``csv_rows``; also for a reference without type and id, and for two
            different rows of one entity.
    """
    found: dict[str, RawEntity] = {}
    children: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    gaps = Gaps()
    for row in csv_rows(file, _COLUMNS):
        try:
            entity = _entity(row, gaps)
            listed = _references(row, "Children")
        except InputError as error:
            problems.extend(error.problems)
            continue
        if found.setdefault(entity.id, entity) != entity:
            problems.append(
                f"{row.where}: {entity.id} is there twice, with different fields. Export one"
                " vCenter at a time, while nothing is moved."
            )
        children[entity.id] = (*children.get(entity.id, ()), *listed)
    if problems:
        raise InputError(*problems)
    if not found:
        raise InputError(f"{file.name} holds no entity.")
    for parent, listed in children.items():
        for child in dict.fromkeys(listed):
            if child not in found:
                gaps.add("An entity that exists was not exported", f"{child} of {parent}")
    return tuple(found.values()), gaps.sentences()


def _entity(row: CsvRow, gaps: Gaps) -> RawEntity:
    reference = row["Id"]
    identifier = entity_id(reference, row.where, "Id")
    kind = reference.removesuffix(f"-{identifier}")
    name = row["Name"]
    if not name:
        gaps.add("The name of an entity is not in the export", identifier)
    pool, vapp = _reference(row, "ResourcePoolId"), _reference(row, "ParentVAppId")
    is_template = row.boolean("Template") if row["Template"] else False
    if kind == "VirtualMachine" and not (pool or vapp or is_template):
        # Only a template has no pool: this one's pool is hidden from the exporting account.
        gaps.add("The resource pool of a virtual machine was not shown", identifier)
    return RawEntity(
        type=kind,
        id=identifier,
        name=unescape(name) or identifier,
        parent=_reference(row, "ParentId"),
        resource_pool=pool,
        parent_vapp=vapp,
        parent_folder=_reference(row, "ParentFolderId"),
        acl_children=_references(row, "AclChildren"),
        ft_primary=_reference(row, "FtPrimaryId"),
        host=_reference(row, "HostId"),
        datastores=_references(row, "Datastores"),
        networks=_references(row, "Networks"),
    )


def _reference(row: CsvRow, column: str) -> str:
    return entity_id(row[column], row.where, column) if row[column] else ""


def _references(row: CsvRow, column: str) -> tuple[str, ...]:
    parts: Sequence[str] = row[column].split()
    return tuple(entity_id(part, row.where, column) for part in parts)
