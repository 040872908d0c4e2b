"""Where a certificate says that duties meet, and how many it shows, is checked as well."""

from dataclasses import replace

import pytest

from accessreview.model.policy import (
    Duty,
    ReachRule,
    Scope,
    Severity,
    SprawlRule,
)
from tests.certified import (
    ANY,
    CLUSTER,
    PLACEMENT,
    by,
    conflict,
    held,
    problems,
    proof,
    world,
)
from tests.estates import small_snapshot


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
