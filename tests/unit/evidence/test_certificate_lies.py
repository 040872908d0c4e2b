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

ANY = Duty("any", "", any_of=("VM.*",))


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
CLUSTER = conflict(Scope.PLACEMENT, "cluster")


def proof(ruleset: Ruleset, snapshot: Snapshot | None = None) -> Certificate:
    estate = build_estate(snapshot or world())
    certifier = Certifier(estate, ruleset, "1.0")
    (finding,) = assess(estate, ruleset)
    certificate: Certificate = json.loads(canonical_json(certifier.certify(finding)))
    return certificate


def problems(certificate: Certificate, ruleset: Ruleset, snapshot: Snapshot | None = None) -> str:
    return " ".join(CertificateChecker(snapshot or world(), ruleset).problems(certificate))


def held(certificate: Certificate, duty: str) -> Certificate:
    found: Certificate = next(w for w in certificate["witnesses"] if w["duty"] == duty)
    return found


def by(certificate: Certificate, duty: str) -> Certificate:
    decided: Certificate = held(certificate, duty)["by"][0]
    return decided


def grant(certificate: Certificate, duty: str) -> Certificate:
    found: Certificate = certificate["grants"][by(certificate, duty)["grant"]]
    return found


def test_the_certificate_holds_before_anybody_lies() -> None:
    certificate = proof(PLACEMENT)
    assert problems(certificate, PLACEMENT) == ""
    assert certificate["witnesses"] == [
        {
            "identity": "una",
            "duty": "vm",
            "entity": ["vc", "other"],
            "within": ["other"],
            "by": [{"grant": 0, "path": ["other", "folder", "dc", "root"]}],
        },
        {
            "identity": "una",
            "duty": "host",
            "entity": ["vc", "host"],
            "within": ["other", "host"],
            "by": [{"grant": 1, "path": ["host", "cluster"]}],
        },
    ]
    assert certificate["grants"][0] == {
        "account": ["dir", "u"],
        "groups": [["dir", "inner"], ["dir", "outer"]],
        "permission": {
            "source": "vc",
            "entity": "root",
            "principal": "D\\outer",
            "is_group": "true",
            "role": "vm-role",
            "propagate": "true",
        },
        "privileges": ["VM.A", "VM.B"],
    }


LIES: dict[str, tuple[Lie, str]] = {
    "another snapshot": (lambda c: c.update(snapshot="1" * 64), "Its snapshot is 1"),
    "another ruleset": (lambda c: c.update(ruleset="b" * 64), "Its ruleset is b"),
    "another version": (lambda c: c.update(version=2), "Its version is 2, not 1."),
    "another format": (lambda c: c.update(format="x"), "Its format is x, not accessreview-"),
    "a rule that is none": (lambda c: c.update(rule="x"), "The ruleset has no rule x."),
    "an account that is none": (
        lambda c: grant(c, "vm").update(account=["dir", "x"]), "x is not a member of inner."
    ),
    "a name cut short": (lambda c: grant(c, "vm")["groups"][0].pop(), "where 2 values are due"),
    "nobody": (lambda c: c["witnesses"].clear(), "It shows 0 places where one is due."),
    "somebody else": (lambda c: c.update(subject="ann"), "is not about ann alone."),
    "somebody else's account": (
        lambda c: held(c, "vm").update(identity="ann"), "dir/u belongs to una, not to ann."
    ),
    "one duty too few": (lambda c: c["witnesses"].pop(), "It shows 1 where rule takes 2."),
    "one duty twice": (
        lambda c: c.update(witnesses=[held(c, "vm")] * 2), "It shows 1 where rule takes 2."
    ),
    "a duty that is none": (lambda c: held(c, "vm").update(duty="x"), "has no duty x."),
    "a duty of no rule": (
        lambda c: c["witnesses"].append(
            proof(CLUSTER)["witnesses"][0] | {"by": [{"grant": 1, "path": ["cluster"]}]}
        ),
        "It shows duties that rule does not have.",
    ),
    "duties exchanged": (
        lambda c: (held(c, "vm").update(duty="x"), held(c, "host").update(duty="vm"),
                   held(c, "x").update(duty="host")),
        "host does not count on a VirtualMachine.",
    ),
    "a place where it is not": (
        lambda c: held(c, "host").update(within=["other", "cluster"]),
        "host is not shown to be in a place (placement).",
    ),
    "two places": (
        lambda c: held(c, "host").update(within=["vm", "host"]), "It shows 2 places where one is"
    ),
    "no place": (
        lambda c: held(c, "host").update(within=[]), "host is not shown to be in a place"
    ),
    "a place of another type": (
        lambda c: held(c, "host").update(within=["host"]), "host is not shown to be in a place"
    ),
    "a privilege too few": (
        lambda c: grant(c, "vm")["privileges"].pop(), "on other does not amount to vm."
    ),
    "one privilege counted twice": (
        lambda c: grant(c, "vm").update(privileges=["VM.A", "VM.A"]),
        "on other does not amount to vm.",
    ),
    "privileges of another role": (
        lambda c: grant(c, "vm").update(privileges=["Host.A"]),
        "The role vm-role does not give Host.A.",
    ),
    "nothing that gives it": (
        lambda c: held(c, "vm")["by"].clear(), "on other does not amount to vm."
    ),
    "another permission": (
        lambda c: grant(c, "host").update(
            permission=grant(c, "vm")["permission"] | {"entity": "", "role": "global-role"},
            privileges=[],
        ),
        "The entry of D\\outer is not where the path ends.",
    ),
    "a permission that is none": (
        lambda c: grant(c, "vm")["permission"].update(role="host-role"),
        "The snapshot has no permission {",
    ),
    "a permission with more to it": (
        lambda c: grant(c, "vm")["permission"].update(note="x"), "The snapshot has no permission"
    ),
    "a permission without anything": (
        lambda c: grant(c, "vm")["permission"].clear(), "The snapshot has no permission {}."
    ),
    "a grant that nobody needs": (
        lambda c: c["grants"].append(grant(c, "vm") | {"groups": []}),
        "The principal D\\outer is not shown to name u.",
    ),
    "a chain turned round": (
        lambda c: grant(c, "vm")["groups"].reverse(), "u is not a member of outer."
    ),
    "a chain cut off": (
        lambda c: grant(c, "vm")["groups"].pop(), "D\\outer is not shown to name inner."
    ),
    "a chain with a gap": (
        lambda c: grant(c, "vm")["groups"].pop(0), "u is not a member of outer."
    ),
    "a chain left out": (
        lambda c: grant(c, "vm")["groups"].clear(), "D\\outer is not shown to name u."
    ),
    "a step left out": (lambda c: by(c, "vm")["path"].pop(1), "dc is not next above other."),
    "a path cut off": (lambda c: by(c, "vm")["path"].pop(), "is not where the path ends."),
    "a path that begins elsewhere": (
        lambda c: by(c, "vm")["path"].pop(0), "is not where the path ends."
    ),
    "a path by what has no permissions of its own": (
        lambda c: by(c, "vm")["path"].insert(2, "vms"), "vms is not next above folder."
    ),
    "a path that leaps to the top": (
        lambda c: by(c, "vm")["path"].pop(2), "root is not next above folder."
    ),
    "no path": (lambda c: by(c, "vm")["path"].clear(), "is not where the path ends."),
    "a number too high": (lambda c: by(c, "vm").update(grant=9), "It has no grant 9."),
    "a number below zero": (lambda c: by(c, "vm").update(grant=-1), "It has no grant -1."),
    "an entity that is none": (
        lambda c: held(c, "vm").update(entity=["vc", "x"]),
        "The snapshot has no vc/x in the table entities.",
    ),
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
        lambda _: None,
        "The account dir/u is disabled.",
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
        lambda c: grant(c, "vm")["permission"].update(propagate="false"),
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
        (Scope.OBJECT, ("host",)),
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
    shown = certificate["witnesses"][-1]["within"]
    for first in ("", "root", "vms", "other", "host"):
        certificate["witnesses"][-1]["within"] = [first, *shown]
        assert problems(certificate, ruleset)
    for within in ([], ["root"], [*shown, "vm"]):
        certificate["witnesses"][-1]["within"] = within
        assert problems(certificate, ruleset)


@pytest.mark.parametrize(
    ("within", "place"),
    [
        (["dc", "vms", "folder", "other"], True),
        (["dc", "hosts", "cluster", "pool", "other"], True),  # by the second parent
        (["dc", "folder", "other"], False),
        (["dc", "other"], False),
        (["root", "dc", "vms", "folder", "other"], False),
        (["other"], False),
    ],
)
def test_a_datacenter_is_found_by_either_parent_and_step_by_step(
    within: list[str], *, place: bool
) -> None:
    ruleset = conflict(Scope.DATACENTER, "vm")
    certificate = proof(ruleset)
    held(certificate, "vm")["within"] = within
    assert (problems(certificate, ruleset) == "") is place


@pytest.mark.parametrize(
    ("within", "place"),
    [
        (["other", "host", "cluster"], True),
        (["vm", "host", "cluster"], True),
        (["other", "cluster"], False),  # no placement, though it is above the other's pool
        (["other", "pool", "cluster"], False),
        (["host", "cluster"], False),
        (["dc", "hosts", "cluster"], False),
        (["other", "host", "cluster", "cluster"], False),
    ],
)
def test_a_placement_is_followed_to_what_computes_and_no_other_way(
    within: list[str], *, place: bool
) -> None:
    certificate = proof(CLUSTER)
    held(certificate, "cluster")["within"] = within
    assert (problems(certificate, CLUSTER) == "") is place


@pytest.mark.parametrize(
    ("within", "place"),
    [
        (["vm"], True),
        (["vm", "store"], True),
        (["vm", "host", "cluster"], True),
        (["vm", "store", "cluster"], False),  # true, but not by way of a datastore
        (["vm", "lone", "cluster"], False),  # nor of a host of no cluster
        (["vm", "lone", "top"], False),  # a folder computes nothing
        (["vm", "host", "far"], False),  # only what the machine itself is placed on counts
    ],
)
def test_a_host_leads_to_its_own_parent_if_that_computes(within: list[str], *, place: bool) -> None:
    snapshot = small_snapshot(
        [
            ("top", "Folder", "", "", ""),
            ("cluster", "ClusterComputeResource", "top", "", ""),
            ("host", "HostSystem", "cluster", "", ""),
            ("lone", "HostSystem", "top", "", ""),
            ("store", "Datastore", "cluster", "", ""),
            ("far", "Datastore", "top", "", ""),
            ("vm", "VirtualMachine", "top", "", ""),
        ],
        roles={"1": ["VM.A"]},
        permissions=[("top", "g", "1", True)],
        members=[("g", "u")],
        placements=[("vm", "host"), ("vm", "lone"), ("vm", "store"), ("host", "far")],
    )
    ruleset = replace(conflict(Scope.PLACEMENT, "any"), duties={"any": ANY})
    certificate = proof(ruleset, snapshot)
    entity = within[-1]
    up = ["cluster"] * (entity in {"host", "store"}) + ["top"] * (entity != "top")
    by(certificate, "any")["path"] = [entity, *up]
    held(certificate, "any").update(entity=["vc", entity], within=within)
    expected = "" if place else f"{entity} is not shown to be in a place (placement)."
    assert problems(certificate, ruleset, snapshot) == expected


@pytest.mark.parametrize("duty", [ANY, Duty("any", "")])
def test_nothing_is_held_by_nobody(duty: Duty) -> None:
    ruleset = replace(conflict(Scope.OBJECT, "any"), duties={"any": ANY})
    certificate = proof(ruleset)
    held(certificate, "any")["by"] = []
    sentence = problems(certificate, replace(ruleset, duties={"any": duty}))
    assert sentence.endswith(" does not amount to any.")


def test_reach_and_sprawl_show_more_than_is_allowed_and_each_once() -> None:
    low = Severity.LOW
    reach = ReachRule(id="reach", severity=low, title="", duty="vm", max_objects=1)
    sprawl = SprawlRule(id="sprawl", severity=low, title="", duty="vm", max_identities=1)
    both = world(("dc", "apart", "vm-role", True))
    only_una = replace(PLACEMENT, rules=(reach,))
    certificate = proof(only_una)
    assert problems(certificate, only_una) == ""
    certificate["witnesses"][1] = certificate["witnesses"][0]
    assert problems(certificate, only_una) == "It shows 1 where reach takes 2."

    everybody = replace(PLACEMENT, rules=(sprawl,))
    certificate = proof(everybody, both)
    assert problems(certificate, everybody, both) == ""
    assert {w["identity"] for w in certificate["witnesses"]} == {"una", "dir/v"}
    certificate["subject"] = "una"
    assert problems(certificate, everybody, both) == "What it shows is not about una alone."
    certificate["subject"] = "vc"
    certificate["witnesses"][1] = certificate["witnesses"][0]
    assert problems(certificate, everybody, both) == "It shows 1 where sprawl takes 2."


def test_a_global_permission_is_reached_over_a_root() -> None:
    snapshot = world(permissions=[("", "outer", "vm-role", True)])
    ruleset = conflict(Scope.OBJECT, "vm")
    certificate = proof(ruleset, snapshot)
    assert by(certificate, "vm")["path"] == ["other", "folder", "dc", "root", ""]
    assert problems(certificate, ruleset, snapshot) == ""
    overridden = world(
        ("root", "inner", "none", True), permissions=[("", "outer", "vm-role", True)]
    )
    assert "overridden by an entry on root." in problems(certificate, ruleset, overridden)
