"""Random estates and rulesets: small, and shaped to be nasty. The same seed makes the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
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
from accessreview.model.snapshot import Coverage, Snapshot, Source, SourceKind
from tests.estates import TAKEN_AT, snapshot_of
from tests.random_inventory import Inventory, esxi_host, vcenter

PRIVILEGES = tuple(f"{area}.{do}" for area in ("Host", "VM", "Auth") for do in "ABC")
MANY_PRIVILEGES = tuple(f"{area}.{n}" for area in ("Host", "VM", "Auth") for n in range(50))
TYPES = (
    "Folder",
    "HostSystem",
    "ComputeResource",
    "ClusterComputeResource",
    "VirtualMachine",
    "Datastore",
    "Nothing",
)
NO_ACCESS = "0"
Object = tuple[str, str]
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """What one seed draws, and a word for its shape."""

    shape: str
    snapshot: Snapshot
    ruleset: Ruleset


@dataclass(frozen=True, slots=True)
class _Sizes:
    accounts: int = 6
    groups: int = 8
    roles: int = 6
    permissions: int = 14
    privileges: tuple[str, ...] = PRIVILEGES
    inventory: bool = True


_EMPTY = {
    "accounts": _Sizes(accounts=0),
    "groups": _Sizes(groups=0),
    "roles": _Sizes(roles=0),
    "permissions": _Sizes(permissions=0),
    "inventory": _Sizes(inventory=False),
    "all": _Sizes(0, 0, 0, 0, inventory=False),
}
_MANY = {
    "principals": _Sizes(groups=120, permissions=600),
    "roles": _Sizes(roles=200, permissions=800, privileges=MANY_PRIVILEGES),
    "identities": _Sizes(accounts=160, groups=60, permissions=150),
    "duties": _Sizes(),
}
_ODD = [("no", part) for part in _EMPTY] + [("many", part) for part in _MANY]


def random_case(seed: int) -> Case:
    """One estate and one ruleset; one in eight empty in some part, or beyond 64 in another."""
    rng = Random(seed)  # noqa: S311 - reproducible, not secret
    if seed % 8 == 0:
        size, part = _ODD[seed // 8 % len(_ODD)]
        sizes = {"no": _EMPTY, "many": _MANY}[size][part]
        counts = {"duties": 70, "extra": 40} if (size, part) == ("many", "duties") else {}
        ruleset = random_ruleset(rng, sizes.privileges, **counts)
        return Case(f"{size} {part}", _snapshot(rng, sizes), ruleset)
    sizes = _Sizes(accounts=rng.randint(1, 8), permissions=rng.choice((6, 14, 24, 40)))
    return Case("small", _snapshot(rng, sizes), random_ruleset(rng))


def random_snapshot(  # noqa: PLR0913 - sizes, each with a default
    rng: Random,
    *,
    accounts: int = 6,
    groups: int = 8,
    roles: int = 6,
    permissions: int = 14,
    privileges: tuple[str, ...] = PRIVILEGES,
) -> Snapshot:
    """Directories, vCenters and permissions at random; satisfies every rule of a bundle.

    Draws from ``rng`` once, so that a property test's slow generator only makes the seed.
    """
    own = Random(rng.getrandbits(32))  # noqa: S311 - reproducible, not secret
    sizes = _Sizes(
        accounts=accounts,
        groups=groups,
        roles=roles,
        permissions=permissions,
        privileges=privileges,
    )
    return _snapshot(own, sizes)


@dataclass(slots=True)
class _People:
    """Accounts and groups of all directories, under which names, and who is in which group."""

    rng: Random
    accounts: list[Object] = field(default_factory=list)
    groups: list[Object] = field(default_factory=list)
    names: set[Row] = field(default_factory=set)
    members: set[Row] = field(default_factory=set)

    def fill(self, sizes: _Sizes, sources: Sequence[str]) -> None:
        rng = self.rng
        for n in range(sizes.accounts):
            self.accounts.append((rng.choice(sources) if n else "d1", f"a{n}"))
        if sizes.accounts > 1 and rng.random() < 0.3:
            self.accounts.append(("d2", "a0"))  # an id that two directories use
        self.groups = [(rng.choice(sources), f"g{n}") for n in range(sizes.groups)]
        if sizes.groups and rng.random() < 0.3:
            self.groups += {("d2", "a0")} - {*self.accounts}
        self.name()
        if self.groups:
            self.join()

    def name(self) -> None:
        rng = self.rng
        for who in (*self.accounts, *self.groups):
            if rng.random() < 0.95:  # a few are known to no vCenter
                self.names.add((*who, f"D\\{who[1]}"))
            if who in self.accounts:
                self.names.add((*who, f"{who[1]}@d.example"))
        everybody = [*self.accounts, *self.groups]
        if everybody and rng.random() < 0.5:  # one name, several objects, perhaps of both kinds
            self.names |= {(*rng.choice(everybody), "D\\twin") for _ in range(rng.randint(2, 3))}
        if self.groups and rng.random() < 0.3:
            self.names.add((*rng.choice(self.groups), "D\\a0"))
        if everybody and rng.random() < 0.3:
            self.names.add((*rng.choice(everybody), "D\\Große Straße"))

    def join(self) -> None:
        rng, groups = self.rng, self.groups
        everybody = [*self.accounts, *groups]
        density, flat = rng.choice((0.4, 1, 2)), 0.6
        if len(self.accounts) > 64:  # or all are in all, and nobody differs from anybody
            density, flat = 2, 0.95
        for _ in range(int(density * len(everybody))):
            inside = rng.choice(self.accounts or groups) if rng.random() < flat else None
            self.members.add((*rng.choice(groups), *(inside or rng.choice(groups))))
        if rng.random() < 0.3:  # one inside the other, to the last
            chain = rng.sample(groups, len(groups))
            self.members |= {(*outer, *inner) for outer, inner in pairwise(chain)}
            self.members.add((*chain[-1], *rng.choice(everybody)))
        if rng.random() < 0.3:  # a ring, of one group even
            ring = rng.sample(groups, rng.randint(1, min(4, len(groups))))
            self.members |= {(*a, *b) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)}

    def tables(self) -> dict[str, list[Row]]:
        rng, few = self.rng, len(self.accounts) < 20
        persons = ("p1", "p1", "p2", "d1/a0")  # the last is what a0 is called by itself
        return {
            "accounts": [
                (
                    *who,
                    who[1],
                    who[1],
                    "",
                    rng.choice(("human", "service", "unknown")),
                    enabled,
                    who_is,
                )
                for who in self.accounts
                for enabled in (rng.choice(("true", "true", "false")),)
                for who_is in (
                    rng.choice(("", rng.choice(persons) if few else who[1], rng.choice(persons))),
                )
            ],
            "groups": [(*who, who[1]) for who in self.groups],
            "principal_names": sorted(self.names),
            "members": sorted(self.members),
        }


@dataclass(slots=True)
class _Entries:
    """Permissions of one vCenter."""

    rng: Random
    inventory: Inventory
    people: _People
    roles: Sequence[str]
    rows: dict[tuple[str, str, str], Row] = field(default_factory=dict)

    def fill(self, count: int) -> None:
        rng = self.rng
        spellings = sorted({name for _, _, name in self.people.names} | {"D\\nobody"})
        entities = [row[1] for row in self.inventory.rows]
        hot = rng.sample(entities, min(3, len(entities)))
        for _ in range(rng.randint(count if count > 100 else count // 3, count)):
            draw = rng.random()
            where = (
                "" if draw < 0.08 or not entities else rng.choice(hot if draw < 0.3 else entities)
            )
            self.add(where, rng.choice(spellings), group=rng.random() < 0.65)
        if count and rng.random() < 0.5:
            self.meet(entities, spellings)
        if count and rng.random() < 0.4:
            self.share(spellings)

    def add(self, entity: str, name: str, *, group: bool, role: str | None = None) -> None:
        rng = self.rng
        name = rng.choice((name, name, name.upper(), name.lower()))
        if role is None:
            role = NO_ACCESS if rng.random() < 0.15 else rng.choice(self.roles)
        is_group = "true" if group else "false"
        self.rows[entity, name.casefold(), is_group] = (
            self.inventory.vcenter,
            entity,
            name,
            is_group,
            role,
            rng.choice(("true", "true", "false")),
        )

    def meet(self, entities: Sequence[str], spellings: Sequence[str]) -> None:
        """An account's own entry beside one of a group that it is in, and one above all."""
        rng, inside = self.rng, sorted(self.people.members)
        if not inside:
            return
        member = rng.choice(inside)
        name, outer = f"D\\{member[3]}", f"D\\{member[1]}"
        entity = rng.choice(entities) if entities else ""
        self.add(entity, name, group=(member[2], member[3]) in self.people.groups)
        self.add(entity, outer, group=True)
        self.add("", rng.choice((outer, rng.choice(spellings))), group=True)

    def share(self, spellings: Sequence[str]) -> None:
        """One principal on an entity and on the one whose permission list it shares."""
        sharing = [(row[1], row[6]) for row in self.inventory.rows if row[6]]
        if sharing:
            name, group = self.rng.choice(spellings), self.rng.random() < 0.6
            for entity in self.rng.choice(sharing):
                self.add(entity, name, group=group)


def _snapshot(rng: Random, sizes: _Sizes) -> Snapshot:
    esxi = rng.random() < 0.1
    people = _People(rng)
    people.fill(sizes, ("d1", "d1", "d2", *(("h1",) if esxi else ())))
    tables = people.tables()
    inventories = [Inventory(name, rng) for name in ("v1", "v2")[: rng.randint(1, 2)]]
    for inventory in inventories:
        if sizes.inventory and rng.random() > 0.02:
            vcenter(inventory)
    if esxi:
        inventories.append(Inventory("h1", rng))
        esxi_host(inventories[-1])
    for inventory in inventories:
        tables.setdefault("entities", []).extend(inventory.rows)
        tables.setdefault("placements", []).extend(sorted(inventory.placed))
        roles = [str(number) for number in range(sizes.roles)]
        for role, held in _roles(rng, roles, sizes.privileges).items():
            row = (inventory.vcenter, role, f"role {role}", "false")
            tables.setdefault("roles", []).append(row)
            rows = ((inventory.vcenter, role, privilege) for privilege in held)
            tables.setdefault("role_privileges", []).extend(rows)
        if roles:
            entries = _Entries(rng, inventory, people, roles)
            entries.fill(sizes.permissions)
            tables.setdefault("permissions", []).extend(entries.rows.values())
    kinds = {"d1": SourceKind.DIRECTORY, "d2": SourceKind.DIRECTORY}
    kinds |= {i.vcenter: SourceKind.VCENTER for i in inventories}
    kinds |= {"h1": SourceKind.ESXI} if esxi else {}
    sources = [
        Source(name, kind, name, Coverage.FULL, (), TAKEN_AT, TAKEN_AT)
        for name, kind in sorted(kinds.items())
    ]
    return replace(snapshot_of(tables), sources=tuple(sources))


def _roles(
    rng: Random, roles: Sequence[str], privileges: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Role 0 gives no access; some of the others are equal, some part of another."""
    found: dict[str, tuple[str, ...]] = {}
    for role in roles:
        draw = rng.random()
        if role == NO_ACCESS:
            found[role] = ()
        elif draw < 0.15 and len(found) > 1:
            found[role] = rng.choice(list(found.values()))
        elif draw < 0.25:
            found[role] = privileges
        else:
            found[role] = tuple(rng.sample(privileges, rng.randint(0, 5)))
    return found


def random_ruleset(
    rng: Random, privileges: tuple[str, ...] = PRIVILEGES, *, duties: int = 6, extra: int = 5
) -> Ruleset:
    """Duties and rules of every kind and scope at random; ``extra`` of each kind beyond that."""
    broad = ("Host.*", "VM.*", "Auth.*", "*.A", "*.B", "*", "H*.*", "host.*", "Nothing.*")
    patterns = (*rng.sample(privileges, 9), *broad)
    drawn = {f"d{number}": _duty(rng, f"d{number}", patterns) for number in range(duties)}
    names = sorted(drawn)
    rules: list[Rule] = []
    for number, scope in enumerate((*Scope, *rng.choices(list(Scope), k=extra))):
        chosen = tuple(rng.sample(names, rng.randint(1, min(4, len(names)))))
        threshold = rng.randint(1, len(chosen))
        rules.append(
            ConflictRule(
                id=f"c{number}-{scope}",
                severity=Severity.HIGH,
                title="",
                duties=chosen,
                threshold=threshold,
                scope=scope,
            )
        )
    for number in range(extra):
        duty, low = rng.choice(names), Severity.LOW
        reach, sprawl = number % 9 * 4, number % 9
        rules.append(
            ReachRule(id=f"r{number}", severity=low, title="", duty=duty, max_objects=reach)
        )
        rules.append(
            SprawlRule(id=f"s{number}", severity=low, title="", duty=duty, max_identities=sprawl)
        )
    return Ruleset("random", "1", drawn, tuple(rules), "", "")


def _duty(rng: Random, ident: str, patterns: tuple[str, ...]) -> Duty:
    any_of = tuple(rng.sample(patterns, rng.choice((0, 1, 2, 4))))
    return Duty(
        id=ident,
        title="",
        types=frozenset(rng.sample(TYPES, rng.choice((0, 1, 2)))),
        any_of=any_of,
        at_least=rng.randint(1, 4) if any_of else 1,
        all_of=tuple(rng.sample(patterns, rng.choice((0, 1) if any_of else (1, 2, 3)))),
    )
