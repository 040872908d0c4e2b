"""Findings put into certificates, which hold or fall without the engine.

``docs/reference/certificates.md`` says what is in one; ``evidence/certificates.py`` checks them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from accessreview.analysis.chains import Chains
from accessreview.analysis.decide import decisive
from accessreview.analysis.estate import Estate
from accessreview.analysis.inventory import GLOBAL, Inventory
from accessreview.analysis.vcenter import Entry, Vcenter
from accessreview.analysis.witnesses import Sight, Witnesses
from accessreview.model.certificate import (
    FORMAT,
    VERSION,
    Certificate,
    CitedGrant,
    Decided,
    Witness,
)
from accessreview.model.duties import holds, matches, matching
from accessreview.model.finding import Finding
from accessreview.model.policy import ConflictRule, Duty, Rule, Ruleset, Scope

Way = tuple[int, ...]
"""Entities or nodes of one vCenter, each next to the one before."""


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
        self._chains = Chains(estate)

    def certify(self, finding: Finding) -> Certificate:
        """Prove one finding; raises as the function does."""
        sights = self._witnesses.of(finding)
        rule = next(rule for rule in self._ruleset.rules if rule.id == finding.key.rule)
        draft = _Draft(self._witnesses, self._chains, self._estate, rule)
        witnesses = [
            draft.witness(sight, self._ruleset.duties[duty], *where)
            for sight in sights
            for duty, where in islice(sight.held.items(), _duties_needed(rule))
        ]
        return Certificate(
            format=FORMAT,
            version=VERSION,
            snapshot=self._estate.snapshot.digest,
            ruleset=self._ruleset.digest,
            engine=self._engine,
            rule=rule.id,
            subject=finding.key.subject,
            grants=tuple(draft.grants),
            witnesses=tuple(witnesses),
        )


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An entry that decides for an account, and the privileges that have a part in the duty.

    ``path`` has the nodes on the way up to the entry.
    """

    account: int
    entry: Entry
    path: Way
    privileges: frozenset[str]


class _Draft:
    """One certificate being written: each grant gets a number once."""

    def __init__(self, witnesses: Witnesses, chains: Chains, estate: Estate, rule: Rule) -> None:
        self._witnesses = witnesses
        self._chains = chains
        self._estate = estate
        self._scope = rule.scope if isinstance(rule, ConflictRule) else Scope.OBJECT
        self._numbers: dict[tuple[int, int, tuple[str, ...]], int] = {}
        self.grants: list[CitedGrant] = []

    def witness(self, sight: Sight, duty: Duty, vcenter: Vcenter, entity: int) -> Witness:
        candidates = [
            candidate
            for account in self._witnesses.accounts[sight.identity]
            for candidate in self._deciding(vcenter, account, entity, duty)
        ]
        ids = vcenter.inventory.ids
        place = vcenter.inventory.number.get(sight.place.id, GLOBAL)
        return Witness(
            identity=sight.identity,
            duty=duty.id,
            entity=(vcenter.id, ids[entity]),
            within=tuple(
                ids[each] for each in _within(vcenter.inventory, self._scope, place, entity)
            ),
            by=tuple(
                Decided(
                    grant=self._grant(candidate, privileges),
                    path=tuple(ids[node] for node in candidate.path),
                )
                for candidate, privileges in _enough(duty, candidates)
            ),
        )

    def _deciding(
        self, vcenter: Vcenter, account: int, entity: int, duty: Duty
    ) -> Iterator[_Candidate]:
        parts = self._witnesses.parts(vcenter, duty)
        mask = self._estate.memberships.principals_of(account)
        for entry, path in _paths(vcenter, mask, entity):
            if parts[entry.role]:
                yield _Candidate(account, entry, path, parts[entry.role])

    def _grant(self, candidate: _Candidate, privileges: tuple[str, ...]) -> int:
        account, entry = candidate.account, candidate.entry
        number = self._numbers.setdefault((account, entry.row, privileges), len(self.grants))
        if number == len(self.grants):
            table, ref = self._estate.snapshot["permissions"], self._estate.account_ref(account)
            chain = self._chains.best(account, entry.principal, table["principal"][entry.row])
            self.grants.append(
                CitedGrant(
                    account=(ref.source, ref.id),
                    groups=tuple((group.source, group.id) for group in chain.groups),
                    permission={name: table[name][entry.row] for name in table.columns},
                    privileges=privileges,
                )
            )
        return number


def _duties_needed(rule: Rule) -> int:
    return rule.threshold if isinstance(rule, ConflictRule) else 1


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
    """Some of these privileges that amount to the duty, and would not without any one of them."""
    needed = {next(p for p in privileges if matches(pattern, p)) for pattern in duty.all_of}
    if duty.any_of:
        counted = matching(duty.any_of, privileges)
        by_use = sorted(counted, key=lambda privilege: (privilege not in needed, privilege))
        needed.update(by_use[: duty.at_least])
    for each in sorted(needed):
        if holds(duty, needed - {each}):
            needed.remove(each)
    return frozenset(needed)


def _paths(vcenter: Vcenter, mask: int, entity: int) -> Iterator[tuple[Entry, Way]]:
    """The entries that decide on an entity, nearest first, each with one path up to its node."""
    start = vcenter.inventory.node[entity]
    came, waiting = {start: -1}, [start]
    for node in waiting:  # grows while it is walked
        here = decisive(vcenter.at.get(node, ()), mask, at_the_node=node == start)
        if here:
            path = _traced(came, node)[::-1]
            yield from ((entry, path) for entry in here)
            continue
        for above in vcenter.inventory.parents[node]:
            if above not in came:
                came[above] = node
                waiting.append(above)


def _within(inventory: Inventory, scope: Scope, place: int, entity: int) -> Way:
    """From a place to an entity in it; of an entity or a whole vCenter there is no way to go."""
    if scope is Scope.DATACENTER:
        return _downwards(inventory, place, entity)
    if scope is not Scope.PLACEMENT or entity == place:
        return (entity,)
    placed = inventory.placed_on[place]
    if entity in placed:
        return (place, entity)
    hosts = (on for on in placed if inventory.types[on] == "HostSystem")
    return (place, next(on for on in hosts if inventory.parent[on] == entity), entity)


def _downwards(inventory: Inventory, top: int, entity: int) -> Way:
    """One shortest way down to an entity from one that it lies in, by either parent."""
    came, waiting = {entity: -1}, [entity]
    for at in waiting:  # grows while it is walked
        if at == top:
            break
        for above in inventory.above[at]:
            if above not in came:
                came[above] = at
                waiting.append(above)
    return _traced(came, top)


def _traced(came: Mapping[int, int], at: int) -> Way:
    """Back to where a walk began, which came from nowhere."""
    way = []
    while at >= 0:
        way.append(at)
        at = came[at]
    return tuple(way)
