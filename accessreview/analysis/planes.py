"""Truth tables as bit planes: one bit a column, sixty-four columns a word, a plane a statement.

The columns are people, or sets of principals; a plane says of each whether something holds. One
instruction then answers for sixty-four of them, which is why no compiled kernel is needed.
"""

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.sets import Numbers, Rows, Sets

Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]
WORD = 64
_TOGETHER = 8
"""Up to so many planes a key are united for all keys at once, the rest key by key."""


def word_count(columns: int) -> int:
    return -(-columns // WORD)


def of_sets(sets: Sets, rows: Numbers, count: int) -> Words:
    """Planes of shape (count, words): bit ``i`` of plane ``rows[item]`` where set ``i`` has it.

    Items whose row is -1 are left out.
    """
    words = word_count(len(sets))
    planes = np.zeros((count, words), dtype=np.uint64)
    row, column = rows[sets.items], sets.owners()
    kept = row >= 0
    row, column = row[kept].astype(np.int64), column[kept]
    bit = np.uint64(1) << (column % WORD).astype(np.uint64)
    np.bitwise_or.at(planes.reshape(-1), row * words + column // WORD, bit)
    return planes


def flags(planes: Words, columns: int) -> Flags:
    """Planes as booleans, of shape (..., columns)."""
    octets = np.ascontiguousarray(planes).view(np.uint8)
    return np.unpackbits(octets, axis=-1, count=columns, bitorder="little").view(np.bool_)


class Union:
    """Which planes are united under which key; prepared once, applied to many tables of planes."""

    def __init__(self, keys: Rows, rows: Rows) -> None:
        order = np.argsort(keys, kind="stable")
        rows = rows[order]
        distinct, starts, sizes = np.unique(keys[order], return_index=True, return_counts=True)
        largest_first = np.argsort(-sizes, kind="stable")
        self.keys: Rows = distinct[largest_first]
        starts, sizes = starts[largest_first], sizes[largest_first]
        self._steps = []
        for position in range(min(_TOGETHER, int(sizes.max(initial=0)))):
            reaching = int(np.searchsorted(-sizes, -position, side="left"))
            self._steps.append(rows[starts[:reaching] + position])
        many = int(np.searchsorted(-sizes, -_TOGETHER, side="left"))
        self._tails = [
            rows[start + _TOGETHER : start + size]
            for start, size in zip(starts[:many].tolist(), sizes[:many].tolist(), strict=True)
        ]

    def __len__(self) -> int:
        return len(self.keys)

    def of(self, planes: Words) -> Words:
        """The unions, in the order of ``keys``."""
        if not self._steps:
            return np.zeros((0, *planes.shape[1:]), dtype=np.uint64)
        found = planes[self._steps[0]]
        for rows in self._steps[1:]:
            found[: len(rows)] |= planes[rows]
        for number, tail in enumerate(self._tails):
            found[number] |= np.bitwise_or.reduce(planes[tail], axis=0)
        return found

    def into(self, planes: Words, count: int) -> Words:
        """The unions as ``count`` planes by key, empty where a key unites nothing."""
        found = np.zeros((count, *planes.shape[1:]), dtype=np.uint64)
        found[self.keys] = self.of(planes)
        return found


def at_least(planes: Sequence[Words], weights: Sequence[int], needed: int) -> Words:
    """Where the weights of the planes that hold add up to ``needed``; planes of equal shape."""
    if needed == sum(weights):
        return reduce(np.bitwise_and, planes)
    if needed <= min(weights):
        return reduce(np.bitwise_or, planes)
    digits: list[Words] = []  # a binary number in every column, lowest digit first
    for plane, weight in zip(planes, weights, strict=True):
        for place in range(weight.bit_length()):
            if weight >> place & 1:
                _add(digits, plane, place)
    return _not_below(digits, needed)


def _add(digits: list[Words], carry: Words, place: int) -> None:
    while len(digits) <= place:
        digits.append(np.zeros_like(carry))
    while carry.any():
        if place == len(digits):
            digits.append(carry)
            return
        digits[place], carry = digits[place] ^ carry, digits[place] & carry
        place += 1


def _not_below(digits: Sequence[Words], needed: int) -> Words:
    """Where the binary number in the column is at least ``needed``."""
    if needed >> len(digits):
        return np.zeros_like(digits[0])
    above = np.zeros_like(digits[0])
    equal = ~above
    for place in reversed(range(len(digits))):
        if needed >> place & 1:
            equal &= digits[place]
        else:
            above |= equal & digits[place]
            equal &= ~digits[place]
    return above | equal


def counts(planes: Words, weights: Rows, columns: int) -> Rows:
    """For each column the sum of the weights of the planes that hold there.

    The planes are added as in a hardware adder: three of a value make one of it and one of twice
    the value.
    """
    total = np.zeros(columns, dtype=np.int64)
    carried: list[Words] = []
    place = 0
    largest = int(weights.max(initial=0))
    while carried or largest >> place:
        here = np.concatenate([planes[(weights >> place & 1).astype(bool)], *carried])
        carried = []
        while len(here) > 1:
            third = max(1, len(here) // 3)
            a, b, c = here[:third], here[third : 2 * third], here[2 * third : 3 * third]
            if len(c):
                either = a ^ b
                carried.append((a & b) | (c & either))
                here = np.concatenate((either ^ c, here[3 * third :]))
            else:
                carried.append(a & b)
                here = a ^ b
        if len(here):
            total += flags(here[0], columns).astype(np.int64) << place
        place += 1
    return total


def first(planes: Words, columns: int, most: int = 1) -> Numbers:
    """The numbers of the first planes that hold, of shape (most, columns); -1 where there are none.

    Each number is found digit by digit, like the columns themselves, in planes.
    """
    found = np.full((most, columns), -1, dtype=np.int32)
    left = planes
    number = np.arange(len(planes))
    for position in range(most):
        if not len(left):
            break
        so_far = np.bitwise_or.accumulate(left, axis=0)
        new = left.copy()
        new[1:] &= ~so_far[:-1]
        answer = np.zeros(columns, dtype=np.int32)
        for place in range((len(planes) - 1).bit_length()):
            digit = np.bitwise_or.reduce(new[(number >> place & 1).astype(bool)], axis=0)
            answer |= flags(digit, columns).astype(np.int32) << place
        found[position] = np.where(flags(so_far[-1], columns), answer, -1)
        if position + 1 < most:
            left = left & ~new
    return found
