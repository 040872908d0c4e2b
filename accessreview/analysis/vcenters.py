"""Every vCenter of a snapshot, its tables turned into numbers all at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from accessreview.analysis.inventory import Inventory, Listed, build_inventory
from accessreview.analysis.keys import Keys, Rows
from accessreview.analysis.principals import Principals
from accessreview.analysis.vcenter import Entries, Vcenter, arrange
from accessreview.model.columns import Column, Table
from accessreview.model.errors import InputError
from accessreview.model.snapshot import Snapshot, SourceKind


def build_vcenters(snapshot: Snapshot, principals: Principals) -> Mapping[str, Vcenter]:
    """The vCenters by source, in order of it: those that were read and those that tables name.

    Raises:
        InputError: the inventory inherits in a circle, or a reference leads nowhere.
    """
    entities, permissions = _Numbered(snapshot["entities"]), snapshot["permissions"]
    inventories = _inventories(entities, snapshot["placements"])
    roles = _Roles(snapshot["roles"], snapshot["role_privileges"])
    entries = _Entered(permissions, principals, entities, roles.numbered)
    granted = _rows_by_source(permissions["source"])
    read = {source.id for source in snapshot.sources if source.kind is not SourceKind.DIRECTORY}
    vcenters = {}
    for source in sorted(read | entities.rows.keys() | granted.keys()):
        inventory = inventories.get(source) or build_inventory(source, _nothing())
        vcenters[source] = arrange(
            inventory, entries.of(inventory, granted.get(source, _NONE)), *roles.of(source)
        )
    return vcenters


_NONE = np.zeros(0, dtype=np.int64)


class _Numbered:
    """The rows of a table, numbered from 1 in each source by their order."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows = _rows_by_source(table["source"])
        self._keys = Keys(table["source"], table["id"])
        self._numbers = np.zeros(len(table) + 1, dtype=np.int64)  # the last for no row at all
        for rows in self.rows.values():
            self._numbers[rows] = np.arange(1, len(rows) + 1)

    def find(self, sources: Column, ids: Column) -> Rows:
        """The numbers that references have in their own sources; 0 where nothing has the key."""
        return self._numbers[self._keys.rows(sources, ids)]

    def require(self, sources: Column, ids: Column) -> Rows:
        """The same, where only an empty id is no reference.

        Raises:
            InputError: a reference leads nowhere.
        """
        numbers = self.find(sources, ids)
        is_reference = ids.values.lengths > 0
        lost = np.flatnonzero((numbers == 0) & is_reference[ids.codes])
        if len(lost):
            row = int(lost[0])
            raise InputError(
                f"{sources[row]}: the entity {ids[row]} is referred to but not listed."
            )
        return numbers


def _rows_by_source(sources: Column) -> Mapping[str, Rows]:
    order = np.argsort(sources.codes, kind="stable")
    bounds = np.searchsorted(sources.codes[order], np.arange(len(sources.values) + 1)).tolist()
    return {
        source: order[bounds[code] : bounds[code + 1]]
        for code, source in enumerate(sources.values)
        if bounds[code] < bounds[code + 1]
    }


def _inventories(entities: _Numbered, placements: Table) -> Mapping[str, Inventory]:
    table = entities.table
    ids, names, types = (list(table[name]) for name in ("id", "name", "type"))
    parent, second_parent, acl_of = (
        entities.require(table["source"], table[name])
        for name in ("parent", "second_parent", "acl_of")
    )
    entity, on = (
        entities.require(placements["source"], placements[name]) for name in ("entity", "on")
    )
    placed = _rows_by_source(placements["source"])
    return {
        source: build_inventory(
            source,
            Listed(
                ids=_chosen(ids, rows),
                names=_chosen(names, rows),
                types=_chosen(types, rows),
                parent=parent[rows],
                second_parent=second_parent[rows],
                acl_of=acl_of[rows],
                placed=entity[placed.get(source, _NONE)],
                on=on[placed.get(source, _NONE)],
            ),
        )
        for source, rows in entities.rows.items()
    }


def _chosen(values: Sequence[str], rows: Rows) -> Sequence[str]:
    return [values[row] for row in rows.tolist()]


def _nothing() -> Listed:
    return Listed((), (), (), _NONE, _NONE, _NONE, _NONE, _NONE)


class _Roles:
    """What each role is called and may do, numbered as in the snapshot's table."""

    def __init__(self, roles: Table, role_privileges: Table) -> None:
        self.numbered = _Numbered(roles)
        self._ids, self._names = list(roles["id"]), list(roles["name"])
        self._privileges: Mapping[tuple[str, str], set[str]] = _gathered(role_privileges)

    def of(
        self, source: str
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[frozenset[str], ...]]:
        rows = self.numbered.rows.get(source, _NONE)
        ids = tuple(_chosen(self._ids, rows))
        held = (frozenset(self._privileges.get((source, role), ())) for role in ids)
        return ids, tuple(_chosen(self._names, rows)), tuple(held)


def _gathered(role_privileges: Table) -> Mapping[tuple[str, str], set[str]]:
    held: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for source, role, privilege in role_privileges.rows():
        held[source, role].add(privilege)
    return held


class _Entered:
    """All permissions as entries, before they are dealt out to the nodes of each vCenter."""

    def __init__(
        self, permissions: Table, principals: Principals, entities: _Numbered, roles: _Numbered
    ) -> None:
        sources, propagates = permissions["source"], permissions["propagate"]
        self._permissions = permissions
        self._principal = principals.of_permission
        self._is_group = np.array(principals.is_group, dtype=bool)
        self._is_matched = np.array([bool(found) for found in principals.matches], dtype=bool)
        self._entity = entities.find(sources, permissions["entity"])
        self._role = roles.find(sources, permissions["role"]) - 1
        is_global = (permissions["entity"].values.lengths == 0)[permissions["entity"].codes]
        self._is_lost = (self._role < 0) | ((self._entity == 0) & ~is_global)
        is_true = np.array([value == "true" for value in propagates.values], dtype=bool)
        self._propagates = is_true[propagates.codes]

    def of(self, inventory: Inventory, rows: Rows) -> Entries:
        """Those of these rows that match somebody, on the nodes that carry them."""
        rows = rows[self._is_matched[self._principal[rows]]]
        for row in rows[self._is_lost[rows]].tolist():
            entity, role = (self._permissions[name][row] for name in ("entity", "role"))
            raise InputError(
                f"{inventory.vcenter}: a permission names the role {role} on the entity {entity}, "
                "one of which is not listed."
            )
        principal = self._principal[rows]
        return Entries(
            row=rows,
            node=np.array(inventory.node, dtype=np.int64)[self._entity[rows]],
            principal=principal,
            role=self._role[rows],
            propagates=self._propagates[rows],
            direct=~self._is_group[principal],
        )
