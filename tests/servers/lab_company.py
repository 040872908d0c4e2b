"""What the lab holds when nobody gives it an estate: a small company, for ``make lab`` and tests.

The people and groups are those of the directory beside it, so that vCenter's own answer of what
somebody may do comes from the same memberships.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from accessreview.model.columns import Table
from accessreview.model.snapshot import TABLES, Coverage, Snapshot, Source, SourceKind
from accessreview.snapshot.canonical import canonical
from tests.estates import TAKEN_AT

VCENTER, DIRECTORY, DOMAIN = "vc1", "corp", "CORP"

PEOPLE: Mapping[str, tuple[str, int]] = {
    "olga": ("Olga Lind", 1),
    "sven": ("Sven Moe", 2),
    "ann": ("Ann Berg", 3),
    "bob": ("Bob Dahl", 4),
    "adm-bob": ("Bob Dahl (administration)", 4),
    "carl": ("Carl Ness", 5),
    "svc-backup": ("", 0),
}
"""Names and numbers of the persons by login; a service has neither."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "host-admins": ("host-team",),
    "host-team": ("ann", "bob"),
    "vm-admins": ("vm-team",),
    "vm-team": ("ann", "carl"),
    "viewers": ("vm-team", "host-team"),
}
"""Members, direct ones, people and groups alike."""

_ENTITIES = """
group-d1        Folder                         Datacenters
datacenter-2    Datacenter                     Oslo        group-d1
group-v3        Folder                         vm          datacenter-2  -  datacenter-2
group-h4        Folder                         host        datacenter-2  -  datacenter-2
group-s5        Folder                         datastore   datacenter-2  -  datacenter-2
group-n6        Folder                         network     datacenter-2  -  datacenter-2
domain-c7       ClusterComputeResource         Cluster     group-h4
resgroup-8      ResourcePool                   Resources   domain-c7     -  domain-c7
resgroup-9      ResourcePool                   Production  resgroup-8
host-10         HostSystem                     esx01       domain-c7
host-11         HostSystem                     esx02       domain-c7
domain-s12      ComputeResource                esx03       group-h4
resgroup-13     ResourcePool                   Resources   domain-s12    -  domain-s12
host-14         HostSystem                     esx03       domain-s12    -  domain-s12
group-v16       Folder                         Servers     group-v3
resgroup-v15    VirtualApp                     Payroll     resgroup-9    group-v3
vm-17           VirtualMachine                 web01       group-v16     resgroup-9
vm-18           VirtualMachine                 db01/main   group-v16     resgroup-9
vm-19           VirtualMachine                 pay01       resgroup-v15
vm-20           VirtualMachine                 template    group-v16
vm-21           VirtualMachine                 ft01        group-v16     resgroup-9
vm-22           VirtualMachine                 ft01-2nd    group-v16     resgroup-9  vm-21
vm-23           VirtualMachine                 edge01      group-v16     resgroup-13
group-p24       StoragePod                     Pod         group-s5
datastore-25    Datastore                      fast        group-p24
datastore-26    Datastore                      slow        group-s5
network-27      Network                        management  group-n6
dvs-28          VmwareDistributedVirtualSwitch switch      group-n6
dvportgroup-29  DistributedVirtualPortgroup    servers     group-n6
"""
_ON_HOSTS = {"host-10": ("vm-17", "vm-19", "vm-21"), "host-11": ("vm-18", "vm-22")}

HOST_OPERATOR, VM_OPERATOR = -1007234473, 1823778329
"""Random, as vCenter's are; that one is negative says nothing."""
ADMIN, READ_ONLY, VIEW, NO_ACCESS = -1, -2, -3, -5
_SEEING = ("System.Anonymous", "System.Read", "System.View")
_ROLES: Mapping[int, tuple[str, tuple[str, ...]]] = {
    READ_ONLY: ("ReadOnly", _SEEING),
    VIEW: ("View", _SEEING[::2]),
    -4: ("Anonymous", _SEEING[:1]),
    NO_ACCESS: ("NoAccess", ()),
    HOST_OPERATOR: (
        "Host operator",
        (
            *_SEEING,
            "Host.Config.AdvancedConfig",
            "Host.Config.Maintenance",
            "Host.Config.NetService",
        ),
    ),
    VM_OPERATOR: (
        "VM operator",
        (*_SEEING, "VirtualMachine.Config.AddNewDisk", "VirtualMachine.Interact.PowerOff"),
    ),
}

Permission = tuple[str, str, bool, int, bool]

PERMISSIONS: tuple[Permission, ...] = (
    ("", "viewers", True, READ_ONLY, True),
    ("", "svc-backup", False, VM_OPERATOR, False),
    ("group-d1", "adm-bob", False, ADMIN, True),
    ("datacenter-2", "host-admins", True, HOST_OPERATOR, True),
    ("datacenter-2", "vm-admins", True, VM_OPERATOR, True),
    ("datacenter-2", "svc-backup", False, VM_OPERATOR, False),
    ("domain-c7", "left-long-ago", False, HOST_OPERATOR, True),
    ("resgroup-9", "vm-admins", True, VM_OPERATOR, True),
    ("group-v16", "vm-admins", True, READ_ONLY, True),
    ("vm-17", "host-admins", True, NO_ACCESS, False),
)
"""Entity (none: a global one), login or group, whether it is a group, role, propagation."""

HOSTS: Mapping[str, Mapping[str, object]] = {
    "host-10": {
        "lockdown": "lockdownNormal",
        "exceptions": ["svc-backup", r"CORP\bob"],
        "domain": "corp.example",
        "options": {"DCUI.Access": "root,bob"},
    },
    "host-11": {"lockdown": "lockdownStrict"},
    "host-14": {
        "domain": "corp.example",
        "access": [
            {"principal": "root", "mode": "accessAdmin"},
            {"principal": "vpxuser", "mode": "accessAdmin"},
            {"principal": "ann", "mode": "accessReadOnly"},
            {"principal": r"CORP\esx^admins", "group": True, "mode": "accessAdmin"},
        ],
        "options": {"Config.HostAgent.plugins.hostsvc.esxAdminsGroupAutoAdd": True},
    },
}


def company() -> Snapshot:
    """All of it as a snapshot of one vCenter and one directory."""
    rows: dict[str, list[tuple[str, ...]]] = {
        "entities": [(VCENTER, *row) for row in _entities()],
        "placements": [(VCENTER, vm, host) for host, some in _ON_HOSTS.items() for vm in some],
        "roles": [
            (VCENTER, str(role), name, _boolean(-10 < role < 0))
            for role, (name, _) in _roles().items()
        ],
        "role_privileges": [
            (VCENTER, str(role), privilege)
            for role, (_, privileges) in _roles().items()
            for privilege in privileges
        ],
        "permissions": [
            (VCENTER, on, f"{DOMAIN}\\{who}", _boolean(group), str(role), _boolean(propagates))
            for on, who, group, role, propagates in PERMISSIONS
        ],
        **_directory(),
    }
    return Snapshot(
        taken_at=TAKEN_AT,
        sources=(
            _source(VCENTER, SourceKind.VCENTER),
            _source(DIRECTORY, SourceKind.DIRECTORY),
        ),
        tables={
            name: canonical(Table.of(schema, rows.get(name, ()))) for name, schema in TABLES.items()
        },
        digest="0" * 64,
    )


def _boolean(value: bool) -> str:  # noqa: FBT001 - it is what is written
    return "true" if value else "false"


def _source(name: str, kind: SourceKind) -> Source:
    return Source(name, kind, name, Coverage.FULL, (), TAKEN_AT, TAKEN_AT)


def _entities() -> Iterable[tuple[str, ...]]:
    for line in _ENTITIES.strip().splitlines():
        words = ["" if word == "-" else word for word in line.split()]
        yield tuple([*words, "", "", ""][:6])


def _roles() -> Mapping[int, tuple[str, tuple[str, ...]]]:
    every = (Path(__file__).parents[1] / "lab/privileges.txt").read_text("utf-8").split()
    return {ADMIN: ("Admin", tuple(every)), **_ROLES}


def _directory() -> Mapping[str, list[tuple[str, ...]]]:
    return {
        "accounts": [
            (DIRECTORY, login, login, name, "", "human", "true", str(number or login))
            for login, (name, number) in PEOPLE.items()
        ],
        "groups": [(DIRECTORY, group, group) for group in GROUPS],
        "principal_names": [(DIRECTORY, one, f"{DOMAIN}\\{one}") for one in (*PEOPLE, *GROUPS)],
        "members": [
            (DIRECTORY, group, DIRECTORY, member)
            for group, members in GROUPS.items()
            for member in members
        ],
    }
