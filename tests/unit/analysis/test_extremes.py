"""Extreme estates have right answers, in bounded memory, and without a limit of depth."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from accessreview.analysis.estate import build_estate
from accessreview.model.columns import Table
from accessreview.model.snapshot import TABLES, Snapshot
from accessreview.snapshot.check import check
from tests.agreement import compare
from tests.estates import snapshot_of
from tests.extremes import SCENARIOS
from tests.random_estates import random_case, random_ruleset, random_snapshot

ROOT = Path(__file__).parents[3]

ANSWERS: dict[str, tuple[int, dict[str, object]]] = {
    "ring_of_a_million_groups": (
        900,
        {
            "inside": ["Go"],
            "outside": [],
            "chain": 500_001,
            "ends": ["g0000000", "g0500000"],
            "findings": {"go in object: dir/u": 1, "go reach: dir/u": 1, "go sprawl: vc": 1},
        },
    ),
    "chain_of_nested_groups": (
        400,
        {
            "u on root": ["Go"],
            "u on a": ["Low"],
            "u on b": ["Go"],
            "w on root": ["Go"],
            "w on a": ["Go"],
            "w on b": ["Low"],
            "chains": {"u": 100_000, "w": 50_001},
            "findings": {
                "go in object: dir/u": 2,
                "go in object: dir/w": 2,
                "go reach: dir/u": 2,
                "go reach: dir/w": 2,
                "go sprawl: vc": 2,
            },
        },
    ),
    # every other account is enabled; one of those has an entry of its own on the machine
    "group_of_a_million_members": (
        1_200,
        {
            "one of them": ["Go"],
            "the other one": [],
            "findings": 2 * 500_000 + 1,
            "some": [
                ["go in object", "dir/a0000001", 2],
                ["go in object", "dir/a0000007", 1],
                ["go sprawl", "vc", 500_000],
            ],
            "objects": 2,
        },
    ),
    "role_of_100_000_privileges": (
        400,
        {
            "all": 100_000,
            "part": [60_000, 60_000],
            "findings": {
                "exactly in object: dir/u": 2,
                "exactly reach: dir/u": 2,
                "exactly sprawl: vc": 1,
                "most in object: dir/u": 2,
                "most in object: dir/w": 1,
                "most reach: dir/u": 2,
                "most reach: dir/w": 1,
                "most sprawl: vc": 2,
            },
        },
    ),
    "two_roles_that_together_have_100_000_privileges": (
        400,
        {
            "held": 100_000,
            "findings": {
                "exactly in object: dir/u": 1,
                "exactly reach: dir/u": 1,
                "exactly sprawl: vc": 1,
            },
        },
    ),
    # u and v are in every hundredth group, of which every other passes its entry on
    "entries_by_the_thousand_on_one_object": (
        300,
        {
            "u on root": ["P.0", "P.100", "P.200"],
            "u on vm": ["P.0", "P.100", "P.200"],
            "v on root": [],
            "v on vm": [],
            "w on root": [],
            "w on vm": [],
            "grants": 100,
            "findings": {
                "three in object: dir/u": 2,
                "three reach: dir/u": 2,
                "three sprawl: vc": 1,
            },
        },
    ),
    # stopped on level 4,000 alone, and from 5,000 to 8,999
    "inventory_10_000_levels_deep": (
        300,
        {
            "held": {
                "3999": ["Go"],
                "4000": [],
                "4001": ["Go"],
                "4999": ["Go"],
                "8999": [],
                "9999": ["Go"],
            },
            "fates": [["e00000", False]],
            "pairs": 5_999,
            "findings": {
                "go in object: dir/u": 5_999,
                "go reach: dir/u": 5_999,
                "go sprawl: vc": 1,
            },
            "of the datacenter": {
                "go in datacenter: dir/u": 1,
                "go reach: dir/u": 5_999,
                "go sprawl: vc": 1,
            },
        },
    ),
    # the middle's entry adds to both tops on the two entities of each of the 999 levels above it
    "diamonds_over_diamonds": (
        500,
        {
            "of each side": [1, 50],
            "crossing": ["L", "M", "R"],
            "on the middle": ["M"],
            "deciding": ["left", "middle", "right"],
            "findings": {
                "both in object: dir/w": 1_998,
                "both reach: dir/w": 1_998,
                "both sprawl: vc": 1,
            },
        },
    ),
    "more_than_16_bits_of_everything": (
        500,
        {
            "findings": 2 * 65_539 + 1,
            "places": [65_539],
            "none": 0,
            "last": ["go sprawl", "vc", 65_539],
        },
    ),
}


def test_every_extreme_estate_has_known_answers() -> None:
    assert {each.__name__ for each in SCENARIOS} == ANSWERS.keys()


@pytest.mark.parametrize("scenario", ANSWERS)
def test_an_extreme_estate_is_answered_rightly_in_bounded_memory(scenario: str) -> None:
    bound, answers = ANSWERS[scenario]
    done = subprocess.run(
        [sys.executable, "-m", "tests.extremes", scenario],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["answers"] == answers
    assert found["peak_mib"] < bound


# --------------------------------------------------------------------------- zero of anything


def emptied(snapshot: Snapshot, table: str) -> Snapshot:
    """Without any row of the table, and without what then refers to nothing."""
    rows = {name: list(each.rows()) for name, each in snapshot.tables.items()} | {table: []}
    while True:
        left = replace(snapshot_of(rows), sources=snapshot.sources)
        problems = check(left.sources, left.tables)
        if not problems:
            return left
        for name in rows:
            wrong = {problem.row for problem in problems.first if problem.table == name}
            kept = enumerate(left[name].rows())
            rows[name] = [row for number, row in kept if number not in wrong]


@pytest.mark.parametrize("table", TABLES)
def test_no_rows_at_all_of_one_table(table: str) -> None:
    for seed in (1, 2, 3, 5):
        case = random_case(seed)
        snapshot = emptied(case.snapshot, table)
        assert len(snapshot[table]) == 0 < len(case.snapshot["permissions"])
        assert compare(snapshot, case.ruleset).differences == ()


def test_a_ruleset_without_rules_finds_nothing() -> None:
    case = random_case(1)
    empty = replace(case.ruleset, rules=())
    found = compare(case.snapshot, empty)
    assert (found.findings, found.differences) == (0, ())


def test_two_hundred_rules_over_two_hundred_duties() -> None:
    rng = Random(3)  # noqa: S311 - reproducible, not secret
    ruleset = random_ruleset(rng, duties=200, extra=65)
    assert len(ruleset.rules) == 200
    found = compare(random_snapshot(rng, accounts=20, permissions=60), ruleset)
    assert found.findings > 100
    assert found.differences == ()


# ----------------------------------------------------------- duplicate and contradictory rows

CONTRADICTED = {
    "entities": "name",
    "roles": "name",
    "permissions": "propagate",
    "accounts": "enabled",
    "groups": "name",
}
OTHER = {"true": "false", "false": "true"}


@pytest.mark.parametrize("table", TABLES)
def test_a_row_given_twice_is_refused(table: str) -> None:
    snapshot = next(s for s in snapshots() if len(s[table]))
    rows = list(snapshot[table].rows())
    assert_refused(snapshot, table, [*rows, rows[0]])


@pytest.mark.parametrize("table", CONTRADICTED)
def test_two_rows_that_contradict_each_other_are_refused(table: str) -> None:
    snapshot = next(s for s in snapshots() if len(s[table]))
    rows = list(snapshot[table].rows())
    row = dict(zip(TABLES[table].columns, rows[0], strict=True))
    column = CONTRADICTED[table]
    row[column] = OTHER.get(row[column], "other")
    assert_refused(snapshot, table, [*rows, tuple(row.values())])


def snapshots() -> list[Snapshot]:
    return [random_case(seed).snapshot for seed in range(1, 8)]


def assert_refused(snapshot: Snapshot, table: str, rows: list[tuple[str, ...]]) -> None:
    build_estate(snapshot)  # sound before
    tables = {**snapshot.tables, table: Table.of(TABLES[table], rows)}
    problems = check(snapshot.sources, tables)
    assert problems.total == 1
    (problem,) = problems.first
    assert (problem.table, problem.row) == (table, len(rows) - 1)
    assert "row 1" in problem.sentence("It", lambda row: row + 1)
