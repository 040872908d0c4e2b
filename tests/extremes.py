"""Estates of extreme size in one direction, built as columns, and what the engine answers on them.

``python -m tests.extremes NAME`` prints the answers and the peak of memory as JSON; a process of
its own, so that the peak is this estate's.
"""

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from accessreview.analysis.effective import effective_access
from accessreview.analysis.estate import build_estate
from accessreview.analysis.explain import explain
from accessreview.analysis.holdings import Holdings
from accessreview.analysis.rules import assess
from accessreview.model.access import AccountRef, EntityRef
from accessreview.model.columns import Column
from accessreview.model.policy import (
    Duty,
    ReachRule,
    Ruleset,
    Scope,
    Severity,
)
from accessreview.model.snapshot import TABLES
from tests.estates import snapshot_of
from tests.extreme_parts import (
    GO,
    ROOT,
    Answers,
    Entity,
    account,
    entities,
    groups,
    held,
    names,
    numbered,
    permission,
    picked,
    places,
    roles,
    ruleset,
    same,
    with_columns,
)

FEW_CALLS = 150
"""A limit of recursion that anything deeper than its own layers runs into."""


def ring_of_a_million_groups() -> Answers:
    count, half = 1_000_000, 500_000
    tables, ids = groups(count)
    inner = (np.arange(count) - 1) % count  # each group has the one before as a member
    joined = {
        "group_source": same("dir", count + 1),
        "group": picked(ids, np.r_[0, np.arange(count)]),
        "member_source": same("dir", count + 1),
        "member": Column(
            np.r_[count, inner].astype(np.int32), [*(f"g{n:07}" for n in range(count)), "u"]
        ),
    }
    snapshot = with_columns(
        {
            "entities": entities(ROOT),
            "accounts": [account("u"), account("w")],
            "principal_names": names("u", f"g{half:07}"),
            "permissions": [permission("root", f"g{half:07}")],
            **roles({"go": ["Go"]}),
        },
        {**tables, "members": joined},
    )
    estate = build_estate(snapshot)
    (grant,) = explain(estate, AccountRef("dir", "u"), EntityRef("vc", "root"))
    return {
        "inside": held(estate, "u", "root"),
        "outside": held(estate, "w", "root"),
        "chain": len(grant.groups),
        "ends": [grant.groups[0].id, grant.groups[-1].id],
        "findings": places(estate, ruleset(GO)),
    }


def chain_of_nested_groups() -> Answers:
    count, half = 100_000, 50_000
    tables, ids = groups(count)
    rows = np.r_[np.arange(count), half]  # the member of each is the next; one account at each end
    order = np.argsort(rows, kind="stable")
    inner = [*(f"g{n + 1:07}" for n in range(count - 1)), "u", "w"]
    members = [("dir", f"g{rows[n]:07}", "dir", inner[n]) for n in order.tolist()]
    snapshot = with_columns(
        {
            "entities": entities([*ROOT, ("a", "Folder", "root", ""), ("b", "Folder", "root", "")]),
            "accounts": [account("u"), account("w")],
            "principal_names": names(f"g{0:07}", f"g{count - 1:07}", "w"),
            "permissions": [
                permission("root", f"g{0:07}"),
                permission("a", f"g{count - 1:07}", "low"),
                permission("b", "w", "low", group=False),
            ],
            "members": members,
            **roles({"go": ["Go"], "low": ["Low"]}),
        },
        tables,
    )
    estate = build_estate(snapshot)
    del ids
    chains = {
        who: len(explain(estate, AccountRef("dir", who), EntityRef("vc", "root"))[0].groups)
        for who in "uw"
    }
    answers = {f"{who} on {e}": held(estate, who, e) for who in "uw" for e in ("root", "a", "b")}
    return {**answers, "chains": chains, "findings": places(estate, ruleset(GO))}


def group_of_a_million_members() -> Answers:
    count = 1_000_000
    ids = numbered("a", count)
    accounts = {name: same("", count) for name in ("display_name", "mail", "identity")} | {
        "source": same("dir", count),
        "id": ids,
        "login": ids,
        "kind": same("human", count),
        "enabled": Column(np.arange(count, dtype=np.int32) % 2, ("false", "true")),
    }
    accounts = {name: accounts[name] for name in TABLES["accounts"].columns}
    members = {
        "group_source": same("dir", count),
        "group": same("g", count),
        "member_source": same("dir", count),
        "member": ids,
    }
    snapshot = with_columns(
        {
            "entities": entities([*ROOT, ("vm", "VirtualMachine", "root", "")]),
            "groups": [("dir", "g", "g")],
            "principal_names": names("g", "a0000007"),
            "permissions": [
                permission("root", "g"),
                permission("vm", "a0000007", "none", group=False),
            ],
            **roles({"go": ["Go"], "none": []}),
        },
        {"accounts": accounts, "members": members},
    )
    estate = build_estate(snapshot)
    findings = assess(estate, ruleset(GO))
    shown = [findings[n] for n in (0, 3, len(findings) - 1)]
    return {
        "one of them": held(estate, "a0999999", "vm"),
        "the other one": held(estate, "a0000007", "vm"),
        "findings": len(findings),
        "some": [[f.key.rule, f.key.subject, f.places] for f in shown],
        "objects": Holdings(estate).of("dir/a0999999")[0].objects,
    }


# ------------------------------------------------------------------------- roles and permissions


def role_of_100_000_privileges() -> Answers:
    every = [f"P.{n:06}" for n in range(100_000)]
    snapshot = snapshot_of(
        {
            "entities": entities([*ROOT, ("a", "Folder", "root", "")]),
            "accounts": [account("u"), account("w")],
            "principal_names": names("u", "w"),
            "permissions": [
                permission("root", "u", "all", group=False),
                permission("root", "w", "low", group=False),
                permission("a", "w", "high", group=False),
            ],
            **roles({"all": every, "low": every[:60_000], "high": every[40_000:]}),
        }
    )
    estate = build_estate(snapshot)
    duties = [
        Duty("exactly", "", any_of=("P.*",), at_least=100_000),
        Duty("more", "", any_of=("P.*",), at_least=100_001),
        Duty("most", "", any_of=("P.0*", "*"), at_least=60_000, all_of=("P.000000", "P.059999")),
    ]
    return {
        "all": len(held(estate, "u", "root")),
        "part": [len(held(estate, "w", entity)) for entity in ("root", "a")],
        "findings": places(estate, ruleset(*duties)),
    }


def two_roles_that_together_have_100_000_privileges() -> Answers:
    every = [f"P.{n:06}" for n in range(100_000)]
    snapshot = snapshot_of(
        {
            "entities": entities(ROOT),
            "accounts": [account("u")],
            "groups": [("dir", "g", "g"), ("dir", "h", "h")],
            "members": [("dir", "g", "dir", "u"), ("dir", "h", "dir", "u")],
            "principal_names": names("g", "h"),
            "permissions": [permission("root", "g", "low"), permission("root", "h", "high")],
            **roles({"low": every[:60_000], "high": every[40_000:]}),
        }
    )
    estate = build_estate(snapshot)
    duties = [
        Duty("exactly", "", any_of=("P.*",), at_least=100_000),
        Duty("more", "", any_of=("P.*",), at_least=100_001),
    ]
    return {"held": len(held(estate, "u", "root")), "findings": places(estate, ruleset(*duties))}


def entries_by_the_thousand_on_one_object() -> Answers:
    count = 10_000
    tables, _ = groups(count)
    mine = range(0, count, 100)
    snapshot = with_columns(
        {
            "entities": entities([*ROOT, ("vm", "VirtualMachine", "root", "")]),
            "accounts": [account("u"), account("v"), account("w")],
            "members": [("dir", f"g{n:07}", "dir", who) for n in mine for who in "uv"],
            "principal_names": names("u", "v", "w", *(f"g{n:07}" for n in range(count))),
            "permissions": [
                *(
                    permission("root", f"g{n:07}", f"r{n % 300}", propagate=n % 200 == 0)
                    for n in range(count)
                ),
                permission("root", "v", "none", group=False),
            ],
            **roles({"none": [], **{f"r{n}": [f"P.{n}"] for n in range(300)}}),
        },
        tables,
    )
    estate = build_estate(snapshot)
    three = Duty("three", "", any_of=("P.*",), at_least=3)
    return {
        **{f"{who} on {e}": held(estate, who, e) for who in "uvw" for e in ("root", "vm")},
        "grants": len(explain(estate, AccountRef("dir", "u"), EntityRef("vc", "root"))),
        "findings": places(estate, ruleset(three)),
    }


# ----------------------------------------------------------------------------------- inventory


def inventory_10_000_levels_deep() -> Answers:
    deep = 10_000
    rows: list[Entity] = [("e00000", "Datacenter", "", "")]
    rows += [(f"e{n:05}", "Folder", f"e{n - 1:05}", "") for n in range(1, deep)]
    snapshot = snapshot_of(
        {
            "entities": entities(rows),
            "accounts": [account("u")],
            "principal_names": names("u"),
            "permissions": [
                permission("e00000", "u", group=False),
                permission("e04000", "u", "stop", group=False, propagate=False),
                permission("e05000", "u", "stop", group=False),
                permission("e09000", "u", group=False),
            ],
            **roles({"go": ["Go"], "stop": []}),
        }
    )
    estate = build_estate(snapshot)
    told = explain(estate, AccountRef("dir", "u"), EntityRef("vc", "e08999"))
    return {
        "held": {n: held(estate, "u", f"e{n:05}") for n in (3999, 4000, 4001, 4999, 8999, 9999)},
        "fates": [[grant.permission.key.entity.id, grant.decides] for grant in told],
        "pairs": sum(1 for _ in effective_access(estate)),
        "findings": places(estate, ruleset(GO)),
        "of the datacenter": places(estate, ruleset(GO, scope=Scope.DATACENTER)),
    }


def diamonds_over_diamonds() -> Answers:
    """Two lines that cross on each of 2,000 levels, so that 2 ** 2000 ways lead up."""
    levels = 2_000
    rows: list[Entity] = [("l0000", "Folder", "", ""), ("r0000", "Folder", "", "")]
    for n in range(1, levels):
        above = f"l{n - 1:04}", f"r{n - 1:04}"
        rows += [(f"{side}{n:04}", "Folder", *above) for side in "lr"]
    given = [permission(f"l{n:04}", "u", f"r{n % 50}", group=False) for n in range(levels)]
    snapshot = snapshot_of(
        {
            "entities": entities(rows),
            "accounts": [account("u"), account("w")],
            "principal_names": names("u", "w"),
            "permissions": [
                *given,
                permission("l0000", "w", "left", group=False),
                permission("r0000", "w", "right", group=False),
                permission("l1000", "w", "middle", group=False),
            ],
            **roles({"left": ["L"], "right": ["R"], "middle": ["M"]}),
            **{
                name: [*roles({"left": ["L"], "right": ["R"], "middle": ["M"]})[name], *rows_]
                for name, rows_ in roles({f"r{n}": [f"P.{n}"] for n in range(50)}).items()
            },
        }
    )
    estate = build_estate(snapshot)
    last = f"{levels - 1:04}"
    told = explain(estate, AccountRef("dir", "w"), EntityRef("vc", f"l{last}"))
    both = Duty("both", "", all_of=("L", "M"))
    return {
        "of each side": [len(held(estate, "u", f"{side}{last}")) for side in "lr"],
        "crossing": held(estate, "w", f"l{last}"),
        "on the middle": held(estate, "w", "l1000"),
        "deciding": sorted({grant.role_name for grant in told if grant.decides}),
        "findings": places(estate, ruleset(both)),
    }


def more_than_16_bits_of_everything() -> Answers:
    count = (1 << 16) + 3
    ids = numbered("a", count)
    machines = numbered("e", count)
    snapshot = with_columns(
        {
            "groups": [("dir", "g", "g")],
            "principal_names": names("g"),
            "permissions": [permission("", "g")],
            **roles({"go": ["Go"]}),
        },
        {
            "entities": {
                name: same({"source": "vc", "type": "VirtualMachine"}.get(name, ""), count)
                for name in TABLES["entities"].columns
            }
            | {"id": machines, "name": machines},
            "accounts": {
                name: same(
                    {"source": "dir", "kind": "human", "enabled": "true"}.get(name, ""), count
                )
                for name in TABLES["accounts"].columns
            }
            | {"id": ids, "login": ids},
            "members": {
                "group_source": same("dir", count),
                "group": same("g", count),
                "member_source": same("dir", count),
                "member": ids,
            },
        },
    )
    estate = build_estate(snapshot)
    findings = assess(estate, ruleset(GO, most=count - 1))
    last = ReachRule(id="r", severity=Severity.LOW, title="", duty="go", max_objects=count)
    none = Ruleset("x", "1", {"go": GO}, (last,), "", "")
    return {
        "findings": len(findings),
        "places": sorted({f.places for f in findings}),
        "none": len(assess(estate, none)),
        "last": [findings[-1].key.rule, findings[-1].key.subject, findings[-1].places],
    }


SCENARIOS: tuple[Callable[[], Answers], ...] = (
    ring_of_a_million_groups,
    chain_of_nested_groups,
    group_of_a_million_members,
    role_of_100_000_privileges,
    two_roles_that_together_have_100_000_privileges,
    entries_by_the_thousand_on_one_object,
    inventory_10_000_levels_deep,
    diamonds_over_diamonds,
    more_than_16_bits_of_everything,
)


def main() -> None:
    scenario = next(each for each in SCENARIOS if each.__name__ == sys.argv[1])
    sys.setrecursionlimit(FEW_CALLS)
    answers = scenario()
    json.dump({"answers": answers, "peak_mib": peak_mib()}, sys.stdout)


def peak_mib() -> int:
    """The most memory this program held; ``getrusage`` may tell of the one that began it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    held = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(held.split()[1]) // 1024


if __name__ == "__main__":
    main()
