"""Where a directory keeps the entries of its accounts and groups: below which base and domain."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.concerned import annex
from accessreview.analysis.estate import Estate
from accessreview.analysis.keys import Rows
from accessreview.model.columns import Codes
from accessreview.model.dn import canonical, is_within
from accessreview.snapshot.tables import rows_with

Flags = NDArray[np.bool_]

ELSEWHERE, NOT_KNOWN = -1, 0
"""In place of a domain's number: of an entry of another directory, and of one without a name."""


class Entries:
    """Accounts and groups of one directory by row number; the last number stands for no row at all.

    ``known`` is false where the snapshot came without names of its entries.
    """

    def __init__(self, estate: Estate, directory: str) -> None:
        locators = annex(estate.snapshot, "locators")
        rows = rows_with(locators["source"], {directory})
        self.known = len(rows) > 0
        self._names = [_key(name) for name in locators["locator"].take(rows)]
        part = locators["source"].take(rows), locators["id"].take(rows)
        self._accounts = _Kind(estate, "accounts", directory, estate.account_keys.rows(*part))
        self._groups = _Kind(estate, "groups", directory, estate.group_keys.rows(*part))

    @cached_property
    def account_domains(self) -> Rows:
        """The number of each account's domain, or why there is none."""
        return self._accounts.numbers(self._domains)

    @cached_property
    def group_domains(self) -> Rows:
        return self._groups.numbers(self._domains)

    def accounts_within(self, base: str, domain: str) -> Flags:
        """Which lie below a canonical base, in this domain; everything of other directories does.

        So does whatever has no name. An empty base or domain is any.
        """
        return self._accounts.flags(self._within(base, domain))

    def groups_within(self, base: str, domain: str) -> Flags:
        return self._groups.flags(self._within(base, domain))

    @cached_property
    def _domains(self) -> Sequence[int]:
        numbers: dict[str, int] = {"": NOT_KNOWN}
        return [
            numbers.setdefault(domain_of(name) if name else "", len(numbers))
            for name in self._names
        ]

    def _within(self, base: str, domain: str) -> Sequence[bool]:
        if not base and not domain:
            return [True] * len(self._names)
        return [
            not name or (is_within(name, base) and (not domain or domain_of(name) == domain))
            for name in self._names
        ]


class _Kind:
    """What is said of names, turned into what is said of rows of ``accounts`` or ``groups``."""

    __slots__ = ("_count", "_named", "_own", "_rows")

    def __init__(self, estate: Estate, table: str, directory: str, rows: Codes) -> None:
        column = estate.snapshot[table]["source"]
        self._own = rows_with(column, {directory})
        self._count = len(column)
        self._named = np.flatnonzero(rows >= 0)
        self._rows = rows[self._named]

    def numbers(self, of_name: Sequence[int]) -> Rows:
        found = np.full(self._count + 1, ELSEWHERE, dtype=np.int64)
        found[self._own] = NOT_KNOWN
        found[self._rows] = np.array(of_name, dtype=np.int64)[self._named]
        return found

    def flags(self, of_name: Sequence[bool]) -> Flags:
        found = np.ones(self._count + 1, dtype=bool)
        found[self._rows] = np.array(of_name, dtype=bool)[self._named]
        return found


def domain_of(name: str) -> str:
    """The ``dc`` parts at the end of a canonical name; empty if it has none."""
    if name.startswith("dc="):
        return name
    start = name.find(",dc=")
    return name[start + 1 :] if start >= 0 else ""


def _key(name: str) -> str:
    try:
        return canonical(name)
    except ValueError:
        return ""
