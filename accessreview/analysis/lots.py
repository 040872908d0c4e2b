"""Drawing lots that anybody can draw again: each is a SHA-256, of the seed and what it is for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from accessreview.analysis.keys import Rows
from accessreview.model.canonical import sha256

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Lots:
    r"""``of`` a purpose below another purpose; the words that lead to a lot are joined by ``/``."""

    words: str

    def of(self, *words: object) -> "Lots":
        return Lots("/".join((self.words, *map(str, words))))

    def number(self, count: int) -> int:
        """From 0 to ``count`` - 1: the digest as one big number, modulo ``count``."""
        return int(sha256(self.words.encode()), 16) % count

    def pick(self, items: Sequence[Item]) -> Item | None:
        """One of them; None if there are none."""
        return items[self.number(len(items))] if items else None

    def row(self, rows: Rows) -> int | None:
        """The same of row numbers."""
        return int(rows[self.number(len(rows))]) if len(rows) else None
