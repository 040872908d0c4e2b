"""Where a finding can be seen: identities, places and entities enough to break its rule."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from accessreview.analysis.estate import Estate
from accessreview.analysis.holdings import deciding_regions
from accessreview.analysis.identities import accounts_by_identity
from accessreview.analysis.inventory import GLOBAL
from accessreview.analysis.keys import bits
from accessreview.analysis.places import Places
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.access import EntityRef
from accessreview.model.duties import counts_on, holds, matching
from accessreview.model.errors import NotFoundError
from accessreview.model.finding import Finding
from accessreview.model.policy import ConflictRule, Duty, ReachRule, Rule, Ruleset, Scope

Cell = tuple[int, str]
"""A region and a type of entity: entities of one cell are alike for every duty."""

Place = tuple[int, Mapping[Cell, int]]
"""An entity, or the global node for a whole vCenter, and the first entity of each cell in it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Duties that an identity holds in a place, each with the first entity where it does."""

    identity: str
    place: EntityRef
    held: Mapping[str, tuple[Vcenter, int]]


class Witnesses:
    """The witnesses of one finding after another; what they share is found once."""

    def __init__(self, estate: Estate, ruleset: Ruleset) -> None:
        self._estate = estate
        self._duties = ruleset.duties
        self._rules: Mapping[str, Rule] = {rule.id: rule for rule in ruleset.rules}
        self._grounds = {v.id: _Ground(v) for v in estate.vcenters.values()}
        self._privileges: dict[tuple[str, str], Sequence[frozenset[str]]] = {}
        self._roles: dict[tuple[str, int], Mapping[int, set[int]]] = {}
        self._cells: dict[tuple[str, frozenset[int], str], frozenset[Cell]] = {}

    @cached_property
    def accounts(self) -> Mapping[str, Sequence[int]]:
        """The enabled accounts of every identity that has one."""
        return accounts_by_identity(self._estate, enabled_only=True)

    def of(self, finding: Finding) -> tuple[Sight, ...]:
        """As many as its rule needs to be broken: one for a conflict, one more than it allows else.

        They come by vCenter and id of the place, for a sprawl by identity.

        Raises:
            NotFoundError: the ruleset has no such rule, or the snapshot does not show the finding.
        """
        rule, subject = self._rules.get(finding.key.rule), finding.key.subject
        if rule is None:
            raise NotFoundError(f"The ruleset has no rule {finding.key.rule}.")
        if isinstance(rule, ConflictRule):
            needed, sights = 1, self._conflicts(rule, subject)
        elif isinstance(rule, ReachRule):
            needed, sights = rule.max_objects + 1, self._reached(rule.duty, subject)
        else:
            needed, sights = rule.max_identities + 1, self._holders(rule.duty, subject)
        found = tuple(islice(sights, needed))
        if len(found) < needed:
            raise NotFoundError(f"This snapshot does not show that {subject} breaks {rule.id}.")
        return found

    def _conflicts(self, rule: ConflictRule, identity: str) -> Iterator[Sight]:
        everywhere: dict[str, tuple[Vcenter, int]] = {}
        for ground in self._grounds.values():
            cells = {duty: self._held(ground, identity, duty) for duty in rule.duties}
            if not any(cells.values()):
                continue
            for place, inside in ground.places(rule.scope):
                held = {
                    duty: (ground.vcenter, next(inside[cell] for cell in inside if cell in where))
                    for duty, where in cells.items()
                    if not where.isdisjoint(inside)
                }
                if rule.scope is Scope.ANYWHERE:
                    everywhere = {**held, **everywhere}
                elif len(held) >= rule.threshold:
                    yield Sight(identity, ground.ref(place), held)
        if rule.scope is Scope.ANYWHERE and len(everywhere) >= rule.threshold:
            yield Sight(identity, EntityRef("", ""), everywhere)

    def _reached(self, duty: str, identity: str) -> Iterator[Sight]:
        for ground in self._grounds.values():
            for entity in ground.members(self._held(ground, identity, duty)):
                yield Sight(identity, ground.ref(entity), {duty: (ground.vcenter, entity)})

    def _holders(self, duty: str, vcenter: str) -> Iterator[Sight]:
        ground = self._grounds.get(vcenter)
        if ground is None:
            return
        for identity in self.accounts:
            for entity in islice(ground.members(self._held(ground, identity, duty)), 1):
                yield Sight(identity, ground.ref(entity), {duty: (ground.vcenter, entity)})

    def _held(self, ground: "_Ground", identity: str, duty: str) -> frozenset[Cell]:
        """Where the enabled accounts of an identity hold a duty together."""
        vcenter = ground.vcenter
        masks = frozenset(
            self._estate.memberships.principals_of(account) & vcenter.principals
            for account in self.accounts.get(identity, ())
        ) - {0}
        key = (vcenter.id, masks, duty)
        found = self._cells.get(key)
        if found is None:
            found = self._cells[key] = self._where(ground, masks, self._duties[duty])
        return found

    def _where(self, ground: "_Ground", masks: frozenset[int], duty: Duty) -> frozenset[Cell]:
        privileges = self.parts(ground.vcenter, duty)
        named = (privileges[role] for role in ground.roles(masks))
        if not holds(duty, frozenset[str]().union(*named)):
            return frozenset()  # whatever decides, its roles together are too little
        roles = [self._decided(ground.vcenter, mask) for mask in masks]
        answers: dict[frozenset[int], bool] = {}
        held = set()
        for region in set[int]().union(*roles):
            together = frozenset(role for each in roles for role in each.get(region, ()))
            if together not in answers:
                union = frozenset[str]().union(*(privileges[role] for role in together))
                answers[together] = holds(duty, union)
            if answers[together]:
                held.add(region)
        return frozenset(
            cell for cell in ground.cells if cell[0] in held and counts_on(duty, cell[1])
        )

    def parts(self, vcenter: Vcenter, duty: Duty) -> Sequence[frozenset[str]]:
        """By role, the privileges that the duty's patterns match."""
        key = (vcenter.id, duty.id)
        if key not in self._privileges:
            patterns = (*duty.any_of, *duty.all_of)
            self._privileges[key] = [matching(patterns, held) for held in vcenter.privileges]
        return self._privileges[key]

    def _decided(self, vcenter: Vcenter, mask: int) -> Mapping[int, set[int]]:
        """By region, the roles that decide for the principals in ``mask``."""
        key = (vcenter.id, mask)
        if key not in self._roles:
            role = dict(
                zip(vcenter.entries.row.tolist(), vcenter.entries.role.tolist(), strict=True)
            )
            found: defaultdict[int, set[int]] = defaultdict(set)
            for row, regions in deciding_regions(vcenter, mask).items():
                for region in regions:
                    found[region].add(role[row])
            self._roles[key] = found
        return self._roles[key]


class _Ground:
    """The entities of one vCenter by cell, and the places that they make."""

    def __init__(self, vcenter: Vcenter) -> None:
        self.vcenter = vcenter
        self._inventory = vcenter.inventory
        self._places: dict[Scope, Sequence[Place]] = {}

    def ref(self, place: int) -> EntityRef:
        return EntityRef(self.vcenter.id, self._inventory.ids[place])

    @cached_property
    def _cell(self) -> Sequence[Cell]:
        return tuple(
            zip(self.vcenter.regions.of_entity.tolist(), self._inventory.types, strict=True)
        )

    @cached_property
    def cells(self) -> Mapping[Cell, Sequence[int]]:
        """The entities of each cell, by id."""
        found: defaultdict[Cell, list[int]] = defaultdict(list)
        for entity in self._inventory.by_id:
            found[self._cell[entity]].append(entity)
        return found

    @cached_property
    def _rank(self) -> Mapping[int, int]:
        return {entity: rank for rank, entity in enumerate(self._inventory.by_id)}

    @cached_property
    def _given(self) -> Mapping[int, set[int]]:
        given: defaultdict[int, set[int]] = defaultdict(set)
        for entries in self.vcenter.at.values():
            for entry in entries:
                given[entry.principal].add(entry.role)
        return given

    def roles(self, masks: frozenset[int]) -> set[int]:
        """All roles that entries give these principals anywhere, deciding or not."""
        principals = {principal for mask in masks for principal in bits(mask)}
        return set[int]().union(*(self._given[principal] for principal in principals))

    def members(self, cells: frozenset[Cell]) -> Sequence[int]:
        """The entities of some cells, by id."""
        return sorted(
            (entity for cell in cells for entity in self.cells[cell]), key=self._rank.__getitem__
        )

    def places(self, scope: Scope) -> Sequence[Place]:
        """Places of a conflict by id, but of those with equal cells only the first."""
        if scope not in self._places:
            self._places[scope] = tuple(self._found(scope))
        return self._places[scope]

    def _found(self, scope: Scope) -> Iterator[Place]:
        if scope is Scope.OBJECT:
            yield from ((entities[0], {cell: entities[0]}) for cell, entities in self.cells.items())
        elif scope is Scope.PLACEMENT:
            yield from self._placements()
        elif scope is Scope.DATACENTER:
            datacenters = self._inventory.datacenters()
            inside: defaultdict[int, dict[Cell, int]] = defaultdict(dict)
            for entity in self._inventory.by_id:
                for datacenter in datacenters[entity]:
                    inside[datacenter].setdefault(self._cell[entity], entity)
            yield from sorted(inside.items(), key=lambda place: self._rank[place[0]])
        else:
            yield GLOBAL, {cell: entities[0] for cell, entities in self.cells.items()}

    def _placements(self) -> Iterator[Place]:
        types, met = self._inventory.types, set[frozenset[Cell]]()
        placed_together = Places(self.vcenter).placed_together
        for machine in self._inventory.by_id:
            if types[machine] != "VirtualMachine":
                continue
            together: dict[Cell, int] = {}
            for entity in placed_together(machine):
                together.setdefault(self._cell[entity], entity)
            if frozenset(together) not in met:
                met.add(frozenset(together))
                yield machine, together
