"""Findings put into certificates, which hold or fall without the engine.

``docs/reference/certificates.md`` says what is in one; ``evidence/certificates.py`` checks them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np

from accessreview.analysis.chains import Chains
from accessreview.analysis.decide import decisive
from accessreview.analysis.estate import Estate
from accessreview.analysis.inventory import GLOBAL
from accessreview.analysis.vcenter import Entry, Vcenter
from accessreview.analysis.witnesses import Sight, Witnesses
from accessreview.model.certificate import (
    CITED,
    FORMAT,
    GLOBAL_STEP,
    VERSION,
    Certificate,
    CitedGrant,
    Decided,
    HeldDuty,
    Step,
    Witness,
)
from accessreview.model.duties import holds, matches, matching
from accessreview.model.finding import Finding
from accessreview.model.policy import ConflictRule, Duty, Rule, Ruleset, Scope

Node = TypeVar("Node", int, tuple[str, str])
Key = tuple[str, str]
Fields = tuple[str, ...]
Way = tuple[tuple[Key, str], ...]
"""Steps up the inventory: the entity that one is at, and the column that leads on from there."""


def certify(estate: Estate, ruleset: Ruleset, finding: Finding, engine: str) -> Certificate:
    """Find what proves one finding; for several of one estate, keep a ``Certifier``.

    ``engine`` is the version that answers for it.

    Raises:
        NotFoundError: the ruleset has no such rule, or the snapshot does not show the finding.
    """
    return Certifier(estate, ruleset, engine).certify(finding)


class Certifier:
    """Certificates of one estate's findings; deterministic in snapshot, ruleset and finding."""

    def __init__(self, estate: Estate, ruleset: Ruleset, engine: str) -> None:
        self._estate = estate
        self._ruleset = ruleset
        self._engine = engine
        self._witnesses = Witnesses(estate, ruleset)
        self._sources = _Sources(estate)

    def certify(self, finding: Finding) -> Certificate:
        """Prove one finding; raises as the function does."""
        sights = self._witnesses.of(finding)
        rule = next(rule for rule in self._ruleset.rules if rule.id == finding.key.rule)
        draft = _Draft(self._sources, rule, self._ruleset.duties)
        witnesses = tuple(
            draft.witness(sight, self._witnesses.accounts[sight.identity]) for sight in sights
        )
        return Certificate(
            format=FORMAT,
            version=VERSION,
            snapshot=self._estate.snapshot.digest,
            ruleset=self._ruleset.digest,
            engine=self._engine,
            rule=rule.id,
            subject=finding.key.subject,
            facts={table: tuple(rows) for table, rows in draft.facts.items()},
            grants=tuple(draft.grants),
            witnesses=witnesses,
        )


class _Sources:
    """Rows of the snapshot as facts quote them, where the estate's numbers do not lead to them."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        table = estate.snapshot["entities"]
        columns = (table[name] for name in CITED["entities"])
        self.entities: Mapping[Key, Fields] = {
            (row[0], row[1]): row for row in zip(*columns, strict=True)
        }
        self._spelled = _spellings(estate)
        self.chains = Chains(estate)
        self._parts: dict[tuple[str, int, str], frozenset[str]] = {}

    def row(self, table: str, number: int) -> Fields:
        columns = self.estate.snapshot[table]
        return tuple(columns[name][number] for name in CITED[table])

    def spelled(self, named: Key, principal: str) -> Fields:
        """The row of ``principal_names`` by which a permission means an account or a group."""
        return (*named, self._spelled[*named, principal.casefold()])

    def part(self, vcenter: Vcenter, role: int, duty: Duty) -> frozenset[str]:
        """The privileges of a role that the duty's patterns match."""
        key = (vcenter.id, role, duty.id)
        if key not in self._parts:
            patterns = (*duty.any_of, *duty.all_of)
            self._parts[key] = matching(patterns, vcenter.privileges[role])
        return self._parts[key]

    def column(self, entity: Key, name: str) -> str:
        return self.entities[entity][CITED["entities"].index(name)]


def _spellings(estate: Estate) -> Mapping[tuple[str, str, str], str]:
    """By source, id and name without case: the name that sorts first; of names in permissions."""
    wanted = set(estate.principals.names)
    table = estate.snapshot["principal_names"]
    folded = [value.casefold() for value in table["name"].values]
    used = np.array([value in wanted for value in folded], dtype=bool)
    found: dict[tuple[str, str, str], str] = {}
    for row in np.flatnonzero(used[table["name"].codes]).tolist() if folded else ():
        name = table["name"][row]
        key = (table["source"][row], table["id"][row], name.casefold())
        found[key] = min(found.get(key, name), name)
    return found


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An entry that decides for an account, and the privileges that have a part in the duty.

    ``way`` leads up to the entry from the entity.
    """

    account: int
    entry: Entry
    way: Way
    privileges: frozenset[str]


class _Draft:
    """One certificate being written: each fact and each grant gets a number once."""

    def __init__(self, sources: _Sources, rule: Rule, duties: Mapping[str, Duty]) -> None:
        self._sources = sources
        self._rule = rule
        self._duties = duties
        self.facts: dict[str, dict[Fields, int]] = {}
        self.grants: dict[CitedGrant, int] = {}

    def witness(self, sight: Sight, accounts: Sequence[int]) -> Witness:
        needed = self._rule.threshold if isinstance(self._rule, ConflictRule) else 1
        return Witness(
            identity=sight.identity,
            place=sight.place,
            held=tuple(
                self._held(self._duties[duty], sight, *where, accounts)
                for duty, where in islice(sight.held.items(), needed)
            ),
        )

    def _fact(self, table: str, row: Fields) -> int:
        rows = self.facts.setdefault(table, {})
        return rows.setdefault(row, len(rows))

    def _entity(self, entity: Key) -> int:
        return self._fact("entities", self._sources.entities[entity])

    def _steps(self, way: Way) -> tuple[Step, ...]:
        return tuple((self._entity(entity), column) for entity, column in way)

    def _held(
        self, duty: Duty, sight: Sight, vcenter: Vcenter, entity: int, accounts: Sequence[int]
    ) -> HeldDuty:
        key = (vcenter.id, vcenter.inventory.ids[entity])
        candidates = [
            candidate
            for account in accounts
            for candidate in self._deciding(vcenter, account, entity, duty)
        ]
        return HeldDuty(
            duty=duty.id,
            entity=self._entity(key),
            within=self._within((sight.place.vcenter, sight.place.id), key, vcenter),
            by=tuple(
                Decided(
                    grant=self._grant(vcenter, candidate, privileges),
                    path=self._steps(candidate.way),
                )
                for candidate, privileges in _enough(duty, candidates)
            ),
        )

    def _deciding(
        self, vcenter: Vcenter, account: int, entity: int, duty: Duty
    ) -> Iterator[_Candidate]:
        mask = self._sources.estate.memberships.principals_of(account)
        for entry, way in _ways(self._sources, vcenter, mask, entity):
            part = self._sources.part(vcenter, entry.role, duty)
            if part:
                yield _Candidate(account, entry, way, part)

    def _grant(self, vcenter: Vcenter, candidate: _Candidate, privileges: Sequence[str]) -> int:
        estate, account, entry = self._sources.estate, candidate.account, candidate.entry
        principal = estate.permission(entry.row).key.principal
        ref = estate.account_ref(account)
        at, members = (ref.source, ref.id), []
        for group in self._sources.chains.best(account, entry.principal, principal).groups:
            members.append(self._fact("members", (group.source, group.id, *at)))
            at = (group.source, group.id)
        role = (vcenter.id, vcenter.role_ids[entry.role])
        grant = CitedGrant(
            account=self._fact("accounts", self._sources.row("accounts", account)),
            members=tuple(members),
            name=self._fact("principal_names", self._sources.spelled(at, principal)),
            permission=self._fact("permissions", self._sources.row("permissions", entry.row)),
            privileges=tuple(self._fact("role_privileges", (*role, p)) for p in privileges),
        )
        return self.grants.setdefault(grant, len(self.grants))

    def _within(self, place: Key, entity: Key, vcenter: Vcenter) -> tuple[Step, ...]:
        scope = self._rule.scope if isinstance(self._rule, ConflictRule) else Scope.OBJECT
        if scope is Scope.DATACENTER:
            return self._steps(_up(self._sources, entity, place))
        if scope is not Scope.PLACEMENT or entity == place:
            return ()
        inventory = vcenter.inventory
        placed = [inventory.ids[on] for on in inventory.placed_on[inventory.number[place[1]]]]
        if entity[1] in placed:
            return ((self._fact("placements", (*place, entity[1])), "on"),)
        host = next(
            on for on in placed if self._sources.column((place[0], on), "parent") == entity[1]
        )
        return (
            (self._fact("placements", (*place, host)), "on"),
            (self._entity((place[0], host)), "parent"),
        )


def _enough(
    duty: Duty, candidates: Sequence[_Candidate]
) -> Iterator[tuple[_Candidate, tuple[str, ...]]]:
    """Few candidates that amount to the duty, each with what it adds; one alone if one does."""
    alone = (each for each in candidates if holds(duty, each.privileges))
    chosen = [*islice(alone, 1)] or candidates
    missing = _needed(duty, sorted(frozenset[str]().union(*(c.privileges for c in chosen))))
    for candidate in chosen:
        part = missing & candidate.privileges
        missing -= part
        if part:
            yield candidate, tuple(sorted(part))


def _needed(duty: Duty, privileges: Sequence[str]) -> frozenset[str]:
    """As few of these privileges as amount to the duty, or nearly so."""
    needed = {next(p for p in privileges if matches(pattern, p)) for pattern in duty.all_of}
    if duty.any_of:
        counted = matching(duty.any_of, privileges)
        by_use = sorted(counted, key=lambda privilege: (privilege not in needed, privilege))
        needed.update(by_use[: duty.at_least])
    return frozenset(needed)


def _ways(
    sources: _Sources, vcenter: Vcenter, mask: int, entity: int
) -> Iterator[tuple[Entry, Way]]:
    """The entries that decide on an entity, nearest first, each with one way up to its node."""
    inventory = vcenter.inventory
    start = inventory.node[entity]

    def key(number: int) -> Key:
        return vcenter.id, inventory.ids[number]

    def climb(column: str, node: int) -> tuple[int, Way]:
        above = inventory.number[sources.column(key(node), column)]
        step = ((key(node), column),)
        if inventory.node[above] == above:
            return above, step
        return inventory.node[above], (*step, (key(above), "acl_of"))

    came: dict[int, tuple[int, Way]] = {
        start: (-1, () if start == entity else ((key(entity), "acl_of"),))
    }
    waiting = [start]
    for node in waiting:  # grows while it is walked
        here = decisive(vcenter.at.get(node, ()), mask, at_the_node=node == start)
        if here:
            way = _traced(came, node)
            yield from ((entry, way) for entry in here)
        elif node != GLOBAL:
            columns = [c for c in ("parent", "second_parent") if sources.column(key(node), c)]
            ups = [climb(column, node) for column in columns]
            for above, steps in ups or [(GLOBAL, ((key(node), GLOBAL_STEP),))]:
                if above not in came:
                    came[above] = (node, steps)
                    waiting.append(above)


def _up(sources: _Sources, entity: Key, goal: Key) -> Way:
    """One shortest way from an entity up to one that it lies in, by either parent."""
    came: dict[Key, tuple[Key, Way]] = {entity: (("", ""), ())}
    waiting = [entity]
    for at in waiting:  # grows while it is walked
        if at == goal:
            break
        for column in ("parent", "second_parent"):
            above = (at[0], sources.column(at, column))
            if above[1] and above not in came:
                came[above] = (at, ((at, column),))
                waiting.append(above)
    return _traced(came, goal)


def _traced(came: Mapping[Node, tuple[Node, Way]], at: Node) -> Way:
    """All steps to a node from where the walk began, the one whose predecessor was not met."""
    parts: list[Way] = []
    while at in came:
        at, steps = came[at]
        parts.append(steps)
    return tuple(step for steps in reversed(parts) for step in steps)
