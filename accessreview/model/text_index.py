"""Strings found among other strings, all of them at once."""

import numpy as np

from accessreview.model.texts import Flags, Positions, Texts

_WORD = 8
_FEW = 512
"""Among so few a dictionary is faster than setting up arrays."""


class TextIndex:
    """Finds strings among distinct ones: exact, since the bytes are compared in the end."""

    __slots__ = ("_by_string", "_hashes", "_order", "_texts")

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._by_string: dict[str, int] | None = None
        if len(texts) <= _FEW:
            self._by_string = {text: number for number, text in enumerate(texts)}
            return
        hashes = texts.hashes()
        self._order = np.argsort(hashes)
        self._hashes = hashes[self._order]
        if bool((self._hashes[1:] == self._hashes[:-1]).any()):  # never by chance
            self._by_string = {text: number for number, text in enumerate(texts)}

    def find(self, wanted: Texts) -> Positions:
        """Where each of ``wanted`` stands; -1 if nowhere."""
        if self._by_string is not None:
            get = self._by_string.get
            return np.fromiter((get(text, -1) for text in wanted), np.int64, len(wanted))
        hashes = wanted.hashes()
        order = np.argsort(hashes)  # neighbours are then looked up next to each other
        place = np.empty(len(wanted), dtype=np.int64)
        place[order] = np.searchsorted(self._hashes, hashes[order])
        place = np.minimum(place, len(self._hashes) - 1)
        theirs = np.flatnonzero(self._hashes[place] == hashes)
        mine = self._order[place[theirs]]
        equal = _equal(self._texts, mine, wanted, theirs)
        found = np.full(len(wanted), -1, dtype=np.int64)
        found[theirs[equal]] = mine[equal]
        return found


def _equal(ones: Texts, numbers: Positions, others: Texts, other_numbers: Positions) -> Flags:
    """Whether pairs of strings are equal."""
    lengths = ones.sizes(numbers)
    equal: Flags = lengths == others.sizes(other_numbers)
    left = np.flatnonzero(equal)
    for skip in range(0, int(lengths.max(initial=0)), _WORD):
        left = left[lengths[left] > skip]
        same = ones.words(numbers[left], skip) == others.words(other_numbers[left], skip)
        equal[left[~same]] = False
        left = left[same]
    return equal
