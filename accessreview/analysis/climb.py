"""What becomes of every entry that matches an account on the way up from one entity."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from accessreview.analysis.decide import decisive
from accessreview.analysis.inventory import Inventory
from accessreview.analysis.vcenter import Entry, Vcenter
from accessreview.model.access import InheritancePath


class Verdict(StrEnum):
    DECIDES = "decides"
    STAYS_ABOVE = "stays_above"  # does not propagate this far down
    REPLACED = "replaced"  # by an entry that names the account, on the same node
    OVERRIDDEN = "overridden"  # by an entry nearer to the entity


@dataclass(frozen=True, slots=True)
class Fate:
    """One entry on one line: where it is, and whether it decides or to which entry it lost.

    ``together`` are all entries that decide on the node, whose roles add up.
    """

    entry: Entry
    node: int
    path: InheritancePath
    verdict: Verdict
    beaten_by: Entry | None = None
    beaten_on: int = -1
    together: tuple[Entry, ...] = ()

    @property
    def decides(self) -> bool:
        return self.verdict is Verdict.DECIDES


def climb(vcenter: Vcenter, mask: int, entity: int) -> tuple[Fate, ...]:
    """The fates of all entries that name a principal in ``mask``, by line, deciding ones first.

    Within that, nearest first. Nodes below the fork of the two lines are told once.
    """
    fates = _fates(vcenter, mask, entity, lambda line: (*line.open(), *line.hidden()))
    return tuple(sorted(fates, key=lambda fate: not fate.decides))


def deciding_fates(vcenter: Vcenter, mask: int, entity: int) -> tuple[Fate, ...]:
    """Only those that decide, for which nobody looks above them."""
    fates = _fates(vcenter, mask, entity, lambda line: line.open())
    return tuple(fate for fate in fates if fate.decides)


def _fates(
    vcenter: Vcenter, mask: int, entity: int, of_line: Callable[["_Line"], Iterable[Fate]]
) -> list[Fate]:
    start = vcenter.inventory.node[entity]
    trunk, lines = lines_of(vcenter.inventory, start)
    fates: list[Fate] = []
    told: frozenset[int] = frozenset()
    for path, fork_to in lines:
        line = _Line(vcenter, mask, start, path, {trunk[-1]: fork_to})
        fates.extend(fate for fate in of_line(line) if fate.node not in told)
        told = frozenset(trunk)
    return fates


def lines_of(
    inventory: Inventory, start: int
) -> tuple[list[int], list[tuple[InheritancePath, tuple[int, ...]]]]:
    """The nodes up to the first that has two parents, and where each line goes on from there."""
    trunk = [start]
    while len(inventory.parents[trunk[-1]]) == 1:
        trunk.append(inventory.parents[trunk[-1]][0])
    fork = trunk[-1]
    if inventory.parents[fork]:
        return trunk, [
            (InheritancePath.PARENT, (inventory.first[fork],)),
            (InheritancePath.SECOND_PARENT, (inventory.second[fork],)),
        ]
    only_second = inventory.first[start] < 0 <= inventory.second[start]
    path = InheritancePath.SECOND_PARENT if only_second else InheritancePath.PARENT
    return trunk, [(path, ())]


class _Line:
    """One line of ancestors: first the nodes that no entry hides, then those above an entry."""

    def __init__(
        self,
        vcenter: Vcenter,
        mask: int,
        start: int,
        path: InheritancePath,
        forks: Mapping[int, tuple[int, ...]],
    ) -> None:
        self._vcenter = vcenter
        self._mask = mask
        self._path = path
        self._forks = forks
        self._order = [start]
        self._met = {start}
        self._hidden_by: dict[int, tuple[Entry, int]] = {}

    def open(self) -> Iterator[Fate]:
        for node in self._order:  # grows while it is walked
            matching = self._matching(node)
            at_the_node = node == self._order[0]
            here = decisive(matching, self._mask, at_the_node=at_the_node)
            chosen = frozenset(here)
            for entry in matching:
                if not (at_the_node or entry.propagates):
                    yield Fate(entry, node, self._path, Verdict.STAYS_ABOVE)
                elif entry in chosen:
                    yield Fate(entry, node, self._path, Verdict.DECIDES, together=here)
                else:
                    yield Fate(entry, node, self._path, Verdict.REPLACED, here[0], node)
            for parent in self._parents(node):
                if here:
                    self._hidden_by.setdefault(parent, (here[0], node))
                elif parent not in self._met:
                    self._met.add(parent)
                    self._order.append(parent)

    def hidden(self) -> Iterator[Fate]:
        """What an entry hides on every way; only after ``open`` was walked to its end."""
        waiting = list(self._hidden_by)
        for node in waiting:  # grows while it is walked
            if node in self._met:
                continue
            beaten = self._hidden_by[node]
            for entry in self._matching(node):
                if entry.propagates:
                    yield Fate(entry, node, self._path, Verdict.OVERRIDDEN, *beaten)
                else:
                    yield Fate(entry, node, self._path, Verdict.STAYS_ABOVE)
            for parent in self._parents(node):
                if parent not in self._hidden_by:
                    self._hidden_by[parent] = beaten
                    waiting.append(parent)

    def _matching(self, node: int) -> list[Entry]:
        return [e for e in self._vcenter.at.get(node, ()) if self._mask >> e.principal & 1]

    def _parents(self, node: int) -> tuple[int, ...]:
        return self._forks.get(node, self._vcenter.inventory.parents[node])
