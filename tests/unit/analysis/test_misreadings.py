"""For each known way to misread the rules, cases that would answer wrongly that way.

``tests/misreadings.py`` holds a reference for each way; a case counts only if that one gets it
wrong.
"""

import json
from functools import cache

import pytest

from accessreview.analysis.effective import effective_privileges
from accessreview.analysis.estate import build_estate
from accessreview.analysis.rules import assess
from accessreview.bundles.reader import read_bundle
from accessreview.model.access import AccountRef, EntityRef
from accessreview.model.policy import ConflictRule, Duty, Ruleset, Scope, Severity
from accessreview.model.snapshot import Snapshot
from tests import misreadings as misread
from tests.agreement import access_table
from tests.estates import VECTORS, small_snapshot
from tests.random_estates import random_case
from tests.reference import Reference

INVENTORY = (
    ("root", "Folder", "", "", ""),
    ("folder", "Folder", "root", "", ""),
    ("pool", "ResourcePool", "root", "", ""),
    ("vm", "VirtualMachine", "folder", "pool", ""),
    ("template", "VirtualMachine", "folder", "", ""),
    ("dc", "Datacenter", "root", "", ""),
    ("vms", "Folder", "dc", "", "dc"),
)
ROLES = {"on": ["On"], "off": ["Off"], "none": []}
IN_BOTH = (("g", "u"), ("h", "u"))
SHARE = 300

Permissions = list[tuple[str, str, str, bool]]
Members = tuple[tuple[str, str], ...]


def estate_of(permissions: Permissions, members: Members = IN_BOTH) -> Snapshot:
    return small_snapshot(INVENTORY, roles=ROLES, permissions=permissions, members=members)


def on(
    entity: str, permissions: Permissions, members: Members = IN_BOTH
) -> tuple[Snapshot, EntityRef]:
    return estate_of(permissions, members), EntityRef("vc", entity)


CASES: dict[type[Reference], tuple[tuple[Snapshot, EntityRef], set[str]]] = {
    misread.LevelsAddUp: (
        on("template", [("root", "g", "on", True), ("template", "h", "off", True)]),
        {"Off"},
    ),
    misread.GroupsDoNotNest: (
        on("vm", [("root", "g", "on", True)], (("g", "m"), ("m", "k"), ("k", "u"))),
        {"On"},
    ),
    misread.AccountAndGroupsAddUp: (
        on("vm", [("vm", "g", "on", True), ("vm", "u", "off", True)]),
        {"Off"},
    ),
    misread.OneParent: (on("vm", [("pool", "g", "on", True)]), {"On"}),
    # on a machine with two lines the other line would give the same
    misread.WhatStaysAboveBlocks: (
        on("template", [("root", "g", "on", True), ("folder", "h", "off", False)]),
        {"On"},
    ),
    # by the folder one step up, by the pool's line two: both decide
    misread.NearestOfBothLines: (
        on("vm", [("root", "g", "on", True), ("folder", "h", "off", True)]),
        {"On", "Off"},
    ),
    misread.NoAccessIsNoEntry: (
        on("vm", [("root", "g", "on", True), ("vm", "h", "none", True)]),
        set(),
    ),
    misread.OwnEntryHidesBelow: (
        on("template", [("folder", "u", "off", False), ("folder", "g", "on", True)]),
        {"On"},
    ),
    misread.ListsAreNotShared: (on("vms", [("dc", "g", "on", False)]), {"On"}),
    misread.GlobalAddsUp: (
        on("vm", [("", "g", "on", True), ("root", "h", "off", True)]),
        {"Off"},
    ),
}
DOCUMENTED: dict[type[Reference], set[str]] = {
    misread.LevelsAddUp: {"V02", "V04", "V05", "V07", "V08", "V10"},
    misread.GroupsDoNotNest: {"V19"},
    misread.AccountAndGroupsAddUp: {"V03", "V17"},
    misread.OneParent: {"V06", "V07"},
    misread.NearestOfBothLines: {"V07"},
    misread.NoAccessIsNoEntry: {"V03", "V07", "V08"},
    misread.ListsAreNotShared: {"V12", "V13", "V14", "V20"},
    misread.GlobalAddsUp: {"V10"},
}
OF_FINDINGS = (
    misread.DisabledCount,
    misread.AccountsAlone,
    misread.PlacedOnHostsAlone,
    misread.OneLineOfDatacenters,
    misread.MatchesCountTwice,
)


@pytest.mark.parametrize("misreading", CASES)
def test_a_case_of_its_own_tells_each_misreading(misreading: type[Reference]) -> None:
    (snapshot, entity), right = CASES[misreading]
    account = ("dir", "u")
    assert effective_privileges(build_estate(snapshot), AccountRef(*account), entity) == right
    key = (entity.vcenter, entity.id)
    assert Reference(snapshot).effective(account, key) == right
    assert misreading(snapshot).effective(account, key) != right


@pytest.mark.parametrize("misreading", [*CASES, misread.KindsDoNotMatter])
def test_documented_cases_tell_a_misreading(misreading: type[Reference]) -> None:
    lines = (VECTORS / "documented" / "expected.jsonl").read_text("utf-8").splitlines()
    reference = misreading(read_bundle(VECTORS / "documented"))
    wrong = {
        case["case"]
        for case in map(json.loads, lines)
        if sorted(
            reference.effective(
                (case["account_source"], case["account"]), (case["vcenter"], case["entity"])
            )
        )
        != case["privileges"]
    }
    assert wrong == DOCUMENTED.get(misreading, set())


@cache
def answers(seed: int) -> tuple[object, object]:
    """The engine's, on one estate of the fixed share: access, and findings."""
    case = random_case(seed)
    estate = build_estate(case.snapshot)
    findings = {(f.key.rule, f.key.subject, f.places) for f in assess(estate, case.ruleset)}
    return access_table(estate), findings


def is_told(misreading: type[Reference], seed: int) -> bool:
    case = random_case(seed)
    reference = misreading(case.snapshot)
    if misreading in OF_FINDINGS:
        return answers(seed)[1] != reference.findings(case.ruleset)
    pairs = ((a, e) for a in reference.accounts for e in reference.entities)
    access = {pair: held for pair in pairs if (held := reference.effective(*pair))}
    return answers(seed)[0] != access


@pytest.mark.parametrize("misreading", [*CASES, misread.KindsDoNotMatter, *OF_FINDINGS])
def test_the_random_estates_tell_each_misreading(misreading: type[Reference]) -> None:
    assert not is_told(Reference, 1)
    assert any(is_told(misreading, seed) for seed in range(SHARE))


def test_an_entry_for_the_account_that_stays_on_its_object_decides_there() -> None:
    snapshot = estate_of([("folder", "u", "off", False), ("folder", "g", "on", True)])
    assert privileges(snapshot, "folder") == {"Off"}


def test_a_nearer_group_entry_beats_a_farther_entry_for_the_account() -> None:
    entries = [("root", "u", "on", True), ("folder", "g", "off", True), ("pool", "g", "off", True)]
    assert privileges(estate_of(entries), "vm") == {"Off"}


def test_entries_of_other_peoples_groups_neither_give_nor_block() -> None:
    entries = [("root", "g", "on", True), ("vm", "x", "none", True)]
    assert privileges(estate_of(entries, (("g", "u"),)), "vm") == {"On"}


def privileges(snapshot: Snapshot, entity: str) -> set[str]:
    ref = EntityRef("vc", entity)
    return set(effective_privileges(build_estate(snapshot), AccountRef("dir", "u"), ref))


# --------------------------------------------------------------------------------------- rules

MACHINE = Duty("machine", "", types=frozenset({"VirtualMachine"}), any_of=("On",))
COMPUTE = Duty(
    "compute", "", frozenset({"ComputeResource", "ClusterComputeResource"}), any_of=("Off",)
)
TWO = Duty("two", "", any_of=("O*", "*n"), at_least=2)
BOTH = Duty("both", "", all_of=("On", "Off"))


def found(
    snapshot: Snapshot, duties: tuple[Duty, ...], scope: Scope
) -> dict[type[Reference] | None, set[tuple[str, str, int]]]:
    """Findings of one rule by the engine, and by every misreading of rules."""
    rule = ConflictRule(
        id="r",
        severity=Severity.LOW,
        title="",
        duties=tuple(duty.id for duty in duties),
        threshold=len(duties),
        scope=scope,
    )
    ruleset = Ruleset("t", "1", {duty.id: duty for duty in duties}, (rule,), "", "")
    findings = assess(build_estate(snapshot), ruleset)
    by_engine = {(f.key.rule, f.key.subject, f.places) for f in findings}
    assert by_engine == Reference(snapshot).findings(ruleset)
    return {None: by_engine, **{each: each(snapshot).findings(ruleset) for each in OF_FINDINGS}}


def told(by: dict[type[Reference] | None, set[tuple[str, str, int]]]) -> set[type[Reference]]:
    return {each for each in OF_FINDINGS if by[each] != by[None]}


def test_a_persons_enabled_accounts_add_up() -> None:
    snapshot = small_snapshot(
        INVENTORY,
        roles=ROLES,
        permissions=[("vm", "u", "on", True), ("vm", "v", "off", True), ("vm", "w", "on", True)],
        accounts={"u": "ann", "v": "ann", "w": "bob", "x": "bob"},
    )
    by = found(snapshot, (BOTH,), Scope.OBJECT)
    assert by[None] == {("r", "ann", 1)}
    assert told(by) == {misread.AccountsAlone}


def test_a_disabled_account_adds_nothing() -> None:
    snapshot = small_snapshot(
        INVENTORY,
        roles=ROLES,
        permissions=[("vm", "u", "on", True), ("vm", "v", "off", True)],
        accounts={"u": "ann", "v": "ann"},
        disabled=("v",),
    )
    by = found(snapshot, (BOTH,), Scope.OBJECT)
    assert by[None] == set()
    assert told(by) == {misread.DisabledCount}


def test_a_privilege_that_two_patterns_match_is_one() -> None:
    by = found(estate_of([("vm", "g", "on", True)]), (TWO,), Scope.OBJECT)
    assert by[None] == set()
    assert told(by) == {misread.MatchesCountTwice}


COMPUTING = (
    ("root", "Folder", "", "", ""),
    ("cluster", "ClusterComputeResource", "root", "", ""),
    ("host", "HostSystem", "cluster", "", ""),
    ("other", "ClusterComputeResource", "root", "", ""),
    ("strange", "HostSystem", "", "other", ""),
    ("vm", "VirtualMachine", "root", "", ""),
    ("away", "VirtualMachine", "root", "", ""),
    ("idle", "VirtualMachine", "root", "", ""),
)


def test_the_parent_of_a_host_is_part_of_a_placement() -> None:
    snapshot = small_snapshot(
        COMPUTING,
        roles=ROLES,
        permissions=[("root", "u", "on", True), ("cluster", "u", "off", False)],
        placements=[("vm", "host")],
    )
    by = found(snapshot, (MACHINE, COMPUTE), Scope.PLACEMENT)
    assert by[None] == {("r", "dir/u", 1)}
    assert told(by) == {misread.PlacedOnHostsAlone}


def test_a_hosts_second_parent_is_no_part_of_a_placement() -> None:
    snapshot = small_snapshot(
        COMPUTING,
        roles=ROLES,
        permissions=[("root", "u", "on", True), ("other", "u", "off", False)],
        placements=[("away", "strange")],
    )
    assert found(snapshot, (MACHINE, COMPUTE), Scope.PLACEMENT)[None] == set()


def test_a_machine_lies_in_the_datacenters_of_both_its_lines() -> None:
    inventory = (
        *INVENTORY,
        ("far", "Datacenter", "root", "", ""),
        ("hosts", "Folder", "far", "", "far"),
        ("lent", "ResourcePool", "hosts", "", ""),
        ("between", "VirtualMachine", "vms", "lent", ""),
    )
    snapshot = small_snapshot(inventory, roles=ROLES, permissions=[("between", "u", "on", True)])
    by = found(snapshot, (MACHINE,), Scope.DATACENTER)
    assert by[None] == {("r", "dir/u", 2)}
    assert told(by) == {misread.OneLineOfDatacenters}
