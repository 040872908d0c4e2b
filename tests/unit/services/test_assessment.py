from dataclasses import replace

import pytest

from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.rules import Progress, assess
from accessreview.model.assessment import ViolationState
from accessreview.model.errors import NotAllowedError, NotFoundError
from accessreview.model.findings import Findings
from accessreview.model.policy import Ruleset
from accessreview.storage.packing import pack
from tests.company import RULESET
from tests.unit.services.conftest import ADMINISTRATOR, House, reviewer

DAN = "SOD-1/identity/dan"


def states(house: House) -> dict[str, ViolationState]:
    with house.database.reading() as work:
        return {each.key.text(): each.state for each in work.violations.all()}


def refresh(house: House) -> None:
    house.clock.move(hours=1)
    house.refresh.run(ADMINISTRATOR)


def test_findings_become_violations_and_are_recorded(house: House) -> None:
    stored = house.collection.run(ADMINISTRATOR)
    assessment = house.assessing.run(ADMINISTRATOR)
    assert assessment.snapshot == stored.digest
    assert set(states(house)) == {DAN, "SOD-1/identity/amy", "SPRAWL-1/vcenter/vc"}
    details = house.details("assessment:findings:record")
    assert (details["findings"], details["open"], details["closed"]) == ("3", "3", "0")


def test_the_same_question_has_the_same_answer_and_is_not_computed_twice(house: House) -> None:
    house.collection.run(ADMINISTRATOR)
    first = house.assessing.run(ADMINISTRATOR)
    house.clock.move(hours=1)
    assert house.assessing.run(ADMINISTRATOR) == first
    assert house.actions().count("assessment:findings:record") == 1
    newer = replace(house.assessing, engine_version="2")
    assert newer.run(ADMINISTRATOR).id != first.id


def test_a_violation_closes_when_a_complete_snapshot_no_longer_shows_it(house: House) -> None:
    house.refresh.run(ADMINISTRATOR)
    house.company.drop("members", "dir", "hosts", "dir", "dan")
    house.directory.down = "It does not answer."
    refresh(house)
    assert states(house)[DAN] is ViolationState.OPEN  # the old rows still show it
    house.directory.down, house.directory.gaps = "", ("Some members were not read.",)
    refresh(house)
    assert states(house)[DAN] is ViolationState.NOT_KNOWN
    house.directory.gaps = ()
    refresh(house)
    assert states(house)[DAN] is ViolationState.CLOSED
    house.company.add("members", "dir", "hosts", "dir", "dan")
    refresh(house)
    assert states(house)[DAN] is ViolationState.OPEN


def test_a_ruleset_that_no_longer_asks_closes_nothing(house: House) -> None:
    house.refresh.run(ADMINISTRATOR)
    smaller = replace(RULESET, rules=RULESET.rules[1:], digest="f" * 64)
    house.clock.move(hours=1)
    house.collection.run(ADMINISTRATOR)
    replace(house.assessing, ruleset=smaller).run(ADMINISTRATOR)
    assert states(house)[DAN] is ViolationState.NOT_KNOWN


def test_a_ruleset_is_found_by_its_digest(house: House) -> None:
    house.refresh.run(ADMINISTRATOR)
    assert house.assessing.ruleset_of(RULESET.digest) is RULESET
    other = replace(house.assessing, ruleset=replace(RULESET, digest="f" * 64))
    assert other.ruleset_of(RULESET.digest) == RULESET
    with pytest.raises(NotFoundError):
        house.assessing.ruleset_of("0" * 64)


def test_without_a_snapshot_there_is_nothing_to_assess(house: House) -> None:
    with pytest.raises(NotFoundError, match="collect"):
        house.assessing.run(ADMINISTRATOR)
    with pytest.raises(NotAllowedError):
        house.assessing.run(reviewer("cat"))


def test_what_another_recorded_in_the_meantime_is_taken_into_account(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = house.collection.run(ADMINISTRATOR)
    house.company.drop("members", "dir", "hosts", "dir", "dan")
    house.clock.move(hours=1)
    second = house.collection.run(ADMINISTRATOR)
    asked: list[str] = []

    def while_another(estate: Estate, ruleset: Ruleset, *, progress: Progress | None) -> Findings:
        asked.append(estate.snapshot.digest)
        if len(asked) == 1:
            house.assessing.run(ADMINISTRATOR, second.digest)
        return assess(estate, ruleset, progress=progress)

    monkeypatch.setattr("accessreview.services.assessment.assess", while_another)
    assessment = house.assessing.run(ADMINISTRATOR, first.digest)

    assert asked == [first.digest, second.digest, first.digest]
    assert assessment.snapshot == first.digest
    details = house.details("assessment:findings:record")
    assert details["later_one_assessed_before"] == "yes"
    assert DAN not in states(house)  # only the past shows it


def test_two_assessments_of_the_same_have_the_same_bytes(house: House) -> None:
    house.collection.run(ADMINISTRATOR)
    one = house.assessing.run(ADMINISTRATOR)
    with house.database.reading() as work:
        snapshot = work.snapshots.get(one.snapshot)
    other = assess(build_estate(snapshot), RULESET)
    assert pack(one.findings) == pack(other)


def test_it_is_told_how_many_vcenters_are_assessed(house: House) -> None:
    house.collection.run(ADMINISTRATOR)
    told: list[tuple[int, int]] = []
    house.assessing.run(ADMINISTRATOR, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 1)]
