"""The reference with one thing misread at a time, to show that the tests would notice.

The first eight are the known ways to get inheritance wrong; the others misread what the bundle and
the rules add to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from typing_extensions import override

from accessreview.model.policy import Duty
from tests.reference import Entry, Key, Reference


class LevelsAddUp(Reference):
    """An entry of a child does not override those above it."""

    @override
    def decided(self, account: Key, path: list[Key]) -> set[str]:
        deciding = (
            entry
            for depth, node in enumerate(path)
            for entry in self.deciding(account, node, at_the_node=depth == 0)
        )
        return self.given(deciding)


class GroupsDoNotNest(Reference):
    """Only groups that the account is in directly."""

    @override
    def names_of(self, account: Key) -> tuple[set[str], set[str]]:
        direct = self.member_of[account]
        return self.names[account], {name for group in direct for name in self.names[group]}


class AccountAndGroupsAddUp(Reference):
    """On one object an entry for the account is added to those for its groups."""

    @override
    def deciding(self, account: Key, node: Key, *, at_the_node: bool) -> list[Entry]:
        matching = self.matching(account, node)
        return [entry for entry in matching if at_the_node or entry["propagate"] == "true"]


class OneParent(Reference):
    """Only the first of the two lines is followed."""

    @override
    def paths(self, entity: Key) -> Iterator[list[Key]]:
        yield next(super().paths(entity))


class WhatStaysAboveBlocks(Reference):
    """An entry above that does not propagate ends the walk all the same."""

    @override
    def decided(self, account: Key, path: list[Key]) -> set[str]:
        for depth, node in enumerate(path):
            deciding = self.deciding(account, node, at_the_node=depth == 0)
            if deciding or self.matching(account, node):
                return self.given(deciding)
        return set()


class NearestOfBothLines(Reference):
    """The nearest entry of all decides, not the nearest of each line."""

    @override
    def over(self, account: Key, paths: list[list[Key]]) -> frozenset[str]:
        for depth in range(max(map(len, paths))):
            deciding = [
                entry
                for path in paths
                for entry in (
                    self.deciding(account, path[depth], at_the_node=depth == 0)
                    if depth < len(path)
                    else ()
                )
            ]
            if deciding:
                return frozenset(self.given(deciding))
        return frozenset()


class NoAccessIsNoEntry(Reference):
    """A role without privileges does not decide."""

    @override
    def matching(self, account: Key, node: Key) -> list[Entry]:
        return [entry for entry in super().matching(account, node) if self.given([entry])]


class OwnEntryHidesBelow(Reference):
    """An entry for the account hides those for its groups from children that it does not reach."""

    @override
    def deciding(self, account: Key, node: Key, *, at_the_node: bool) -> list[Entry]:
        matching = self.matching(account, node)
        chosen = [entry for entry in matching if entry["is_group"] == "false"] or matching
        return [entry for entry in chosen if at_the_node or entry["propagate"] == "true"]


# ---------------------------------------------------------------------- of bundle and ruleset


class ListsAreNotShared(Reference):
    """Every entity has a permission list of its own."""

    @override
    def replaced(self, entity: Key) -> Key:
        return entity


class GlobalAddsUp(Reference):
    """A global permission is added to what the inventory decides."""

    @override
    def over(self, account: Key, paths: list[list[Key]]) -> frozenset[str]:
        above = self.deciding(account, paths[0][-1], at_the_node=False)
        return super().over(account, paths) | self.given(above)


class KindsDoNotMatter(Reference):
    """An entry for a group matches an account of that name, and the other way around."""

    @override
    def matching(self, account: Key, node: Key) -> list[Entry]:
        own, groups = self.names_of(account)
        return [e for e in self.entries[node] if e["principal"].casefold() in own | groups]


class DisabledCount(Reference):
    """Disabled accounts contribute to findings."""

    @override
    def identities(self) -> dict[str, list[Key]]:
        found: dict[str, list[Key]] = defaultdict(list)
        for key, row in self.accounts.items():
            found[row["identity"] or "/".join(key)].append(key)
        return found


class AccountsAlone(Reference):
    """A person holds a duty only if one account of theirs does."""

    @override
    def holds(self, accounts: Iterable[Key], entity: Key, duty: Duty) -> bool:
        return any(super(AccountsAlone, self).holds([each], entity, duty) for each in accounts)


class PlacedOnHostsAlone(Reference):
    """The compute resource of a host is no part of a placement."""

    @override
    def placement(self, machine: Key) -> set[Key]:
        return {machine} | self.placed[machine]


class OneLineOfDatacenters(Reference):
    """An entity lies in the datacenter of its first line alone."""

    @override
    def ancestors(self, entity: Key) -> set[Key]:
        parent = self.entities[entity]["parent"]
        return {entity} | (self.ancestors((entity[0], parent)) if parent else set())


class MatchesCountTwice(Reference):
    """A privilege counts once for every pattern that it matches."""

    @override
    def satisfied(self, held: frozenset[str], duty: Duty) -> bool:
        matches = sum(fnmatchcase(p, pattern) for p in held for pattern in duty.any_of)
        if matches < duty.at_least:
            return super().satisfied(held, duty)
        return super().satisfied(held, replace(duty, id=f"{duty.id} at all", at_least=1))
