"""``audit``: every event in order, and a checkpoint to keep elsewhere."""

from tests.unit.cli.conftest import Installation


def test_events_are_listed_from_a_number_on(peopled: Installation) -> None:
    events = peopled.run("audit", "list")
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert peopled.run("audit", "list", "--after", "2") == events[2:]


def test_a_checkpoint_is_the_last_event(peopled: Installation) -> None:
    last = peopled.run("audit", "list")[-1]
    assert peopled.run("audit", "checkpoint") == [
        {"sequence": last["sequence"], "digest": last["digest"]}
    ]


def test_before_anything_happened_there_is_no_checkpoint(installation: Installation) -> None:
    assert "Nothing has happened yet" in installation.refused(5, "audit", "checkpoint")
