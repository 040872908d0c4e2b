"""What several threads do comes back in the order in which it was asked for."""

import os
from threading import Barrier

import pytest

from accessreview.cli.parallel import Threads


@pytest.mark.parametrize("count", [1, 2, 3])
def test_as_many_things_as_there_are_processors_are_done_at_once(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(count)))
    together = Barrier(count, timeout=30)

    def doubled(number: int) -> int:
        together.wait()
        return 2 * number

    with Threads() as threads:
        assert list(threads.map(doubled, range(3 * count))) == [*range(0, 6 * count, 2)]


def test_an_error_in_one_reaches_whoever_asked() -> None:
    def refuses(number: int) -> int:
        if number == 60:
            raise ValueError("number 60 cannot be done")
        return number

    with Threads() as threads, pytest.raises(ValueError, match="number 60"):
        list(threads.map(refuses, range(90)))
