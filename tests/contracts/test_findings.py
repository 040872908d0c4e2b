"""Rulesets, assessments and violations come back as they were."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from accessreview.model.assessment import Assessment, Violation, ViolationState
from accessreview.model.errors import ConflictError, IntegrityError, NotFoundError
from accessreview.model.finding import FindingKey, SubjectKind
from accessreview.model.findings import Findings
from accessreview.model.policy import Severity
from accessreview.model.snapshot import Snapshot
from accessreview.model.violations import ViolationTable
from accessreview.services.ports import StoredAssessment
from accessreview.storage.database import SqlDatabase
from tests.contracts.samples import (
    a_finding,
    a_ruleset,
    a_snapshot,
    a_violation,
    an_assessment,
    record,
    with_campaign,
)
from tests.contracts.test_snapshots import run_outside
from tests.fakes import START


def test_a_ruleset_is_kept_to_the_letter_and_once(database: SqlDatabase) -> None:
    with database.writing() as work:
        work.rulesets.add(a_ruleset())
        work.rulesets.add(a_ruleset())
        record(work)

    with database.reading() as work:
        assert work.rulesets.text(a_ruleset().digest) == a_ruleset().text


def test_a_ruleset_changed_outside_is_not_handed_out(database: SqlDatabase, address: str) -> None:
    with database.writing() as work:
        work.rulesets.add(a_ruleset())
        record(work)

    run_outside(address, "UPDATE rulesets SET text = 'id = 1'")

    with database.reading() as work, pytest.raises(IntegrityError, match="does not match"):
        work.rulesets.text(a_ruleset().digest)


def test_an_assessment_comes_back_with_every_finding(database: SqlDatabase) -> None:
    snapshot = with_campaign(database)
    findings = Findings.of(a_finding(number) for number in range(500))
    large = an_assessment(snapshot, id="assessment-2", findings=findings)

    with database.writing() as work:
        work.assessments.add(large)
        record(work)

    with database.reading() as work:
        assert work.assessments.get("assessment-1") == an_assessment(snapshot)
        assert work.assessments.get("assessment-2") == large
        assert work.assessments.latest() == head(large)


def head(assessment: Assessment) -> StoredAssessment:
    return StoredAssessment(
        id=assessment.id,
        snapshot=assessment.snapshot,
        ruleset=assessment.ruleset,
        engine=assessment.engine,
        at=assessment.at,
        count=len(assessment.findings),
    )


def test_an_assessment_stored_again_stays_as_it_was(database: SqlDatabase) -> None:
    snapshot = with_campaign(database)

    with database.writing() as work:
        work.assessments.add(an_assessment(snapshot, at=START + timedelta(days=1)))

    with database.reading() as work:
        assert work.assessments.latest() == head(an_assessment(snapshot))
        assert work.assessments.get("assessment-1") == an_assessment(snapshot)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assessments SET count = 3",
        "UPDATE assessments SET findings = CAST('x' AS bytea)",
    ],
)
def test_an_assessment_changed_outside_is_not_handed_out(
    database: SqlDatabase, address: str, statement: str
) -> None:
    with_campaign(database)

    if address.startswith("sqlite"):
        statement = statement.replace("bytea", "blob")
    run_outside(address, statement)

    with database.reading() as work, pytest.raises(IntegrityError, match="assessment-1"):
        work.assessments.get("assessment-1")


def some_violations(snapshot: Snapshot) -> list[Violation]:
    """Worst first, then by key: by code point, so capitals and symbols before what follows them."""
    return [
        a_violation(snapshot, severity=severity, state=state, key=FindingKey(rule, kind, subject))
        for severity, rule, kind, subject, state in (
            (Severity.CRITICAL, "B", SubjectKind.VCENTER, "x", ViolationState.OPEN),
            (Severity.CRITICAL, "z", SubjectKind.IDENTITY, "B", ViolationState.OPEN),
            (Severity.CRITICAL, "z", SubjectKind.IDENTITY, "a", ViolationState.NOT_KNOWN),
            (Severity.CRITICAL, "z", SubjectKind.IDENTITY, "a b", ViolationState.OPEN),
            (Severity.CRITICAL, "z", SubjectKind.IDENTITY, "a-b", ViolationState.OPEN),
            (Severity.CRITICAL, "z", SubjectKind.IDENTITY, "é", ViolationState.OPEN),
            (Severity.MEDIUM, "a", SubjectKind.IDENTITY, "vc", ViolationState.OPEN),
            (Severity.MEDIUM, "a", SubjectKind.VCENTER, "vc", ViolationState.OPEN),
            (Severity.LOW, "a", SubjectKind.IDENTITY, "x", ViolationState.OPEN),
        )
    ]


@pytest.fixture
def kept(database: SqlDatabase) -> list[Violation]:
    snapshot = a_snapshot()
    violations = some_violations(snapshot)
    with database.writing() as work:
        work.snapshots.add(snapshot, START)
        work.violations.save(ViolationTable.of(reversed(violations)))
        record(work)
    return violations


def test_violations_come_back_in_columns_exactly(
    database: SqlDatabase, kept: list[Violation]
) -> None:
    with database.reading() as work:
        table = work.violations.all()

    assert len(table) == len(kept)
    assert sorted(table, key=lambda each: each.key) == sorted(kept, key=lambda each: each.key)


def test_violations_are_listed_worst_first_then_by_key(
    database: SqlDatabase, kept: list[Violation]
) -> None:
    with database.reading() as work:
        page = work.violations.page
        assert page(None, None, offset=0, limit=100) == kept
        assert page(None, None, offset=2, limit=3) == kept[2:5]
        assert page(None, Severity.MEDIUM, offset=0, limit=1) == kept[6:7]
        assert page(ViolationState.NOT_KNOWN, None, offset=0, limit=9) == kept[2:3]
        assert page(ViolationState.NOT_KNOWN, Severity.LOW, offset=0, limit=9) == []
        assert page(None, None, offset=9, limit=9) == []


def test_violations_are_counted_by_state_and_severity(
    database: SqlDatabase, kept: list[Violation]
) -> None:
    with database.reading() as work:
        assert work.violations.counts() == Counter((one.state, one.severity) for one in kept)


def test_one_violation_is_found_by_its_key(database: SqlDatabase, kept: list[Violation]) -> None:
    with database.reading() as work:
        assert [work.violations.get(each.key) for each in kept] == kept
        with pytest.raises(NotFoundError, match="z/vcenter/a"):
            work.violations.get(FindingKey("z", SubjectKind.VCENTER, "a"))


def test_a_violation_is_replaced_by_its_key(database: SqlDatabase) -> None:
    snapshot = a_snapshot()
    opened = a_violation(snapshot)
    closed = replace(opened, state=ViolationState.CLOSED, places=0, closed_at=START)

    with database.writing() as work:
        work.snapshots.add(snapshot, START)
        work.violations.save(ViolationTable.of([opened]))
        work.violations.save(ViolationTable.of([closed]))
        assert list(work.violations.all()) == [closed]
        record(work)


def test_only_violations_of_the_same_key_are_replaced(
    database: SqlDatabase, kept: list[Violation]
) -> None:
    changed = [replace(each, places=each.places + 1) for each in kept[2:6]]
    new = replace(kept[0], key=FindingKey("new", SubjectKind.IDENTITY, kept[0].key.subject))

    with database.writing() as work:
        work.violations.save(ViolationTable.of([*changed, new]))
        record(work)

    with database.reading() as work:
        found = {each.key: each for each in work.violations.all()}
    assert found == {each.key: each for each in (*kept, *changed, new)}


def test_names_of_any_characters_are_kept(database: SqlDatabase) -> None:
    snapshot = a_snapshot()
    names = (
        "a\tb",
        "a\nb",
        "a\r\nb",
        "a\\b",
        "\\N",
        "\\.",
        "\\t",
        "",
        " ",
        "'\"{},",
        "ü\U0001f600",
    )
    violations = {
        key: a_violation(snapshot, key=key)
        for name in names
        for key in (FindingKey("rule", SubjectKind.IDENTITY, name),)
    }

    with database.writing() as work:
        work.snapshots.add(snapshot, START)
        for _ in range(2):
            work.violations.save(ViolationTable.of(violations.values()))
        record(work)

    with database.reading() as work:
        assert {each.key: each for each in work.violations.all()} == violations


def test_violations_seen_in_an_unknown_snapshot_are_refused_in_a_sentence(
    database: SqlDatabase, kept: list[Violation]
) -> None:
    astray = replace(kept[0], last_snapshot="none")

    with pytest.raises(ConflictError, match="nothing was kept"), database.writing() as work:
        work.violations.save(ViolationTable.of([astray]))

    with database.reading() as work:
        assert work.violations.get(astray.key) == kept[0]


def test_very_many_violations_are_kept(
    database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In batches, of which the last is smaller."""
    monkeypatch.setattr("accessreview.storage.upsert._BATCH", 7)
    snapshot = a_snapshot()
    violations = {
        key: a_violation(snapshot, key=key, closed_at=START if number % 2 else None)
        for number in range(30)
        for key in (FindingKey("rule", SubjectKind.IDENTITY, f"person {number}"),)
    }

    with database.writing() as work:
        work.snapshots.add(snapshot, START)
        work.violations.save(ViolationTable.of(violations.values()))
        work.violations.save(ViolationTable.of([]))
        record(work)

    with database.reading() as work:
        assert {each.key: each for each in work.violations.all()} == violations
