"""Places that the account that reads a vCenter does not see, told to whoever looks."""

from dataclasses import replace

from accessreview.model.columns import Table
from accessreview.model.observation import ObservationKind
from accessreview.model.snapshot import ANNEX, Snapshot
from tests.permitted import permitted
from tests.unit.analysis.test_observations import observed, the_one


def _blind(*spots: tuple[str, str, str]) -> Snapshot:
    snapshot = permitted([("G", "ann")])
    table = Table.of(ANNEX["blind_spots"], spots)
    return replace(snapshot, annex={**snapshot.annex, "blind_spots": table})


def test_where_nothing_is_hidden_nothing_is_told() -> None:
    assert [one for one in observed(_blind()) if one.kind is ObservationKind.BLIND_SPOT] == []


def test_blind_spots_are_told_with_their_names_and_reasons() -> None:
    snapshot = _blind(("vc", "vm-404", "it is hidden now"), ("vc", "group-1", "not readable"))
    snapshot_names = {row[1]: row[3] for row in snapshot["entities"].rows()}

    one = the_one(ObservationKind.BLIND_SPOT, observed(snapshot))

    assert one.vcenter == "vc"
    assert one.detail.startswith("The account that reads does not see everything: 2 places")
    assert {(each.id, each.name, each.reason) for each in one.concerned} == {
        ("vm-404", "vm-404", "it is hidden now"),
        ("group-1", snapshot_names.get("group-1", "group-1"), "not readable"),
    }
