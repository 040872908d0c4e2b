"""What an account or a person can do: privileges by entities, those with equal ones together."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import overload

import numpy as np
from typing_extensions import override

from accessreview.analysis.deciding import Deciding
from accessreview.analysis.estate import Estate
from accessreview.analysis.keys import Rows
from accessreview.analysis.people import accounts_of, enabled_flags
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.access import AccountRef, EntityRef


class Entities(Sequence[EntityRef]):
    """Entities of one vCenter by id, held as numbers; a slice makes no more than it returns."""

    def __init__(self, vcenter: Vcenter, numbers: Rows) -> None:
        self._vcenter = vcenter
        self._numbers = numbers

    @override
    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> EntityRef: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[EntityRef]: ...

    @override
    def __getitem__(self, index: int | slice) -> EntityRef | Sequence[EntityRef]:
        if isinstance(index, slice):
            return Entities(self._vcenter, self._numbers[index])
        return EntityRef(self._vcenter.id, self._vcenter.inventory.ids[int(self._numbers[index])])

    def types(self) -> Mapping[str, int]:
        """How many there are of each type, by type."""
        kinds = self._vcenter.inventory.types
        return dict(sorted(Counter(kinds[number] for number in self._numbers.tolist()).items()))


@dataclass(frozen=True, slots=True)
class Ability:
    """The same privileges, sorted, on each of these entities of one vCenter, which are not none."""

    vcenter: str
    privileges: tuple[str, ...]
    entities: Entities

    @property
    def first(self) -> EntityRef:
        return self.entities[0]


def access_of(estate: Estate, account: AccountRef) -> tuple[Ability, ...]:
    """All that the account can do, by vCenter and first entity; enabled or not is the same.

    Each entity is in one ability at most, and in none if nothing can be done on it.

    Raises:
        NotFoundError: the snapshot has no such account.
    """
    return _abilities(estate, [estate.account(account)])


def access_of_identity(estate: Estate, identity: str) -> tuple[Ability, ...]:
    """What a person's enabled accounts can do together; nothing if none is enabled.

    Raises:
        NotFoundError: no account belongs to such an identity.
    """
    enabled = enabled_flags(estate)
    return _abilities(estate, [row for row in accounts_of(estate, identity) if enabled[row]])


def _abilities(estate: Estate, accounts: Sequence[int]) -> tuple[Ability, ...]:
    masks = {estate.memberships.principals_of(account) for account in accounts}
    vcenters = sorted(estate.vcenters.values(), key=lambda vcenter: vcenter.id)
    return tuple(ability for vcenter in vcenters for ability in _within(vcenter, masks))


def _within(vcenter: Vcenter, masks: set[int]) -> Iterator[Ability]:
    relevant = {mask & vcenter.principals for mask in masks} - {0}
    if not relevant:
        return
    deciding = Deciding(vcenter)
    answers = [deciding.of(mask) for mask in relevant]
    groups: dict[tuple[str, ...], int] = {}
    known: dict[tuple[int, ...], int] = {}
    group_of_region = np.full(len(vcenter.regions), -1, dtype=np.int64)
    for region, decided in enumerate(zip(*answers, strict=True)):
        key = tuple(map(id, decided))  # regions often share an answer
        if key not in known:
            roles = {entry.role for each in decided for entry in each}
            held = frozenset[str]().union(*(vcenter.privileges[role] for role in roles))
            known[key] = groups.setdefault(tuple(sorted(held)), len(groups)) if held else -1
        group_of_region[region] = known[key]
    numbers = np.asarray(vcenter.inventory.by_id, dtype=np.int64)
    group = group_of_region[vcenter.regions.of_entity[numbers]]
    by_group = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[by_group], np.arange(len(groups) + 1))
    parts = [numbers[by_group[start:end]] for start, end in pairwise(starts)]
    found = [
        Ability(vcenter.id, privileges, Entities(vcenter, part))
        for privileges, part in zip(groups, parts, strict=True)
        if len(part)
    ]
    yield from sorted(found, key=lambda ability: ability.first)
