"""One page of a list, always with the number of all: nothing is cut without saying so."""

from collections.abc import Sequence
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


def page_of(rows: Sequence[Row], page: int) -> Slice[Row]:
    """Cut out one page; a number outside of 1 to the last is taken as the nearest of them."""
    pages = max(1, -(-len(rows) // PAGE_SIZE))
    page = min(max(1, page), pages)
    start = (page - 1) * PAGE_SIZE
    return Slice(tuple(rows[start : start + PAGE_SIZE]), len(rows), page, pages)
