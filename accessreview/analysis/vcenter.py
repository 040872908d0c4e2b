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

    def followed_by(  # noqa: PLR0913 - its columns
        self, *, row: int, node: int, principal: int, role: int, propagates: bool, direct: bool
    ) -> "Entries":
        return Entries(
            np.append(self.row, row),
            np.append(self.node, node),
            np.append(self.principal, principal),
            np.append(self.role, role),
            np.append(self.propagates, propagates),
            np.append(self.direct, direct),
        )

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
        return self.holding(self.entries.only(~gone)) if gone.any() else self

    def holding(self, entries: Entries) -> "Vcenter":
        """The same vCenter with these entries instead; regions stay if the nodes with some do."""
        return arrange(
            self.inventory,
            entries,
            self.role_ids,
            self.role_names,
            self.privileges,
            known=self.regions,
        )


def arrange(  # noqa: PLR0913 - its parts
    inventory: Inventory,
    entries: Entries,
    role_ids: tuple[str, ...],
    role_names: tuple[str, ...],
    privileges: tuple[frozenset[str], ...],
    *,
    known: Regions | None = None,
) -> Vcenter:
    """Put entries on their nodes and find the regions that follow from them, unless ``known``."""
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
        regions=(
            known
            if known is not None and at.keys() == set(known.bearing)
            else build_regions(inventory, frozenset(at))
        ),
        entries=entries,
        at={node: tuple(found) for node, found in at.items()},
        principals=principals,
        role_ids=role_ids,
        role_names=role_names,
        privileges=privileges,
    )
