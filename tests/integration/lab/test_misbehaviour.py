"""Each thing that the lab does wrong when told to, as the collector meets it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from pyVmomi import vim

from accessreview.collectors.vcenter.events import read_events
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Coverage, Reading
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings
from tests.integration.lab.conftest import ANN, Client
from tests.servers.lab_company import READ_ONLY, VM_OPERATOR
from tests.servers.lab_vcenter import Lab, LabError
from tests.servers.vcsim import find

pytestmark = pytest.mark.integration

Settings = Callable[..., VCenterSettings]
SMALL_PAGES = {"page_size": 4}
SECOND_PAGE = {"method": "ContinueRetrievePropertiesEx", "call": 2}


def _collected(settings: VCenterSettings) -> Reading:
    return VCenterSource(settings).collect(lambda: datetime.now(UTC))


def _order(lab: Lab, do: str, **more: object) -> None:
    lab.control({"do": do, **more})


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"kind": "drop"}, "the connection failed"),
        ({"kind": "truncate", "percent": 50}, "cut off"),
        ({"kind": "short", "percent": 50}, "cut off"),
        ({"kind": "garbage", "percent": 50}, "cut off or is no XML"),
        ({"kind": "status", "status": 503}, "HTTP status 503"),
        ({"kind": "redirect", "location": "https://elsewhere.example/"}, "HTTP status 302"),
        ({"kind": "fault", "fault": "NotAuthenticated"}, "the session ended"),
        ({"kind": "fault", "fault": "NoPermission"}, "lacks the privilege System.View"),
    ],
    ids=lambda value: value.get("fault", value["kind"]) if isinstance(value, dict) else "",
)
def test_an_answer_that_goes_wrong_gives_no_reading(
    damage: Mapping[str, object], words: str, fresh: Lab, settings: Settings
) -> None:
    _order(fresh, "option", options=SMALL_PAGES)
    _order(fresh, "damage", damage=damage, at=SECOND_PAGE)

    with pytest.raises(CollectionError, match=words):
        _collected(settings())

    assert fresh.control({"do": "calls"})["calls"].count("ContinueRetrievePropertiesEx") == 2
    assert _collected(settings()).source.coverage is Coverage.FULL


@pytest.mark.parametrize("kind", ["stall", "drip"])
def test_an_answer_that_takes_for_ever_gives_no_reading(
    kind: str, fresh: Lab, settings: Settings
) -> None:
    _order(fresh, "damage", damage={"kind": kind}, at={"method": "RetrieveAllPermissions"})

    with pytest.raises(CollectionError, match="no answer came in time"):
        _collected(settings(timeout_seconds=2, deadline_seconds=3))


@pytest.mark.parametrize("do", ["expire", "endless"])
def test_pages_that_cannot_be_read_to_the_end_give_no_reading(
    do: str, fresh: Lab, settings: Settings
) -> None:
    _order(fresh, "option", options=SMALL_PAGES)
    _order(fresh, do, at=SECOND_PAGE)

    with pytest.raises(CollectionError, match=r"session ended|do not end"):
        _collected(settings(deadline_seconds=5))


def test_a_role_that_goes_between_two_calls_makes_the_reading_partial(
    fresh: Lab, settings: Settings
) -> None:
    _order(fresh, "permit", permission=_entry("vm-18"), at={"method": "RetrieveAllPermissions"})
    _order(fresh, "remove_role", role=VM_OPERATOR, at={"method": "Fetch"})

    assert _collected(settings()).source.coverage is Coverage.PARTIAL


def _entry(entity: str) -> Mapping[str, object]:
    return {"entity": entity, "principal": ANN, "role": VM_OPERATOR, "propagate": False}


def test_each_page_is_read_when_it_is_asked_for(fresh: Lab, settings: Settings) -> None:
    """So what moves or goes between two pages is told as it is then, or not at all."""
    _order(fresh, "option", options=SMALL_PAGES)
    _order(fresh, "move", entity="vm-23", parent="group-v3", at=SECOND_PAGE)
    _order(fresh, "remove", entity="vm-18", at=SECOND_PAGE)

    reading = _collected(settings())

    parents = {row[1]: row[4] for row in reading.tables["entities"].rows()}
    assert parents["vm-23"] == "group-v3"
    assert "vm-18" not in parents


def test_hidden_entities_are_missing_without_a_word(fresh: Lab, client: Client) -> None:
    _order(fresh, "hide", entity="group-v16", below=True)
    with client() as content, pytest.raises(StopIteration):
        find(content, vim.VirtualMachine, "web01")
    _order(fresh, "clear")
    with client() as content:
        assert find(content, vim.VirtualMachine, "web01").name == "web01"


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ({"privileges": ["Task.Create"]}, [["Task.Create"], ["Task.Create"]]),
        ({"entity": "vm-21", "user": ANN}, [[], None]),
    ],
    ids=["to everybody", "of one pair"],
)
def test_an_oracle_lies_as_it_is_told(
    lie: Mapping[str, object], told: list[list[str] | None], fresh: Lab, client: Client
) -> None:
    with client() as content:
        assert content.authorizationManager is not None
        ask = content.authorizationManager.FetchUserPrivilegeOnEntities
        machines = [find(content, vim.VirtualMachine, name) for name in ("ft01", "db01%2fmain")]
        truth = [list(one.privileges) for one in ask(machines, ANN)]
        assert all(truth)
        _order(fresh, "lie", lie=lie)

        answers = [list(one.privileges) for one in ask(machines, ANN)]

        assert answers == [one if one is not None else truth[1] for one in told]


def test_the_clock_goes_wrong_by_as_much_as_it_is_told(fresh: Lab, settings: Settings) -> None:
    _order(fresh, "clock", seconds=-7200)
    _order(fresh, "permit", permission={"entity": "vm-18", "principal": ANN, "role": READ_ONLY})

    begin = datetime(2000, 1, 1, tzinfo=UTC)
    with open_session(settings(), CollectionError) as session:
        (event,) = read_events(session, begin, ("PermissionAddedEvent",)).events
    assert 7100 < (datetime.now(UTC) - event.at).total_seconds() < 7300


def test_a_command_that_it_does_not_know_is_refused(fresh: Lab) -> None:
    with pytest.raises(LabError, match="dance: no such command"):
        _order(fresh, "dance")
    with pytest.raises(LabError, match="no entity"):
        _order(fresh, "move", entity="vm-17", parent="nowhere")
