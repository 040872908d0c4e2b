"""Blocks of text made by several processes and written in order.

Processes, because making text is bound by one interpreter; forked, because what it is made from is
large and only read. Where there is no fork, or only one processor, nothing changes but the time.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence

Block = Callable[[int, int], bytes]

_WAITING = 2
"""Blocks a process that may be made and not yet written; bounds the memory, not the result."""

_make: Block | None = None


def blocks(make: Block, bounds: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    """``make`` of every pair of bounds, in their order."""
    processes = min(len(os.sched_getaffinity(0)), len(bounds)) if _can_fork() else 1
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


def _can_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods() and hasattr(os, "sched_getaffinity")


def _leave_interrupts() -> None:
    """Ctrl-C reaches all processes; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _made(start: int, end: int) -> bytes:
    if _make is None:
        raise AssertionError("a forked process inherits what it makes blocks with")
    return _make(start, end)
