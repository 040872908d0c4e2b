"""The collectors of events: filters, pages, directions and how many one may have."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pyVmomi import vim, vmodl

from tests.integration.lab.conftest import Client
from tests.servers.lab_vcenter import Lab

pytestmark = pytest.mark.integration

FilterSpec = vim.event.EventFilterSpec
GLOBAL = "com.vmware.cis.CreateGlobalPermission"


@pytest.fixture
def manager(fresh: Lab, client: Client) -> Iterator[vim.event.EventManager]:
    """Tells nine events, one an hour, the last one now, and the login of whoever asks."""
    for number, kind in enumerate((GLOBAL, "PermissionRemovedEvent", "GeneralUserEvent") * 3):
        event = {"type": kind, "user": f"user {number}", "entity": "vm-18"}
        fresh.control({"do": "event", "event": event, "ago": 3600 * (8 - number)})
    with client() as content:
        assert content.eventManager is not None
        yield content.eventManager


def _users(events: list[vim.event.Event]) -> list[str]:
    return [one.userName.removeprefix("user ") for one in events]


@pytest.mark.parametrize(
    "kind", ["PermissionRemovedEvent", "vim.event.PermissionRemovedEvent", GLOBAL]
)
def test_types_are_known_by_either_spelling_or_their_own_id(
    kind: str, manager: vim.event.EventManager
) -> None:
    found = _users(manager.QueryEvents(FilterSpec(eventTypeId=[kind])))
    assert found == (["0", "3", "6"] if kind == GLOBAL else ["1", "4", "7"])


def test_times_users_and_entities_are_heeded(manager: vim.event.EventManager) -> None:
    now = datetime.now(UTC)
    between = FilterSpec.ByTime(
        beginTime=now - timedelta(minutes=150), endTime=now - timedelta(minutes=30)
    )
    below = FilterSpec.ByEntity(
        entity=vim.Folder("group-v16", manager._stub),  # noqa: SLF001
        recursion="all",
    )
    of_some = FilterSpec.ByUsername(systemUser=False, userList=["USER 1", "user 2"])

    assert _users(manager.QueryEvents(FilterSpec(time=between))) == ["6", "7"]
    assert _users(manager.QueryEvents(FilterSpec(userName=of_some))) == ["1", "2"]
    assert _users(manager.QueryEvents(FilterSpec(entity=below))) == ["1", "4", "7"]


def test_a_collector_goes_forward_from_the_oldest_and_back_from_the_latest_page(
    manager: vim.event.EventManager,
) -> None:
    types = [GLOBAL, "PermissionRemovedEvent", "EventEx", "GeneralUserEvent"]
    collector = manager.CreateCollectorForEvents(FilterSpec(eventTypeId=types))
    collector.SetCollectorPageSize(2)

    assert _users(collector.ReadNextEvents(4)) == ["0", "1", "2", "3"]
    assert _users(collector.ReadNextEvents(1000)) == ["4", "5", "6", "7", "8"]
    assert _users(collector.ReadNextEvents(1000)) == []
    collector.ResetCollector()
    assert _users(collector.ReadPreviousEvents(3)) == ["6", "5", "4"]
    collector.RewindCollector()
    assert _users(collector.ReadNextEvents(1)) == ["0"]
    assert _users(collector.latestPage) == ["8", "7"]
    with pytest.raises(vmodl.fault.InvalidArgument):
        collector.ReadNextEvents(1001)


def test_nobody_has_more_than_so_many_collectors(manager: vim.event.EventManager) -> None:
    made = [manager.CreateCollectorForEvents(FilterSpec()) for _ in range(manager.maxCollector)]
    assert len(made) == 32
    with pytest.raises(vim.fault.InvalidState):
        manager.CreateCollectorForEvents(FilterSpec())

    made[0].DestroyCollector()

    assert manager.CreateCollectorForEvents(FilterSpec())
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        made[0].ReadNextEvents(1)
