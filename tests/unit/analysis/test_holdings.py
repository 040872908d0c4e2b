"""What a person holds, by which accounts, and on how much of it that decides."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accessreview.analysis.accounts import find_accounts
from accessreview.analysis.estate import build_estate
from accessreview.analysis.explain import explain
from accessreview.analysis.holdings import Holdings, holdings
from accessreview.analysis.hygiene import ambiguities
from accessreview.analysis.reached import accounts_matching, groups_named, memberships_leading_to
from accessreview.model.access import AccountRef, EntityRef, GroupRef
from accessreview.model.errors import NotFoundError
from accessreview.model.finding import Ambiguity
from tests.estates import small_snapshot, snapshot_of
from tests.random_estates import random_snapshot

INVENTORY = (("root", "Folder", "", "", ""), ("a", "Folder", "root", "", ""))
RANDOMS = st.randoms(use_true_random=False)


@settings(max_examples=40, deadline=None)
@given(RANDOMS)
def test_holdings_count_the_entities_that_explanations_show(rng: Random) -> None:
    estate = build_estate(random_snapshot(rng))
    entities = list(
        zip(estate.snapshot["entities"]["source"], estate.snapshot["entities"]["id"], strict=True)
    )
    for _, held in holdings(estate):
        for holding in held:
            if not holding.privileges:
                continue  # explanations leave out grants that give nothing
            everywhere = set()
            for by in holding.held_by:
                decided = {
                    entity
                    for entity in entities
                    for grant in explain(estate, by.account, EntityRef(*entity))
                    if grant.decides and grant.permission == holding.permission
                }
                assert by.objects == len(decided)
                everywhere |= decided
                assert by.via[-1] == holding.permission.key.principal
                assert len(by.groups) == (len(by.via) - 1) * holding.permission.key.is_group
            assert holding.objects == len(everywhere)
            matching = accounts_matching(estate, holding.permission.key)
            assert {by.account for by in holding.held_by} <= set(matching)


@settings(max_examples=40, deadline=None)
@given(RANDOMS)
def test_chains_are_real_and_shortest_and_start_at_a_leading_membership(rng: Random) -> None:
    estate = build_estate(random_snapshot(rng))
    inside = set(estate.snapshot["members"].rows())
    for _, held in holdings(estate):
        for holding in held:
            named = groups_named(estate, holding.permission.key)
            for by in holding.held_by:
                steps = [(by.account.source, by.account.id)]
                steps += [(group.source, group.id) for group in by.groups]
                for inner, outer in pairwise(steps):
                    assert (*outer, *inner) in inside
                leading = memberships_leading_to(estate, by.account, named)
                if by.groups:
                    assert by.groups[-1] in named
                    assert by.groups[0] in leading
                    assert not any(g in named for g in by.groups[:-1])
                else:
                    assert named == leading == ()


def test_a_disabled_account_is_listed_as_such_beside_the_enabled_one() -> None:
    estate = build_estate(
        small_snapshot(
            INVENTORY,
            roles={"r": ["Go"]},
            permissions=[("a", "g", "r", True), ("root", "v", "r", False)],
            members=[("g", "u"), ("g", "v")],
            accounts={"u": "person", "v": "person", "w": "idle"},
            disabled=["v"],
        )
    )
    by_group, by_account = Holdings(estate).of("person")
    assert [(by.account.id, by.enabled, by.objects) for by in by_group.held_by] == [
        ("u", True, 1),
        ("v", False, 1),
    ]
    assert [(by.account.id, by.via, by.objects) for by in by_account.held_by] == [
        ("v", ("v", r"D\v"), 1)
    ]
    assert Holdings(estate).of("idle") == ()
    with pytest.raises(NotFoundError, match="No account of this snapshot belongs to nobody"):
        Holdings(estate).of("nobody")


def test_every_direct_group_that_leads_there_is_named_and_no_other() -> None:
    estate = build_estate(
        small_snapshot(
            INVENTORY,
            roles={"r": ["Go"]},
            permissions=[("a", "top", "r", True)],
            members=[
                ("top", "mid"),
                ("mid", "low"),
                ("low", "mid"),
                ("low", "u"),
                ("top", "u"),
                ("other", "u"),
            ],
        )
    )
    top = GroupRef("dir", "top")
    leading = memberships_leading_to(estate, AccountRef("dir", "u"), [top])
    assert leading == (GroupRef("dir", "low"), top)
    with pytest.raises(NotFoundError, match="No group nix was read from dir"):
        memberships_leading_to(estate, AccountRef("dir", "u"), [GroupRef("dir", "nix")])


def test_accounts_are_found_by_id_login_and_any_principal_name() -> None:
    people = [("d", "S-1", "Alice", "", "", "human", "true", ""), ("d", "S-2", "bob", *[""] * 5)]
    estate = build_estate(
        snapshot_of(
            {
                "accounts": people,
                "groups": [("d", "S-9", "alice")],
                "principal_names": [("d", "S-1", r"CORP\alice"), ("d", "S-9", r"CORP\staff")],
            }
        )
    )
    alice = (AccountRef("d", "S-1"),)
    assert find_accounts(estate, "S-1") == find_accounts(estate, "ALICE") == alice
    assert find_accounts(estate, r"corp\ALICE") == alice
    assert find_accounts(estate, "s-1") == find_accounts(estate, r"CORP\staff") == ()


def test_orphans_and_ambiguous_names_are_reported_once_a_vcenter() -> None:
    estate = build_estate(
        snapshot_of(
            {
                "entities": [("v", "root", "Folder", "root", "", "", "")],
                "roles": [("v", "1", "r", "false")],
                "permissions": [
                    ("v", "root", r"D\gone", "true", "1", "true"),
                    ("v", "", r"d\GONE", "true", "1", "true"),
                    ("v", "root", r"D\twin", "true", "1", "true"),
                    ("v", "root", r"D\person", "true", "1", "true"),
                    ("v", "root", r"D\person", "false", "1", "true"),
                ],
                "accounts": [("d", "p", "p", "", "", "human", "true", "")],
                "groups": [("d", "g1", "g1"), ("d", "g2", "g2")],
                "principal_names": [
                    ("d", "g1", r"D\twin"),
                    ("d", "g2", r"D\Twin"),
                    ("d", "p", r"D\person"),
                ],
            }
        )
    )
    assert ambiguities(estate) == (
        Ambiguity("v", r"D\gone", is_group=True),
        Ambiguity("v", r"D\person", is_group=True),
        Ambiguity("v", r"D\twin", is_group=True, matches=(("d", "g1"), ("d", "g2"))),
    )
