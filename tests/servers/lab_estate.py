"""One vCenter of a snapshot as the lab takes it: nothing is lost, nothing is added."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from accessreview.bundles.reader import read_bundle
from accessreview.model.snapshot import Snapshot, SourceKind

Estate = dict[str, object]


def estate_of(
    bundle: Path | Snapshot,
    source: str = "",
    hosts: Mapping[str, Mapping[str, object]] | None = None,
) -> Estate:
    """The estate of ``source``, by default the only vCenter, with all directories of the bundle.

    ``hosts`` says by the id of a host what its bundle does not: ``lockdown``, ``exceptions``,
    ``access``, ``options``, ``domain``, ``membership``.
    """
    snapshot = read_bundle(bundle) if isinstance(bundle, Path) else bundle
    chosen = source or _only(snapshot)
    return {
        "entities": _entities(snapshot, chosen),
        "roles": _roles(snapshot, chosen),
        "permissions": [
            {
                "entity": entity,
                "principal": principal,
                "group": is_group == "true",
                "role": int(role),
                "propagate": propagate == "true",
            }
            for _, entity, principal, is_group, role, propagate in _of(
                snapshot, "permissions", chosen
            )
        ],
        "accounts": _parties(snapshot, "accounts"),
        "groups": _parties(snapshot, "groups"),
        "members": [(_key(*row[:2]), _key(*row[2:])) for row in snapshot.tables["members"].rows()],
        "hosts": dict(hosts or {}),
    }


def _only(snapshot: Snapshot) -> str:
    (found,) = (one.id for one in snapshot.sources if one.kind is SourceKind.VCENTER)
    return found


def _of(snapshot: Snapshot, table: str, source: str) -> Iterable[tuple[str, ...]]:
    return (row for row in snapshot.tables[table].rows() if row[0] == source)


def _key(source: str, party: str) -> str:
    return f"{source}\n{party}"


def _entities(snapshot: Snapshot, source: str) -> list[Estate]:
    on = defaultdict[str, list[str]](list)
    for _, entity, place in _of(snapshot, "placements", source):
        on[entity].append(place)
    columns = ("id", "type", "name", "parent", "second_parent", "acl_of")
    return [
        {**dict(zip(columns, row[1:], strict=True)), "on": on[row[1]]}
        for row in _of(snapshot, "entities", source)
    ]


def _roles(snapshot: Snapshot, source: str) -> list[Estate]:
    held = defaultdict[str, list[str]](list)
    for _, role, privilege in _of(snapshot, "role_privileges", source):
        held[role].append(privilege)
    return [
        {"id": int(role), "name": name, "system": system == "true", "privileges": held[role]}
        for _, role, name, system in _of(snapshot, "roles", source)
    ]


def _parties(snapshot: Snapshot, table: str) -> list[Estate]:
    """Accounts or groups, each with every name that a permission may call it."""
    names = defaultdict[str, list[str]](list)
    for source, party, name in snapshot.tables["principal_names"].rows():
        names[_key(source, party)].append(name)
    return [
        {"key": _key(*row[:2]), "names": names[_key(*row[:2])]}
        for row in snapshot.tables[table].rows()
    ]
