"""The accounts of each person or workload, gathered under one identity."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.sets import Numbers, Rows, Sets
from accessreview.model.columns import Table


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """Identities by number, in no order; ``of_account`` gives every account's."""

    names: Sequence[str]
    of_account: Numbers

    def accounts(self, chosen: Rows | None = None) -> Sets:
        """The accounts of every identity, by number; only the ``chosen`` ones if given."""
        rows = np.arange(len(self.of_account)) if chosen is None else chosen
        return Sets.of_pairs(self.of_account[rows], rows, len(self.names))


def number_identities(accounts: Table) -> Identities:
    """Every account's identity; an account that names none is its own, ``source/id``."""
    column = accounts["identity"]
    names = list(column.values)
    of_account = column.codes
    if "" in names:
        numbers = {name: number for number, name in enumerate(names)}
        of_account = of_account.copy()
        for row in np.flatnonzero(of_account == numbers[""]).tolist():
            name = f"{accounts['source'][row]}/{accounts['id'][row]}"
            of_account[row] = numbers.setdefault(name, len(numbers))
        names = list(numbers)
    return Identities(names, of_account)


def enabled_accounts(estate: Estate) -> Rows:
    """The rows of accounts that may be used."""
    column = estate.snapshot["accounts"]["enabled"]
    yes = np.array([value == "true" for value in column.values], dtype=bool)
    return np.flatnonzero(yes[column.codes]) if len(column) else np.zeros(0, dtype=np.int64)


def accounts_by_identity(estate: Estate, *, enabled_only: bool) -> dict[str, list[int]]:
    """Account rows by identity, in the order of the identities' names.

    With ``enabled_only`` an identity without an enabled account is left out.
    """
    identities = number_identities(estate.snapshot["accounts"])
    accounts = identities.accounts(enabled_accounts(estate) if enabled_only else None)
    return {
        name: accounts[number]
        for name, number in sorted(zip(identities.names, range(len(accounts)), strict=True))
        if accounts.starts[number] < accounts.starts[number + 1]
    }
