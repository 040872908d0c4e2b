"""``events``: what vCenters told, as it was kept."""

from accessreview.model.event import WatchedEvent
from tests.fakes import START
from tests.unit.cli.conftest import Installation


def test_kept_events_are_printed_narrowed_by_vcenter_and_day(installation: Installation) -> None:
    events = [
        WatchedEvent(source=source, key=1, at=START, type="RoleAddedEvent", actor="CORP\\eve")
        for source in ("vc2", "vc1")
    ]
    with installation.opened() as application, application.database.writing() as work:
        work.events.add(events, START)
        work.audit.record("vcenter:events:store", "test", "vc1", {}, START)

    first, second = installation.run("events")

    assert (first["source"], second["source"]) == ("vc1", "vc2")
    assert (first["at"], first["actor"]) == ("2026-03-02T09:00:00Z", "CORP\\eve")
    assert installation.run("events", "--vcenter", "vc2", "--since", "2026-03-02") == [second]
    assert installation.run("events", "--since", "2026-03-03") == []
    installation.refused(2, "events", "--since", "yesterday")
    told = installation.refused(5, "events", "--vcenter", "vc3")
    assert "No source has the id vc3" in told
