"""Estates of extreme shape: nothing at all, very deep, very wide, and in circles."""

import pytest

from accessreview.analysis.effective import effective_access, effective_privileges
from accessreview.analysis.estate import build_estate
from accessreview.analysis.explain import explain
from accessreview.analysis.holdings import Holdings
from accessreview.analysis.rules import assess
from accessreview.model.access import AccountRef, EntityRef
from accessreview.model.errors import InputError, NotFoundError
from accessreview.rulesets.shipped import shipped_ruleset
from tests.estates import small_snapshot, snapshot_of

U = AccountRef("dir", "u")
DEEP = 5_000


def test_an_empty_snapshot_has_no_access_and_no_findings() -> None:
    estate = build_estate(snapshot_of({}))
    assert list(effective_access(estate)) == []
    assert list(assess(estate, shipped_ruleset())) == []


def test_a_vcenter_without_anything_is_known_but_has_nothing() -> None:
    estate = build_estate(snapshot_of({}))
    assert list(effective_access(estate, vcenter="vc")) == []
    with pytest.raises(NotFoundError, match="No vCenter other"):
        list(effective_access(estate, vcenter="other"))
    with pytest.raises(NotFoundError, match="No entity e was read from any vCenter"):
        list(effective_access(estate, entity="e"))


def test_groups_nested_thousands_deep_and_closed_to_a_ring_are_followed() -> None:
    ring = [(f"g{n + 1}", f"g{n}") for n in range(DEEP)] + [("g0", f"g{DEEP}")]
    tail = [(f"t{n + 1}", f"t{n}") for n in range(DEEP)] + [("g7", f"t{DEEP}"), ("t0", "u")]
    estate = build_estate(
        small_snapshot(
            [("root", "Folder", "", "", "")],
            roles={"r": ["Go"]},
            permissions=[("root", f"g{DEEP // 2}", "r", True)],
            members=ring + tail,
        )
    )
    root = EntityRef("vc", "root")
    assert effective_privileges(estate, U, root) == {"Go"}
    (grant,) = explain(estate, U, root)
    assert len(grant.groups) == (DEEP + 1) + (DEEP // 2 - 7 + 1)
    assert Holdings(estate).of("dir/u")[0].objects == 1


def test_an_inventory_that_inherits_in_a_circle_is_refused() -> None:
    rows = [("a", "Folder", "b", "", ""), ("b", "Folder", "a", "", "")]
    with pytest.raises(InputError, match=r"^vc: the inheritance of \w runs in a circle"):
        build_estate(small_snapshot(rows, roles={}, permissions=[]))


def test_a_placed_entity_that_is_not_listed_is_refused() -> None:
    rows = [("a", "Folder", "", "", "")]
    with pytest.raises(InputError, match="vc: the entity x is referred to but not listed"):
        build_estate(small_snapshot(rows, roles={}, permissions=[], placements=[("a", "x")]))


def test_a_role_that_is_not_listed_is_refused() -> None:
    rows = [("a", "Folder", "", "", "")]
    with pytest.raises(InputError, match="vc: a permission names the role nix on the entity a"):
        build_estate(small_snapshot(rows, roles={}, permissions=[("a", "u", "nix", True)]))
