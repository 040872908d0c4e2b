# ruff: noqa: PLR2004 - shares and chances are what an estate is made of
"""Parts of a synthetic estate: nested groups, a catalogue of roles, one vCenter's inventory."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

FAMILIES = {
    "HostSystem": (
        "Host.Config.AdvancedConfig",
        "Host.Config.AuthenticationStore",
        "Host.Config.Maintenance",
        "Host.Config.NetService",
        "Host.Config.Network",
        "Host.Config.Patch",
        "Host.Config.Settings",
        "Host.Config.Storage",
        "Host.Config.SystemManagement",
        "Host.Local.ManageUserGroups",
        "Host.Inventory.EditCluster",
    ),
    "VirtualMachine": (
        "VirtualMachine.Config.AddExistingDisk",
        "VirtualMachine.Config.AdvancedConfig",
        "VirtualMachine.Config.EditDevice",
        "VirtualMachine.Interact.ConsoleInteract",
        "VirtualMachine.Interact.GuestControl",
        "VirtualMachine.Interact.PowerOff",
        "VirtualMachine.Interact.PowerOn",
        "VirtualMachine.Inventory.Create",
        "VirtualMachine.Inventory.Delete",
        "VirtualMachine.Provisioning.Clone",
    ),
    "Backup": (
        "VirtualMachine.Provisioning.DiskRandomRead",
        "VirtualMachine.Provisioning.GetVmFiles",
        "VirtualMachine.State.CreateSnapshot",
        "VirtualMachine.State.RemoveSnapshot",
        "VApp.Export",
        "Datastore.Browse",
    ),
    "Storage": (
        "Datastore.Config",
        "Datastore.Delete",
        "Datastore.DeleteFile",
        "Datastore.FileManagement",
    ),
    "Network": ("DVSwitch.Modify", "DVSwitch.Vspan", "DVPortgroup.Modify", "Network.Config"),
    "Crypto": (
        "Cryptographer.Access",
        "Cryptographer.Decrypt",
        "Cryptographer.ManageKeys",
        "Cryptographer.ManageKeyServers",
    ),
    "Permission": (
        "Authorization.ModifyPermissions",
        "Authorization.ModifyRoles",
        "Authorization.ReassignRolePermissions",
    ),
    "Audit": ("Global.Settings", "Global.Diagnostics", "Global.LogEvent", "Alarm.Delete"),
}
BASE = ("System.Anonymous", "System.View", "System.Read")
NAMED = (*BASE, *(privilege for family in FAMILIES.values() for privilege in family))

Row = tuple[str, str, str, str, str, str]
"""Id, type, name, parent, second parent, acl_of."""


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    name: str
    system: bool
    privileges: tuple[str, ...]


def catalogue(rng: np.random.Generator, count: int, padding: int) -> list[Role]:
    """The system roles, Admin first, and made-up ones of some families of privileges."""
    everything = (*NAMED, *(f"Padding.Privilege{number}" for number in range(padding)))
    no_crypto = tuple(p for p in everything if not p.startswith("Cryptographer."))
    roles = [
        Role("-1", "Admin", system=True, privileges=everything),
        Role("-2", "ReadOnly", system=True, privileges=BASE),
        Role("-5", "NoAccess", system=True, privileges=()),
        Role("-6", "NoCryptoAdmin", system=True, privileges=no_crypto),
    ]
    names = list(FAMILIES)
    while len(roles) < count:
        chosen = rng.choice(names, int(rng.integers(1, 4)), replace=False)
        held: list[str] = list(BASE)
        for name in chosen:
            family = np.array(FAMILIES[name])
            held += family[rng.random(len(family)) < rng.uniform(0.3, 1.0)].tolist()
        ident = str(int(rng.integers(-(2**31), 2**31)))
        name = f"custom-{len(roles):03d}-{'-'.join(chosen).lower()}"
        roles.append(Role(ident, name, system=False, privileges=tuple(held)))
    return roles


def nested_groups(rng: np.random.Generator, count: int) -> tuple[Ints, Ints, Ints]:
    """Each group's department, and the pairs of nested groups (inner, outer), with a few cycles."""
    departments = max(4, min(200, count // 40))
    department = rng.integers(0, departments, count)
    shares = np.array([60, 20, 10, 5, 2.5, 1.5, 0.7, 0.3]) / 100
    level = rng.choice(8, count, p=shares)
    inner, outer = [], []
    for lower in range(7):
        anywhere = np.flatnonzero(level == lower + 1)
        if not len(anywhere):
            continue
        for number in range(departments):
            here = np.flatnonzero((level == lower) & (department == number))
            if not len(here):
                continue
            below = np.repeat(here, rng.poisson(0.9, len(here)))
            above = np.flatnonzero((level == lower + 1) & (department == number))
            above = above if len(above) else anywhere
            stays = rng.random(len(below)) < 0.95
            at_home = above[rng.integers(0, len(above), len(below))]
            abroad = anywhere[rng.integers(0, len(anywhere), len(below))]
            inner.append(below)
            outer.append(np.where(stays, at_home, abroad))
    nothing = [np.zeros(0, dtype=np.int64)]
    child, parent = np.concatenate(inner or nothing), np.concatenate(outer or nothing)
    if len(child):
        back = rng.integers(0, len(child), max(2, count // 1000))
        child, parent = (
            np.concatenate([child, parent[back]]),
            np.concatenate([parent, child[back]]),
        )
    keep = child != parent
    pairs = np.unique(child[keep].astype(np.int64) * count + parent[keep])
    child, parent = np.divmod(pairs, count)
    return department, child, parent


@dataclass(frozen=True, slots=True)
class _Site:
    """Where the machines of one resource pool are placed."""

    pool: str
    hosts: list[str]
    datastores: list[str]
    networks: list[str]


class Inventory:
    """One vCenter's entities, parents before children."""

    def __init__(self, rng: np.random.Generator, size: int) -> None:
        self._rng = rng
        self.rows: list[Row] = []
        self.placed: list[tuple[str, str]] = []
        self._folders: list[list[str]] = []
        self._sites: list[list[_Site]] = []
        root = self._add("Folder", "group-d1")
        for _ in range(int(rng.integers(1, 5))):
            self._datacenter(root, size // 3)
            if len(self.rows) >= size:
                break
        while len(self.rows) < size:
            self._machine()

    def _add(
        self, kind: str, ident: str, parent: str = "", second: str = "", acl_of: str = ""
    ) -> str:
        self.rows.append((ident, kind, ident, parent, second, acl_of))
        return ident

    def _new(self, kind: str, prefix: str, *above: str) -> str:
        return self._add(kind, f"{prefix}-{len(self.rows) + 1}", *above)

    def _datacenter(self, root: str, share: int) -> None:
        rng = self._rng
        dc = self._new("Datacenter", "datacenter", root)
        top = [self._new("Folder", "group", dc, "", dc) for _ in range(4)]
        folders, depth = [top[0]], {top[0]: 0}
        for _ in range(max(2, share // 60)):
            parent = folders[int(rng.integers(len(folders)))]
            if depth[parent] >= 6:
                parent = top[0]
            folder = self._new("Folder", "group-v", parent)
            depth[folder] = depth[parent] + 1
            folders.append(folder)
        some = range(max(2, share // 60))
        datastores = [self._new("Datastore", "datastore", top[2]) for _ in some]
        networks = [self._new("Network", "network", top[3]) for _ in some]
        sites = []
        for _ in range(max(1, share // 800)):
            cluster = self._new("ClusterComputeResource", "domain-c", top[1])
            base = self._new("ResourcePool", "resgroup", cluster, "", cluster)
            hosts = [self._new("HostSystem", "host", cluster) for _ in range(12)]
            chain = [base]
            for _ in range(int(rng.integers(0, 6))):
                above = chain[-1] if rng.random() < 0.3 else base
                chain.append(self._new("ResourcePool", "resgroup", above))
            sites += [_Site(pool, hosts, datastores, networks) for pool in chain]
        lone = self._new("ComputeResource", "domain-s", top[1])
        host = self._new("HostSystem", "host", lone, "", lone)
        pool = self._new("ResourcePool", "resgroup", lone, "", lone)
        sites.append(_Site(pool, [host], datastores, networks))
        self._folders.append(folders)
        self._sites.append(sites)

    def _machine(self) -> None:
        rng = self._rng
        number = int(rng.integers(len(self._folders)))
        folders, sites = self._folders[number], self._sites[number]
        folder = folders[int(rng.integers(len(folders)))]
        site = sites[int(rng.integers(len(sites)))]
        template = rng.random() < 0.03
        machine = self._new("VirtualMachine", "vm", folder, "" if template else site.pool)
        on = [] if template else [site.hosts]
        for choice in (*on, site.datastores, site.networks):
            self.placed.append((machine, choice[int(rng.integers(len(choice)))]))
