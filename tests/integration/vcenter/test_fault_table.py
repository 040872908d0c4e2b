"""No fault of a vCenter makes a reading complete that is not; the rows are kept as a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults import Outcome
from tests.servers.certificates import Authority
from tests.servers.lab_vcenter import Lab
from tests.vcenter_faults import Fault, Ground, Scene, carried_out, held
from tests.vcenter_faults_rows import ROWS, TOPICS, table
from tests.vcenter_faults_staging import ordered

pytestmark = pytest.mark.integration

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "faults-vcenters.md"
LEAST = 60
_EACH = 2
"""Of so many rows one is carried out here, all of them by ``make faults``."""
_PARTS = 50


@pytest.fixture(scope="module")
def ground(lab: Lab, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground.of(lab, authority, tmp_path_factory.mktemp("faults"))


def test_what_is_read_without_a_fault_is_what_the_lab_was_filled_with(ground: Ground) -> None:
    assert ground.holds_the_seed()


@pytest.mark.parametrize("topic", TOPICS)
def test_faults_have_their_outcomes_and_none_is_a_false_complete(
    ground: Ground, topic: str
) -> None:
    some = [fault for fault in TOPICS[topic] if not fault.waits][::_EACH]
    results = [carried_out(fault, ground, fault.stages[::_PARTS]) for fault in some]
    assert {one.fault.id: (one.wrong, one.said) for one in results if one.wrong} == {}
    assert results


def test_where_nothing_comes_a_reading_ends_all_the_same(ground: Ground) -> None:
    silence = next(fault for fault in ROWS if fault.waits and fault.moment == "the permissions")
    assert carried_out(silence, ground).wrong == ()


def test_a_false_complete_would_be_noticed(ground: Ground) -> None:
    missing = ("permissions", "vc-000", "group-d1", "somebody", "false", "-1", "true")

    @contextmanager
    def lacking(before: Ground) -> Iterator[Scene]:
        with ordered()(before) as scene:
            yield replace(scene, after=lambda: held(ground.last) | {missing})

    last = replace(ground.last, tables={**ground.last.tables})
    rows = [*last.tables["permissions"].rows(), missing[1:]]
    table_of = type(last.tables["permissions"]).of
    last.tables["permissions"] = table_of(last.tables["permissions"].schema, rows)  # type: ignore[index]
    fault = Fault("nothing", "never", Outcome.COMPLETE, "", (lacking,))

    result = carried_out(fault, replace(ground, last=last))

    assert result.outcome is Outcome.COMPLETE
    assert result.wrong[0].startswith("FALSE COMPLETE: 1 rows are lacking")


def test_the_rows_are_many_and_no_two_are_the_same() -> None:
    assert len({fault.id for fault in ROWS}) == len(ROWS) >= LEAST


def test_the_page_holds_every_row() -> None:
    assert table((fault, fault.outcome) for fault in ROWS) in PAGE.read_text(encoding="utf-8")
