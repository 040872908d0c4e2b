"""Random estates for property tests: small, and shaped to be nasty."""

from dataclasses import dataclass, field
from random import Random

from accessreview.model.policy import (
    ConflictRule,
    Duty,
    ReachRule,
    Rule,
    Ruleset,
    Scope,
    Severity,
    SprawlRule,
)
from accessreview.model.snapshot import Snapshot
from tests.estates import snapshot_of

PRIVILEGES = tuple(f"{area}.{do}" for area in ("Host", "VM", "Auth") for do in "ABC")
TYPES = ("Folder", "HostSystem", "ClusterComputeResource", "VirtualMachine", "Datastore")


@dataclass(slots=True)
class Inventory:
    """Rows of ``entities`` and ``placements`` of one vCenter."""

    vcenter: str
    rng: Random
    rows: list[tuple[str, ...]] = field(default_factory=list)
    placed: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, kind: str, parent: str = "", second: str = "", acl_of: str = "") -> str:
        ident = f"e{len(self.rows)}"
        self.rows.append((self.vcenter, ident, kind, ident, parent, second, acl_of))
        return ident

    def fill(self) -> None:
        rng = self.rng
        root = self.add("Folder")
        for _ in range(rng.randint(0, 2)):
            self.datacenter(self.add("Folder", root) if rng.random() < 0.3 else root)

    def datacenter(self, parent: str) -> None:
        rng = self.rng
        dc = self.add("Datacenter", parent)
        vms, hosts, stores, _ = (self.add("Folder", dc, acl_of=dc) for _ in range(4))
        folders = [vms]
        for _ in range(rng.randint(0, 3)):
            folders.append(self.add("Folder", rng.choice(folders)))
        cluster = self.add("ClusterComputeResource", hosts)
        pools = [self.add("ResourcePool", cluster, acl_of=cluster)]
        machines = [self.add("HostSystem", cluster) for _ in range(rng.randint(0, 2))]
        lone = self.add("ComputeResource", hosts)
        machines.append(self.add("HostSystem", lone, acl_of=lone))
        pools.append(self.add("ResourcePool", lone, acl_of=lone))
        for _ in range(rng.randint(0, 3)):
            pools.append(self.add("ResourcePool", rng.choice(pools)))
        vapp = self.add("VirtualApp", rng.choice(pools), rng.choice(folders))
        datastores = [self.add("Datastore", stores) for _ in range(rng.randint(1, 2))]
        for _ in range(rng.randint(0, 4)):
            draw = rng.random()
            if draw < 0.15:
                vm = self.add("VirtualMachine", vapp)
            elif draw < 0.3:
                vm = self.add("VirtualMachine", rng.choice(folders))
            else:
                vm = self.add("VirtualMachine", rng.choice(folders), rng.choice(pools))
            for on in (rng.choice(machines), rng.choice(datastores)):
                if rng.random() < 0.8:
                    self.placed.add((self.vcenter, vm, on))
            if draw > 0.9:
                self.add("VirtualMachine", rng.choice(folders), rng.choice(pools), acl_of=vm)


def random_snapshot(  # noqa: PLR0913 - sizes, each with a default
    rng: Random,
    *,
    accounts: int = 6,
    groups: int = 8,
    roles: int = 6,
    permissions: int = 14,
    privileges: tuple[str, ...] = PRIVILEGES,
) -> Snapshot:
    """Directories, vCenters and permissions at random; satisfies every rule of a bundle."""
    people = [("d1", f"a{n}") for n in range(accounts)]
    circles = [(rng.choice(("d1", "d2")), f"g{n}") for n in range(groups)]
    names = [(*who, f"D\\{who[1]}") for who in (*people, *circles)]
    names += [(*who, f"{who[1]}@d.example") for who in people]
    # some names are carried by several objects, of one kind and of both
    names += [(*rng.choice(people + circles), "D\\twin") for _ in range(2)]
    names += [(*rng.choice(circles), "D\\a0")]
    spellings = [name for _, _, name in names] + ["D\\nobody"]
    members = {
        (*rng.choice(circles), *rng.choice(people if rng.random() < 0.6 else circles))
        for _ in range(2 * (accounts + groups))
    }
    tables: dict[str, list[tuple[str, ...]]] = {
        "accounts": [
            (*who, who[1], who[1], "", "human", rng.choice(("true", "true", "false")), identity)
            for who in people
            for identity in (rng.choice(("", "p1", "p2", who[1])),)
        ],
        "groups": [(*who, who[1]) for who in circles],
        "principal_names": sorted(set(names)),
        "members": sorted(members),
    }
    for vcenter in ("v1", "v2")[: rng.randint(1, 2)]:
        inventory = Inventory(vcenter, rng)
        inventory.fill()
        tables.setdefault("entities", []).extend(inventory.rows)
        tables.setdefault("placements", []).extend(sorted(inventory.placed))
        entries = {}
        for _ in range(rng.randint(0, permissions)):
            entity = "" if rng.random() < 0.1 else rng.choice(inventory.rows)[1]
            name = rng.choice(spellings)
            name = name.upper() if rng.random() < 0.2 else name
            is_group = rng.choice(("true", "true", "false"))
            row = (vcenter, entity, name, is_group, str(rng.randrange(roles)))
            entries[entity, name.casefold(), is_group] = (*row, rng.choice(("true", "false")))
        tables.setdefault("permissions", []).extend(entries.values())
        for role in range(roles):
            tables.setdefault("roles", []).append((vcenter, str(role), f"role {role}", "false"))
            held = rng.sample(privileges, rng.randint(0, min(4, len(privileges)))) if role else []
            tables.setdefault("role_privileges", []).extend((vcenter, str(role), p) for p in held)
    return snapshot_of(tables)


def random_ruleset(rng: Random, privileges: tuple[str, ...] = PRIVILEGES) -> Ruleset:
    """Duties and rules of every kind and scope at random."""
    patterns = (*privileges, "Host.*", "VM.*", "*.A", "*")
    duties = {}
    for number in range(4):
        any_of = tuple(rng.sample(patterns, rng.randint(0, 3)))
        duties[f"d{number}"] = Duty(
            id=f"d{number}",
            title="",
            types=frozenset(rng.sample(TYPES, rng.choice((0, 0, 1, 2)))),
            any_of=any_of,
            at_least=rng.randint(1, 3) if any_of else 1,
            all_of=tuple(rng.sample(patterns, rng.randint(0 if any_of else 1, 2))),
        )
    rules: list[Rule] = []
    for scope in Scope:
        chosen = tuple(rng.sample(sorted(duties), rng.randint(1, 3)))
        rules.append(
            ConflictRule(
                id=f"c-{scope}",
                severity=Severity.HIGH,
                title="",
                duties=chosen,
                threshold=rng.randint(1, len(chosen)),
                scope=scope,
            )
        )
    for number in range(2):
        duty = f"d{rng.randrange(4)}"
        rules.append(
            ReachRule(
                id=f"r{number}", severity=Severity.LOW, title="", duty=duty, max_objects=number * 4
            )
        )
        rules.append(
            SprawlRule(
                id=f"s{number}", severity=Severity.LOW, title="", duty=duty, max_identities=number
            )
        )
    return Ruleset("random", "1", duties, tuple(rules), "", "")
