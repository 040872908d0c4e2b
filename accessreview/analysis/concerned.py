"""Whom an observation concerns, as sequences that make their parts when asked for them."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import overload

import numpy as np
from typing_extensions import override

from accessreview.analysis.estate import Estate
from accessreview.analysis.keys import Rows
from accessreview.model.columns import Table
from accessreview.model.observation import Concerned
from accessreview.model.snapshot import ANNEX, Snapshot, Standing
from accessreview.snapshot.tables import rows_with


def annex(snapshot: Snapshot, name: str) -> Table:
    """A table of the annex; an empty one where the snapshot came without it."""
    return snapshot.annex.get(name) or Table.of(ANNEX[name], ())


class _Made(Sequence[Concerned]):
    """As many as there are ``rows``, each made by ``_one``."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    @abstractmethod
    def _one(self, position: int) -> Concerned: ...

    @override
    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Concerned: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Concerned]: ...

    @override
    def __getitem__(self, index: int | slice) -> Concerned | Sequence[Concerned]:
        if isinstance(index, slice):
            return tuple(self._one(each) for each in range(len(self))[index])
        return self._one(range(len(self))[index])


class Accounts(_Made):
    """Accounts by their logins; ``reason`` is asked with an account's position in ``rows``."""

    def __init__(self, estate: Estate, rows: Rows, reason: Callable[[int], str]) -> None:
        table = estate.snapshot["accounts"]
        # The values of canonical columns are sorted, so codes sort as logins do.
        self._order = np.argsort(table["login"].codes[rows], kind="stable")
        super().__init__(rows)
        self._table, self._reason = table, reason

    @override
    def _one(self, position: int) -> Concerned:
        at = int(self._order[position])
        row, table = int(self._rows[at]), self._table
        reason = self._reason(at)
        return Concerned(table["source"][row], table["id"][row], table["login"][row], reason)


class Groups(_Made):
    """Groups in the order of ``rows``, each with its reason."""

    def __init__(self, estate: Estate, rows: Sequence[int], reasons: Sequence[str]) -> None:
        super().__init__(np.array(rows, dtype=np.int64))
        self._table, self._reasons = estate.snapshot["groups"], reasons

    @override
    def _one(self, position: int) -> Concerned:
        row, table = int(self._rows[position]), self._table
        return Concerned(
            table["source"][row], table["id"][row], table["name"][row], self._reasons[position]
        )


STANDINGS: Mapping[str, str] = MappingProxyType(
    {
        Standing.FOREIGN: "of another domain",
        Standing.ELSEWHERE: "outside of what is read",
        Standing.HIDDEN: "hidden from the account that reads",
        Standing.DANGLING: "without an entry",
    }
)
"""How members stand of whom nobody knows who they are, in words."""


class Outsiders(_Made):
    """Rows of ``outsiders``, each with how it stands and in which group it is."""

    def __init__(self, estate: Estate, rows: Rows) -> None:
        super().__init__(rows)
        self._estate, self._table = estate, annex(estate.snapshot, "outsiders")

    @override
    def _one(self, position: int) -> Concerned:
        row, table = int(self._rows[position]), self._table
        source, member = table["source"][row], table["member"][row]
        group = self._estate.group_keys.row(source, table["group"][row])
        name = "" if group is None else self._estate.snapshot["groups"]["name"][group]
        reason = f"{STANDINGS[table['standing'][row]]}, in {name}: {table['reason'][row]}"
        return Concerned(source, member, member, reason)


class Remarks:
    """What a table of the annex says of accounts, put into words when asked for.

    ``said`` is the column that has one of ``wanted``, ``why`` the one with the words; ``accounts``
    are those of whom it says so, ascending.
    """

    def __init__(
        self, estate: Estate, name: str, said: str, why: str, wanted: Iterable[StrEnum]
    ) -> None:
        table = annex(estate.snapshot, name)
        rows = rows_with(table[said], {one.value for one in wanted})
        accounts = estate.account_keys.rows(table["source"].take(rows), table["id"].take(rows))
        order = np.argsort(accounts, kind="stable")
        self.accounts, self._rows = accounts[order], rows[order]
        self._said, self._why = table[said], table[why]

    def among(self, accounts: Rows, otherwise: str = "") -> Callable[[int], str]:
        """What is said of the account at a position of these; ``otherwise`` if nothing is."""
        return lambda position: self._of(int(accounts[position])) or otherwise

    def _of(self, account: int) -> str:
        start = int(np.searchsorted(self.accounts, account, "left"))
        end = int(np.searchsorted(self.accounts, account, "right"))
        rows = self._rows[start:end].tolist()
        return "; ".join(f"{self._said[row]}: {self._why[row]}" for row in rows)
