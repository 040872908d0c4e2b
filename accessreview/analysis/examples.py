"""Places of a finding told to people: which duty is held where, and by which grants.

What is the same for everybody of a class is found once, as an ``Outline``: in a large estate the
examples of a million findings differ by little more than the names in them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from accessreview.analysis.climb import Fate, deciding_fates
from accessreview.analysis.estate import Estate
from accessreview.analysis.explain import Explainer
from accessreview.analysis.inventory import GLOBAL, Inventory
from accessreview.analysis.sets import Sets
from accessreview.analysis.spots import Spot
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.access import EntityRef
from accessreview.model.duties import counts_on, holds, matching
from accessreview.model.finding import Example
from accessreview.model.policy import Duty


@dataclass(frozen=True, slots=True, eq=False)
class Behind:
    """A deciding entry with a part in a duty: of which of an identity's accounts, and where."""

    position: int
    vcenter: Vcenter
    entity: int
    fate: Fate


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """An example without the names of those it is about: the place, and what is behind each duty.

    ``place`` and ``label`` are an example's. Equal outlines of one writer are one object.
    """

    place: EntityRef
    label: str
    behind: Mapping[str, tuple[Behind, ...]]


@dataclass(frozen=True, slots=True)
class Told:
    """The outlines that hold for one identity; ``Behind.position`` counts ``accounts``."""

    identity: str
    accounts: Sequence[int]
    outlines: tuple[Outline, ...]


class ExampleWriter:
    """Examples for one identity after another; what equal accounts share is found once."""

    def __init__(self, estate: Estate, duties: Mapping[str, Duty]) -> None:
        self._duties = duties
        self._explainer = Explainer(estate)
        self._known: dict[tuple[object, ...], Outline] = {}
        self._nearby: dict[tuple[Vcenter, int], int] = {}
        self._deciding: dict[tuple[Vcenter, int, int], tuple[Fate, ...]] = {}
        self._behind: dict[tuple[Vcenter, int, str, tuple[int, ...]], tuple[Behind, ...]] = {}
        self._held: dict[tuple[Vcenter, frozenset[int], str], bool] = {}
        self._parts: dict[tuple[frozenset[str], str], frozenset[str]] = {}

    def outlines(self, masks: tuple[int, ...], spots: Iterable[Spot]) -> tuple[Outline, ...]:
        """What the spots of an identity come from whose accounts are these principals.

        Of the principals it depends on those only that are ``near`` the spots.
        """
        return tuple([self._outline(masks, spot) for spot in spots])

    def near(self, shown: Iterable[Sequence[Spot]]) -> Sets:
        """The principals of all entries that can have a part in what is told of these spots."""
        numbers: dict[tuple[Vcenter, int], int] = {}
        rows = [
            {
                numbers.setdefault((vcenter, vcenter.inventory.node[entity]), len(numbers))
                for spot in spots
                for candidates in spot.where.values()
                for vcenter, entity in candidates
            }
            for spots in shown
        ]
        named = Sets.of_masks([self._nearby_of(*node) for node in numbers])
        return Sets.of([sorted(row) for row in rows]).unions(named)

    def examples(self, told: Told) -> tuple[Example, ...]:
        """The outlines with all names, and with one chain of groups behind every grant."""
        return tuple(
            Example(
                place=outline.place,
                label=outline.label,
                identity=told.identity,
                grants={
                    duty: tuple(
                        self._explainer.tell(
                            told.accounts[each.position], each.vcenter, each.entity, each.fate
                        )
                        for each in behind
                    )
                    for duty, behind in outline.behind.items()
                },
            )
            for outline in told.outlines
        )

    def _outline(self, masks: tuple[int, ...], spot: Spot) -> Outline:
        found = {}
        for duty, candidates in spot.where.items():
            for vcenter, entity in candidates:
                if behind := self._behind_duty(masks, vcenter, entity, duty):
                    found[duty] = behind
                    break
        key = (spot.vcenter, spot.place, *found.items())
        outline = self._known.get(key)
        if outline is None:
            outline = self._known[key] = Outline(*_place_and_label(spot), found)
        return outline

    def _behind_duty(
        self, masks: tuple[int, ...], vcenter: Vcenter, entity: int, duty: str
    ) -> tuple[Behind, ...]:
        """The deciding entries with a part in a duty, one an account and permission.

        Empty if the accounts do not hold the duty there.
        """
        nearby = self._nearby_of(vcenter, vcenter.inventory.node[entity])
        masks = tuple([mask & nearby for mask in masks])
        key = (vcenter, entity, duty, masks)
        behind = self._behind.get(key)
        if behind is None:
            behind = self._behind[key] = self._look_behind(masks, vcenter, entity, duty)
        return behind

    def _nearby_of(self, vcenter: Vcenter, node: int) -> int:
        nearby = self._nearby.get((vcenter, node))
        if nearby is None:
            nearby = self._nearby[vcenter, node] = _named_above(vcenter, node)
        return nearby

    def _look_behind(
        self, masks: tuple[int, ...], vcenter: Vcenter, entity: int, duty: str
    ) -> tuple[Behind, ...]:
        if not counts_on(self._duties[duty], vcenter.inventory.types[entity]):
            return ()
        fates = [self._fates(vcenter, mask, entity) for mask in masks]
        roles = frozenset([fate.entry.role for some in fates for fate in some])
        if not self._holds(vcenter, roles, duty):
            return ()
        first: dict[tuple[int, int], Fate] = {}
        for position, some in enumerate(fates):
            for fate in some:
                if self._part(vcenter, fate.entry.role, duty):
                    first.setdefault((position, fate.entry.row), fate)
        return tuple(
            Behind(position, vcenter, entity, first[position, row])
            for position, row in sorted(first)
        )

    def _fates(self, vcenter: Vcenter, mask: int, entity: int) -> tuple[Fate, ...]:
        key = (vcenter, mask, vcenter.inventory.node[entity])
        fates = self._deciding.get(key)
        if fates is None:
            fates = self._deciding[key] = deciding_fates(vcenter, mask, entity)
        return fates

    def _holds(self, vcenter: Vcenter, roles: frozenset[int], duty: str) -> bool:
        key = (vcenter, roles, duty)
        if key not in self._held:
            parts = (self._part(vcenter, role, duty) for role in roles)
            self._held[key] = holds(self._duties[duty], frozenset[str]().union(*parts))
        return self._held[key]

    def _part(self, vcenter: Vcenter, role: int, duty: str) -> frozenset[str]:
        """The privileges of a role that count for a duty."""
        key = (vcenter.privileges[role], duty)  # roles of several vCenters are often equal
        if key not in self._parts:
            asked = self._duties[duty]
            self._parts[key] = matching((*asked.any_of, *asked.all_of), key[0])
        return self._parts[key]


def _place_and_label(spot: Spot) -> tuple[EntityRef, str]:
    if spot.vcenter is None:
        return EntityRef("", ""), "anywhere"
    inventory = spot.vcenter.inventory
    label = inventory.label(spot.place) if spot.place != GLOBAL else spot.vcenter.id
    return EntityRef(spot.vcenter.id, inventory.ids[spot.place]), label


def _named_above(vcenter: Vcenter, node: int) -> int:
    """The principals of all entries on a node and on whatever lies above it."""
    named = 0
    for each in _upwards(vcenter.inventory, node):
        for entry in vcenter.at.get(each, ()):
            named |= 1 << entry.principal
    return named


def _upwards(inventory: Inventory, node: int) -> Collection[int]:
    met = {node: None}
    waiting = [node]
    for each in waiting:  # grows while it is walked
        for parent in inventory.parents[each]:
            if parent not in met:
                met[parent] = None
                waiting.append(parent)
    return met
