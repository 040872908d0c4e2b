"""A small estate with findings of every scope, their certificates, and ways into these."""

import json
from collections.abc import Callable
from typing import Any

from accessreview.analysis.certify import Certifier
from accessreview.analysis.estate import build_estate
from accessreview.analysis.rules import assess
from accessreview.evidence.certificates import CertificateChecker
from accessreview.model.canonical import canonical_json
from accessreview.model.policy import (
    ConflictRule,
    Duty,
    Ruleset,
    Scope,
    Severity,
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
