"""By which name a vCenter knows an account."""

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.estate import Estate
from accessreview.analysis.vcenter import Vcenter
from accessreview.snapshot.tables import rows_with

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

_ITSELF, _ITS_DOMAIN, _OTHER = range(3)


class AccountNames:
    """Every name of every account, the accounts ascending; found once for all vCenters."""

    def __init__(self, estate: Estate) -> None:
        table = estate.snapshot["principal_names"]
        of_row = estate.account_keys.rows(table["source"], table["id"])
        order = np.argsort(of_row, kind="stable")
        rows = order[np.searchsorted(of_row[order], 0) :]  # without the names of groups
        self.values = table["name"].values
        self.account = of_row[rows]
        self.value = table["name"].codes[rows]
        numbers: dict[str, int] = {}
        domains: dict[str, int] = {"": 0}
        folded, domain = [], []
        for name in self.values.casefold():
            folded.append(numbers.setdefault(name, len(numbers)))
            before = name.partition("\\")[0] if "\\" in name else ""
            domain.append(domains.setdefault(before, len(domains)))
        self.numbers: Mapping[str, int] = numbers
        self.domains: Mapping[str, int] = domains
        self.folded = np.array(folded, dtype=np.int64)
        self.domain = np.array(domain, dtype=np.int64)
        self.is_own = self._is_own()

    def _is_own(self) -> Flags:
        """Of each, whether no other account has the same name, whatever its case."""
        folded, count = self.folded[self.value], int(self.account.max(initial=0)) + 1
        carried = np.unique(folded * count + self.account) // count
        carriers = np.bincount(carried, minlength=len(self.numbers))
        return np.equal(carriers[folded], 1)


class KnownNames:
    r"""The accounts that one vCenter can be asked about (``people``), each by one name.

    That is, first of all, the name that a permission itself has, as vCenter spells it; then one of
    a domain that its permissions name (``CORP`` of ``CORP\ann``); any other only if the account has
    a permission there, by a group at least. A name that several accounts carry is never taken:
    nobody can tell whom vCenter would answer for.
    """

    def __init__(self, names: AccountNames, estate: Estate, vcenter: Vcenter) -> None:
        self._names = names
        self._spelt = _names_of_permissions(estate, vcenter)
        self._kinds = self._kinds_of_values()
        reaching = with_any(estate, vcenter.entries.principal.tolist())
        known = self._kinds[names.value] < _OTHER
        self._usable = names.is_own & (known | reaching[names.account])
        self.people = np.unique(names.account[self._usable]).astype(np.int64)

    def __getitem__(self, account: int) -> str:
        """The name of one of ``people``."""
        names = self._names
        start, end = np.searchsorted(names.account, (account, account + 1)).tolist()
        carried = [
            (self._kinds[value], self._as_spelt(value))
            for value, usable in zip(
                names.value[start:end].tolist(), self._usable[start:end].tolist(), strict=True
            )
            if usable
        ]
        return min(carried)[1]

    def _as_spelt(self, value: int) -> str:
        name = self._names.values[value]
        return self._spelt.get(name.casefold(), name)

    def _kinds_of_values(self) -> Numbers:
        names = self._names
        domains = {name.partition("\\")[0] for name in self._spelt if "\\" in name}
        own = [number for name in self._spelt if (number := names.numbers.get(name)) is not None]
        theirs = [names.domains[domain] for domain in domains if domain in names.domains]
        kinds = np.full(len(names.folded), _OTHER)
        kinds[np.isin(names.domain, theirs)] = _ITS_DOMAIN
        kinds[np.isin(names.folded, own)] = _ITSELF
        return kinds


def with_any(estate: Estate, principals: Iterable[int]) -> Flags:
    """Of every account, whether it is any of these principals."""
    wanted = np.zeros(len(estate.principals) + 1, dtype=bool)
    wanted[list(principals)] = True
    sets = estate.memberships.classes.sets
    classes = np.zeros(len(sets), dtype=bool)
    classes[sets.owner_of(np.flatnonzero(wanted[sets.items]))] = True
    return classes[estate.memberships.class_of]


def domains_of(estate: Estate, source: str) -> tuple[str, ...]:
    r"""The domains that one vCenter's permissions name, the commonest first, as spelt there."""
    table = estate.snapshot["permissions"]
    principals = table["principal"].take(rows_with(table["source"], {source}))
    found = Counter(name.partition("\\")[0] for name in principals if "\\" in name)
    return tuple(sorted(found, key=lambda domain: (-found[domain], domain)))


def _names_of_permissions(estate: Estate, vcenter: Vcenter) -> Mapping[str, str]:
    """The principals of one vCenter's permissions, by their form without case."""
    table = estate.snapshot["permissions"]
    principals = table["principal"].take(rows_with(table["source"], {vcenter.id}))
    return {name.casefold(): name for name in sorted(principals.values, reverse=True)}
