"""Work for all processors: threads for arrays, processes for text.

NumPy works outside the interpreter's lock, so threads will do there. Making text is bound by one
interpreter, so blocks of it are made by several processes and written in order; forked, because
what they are made from is large and only read. With one processor nothing changes but the time.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

Block = Callable[[int, int], bytes]
Item = TypeVar("Item")
Result = TypeVar("Result")

_WAITING = 2
"""Blocks a process that may be made and not yet written; bounds the memory, not the result."""

_make: Block | None = None


class Threads:
    """Applies a function to many things at once, in order like ``map``; only inside ``with``."""

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(processors())
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        return self._pool.map(function, items)


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def blocks(make: Block, bounds: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    """``make`` of every pair of bounds, in their order."""
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    processes = min(processors(), len(bounds)) if can_fork else 1
    if processes <= 1:
        yield from (make(start, end) for start, end in bounds)
        return
    global _make  # noqa: PLW0603 - how a forked process inherits what cannot be sent to it
    _make = make
    try:
        with multiprocessing.get_context("fork").Pool(processes, _leave_interrupts) as pool:
            waiting = deque(
                pool.apply_async(_made, pair) for pair in bounds[: processes * _WAITING]
            )
            for pair in bounds[processes * _WAITING :]:
                yield waiting.popleft().get()
                waiting.append(pool.apply_async(_made, pair))
            for result in waiting:
                yield result.get()
    finally:
        _make = None


def _leave_interrupts() -> None:
    """Ctrl-C reaches all processes; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _made(start: int, end: int) -> bytes:
    if _make is None:
        raise AssertionError("a forked process inherits what it makes blocks with")
    return _make(start, end)
