"""Entities from the vInfo table of RVTools as CSV: machines, and whatever their rows name.

The file has ids of machines only, and newer ones those of their folders. All else gets an id made
of its path, which no vCenter would give: ``/DC/host/Cluster``. What holds no machine is not in it.
"""

from collections.abc import Iterable

from accessreview.collectors.offline.csv_rows import CsvRow, csv_rows
from accessreview.collectors.offline.files import ExportFile
from accessreview.collectors.vcenter.names import unescape
from accessreview.collectors.vcenter.raw import RawEntity
from accessreview.model.errors import InputError
from accessreview.snapshot.gaps import Gaps

ONLY_MACHINES = (
    "RVTools tells of virtual machines and what they lie in: folders, pools and hosts without a"
    " machine are not in the file, and neither are folders of datacenters and of hosts."
)
_COLUMNS = (
    *("VM", "VM ID", "Datacenter", "Cluster", "Host"),
    *("Folder", "Resource pool", "VI SDK Server"),
)
_ROOT = "group-d1"
"""What every vCenter calls its root folder."""


def read_vinfo(file: ExportFile) -> tuple[tuple[RawEntity, ...], tuple[str, ...]]:
    """Read all machines and make what they lie in; the second part are the gaps, never none.

    Raises:
        InputError: as of ``csv_rows``; also for a machine without an id or with one that another
            has, and for rows of several servers.
    """
    made = _Made()
    gaps = Gaps()
    servers: dict[str, str] = {}
    problems: list[str] = []
    for row in csv_rows(file, _COLUMNS):
        servers.setdefault(row["VI SDK Server"].casefold(), row.where)
        for column in ("VM", "VM ID", "Datacenter", "Host"):
            if not row[column]:
                problems.append(f"{row.where}: {column} is empty.")
                break
        else:
            if not made.add(_machine(row, made, gaps)):
                problems.append(f"{row.where}: a second machine has the id {row['VM ID']}.")
    if len(servers) > 1:
        problems.append(
            f"{list(servers.values())[1]}: the rows come from several servers. Export one vCenter"
            " at a time."
        )
    if problems:
        raise InputError(*problems)
    if not servers:
        raise InputError(f"{file.name} holds no virtual machine.")
    return tuple(made.entities.values()), (ONLY_MACHINES, *gaps.sentences())


class _Made:
    """Entities by id; those that rows only name are made when they are first met."""

    def __init__(self) -> None:
        self.entities: dict[str, RawEntity] = {}
        self.make("Folder", _ROOT, "Datacenters", "")

    def add(self, entity: RawEntity) -> bool:
        """Whether no other has its id."""
        return self.entities.setdefault(entity.id, entity) is entity

    def make(self, kind: str, ident: str, name: str, parent: str) -> str:
        if ident not in self.entities:
            self.entities[ident] = RawEntity(
                type=kind, id=ident, name=unescape(name), parent=parent
            )
        return ident

    def below(self, kind: str, above: str, names: Iterable[str]) -> str:
        """A chain of entities of one type, by the path from ``above``; the id of the last."""
        for name in names:
            above = self.make(kind, f"{above}/{name}", name, above)
        return above


def _machine(row: CsvRow, made: _Made, gaps: Gaps) -> RawEntity:
    center = made.make("Datacenter", f"/{row['Datacenter']}", row["Datacenter"], _ROOT)
    machines, hosts, stores = (
        made.below("Folder", center, [name]) for name in ("vm", "host", "datastore")
    )
    compute = _compute(row, made, hosts)
    host = made.make("HostSystem", f"{compute}/host/{row['Host']}", row["Host"], compute)
    is_template = row["Template"].lower() == "true"
    pool = "" if is_template else _pool(row, made, compute)
    if not (pool or is_template):
        gaps.add("The resource pool of a virtual machine was not shown", row["VM ID"])
    return RawEntity(
        type="VirtualMachine",
        id=row["VM ID"],
        name=unescape(row["VM"]),
        parent=_folder(row, made, machines),
        resource_pool=pool,
        host=host,
        datastores=tuple(made.below("Datastore", stores, [name]) for name in _stores(row)),
    )


def _stores(row: CsvRow) -> Iterable[str]:
    """The datastore of the machine's configuration, from ``[name] folder/file.vmx``."""
    name, bracket, _ = row["Path"].removeprefix("[").partition("]")
    return (name,) if bracket and row["Path"].startswith("[") and name else ()


def _compute(row: CsvRow, made: _Made, hosts: str) -> str:
    """The cluster; of a host that is in none, the compute resource of its name."""
    if row["Cluster"]:
        ident = f"{hosts}/{row['Cluster']}"
        return made.make("ClusterComputeResource", ident, row["Cluster"], hosts)
    return made.make("ComputeResource", f"{hosts}/{row['Host']}", row["Host"], hosts)


def _folder(row: CsvRow, made: _Made, machines: str) -> str:
    """From a path below the datacenter's folder of machines, or from the datacenter on."""
    path = row["Folder"]
    if path.startswith("/"):
        path = path.removeprefix(f"/{row['Datacenter']}").removeprefix("/vm")
    *above, last = ["", *filter(None, path.split("/"))]
    if not last:
        return machines
    parent = made.below("Folder", machines, filter(None, above))
    ident = row["Folder ID"] or f"{parent}/{last}"
    return made.make("Folder", ident, last, parent)


def _pool(row: CsvRow, made: _Made, compute: str) -> str:
    """From a path such as ``/DC/Cluster/Resources/Pool``; empty where it says no such thing."""
    before, root, path = row["Resource pool"].partition("/Resources")
    if not (before and root) or row["vApp"]:
        return ""
    pool = made.make("ResourcePool", f"{compute}/Resources", "Resources", compute)
    return made.below("ResourcePool", pool, filter(None, path.split("/")))
