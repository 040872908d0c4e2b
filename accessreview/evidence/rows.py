"""Rows of a snapshot, and what ``docs/reference/bundle.md`` says that they mean together."""

from bisect import bisect_left
from functools import cache

import numpy as np
from numpy.typing import NDArray

from accessreview.model.certificate import Key
from accessreview.model.snapshot import Snapshot

Row = dict[str, str]


class Rows:
    """Looks rows up, and remembers them; only columns that are asked for are ever put in order."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._sorted = cache(self._sort)
        self.where = cache(self._where)
        self.entries = cache(self._entries)
        self.principals = cache(self._principals)

    def row(self, table: str, key: Key) -> Row:
        """The account or entity with that source and id.

        Raises:
            ValueError: there is none.
        """
        rows = self.where(table, id=key[1], source=key[0])
        if not rows:
            raise ValueError(f"The snapshot has no {'/'.join(key)} in the table {table}.")
        return rows[0]

    def groups(self, member: Key) -> set[Key]:
        """The groups of which an account or a group is a member itself."""
        rows = self.where("members", member=member[1], member_source=member[0])
        return {(row["group_source"], row["group"]) for row in rows}

    def names(self, named: Key) -> set[str]:
        """The names of an account or a group, without case."""
        rows = self.where("principal_names", id=named[1], source=named[0])
        return {row["name"].casefold() for row in rows}

    def node(self, entity: Key) -> Key:
        """What carries the entity's permissions; the global node, without an id, is its own."""
        vcenter, ident = entity
        return vcenter, ident and (self.row("entities", entity)["acl_of"] or ident)

    def above(self, node: Key) -> list[Key]:
        """The nodes with which the paths go on from one; the global one from a root."""
        row = self.row("entities", node)
        parents = {row["parent"], row["second_parent"]} - {""} or {""}
        return [self.node((node[0], ident)) for ident in parents]

    def _entries(self, node: Key) -> list[Row]:
        """The permission list of a node, whichever of the entities sharing it a row names."""
        vcenter, ident = node
        sharing = self.where("entities", acl_of=ident, source=vcenter) if ident else []
        ids = [ident, *(row["id"] for row in sharing)]
        return [
            row for each in ids for row in self.where("permissions", entity=each, source=vcenter)
        ]

    def _principals(self, account: Key) -> set[tuple[str, str]]:
        """How an entry can name the account: its ``is_group``, and its principal without case."""
        groups, new = set[Key](), {account}
        while new:
            new = set[Key]().union(*map(self.groups, new)) - groups
            groups |= new
        own = {("false", name) for name in self.names(account)}
        return own.union(("true", name) for group in groups for name in self.names(group))

    def _where(self, table: str, **wanted: str) -> list[Row]:
        """The rows with these values, by column; name that column first which tells rows apart."""
        columns, (name, value) = self._snapshot[table].columns, next(iter(wanted.items()))
        values = columns[name].values  # ascending, as in every canonical column
        code = bisect_left(values, value)
        if code == len(values) or values[code] != value:
            return []
        codes, order = self._sorted(table, name)
        bounds = np.array((code, code + 1), dtype=codes.dtype)  # else all codes are converted
        start, end = np.searchsorted(codes, bounds).tolist()
        rows = [{n: each[row] for n, each in columns.items()} for row in order[start:end].tolist()]
        return [row for row in rows if wanted.items() <= row.items()]

    def _sort(self, table: str, column: str) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
        """The codes of a column, ascending, and the rows that they come from."""
        codes = self._snapshot[table][column].codes
        order = np.argsort(codes, kind="stable")
        return codes[order], order
