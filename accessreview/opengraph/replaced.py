"""Where a permission takes the place of another one of the same principal, further up."""

from accessreview.analysis.estate import Estate
from accessreview.analysis.vcenter import Vcenter


class Replaced:
    """Asked for one permission after another, orphans' included."""

    def __init__(self, estate: Estate) -> None:
        self._vcenters = estate.vcenters
        self._of = estate.principals.of_permission.tolist()
        table = estate.snapshot["permissions"]
        self._at = list(zip(table["source"], table["entity"], strict=True))
        self._inherited = {
            (source, self._node(source, entity), principal)
            for (source, entity), principal, propagates in zip(
                self._at, self._of, table["propagate"], strict=True
            )
            if propagates == "true"
        }

    def by(self, row: int) -> tuple[str, ...]:
        """The nearest entities above, on every line, whose entry this one replaces.

        Without it the principal would inherit that one; an empty id stands for the global
        permissions.
        """
        source, entity = self._at[row]
        inventory = self._vcenters[source].inventory
        found: dict[int, None] = {}
        waiting, seen = list(self._above(source, self._node(source, entity))), set[int]()
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if (source, node, self._of[row]) in self._inherited:
                found[node] = None
            else:
                waiting.extend(self._above(source, node))
        return tuple(sorted(inventory.ids[node] for node in found))

    def _above(self, source: str, node: int) -> tuple[int, ...]:
        return self._vcenters[source].inventory.parents[node]

    def _node(self, source: str, entity: str) -> int:
        vcenter: Vcenter = self._vcenters[source]
        return vcenter.inventory.node[vcenter.inventory.number[entity]]
