"""Long answers of which a page costs a page."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TypeVar, overload

from typing_extensions import override

Row = TypeVar("Row")
_BLOCK = 1000


class Paged(Sequence[Row]):
    """A sequence whose rows are made when they are looked at, those of a slice together."""

    @abstractmethod
    def page(self, numbers: range) -> list[Row]:
        """The rows with these numbers, in this order."""

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    @override
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        chosen = range(len(self))[index]
        if isinstance(chosen, range):
            return self.page(chosen)
        return self.page(range(chosen, chosen + 1))[0]

    @override
    def __iter__(self) -> Iterator[Row]:
        for start in range(0, len(self), _BLOCK):
            yield from self.page(range(start, min(start + _BLOCK, len(self))))
