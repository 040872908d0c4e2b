"""Blocks come in order from however many processes, and what goes wrong in one is told."""

import multiprocessing
import os

import pytest

from accessreview.cli.parallel import blocks

BOUNDS = [(start, start + 3) for start in range(0, 90, 3)]


def numbers(start: int, end: int) -> bytes:
    return b"".join(b"%d\n" % number for number in range(start, end))


def numbers_and_process(start: int, end: int) -> bytes:
    return b"%d %d" % (start + end, os.getpid())


@pytest.fixture(params=[1, 2, 3])
def processors(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    count: int = request.param
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(count)))
    return count


def test_blocks_are_in_order(processors: int) -> None:
    assert b"".join(blocks(numbers, BOUNDS)) == numbers(0, 90)
    made_by = {block.split()[1] for block in blocks(numbers_and_process, BOUNDS)}
    assert (made_by == {b"%d" % os.getpid()}) == (processors == 1)


@pytest.mark.usefixtures("processors")
def test_nothing_and_a_single_block_need_no_other_process() -> None:
    assert list(blocks(numbers, [])) == []
    assert [block.split()[1] for block in blocks(numbers_and_process, BOUNDS[:1])] == [
        b"%d" % os.getpid()
    ]


@pytest.mark.usefixtures("processors")
def test_an_error_in_a_block_reaches_whoever_asked() -> None:
    def fails(start: int, end: int) -> bytes:
        if start == 60:
            raise ValueError("block 60 cannot be made")
        return numbers(start, end)

    with pytest.raises(ValueError, match="block 60"):
        list(blocks(fails, BOUNDS))


@pytest.mark.usefixtures("processors")
def test_whoever_takes_no_more_leaves_no_process_behind() -> None:
    some = blocks(numbers, BOUNDS)
    assert next(some) == numbers(0, 3)
    some.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []
