"""A vCenter as the folder that ``govc object.save`` fills: ``docs/how-to/save-with-govc.md``.

govc leaves out what its account was not allowed to read without a word; what every entity has is
therefore looked for, and what is missing is a gap.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.offline.files import ExportFile, read_folder, span
from accessreview.collectors.offline.govc import GLOBAL_PERMISSIONS_NOT_EXPORTED
from accessreview.collectors.offline.govc_inventory import (
    ENTITIES,
    FOLDERS,
    Properties,
    entities_of,
)
from accessreview.collectors.offline.saved_xml import Element, SavedObject, read_saved
from accessreview.collectors.vcenter.raw import RawPermission, RawRole, RawVCenter
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.errors import InputError
from accessreview.model.snapshot import Reading, SourceKind
from accessreview.snapshot.gaps import Gaps

_ROLES = "roleList"
_SINGLE = frozenset({"parent", "parentVApp", "parentFolder", *FOLDERS})
_LISTS = frozenset({"childEntity", "host", "vm", "datastore", "network", "resourcePool"})
_OF_MACHINES = frozenset({"runtime", "config", "summary"})
_OF_ENTITIES = frozenset({"name", "permission"}) | _SINGLE | _LISTS
_MARKS = frozenset({"permission", "effectiveRole"})
"""By which an object is known to be an entity: every one has them, and nothing else."""

_MAY_BE_UNSET = ("parentvapp", "parentfolder", "resourcepool", "config.ftinfo")
_NUMBERED = re.compile(r"(\d{4,})-", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectSaveSettings:
    """Where one vCenter's saved objects are; ``id`` is the source's in every snapshot."""

    id: str
    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class ObjectSaveSource(ConfiguredSource[ObjectSaveSettings]):
    """One vCenter, read from a folder of files; its times are those at which they were written."""

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read every file.

        Raises:
            CollectionError: the folder or a file cannot be read.
            InputError: a file is cut off or of another form, or the roles are missing.
        """
        files: list[ExportFile] = []

        def each() -> Iterator[ExportFile]:
            for file in read_folder(self.settings.folder, ".xml"):
                files.append(ExportFile(file.name, b"", file.written_at))
                yield file

        raw = read_objects(str(self.settings.folder), each())
        gaps = [GLOBAL_PERMISSIONS_NOT_EXPORTED]
        source = self.as_read(SourceKind.VCENTER, span(files, now), gaps=gaps)
        return translate(source, raw)


def read_objects(folder: str, files: Iterable[ExportFile]) -> RawVCenter:
    """Read all objects of one folder.

    Raises:
        InputError: as of ``read_saved``; also without the roles, or with an object twice.
    """
    roles: tuple[RawRole, ...] | None = None
    permissions: list[RawPermission] = []
    found: dict[tuple[str, str], Properties] = {}
    gaps = Gaps()
    numbers: set[int] = set()
    for file in files:
        saved = read_saved(file, _is_wanted)
        if numbered := _NUMBERED.match(Path(file.name).name):
            numbers.add(int(numbered[1]))
        if saved.type == "AuthorizationManager" and _ROLES in saved.properties:
            roles = tuple(_roles(saved))
        elif saved.type in ENTITIES or _MARKS & saved.properties.keys():
            reference = (saved.type, saved.id)
            if reference in found:
                raise InputError(
                    f"{saved.where}: {saved.id} was saved already. Empty the folder first."
                )
            found[reference] = _properties(saved)
            permissions.extend(_permissions(saved, gaps))
    if roles is None:
        raise InputError(
            f"{folder} does not hold the roles: no file of an AuthorizationManager with a roleList."
            " Save all objects, with no PATH after the folder."
        )
    for number in sorted(set(range(max(numbers, default=-1) + 1)) - numbers):
        gaps.add("A file of the export is missing", f"number {number:04}")
    entities, missing = entities_of(folder, found, gaps)
    return RawVCenter(roles, tuple(permissions), entities, missing)


def _is_wanted(kind: str, name: str) -> bool:
    if kind == "AuthorizationManager":
        return name == _ROLES
    return name in _OF_ENTITIES or (kind == "VirtualMachine" and name in _OF_MACHINES)


def _roles(saved: SavedObject) -> Iterator[RawRole]:
    for number, role in enumerate(saved.properties[_ROLES].children, start=1):
        where = f"{saved.where}, role {number}"
        name = role.text_at("name")
        if not name:
            raise InputError(f"{where}: it has no name.")
        privileges = (child.text for child in role.children if child.name == "privilege")
        yield RawRole(
            _number(role, "roleId", where),
            name,
            _boolean(role, "system", where),
            tuple(filter(None, privileges)),
        )


def _permissions(saved: SavedObject, gaps: Gaps) -> Iterator[RawPermission]:
    stated = saved.properties.get("permission")
    if stated is None:
        gaps.add("The permissions of an entity are not in the export", saved.id)
        return
    for number, entry in enumerate(stated.children, start=1):
        where = f"{saved.where}, permission {number}"
        principal = entry.text_at("principal")
        if not principal:
            raise InputError(f"{where}: it names no principal.")
        yield RawPermission(
            entry.text_at("entity") or saved.id,
            principal,
            _boolean(entry, "group", where),
            _number(entry, "roleId", where),
            _boolean(entry, "propagate", where),
        )


def _properties(saved: SavedObject) -> Properties:
    """As ``govc object.collect -json`` would say them, keys in lower case."""
    known: Properties = dict.fromkeys(_MAY_BE_UNSET)
    for name, value in saved.properties.items():
        if name == "name":
            known[name] = value.text
        elif name in _SINGLE | _LISTS:
            known[name.lower()] = _references(value, f"{saved.where}: {name}")
    if (runtime := saved.properties.get("runtime")) and saved.type == "VirtualMachine":
        host = runtime.child("host")
        known["runtime.host"] = _reference(host) if host else None
    configuration = _configuration(saved)
    if configuration is not None:
        known["summary.config.template"] = configuration.text_at("template") == "true"
        pair = configuration.child("ftInfo")
        primary = pair.child("primaryVM") if pair else None
        known["config.ftinfo"] = {"primaryvm": _reference(primary)} if primary else None
    return known


def _configuration(saved: SavedObject) -> Element | None:
    """Of a machine; one that cannot be reached has only the summary of it."""
    if saved.type != "VirtualMachine":
        return None
    summary = saved.properties.get("summary")
    whole = saved.properties.get("config")
    return whole or (summary.child("config") if summary else None)


def _references(value: Element, what: str) -> object:
    if value.children:
        return [_reference(child) for child in value.children]
    if value.type and value.text:
        return _reference(value)
    if value.text:
        raise InputError(f"{what} is no reference.")
    return []


def _reference(element: Element) -> dict[str, str]:
    return {"type": element.type, "value": element.text}


def _number(element: Element, name: str, where: str) -> int:
    try:
        return int(element.text_at(name))
    except ValueError as error:
        raise InputError(f"{where}: {name} is no whole number.") from error


def _boolean(element: Element, name: str, where: str) -> bool:
    match element.text_at(name):
        case "true":
            return True
        case "false":
            return False
        case _:
            raise InputError(f"{where}: {name} is neither true nor false.")
