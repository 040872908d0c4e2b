"""Effective privileges: what accounts can do on entities, with every override applied."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.decide import effective_roles
from accessreview.analysis.estate import Estate
from accessreview.analysis.evaluate import Evaluator, columns_at_once
from accessreview.analysis.planes import WORD, Words
from accessreview.analysis.sets import Sets
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.access import AccountRef, EffectiveAccess, EntityRef
from accessreview.model.errors import NotFoundError

BLOCK = 256
"""How many accounts are answered for together."""


def effective_privileges(estate: Estate, account: AccountRef, entity: EntityRef) -> frozenset[str]:
    """Every privilege that the account holds on the entity; enabled or not makes no difference.

    Raises:
        NotFoundError: the snapshot has no such account, vCenter or entity.
    """
    vcenter, number = estate.entity(entity)
    mask = estate.memberships.principals_of(estate.account(account))
    roles = effective_roles(vcenter, mask, number)
    return frozenset().union(*(vcenter.privileges[role] for role in roles))


def effective_access(
    estate: Estate,
    *,
    accounts: Iterable[AccountRef] | None = None,
    vcenter: str | None = None,
    entity: str | None = None,
) -> Iterator[EffectiveAccess]:
    """Yield every pair with a privilege, by account source, account, vCenter and entity.

    Disabled accounts are included: their permissions are there, whoever may use them.

    Raises:
        NotFoundError: something asked for is not in the snapshot.
    """
    if vcenter is not None and vcenter not in estate.vcenters:
        raise NotFoundError(f"No vCenter {vcenter} is in this snapshot.")
    chosen = [v for v in estate.vcenters.values() if vcenter in (None, v.id)]
    entities = {v.id: _entities(v, entity) for v in chosen}
    if entity is not None and not any(entities.values()):
        raise NotFoundError(f"No entity {entity} was read from {vcenter or 'any vCenter'}.")
    table = estate.snapshot["accounts"]
    rows = range(len(table)) if accounts is None else {estate.account(ref) for ref in accounts}
    refs = sorted((table["source"][row], table["id"][row], row) for row in rows)
    return _rows(estate, refs, chosen, entities)


def _entities(vcenter: Vcenter, entity: str | None) -> Sequence[int]:
    if entity is None:
        return vcenter.inventory.by_id
    found = vcenter.inventory.number.get(entity) if entity else None
    return () if found is None else (found,)


def _rows(
    estate: Estate,
    refs: Sequence[tuple[str, str, int]],
    vcenters: Sequence[Vcenter],
    entities: dict[str, Sequence[int]],
) -> Iterator[EffectiveAccess]:
    answers = {vcenter.id: PrivilegesByRegion(vcenter) for vcenter in vcenters}
    for start in range(0, len(refs), BLOCK):
        block = refs[start : start + BLOCK]
        masks = [estate.memberships.principals_of(row) for _, _, row in block]
        for vcenter in vcenters:
            answers[vcenter.id].load(masks)
        for (source, ident, _), mask in zip(block, masks, strict=True):
            account = AccountRef(source, ident)
            for vcenter in vcenters:
                held = answers[vcenter.id].of(mask)
                if not any(held):
                    continue
                regions = vcenter.regions.of_entity
                for number in entities[vcenter.id]:
                    privileges = held[regions[number]]
                    if privileges:
                        ref = EntityRef(vcenter.id, vcenter.inventory.ids[number])
                        yield EffectiveAccess(account, ref, privileges)


class PrivilegesByRegion:
    """Sorted privileges of principal sets in every region of one vCenter, evaluated in blocks."""

    def __init__(self, vcenter: Vcenter) -> None:
        self._vcenter = vcenter
        self._roles: list[int] = np.unique(vcenter.entries.role).tolist()
        atoms = np.zeros((len(vcenter.privileges), len(self._roles)), dtype=bool)
        atoms[self._roles, np.arange(len(self._roles))] = True
        self._evaluator = Evaluator(vcenter, atoms)
        self._sets: dict[bytes, tuple[str, ...]] = {}
        self._held: dict[int, tuple[tuple[str, ...], ...]] = {}

    def load(self, masks: Iterable[int]) -> None:
        """Evaluate these sets, forgetting those loaded before."""
        relevant = sorted({mask & self._vcenter.principals for mask in masks})
        self._held = {}
        size = columns_at_once(self._vcenter, self._evaluator.atoms)
        for start in range(0, len(relevant), size):
            part = relevant[start : start + size]
            states = self._evaluator.states(Sets.of_masks(part))
            for column, mask in enumerate(part):
                self._held[mask] = self._of_column(states, column)

    def of(self, mask: int) -> tuple[tuple[str, ...], ...]:
        """By region, what a loaded set holds there."""
        return self._held[mask & self._vcenter.principals]

    def _of_column(self, states: Words, column: int) -> tuple[tuple[str, ...], ...]:
        word, bit = divmod(column, WORD)
        roles = (states[:, :, word] >> np.uint64(bit) & np.uint64(1)).astype(bool)
        return tuple(self._privileges(row) for row in np.packbits(roles, axis=1))

    def _privileges(self, packed: NDArray[np.uint8]) -> tuple[str, ...]:
        key = packed.tobytes()
        held = self._sets.get(key)
        if held is None:
            chosen = np.flatnonzero(np.unpackbits(packed, count=len(self._roles)))
            roles = (self._vcenter.privileges[self._roles[each]] for each in chosen)
            held = self._sets[key] = tuple(sorted(frozenset[str]().union(*roles)))
        return held
