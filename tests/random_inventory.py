"""Inventories at random: every kind of entity, two parents, shared permission lists."""

from dataclasses import dataclass, field
from random import Random


@dataclass(slots=True)
class Inventory:
    """Rows of ``entities`` and ``placements`` of one vCenter or host.

    Ids do not sort as the tree grows: a parent may come after its children.
    """

    vcenter: str
    rng: Random
    rows: list[tuple[str, ...]] = field(default_factory=list)
    placed: set[tuple[str, ...]] = field(default_factory=set)
    pools: list[str] = field(default_factory=list)

    def add(self, kind: str, parent: str = "", second: str = "", acl_of: str = "") -> str:
        ident = f"{self.rng.choice('ez')}{len(self.rows)}"
        self.rows.append((self.vcenter, ident, kind, ident, parent, second, acl_of))
        return ident

    def place(self, machine: str, on: str) -> None:
        self.placed.add((self.vcenter, machine, on))


def vcenter(inventory: Inventory) -> None:
    """One root folder, rarely two, with up to two datacenters in folders of any depth."""
    rng = inventory.rng
    root = inventory.add("Folder")
    if rng.random() < 0.1:
        inventory.add("Folder")
    for _ in range(rng.choice((0, 1, 1, 2, 2))):
        parent = root
        while rng.random() < 0.3:
            parent = inventory.add("Folder", parent)
        _Datacenter(inventory, parent).fill()


def esxi_host(inventory: Inventory) -> None:
    """What a host that no vCenter manages shows of itself."""
    root = inventory.add("Folder")
    compute = inventory.add("ComputeResource", root)
    host = inventory.add("HostSystem", compute, acl_of=compute)
    pool = inventory.add("ResourcePool", compute, acl_of=compute)
    machine = inventory.add("VirtualMachine", root, pool)
    inventory.place(machine, host)


class _Datacenter:
    def __init__(self, inventory: Inventory, parent: str) -> None:
        self._inventory = inventory
        self._rng = inventory.rng
        add = inventory.add
        self._own = own = add("Datacenter", parent)
        shares = inventory.rng.random() < 0.8  # a reader may not know of the shared list
        self._machines, self._hosts, self._stores, self._nets = (
            add("Folder", own, acl_of=own if shares else "") for _ in range(4)
        )
        self._folders = [self._machines]
        self._pools: list[str] = []
        self._on: list[str] = []

    def fill(self) -> None:
        rng, add = self._rng, self._inventory.add
        for _ in range(rng.randint(0, 3)):
            self._folders.append(add("Folder", rng.choice(self._folders)))
        if rng.random() < 0.8:
            self._cluster()
        if rng.random() < 0.5:
            self._lone_host()
        if rng.random() < 0.1:  # with its compute resource on the other line
            self._on.append(add("HostSystem", "", add("ClusterComputeResource", self._hosts)))
        for _ in range(rng.randint(0, 2) if self._pools else 0):
            self._pools.append(add("ResourcePool", rng.choice(self._pools)))
        if self._pools and rng.random() < 0.5:
            self._vapps()
        self._storage()
        self._inventory.pools += self._pools
        for _ in range(rng.randint(0, 4)):
            self._machine()
        if rng.random() < 0.1:
            _Datacenter(self._inventory, rng.choice(self._folders)).fill()

    def _cluster(self) -> None:
        rng, add = self._rng, self._inventory.add
        cluster = add("ClusterComputeResource", self._hosts)
        self._pools.append(add("ResourcePool", cluster, acl_of=cluster))
        self._on += [add("HostSystem", cluster) for _ in range(rng.randint(0, 2))]
        if rng.random() < 0.1:
            self._on.append(cluster)

    def _lone_host(self) -> None:
        add = self._inventory.add
        lone = add("ComputeResource", self._hosts)
        self._on.append(add("HostSystem", lone, acl_of=lone))
        self._pools.append(add("ResourcePool", lone, acl_of=lone))

    def _storage(self) -> None:
        rng, add = self._rng, self._inventory.add
        store = add("StoragePod", self._stores) if rng.random() < 0.3 else self._stores
        self._on += [add("Datastore", store) for _ in range(rng.randint(0, 2))]
        if rng.random() < 0.3:
            self._on.append(add("Network", self._nets))

    def _vapps(self) -> None:
        rng, add = self._rng, self._inventory.add
        vapp = add("VirtualApp", rng.choice(self._pools), rng.choice(self._folders))
        if rng.random() < 0.4:
            vapp = add("VirtualApp", vapp)
        self._pools.append(vapp)

    def _machine(self) -> None:
        rng, add = self._rng, self._inventory.add
        draw = rng.random()
        pools = self._inventory.pools if draw > 0.6 else self._pools  # of any datacenter
        folder, pool = rng.choice(self._folders), rng.choice(pools or [""])
        if draw < 0.15:  # in a vApp or pool alone, by whichever column
            machine = add("VirtualMachine", *((pool, "") if draw < 0.08 else ("", pool)))
        elif draw < 0.3:  # a template
            machine = add("VirtualMachine", folder)
        elif draw < 0.35:  # both lines by one node
            machine = add("VirtualMachine", folder, folder)
        else:
            machine = add("VirtualMachine", folder, pool)
        for on in rng.sample(self._on, rng.randint(0, min(3, len(self._on)))):
            self._inventory.place(machine, on)
        if 0.7 < draw < 0.8:
            add("VirtualMachine", folder, pool, machine)  # a fault-tolerance secondary
        if draw > 0.95:
            self._inventory.place(machine, machine)
