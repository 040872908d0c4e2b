"""Readings of vCenters that show less than the last good one."""

from collections.abc import Iterable

import pytest

from accessreview.collectors.vcenter.raw import RawEntity, RawPermission
from accessreview.model.refusal import Reason, ReasonKind
from accessreview.model.snapshot import Coverage, Reading
from accessreview.snapshot.completeness import Thresholds
from accessreview.snapshot.compose import compose
from accessreview.snapshot.shrinking import doubted, judge_inventory
from tests.unit.collectors.vcenter.estate import AT, raw, read, rows

FOLDER = RawEntity(type="Folder", id="group-v90", name="Prod", parent="group-v3")


def _machines(numbers: Iterable[int], folder: str = "group-v3") -> list[RawEntity]:
    return [
        RawEntity(
            type="VirtualMachine",
            id=f"vm-{number}",
            name=f"m{number}",
            parent=folder,
            resource_pool="resgroup-9",
        )
        for number in numbers
    ]


def _permissions(*entities: str) -> tuple[RawPermission, ...]:
    return tuple(
        RawPermission(one, r"CORP\ann", is_group=False, role=-1, propagate=True) for one in entities
    )


def _reading(*more: RawEntity, on: Iterable[str] = ()) -> Reading:
    return read(raw(*more, permissions=_permissions(*on)))


def _judged(
    now: Reading, then: Reading | None, thresholds: Thresholds | None = None
) -> tuple[Reason, ...]:
    return judge_inventory(now, then, thresholds or Thresholds())


def test_a_first_reading_has_nothing_to_be_compared_with() -> None:
    assert _judged(_reading(), None) == ()


def test_what_grows_or_stays_is_believed() -> None:
    small, large = _reading(), _reading(*_machines(range(100, 200)))

    assert _judged(large, small) == ()
    assert _judged(large, large) == ()


@pytest.mark.parametrize(("left", "believed"), [(190, True), (180, True), (179, False)])
def test_machines_may_become_fewer_by_so_many_percent(left: int, believed: bool) -> None:  # noqa: FBT001
    then = _reading(*_machines(range(100, 299)))
    now = _reading(*_machines(range(100, 100 + left - 1)))

    assert (_judged(now, then) == ()) is believed


def test_a_loss_is_said_with_datacenter_type_and_numbers() -> None:
    (reason,) = _judged(_reading(), _reading(*_machines(range(100, 140))))

    assert (reason.kind, reason.subject) == (
        ReasonKind.ENTITIES_FELL,
        "datacenter-2/VirtualMachine",
    )
    assert (reason.before, reason.now) == (41, 1)
    assert reason.sentence == (
        "Below the datacenter “North” there were 41 of type VirtualMachine, and now are 1: less by"
        " more than 10."
    )


def test_a_few_machines_of_a_kind_may_go_and_more_may_where_it_is_set() -> None:
    then = _reading(*_machines(range(100, 140)))

    assert _judged(_reading(*_machines(range(110, 140))), then) == ()
    assert _judged(_reading(), then, Thresholds(drop_percent=100)) == ()


def test_a_subtree_that_is_gone_is_named_by_its_top() -> None:
    then = _reading(FOLDER, *_machines(range(100, 120), "group-v90"))

    reasons = {one.kind: one for one in _judged(_reading(), then)}

    missing = reasons[ReasonKind.SUBTREE_MISSING]
    assert (missing.subject, missing.before, missing.now) == ("group-v90", 21, 0)
    assert missing.sentence == (
        "The Folder “Prod” (group-v90) is not shown any more, with 20 more below it."
    )


def test_a_small_subtree_with_a_permission_is_missed_and_one_without_is_not() -> None:
    small = (FOLDER, *_machines(range(100, 103), "group-v90"))

    assert _judged(_reading(), _reading(*small)) == ()
    (reason,) = _judged(_reading(), _reading(*small, on=["group-v90"]))
    assert (reason.kind, reason.subject) == (ReasonKind.SUBTREE_MISSING, "group-v90")
    assert reason.sentence.endswith("with 3 more below it; permissions stood there.")


def test_a_folder_that_moved_is_not_missing() -> None:
    inside = _machines(range(100, 120), "group-v90")
    moved = RawEntity(type="Folder", id="group-v90", name="Prod", parent="group-v91")
    above = RawEntity(type="Folder", id="group-v91", name="All", parent="group-v3")

    assert _judged(_reading(moved, above, *inside), _reading(FOLDER, *inside)) == ()


def test_permissions_that_become_fewer_are_said() -> None:
    machines = _machines(range(100, 130))
    then = _reading(*machines, on=[one.id for one in machines])

    (reason,) = _judged(_reading(*machines, on=["vm-100"]), then)

    assert (reason.kind, reason.before, reason.now) == (ReasonKind.PERMISSIONS_FELL, 30, 1)


def test_a_doubted_reading_is_partial_and_names_its_blind_spots() -> None:
    then = _reading(FOLDER, *_machines(range(100, 120), "group-v90"))
    now = _reading()
    seen = Reading(now.source, {**now.tables})

    found = doubted(seen, _judged(seen, then), "Accept it.")

    assert found.source.coverage is Coverage.PARTIAL
    assert found.source.gaps[-1] == "Accept it."
    assert {row[0] for row in rows(found, "blind_spots")} == {"datacenter-2", "group-v90"}
    assert not compose(AT, [found]).is_complete
