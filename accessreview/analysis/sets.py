"""Many sets of numbers, packed into two arrays, and equal ones found at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from accessreview.analysis.keys import bits

Rows = NDArray[np.int64]
Numbers = NDArray[np.int32]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """Set ``i`` holds ``items[starts[i]:starts[i + 1]]``, ascending and distinct."""

    starts: Rows
    items: Numbers

    @classmethod
    def of_pairs(cls, owners: Rows | Numbers, items: Rows | Numbers, count: int) -> "Sets":
        """From pairs of set and item, in any order, repeated ones taken once."""
        if not len(owners):
            return cls(np.zeros(count + 1, dtype=np.int64), np.zeros(0, dtype=np.int32))
        shape = (count, int(items.max()) + 1)
        packed = csr_array((np.ones(len(owners), dtype=np.bool_), (owners, items)), shape=shape)
        packed.sum_duplicates()
        return cls(packed.indptr.astype(np.int64), packed.indices.astype(np.int32, copy=False))

    @classmethod
    def of(cls, sets: Sequence[Sequence[int]]) -> "Sets":
        """From lists that are ascending and distinct already."""
        starts = np.zeros(len(sets) + 1, dtype=np.int64)
        np.cumsum([len(each) for each in sets], out=starts[1:])
        flat = [item for each in sets for item in each]
        return cls(starts, np.array(flat, dtype=np.int32))

    @classmethod
    def of_masks(cls, masks: Sequence[int]) -> "Sets":
        """From integers, bit ``i`` standing for item ``i``."""
        return cls.of([list(bits(mask)) for mask in masks])

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> list[int]:
        found: list[int] = self.items[self.starts[index] : self.starts[index + 1]].tolist()
        return found

    def sizes(self) -> Rows:
        return np.diff(self.starts)

    def owners(self) -> Rows:
        """The set that each of ``items`` is in."""
        return np.repeat(np.arange(len(self)), self.sizes())

    def take(self, chosen: Rows) -> "Sets":
        """These sets only, in this order."""
        sizes = self.sizes()[chosen]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        offset = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes)
        return Sets(starts, self.items[np.repeat(self.starts[chosen], sizes) + offset])

    def only(self, wanted: NDArray[np.bool_]) -> "Sets":
        """The same sets without the items that are not ``wanted``."""
        kept = wanted[self.items] if len(self.items) else np.zeros(0, dtype=bool)
        before = np.concatenate(([0], np.cumsum(kept)))
        return Sets(before[self.starts], self.items[kept])

    def unions(self, of_item: "Sets") -> "Sets":
        """For each set the union of what ``of_item`` gives for its items."""
        parts = of_item.take(self.items.astype(np.int64))
        owners = np.repeat(self.owners(), parts.sizes())
        return Sets.of_pairs(owners, parts.items, len(self))

    def followed_by(self, others: "Sets") -> "Sets":
        return Sets(
            np.concatenate((self.starts, others.starts[1:] + self.starts[-1])),
            np.concatenate((self.items, others.items)),
        )

    def with_set(self, index: int, items: Sequence[int]) -> "Sets":
        """The same but for one set, which has these ``items``, ascending and distinct, instead."""
        start, end = self.starts[index], self.starts[index + 1]
        starts = self.starts.copy()
        starts[index + 1 :] += len(items) - (end - start)
        new = np.array(items, dtype=np.int32)
        return Sets(starts, np.concatenate((self.items[:start], new, self.items[end:])))

    def owner_of(self, positions: Rows) -> Rows:
        """The set that each of these positions of ``items`` belongs to."""
        return np.searchsorted(self.starts, positions, side="right") - 1

    def holding(self, item: int) -> Rows:
        """The numbers of the sets that have this item, ascending."""
        return self.owner_of(np.flatnonzero(self.items == item))


def distinct(sets: Sets) -> tuple[Sets, Numbers]:
    """The different sets, and which of them each set is.

    Number 0 is the empty set, whether or not there is one; others are numbered as they come first.
    Sets are told apart by a sum of scrambled items and then compared item by item, so the answer
    is exact.
    """
    number = np.zeros(len(sets), dtype=np.int32)
    filled = np.flatnonzero(sets.sizes())
    nothing = Sets(np.zeros(2, dtype=np.int64), np.zeros(0, dtype=np.int32))
    if not len(filled):
        return nothing, number
    for seed in _seeds():
        sums = np.concatenate(
            (np.zeros(1, np.uint64), np.cumsum(_scrambled(sets.items, seed), dtype=np.uint64))
        )
        keys = sums[sets.starts[filled + 1]] - sums[sets.starts[filled]]
        _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        if _equal(sets, filled, filled[first][which]):
            order = np.argsort(first)
            rank = np.empty(len(order), dtype=np.int32)
            rank[order] = np.arange(1, len(order) + 1, dtype=np.int32)
            number[filled] = rank[which]
            return nothing.followed_by(sets.take(filled[first[order]])), number
    raise AssertionError("there are always more seeds")


def _seeds() -> Iterator[np.uint64]:
    seed = 1
    while True:
        yield np.uint64(seed)
        seed += 1


def _scrambled(items: Numbers, seed: np.uint64) -> NDArray[np.uint64]:
    """Splitmix64 of every item, so that different sets hardly ever have equal sums."""
    with np.errstate(over="ignore"):
        x = (items.astype(np.uint64) + (seed << np.uint64(32)) + np.uint64(1)) * _ODD
        for mix, shift in zip(_MIX, _SHIFTS, strict=False):
            x ^= x >> shift
            x *= mix
        return x ^ (x >> _SHIFTS[-1])


def _equal(sets: Sets, left: Rows, right: Rows) -> bool:
    """Whether each set of ``left`` has the same items as its counterpart."""
    differ = left != right
    some, other = sets.take(left[differ]), sets.take(right[differ])
    return bool(
        np.array_equal(some.starts, other.starts) and np.array_equal(some.items, other.items)
    )
