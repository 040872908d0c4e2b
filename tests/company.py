"""A small company for tests of reviews: two people too many, one vCenter, one directory.

Dan administers virtual machines through a nested group and hosts through another, which hides the
first on the cluster. Amy has two accounts with Admin on the root.

``Company`` holds rows that a test changes at will; ``reading`` makes of them what a source would
have returned at a time, ``snapshot`` one snapshot of both.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from accessreview.model.columns import Table
from accessreview.model.snapshot import (
    ANNEX,
    TABLES,
    Coverage,
    Reading,
    Snapshot,
    Source,
    SourceKind,
)
from accessreview.rulesets.reader import read_ruleset
from accessreview.snapshot.compose import compose

TAKEN_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ADMIN, VM_ADMIN, HOST_ADMIN, READER, NO_ACCESS = "-1", "10", "11", "-2", "-5"
_EVERY = ("System.Anonymous", "System.Read", "System.View")
_VM = "VirtualMachine.Config.CPUCount"
_HOST = "Host.Config.Network"
_PRIVILEGES = {
    ADMIN: (*_EVERY, _VM, _HOST, "Authorization.ModifyPermissions"),
    VM_ADMIN: (*_EVERY, _VM),
    HOST_ADMIN: (*_EVERY, _HOST),
    READER: _EVERY,
    NO_ACCESS: (),
}

RULESET, _ = read_ruleset(
    """
[ruleset]
id = "company"
version = "1"
[duty.vm]
title = "VM administration"
any_of = ["VirtualMachine.Config.*"]
[duty.host]
title = "Host administration"
any_of = ["Host.Config.*"]
[duty.access]
title = "Access administration"
any_of = ["Authorization.*"]
[[rule]]
id = "SOD-1"
kind = "conflict"
duties = ["vm", "host"]
scope = "vcenter"
severity = "critical"
title = "One person administers hosts and virtual machines"
[[rule]]
id = "SPRAWL-1"
kind = "sprawl"
duty = "access"
max_identities = 0
severity = "high"
title = "Too many can give access"
""",
    "company.toml",
    None,
)

Row = tuple[str, ...]


def _vcenter() -> dict[str, list[Row]]:
    return {
        "entities": [
            ("vc", "root", "Folder", "Datacenters", "", "", ""),
            ("vc", "dc", "Datacenter", "Berlin", "root", "", ""),
            ("vc", "vmf", "Folder", "vm", "dc", "", "dc"),
            ("vc", "hostf", "Folder", "host", "dc", "", "dc"),
            ("vc", "clu", "ClusterComputeResource", "Cluster", "hostf", "", ""),
            ("vc", "prod", "Folder", "Prod", "vmf", "", ""),
            ("vc", "vm1", "VirtualMachine", "web-1", "prod", "", ""),
        ],
        "roles": [
            ("vc", ADMIN, "Admin", "true"),
            ("vc", VM_ADMIN, "VM administrator", "false"),
            ("vc", HOST_ADMIN, "Host administrator", "false"),
            ("vc", READER, "ReadOnly", "true"),
            ("vc", NO_ACCESS, "NoAccess", "true"),
        ],
        "role_privileges": [
            ("vc", role, privilege) for role, held in _PRIVILEGES.items() for privilege in held
        ],
        "permissions": [
            ("vc", "root", "CORP\\amy", "false", ADMIN, "true"),
            ("vc", "root", "CORP\\amy-adm", "false", ADMIN, "true"),
            ("vc", "dc", "CORP\\VM Admins", "true", VM_ADMIN, "true"),
            ("vc", "clu", "CORP\\Host Admins", "true", HOST_ADMIN, "true"),
            ("vc", "prod", "CORP\\Readers", "true", READER, "true"),
        ],
    }


def _account(id_: str, name: str, identity: str, enabled: str = "true", kind: str = "human") -> Row:
    return ("dir", id_, id_, name, f"{id_}@corp.example", kind, enabled, identity)


def _directory() -> dict[str, list[Row]]:
    accounts = [
        _account("amy", "Amy Admin", "amy"),
        _account("amy-adm", "Amy Admin (admin)", "amy"),
        _account("ben", "Ben Boss", "ben"),
        _account("cat", "Cat Owner", "cat"),
        _account("dan", "Dan Doer", "dan"),
        _account("eve", "Eve Gone", "eve", "false"),
        _account("fay", "Fay Fallback", "fay"),
        _account("backup", "", "", kind="service"),
    ]
    groups = {"vma": "VM Admins", "team": "Team", "hosts": "Host Admins", "readers": "Readers"}
    return {
        "accounts": accounts,
        "groups": [("dir", id_, name) for id_, name in groups.items()],
        "principal_names": [
            *(("dir", row[1], f"CORP\\{row[2]}") for row in accounts),
            *(("dir", id_, f"CORP\\{name}") for id_, name in groups.items()),
        ],
        "members": [
            ("dir", "vma", "dir", "team"),
            ("dir", "team", "dir", "dan"),
            ("dir", "team", "dir", "eve"),
            ("dir", "hosts", "dir", "dan"),
            ("dir", "hosts", "dir", "backup"),
        ],
        "responsibles": [
            ("dir", "vma", "owner", "dir", "cat"),
            ("dir", "dan", "manager", "dir", "ben"),
            ("dir", "amy", "manager", "dir", "ben"),
        ],
        "locators": [
            *(("dir", row[1], f"CN={row[2]},DC=corp,DC=example") for row in accounts),
            *(("dir", id_, f"CN={name},DC=corp,DC=example") for id_, name in groups.items()),
        ],
    }


@dataclass
class Company:
    rows: dict[str, list[Row]] = field(default_factory=lambda: {**_vcenter(), **_directory()})

    def reading(self, source: str, at: datetime = TAKEN_AT, gaps: tuple[str, ...] = ()) -> Reading:
        schemas = {**TABLES, **ANNEX}
        return Reading(
            Source(
                id=source,
                kind=SourceKind.VCENTER if source == "vc" else SourceKind.DIRECTORY,
                name={"vc": "vCenter Berlin", "dir": "corp.example"}[source],
                coverage=Coverage.PARTIAL if gaps else Coverage.FULL,
                gaps=gaps,
                started_at=at,
                finished_at=at,
            ),
            {
                name: Table.of(schemas[name], [row for row in rows if row[0] == source])
                for name, rows in self.rows.items()
            },
        )

    def snapshot(self, at: datetime = TAKEN_AT) -> Snapshot:
        return compose(at, [self.reading("vc", at), self.reading("dir", at)])

    def add(self, table: str, *row: str) -> None:
        self.rows[table].append(row)

    def drop(self, table: str, *row: str) -> None:
        """Remove the rows that begin like this; there must be one."""
        kept = [each for each in self.rows[table] if each[: len(row)] != row]
        assert len(kept) < len(self.rows[table]), f"{table} has no row {row}"
        self.rows[table] = kept
