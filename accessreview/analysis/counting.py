"""Whom a vCenter takes to be in a group, where its identity sources count otherwise.

They never find more members than the directory has. All other answers take the directory's word
(``docs/decisions/0011-the-directory-is-believed.md``).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.cutting import WORDS, Cut, Edges, cut
from accessreview.analysis.estate import Estate
from accessreview.analysis.keys import Rows
from accessreview.analysis.membership import close_memberships
from accessreview.analysis.people import enabled_flags
from accessreview.model.identity_source import IdentitySource

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """Accounts, ascending, that are in a group by the directory and not as the vCenter counts.

    ``why`` numbers one of ``reasons`` for each: what cuts a shortest chain of groups, nearest to
    the group asked about. ``perhaps`` are those of whom an identity provider may say otherwise.
    """

    accounts: Rows
    why: Rows
    reasons: Sequence[str]
    perhaps: Flags

    def __len__(self) -> int:
        return len(self.accounts)

    def reason(self, position: int) -> str:
        return self.reasons[int(self.why[position])]

    def only(self, wanted: Flags) -> "Lost":
        return Lost(self.accounts[wanted], self.why[wanted], self.reasons, self.perhaps[wanted])


class Counting:
    """How a vCenter with these identity sources counts.

    Groups of directories that are not among them, such as vCenter's own, count as they are.
    ``underived`` are those of whose entries the snapshot does not know what the rules ask for.
    """

    def __init__(self, estate: Estate, sources: Iterable[IdentitySource]) -> None:
        self._estate, self._enabled = estate, enabled_flags(estate)
        self._edges, self.underived = cut(estate, sources)
        counts = (len(estate.snapshot[name]) for name in ("accounts", "groups"))
        self._counted = close_memberships(self._edges.counting(*counts), estate.principals)
        self._rows = np.argsort(self._edges.group, kind="stable")
        groups = np.arange(len(estate.snapshot["groups"]) + 1)
        self._starts = np.searchsorted(self._edges.group[self._rows], groups)

    def lost(self, principal: int) -> Lost:
        """Enabled accounts that are this group by the directory and not by this vCenter."""
        truth = self._estate.memberships.accounts_naming((principal,))
        counted = self._counted.accounts_naming((principal,))
        lost = np.setdiff1d(truth, counted, assume_unique=True)
        search = _Search(self._estate, self._edges, lost[self._enabled[lost]])
        if len(search.lost):
            search.run(self._estate.principals.matches[principal], self._of_group)
        return search.result()

    def principals_of(self, account: int) -> int:
        """All that an account is as this vCenter counts."""
        return self._counted.principals_of(account)

    def _of_group(self, group: int) -> Rows:
        """The memberships of a group, by their numbers."""
        rows: Rows = self._rows[self._starts[group] : self._starts[group + 1]]
        return rows


def count_as(estate: Estate, source: IdentitySource, principal: int) -> Lost:
    """Whom one identity source does not find in a group that a permission names."""
    return Counting(estate, (source,)).lost(principal)


class _Search:
    """Walks down from a group to those who are lost, and says where each chain is cut."""

    def __init__(self, estate: Estate, edges: Edges, lost: Rows) -> None:
        self._names, self._edges, self.lost = estate.snapshot["groups"]["name"], edges, lost
        self._why = np.full(len(lost), -1, dtype=np.int64)
        self._reasons: dict[str, int] = {}
        self._not_said: list[bool] = []

    def run(self, groups: Sequence[int], of_group: Callable[[int], Rows]) -> None:
        """From these groups, whose memberships ``of_group`` gives, nearest ones first."""
        edges, seen, queue = self._edges, set(groups), deque(groups)
        beyond: deque[tuple[int, int]] = deque()
        while queue:
            rows = of_group(queue.popleft())
            for child in _new(edges.child[rows[edges.cut[rows] == Cut.NONE]], seen):
                queue.append(child)
            beyond.extend(self._cut(rows[edges.cut[rows] != Cut.NONE]))
        while beyond:
            group, why = beyond.popleft()
            if group not in seen:
                seen.add(group)
                rows = of_group(group)
                self._give(edges.account[rows], why)
                beyond.extend((child, why) for child in edges.child[rows].tolist() if child >= 0)

    def result(self) -> Lost:
        perhaps = np.array(self._not_said, dtype=bool)[self._why]
        return Lost(self.lost, self._why, tuple(self._reasons), perhaps)

    def _cut(self, rows: Rows) -> Iterator[tuple[int, int]]:
        """Give accounts their reasons; yield nested groups with those of all below them."""
        edges = self._edges
        people = rows[edges.account[rows] >= 0]
        for why in np.unique(edges.cut[people]).tolist():
            some = people[edges.cut[people] == why]
            self._give(edges.account[some], self._number(int(some[0])))
        for row in rows[edges.child[rows] >= 0].tolist():
            yield int(edges.child[row]), self._number(row)

    def _give(self, accounts: Rows, why: int) -> None:
        """The reason to those of these accounts that are lost and have none yet."""
        at = np.minimum(np.searchsorted(self.lost, accounts), len(self.lost) - 1)
        at = at[self.lost[at] == accounts]
        self._why[at[self._why[at] < 0]] = why

    def _number(self, row: int) -> int:
        """Of the reason why a membership does not count."""
        edges, cut_ = self._edges, Cut(int(self._edges.cut[row]))
        group, child = self._names[int(edges.group[row])], int(edges.child[row])
        words = WORDS[cut_].format(group=group, member=self._names[child] if child >= 0 else "")
        if words not in self._reasons:
            self._reasons[words] = len(self._reasons)
            self._not_said.append(cut_ is Cut.NOT_SAID)
        return self._reasons[words]


def _new(found: Rows, seen: set[int]) -> Iterator[int]:
    """Nested groups that were not seen yet, which they are from now on."""
    for child in found.tolist():
        if child >= 0 and child not in seen:
            seen.add(child)
            yield child
