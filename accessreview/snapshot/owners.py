"""The accounts of all directories in classes, a class a person.

Everything is done for all accounts at once: classes are numbers, and names are made only of those
that somebody asks about.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from accessreview.model.columns import Column, Table
from accessreview.model.keys import Keys
from accessreview.model.text_index import TextIndex
from accessreview.model.texts import Texts
from accessreview.snapshot.tables import only

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Owners:
    """Which accounts belong together: by account (its row), the number of a class in ``of``.

    A class is *settled* when an attribute or a mapping names it. The others are named after one
    account, as ``source/id``, and hold it with the administrator's accounts that follow it.
    """

    def __init__(self, accounts: Table) -> None:
        """Take the accounts; their rows are put in the order of source and id."""
        order = np.lexsort([_ranked(accounts[name]) for name in ("id", "source")])
        self.accounts = accounts = only(accounts, order)
        self._identities = accounts["identity"].values
        self._added: list[str] = []
        count, known = len(accounts), len(self._identities)
        self.settled = np.zeros(known + count, dtype=bool)
        self.settled[:known] = self._identities.lengths > 0
        self._account = np.append(np.full(known, -1), np.arange(count))
        """The account that an unsettled class is named after."""
        codes = accounts["identity"].codes.astype(np.int64)
        unnamed = ~self.settled[codes]
        self.of: Numbers = np.where(unnamed, known + np.arange(count), codes)
        self._keys = Keys(accounts["source"], accounts["id"])
        self._follow(unnamed)

    def _follow(self, unnamed: Flags) -> None:
        """Identities that are names of accounts without an identity of their own."""
        named = {code: name for code, name in enumerate(self._identities) if "/" in name}
        codes, rows = [*named], self._named([*named.values()])
        for code, row in zip(codes, rows.tolist(), strict=True):
            if row >= 0 and (unnamed[row] or self.of[row] == code):
                self.of[row] = code
                self.settled[code] = False
                self._account[code] = row

    def _named(self, names: Sequence[str]) -> Numbers:
        """The accounts called ``source/id``; -1 where there is none."""
        if not names:
            return np.zeros(0, dtype=np.int64)
        sources, _, ids = zip(*(name.partition("/") for name in names), strict=True)
        return self._keys.rows(Column.of(sources), Column.of(ids)).astype(np.int64)

    def names(self, classes: Numbers) -> Column:
        """What each of the classes is called as an identity."""
        numbers, places = np.unique(classes, return_inverse=True)
        known = len(self._identities)
        base = known + len(self.accounts)
        first, last = np.searchsorted(numbers, (known, base)).tolist()
        source, id_ = (
            self.accounts[name].take(numbers[first:last] - known) for name in ("source", "id")
        )
        names = Column.of(
            (
                *self._identities.take(numbers[:first]),
                *map("/".join, zip(source, id_, strict=True)),
                *(self._added[number - base] for number in numbers[last:].tolist()),
            )
        )
        return Column(names.codes[places], names.values)

    def assign(self, identities: Sequence[tuple[int, str]]) -> None:
        """Give accounts to identities; accounts that follow one of them go with it."""
        names = [*dict.fromkeys(name for _, name in identities)]
        numbers = dict(zip(names, self._settle(names), strict=True))
        before, after = self.of, self.of.copy()
        for row, name in identities:
            if self._account[before[row]] == row:
                after[before == before[row]] = numbers[name]
        for row, name in identities:
            after[row] = numbers[name]
        self.of = after

    def _settle(self, names: Sequence[str]) -> list[int]:
        """The classes with these names, settled from now on; new ones where there are none."""
        known = TextIndex(self._identities).find(Texts(names))
        rows = self._named(names)
        own = np.where(rows < 0, -1, self.of[rows])
        own = np.where(self._account[own] == rows, own, -1)
        numbers: list[int] = np.where(known < 0, own, known).tolist()
        for position, number in enumerate(numbers):
            if number < 0:
                numbers[position] = len(self.settled) + len(self._added)
                self._added.append(names[position])
        more = len(self._added)
        self.settled = np.append(self.settled, np.zeros(more, dtype=bool))
        self._account = np.append(self._account, np.full(more, -1))
        self.settled[numbers] = True
        return numbers

    def sources(self, classes: Numbers) -> tuple[Numbers, Numbers]:
        """The classes with the sources that their accounts are of, each pair once."""
        source = self.accounts["source"]
        width = max(1, len(source.values))
        rows = np.flatnonzero(np.isin(self.of, classes))
        pairs = distinct(self.of[rows] * width + source.codes[rows])
        return pairs // width, pairs % width

    def merge(self, classes: Numbers, groups: Numbers) -> None:
        """Make one class of those with an equal group; at most one of each may be settled.

        It is called as the settled one is, else after the first account.
        """
        order = np.lexsort((self._account[classes], ~self.settled[classes], groups))
        classes, groups = classes[order], groups[order]
        _, start, group = np.unique(groups, return_index=True, return_inverse=True)
        to = np.arange(len(self.settled))
        to[classes] = classes[start][group]
        self.of = to[self.of]


def distinct(numbers: Numbers) -> Numbers:
    """Each once, sorted; of millions that is faster than looking each up."""
    ascending = np.sort(numbers)
    return ascending[np.diff(ascending, prepend=ascending[:1] - 1) > 0]


def _ranked(column: Column) -> Numbers:
    ranks = np.empty(len(column.values), dtype=np.int64)
    ranks[column.values.order()] = np.arange(len(column.values))
    return ranks[column.codes]
