"""Values of an attribute that accounts of several directories share, and whom they join."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from accessreview.model.columns import Table
from accessreview.model.keys import Keys
from accessreview.snapshot.owners import Flags, Numbers, Owners, distinct
from accessreview.snapshot.tables import rows_with

_SERVICE = frozenset({"service"})


@dataclass(frozen=True, slots=True)
class Shared:
    """Accounts (``rows``) with the numbers of their ``values``, each pair once, by value."""

    rows: Numbers
    numbers: Numbers
    values: Sequence[str]

    @classmethod
    def of(cls, accounts: Table, person_keys: Table, attribute: str) -> "Shared":
        """What accounts of people have in an attribute; spaces around and case do not matter."""
        mine = rows_with(person_keys["key"], {attribute.lower()})
        source, id_, value = (person_keys[name].take(mine) for name in ("source", "id", "value"))
        folded = [text.strip().casefold() for text in value.values]
        values = sorted({text for text in folded if text})
        number_of = {text: number for number, text in enumerate(values)}
        codes = np.array([number_of.get(text, -1) for text in folded], dtype=np.int64)
        rows = Keys(accounts["source"], accounts["id"]).rows(source, id_).astype(np.int64)
        numbers = codes[value.codes] if len(codes) else rows
        is_person = np.ones(len(accounts), dtype=bool)
        is_person[rows_with(accounts["kind"], _SERVICE)] = False
        kept = (rows >= 0) & (numbers >= 0)
        kept[kept] = is_person[rows[kept]]
        numbers, rows = _pairs(numbers[kept], rows[kept])
        return cls(rows, numbers, values)

    def only(self, wanted: Flags) -> "Shared":
        """Those of the values wanted."""
        kept = wanted[self.numbers]
        return Shared(self.rows[kept], self.numbers[kept], self.values)

    def between(self, owners: Owners) -> "Shared":
        """Those that accounts of several classes and of several directories share."""
        size = len(self.values)
        source = owners.accounts["source"].codes.astype(np.int64)
        return self.only(
            (_different(self.numbers, owners.of[self.rows], size) > 1)
            & (_different(self.numbers, source[self.rows], size) > 1)
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from shared values: who is joined by which, and why which join nobody.

    ``persons`` are the values whose accounts are different persons by attribute or mapping,
    ``twice`` those that would give one person two accounts of one directory.
    """

    joining: Shared
    persons: Shared
    twice: Shared


def judge(shared: Shared, owners: Owners) -> Verdict:
    """Join the classes that values connect; all of a connection or none of it.

    A value that joins nobody by itself connects nothing.
    """
    size = len(shared.values)
    persons, twice = _conflicts(shared.numbers, owners.of[shared.rows], size, owners)
    clear = shared.only(~(persons | twice))
    group = _components(clear, owners)
    late_persons, late_twice = _conflicts(
        group[clear.numbers], owners.of[clear.rows], len(group), owners
    )
    persons[clear.numbers] = late_persons[group[clear.numbers]]
    twice[clear.numbers] = late_twice[group[clear.numbers]]
    joining = shared.only(~(persons | twice))
    if len(joining.rows):
        groups, classes = _pairs(group[joining.numbers], owners.of[joining.rows])
        owners.merge(classes, groups)
    return Verdict(joining, shared.only(persons), shared.only(twice & ~persons))


def _components(shared: Shared, owners: Owners) -> Numbers:
    """By value, the number of what it is connected with by classes."""
    _, node = np.unique(owners.of[shared.rows], return_inverse=True)
    size = len(shared.values)
    total = size + len(shared.rows)
    graph = coo_array(
        (np.ones(len(node), dtype=np.int8), (shared.numbers, size + node)), shape=(total, total)
    )
    _, labels = connected_components(graph, directed=False)
    group: Numbers = np.unique(labels[:size], return_inverse=True)[1].astype(np.int64)
    return group


def _conflicts(groups: Numbers, classes: Numbers, size: int, owners: Owners) -> tuple[Flags, Flags]:
    """By group: whether its classes are several persons already; whether two share a source."""
    groups, classes = _pairs(groups, classes)
    persons = np.bincount(groups[owners.settled[classes]], minlength=size) > 1
    of, source = owners.sources(classes)
    start = np.searchsorted(of, classes, side="left")
    count = np.searchsorted(of, classes, side="right") - start
    group = np.repeat(groups, count)
    at = np.repeat(start - np.append(0, np.cumsum(count))[:-1], count) + np.arange(len(group))
    twice = np.bincount(group, minlength=size) > _different(group, source[at], size)
    return persons, twice


def _different(groups: Numbers, items: Numbers, size: int) -> Numbers:
    """By group, how many different items it has."""
    return np.bincount(_pairs(groups, items)[0], minlength=size)


def _pairs(first: Numbers, second: Numbers) -> tuple[Numbers, Numbers]:
    """Each pair once, sorted."""
    width = int(second.max(initial=0)) + 1
    cells = distinct(first * width + second)
    return cells // width, cells % width
