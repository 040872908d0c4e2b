"""Who changed who may do what, as vCenters told it, and since when each is watched."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accessreview.model.event import Stream, Watch, WatchedEvent
from tests.browser import Browser
from tests.fakes import START
from tests.tool import Tool

OpenBrowser = Callable[[str], Browser]


def event(number: int, source: str = "vc") -> WatchedEvent:
    return WatchedEvent(
        source=source,
        key=number,
        at=START + timedelta(minutes=number),
        type="PermissionAddedEvent",
        actor=f"CORP\\actor-{number:02}",
        entity="clu",
        entity_name="Cluster",
        principal="CORP\\eve",
        role="-1",
        role_name="Admin",
        message="<b>given</b>",
    )


@pytest.fixture
def told(whole: Tool) -> Tool:
    watches = (
        Watch(
            source="vc",
            stream=Stream.AUTHORIZATION,
            since=START,
            until=START,
            gap="Some may be missing.",
        ),
        Watch(source="vc", stream=Stream.SESSION, trouble="The account lacks a privilege."),
    )
    database = whole.application.database
    with database.writing() as work:
        work.events.add([*map(event, range(60)), event(7, "vc2")], START)
        work.watches.save(watches)
        work.audit.record("vcenter:events:store", "test", "vc", {}, START)
    return whole


def test_before_any_look_nothing_is_watched(browser: OpenBrowser) -> None:
    page = browser("auditor").get("/sources/events").text
    assert "No events" in page
    assert "No vCenter is watched." in page


@pytest.mark.usefixtures("told")
def test_events_are_listed_the_newest_first_and_by_vcenter(browser: OpenBrowser) -> None:
    here = browser("auditor")
    page = here.get("/sources/events").text
    assert "1 to 50 of 61 events" in page
    assert page.index("actor-59") < page.index("actor-58")
    assert "actor-09" not in page
    assert "&lt;b&gt;given&lt;/b&gt;" in page
    assert "vCenter Berlin 60" in page
    assert ">vc2 1<" in page
    assert "51 to 61 of 61 events" in here.get("/sources/events?page=2").text
    assert "1 to 1 of 1 event" in here.get("/sources/events?vcenter=vc2").text
    assert "No events" in here.get("/sources/events?vcenter=nowhere").text


@pytest.mark.usefixtures("told")
def test_since_when_is_watched_and_what_may_be_missing_is_said(browser: OpenBrowser) -> None:
    page = browser("auditor").get("/sources/events").text
    assert "Events of permissions and logins" in page
    assert "Some may be missing." in page
    assert "The account lacks a privilege." in page
    assert "not watched" in page


def test_only_who_sees_sources_sees_events(browser: OpenBrowser) -> None:
    assert browser("ben").get("/sources/events").status_code == 403
