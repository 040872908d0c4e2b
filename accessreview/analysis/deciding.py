"""Which permissions decide for one set of principals, in every region of a vCenter at once."""

from collections.abc import Collection

import numpy as np

from accessreview.analysis.decide import decisive
from accessreview.analysis.keys import bits
from accessreview.analysis.vcenter import Entry, Vcenter

Decided = tuple[Entry, ...]


class Deciding:
    """Answers for one set of principals after the other; looks at their own entries only."""

    def __init__(self, vcenter: Vcenter) -> None:
        entries = vcenter.entries
        self._entries = entries
        self._region = vcenter.regions.of_entity[entries.node]
        self._inherits = vcenter.regions.inherits
        self._bearing = len(vcenter.regions.bearing)
        self._wanted = np.zeros(int(entries.principal.max(initial=-1)) + 1, dtype=bool)

    def of(self, mask: int, without: Collection[int] = ()) -> list[Decided]:
        """By region, the entries that decide there for the principals in ``mask``.

        Rows of the table ``permissions`` in ``without`` count as not there. Entries, and where it
        is the same for several regions the whole answer, are the same objects.
        """
        own = self._matching(mask, without)
        passed: list[Decided] = []
        found: list[Decided] = []
        for region, above in enumerate(self._inherits):
            inherited = passed[above[0]] if len(above) == 1 else _together(passed, above)
            entries = own.get(region)
            if entries is None:
                found.append(inherited)
            else:
                found.append(decisive(entries, mask, at_the_node=True) or inherited)
            if region < self._bearing:
                onwards = decisive(entries, mask, at_the_node=False) if entries else ()
                passed.append(onwards or inherited)
        return found

    def _matching(self, mask: int, without: Collection[int]) -> dict[int, list[Entry]]:
        wanted = [principal for principal in bits(mask) if principal < len(self._wanted)]
        self._wanted[wanted] = True
        chosen = np.flatnonzero(self._wanted[self._entries.principal])
        self._wanted[wanted] = False
        entries = self._entries
        own: dict[int, list[Entry]] = {}
        for region, *entry in zip(
            self._region[chosen].tolist(),
            entries.row[chosen].tolist(),
            entries.principal[chosen].tolist(),
            entries.role[chosen].tolist(),
            entries.propagates[chosen].tolist(),
            entries.direct[chosen].tolist(),
            strict=True,
        ):
            if entry[0] not in without:
                own.setdefault(region, []).append(Entry(*entry))
        return own


def _together(passed: list[Decided], above: tuple[int, ...]) -> Decided:
    only: Decided = ()
    for source in above:
        decided = passed[source]
        if decided and decided is not only:
            if only:
                return tuple(dict.fromkeys(entry for each in above for entry in passed[each]))
            only = decided
    return only
