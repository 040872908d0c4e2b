"""Work for all processors: NumPy works outside the interpreter's lock, so threads will do."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Threads:
    """Applies a function to many things at once, in order like ``map``; only inside ``with``."""

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(_processors())
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        return self._pool.map(function, items)


def _processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
