"""An estate's bundle as integer arrays, from which everything measured beside the engine starts.

Made from the Parquet files by Arrow alone, without the engine, so that what is compared with the
engine's answers does not rest on the engine's numbering. Kept beside the bundle, as a file of
NumPy arrays. Made for estates of ``make_estate.py``: one directory, ids unique in it.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

Ints = NDArray[np.int32]
FILE = "numbers.npz"
GRANT, VM_ADMIN = 1, 2
"""The duties ``grant`` and ``vm-admin`` of ``ruleset.toml``, which the plain methods judge."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Parallel arrays, by what they are of.

    Accounts, groups, entities and identities are numbered by their first row; principals are the
    distinct ones that permissions name. Nodes are entities with a permission list of
    their own, and one node above all of a vCenter; ``edge`` leads from a node to those it inherits
    from. ``power`` are the privileges of a role that one of two duties counts.
    """

    member_account: Ints
    member_group: Ints
    nested_child: Ints
    nested_parent: Ints
    bearer_group: Ints
    bearer_principal: Ints
    named_account: Ints
    named_principal: Ints
    entry_node: Ints
    entry_principal: Ints
    entry_role: Ints
    entry_propagates: Ints
    entry_direct: Ints
    edge_child: Ints
    edge_parent: Ints
    entity_node: Ints
    entity_machine: Ints
    person_account: Ints
    person_identity: Ints
    power_role: Ints
    power_duty: Ints
    power_privilege: Ints

    def columns(self, table: str) -> dict[str, Ints]:
        """The arrays of one table, by what follows its name."""
        return {
            field.name.removeprefix(f"{table}_"): getattr(self, field.name)
            for field in fields(self)
            if field.name.startswith(f"{table}_")
        }

    def identity_count(self) -> int:
        return int(self.person_identity.max(initial=-1)) + 1


TABLES = ("member", "nested", "bearer", "named", "entry", "edge", "entity", "person", "power")


def load_numbers(bundle: Path) -> Numbers:
    with np.load(bundle / FILE) as arrays:
        return Numbers(**{name: arrays[name] for name in arrays.files})


def write_numbers(bundle: Path) -> None:
    """Number the bundle's rows and keep the arrays beside it."""
    arrays = _directory(bundle) | _permissions(bundle)
    np.savez(bundle / FILE, **{name: _ints(array) for name, array in arrays.items()})  # type: ignore[arg-type]  # the stub takes the next parameter's type for every keyword


def identity_names(bundle: Path) -> list[str]:
    """The identities by their numbers."""
    column = pq.read_table(bundle / "accounts.parquet", columns=["identity"])["identity"]
    names: list[str] = _plain(column).unique().to_pylist()
    return names


def _directory(bundle: Path) -> dict[str, object]:
    accounts = _read(bundle, "accounts", "id", "identity", "enabled")
    groups = _read(bundle, "groups", "id")
    members = _read(bundle, "members", "group", "member")
    holder = _find(members["group"], groups["id"])
    account = _find(members["member"], accounts["id"])
    group = _find(members["member"], groups["id"])
    people, circles = account >= 0, group >= 0
    enabled = np.asarray(pc.equal(accounts["enabled"], "true"))
    identity = _find(accounts["identity"], accounts["identity"].unique())
    permissions = _read(bundle, "permissions", "principal", "is_group")
    names = _read(bundle, "principal_names", "id", "name")
    principals = _principals(permissions).unique()
    found: dict[str, object] = {
        "member_account": account[people],
        "member_group": holder[people],
        "nested_child": group[circles],
        "nested_parent": holder[circles],
        "person_account": np.flatnonzero(enabled),
        "person_identity": identity[enabled],
    }
    folded = pc.utf8_lower(names["name"])
    for who, kind, ids in (("bearer_group", "true", groups), ("named_account", "false", accounts)):
        spelled = pc.binary_join_element_wise(folded, kind, "|")
        principal, match = _find(spelled, principals), _find(names["id"], ids["id"])
        chosen = (principal >= 0) & (match >= 0)
        found[who] = match[chosen]
        found[f"{who.partition('_')[0]}_principal"] = principal[chosen]
    return found


def _permissions(bundle: Path) -> dict[str, object]:
    entities = _read(
        bundle, "entities", "source", "id", "type", "parent", "second_parent", "acl_of"
    )
    permissions = _read(
        bundle, "permissions", "source", "entity", "principal", "is_group", "role", "propagate"
    )
    powers = _read(bundle, "role_privileges", "source", "role", "privilege")
    vcenters = entities["source"].unique()
    count, above_all = (
        len(entities["id"]),
        len(entities["id"]) + _find(entities["source"], vcenters),
    )
    keys = _key(entities["source"], entities["id"])

    def number(column: str, otherwise: NDArray[np.int64]) -> NDArray[np.int64]:
        found = _find(_key(entities["source"], entities[column]), keys)
        return np.where(found >= 0, found, otherwise)

    own = np.arange(count)
    node = number("acl_of", own)
    parent, second = number("parent", above_all), number("second_parent", np.full(count, -1))
    over = np.append(node, np.arange(count, count + len(vcenters)))  # the top nodes are their own
    bearing = node == own
    child = np.concatenate([own[bearing], own[bearing & (second >= 0)]])
    upward = np.concatenate([over[parent[bearing]], over[second[bearing & (second >= 0)]]])
    edges = np.unique(np.stack([child, upward])[:, child != upward], axis=1)
    on = _find(_key(permissions["source"], permissions["entity"]), keys)
    top = count + _find(permissions["source"], vcenters)
    roles = _key(permissions["source"], permissions["role"]).unique()
    spelled = _principals(permissions)
    privileges = powers["privilege"]
    tests = {
        GRANT: pc.starts_with(privileges, "Authorization."),
        VM_ADMIN: pc.match_substring_regex(privileges, r"^VirtualMachine\.(Config|Inventory)\."),
    }
    role = _find(_key(powers["source"], powers["role"]), roles)
    named = _find(privileges, privileges.unique())
    rows = {duty: np.flatnonzero(np.asarray(test) & (role >= 0)) for duty, test in tests.items()}
    counted = np.concatenate(list(rows.values()))
    return {
        "entry_node": over[np.where(on >= 0, on, top)],
        "entry_principal": _find(spelled, spelled.unique()),
        "entry_role": _find(_key(permissions["source"], permissions["role"]), roles),
        "entry_propagates": np.asarray(pc.equal(permissions["propagate"], "true")),
        "entry_direct": np.asarray(pc.equal(permissions["is_group"], "false")),
        "edge_child": edges[0],
        "edge_parent": edges[1],
        "entity_node": node,
        "entity_machine": np.asarray(pc.equal(entities["type"], "VirtualMachine")),
        "power_role": role[counted],
        "power_duty": np.repeat(list(rows), [len(part) for part in rows.values()]),
        "power_privilege": named[counted],
    }


def _principals(permissions: Mapping[str, pa.Array]) -> pa.Array:
    folded = pc.utf8_lower(permissions["principal"])
    return pc.binary_join_element_wise(folded, permissions["is_group"], "|")


def _read(bundle: Path, table: str, *columns: str) -> dict[str, pa.Array]:
    read = pq.read_table(bundle / f"{table}.parquet", columns=list(columns))
    return {name: _plain(read[name]) for name in columns}


def _plain(column: pa.ChunkedArray) -> pa.Array:
    plain = pc.cast(column, pa.string()).combine_chunks()
    return plain if isinstance(plain, pa.Array) else plain.chunk(0)


def _key(*parts: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "|")


def _find(values: pa.Array, among: pa.Array) -> NDArray[np.int64]:
    """The position of every value among others; -1 where it is none of them."""
    found = pc.index_in(values, value_set=among)
    numbers: NDArray[np.int64] = np.asarray(pc.fill_null(found, -1)).astype(np.int64)
    return numbers


def _ints(array: object) -> Ints:
    return np.ascontiguousarray(array, dtype=np.int32)


def main() -> None:
    """Number the estate in the folder that is named."""
    write_numbers(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
