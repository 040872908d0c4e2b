"""The ticker calls, and stops after the call that is running."""

import threading

from accessreview.scheduler.ticker import Ticker


def test_it_ticks_until_it_is_left() -> None:
    ticked = threading.Event()

    with Ticker(ticked.set, seconds=1):
        assert ticked.wait(10)
    ticked.clear()

    assert not ticked.wait(1.5)
