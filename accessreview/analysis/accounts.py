"""Accounts by what a person would call them."""

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.model.access import AccountRef
from accessreview.model.columns import Column


def find_accounts(estate: Estate, text: str) -> tuple[AccountRef, ...]:
    """All accounts with this id, or with this login or principal name in whatever case; sorted."""
    accounts, names = estate.snapshot["accounts"], estate.snapshot["principal_names"]
    folded = text.casefold()
    rows = {
        *_rows(accounts["id"], [value == text for value in accounts["id"].values]),
        *_rows(accounts["login"], [v.casefold() == folded for v in accounts["login"].values]),
    }
    for row in _rows(names["name"], [v.casefold() == folded for v in names["name"].values]):
        account = estate.account_keys.row(names["source"][row], names["id"][row])
        if account is not None:
            rows.add(account)
    return tuple(sorted(estate.account_ref(row) for row in rows))


def _rows(column: Column, wanted: list[bool]) -> list[int]:
    rows: list[int] = np.flatnonzero(np.array(wanted, dtype=bool)[column.codes]).tolist()
    return rows
