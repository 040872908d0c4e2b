"""Places of a finding told to people: which duty is held where, and by which grants.

What is the same for everybody of a class is found once, as an ``Outline``: in a large estate the
examples of a million findings differ by little more than the names in them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from accessreview.analysis.climb import Fate, climb
from accessreview.analysis.estate import Estate
from accessreview.analysis.explain import Explainer
from accessreview.analysis.inventory import GLOBAL, Inventory
from accessreview.analysis.spots import Spot
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.access import EntityRef
from accessreview.model.duties import contributes, counts_on, holds
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
        self._memberships = estate.memberships
        self._class_of: list[int] = estate.memberships.class_of.tolist()
        self._duties = duties
        self._explainer = Explainer(estate)
        self._known: dict[tuple[object, ...], Outline] = {}
        self._masks: dict[int, int] = {}
        self._nearby: dict[tuple[Vcenter, int], int] = {}
        self._deciding: dict[tuple[Vcenter, int, int], tuple[Fate, ...]] = {}
        self._behind: dict[tuple[Vcenter, int, str, tuple[int, ...]], tuple[Behind, ...]] = {}
        self._held: dict[tuple[Vcenter, frozenset[int], str], bool] = {}
        self._parts: dict[tuple[Vcenter, int, str], bool] = {}

    def outlines(self, accounts: Sequence[int], spots: Iterable[Spot]) -> tuple[Outline, ...]:
        """What the spots of an identity with these accounts come from.

        It depends on the accounts' classes only, so that who is of the same kind shares it.
        """
        masks = tuple([self._principals(account) for account in accounts])
        return tuple([self._outline(masks, spot) for spot in spots])

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
        node = vcenter.inventory.node[entity]
        nearby = self._nearby.get((vcenter, node))
        if nearby is None:
            nearby = self._nearby[vcenter, node] = _named_above(vcenter, node)
        masks = tuple([mask & nearby for mask in masks])
        key = (vcenter, entity, duty, masks)
        behind = self._behind.get(key)
        if behind is None:
            behind = self._behind[key] = self._look_behind(masks, vcenter, entity, duty)
        return behind

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
                if self._has_part(vcenter, fate.entry.role, duty):
                    first.setdefault((position, fate.entry.row), fate)
        return tuple(
            Behind(position, vcenter, entity, first[position, row])
            for position, row in sorted(first)
        )

    def _fates(self, vcenter: Vcenter, mask: int, entity: int) -> tuple[Fate, ...]:
        key = (vcenter, mask, vcenter.inventory.node[entity])
        fates = self._deciding.get(key)
        if fates is None:
            fates = tuple(fate for fate in climb(vcenter, mask, entity) if fate.decides)
            self._deciding[key] = fates
        return fates

    def _holds(self, vcenter: Vcenter, roles: frozenset[int], duty: str) -> bool:
        key = (vcenter, roles, duty)
        if key not in self._held:
            privileges = frozenset[str]().union(*(vcenter.privileges[role] for role in roles))
            self._held[key] = holds(self._duties[duty], privileges)
        return self._held[key]

    def _has_part(self, vcenter: Vcenter, role: int, duty: str) -> bool:
        key = (vcenter, role, duty)
        if key not in self._parts:
            self._parts[key] = contributes(self._duties[duty], vcenter.privileges[role])
        return self._parts[key]

    def _principals(self, account: int) -> int:
        number = self._class_of[account]
        mask = self._masks.get(number)
        if mask is None:
            mask = self._masks[number] = self._memberships.classes[number]
        return mask


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
