"""Measure how fast a vCenter is read, beside a bare client and a script, and write the table of it.

    python bench/vcenter_speed.py [--entities 10000] [--runs 5]

Starts the lab vCenter with so many entities and as many permissions, on loopback. In each run every
client reads once, so that all have the same share of what else the machine does; the best run of
each counts. The table goes to ``docs/benchmarks.md``. Fails where ours is slower or needs more than
it may.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from report import machine, today, written

from accessreview.model.columns import Table
from accessreview.model.snapshot import TABLES, Coverage, Snapshot, Source, SourceKind
from accessreview.system import SystemClock
from tests.servers.lab_vcenter import Lab, running_lab

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
CLIENTS = Path(__file__).with_name("vcenter_clients.py")
NAMES = {
    "accessreview": "**accessreview**, to rows of a snapshot",
    "bare": f"the same by pyVmomi {version('pyvmomi')} alone, as it comes",
    "script": "a script that asks each entity for each of its properties and its permissions",
}
MOST_OF_BARE, LEAST_OF_SCRIPT, MOST_MEMORY = 1.5, 5, 200
"""How many times as long as bare, how many times as fast as the script, and MB."""

_HOSTS, _POOLS, _CLUSTER = 8, 4, 200
"""Hosts and pools of a cluster, and how many machines it has."""


@dataclass(frozen=True)
class Answer:
    seconds: float
    used: float
    entities: int
    permissions: int
    memory: int


def estate(entities: int) -> Snapshot:
    """Clusters of hosts, pools and machines, in one datacenter; as many permissions as entities."""
    rows = [*_inventory(entities)]
    placements = [
        ("vc", row[1], on)
        for number, row in enumerate(rows)
        if row[2] == "VirtualMachine"
        for on in (_host(row[5]), f"datastore-{number % 20}", f"network-{number % 20}")
    ]
    owners = [row[1] for row in rows if not row[6]]
    permissions = [
        ("vc", owners[number % len(owners)], f"CORP\\group-{number}", "true", "-2", "true")
        for number in range(entities)
    ]
    tables = {
        "entities": rows,
        "placements": placements,
        "permissions": permissions,
        "roles": [("vc", "-2", "ReadOnly", "true")],
        "role_privileges": [("vc", "-2", one) for one in ("System.Read", "System.View")],
    }
    now = SystemClock().now()
    source = Source("vc", SourceKind.VCENTER, "vc", Coverage.FULL, (), now, now)
    return Snapshot(
        now,
        (source,),
        {name: Table.of(schema, tables.get(name, [])) for name, schema in TABLES.items()},
        "",
    )


def _host(pool: str) -> str:
    cluster, number = pool.removeprefix("resgroup-").split("-")
    return f"host-{cluster}-{number}"


def _inventory(entities: int) -> Iterator[tuple[str, ...]]:
    yield "vc", "group-d1", "Folder", "Datacenters", "", "", ""
    yield "vc", "datacenter-1", "Datacenter", "North", "group-d1", "", ""
    for kind in "vhsn":
        yield "vc", f"group-{kind}1", "Folder", kind, "datacenter-1", "", "datacenter-1"
    for number in range(20):
        yield "vc", f"datastore-{number}", "Datastore", f"disk {number}", "group-s1", "", ""
        yield "vc", f"network-{number}", "Network", f"wire {number}", "group-n1", "", ""
    made, cluster = 46, 0
    while made < entities:
        for row in _cluster(cluster, min(_CLUSTER, entities - made)):
            made += 1
            yield row
        cluster += 1


def _cluster(number: int, machines: int) -> Iterator[tuple[str, ...]]:
    cluster, root, folder = f"domain-c{number}", f"resgroup-{number}", f"group-v{number}-0"
    yield "vc", cluster, "ClusterComputeResource", f"cluster {number}", "group-h1", "", ""
    yield "vc", root, "ResourcePool", "Resources", cluster, "", cluster
    yield "vc", folder, "Folder", f"machines {number}", "group-v1", "", ""
    for one in range(_HOSTS):
        yield "vc", f"host-{number}-{one}", "HostSystem", f"esx-{number}-{one}", cluster, "", ""
    for one in range(_POOLS):
        yield "vc", f"resgroup-{number}-{one}", "ResourcePool", f"pool {one}", root, "", ""
    for one in range(machines - _HOSTS - _POOLS - 3):
        pool = f"resgroup-{number}-{one % _POOLS}"
        yield "vc", f"vm-{number}-{one}", "VirtualMachine", f"vm {number}-{one}", folder, pool, ""


def asked(client: str, lab: Lab) -> Answer:
    words = [CLIENTS, client, lab.host, lab.port, lab.ca_file, lab.user, lab.password]
    done = subprocess.run(
        [sys.executable, *map(str, words)], capture_output=True, text=True, check=True
    )
    seconds, used, entities, permissions, memory = done.stdout.split()
    return Answer(float(seconds), float(used), int(entities), int(permissions), int(memory))


class Race:
    """The best of every client, by the seconds and by the processor's seconds."""

    def __init__(self) -> None:
        self._answers: dict[str, list[Answer]] = {}

    def run(self, lab: Lab, runs: int) -> None:
        """Let all read in turn; the script but once, for it takes minutes.

        Raises:
            SystemExit: one has read something else than the others.
        """
        for run in range(runs):
            for client in NAMES if run == 0 else ("accessreview", "bare"):
                answer = asked(client, lab)
                self._answers.setdefault(client, []).append(answer)
                print(f"run {run + 1} {client}: {answer}")
        told = {(one.entities, one.permissions) for some in self._answers.values() for one in some}
        if len(told) != 1:
            raise SystemExit(f"The clients have read different things: {sorted(told)}.")

    def seconds(self, client: str) -> float:
        return min(one.seconds for one in self._answers[client])

    def used(self, client: str) -> float:
        return min(one.used for one in self._answers[client])

    def memory(self, client: str) -> float:
        return max(one.memory for one in self._answers[client]) / 1024

    @property
    def size(self) -> Answer:
        return self._answers["bare"][0]

    def problems(self) -> Iterator[str]:
        ours, bare, script = map(self.seconds, ("accessreview", "bare", "script"))
        if ours > MOST_OF_BARE * bare:
            yield f"Ours takes {ours / bare:.2f} times as long as bare pyVmomi."
        if ours * LEAST_OF_SCRIPT > script:
            yield f"The script takes only {script / ours:.1f} times as long as ours."
        if self.memory("accessreview") > MOST_MEMORY:
            yield f"Ours needs {self.memory('accessreview'):.0f} MB."

    def rows(self) -> Iterator[str]:
        ours = self.seconds("accessreview")
        for client, label in NAMES.items():
            cells = (
                f"{self.seconds(client):.2f}",
                f"{self.seconds(client) / ours:.2f}",
                f"{self.used(client):.2f}",
                f"{self.memory(client):.0f}",
            )
            yield f"| {label} | {' | '.join(cells)} |"


def _text(race: Race, runs: int) -> str:
    command = " ".join((".venv/bin/python bench/vcenter_speed.py", *sys.argv[1:]))
    size = race.size
    what = f"{size.entities:,} entities and {size.permissions:,} permissions"
    lines = [
        f"`{command}`, {today()}. {machine()}. Python {sys.version.split()[0]}.",
        f"{what}. The best of {runs} runs, of the script the only one.",
        "",
        "| | seconds | of ours | of the processor | MB |",
        "|---|---:|---:|---:|---:|",
    ]
    return "\n".join([*lines, *race.rows()])


def main() -> None:
    ask = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    ask.add_argument("--entities", type=int, default=10_000)
    ask.add_argument("--runs", type=int, default=5)
    given = ask.parse_args()
    race = Race()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder), estate(given.entities)) as lab,
    ):
        race.run(lab, given.runs)
    text = _text(race, given.runs)
    print(text)
    PAGE.write_text(written(PAGE.read_text("utf-8"), "vcenters", text), "utf-8")
    if problems := [*race.problems()]:
        raise SystemExit(" ".join(problems))


if __name__ == "__main__":
    main()
