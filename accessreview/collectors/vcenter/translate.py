"""From what a vCenter said to the rows of a snapshot; pure, for live and recorded readings alike.

Nothing is guessed: a row that refers to something that was not read is left out, said in a gap,
and makes the reading partial.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from types import MappingProxyType

from accessreview.collectors.vcenter.inventory import Inventory, inventory
from accessreview.collectors.vcenter.raw import RawPermission, RawRole, RawVCenter
from accessreview.model.columns import Table
from accessreview.model.snapshot import SCHEMAS, Coverage, Reading, Source
from accessreview.snapshot.gaps import Gaps


def translate(
    source: Source,
    raw: RawVCenter,
    more: Mapping[str, Iterable[tuple[str, ...]]] = MappingProxyType({}),
) -> Reading:
    """Turn one vCenter's raw values into its part of every table, and add the rows of ``more``.

    ``source.gaps`` given are kept first and do not by themselves lower ``source.coverage``; those
    of ``raw`` and those found here do. A permission that was reported on an entity sharing the
    list of another (a datacenter's folder, a root pool) is stated on the owner of the list, where
    alone vCenter lets it be changed.
    """
    gaps = Gaps()
    rows = _rows(raw, gaps)
    found = (*raw.gaps, *gaps.sentences())
    return Reading(
        replace(
            source,
            coverage=Coverage.PARTIAL if found else source.coverage,
            gaps=(*source.gaps, *found),
        ),
        {
            name: Table.of(
                SCHEMAS[name],
                ((source.id, *row) for row in chain(rows.get(name, ()), more.get(name, ()))),
            )
            for name in dict.fromkeys((*rows, *more))
        },
    )


def _rows(raw: RawVCenter, gaps: Gaps) -> Mapping[str, Iterable[tuple[str, ...]]]:
    places = inventory(raw.entities, gaps)
    roles = _roles(raw.roles, gaps)
    permissions = _permissions(raw.permissions, places, roles, gaps)
    return {
        "entities": places.entities,
        "placements": places.placements,
        "roles": ((str(role.id), role.name, _boolean(role.system)) for role in roles.values()),
        "role_privileges": (
            (str(role.id), privilege)
            for role in roles.values()
            for privilege in dict.fromkeys(role.privileges)
        ),
        "permissions": (
            (
                entry.entity,
                entry.principal,
                _boolean(entry.is_group),
                str(entry.role),
                _boolean(entry.propagate),
            )
            for entry in permissions
        ),
    }


def _boolean(value: bool) -> str:  # noqa: FBT001 - it is what is written
    return "true" if value else "false"


def _roles(raw: Iterable[RawRole], gaps: Gaps) -> dict[int, RawRole]:
    roles: dict[int, RawRole] = {}
    for role in raw:
        if roles.setdefault(role.id, role) != role:
            gaps.add("A role was reported twice with different content", f"{role.name} ({role.id})")
    return roles


def _permissions(
    raw: Iterable[RawPermission], places: Inventory, roles: Mapping[int, RawRole], gaps: Gaps
) -> Iterable[RawPermission]:
    """Keep each key once: per owner of a permission list, principal without case, and kind."""
    entities = {row[0] for row in places.entities} | {""}
    kept: dict[tuple[str, str, bool], RawPermission] = {}
    for entry in raw:
        if entry.entity not in entities:
            gaps.add("A permission is on an entity that was not read", _described(entry))
        elif not entry.principal:
            gaps.add("A permission names no principal", _described(entry))
        elif entry.role not in roles:
            gaps.add("A permission gives a role that was not read", _described(entry))
        else:
            owned = replace(entry, entity=places.acl_of.get(entry.entity, entry.entity))
            key = (owned.entity, owned.principal.casefold(), owned.is_group)
            first = kept.setdefault(key, owned)
            if (first.role, first.propagate) != (owned.role, owned.propagate):
                gaps.add(
                    "A principal has two different permissions where vCenter allows one, and only"
                    " the first was kept",
                    _described(entry),
                )
    return kept.values()


def _described(entry: RawPermission) -> str:
    kind = "group" if entry.is_group else "user"
    return f"role {entry.role} for {kind} {entry.principal} on {entry.entity or 'all (global)'}"
