"""A snapshot as the numbers that every question of the analysis is answered from."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.inventory import GLOBAL, Inventory, build_inventory
from accessreview.analysis.keys import Keys, Rows
from accessreview.analysis.membership import (
    Memberships,
    close_memberships,
    number_memberships,
)
from accessreview.analysis.principals import Principals, resolve_principals
from accessreview.analysis.vcenter import Entries, Vcenter, arrange
from accessreview.model.access import AccountRef, EntityRef, GroupRef, Permission, PermissionKey
from accessreview.model.columns import Table
from accessreview.model.errors import InputError, NotFoundError
from accessreview.model.snapshot import Snapshot, SourceKind


@dataclass(frozen=True, slots=True, eq=False)
class Estate:
    """Accounts, groups, principals, permissions and inventories, all numbered by table row."""

    snapshot: Snapshot
    account_keys: Keys
    group_keys: Keys
    principals: Principals
    memberships: Memberships
    vcenters: Mapping[str, Vcenter]

    def account(self, ref: AccountRef) -> int:
        """The account's number.

        Raises:
            NotFoundError: no directory of the snapshot has it.
        """
        row = self.account_keys.row(ref.source, ref.id)
        if row is None:
            raise NotFoundError(f"No account {ref.id} was read from {ref.source}.")
        return row

    def account_ref(self, account: int) -> AccountRef:
        table = self.snapshot["accounts"]
        return AccountRef(table["source"][account], table["id"][account])

    def group_ref(self, group: int) -> GroupRef:
        table = self.snapshot["groups"]
        return GroupRef(table["source"][group], table["id"][group])

    def entity(self, ref: EntityRef) -> tuple[Vcenter, int]:
        """The vCenter and the entity's number in it; an empty id is the global node.

        Raises:
            NotFoundError: the snapshot has no such vCenter or entity.
        """
        vcenter = self.vcenters.get(ref.vcenter)
        if vcenter is None:
            raise NotFoundError(f"No vCenter {ref.vcenter} is in this snapshot.")
        entity = vcenter.inventory.number.get(ref.id)
        if entity is None:
            raise NotFoundError(f"No entity {ref.id} was read from {ref.vcenter}.")
        return vcenter, entity

    def permission(self, row: int) -> Permission:
        """The permission that a row of the table ``permissions`` holds, verbatim."""
        table = self.snapshot["permissions"]
        return Permission(
            key=PermissionKey(
                entity=EntityRef(table["source"][row], table["entity"][row]),
                principal=table["principal"][row],
                is_group=table["is_group"][row] == "true",
            ),
            role=table["role"][row],
            propagates=table["propagate"][row] == "true",
        )


def build_estate(snapshot: Snapshot) -> Estate:
    """Number everything of a checked snapshot.

    Raises:
        InputError: the inventory inherits in a circle, or a reference leads nowhere.
    """
    accounts, groups, permissions = (
        snapshot[name] for name in ("accounts", "groups", "permissions")
    )
    account_keys = Keys(accounts["source"], accounts["id"])
    group_keys = Keys(groups["source"], groups["id"])
    principals = resolve_principals(
        permissions, snapshot["principal_names"], account_keys, group_keys
    )
    counts = (len(accounts), len(groups))
    direct = number_memberships(snapshot["members"], account_keys, group_keys, counts)
    memberships = close_memberships(direct, principals)
    entities = _by_source(snapshot["entities"])
    placements = _by_source(snapshot["placements"])
    names = _by_source(snapshot["roles"])
    privileges = _by_source(snapshot["role_privileges"])
    granted = _rows_by_source(permissions)
    vcenters = {}
    read = (source.id for source in snapshot.sources if source.kind is not SourceKind.DIRECTORY)
    for source in sorted({*entities, *granted, *read}):
        inventory = build_inventory(
            source, entities[source], [(row[0], row[1]) for row in placements[source]]
        )
        held: defaultdict[str, set[str]] = defaultdict(set)
        for role, privilege in privileges[source]:
            held[role].add(privilege)
        roles = {row[0]: number for number, row in enumerate(names[source])}
        rows = np.array(granted[source], dtype=np.int64)
        vcenters[source] = arrange(
            inventory,
            _entries(permissions, rows, principals, inventory, roles),
            tuple(roles),
            tuple(row[1] for row in names[source]),
            tuple(frozenset(held[role]) for role in roles),
        )
    return Estate(snapshot, account_keys, group_keys, principals, memberships, vcenters)


def _by_source(table: Table) -> defaultdict[str, list[tuple[str, ...]]]:
    parts: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for row in table.rows():
        parts[row[0]].append(row[1:])
    return parts


def _rows_by_source(table: Table) -> defaultdict[str, list[int]]:
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, source in enumerate(table["source"]):
        rows[source].append(row)
    return rows


def _entries(
    permissions: Table,
    rows: Rows,
    principals: Principals,
    inventory: Inventory,
    roles: Mapping[str, int],
) -> Entries:
    """The permissions of one vCenter that match somebody, on the nodes that carry them."""
    matched = np.array([bool(found) for found in principals.matches], dtype=bool)
    if len(rows):
        rows = rows[matched[principals.of_permission[rows]]]
    nodes, role_numbers, propagates = [], [], []
    for row in rows.tolist():
        entity, role = permissions["entity"][row], permissions["role"][row]
        if role not in roles or entity not in inventory.number:
            raise InputError(
                f"{inventory.vcenter}: a permission names the role {role} on the entity {entity}, "
                "one of which is not listed."
            )
        nodes.append(inventory.node[inventory.number[entity]] if entity else GLOBAL)
        role_numbers.append(roles[role])
        propagates.append(permissions["propagate"][row] == "true")
    principal = principals.of_permission[rows] if len(rows) else rows
    is_group = np.array(principals.is_group, dtype=bool)
    return Entries(
        row=rows,
        node=np.array(nodes, dtype=np.int64),
        principal=principal,
        role=np.array(role_numbers, dtype=np.int64),
        propagates=np.array(propagates, dtype=bool),
        direct=~is_group[principal] if len(rows) else np.zeros(0, dtype=bool),
    )
