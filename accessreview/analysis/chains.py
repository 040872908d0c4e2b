"""By which memberships an account comes to be a principal: the best chain, and all the others.

Chains are ordered by length, and equally long ones by their groups' names (then source and id),
nearest group to the account first. A chain ends at the first group that the principal names.
"""

from collections.abc import Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import islice, pairwise

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.order import parents_first
from accessreview.analysis.sets import Numbers, Rows, Sets
from accessreview.model.access import GroupRef
from accessreview.model.columns import Column
from accessreview.model.errors import NotFoundError

_KEPT = 4_000_000
"""How many groups' ways to principals are kept before all are forgotten: about half a gigabyte."""

_TOGETHER = 2**15
"""Accounts of which all groups are looked at together."""

_FAR = np.iinfo(np.int64).max
"""Farther than any group."""

Way = tuple[int, ...]
"""Groups by number, nearest to the account first."""


@dataclass(frozen=True, slots=True)
class MembershipChain:
    """``via``: login, group names, last the principal as spelled; ``groups``: all of the groups."""

    via: tuple[str, ...]
    groups: tuple[GroupRef, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The first chains, the best one included, and how many there are: None if nobody counted.

    Counting is hard only where groups on the way contain each other in a circle.
    """

    chains: tuple[MembershipChain, ...]
    total: int | None

    @property
    def complete(self) -> bool:
        return self.total == len(self.chains)


class _Inside:
    """The groups that each group has as direct members."""

    def __init__(self, estate: Estate) -> None:
        nested = estate.memberships.groups_of_group
        count = len(estate.snapshot["groups"])
        by_outer = np.argsort(nested.items, kind="stable")
        inner = np.repeat(np.arange(count), np.diff(nested.starts))
        self._items = inner[by_outer]
        self._starts = np.searchsorted(nested.items[by_outer], np.arange(count + 1))

    def __getitem__(self, group: int) -> list[int]:
        found: list[int] = self._items[self._starts[group] : self._starts[group + 1]].tolist()
        return found


@dataclass(slots=True)
class _Kept:
    """How many groups' ways are kept altogether."""

    groups: int = 0


class _Towards:
    """Groups by how near they lie to some others, found level by level and as far as asked for.

    ``near`` orders the groups that lead there: by distance, then by rank. ``onwards`` is the next
    group on the best way, -1 at its end. Nothing leads through ``avoid``.
    """

    def __init__(
        self,
        ends: Collection[int],
        inside: _Inside,
        rank: Sequence[int],
        kept: _Kept,
        avoid: AbstractSet[int] = frozenset(),
    ) -> None:
        self._inside = inside
        self._rank = rank
        self._kept = kept
        self._avoid = avoid
        self._level = [end for end in ends if end not in avoid]
        self._distance = 0
        self.near = {end: rank[end] for end in self._level}
        self.onwards = dict.fromkeys(self._level, -1)

    def first(self, steps: Collection[int]) -> int | None:
        """The one of these groups that the best way begins with."""
        near = self.near
        while True:
            found = [(near[step], step) for step in steps if step in near]
            if found:
                return min(found)[1]
            if not self._level:
                return None
            self._extend()

    def way(self, group: int) -> Iterator[int]:
        """The groups of the best way on from a group that ``first`` gave, itself included."""
        while group >= 0:
            yield group
            group = self.onwards[group]

    def grow(self) -> bool:
        """Look on until twice as many groups are known; whether there was one more."""
        known = len(self.near)
        while self._level and len(self.near) < 2 * known:
            self._extend()
        return len(self.near) > known

    def known(self) -> tuple[Rows, Rows]:
        """The groups found so far, and how near they lie."""
        count = len(self.near)
        return (
            np.fromiter(self.near.keys(), np.int64, count),
            np.fromiter(self.near.values(), np.int64, count),
        )

    def everything(self) -> AbstractSet[int]:
        """All groups that lead there."""
        while self._level:
            self._extend()
        return self.onwards.keys()

    def _extend(self) -> None:
        self._distance += 1
        farther = self._distance * len(self._rank)
        level = []
        for outer in sorted(self._level, key=self._rank.__getitem__):
            for inner in self._inside[outer]:
                if inner not in self.onwards and inner not in self._avoid:
                    self.onwards[inner] = outer
                    self.near[inner] = farther + self._rank[inner]
                    level.append(inner)
        self._level = level
        self._kept.groups += len(level)


class Chains:
    """The chains of one estate; what is found for one account is kept for the next."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._inside = _Inside(estate)
        self._rank = _ranks(*(estate.snapshot["groups"][name] for name in ("name", "source", "id")))
        self._logins = estate.snapshot["accounts"]["login"]
        self._names = estate.snapshot["groups"]["name"]
        self._towards: dict[int, _Towards] = {}
        self._kept = _Kept()
        self._last: tuple[int, list[int]] = (-1, [])

    def first(self, account: int, principal: int) -> int:
        """The group that the best chain begins with; -1 if the principal names the account.

        Raises:
            NotFoundError: it names neither the account nor a group it is in.
        """
        if not self._estate.principals.is_group[principal]:
            return -1
        first = self._to(principal).first(self.leading(account))
        if first is None:
            raise self._no_member(account, principal)
        return first

    def firsts(self, accounts: Rows, principals: Rows) -> Rows:
        """What ``first`` says of each of these accounts and the principal beside it.

        Raises:
            NotFoundError: a principal names neither its account nor a group that this is in.
        """
        found = np.full(len(accounts), -1, dtype=np.int64)
        pairs = np.flatnonzero(np.array(self._estate.principals.is_group, dtype=bool)[principals])
        pairs = pairs[np.argsort(principals[pairs], kind="stable")]
        for start in range(0, len(pairs), _TOGETHER):
            some = pairs[start : start + _TOGETHER]
            found[some] = self._firsts(accounts[some], principals[some])
        return found

    def _firsts(self, accounts: Rows, principals: Rows) -> Rows:
        """The same for principals in order, all of groups."""
        found, leading = np.empty(len(accounts), dtype=np.int64), self._leading.take(accounts)
        nowhere = np.flatnonzero(leading.sizes() == 0)
        if len(nowhere):
            raise self._no_member(int(accounts[nowhere[0]]), int(principals[nowhere[0]]))
        bounds = np.flatnonzero(np.diff(principals, prepend=-1, append=-1)).tolist()
        for start, end in pairwise(bounds):
            starts, principal = leading.starts[start : end + 1], int(principals[start])
            groups = leading.items[starts[0] : starts[-1]]
            found[start:end] = near = self._nearest(principal, groups, starts[:-1] - starts[0])
            if near.max() == _FAR:
                raise self._no_member(int(accounts[start + near.argmax()]), principal)
        return self._by_rank[found % len(self._by_rank)]

    def _nearest(self, principal: int, groups: Numbers, starts: Rows) -> Rows:
        """How near the nearest of these groups lies, of each of those parts that begin here."""
        towards = self._to(principal)
        while True:
            known, near = towards.known()
            self._near[known] = near
            nearest = np.minimum.reduceat(self._near[groups], starts)
            self._near[known] = _FAR
            if nearest.max() < _FAR or not towards.grow():
                return nearest

    @cached_property
    def _leading(self) -> Sets:
        """By account the direct groups that lead to any permission."""
        reach = np.array([*map(bool, self._estate.memberships.reach)], dtype=bool)
        return self._estate.memberships.groups_of_account.only(reach)

    @cached_property
    def _near(self) -> Rows:
        """By group how near it lies to the principal that is looked at; far from all others."""
        return np.full(len(self._rank), _FAR)

    @cached_property
    def _by_rank(self) -> Rows:
        return np.argsort(np.array(self._rank, dtype=np.int64))

    def _no_member(self, account: int, principal: int) -> NotFoundError:
        login, name = self._logins[account], self._estate.principals.names[principal]
        return NotFoundError(f"The account {login} is in no group that {name} names.")

    def onwards(self, first: int, principal: int) -> Way:
        """The whole of the best chain that ``first`` begins."""
        if first < 0:
            return ()
        towards = self._to(principal)
        towards.first((first,))  # which may be forgotten since somebody asked for it
        return tuple(towards.way(first))

    def best(self, account: int, principal: int, spelled: str) -> MembershipChain:
        """The best chain to a principal, spelled as its permission spells it.

        Raises:
            NotFoundError: it names neither the account nor a group it is in.
        """
        return self._told(account, self.onwards(self.first(account, principal), principal), spelled)

    def alternatives(self, account: int, principal: int, spelled: str, limit: int) -> Alternatives:
        """The first ``limit`` chains in which no group repeats, in order, and how many there are.

        Raises:
            NotFoundError: it names neither the account nor a group it is in.
        """
        if self.first(account, principal) < 0:
            return Alternatives((self._told(account, (), spelled),)[:limit], 1)
        ways = self._ways(account, principal)
        shown = tuple(self._told(account, way, spelled) for way in islice(ways, limit))
        total = self._count(account, principal)
        if total is None and next(ways, None) is None:
            total = len(shown)
        return Alternatives(shown, total)

    def names(self, way: Way) -> list[str]:
        """What a chain shows of its groups: all but the last, which the principal stands for."""
        return [self._names[group] for group in way[:-1]]

    def _told(self, account: int, way: Way, spelled: str) -> MembershipChain:
        groups = tuple(self._estate.group_ref(group) for group in way)
        return MembershipChain((self._logins[account], *self.names(way), spelled), groups)

    def leading(self, account: int) -> list[int]:
        """The direct groups that lead to any permission."""
        if account != self._last[0]:  # one account is mostly asked about several times in a row
            reach = self._estate.memberships.reach
            groups = self._estate.memberships.groups_of_account[account]
            self._last = account, [group for group in groups if reach[group]]
        return self._last[1]

    def _to(self, principal: int) -> _Towards:
        towards = self._towards.get(principal)
        if towards is None:
            if self._kept.groups > _KEPT:
                self._towards, self._kept = {}, _Kept()
            ends = self._estate.principals.matches[principal]
            towards = _Towards(ends, self._inside, self._rank, self._kept)
            self._towards[principal] = towards
        return towards

    def _ways(self, account: int, principal: int) -> Iterator[Way]:
        """Every chain, best first: each one found splits the rest by where they leave it.

        Lawler's form of Yen's algorithm: the time to the next chain grows with the number of
        memberships, however many chains there are.
        """
        ends = self._estate.principals.matches[principal]
        waiting: list[tuple[int, list[int], Way, int, frozenset[int]]] = []

        def look(beginning: Way, barred: frozenset[int]) -> None:
            steps = self._steps(account, beginning, ends) - barred - set(beginning)
            rest = self._best_rest(principal, steps, beginning)
            if rest:
                way = beginning + rest
                ranks = [self._rank[group] for group in way]
                heappush(waiting, (len(way), ranks, way, len(beginning), barred))

        look((), frozenset())
        while waiting:
            _, _, way, begun, barred = heappop(waiting)
            yield way
            for position in range(begun, len(way)):
                look(way[:position], barred | {way[position]})
                barred = frozenset()

    def _steps(self, account: int, beginning: Way, ends: Collection[int]) -> AbstractSet[int]:
        memberships = self._estate.memberships
        if not beginning:
            return set(self.leading(account))
        last = beginning[-1]
        return set() if last in ends else set(memberships.groups_of_group[last])

    def _best_rest(self, principal: int, steps: AbstractSet[int], beginning: Way) -> Way:
        if not steps:
            return ()
        met = frozenset(beginning)
        towards = self._to(principal)
        first = towards.first(steps)
        if first is None:
            return ()
        rest = tuple(towards.way(first))
        if met.isdisjoint(rest):
            return rest
        ends = self._estate.principals.matches[principal]
        around = _Towards(ends, self._inside, self._rank, _Kept(), avoid=met)
        first = around.first(steps)
        return () if first is None else tuple(around.way(first))

    def _count(self, account: int, principal: int) -> int | None:
        """How many chains there are; None if groups on the way contain each other."""
        memberships, ends = self._estate.memberships, self._estate.principals.matches[principal]
        leading = self._to(principal).everything()
        number: dict[int, int] = {}
        outwards: list[list[int]] = []
        waiting = [group for group in self.leading(account) if group in leading]
        starts = tuple(waiting)
        number.update({group: position for position, group in enumerate(waiting)})
        for group in waiting:  # grows while it is walked
            on = [] if group in ends else memberships.groups_of_group[group]
            on = [outer for outer in on if outer in leading]
            for outer in on:
                if outer not in number:
                    number[outer] = len(waiting)
                    waiting.append(outer)
            outwards.append([number[outer] for outer in on])
        order, circle = parents_first(outwards)
        if circle:
            return None
        counts = [0] * len(waiting)
        for position in order:
            counts[position] = sum(counts[on] for on in outwards[position]) or 1
        return sum(counts[number[group]] for group in starts)


def _ranks(*columns: Column) -> list[int]:
    """The position of each row in the order of these columns; their values are sorted."""
    order = np.lexsort([column.codes for column in reversed(columns)])
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    places: list[int] = ranks.tolist()
    return places
