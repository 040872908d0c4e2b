"""Lies told in one certificate, and worlds in which it would be one: each is found, and named."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accessreview.analysis.certify import Certifier
from accessreview.analysis.estate import build_estate
from accessreview.analysis.rules import assess
from accessreview.evidence.certificates import CertificateChecker
from accessreview.model.canonical import canonical_json
from accessreview.model.policy import (
    ConflictRule,
    Duty,
    ReachRule,
    Ruleset,
    Scope,
    Severity,
    SprawlRule,
)
from accessreview.model.snapshot import Snapshot
from tests.estates import small_snapshot

Certificate = dict[str, Any]
Lie = Callable[[Certificate], object]

PERMISSIONS = [
    ("root", "outer", "vm-role", True),
    ("cluster", "outer", "host-role", True),
    ("", "outer", "global-role", True),
]
INNER = ("dir", "inner", "D\\inner")
DUTIES = {
    "vm": Duty("vm", "", frozenset({"VirtualMachine"}), any_of=("VM.*",), at_least=2),
    "host": Duty("host", "", frozenset({"HostSystem"}), all_of=("Host.*",)),
    "cluster": Duty("cluster", "", frozenset({"ClusterComputeResource"}), all_of=("Host.*",)),
}


def world(
    *more: tuple[str, str, str, bool],
    permissions: list[tuple[str, str, str, bool]] = PERMISSIONS,
    disabled: tuple[str, ...] = (),
) -> Snapshot:
    """A machine in a folder below a datacenter's own, on a host of a cluster."""
    return small_snapshot(
        [
            ("root", "Folder", "", "", ""),
            ("dc", "Datacenter", "root", "", ""),
            ("vms", "Folder", "dc", "", "dc"),
            ("hosts", "Folder", "dc", "", "dc"),
            ("folder", "Folder", "vms", "", ""),
            ("cluster", "ClusterComputeResource", "hosts", "", ""),
            ("pool", "ResourcePool", "cluster", "", "cluster"),
            ("host", "HostSystem", "cluster", "", ""),
            ("vm", "VirtualMachine", "folder", "pool", ""),
            ("other", "VirtualMachine", "folder", "pool", ""),
        ],
        roles={"vm-role": ["VM.A", "VM.B"], "host-role": ["Host.A"], "global-role": [], "none": []},
        permissions=[*permissions, *more],
        members=[("inner", "u"), ("outer", "inner"), ("apart", "v")],
        accounts={"u": "una", "v": ""},
        disabled=disabled,
        placements=[("vm", "host"), ("other", "host")],
    )


def conflict(scope: Scope, *duties: str) -> Ruleset:
    rule = ConflictRule(
        id="rule",
        severity=Severity.HIGH,
        title="",
        duties=duties,
        threshold=len(duties),
        scope=scope,
    )
    return Ruleset("lies", "1", DUTIES, (rule,), "", "a" * 64)


PLACEMENT = conflict(Scope.PLACEMENT, "vm", "host")


def proof(ruleset: Ruleset, snapshot: Snapshot | None = None) -> Certificate:
    estate = build_estate(snapshot or world())
    certifier = Certifier(estate, ruleset, "1.0")
    (finding,) = assess(estate, ruleset)
    certificate: Certificate = json.loads(canonical_json(certifier.certify(finding)))
    return certificate


def problems(certificate: Certificate, ruleset: Ruleset, snapshot: Snapshot | None = None) -> str:
    return " ".join(CertificateChecker(snapshot or world(), ruleset).problems(certificate))


def held(certificate: Certificate, duty: str) -> Certificate:
    found = [h for w in certificate["witnesses"] for h in w["held"] if h["duty"] == duty]
    one: Certificate = found[0]
    return one


def cited(certificate: Certificate, table: str, *row: str) -> int:
    """The number of a fact that is true but was not needed so far."""
    certificate["facts"][table].append([*row])
    return len(certificate["facts"][table]) - 1


def by(certificate: Certificate, duty: str) -> Certificate:
    decided: Certificate = held(certificate, duty)["by"][0]
    return decided


def grant(certificate: Certificate, duty: str) -> Certificate:
    found: Certificate = certificate["grants"][by(certificate, duty)["grant"]]
    return found


def test_the_certificate_holds_before_anybody_lies() -> None:
    certificate = proof(PLACEMENT)
    assert problems(certificate, PLACEMENT) == ""
    path = by(certificate, "vm")["path"]
    steps = [(certificate["facts"]["entities"][n][1], column) for n, column in path]
    assert steps == [
        ("other", "parent"),
        ("folder", "parent"),
        ("vms", "acl_of"),
        ("dc", "parent"),
    ]
    assert len(grant(certificate, "vm")["members"]) == 2
    placements = certificate["facts"]["placements"]
    assert [placements[n] for n, _ in held(certificate, "host")["within"]] == [
        ["vc", "other", "host"]
    ]


LIES: dict[str, tuple[Lie, str]] = {
    "another snapshot": (lambda c: c.update(snapshot="1" * 64), "Its snapshot is 1"),
    "another ruleset": (lambda c: c.update(ruleset="b" * 64), "Its ruleset is b"),
    "another version": (lambda c: c.update(version=2), "Its version is 2, not 1."),
    "a rule that is none": (lambda c: c.update(rule="x"), "The ruleset has no rule x."),
    "a table that is none": (lambda c: c["facts"].update(roles=[["vc", "1"]]), "no row vc, 1"),
    "a member that is none": (
        lambda c: c["facts"]["members"][0].__setitem__(3, "v"),
        "has no row dir, inner, dir, v in the table members.",
    ),
    "a row cut short": (lambda c: c["facts"]["members"][0].pop(), "has no row dir, inner, dir in"),
    "nobody": (lambda c: c["witnesses"].clear(), "It shows 0 places; 0 are allowed."),
    "somebody else": (lambda c: c.update(subject="ann"), "what others than ann hold."),
    "somebody else's account": (
        lambda c: c["witnesses"][0].update(identity="ann"),
        "The account u belongs to una, not to ann.",
    ),
    "one duty too few": (lambda c: c["witnesses"][0]["held"].pop(), "1 duties in one place"),
    "one duty twice": (
        lambda c: c["witnesses"][0].update(held=[held(c, "vm")] * 2),
        "1 duties in one place, not 2.",
    ),
    "a duty of no rule": (lambda c: held(c, "vm").update(duty="cluster"), "has no duty cluster"),
    "duties exchanged": (
        lambda c: (held(c, "vm").update(duty="x"), held(c, "host").update(duty="vm"),
                   held(c, "x").update(duty="host")),
        "host does not count on a VirtualMachine.",
    ),
    "a place where it is not": (
        lambda c: c["witnesses"][0]["place"].update(id="vm"),
        "other is not shown to belong to vc/vm.",
    ),
    "a placement that is not followed": (
        lambda c: held(c, "host").update(within=[]),
        "host is not shown to belong to vc/other.",
    ),
    "a privilege too few": (
        lambda c: grant(c, "vm")["privileges"].pop(), "on other does not amount to vm."
    ),
    "one privilege counted twice": (
        lambda c: grant(c, "vm").update(privileges=grant(c, "vm")["privileges"][:1] * 2),
        "on other does not amount to vm.",
    ),
    "privileges of another role": (
        lambda c: grant(c, "host").update(privileges=grant(c, "vm")["privileges"]),
        "has another role.",
    ),
    "another permission": (
        lambda c: grant(c, "vm").update(permission=grant(c, "host")["permission"]),
        "is not on root, where the path ends.",
    ),
    "a chain turned round": (
        lambda c: grant(c, "vm")["members"].reverse(), "The chain breaks at u: the member is inner."
    ),
    "a chain cut off": (
        lambda c: grant(c, "vm")["members"].pop(), "D\\outer is not shown to name inner."
    ),
    "a chain left out": (
        lambda c: grant(c, "vm")["members"].clear(), "D\\outer is not shown to name u."
    ),
    "a name of another group": (
        lambda c: grant(c, "vm").update(name=cited(c, "principal_names", *INNER)),
        "D\\outer is not shown to name outer.",
    ),
    "a step left out": (
        lambda c: by(c, "vm")["path"].pop(1), "A step from vms does not start at folder."
    ),
    "a path cut off": (lambda c: by(c, "vm")["path"].pop(), "is not on dc, where the path ends."),
    "a path that ends nowhere": (
        lambda c: by(c, "vm").update(path=by(c, "vm")["path"][:2]),
        "vms has no permissions of its own.",
    ),
    "a path around what it shares": (
        lambda c: by(c, "vm")["path"].__setitem__(2, [by(c, "vm")["path"][2][0], "parent"]),
        "vms has no permissions of its own.",
    ),
    "a path by a column that is none": (
        lambda c: by(c, "vm")["path"][0].__setitem__(1, "type"), "No type leads on from other."
    ),
    "a path that leaps to the top": (
        lambda c: by(c, "vm")["path"].__setitem__(3, [by(c, "vm")["path"][3][0], "global"]),
        "dc is not shown to be a root.",
    ),
    "a number too high": (lambda c: by(c, "vm").update(grant=9), "It has no grant 9."),
    "a number below zero": (lambda c: by(c, "vm").update(grant=-1), "It has no grant -1."),
    "a fact below zero": (lambda c: held(c, "vm").update(entity=-1), "It has no fact -1 of"),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_named(name: str) -> None:
    lie, sentence = LIES[name]
    certificate = proof(PLACEMENT)
    lie(certificate)
    assert sentence in problems(certificate, PLACEMENT)


WORLDS: dict[str, tuple[Snapshot, Lie, str]] = {
    "a disabled account": (
        world(disabled=("u",)),
        lambda c: c["facts"]["accounts"][0].__setitem__(2, "false"),
        "The account u is disabled.",
    ),
    "a nearer entry of another group": (
        world(("folder", "inner", "none", True)),
        lambda _: None,
        "The entry of D\\outer is overridden by an entry on folder.",
    ),
    "an entry on the very entity, which need not propagate": (
        world(("other", "inner", "none", False)),
        lambda _: None,
        "The entry of D\\outer is overridden by an entry on other.",
    ),
    "an entry on what the way up shares": (
        world(("hosts", "inner", "none", True)),
        lambda _: None,
        "The entry of D\\outer is overridden by an entry on dc.",
    ),
    "an entry that names the account": (
        world(("root", "u", "none", True)),
        lambda _: None,
        "The entry of D\\outer is replaced by one that names the account.",
    ),
    "an entry that does not propagate": (
        world(permissions=[("root", "outer", "vm-role", False), *PERMISSIONS[1:]]),
        lambda c: next(row for row in c["facts"]["permissions"] if row[1] == "root").__setitem__(
            5, "false"
        ),
        "The entry of D\\outer does not reach other.",
    ),
}


@pytest.mark.parametrize("name", WORLDS)
def test_in_another_world_the_same_facts_would_prove_nothing(name: str) -> None:
    snapshot, admit, sentence = WORLDS[name]
    certificate = proof(PLACEMENT)
    admit(certificate)  # every fact is then a row of that snapshot
    assert problems(certificate, PLACEMENT, snapshot) == sentence


@pytest.mark.parametrize(
    "more",
    [
        ("folder", "apart", "none", True),  # of a group that the account is not in
        ("folder", "v", "none", True),  # of another account
        ("folder", "inner", "none", False),  # that does not come down
        ("root", "inner", "none", True),  # on the same node, where roles add up
    ],
)
def test_an_entry_that_does_not_decide_makes_no_difference(
    more: tuple[str, str, str, bool],
) -> None:
    assert problems(proof(PLACEMENT), PLACEMENT, world(more)) == ""


@pytest.mark.parametrize(
    ("scope", "duties"),
    [
        (Scope.OBJECT, ("vm",)),
        (Scope.PLACEMENT, ("vm", "cluster")),
        (Scope.DATACENTER, ("vm", "host")),
        (Scope.VCENTER, ("vm", "host")),
        (Scope.ANYWHERE, ("vm", "host")),
    ],
)
def test_each_scope_has_places_of_its_own(scope: Scope, duties: tuple[str, ...]) -> None:
    ruleset = conflict(scope, *duties)
    certificate = proof(ruleset)
    assert problems(certificate, ruleset) == ""
    for vcenter, ident in (("vc", "root"), ("vc", ""), ("", ""), ("vc", "x"), ("vc", "host")):
        altered = proof(ruleset)
        altered["witnesses"][0]["place"] = {"vcenter": vcenter, "id": ident}
        if altered != certificate:
            assert "is not shown to belong to" in problems(altered, ruleset)


def test_a_placement_follows_only_a_host_to_what_computes() -> None:
    ruleset = conflict(Scope.PLACEMENT, "vm", "cluster")
    certificate = proof(ruleset)
    held(certificate, "cluster")["within"].append([0, "parent"])
    assert problems(certificate, ruleset) == "No placement is followed so."


def test_reach_and_sprawl_show_more_than_is_allowed_and_each_once() -> None:
    low = Severity.LOW
    reach = ReachRule(id="reach", severity=low, title="", duty="vm", max_objects=1)
    sprawl = SprawlRule(id="sprawl", severity=low, title="", duty="vm", max_identities=1)
    both = world(("dc", "apart", "vm-role", True))
    only_una = replace(PLACEMENT, rules=(reach,))
    certificate = proof(only_una)
    assert problems(certificate, only_una) == ""
    certificate["witnesses"][1] = certificate["witnesses"][0]
    assert problems(certificate, only_una) == "It shows 1 places; 1 are allowed."

    everybody = replace(PLACEMENT, rules=(sprawl,))
    certificate = proof(everybody, both)
    assert problems(certificate, everybody, both) == ""
    assert {w["identity"] for w in certificate["witnesses"]} == {"una", "dir/v"}
    certificate["subject"] = "una"
    assert problems(certificate, everybody, both) == "Not all is in una."
    certificate["subject"] = "vc"
    certificate["witnesses"][1] = certificate["witnesses"][0]
    assert problems(certificate, everybody, both) == "It shows 1 identities; 1 are allowed."


def test_a_global_permission_is_reached_over_a_root() -> None:
    snapshot = world(permissions=[("", "outer", "vm-role", True)])
    ruleset = conflict(Scope.OBJECT, "vm")
    certificate = proof(ruleset, snapshot)
    assert by(certificate, "vm")["path"][-1][1] == "global"
    assert problems(certificate, ruleset, snapshot) == ""
    overridden = world(
        ("root", "inner", "none", True), permissions=[("", "outer", "vm-role", True)]
    )
    assert "overridden by an entry on root." in problems(certificate, ruleset, overridden)
