"""Which duties accounts hold where, those with equal principals together, region by region.

Every override is applied. For everybody at once, as other tools take it in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.duties import DutyAtoms
from accessreview.analysis.estate import Estate
from accessreview.analysis.evaluate import Evaluator, columns_at_once
from accessreview.analysis.planes import WORD, Flags, flags
from accessreview.analysis.sets import Numbers, Sets, distinct
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.policy import Duty


@dataclass(frozen=True, slots=True)
class Part:
    """The entities of one type in one region, by number."""

    region: int
    type: str
    entities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What the accounts of one set of principals hold on every entity of one part."""

    holders: int
    part: int
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class HeldDuties:
    """What is held in one vCenter.

    ``sets`` are the principals by which its permissions tell accounts apart; ``set_of_account``
    gives each account its set, 0 being that of accounts whom no permission names. The set of
    ``set_of_group`` is that of an account in this group alone.
    """

    vcenter: Vcenter
    sets: Sets
    set_of_account: Numbers
    set_of_group: Numbers
    parts: tuple[Part, ...]
    duties: Mapping[str, Duty]

    @classmethod
    def of(cls, estate: Estate, vcenter: Vcenter, duties: Mapping[str, Duty]) -> "HeldDuties":
        memberships = estate.memberships
        classes = memberships.classes.sets
        size = max(vcenter.principals.bit_length(), int(classes.items.max(initial=0)) + 1)
        named = np.zeros(size, dtype=bool)
        named[vcenter.entries.principal] = True
        reached = Sets.of_masks([mask & vcenter.principals for mask in memberships.reach])
        sets, number = distinct(classes.only(named).followed_by(reached))
        of_class, of_group = number[: len(classes)], number[len(classes) :]
        of_account = of_class[memberships.class_of]
        return cls(vcenter, sets, of_account, of_group, _parts(vcenter), duties)

    def rows(self) -> Iterator[Held]:
        """Every set and part with a duty, in the order of the sets and then of the parts."""
        if not (len(self.vcenter.entries) and self.parts and self.duties):
            return
        atoms = DutyAtoms(self.vcenter, self.duties)
        evaluator = Evaluator(self.vcenter, atoms.atoms)
        size = columns_at_once(self.vcenter, evaluator.atoms)
        for start in range(1, len(self.sets), size):
            chosen = np.arange(start, min(start + size, len(self.sets)))
            states = evaluator.states(self.sets.take(chosen))
            held = [atoms.held(duty, states) for duty in self.duties]
            for word in range(states.shape[2]):
                columns = chosen[word * WORD : (word + 1) * WORD]
                answers = [flags(each[:, word : word + 1], len(columns)) for each in held]
                yield from self._told(np.stack(answers), columns.tolist())

    def _told(self, answers: Flags, columns: list[int]) -> Iterator[Held]:
        """``answers`` are of shape (duties, regions, columns), types aside."""
        regions = np.array([part.region for part in self.parts])
        fits = np.array(
            [
                [not duty.types or part.type in duty.types for part in self.parts]
                for duty in self.duties.values()
            ]
        )
        names = tuple(self.duties)
        together: dict[bytes, tuple[str, ...]] = {}  # few different ones occur
        for column, holders in enumerate(columns):
            here = answers[:, regions, column] & fits
            packed = np.ascontiguousarray(np.packbits(here, axis=0).T)
            for part in np.flatnonzero(packed.any(axis=1)).tolist():
                key = packed[part].tobytes()
                duties = together.get(key)
                if duties is None:
                    duties = together[key] = tuple(
                        names[duty] for duty in np.flatnonzero(here[:, part])
                    )
                yield Held(holders, part, duties)


def _parts(vcenter: Vcenter) -> tuple[Part, ...]:
    inventory = vcenter.inventory
    found: dict[tuple[int, str], list[int]] = {}
    region_of = vcenter.regions.of_entity.tolist()
    for number in inventory.by_id:
        found.setdefault((region_of[number], inventory.types[number]), []).append(number)
    return tuple(
        Part(region, kind, tuple(numbers)) for (region, kind), numbers in sorted(found.items())
    )
