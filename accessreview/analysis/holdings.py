"""Every permission that a person holds by any of their accounts, and on how much it decides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.chains import Chains
from accessreview.analysis.deciding import Deciding
from accessreview.analysis.estate import Estate
from accessreview.analysis.identities import accounts_by_identity
from accessreview.analysis.keys import bits
from accessreview.analysis.vcenter import Entry, Vcenter
from accessreview.model.access import AccountRef, GroupRef, Permission
from accessreview.model.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class HeldBy:
    """One account that a permission names, by one shortest chain; see ``Grant`` for both chains."""

    account: AccountRef
    enabled: bool
    via: tuple[str, ...]
    groups: tuple[GroupRef, ...]
    objects: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A permission that names an identity's accounts, enabled or not.

    ``objects`` counts the entities on which it decides for at least one of the accounts.
    """

    permission: Permission
    role_name: str
    privileges: tuple[str, ...]
    held_by: tuple[HeldBy, ...]
    objects: int


class Holdings:
    """The holdings of all identities; keeps what people with equal groups share."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._chains = Chains(estate)
        self._identities = accounts_by_identity(estate, enabled_only=False)
        self._decided: dict[tuple[str, int], dict[int, frozenset[int]]] = {}
        self._sizes = {
            vcenter.id: np.bincount(
                vcenter.regions.of_entity[1:], minlength=len(vcenter.regions)
            ).tolist()
            for vcenter in estate.vcenters.values()
        }
        entries: dict[int, list[tuple[Vcenter, Entry]]] = {}
        for vcenter in estate.vcenters.values():
            for found in vcenter.at.values():
                for entry in found:
                    entries.setdefault(entry.principal, []).append((vcenter, entry))
        self._entries: Mapping[int, list[tuple[Vcenter, Entry]]] = entries

    def identities(self) -> tuple[str, ...]:
        """All identities, sorted, those without any holding too."""
        return tuple(self._identities)

    def of(self, identity: str) -> tuple[Holding, ...]:
        """Everything one identity holds, by permission.

        Raises:
            NotFoundError: no account belongs to such an identity.
        """
        if identity not in self._identities:
            raise NotFoundError(f"No account of this snapshot belongs to {identity}.")
        accounts = self._identities[identity]
        held: dict[int, tuple[Vcenter, Entry, list[int]]] = {}
        for account in accounts:
            for principal in bits(self._estate.memberships.principals_of(account)):
                for vcenter, entry in self._entries.get(principal, ()):
                    held.setdefault(entry.row, (vcenter, entry, []))[2].append(account)
        holdings = (self._holding(*found) for found in held.values())
        return tuple(sorted(holdings, key=lambda holding: holding.permission))

    def _holding(self, vcenter: Vcenter, entry: Entry, accounts: list[int]) -> Holding:
        permission = self._estate.permission(entry.row)
        enabled = self._estate.snapshot["accounts"]["enabled"]
        held_by, everywhere = [], set[int]()
        for account in accounts:
            chain = self._chains.best(account, entry.principal, permission.key.principal)
            mask = self._estate.memberships.principals_of(account)
            regions = self._deciding(vcenter, mask).get(entry.row, frozenset())
            everywhere |= regions
            held_by.append(
                HeldBy(
                    account=self._estate.account_ref(account),
                    enabled=enabled[account] == "true",
                    via=chain.via,
                    groups=chain.groups,
                    objects=self._size(vcenter, regions),
                )
            )
        return Holding(
            permission=permission,
            role_name=vcenter.role_names[entry.role],
            privileges=tuple(sorted(vcenter.privileges[entry.role])),
            held_by=tuple(sorted(held_by, key=lambda each: each.account)),
            objects=self._size(vcenter, everywhere),
        )

    def _size(self, vcenter: Vcenter, regions: frozenset[int] | set[int]) -> int:
        sizes = self._sizes[vcenter.id]
        return sum(sizes[region] for region in regions)

    def _deciding(self, vcenter: Vcenter, mask: int) -> dict[int, frozenset[int]]:
        key = (vcenter.id, mask & vcenter.principals)
        found = self._decided.get(key)
        if found is None:
            found = self._decided[key] = deciding_regions(vcenter, mask)
        return found


def deciding_regions(vcenter: Vcenter, mask: int) -> dict[int, frozenset[int]]:
    """In which regions each permission decides for the principals in ``mask``, by its row."""
    found: dict[int, set[int]] = {}
    for region, entries in enumerate(Deciding(vcenter).of(mask)):
        for entry in entries:
            found.setdefault(entry.row, set()).add(region)
    return {row: frozenset(where) for row, where in found.items()}


def holdings(estate: Estate) -> Iterator[tuple[str, tuple[Holding, ...]]]:
    """Yield every identity that holds anything with its holdings, in the order of identities."""
    everyone = Holdings(estate)
    for identity in everyone.identities():
        held = everyone.of(identity)
        if held:
            yield identity, held
