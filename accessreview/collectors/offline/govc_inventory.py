"""Entities from what ``govc object.collect -json`` prints, one document an entity and command.

The commands are in ``docs/how-to/export-with-govc.md``. The same entity may come several times,
with different properties. Lists of children are read only to see whether the export is whole.
"""

from collections.abc import Iterable, Mapping

from accessreview.collectors.offline.files import ExportFile
from accessreview.collectors.offline.json_documents import documents
from accessreview.collectors.vcenter.names import unescape
from accessreview.collectors.vcenter.raw import RawEntity
from accessreview.model.errors import InputError
from accessreview.snapshot.gaps import Gaps

FOLDERS = ("vmFolder", "hostFolder", "datastoreFolder", "networkFolder")
"""The properties of a datacenter that name its four folders."""

_FOLDERS = tuple(name.lower() for name in FOLDERS)
_CHILDREN = ("childentity", "host", "vm", "resourcepool", *_FOLDERS)
_REFERENCES = frozenset(
    {"parent", "parentvapp", "parentfolder", "runtime.host", "datastore", "network", *_CHILDREN}
)
_COMPUTE = frozenset({"ComputeResource", "ClusterComputeResource"})
_EXPECTED: Mapping[str, tuple[str, ...]] = {
    "Folder": ("childentity",),
    "StoragePod": ("childentity",),
    "Datacenter": _FOLDERS,
    "ComputeResource": ("resourcepool", "host"),
    "ClusterComputeResource": ("resourcepool", "host"),
    "HostSystem": ("vm",),
    "ResourcePool": ("resourcepool", "vm"),
    "VirtualApp": ("resourcepool", "vm", "parentfolder"),
    "VirtualMachine": (
        "resourcepool",
        "parentvapp",
        "runtime.host",
        "datastore",
        "network",
        "summary.config.template",
        "config.ftinfo",
    ),
}
"""What the commands ask for beside name and parent, and so must be said of each type."""

ENTITIES = frozenset(
    {*_EXPECTED, "Datastore", "Network", "OpaqueNetwork", "DistributedVirtualPortgroup"}
    | {"DistributedVirtualSwitch", "VmwareDistributedVirtualSwitch"}
)
"""The types of entities that are known by name."""

Properties = dict[str, object]
"""By path in lower case, as JSON; a property that is not set is None."""


def read_inventory(file: ExportFile) -> tuple[tuple[RawEntity, ...], tuple[str, ...]]:
    """Read all documents; the second part are the gaps that they show.

    Raises:
        InputError: the file is cut off within a document, holds something else, or says two
            things of one property.
    """
    found: dict[tuple[str, str], Properties] = {}
    gaps = Gaps()
    for line, document in documents(file):
        where = f"{file.name}, line {line}"
        reference, properties = _entity_document(document, where, gaps)
        known = found.setdefault(reference, {})
        for path, value in properties.items():
            if path in _REFERENCES and not _is_reference(value):
                raise InputError(f"{where}: {path} of {reference[1]} is no reference.")
            if known.setdefault(path, value) != value:
                raise InputError(
                    f"{where}: {path} of {reference[1]} differs from an earlier document. The"
                    " inventory changed during the export; export it again."
                )
    return entities_of(file.name, found, gaps)


def entities_of(
    where: str, found: Mapping[tuple[str, str], Properties], gaps: Gaps
) -> tuple[tuple[RawEntity, ...], tuple[str, ...]]:
    """The entities by type and id, and all gaps, with what their children show to be missing.

    Raises:
        InputError: there is none.
    """
    if not found:
        raise InputError(f"{where} holds no entity.")
    _check_children(found, gaps)
    entities = tuple(
        _entity(reference, properties, gaps) for reference, properties in found.items()
    )
    return entities, gaps.sentences()


def _entity_document(
    document: object, where: str, gaps: Gaps
) -> tuple[tuple[str, str], Properties]:
    match document:
        case {"obj": {"type": str(kind), "value": str(value)}, "changeset": list(changes), **rest}:
            for missing in _list(rest.get("missingset")):
                path = missing.get("path") if isinstance(missing, dict) else missing
                gaps.add("A property could not be read", f"{path} of {value}")
            return (kind, value), dict(_change(change, where) for change in changes)
        case {"self": {"type": str(kind), "value": str(value)}, **rest}:
            # `-o` prints all properties of the type; those not asked for are null.
            return (kind, value), {
                path: rest[path] for path in ("name", "parent", "childentity") if path in rest
            }
        case _:
            raise InputError(
                f"{where}: this is not what `govc object.collect -json` prints with -type or -o."
            )


def _change(change: object, where: str) -> tuple[str, object]:
    match change:
        case {"name": str(path), "op": "assign", **rest}:
            return path.lower(), rest.get("val")
        case _:
            raise InputError(f"{where}: a change that does not assign a property; export again.")


def _check_children(found: Mapping[tuple[str, str], Properties], gaps: Gaps) -> None:
    """Every child that an entity lists must be there: a list that was cut off shows here."""
    ids = {reference[1] for reference in found}
    for (kind, entity_id), properties in found.items():
        for path in _EXPECTED.get(kind, ()):
            if path not in properties:
                gaps.add("A property is not in the export", f"{path} of {entity_id}")
            elif path in _CHILDREN and kind != "VirtualMachine":
                for child in _references(properties[path]):
                    if child not in ids:
                        gaps.add(
                            "An entity that exists was not exported", f"{child} of {entity_id}"
                        )


def _entity(reference: tuple[str, str], properties: Properties, gaps: Gaps) -> RawEntity:
    kind, entity_id = reference
    name = properties.get("name")
    if not isinstance(name, str) or not name:
        gaps.add("The name of an entity is not in the export", entity_id)
        name = entity_id
    is_machine = kind == "VirtualMachine"
    pool = _reference(properties, "resourcepool") if is_machine else ""
    vapp = _reference(properties, "parentvapp")
    if is_machine and not (pool or vapp) and properties.get("summary.config.template") is not True:
        # Only a template has no pool: this one's pool is hidden from the exporting account.
        gaps.add("The resource pool of a virtual machine was not shown", entity_id)
    return RawEntity(
        type=kind,
        id=entity_id,
        name=unescape(name),
        parent=_reference(properties, "parent"),
        resource_pool=pool,
        parent_vapp=vapp,
        parent_folder=_reference(properties, "parentfolder"),
        acl_children=tuple(_shared(kind, properties)),
        ft_primary=_ft_primary(properties),
        host=_reference(properties, "runtime.host"),
        datastores=_references(properties.get("datastore")) if is_machine else (),
        networks=_references(properties.get("network")) if is_machine else (),
    )


def _shared(kind: str, properties: Properties) -> Iterable[str]:
    if kind == "Datacenter":
        return filter(None, (_reference(properties, folder) for folder in _FOLDERS))
    if kind in _COMPUTE:
        return filter(None, (_reference(properties, "resourcepool"),))
    return ()


def _ft_primary(properties: Properties) -> str:
    match properties.get("config.ftinfo"):
        case {"primaryvm": {"value": str(primary)}}:
            return primary
        case _:
            return ""


def _reference(properties: Properties, path: str) -> str:
    found = _references(properties.get(path))
    return found[0] if found else ""


def _references(value: object) -> tuple[str, ...]:
    """One reference or a list of them, bare or in the wrappers of both spellings."""
    match value:
        case {"type": str(), "value": str(entity_id)}:
            return (entity_id,)
        case {"managedobjectreference": wrapped} | {"_value": wrapped}:
            return _references(wrapped)
        case list():
            return tuple(one for item in value for one in _references(item))
        case _:
            return ()


def _is_reference(value: object) -> bool:
    match value:
        case None | {"type": str(), "value": str()}:
            return True
        case {"managedobjectreference": wrapped} | {"_value": wrapped}:
            return _is_reference(wrapped)
        case list():
            return all(item is not None and _is_reference(item) for item in value)
        case _:
            return False


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
