"""One page of a list, always with the number of all: nothing is cut without saying so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """``rows`` are those of page ``page`` of ``pages`` (from 1), out of ``total``."""

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int

    @property
    def first(self) -> int:
        """The position of the first row among all, from 1; 0 when there is none."""
        return 0 if self.total == 0 else (self.page - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return 0 if self.total == 0 else self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class ByKind(Generic[Row]):
    """One page of the rows of a kind, or of all, and how many there are of each kind."""

    rows: Slice[Row]
    counts: Mapping[str, int]


def page_of(rows: Sequence[Row], page: int) -> Slice[Row]:
    """Cut out one page; a number outside of 1 to the last is taken as the nearest of them."""
    return page_from(lambda start, size: rows[start : start + size], len(rows), page)


def page_from(read: Callable[[int, int], Sequence[Row]], total: int, page: int) -> Slice[Row]:
    """The same of ``total`` rows kept elsewhere: ``read`` is told from which on and how many."""
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    return Slice(tuple(read((page - 1) * PAGE_SIZE, PAGE_SIZE)), total, page, pages)
