"""Without a database: loops over dictionaries and sets, and a graph library for the closure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import rustworkx
from answers import MAX_OBJECTS, Violation
from numbering import GRANT, VM_ADMIN, Numbers
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def _lists(keys: NDArray[np.int32], values: NDArray[np.int32]) -> dict[int, list[int]]:
    lists: dict[int, list[int]] = defaultdict(list)
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        lists[key].append(value)
    return lists


class Walk:
    """All groups of an account, walked through for each anew."""

    def __init__(self, numbers: Numbers, accounts: Ints | None = None) -> None:
        of, group = numbers.member_account, numbers.member_group
        if accounts is not None:
            kept = np.isin(of, accounts)
            of, group = of[kept], group[kept]
        self.direct = _lists(of, group)
        self._above = _lists(numbers.nested_child, numbers.nested_parent)
        self._bearing = _lists(numbers.bearer_group, numbers.bearer_principal)

    def principals(self, account: int) -> set[int]:
        """Those that name a group of the account."""
        groups = set(self.direct.get(account, ()))
        waiting = list(groups)
        while waiting:
            for group in self._above.get(waiting.pop(), ()):
                if group not in groups:
                    groups.add(group)
                    waiting.append(group)
        return {p for group in groups for p in self._bearing.get(group, ())}

    def pairs(self) -> int:
        return sum(len(self.principals(account)) for account in self.direct)


class Script:
    """What people write: for every identity every entity, climbing from each."""

    def __init__(self, numbers: Numbers, identities: Ints) -> None:
        chosen = np.isin(numbers.person_identity, identities)
        accounts = numbers.person_account[chosen]
        self._accounts = _lists(numbers.person_identity[chosen], accounts)
        self._walk = Walk(numbers, accounts.astype(np.int64))
        self._named = _lists(numbers.named_account, numbers.named_principal)
        self._above = _lists(numbers.edge_child, numbers.edge_parent)
        self._entities = list(
            zip(numbers.entity_node.tolist(), numbers.entity_machine.tolist(), strict=True)
        )
        self._entries: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)
        entry = numbers.columns("entry")
        for node, *rest in zip(*(each.tolist() for each in entry.values()), strict=True):
            self._entries[node].append(tuple(rest))
        self._powers: dict[int, set[tuple[int, int]]] = defaultdict(set)
        power = numbers.columns("power").values()
        for role, duty, privilege in zip(*(each.tolist() for each in power), strict=True):
            self._powers[role].add((duty, privilege))

    def judge(self, identities: Iterable[int]) -> Iterator[Violation]:
        for identity in identities:
            yield from self._judge(identity)

    def _judge(self, identity: int) -> Iterator[Violation]:
        mine = [
            self._walk.principals(account) | set(self._named.get(account, ()))
            for account in self._accounts.get(identity, ())
        ]
        together = reach = 0
        for node, machine in self._entities:
            roles = {role for principals in mine for role in self._roles(principals, node)}
            held = {power for role in roles for power in self._powers.get(role, ())}
            duties = [duty for duty, _ in held]
            if machine and VM_ADMIN in duties:
                reach += 1
                together += duties.count(GRANT) > 1
        if together:
            yield "SOD-002", identity, together
        if reach > MAX_OBJECTS:
            yield "RCH-001", identity, reach

    def _roles(self, principals: set[int], start: int) -> set[int]:
        roles, waiting, seen = set[int](), [start], {start}
        for node in waiting:  # grows while it is walked
            applying = [
                (direct, role)
                for principal, role, propagates, direct in self._entries.get(node, ())
                if principal in principals and (propagates or node == start)
            ]
            if applying:
                by_name = max(direct for direct, _ in applying)
                roles.update(role for direct, role in applying if direct == by_name)
                continue
            for parent in self._above.get(node, ()):
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        return roles


def graph_pairs(numbers: Numbers) -> Callable[[], int]:
    """The closure by rustworkx over the graph of groups, which is built before the clock starts.

    Accounts are joined to it by NumPy: as nodes of the graph they would take minutes.
    """
    graph: rustworkx.PyDiGraph[None, None] = rustworkx.PyDiGraph()
    count = 1 + max(
        int(part.max(initial=0))
        for part in (numbers.member_group, numbers.nested_child, numbers.nested_parent)
    )
    graph.add_nodes_from([None] * count)
    edges = zip(numbers.nested_parent.tolist(), numbers.nested_child.tolist(), strict=True)
    graph.add_edges_from_no_data(list(edges))
    bearing = list(
        zip(numbers.bearer_principal.tolist(), numbers.bearer_group.tolist(), strict=True)
    )
    width = 1 + max((principal for principal, _ in bearing), default=0)

    def pairs() -> int:
        reach = np.unique(
            [
                inner * width + principal
                for principal, group in bearing
                for inner in (group, *rustworkx.descendants(graph, group))
            ]
        )
        inside, principal = np.divmod(reach, width)
        start = np.searchsorted(inside, numbers.member_group, side="left")
        sizes = np.searchsorted(inside, numbers.member_group, side="right") - start
        account = np.repeat(numbers.member_account.astype(np.int64), sizes)
        offset = np.arange(len(account)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        found = np.unique(account * width + principal[np.repeat(start, sizes) + offset])
        return len(found)

    return pairs
