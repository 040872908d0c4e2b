# ruff: noqa: PLR2004 - shares and chances are what an estate is made of
"""Write a synthetic estate as a snapshot bundle, deterministic by seed.

    python bench/make_estate.py OUT --accounts 1000000 --groups 100000 --entities 100000 \
        --permissions 20000 --vcenters 20 --seed 1 --format parquet

What it imitates: departments of nested groups (eight levels, a few cycles), twelve direct groups an
account with skewed popularity, permission-bearing groups mostly in a few IT departments
(``--spread`` draws them from everywhere, the hard case), inventories with both inheritance paths,
complex entities, overrides, No access entries, entries that do not propagate, global permissions,
entries for single accounts and for principals that no directory knows, and one person in thirty
with two accounts.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from estate_parts import Inventory, catalogue, nested_groups
from numpy.typing import NDArray

from accessreview.bundles.writer import write_bundle
from accessreview.model.columns import Column, Table
from accessreview.model.snapshot import TABLES, Coverage, Snapshot, Source, SourceKind
from accessreview.snapshot.compose import seal

Ints = NDArray[np.int64]
DIRECTORY = "dir-corp"
STARTED, FINISHED = (datetime(2026, 9, 30, 2, minute, tzinfo=UTC) for minute in (0, 5))
WEIGHTS = {
    "Folder": 3.0,
    "Datacenter": 20.0,
    "ClusterComputeResource": 10.0,
    "ComputeResource": 2.0,
    "HostSystem": 0.5,
    "ResourcePool": 5.0,
    "VirtualMachine": 0.08,
    "Datastore": 0.3,
    "Network": 0.3,
}
"""How likely a permission is set on an entity of each type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """``direct``: direct groups an account; ``bearing``: groups with permissions, 0 for a share."""

    accounts: int = 10_000
    groups: int = 2_000
    entities: int = 10_000
    permissions: int = 2_000
    vcenters: int = 4
    roles: int = 60
    direct: float = 12.0
    bearing: int = 0
    padding: int = 340
    spread: bool = False


def make_estate(sizes: Sizes, seed: int = 1) -> Snapshot:
    """A sealed snapshot of the given sizes."""
    rng = np.random.default_rng(seed)
    department, child, parent = nested_groups(rng, sizes.groups)
    owner, group = _memberships(rng, sizes, department)
    tables = _directory(rng, sizes, (owner, group), (child, parent))
    tables |= _vcenters(rng, sizes, _bearing(rng, sizes, department))
    ids = [f"vc-{number:03d}" for number in range(sizes.vcenters)]
    kinds = [(ident, SourceKind.VCENTER) for ident in ids] + [(DIRECTORY, SourceKind.DIRECTORY)]
    sources = [Source(i, kind, i, Coverage.FULL, (), STARTED, FINISHED) for i, kind in kinds]
    return seal(FINISHED, sources, tables)


def _memberships(rng: np.random.Generator, sizes: Sizes, department: Ints) -> tuple[Ints, Ints]:
    """Accounts in departments, direct memberships skewed towards popular groups."""
    accounts, groups = sizes.accounts, sizes.groups
    departments = int(department.max()) + 1
    order = np.argsort(department, kind="stable")
    start = np.searchsorted(department[order], np.arange(departments + 1))
    size = np.diff(start)
    home = rng.integers(0, departments, accounts)
    home = np.where(size[home] > 0, home, int(np.argmax(size)))
    owner = np.repeat(np.arange(accounts), np.maximum(1, rng.poisson(sizes.direct, accounts)))
    where = home[owner]
    skewed = (rng.random(len(owner)) ** 2 * size[where]).astype(np.int64)
    near = order[start[where] + np.minimum(skewed, size[where] - 1)]
    at_home = rng.random(len(owner)) < 0.9
    group = np.where(at_home, near, rng.integers(0, groups, len(owner)))
    pairs = np.unique(owner.astype(np.int64) * groups + group)
    owner, group = np.divmod(pairs, groups)
    return owner, group


def _bearing(rng: np.random.Generator, sizes: Sizes, department: Ints) -> Ints:
    """The groups that permissions are given to, most popular first."""
    count = sizes.bearing or max(8, sizes.groups // 30)
    few_departments = max(1, (int(department.max()) + 1) // 20)
    technical = np.flatnonzero(department < few_departments)
    if sizes.spread or len(technical) < count:
        return rng.choice(sizes.groups, min(count, sizes.groups), replace=False)
    others = np.flatnonzero(department >= few_departments)
    few = int(count * 0.1)
    parts = (
        rng.choice(technical, count - few, replace=False),
        rng.choice(others, few, replace=False),
    )
    return np.concatenate(parts)


def _directory(
    rng: np.random.Generator,
    sizes: Sizes,
    joined: tuple[Ints, Ints],
    nested: tuple[Ints, Ints],
) -> dict[str, Table]:
    accounts, groups = range(sizes.accounts), range(sizes.groups)
    account_ids = tuple(f"S-1-5-21-1111-2222-3333-{1_000_000 + n}" for n in accounts)
    group_ids = tuple(f"S-1-5-21-1111-2222-3333-{50_000_000 + n}" for n in groups)
    person = np.arange(sizes.accounts)
    second = rng.random(sizes.accounts) < 1 / 30
    person[second] = rng.integers(0, sizes.accounts, int(second.sum()))
    each = np.arange(sizes.accounts)
    people = _table(
        "accounts",
        _same(DIRECTORY, sizes.accounts),
        _coded(each, account_ids),
        _coded(each, [f"user{n}" for n in accounts]),
        _coded(each, [f"User {n}" for n in accounts]),
        _coded(each, [f"user{n}@corp.example" for n in accounts]),
        _coded(rng.random(sizes.accounts) < 0.02, ("human", "service")),
        _coded(rng.random(sizes.accounts) < 0.94, ("false", "true")),
        _coded(person, [f"person-{n}" for n in accounts]),
    )
    every = np.arange(sizes.groups)
    named = _table(
        "groups",
        _same(DIRECTORY, sizes.groups),
        _coded(every, group_ids),
        _coded(every, [f"G-{n}" for n in groups]),
    )
    ids = (*account_ids, *group_ids)
    spellings = [f"CORP\\user{n}" for n in accounts]
    spellings += [f"user{n}@corp.example" for n in accounts]
    spellings += [f"CORP\\G-{n}" for n in groups]
    bearers = np.concatenate([each, each, every + sizes.accounts])
    names = _table(
        "principal_names",
        _same(DIRECTORY, len(spellings)),
        _coded(bearers, ids),
        _coded(np.arange(len(spellings)), spellings),
    )
    inside = np.concatenate([joined[0], nested[0] + sizes.accounts])
    around = np.concatenate([joined[1], nested[1]])
    source = _same(DIRECTORY, len(inside))
    members = _table("members", source, _coded(around, group_ids), source, _coded(inside, ids))
    return {"accounts": people, "groups": named, "principal_names": names, "members": members}


def _vcenters(rng: np.random.Generator, sizes: Sizes, bearing: Ints) -> dict[str, Table]:
    rows: dict[str, list[tuple[str, ...]]] = {
        name: [] for name in ("entities", "placements", "roles", "role_privileges", "permissions")
    }
    count = max(1, min(sizes.accounts, sizes.permissions * 3 // 100))
    named = rng.choice(sizes.accounts, count, replace=False)
    for number in range(sizes.vcenters):
        vcenter = f"vc-{number:03d}"
        inventory = Inventory(rng, sizes.entities // sizes.vcenters)
        rows["entities"] += [(vcenter, *row) for row in inventory.rows]
        rows["placements"] += [(vcenter, *pair) for pair in inventory.placed]
        roles = catalogue(rng, sizes.roles, sizes.padding)
        for role in roles:
            rows["roles"].append((vcenter, role.id, role.name, str(role.system).lower()))
            rows["role_privileges"] += [(vcenter, role.id, each) for each in role.privileges]
        wanted = sizes.permissions // sizes.vcenters
        entries = _permissions(rng, inventory, [role.id for role in roles], wanted, bearing, named)
        rows["permissions"] += [(vcenter, *row) for row in entries]
    return {name: Table.of(TABLES[name], made) for name, made in rows.items()}


def _permissions(  # noqa: PLR0913, PLR0917 - what is drawn from, one a parameter
    rng: np.random.Generator,
    inventory: Inventory,
    roles: Sequence[str],
    wanted: int,
    bearing: Ints,
    named: Ints,
) -> Iterable[tuple[str, ...]]:
    carriers = [row for row in inventory.rows if not row[5]]
    weights = np.array([WEIGHTS[row[1]] for row in carriers])
    few = min(len(carriers), max(2, int(wanted * 0.3)))
    chosen = rng.choice(len(carriers), few, replace=False, p=weights / weights.sum())
    role_of = rng.integers(0, len(roles), wanted * 2)
    made: dict[tuple[str, str], tuple[str, ...]] = {}
    for draw_of_role in role_of.tolist():
        if len(made) >= wanted:
            break
        draw = rng.random()
        is_group = "true"
        if draw < 0.05:
            principal = f"CORP\\user{named[int(rng.integers(len(named)))]}"
            is_group = "false"
        elif draw < 0.06:
            principal = f"CORP\\gone-{int(rng.integers(10_000))}"
        else:
            principal = f"CORP\\G-{bearing[int(rng.random() ** 1.7 * len(bearing))]}"
        on = carriers[chosen[int(rng.integers(len(chosen)))]][0]
        entity = "" if rng.random() < 0.002 else on
        if (entity, principal) in made:
            continue
        # the first role is Admin, the second may only read
        role = draw_of_role if rng.random() > 0.03 else 0
        if role == 0 and rng.random() < 0.5:
            role = 1
        propagate = "true" if rng.random() < 0.9 else "false"
        made[entity, principal] = (entity, principal, is_group, roles[role], propagate)
    return made.values()


def _table(name: str, *columns: Column) -> Table:
    return Table(TABLES[name], dict(zip(TABLES[name].columns, columns, strict=True)))


def _coded(codes: NDArray[np.generic], values: Sequence[str]) -> Column:
    return Column(codes.astype(np.int32), tuple(values))


def _same(value: str, count: int) -> Column:
    return Column(np.zeros(count, dtype=np.int32), (value,))


def main() -> None:
    summary, form = (__doc__ or "").split("\n\n", 1)
    ask = argparse.ArgumentParser(
        description=summary, epilog=form, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("out", type=Path, help="a folder to make, or a file whose name ends in .zip")
    for name in ("accounts", "groups", "entities", "permissions", "vcenters", "roles", "bearing"):
        ask.add_argument(f"--{name}", type=int, default=getattr(Sizes(), name))
    ask.add_argument("--padding", type=int, default=340, help="privileges that only Admin holds")
    ask.add_argument("--direct", type=float, default=12.0, help="direct groups an account")
    ask.add_argument("--spread", action="store_true", help="permissions to groups everywhere")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--format", choices=["csv", "parquet"], default="csv")
    given = vars(ask.parse_args())
    out, seed, table_format = (given.pop(name) for name in ("out", "seed", "format"))
    snapshot = make_estate(Sizes(**given), seed)
    write_bundle(snapshot, out, table_format)
    print(json.dumps({name: len(table) for name, table in snapshot.tables.items()}))


if __name__ == "__main__":
    main()
