"""The engine and the naive reference agree on a fixed share of random estates.

``make agree`` runs as many more as one likes.
"""

from random import Random

import pytest

from accessreview.analysis.estate import build_estate
from accessreview.analysis.rules import assess
from accessreview.model.snapshot import Snapshot
from accessreview.snapshot.check import check
from tests.agreement import access_table, compare, smallest
from tests.random_estates import random_case, random_ruleset, random_snapshot
from tests.reference import Reference

SHARE = 300
AT_ONCE = 50
EMPTY = ("accounts", "groups", "roles", "permissions", "inventory", "all")
MANY = ("principals", "roles", "identities", "duties")


@pytest.mark.parametrize("first", range(0, SHARE, AT_ONCE))
def test_engine_and_reference_agree(first: int) -> None:
    differing = {}
    for seed in range(first, first + AT_ONCE):
        case = random_case(seed)
        assert not check(case.snapshot.sources, case.snapshot.tables), seed
        found = compare(case.snapshot, case.ruleset)
        if found.differences:
            differing[seed] = found.differences[:3]
    assert differing == {}


def test_the_share_is_empty_in_every_way_and_beyond_64_in_every_way() -> None:
    cases = [random_case(seed) for seed in range(SHARE)]
    shapes = {case.shape for case in cases}
    assert shapes >= {f"no {part}" for part in EMPTY} | {f"many {part}" for part in MANY}
    for counted in (principals, sets, roles, identities, privileges):
        assert max(counted(case.snapshot) for case in cases) > 64
    assert max(len(case.ruleset.duties) for case in cases) > 64
    assert max(len(case.ruleset.rules) for case in cases) > 64


def principals(snapshot: Snapshot) -> int:
    """Of permissions of one vCenter, those that match somebody."""
    estate = build_estate(snapshot)
    return max(
        (len(set(v.entries.principal.tolist())) for v in estate.vcenters.values()), default=0
    )


def sets(snapshot: Snapshot) -> int:
    """Of principals, that one vCenter can tell apart: the engine judges 64 of them in a word."""
    estate, accounts = build_estate(snapshot), range(len(snapshot["accounts"]))
    masks = {estate.memberships.principals_of(account) for account in accounts}
    return max(
        (len({m & v.principals for m in masks}) for v in estate.vcenters.values()), default=0
    )


def roles(snapshot: Snapshot) -> int:
    """Given by permissions of one vCenter."""
    estate = build_estate(snapshot)
    return max((len(set(v.entries.role.tolist())) for v in estate.vcenters.values()), default=0)


def identities(snapshot: Snapshot) -> int:
    return len(Reference(snapshot).identities())


def privileges(snapshot: Snapshot) -> int:
    return len(set(snapshot["role_privileges"]["privilege"]))


def test_the_same_seed_draws_the_same() -> None:
    one, other = random_case(5), random_case(5)
    assert one.ruleset == other.ruleset
    rows = [
        [list(table.rows()) for table in each.snapshot.tables.values()] for each in (one, other)
    ]
    assert rows[0] == rows[1] != [list(t.rows()) for t in random_case(6).snapshot.tables.values()]


def test_a_difference_is_shrunk_to_the_rows_that_make_it() -> None:
    def wrong(snapshot: Snapshot) -> bool:
        return "a1" in set(snapshot["members"]["member"])

    seed = next(seed for seed in range(SHARE) if wrong(random_case(seed).snapshot))
    left = smallest(random_case(seed).snapshot, wrong)
    sizes = {name: len(table) for name, table in left.tables.items() if len(table)}
    assert sizes == {"accounts": 1, "groups": 1, "members": 1}


def test_results_do_not_depend_on_how_many_sets_are_evaluated_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = Random(7)  # noqa: S311 - reproducible, not secret
    snapshot = random_snapshot(rng, accounts=40, groups=30, permissions=60)
    estate, ruleset = build_estate(snapshot), random_ruleset(rng)
    whole, access = assess(estate, ruleset), access_table(estate)
    for module in ("population", "effective"):
        monkeypatch.setattr(f"accessreview.analysis.{module}.columns_at_once", lambda *_: 3)
    monkeypatch.setattr("accessreview.analysis.effective.BLOCK", 2)
    assert assess(estate, ruleset) == whole
    assert access_table(estate) == access
