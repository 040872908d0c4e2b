"""Strings found among other strings, all of them at once."""

from weakref import ref

import numpy as np
from numpy.typing import NDArray

from accessreview.model.texts import Flags, Positions, Texts

Places = NDArray[np.int32]

_WORD = 8
_FEW = 512
"""Among so few a dictionary is faster than setting up arrays."""

_CHUNK = 2**14
"""So many strings are compared at a time that what is compared stays near the processor."""


class TextIndex:
    """Finds strings among distinct ones: exact, since the bytes are compared in the end."""

    __slots__ = ("_by_string", "_texts")

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._by_string: dict[str, int] | None = None
        # Equal hashes of different strings: never by chance.
        if len(texts) <= _FEW or _repeats(texts):
            self._by_string = {text: number for number, text in enumerate(texts)}

    def find(self, wanted: Texts) -> Places:
        """Where each of ``wanted`` stands; -1 if nowhere. Found once for as long as both exist."""
        if self._by_string is not None:
            get = self._by_string.get
            return np.fromiter((get(text, -1) for text in wanted), np.int32, len(wanted))
        for among, places in wanted.found:
            if among() is self._texts:
                return places
        places = self._found(wanted)
        places.flags.writeable = False
        wanted.found = [known for known in wanted.found if known[0]() is not None]
        wanted.found.append((ref(self._texts), places))
        return places

    def _found(self, wanted: Texts) -> Places:
        known, numbers = self._texts.by_hash()
        hashes, order = wanted.by_hash()  # neighbours are looked up next to each other
        place = np.searchsorted(known, hashes)
        np.minimum(place, len(known) - 1, out=place)
        same = known[place] == hashes
        found = np.full(len(wanted), -1, dtype=np.int32)
        found[order[same]] = numbers[place[same]]
        theirs = np.flatnonzero(found >= 0)
        for start in range(0, len(theirs), _CHUNK):
            part = theirs[start : start + _CHUNK]
            found[part[~_equal(self._texts, found[part], wanted, part)]] = -1
        return found


def _repeats(texts: Texts) -> bool:
    hashes, _ = texts.by_hash()
    return bool((hashes[1:] == hashes[:-1]).any())


def _equal(
    ones: Texts, numbers: Places | Positions, others: Texts, other_numbers: Positions
) -> Flags:
    """Whether pairs of strings are equal."""
    lengths = ones.sizes(numbers)
    equal: Flags = lengths == others.sizes(other_numbers)
    left: slice | Positions = slice(None)
    for skip in range(0, int(lengths.max(initial=0)), _WORD):
        if skip >= int(lengths.min()):
            left = np.flatnonzero(equal & (lengths > skip))
        equal[left] &= ones.words(numbers[left], skip) == others.words(other_numbers[left], skip)
    return equal
