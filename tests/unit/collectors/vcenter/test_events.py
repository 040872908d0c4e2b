"""Events as plain values, and servers that do not end.

The collectors of events are stand-ins here, for no server can be made to answer so.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from pyVmomi import vim

from accessreview.collectors.vcenter.events import read_events, watched
from accessreview.model.event import WatchedEvent
from accessreview.vsphere.faults import NoVCenterError
from accessreview.vsphere.session import Session

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def login(key: int) -> vim.event.Event:
    return vim.event.UserLoginSessionEvent(
        key=key, chainId=key, createdTime=NOON + timedelta(seconds=key), userName="CORP\\ann"
    )


@dataclass
class Collector:
    """Gives these pages, and the last one for ever."""

    pages: list[list[vim.event.Event]]
    destroyed: bool = False
    read: int = 0
    called: list[str] = field(default_factory=list)

    def SetCollectorPageSize(self, maxCount: int) -> None:  # noqa: N802, N803 - pyVmomi's names
        self.called.append(f"size {maxCount}")

    def RewindCollector(self) -> None:  # noqa: N802
        self.called.append("rewind")

    def ReadNextEvents(self, maxCount: int) -> list[vim.event.Event]:  # noqa: N802, N803
        self.called.append(f"next {maxCount}")
        self.read += 1
        return self.pages[min(self.read, len(self.pages)) - 1]

    def DestroyCollector(self) -> None:  # noqa: N802
        self.destroyed = True


def session_with(collector: Collector) -> Session:
    manager = SimpleNamespace(CreateCollectorForEvents=lambda _spec: collector)
    found = SimpleNamespace(
        content=SimpleNamespace(eventManager=manager), settings=SimpleNamespace(id="vc")
    )
    return cast("Session", found)


def test_pages_are_read_up_to_the_empty_one() -> None:
    collector = Collector([[login(1), login(2)], [login(3)], []])
    read = read_events(session_with(collector), NOON)
    assert ([one.key for one in read.events], read.reached) == ([1, 2, 3], None)
    assert collector.called == ["size 1000", "rewind", *["next 1000"] * 3]
    assert collector.destroyed


def test_what_a_server_gives_of_before_is_left_out() -> None:
    collector = Collector([[login(1), login(5)], []])
    read = read_events(session_with(collector), NOON + timedelta(seconds=3))
    assert [one.key for one in read.events] == [5]


def test_the_same_page_again_and_again_is_no_end() -> None:
    collector = Collector([[login(1)], [login(2)]])
    with pytest.raises(NoVCenterError, match="the same events came again"):
        read_events(session_with(collector), NOON)
    assert collector.destroyed


def test_more_than_the_limit_is_left_for_the_next_time() -> None:
    pages = [[login(key)] for key in range(1, 9)]
    read = read_events(session_with(Collector(pages)), NOON, limit=3)
    assert [one.key for one in read.events] == [1, 2, 3]
    assert read.reached == NOON + timedelta(seconds=3)
    old = read_events(session_with(Collector(pages)), NOON + timedelta(days=1), limit=3)
    assert (old.events, old.reached) == ((), NOON + timedelta(seconds=3))


def test_an_event_of_a_host_and_one_without_anything_are_told_as_far_as_they_go() -> None:
    host = vim.event.HostEventArgument(name="esx01", host=vim.HostSystem("host-1"))
    extended = vim.event.EventEx(
        key=1,
        chainId=1,
        createdTime=NOON,
        userName="CORP\\eve",
        eventTypeId="vim.event.HostAdminEnableEvent",
        message="x" * 900,
        host=host,
    )
    bare = vim.event.Event(key=2, chainId=2, createdTime=NOON)

    told = watched("vc", extended)

    assert (told.type, told.entity, told.entity_name) == (
        "HostAdminEnableEvent",
        "host-1",
        "esx01",
    )
    assert len(told.message) == 500
    assert watched("vc", bare) == WatchedEvent(source="vc", key=2, at=NOON, type="Event", actor="")
