"""Rulesets, assessments and violations come back as they were."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accessreview.model.assessment import ViolationState
from accessreview.model.errors import IntegrityError
from accessreview.model.finding import FindingKey, SubjectKind
from accessreview.model.policy import Severity
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
    findings = tuple(a_finding(number) for number in range(500))
    large = an_assessment(snapshot, id="assessment-2", findings=findings)

    with database.writing() as work:
        work.assessments.add(large)
        record(work)

    with database.reading() as work:
        assert work.assessments.get("assessment-1") == an_assessment(snapshot)
        assert work.assessments.get("assessment-2") == large
        assert work.assessments.latest() == large


def test_an_assessment_stored_again_stays_as_it_was(database: SqlDatabase) -> None:
    snapshot = with_campaign(database)

    with database.writing() as work:
        work.assessments.add(an_assessment(snapshot, at=START + timedelta(days=1)))

    with database.reading() as work:
        assert work.assessments.latest() == an_assessment(snapshot)


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
        work.assessments.latest()


def test_violations_are_listed_worst_first_then_by_key(database: SqlDatabase) -> None:
    snapshot = a_snapshot()
    violations = [
        a_violation(snapshot, severity=severity, key=FindingKey(rule, kind, "x"))
        for severity, rule, kind in (
            (Severity.LOW, "a", SubjectKind.IDENTITY),
            (Severity.CRITICAL, "z", SubjectKind.IDENTITY),
            (Severity.CRITICAL, "B", SubjectKind.VCENTER),
            (Severity.MEDIUM, "a", SubjectKind.VCENTER),
        )
    ]

    with database.writing() as work:
        work.snapshots.add(snapshot, START)
        work.violations.save(violations)
        record(work)

    low, critical, other, medium = violations
    with database.reading() as work:
        assert work.violations.all() == [other, critical, medium, low]


def test_a_violation_is_replaced_by_its_key(database: SqlDatabase) -> None:
    snapshot = a_snapshot()
    opened = a_violation(snapshot)
    closed = replace(opened, state=ViolationState.CLOSED, places=0, closed_at=START)

    with database.writing() as work:
        work.snapshots.add(snapshot, START)
        work.violations.save([opened])
        work.violations.save([closed])
        assert work.violations.all() == [closed]
        record(work)
