"""A reading recorded from the simulator, and the same with pieces torn out of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from accessreview.model.snapshot import Coverage
from accessreview.snapshot.compose import compose
from tests.unit.collectors.vcenter.estate import AT, read, rows
from tests.unit.collectors.vcenter.recording import load

RECORDED = load(
    (Path(__file__).parents[3] / "data/vcenter/simulator.json").read_text(encoding="utf-8")
)


def test_a_recorded_vcenter_composes_in_full() -> None:
    snapshot = compose(AT, [read(RECORDED)])

    assert snapshot.is_complete
    assert len(snapshot["entities"]) == len(RECORDED.entities)
    assert len(snapshot["permissions"]) == len(RECORDED.permissions)


@pytest.mark.parametrize("missing", [entity.id for entity in RECORDED.entities])
def test_without_any_one_entity_it_still_composes_and_claims_too_little_rather_than_too_much(
    missing: str,
) -> None:
    torn = replace(RECORDED, entities=tuple(one for one in RECORDED.entities if one.id != missing))
    reading = read(torn)

    compose(AT, [reading])
    referred = missing in str(torn.entities) or missing in str(torn.permissions)
    assert (reading.source.coverage is Coverage.PARTIAL) == referred


def test_without_its_roles_it_composes_and_is_partial() -> None:
    reading = read(replace(RECORDED, roles=()))

    compose(AT, [reading])
    assert reading.source.coverage is Coverage.PARTIAL
    assert rows(reading, "permissions") == set()


def test_with_all_references_led_astray_it_composes_and_is_partial() -> None:
    """Every entity refers to the next one, so that all of them stand on one circle."""
    entities = RECORDED.entities
    astray = tuple(
        replace(one, parent=after.id, acl_children=(after.id,), parent_folder=after.id)
        for one, after in zip(entities, (*entities[1:], entities[0]), strict=True)
    )
    reading = read(replace(RECORDED, entities=astray))

    compose(AT, [reading])
    assert reading.source.coverage is Coverage.PARTIAL
