"""Who holds what can be done beside all permissions: the principals of ``powers``, resolved."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.concerned import Accounts, annex
from accessreview.analysis.estate import Estate
from accessreview.analysis.keys import Rows
from accessreview.analysis.membership import close_groups
from accessreview.analysis.people import enabled_flags
from accessreview.analysis.principals import resolve_principals
from accessreview.model.columns import Table
from accessreview.model.observation import Concerned
from accessreview.model.snapshot import Power
from accessreview.snapshot.completeness import NOWHERE
from accessreview.snapshot.tables import only, rows_with


@dataclass(frozen=True, slots=True)
class Held:
    """One power, on an entity or, without one, on the whole source."""

    power: Power
    entity: str
    detail: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A principal with all that it holds in one source; ``number`` is that among the powers'."""

    source: str
    principal: str
    is_group: bool
    number: int
    held: tuple[Held, ...]


class PowerHolders:
    """All principals that powers name, and the accounts behind them."""

    def __init__(self, estate: Estate, told: Table) -> None:
        """``told`` are rows of ``powers``; what is no power that this version knows is left out."""
        snapshot = estate.snapshot
        self._estate, self._table = estate, only(told, rows_with(told["power"], set(Power)))
        self._principals = resolve_principals(
            self._table, snapshot["principal_names"], estate.account_keys, estate.group_keys
        )
        inner = estate.memberships.groups_of_group
        count = len(snapshot["groups"])
        self._reach = close_groups(inner.owners(), inner.items, count, self._principals)

    def __iter__(self) -> Iterator[Holder]:
        """By source and principal."""
        held: Mapping[tuple[str, int], list[Held]] = defaultdict(list)
        names: dict[tuple[str, int], str] = {}
        numbers = self._principals.of_permission.tolist()
        for row, number in zip(self._table.rows(), numbers, strict=True):
            source, entity, power, principal, _, detail = row
            held[source, number].append(Held(Power(power), entity, detail))
            names[source, number] = min(names.get((source, number), principal), principal)
        for (source, number), name in sorted(names.items(), key=lambda one: (one[0][0], one[1])):
            is_group = self._principals.is_group[number]
            yield Holder(source, name, is_group, number, tuple(held[source, number]))

    def is_known(self, holder: Holder) -> bool:
        """Whether a directory that was read has it."""
        return bool(self._principals.matches[holder.number])

    def is_service(self, holder: Holder) -> bool:
        """Whether it is known to be nothing but accounts of services."""
        kinds = self._estate.snapshot["accounts"]["kind"]
        accounts = self._accounts(holder).tolist()
        return bool(accounts) and all(kinds[row] == "service" for row in accounts)

    def accounts(self, holder: Holder) -> Sequence[Concerned]:
        """The enabled accounts that are it, or in it at any depth, each with the group it is in."""
        rows = self._accounts(holder)
        return Accounts(self._estate, rows, lambda at: self._why(holder, int(rows[at])))

    def unknown(self, holder: Holder) -> int:
        """How many members it has, at any depth, of whom nobody knows who they are."""
        table = annex(self._estate.snapshot, "outsiders")
        rows = rows_with(table["standing"], NOWHERE)
        groups = self._estate.group_keys.rows(table["source"].take(rows), table["group"].take(rows))
        inside = set(self._groups(holder))
        return sum(group in inside for group in groups.tolist())

    def _groups(self, holder: Holder) -> list[int]:
        return [row for row, mask in enumerate(self._reach) if mask >> holder.number & 1]

    def _accounts(self, holder: Holder) -> Rows:
        enabled = enabled_flags(self._estate)
        if not holder.is_group:
            found = np.array(self._principals.matches[holder.number], dtype=np.int64)
            return found[enabled[found]]
        of_account = self._estate.memberships.groups_of_account
        inside = np.zeros(len(self._reach), dtype=bool)
        inside[self._groups(holder)] = True
        found = np.unique(of_account.owner_of(np.flatnonzero(inside[of_account.items])))
        return found[enabled[found]]

    def _why(self, holder: Holder, account: int) -> str:
        if not holder.is_group:
            return ""
        names = self._estate.snapshot["groups"]["name"]
        direct = self._estate.memberships.groups_of_account[account]
        inside = (names[row] for row in direct if self._reach[row] >> holder.number & 1)
        return f"in {min(inside)}"
