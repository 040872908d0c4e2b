"""Millions of strings in two arrays: no Python object exists for one until somebody reads it.

All comparing is done eight bytes at a time. Text is kept in UTF-8, whose byte order is the order
of code points; lone surrogates are kept as if they were characters (``surrogatepass``).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import overload
from weakref import ReferenceType

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from accessreview.model.utf8 import is_ascii, is_faulty, require_utf8

Bytes = NDArray[np.uint8]
Positions = NDArray[np.int64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_WORD = 8
_CODEC = ("utf-8", "surrogatepass")
_FEW = 512
"""Up to so many strings Python's own tuple beats setting up arrays."""

_CHUNK = 2**14
"""So many strings are gone through at a time that what is at hand stays near the processor."""

_MASKS = np.array([2**64 - 2 ** (64 - 8 * kept) for kept in range(_WORD + 1)], dtype=np.uint64)
"""By the number of bytes that a word still holds of its string: what to keep of it."""


class Texts(Sequence[str]):
    """An immutable sequence of strings, held as Python strings or packed, whichever was given."""

    __slots__ = (
        "__weakref__",
        "_ascends",
        "_bounds",
        "_by_hash",
        "_data",
        "_least",
        "_strings",
        "found",
    )

    def __init__(self, strings: Iterable[str]) -> None:
        self._strings: tuple[str, ...] | None = tuple(strings)
        self._data: Bytes | None = None
        self._bounds: Positions | None = None
        self._least: int | None = None
        self._ascends: bool | None = None
        self._by_hash: tuple[Words, NDArray[np.int32]] | None = None
        self.found: list[tuple[ReferenceType[Texts], NDArray[np.int32]]] = []
        """Where these stand among other strings, kept by whoever found it out for who asks next."""

    @classmethod
    def packed(cls, data: Bytes, lengths: NDArray[np.integer]) -> "Texts":
        """Take strings over from their bytes, one after the other; ``data`` is copied.

        Raises:
            UnicodeDecodeError: one of them is not UTF-8.
        """
        bounds = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, out=bounds[1:])
        require_utf8(data, bounds)
        return cls._of_bytes(_padded(data), bounds)

    @classmethod
    def _of_bytes(cls, data: Bytes, bounds: Positions) -> "Texts":
        made = cls(())
        made._strings, made._data, made._bounds = None, data, bounds
        return made

    @override
    def __len__(self) -> int:
        strings = self._strings
        return len(self.bounds) - 1 if strings is None else len(strings)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...

    @override
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        strings = self._strings
        if strings is not None:
            return strings[index]
        numbers = range(len(self))[index]
        if isinstance(numbers, range):
            return tuple(self._decoded(number) for number in numbers)
        return self._decoded(numbers)

    def _decoded(self, number: int) -> str:
        start, end = self.bounds[number : number + 2].tolist()
        return self.data[start:end].tobytes().decode(*_CODEC)

    @override
    def __iter__(self) -> Iterator[str]:
        strings = self._strings
        if strings is not None:
            return iter(strings)
        starts = range(0, len(self), _CHUNK)
        return chain.from_iterable(map(self._decoded_chunk, starts))

    def _decoded_chunk(self, start: int) -> list[str]:
        bounds = self.bounds[start : start + _CHUNK + 1].tolist()
        data = self.data[bounds[0] : bounds[-1]].tobytes()
        first = bounds[0]
        if data.isascii():
            text = data.decode("ascii")
            return [text[left - first : right - first] for left, right in pairwise(bounds)]
        return [
            data[left - first : right - first].decode(*_CODEC) for left, right in pairwise(bounds)
        ]

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Texts, tuple, list)):
            return NotImplemented
        if self is other:
            return True
        if isinstance(other, Texts) and self._few() is None:
            return np.array_equal(self.bounds, other.bounds) and np.array_equal(
                self.body, other.body
            )
        return len(self) == len(other) and all(
            mine == theirs for mine, theirs in zip(self, other, strict=True)
        )

    @override
    def __hash__(self) -> int:
        return hash(tuple(self))

    @override
    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and self._position(value) >= 0

    @override
    def index(self, value: str, start: int = 0, stop: int | None = None) -> int:
        found = self._position(value)
        if found < 0 or found not in range(len(self))[start:stop]:
            raise ValueError(f"{value!r} is not among these strings")
        return found

    def _position(self, value: str) -> int:
        """Where a string stands first; -1 if nowhere."""
        strings = self._strings
        if strings is not None:
            return strings.index(value) if value in strings else -1
        wanted = Texts((value,))
        left = np.flatnonzero(self.lengths == wanted.lengths[0])
        for skip in range(0, int(wanted.lengths[0]), _WORD):
            left = left[self.words(left, skip) == wanted.words(None, skip)[0]]
        return int(left[0]) if len(left) else -1

    @property
    def data(self) -> Bytes:
        """All strings in UTF-8, one after the other; at least eight more bytes follow."""
        self._pack()
        if self._data is None:
            raise AssertionError("strings were not packed")
        return self._data

    @property
    def bounds(self) -> Positions:
        """String ``i`` is ``data[bounds[i] : bounds[i + 1]]``; the first bound is 0."""
        self._pack()
        if self._bounds is None:
            raise AssertionError("strings were not packed")
        return self._bounds

    @property
    def lengths(self) -> Positions:
        """How many bytes each string has in UTF-8."""
        return np.diff(self.bounds)

    def sizes(self, numbers: Positions | NDArray[np.int32]) -> Positions:
        """The lengths of these strings."""
        return self.bounds[numbers + 1] - self.bounds[numbers]

    @property
    def body(self) -> Bytes:
        """``data`` without what follows the strings."""
        return self.data[: int(self.bounds[-1])]

    def _pack(self) -> None:
        strings = self._strings
        if self._data is not None or strings is None:
            return
        data = "".join(strings).encode(*_CODEC)
        lengths = (
            map(len, strings)
            if data.isascii()
            else (len(string.encode(*_CODEC)) for string in strings)
        )
        bounds = np.zeros(len(strings) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(lengths, np.int64, len(strings)), out=bounds[1:])
        self._bounds, self._data = bounds, _padded(np.frombuffer(data, dtype=np.uint8))
        if len(strings) > _FEW:  # many are not held twice
            self._strings = None

    def _few(self) -> tuple[str, ...] | None:
        """The strings themselves where they are at hand and so few that this is faster."""
        strings = self._strings
        return strings if strings is not None and len(strings) <= _FEW else None

    def words(self, numbers: Positions | NDArray[np.int32] | None, skip: int) -> Words:
        """Eight bytes of each string from its byte ``skip`` on, as numbers in the bytes' order.

        ``numbers`` says of which strings, None of all; beyond the end of a string are zeros.
        """
        starts = self.bounds[:-1] if numbers is None else self.bounds[numbers]
        starts = starts + skip if skip else starts
        data = self.data
        every = np.ndarray((len(data) - _WORD + 1,), dtype="<u8", buffer=data, strides=(1,))
        if skip + _WORD <= self._shortest():
            whole: Words = every[starts].astype(np.uint64, copy=False).byteswap()
            return whole
        ends = self.bounds[1:] if numbers is None else self.bounds[numbers + 1]
        kept = np.clip(ends - starts, 0, _WORD)
        found = every[np.minimum(starts, len(every) - 1)].astype(np.uint64, copy=False)
        words: Words = found.byteswap() & _MASKS[kept]
        return words

    def is_ascending(self) -> bool:
        """Whether each string is greater than the one before it."""
        if self._ascends is None:
            self._ascends = self._is_ascending()
        return self._ascends

    def _is_ascending(self) -> bool:
        strings = self._few()
        if strings is not None:
            return all(left < right for left, right in pairwise(strings))
        return all(map(self._ascends_from, range(0, len(self) - 1, _CHUNK)))

    def _ascends_from(self, first: int) -> bool:
        """Whether this string and those that follow it at once ascend."""
        inside = np.arange(first, min(first + _CHUNK + 1, len(self)))
        longest = int(self.sizes(inside).max())
        skip, every = 0, self.words(inside, 0)
        while skip < longest and bool((every == every[0]).all()):
            skip += _WORD
            every = self.words(inside, skip)
        left, right, equal = every[:-1], every[1:], inside[:-1]
        while len(equal) and skip < longest:
            if bool((left > right).any()):
                return False
            equal, skip = equal[left == right], skip + _WORD
            left, right = self.words(equal, skip), self.words(equal + 1, skip)
        # equal up to NUL characters at the end
        return bool((self.sizes(equal) < self.sizes(equal + 1)).all())

    def order(self) -> Positions:
        """The numbers of the strings, sorted by code point."""
        strings = self._few()
        if strings is not None:
            return np.array(sorted(range(len(self)), key=strings.__getitem__), dtype=np.int64)
        lengths = self.lengths
        order = np.arange(len(self))
        slots, group = np.arange(len(self)), np.zeros(len(self), dtype=np.int64)
        skip, longest = self._shared_prefix(), int(lengths.max(initial=0))
        while len(slots):
            inside = order[slots]
            is_last = skip >= longest
            key = lengths[inside].astype(np.uint64) if is_last else self.words(inside, skip)
            place = np.lexsort((key, group)) if group[-1] else np.argsort(key)
            key, group = key[place], group[place]
            order[slots] = inside[place]
            if is_last:
                break
            tied = (key[1:] == key[:-1]) & (group[1:] == group[:-1])
            is_open = np.append(tied, False) | np.append(False, tied)
            group = np.append(0, np.cumsum(~tied))[is_open]
            slots, skip = slots[is_open], skip + _WORD
        return order

    def _shared_prefix(self) -> int:
        """How many bytes all strings begin with together, at most."""
        shortest, skip = self._shortest(), 0
        while skip < shortest:
            words = self.words(None, skip)
            differing = int(np.bitwise_or.reduce(words ^ words[0]))
            if differing:
                return min(shortest, skip + (64 - differing.bit_length()) // 8)
            skip += _WORD
        return shortest

    def _shortest(self) -> int:
        if self._least is None:
            self._least = int(self.lengths.min()) if len(self) else 0
        return self._least

    def take(self, numbers: Positions) -> "Texts":
        """The strings of these numbers, in their order."""
        strings = self._few()
        if strings is not None:
            return Texts(map(strings.__getitem__, numbers.tolist()))
        starts, lengths = self.bounds[numbers], self.lengths[numbers]
        bounds = np.zeros(len(numbers) + 1, dtype=np.int64)
        np.cumsum(lengths, out=bounds[1:])
        data = np.zeros(int(bounds[-1]) + _WORD, dtype=np.uint8)
        for first in range(0, len(numbers), _CHUNK):  # the index of bytes is large
            part = slice(first, first + _CHUNK)
            into = bounds[first : first + _CHUNK + 1]
            shift = np.repeat(starts[part] - into[:-1], lengths[part])
            data[into[0] : into[-1]] = self.data[np.arange(into[0], into[-1]) + shift]
        return Texts._of_bytes(data, bounds)

    def joined(self, other: "Texts") -> "Texts":
        """These strings, then those."""
        return Texts._of_bytes(
            _padded(np.concatenate((self.body, other.body))),
            np.concatenate((self.bounds, other.bounds[1:] + self.bounds[-1])),
        )

    def casefold(self) -> "Texts":
        """Every string as ``str.casefold`` has it."""
        strings = self._few()
        if strings is not None:
            return Texts(string.casefold() for string in strings)
        data, bounds = self.data, self.bounds
        is_capital = data - np.uint8(ord("A")) < 26  # noqa: PLR2004 - letters; others wrap around
        lowered = Texts._of_bytes(data | is_capital * np.uint8(0x20), bounds)
        if is_ascii(self.body):
            return lowered
        beyond = np.append(0, np.cumsum(self.body >= 0x80))  # noqa: PLR2004 - beyond ASCII
        odd = np.flatnonzero(beyond[bounds[1:]] > beyond[bounds[:-1]])
        numbers = np.arange(len(self))
        numbers[odd] = len(self) + np.arange(len(odd))
        return lowered.joined(Texts(self[n].casefold() for n in odd.tolist())).take(numbers)

    def faulty(self) -> Positions:
        """The numbers of the strings that are not text in UTF-8, or hold a NUL character."""
        body = self.body
        if body.all():
            try:
                require_utf8(body, self.bounds)
            except UnicodeDecodeError:
                pass
            else:
                return np.zeros(0, dtype=np.int64)
        bad = [number for number, string in enumerate(self) if is_faulty(string)]
        return np.array(bad, dtype=np.int64)

    def hashes(self) -> Words:
        """A number for each string, equal for equal ones and for few others."""
        found = np.empty(len(self), dtype=np.uint64)
        for first in range(0, len(self), _CHUNK):
            inside = np.arange(first, min(first + _CHUNK, len(self)))
            found[first : first + _CHUNK] = self._hashes_of(inside)
        return found

    def _hashes_of(self, numbers: Positions) -> Words:
        lengths = self.sizes(numbers)
        shortest = int(lengths.min())
        found = lengths.astype(np.uint64)
        left: slice | Positions = slice(None)
        for skip in range(0, int(lengths.max()), _WORD):
            if skip >= shortest:
                left = np.flatnonzero(lengths > skip)
            mixed = found[left] ^ self.words(numbers[left], skip)
            mixed *= np.uint64(0x9E3779B97F4A7C15)
            found[left] = mixed ^ (mixed >> np.uint64(32))
        return found

    def by_hash(self) -> tuple[Words, NDArray[np.int32]]:
        """All ``hashes``, ascending, and the number of the string that has each; made once."""
        if self._by_hash is None:
            hashes = self.hashes()
            order = np.argsort(hashes)
            self._by_hash = hashes[order], order.astype(np.int32)
        return self._by_hash


def _padded(data: Bytes) -> Bytes:
    padded = np.zeros(len(data) + _WORD, dtype=np.uint8)
    padded[: len(data)] = data
    return padded
