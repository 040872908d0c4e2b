"""A snapshot as the numbers that every question of the analysis is answered from."""

from collections.abc import Mapping
from dataclasses import dataclass

from accessreview.analysis.keys import Keys
from accessreview.analysis.membership import (
    Memberships,
    close_memberships,
    number_memberships,
)
from accessreview.analysis.principals import Principals, resolve_principals
from accessreview.analysis.vcenter import Vcenter
from accessreview.analysis.vcenters import build_vcenters
from accessreview.model.access import AccountRef, EntityRef, GroupRef, Permission, PermissionKey
from accessreview.model.errors import NotFoundError
from accessreview.model.snapshot import Snapshot


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
    vcenters = build_vcenters(snapshot, principals)
    return Estate(snapshot, account_keys, group_keys, principals, memberships, vcenters)
