"""Permissions as Ansible's ``vmware_object_role_permission_info`` answers them, entity by entity.

It says neither whether a principal is a group nor which permissions an entity only inherits, so a
reading of it is never whole. The playbook: ``docs/how-to/export-with-ansible.md``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.offline.ansible_entities import Found, Stated, stated_where
from accessreview.collectors.offline.files import ExportFile, read_file, span
from accessreview.collectors.offline.govc import GLOBAL_PERMISSIONS_NOT_EXPORTED
from accessreview.collectors.offline.inventories import INVENTORIES
from accessreview.collectors.offline.json_documents import documents
from accessreview.collectors.vcenter.raw import RawEntity, RawPermission, RawRole, RawVCenter
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.errors import InputError
from accessreview.model.snapshot import Reading, SourceKind
from accessreview.snapshot.gaps import Gaps

INHERITED_NOT_TOLD = (
    "Ansible lists what an entity inherits with what is stated on it: a permission that is stated"
    " again below an equal one cannot be told from it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsibleSettings:
    """Where one vCenter's files are, and whose the inventory is."""

    id: str
    name: str
    permissions: Path
    inventory: Path
    inventory_of: str


@dataclass(frozen=True, slots=True)
class AnsibleSource(ConfiguredSource[AnsibleSettings]):
    """One vCenter, read from files; its times are those at which the files were written."""

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read both files.

        Raises:
            CollectionError: a file cannot be read.
            InputError: a file is cut off or of another form.
        """
        answers, inventory = (
            read_file(path) for path in (self.settings.permissions, self.settings.inventory)
        )
        entities, missing = INVENTORIES[self.settings.inventory_of](inventory)
        raw = read_answers(answers, entities)
        source = self.as_read(
            SourceKind.VCENTER,
            span((answers, inventory), now),
            gaps=[GLOBAL_PERMISSIONS_NOT_EXPORTED],
            whole=False,
        )
        gaps = (*raw.gaps, *missing)
        return translate(source, RawVCenter(raw.roles, raw.permissions, entities, gaps))


def read_answers(file: ExportFile, entities: Sequence[RawEntity]) -> RawVCenter:
    """Read the one document of the file, on entities that are known from elsewhere.

    Raises:
        InputError: it is cut off or of another form, or an answer lacks what it needs.
    """
    match [document for _, document in documents(file, "by the playbook of the manual")]:
        case [{"permissions": list(answers), "roles": list(roles), **rest}]:
            pass
        case _:
            raise InputError(
                f"{file.name} is not what the playbook of the manual writes: one object with"
                " permissions and roles is expected."
            )
    users, groups = (_names(file.name, rest.get(kind, []), kind) for kind in ("users", "groups"))
    gaps = Gaps()
    found = Found(entities)
    asked: dict[str, tuple[Stated, ...]] = {}
    for number, answer in enumerate(answers, start=1):
        where = f"{file.name}, answer {number}"
        entity = _asked(answer, where, found, gaps)
        if entity:
            asked[entity] = (*asked.get(entity, ()), *_stated(answer, where))
    permissions = tuple(_permissions(stated_where(found, asked, gaps), users, groups, gaps))
    return RawVCenter(
        tuple(_roles(file.name, roles)),
        permissions,
        tuple(entities),
        (INHERITED_NOT_TOLD, *gaps.sentences()),
    )


def _asked(answer: object, where: str, found: Found, gaps: Gaps) -> str:
    """The entity that an answer is about; empty for one that is not known or failed."""
    match answer:
        case {"failed": True, **rest}:
            # Where the module itself broke down, only the loop's item says what was asked for.
            gaps.add("The permissions of an entity could not be read", _item(rest, where))
            return ""
        case {"invocation": {"module_args": {"object_type": str(kind), **asked}}}:
            named, ident = asked.get("object_name"), asked.get("moid")
            if asked.get("principal"):
                raise InputError(f"{where}: it was asked for one principal only. Ask for all.")
            called = f"{kind} {ident or named}"
            entities = found.called(kind, str(ident or ""), str(named or ""))
            if len(entities) != 1:
                which = "not in the inventory" if not entities else "one of several of that name"
                gaps.add(f"An entity that was asked for is {which}", called)
                return ""
            return entities[0]
        case _:
            raise InputError(
                f"{where}: it does not say which entity it is about. Write what was registered,"
                " unchanged."
            )


def _item(answer: Mapping[object, object], where: str) -> str:
    match answer.get("item"):
        case {"type": str(kind), "moid": str(called)} | {"type": str(kind), "name": str(called)}:
            return f"{kind} {called}"
        case _:
            return where


def _stated(answer: object, where: str) -> Iterator[Stated]:
    entries = answer.get("permission_info") if isinstance(answer, dict) else None
    for entry in entries if isinstance(entries, list) else (None,):
        match entry:
            case {
                "principal": str(principal),
                "role_id": int(role),
                "propagate": bool(propagate),
            } if principal and not isinstance(role, bool):
                yield Stated(principal, role, propagate)
            case _:
                raise InputError(
                    f"{where}: principal, role_id or propagate is missing or of the wrong kind."
                )


def _permissions(
    stated: Mapping[str, tuple[Stated, ...]], users: set[str], groups: set[str], gaps: Gaps
) -> Iterator[RawPermission]:
    for entity, entries in stated.items():
        for entry in entries:
            name = entry.principal.casefold()
            if (name in users) == (name in groups):
                gaps.add("Whether a principal is a user or a group is not known", entry.principal)
                continue
            yield RawPermission(
                entity, entry.principal, name in groups, entry.role, entry.propagates
            )


def _names(file: str, names: object, kind: str) -> set[str]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(f"{file}: {kind} is no list of names.")
    return {str(name).casefold() for name in names}


def _roles(file: str, raw: Sequence[object]) -> Iterator[RawRole]:
    for number, entry in enumerate(raw, start=1):
        match entry:
            case {
                "role_id": int(ident),
                "role_name": str(name),
                "role_system": bool(system),
                "privileges": list(privileges),
            } if (
                name
                and not isinstance(ident, bool)
                and all(isinstance(privilege, str) and privilege for privilege in privileges)
            ):
                yield RawRole(ident, name, system, tuple(map(str, privileges)))
            case _:
                raise InputError(
                    f"{file}, role {number}: role_id, role_name, role_system or privileges is"
                    " missing or of the wrong kind."
                )
