"""The engine and the naive reference agree on random estates."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.analysis.effective import effective_access, effective_privileges
from accessreview.analysis.estate import Estate, build_estate
from accessreview.analysis.explain import explain
from accessreview.analysis.rules import assess
from accessreview.model.access import AccountRef, EntityRef
from accessreview.model.snapshot import Snapshot
from tests.random_estates import random_ruleset, random_snapshot
from tests.reference import Key, Reference

RANDOMS = st.randoms(use_true_random=False)
FEW = settings(max_examples=60, deadline=None)


def table(estate: Estate) -> dict[tuple[Key, Key], frozenset[str]]:
    return {
        ((r.account.source, r.account.id), (r.entity.vcenter, r.entity.id)): frozenset(r.privileges)
        for r in effective_access(estate)
    }


def assert_equal_access(snapshot: Snapshot) -> None:
    estate, reference = build_estate(snapshot), Reference(snapshot)
    actual = table(estate)
    for account in reference.accounts:
        for entity in reference.entities:
            expected = reference.effective(account, entity)
            assert actual.pop((account, entity), frozenset()) == expected
            refs = AccountRef(*account), EntityRef(*entity)
            assert effective_privileges(estate, *refs) == expected
            grants = explain(estate, *refs)
            assert expected == frozenset[str]().union(
                *(
                    reference.privileges[g.permission.key.entity.vcenter, g.permission.role]
                    for g in grants
                    if g.decides
                )
            )
    assert actual == {}


def assert_equal_findings(snapshot: Snapshot, rng: Random) -> None:
    ruleset = random_ruleset(rng)
    findings = assess(build_estate(snapshot), ruleset)
    actual = [(f.key.rule, f.key.subject, f.places) for f in findings]
    assert len(actual) == len(set(actual))
    assert set(actual) == Reference(snapshot).findings(ruleset)


@FEW
@given(RANDOMS)
def test_effective_privileges_of_random_estates(rng: Random) -> None:
    assert_equal_access(random_snapshot(rng))


@FEW
@given(RANDOMS)
def test_findings_of_random_estates(rng: Random) -> None:
    assert_equal_findings(random_snapshot(rng), rng)


@pytest.mark.parametrize("seed", range(4))
def test_far_more_than_64_principals_roles_and_privileges(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - reproducible, not secret
    privileges = tuple(f"{area}.{n}" for area in ("Host", "VM", "Auth") for n in range(50))
    snapshot = random_snapshot(
        rng, accounts=30, groups=120, roles=150, permissions=400, privileges=privileges
    )
    estate = build_estate(snapshot)
    assert len(estate.principals) > 64
    assert max(len(set(v.entries.role.tolist())) for v in estate.vcenters.values()) > 64
    assert_equal_access(snapshot)
    ruleset = random_ruleset(rng, privileges)
    actual = {(f.key.rule, f.key.subject, f.places) for f in assess(estate, ruleset)}
    assert actual == Reference(snapshot).findings(ruleset)


def test_results_do_not_depend_on_how_many_sets_are_evaluated_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = Random(7)  # noqa: S311 - reproducible, not secret
    snapshot = random_snapshot(rng, accounts=40, groups=30, permissions=60)
    estate, ruleset = build_estate(snapshot), random_ruleset(rng)
    whole, access = assess(estate, ruleset), table(estate)
    monkeypatch.setattr("accessreview.analysis.evaluate.CHUNK", 3)
    monkeypatch.setattr("accessreview.analysis.effective.BLOCK", 2)
    assert assess(estate, ruleset) == whole
    assert table(estate) == access
