"""One vCenter ready for questions: inventory, regions, roles and the entries on its nodes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.inventory import Inventory, Regions, build_regions
from accessreview.analysis.keys import Rows

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Permissions that match somebody, as parallel arrays.

    ``row`` is the row of the table ``permissions``; ``node`` carries the entry, whichever entity
    of a complex one it was read from; ``direct`` entries name an account, not a group.
    """

    row: Rows
    node: Rows
    principal: Rows
    role: Rows
    propagates: Flags
    direct: Flags

    def __len__(self) -> int:
        return len(self.row)

    def only(self, kept: Flags) -> "Entries":
        return Entries(
            self.row[kept],
            self.node[kept],
            self.principal[kept],
            self.role[kept],
            self.propagates[kept],
            self.direct[kept],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One permission of ``Entries`` as plain values, for climbing from a single entity."""

    row: int
    principal: int
    role: int
    propagates: bool
    direct: bool


@dataclass(frozen=True, slots=True, eq=False)
class Vcenter:
    """``at`` lists a node's entries; ``principals`` is the set of all that an entry names.

    Roles are numbered as in the snapshot's table: ``role_ids``, ``role_names``, ``privileges``.
    """

    inventory: Inventory
    regions: Regions
    entries: Entries
    at: Mapping[int, tuple[Entry, ...]]
    principals: int
    role_ids: tuple[str, ...]
    role_names: tuple[str, ...]
    privileges: tuple[frozenset[str], ...]

    @property
    def id(self) -> str:
        return self.inventory.vcenter

    def without(self, rows: frozenset[int]) -> "Vcenter":
        """The same vCenter had these rows of ``permissions`` not been there; roles keep numbers."""
        gone = np.isin(self.entries.row, np.array(sorted(rows), dtype=np.int64))
        if not gone.any():
            return self
        return arrange(
            self.inventory,
            self.entries.only(~gone),
            self.role_ids,
            self.role_names,
            self.privileges,
        )


def arrange(
    inventory: Inventory,
    entries: Entries,
    role_ids: tuple[str, ...],
    role_names: tuple[str, ...],
    privileges: tuple[frozenset[str], ...],
) -> Vcenter:
    """Put entries on their nodes and find the regions that follow from them."""
    at: dict[int, list[Entry]] = {}
    principals = 0
    for row, node, principal, role, propagates, direct in zip(
        entries.row.tolist(),
        entries.node.tolist(),
        entries.principal.tolist(),
        entries.role.tolist(),
        entries.propagates.tolist(),
        entries.direct.tolist(),
        strict=True,
    ):
        at.setdefault(node, []).append(Entry(row, principal, role, propagates, direct))
        principals |= 1 << principal
    return Vcenter(
        inventory=inventory,
        regions=build_regions(inventory, frozenset(at)),
        entries=entries,
        at={node: tuple(found) for node, found in at.items()},
        principals=principals,
        role_ids=role_ids,
        role_names=role_names,
        privileges=privileges,
    )
