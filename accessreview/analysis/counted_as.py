"""What is observed where a vCenter counts the members of groups otherwise than their directory."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from accessreview.analysis.bearing import Bearer, Bearers
from accessreview.analysis.concerned import Accounts
from accessreview.analysis.counting import Counting, Lost
from accessreview.analysis.estate import Estate
from accessreview.analysis.people import enabled_flags
from accessreview.analysis.simulate import AccessShift, compare_principals
from accessreview.model.identity_source import IdentitySource, IdentitySourceKind
from accessreview.model.observation import Observation, ObservationKind

_KINDS: Mapping[IdentitySourceKind, str] = MappingProxyType(
    {
        IdentitySourceKind.AD_OVER_LDAP: "Active Directory over LDAP",
        IdentitySourceKind.INTEGRATED: "integrated Windows authentication",
        IdentitySourceKind.OPENLDAP: "OpenLDAP",
        IdentitySourceKind.FEDERATED: "federated sign-in",
    }
)
_REASONS = 3


@dataclass(frozen=True, slots=True, eq=False)
class CountedAs:
    """One vCenter, its identity sources, and how it counts by them."""

    estate: Estate
    bearers: Bearers
    vcenter: str
    sources: tuple[IdentitySource, ...]
    counting: Counting

    def observed(self) -> Iterator[Observation]:
        for directory in self.counting.underived:
            yield Observation(
                ObservationKind.NOT_DERIVED,
                self.vcenter,
                f"How this vCenter counts the groups of {directory} is not known: the snapshot "
                "came without the names of its entries (a bundle without its annex).",
            )
        lost: set[int] = set()
        for one in self.bearers.by_vcenter[self.vcenter].values():
            if one.is_group:
                found = self.counting.lost(one.principal)
                lost.update(found.accounts.tolist())
                yield from self._lost(one, found)
        yield from self._more(lost)

    def _lost(self, one: Bearer, lost: Lost) -> Iterator[Observation]:
        members = self.estate.memberships.accounts_naming((one.principal,))
        whole = int(enabled_flags(self.estate)[members].sum())
        kinds = ", ".join(f"{each.directory} by {_KINDS[each.kind]}" for each in self.sources)
        sure, unsure = lost.only(~lost.perhaps), lost.only(lost.perhaps)
        counts = "counts no more than" if len(unsure) else "counts"
        for kind, part, verb, left in (
            (ObservationKind.COUNTED_DIFFERENTLY, sure, counts, whole - len(sure)),
            (ObservationKind.NOT_DERIVED, unsure, "may count no more than", whole - len(lost)),
        ):
            if len(part):
                yield one.observed(
                    kind,
                    f"This vCenter {verb} {left} of {whole} enabled accounts that are "
                    f"in the group ({kinds}). Left out are {_because(part)}.",
                    Accounts(self.estate, part.accounts, part.reason),
                )

    def _more(self, lost: set[int]) -> Iterator[Observation]:
        """Accounts for whom a permission that overrides a wider one does not count."""
        principals = {row: self.counting.principals_of(row) for row in sorted(lost)}
        gained = compare_principals(self.estate, self.vcenter, principals).gained
        row_of = {self.estate.account_ref(row): row for row in principals}
        shifts = {row_of[shift.account]: shift for shift in reversed(gained)}
        if shifts:
            rows = np.array(sorted(shifts), dtype=np.int64)
            is_sure = all(one.kind is not IdentitySourceKind.FEDERATED for one in self.sources)
            yield Observation(
                ObservationKind.MORE_THAN_SHOWN,
                self.vcenter,
                f"{accounts(len(rows))} {'can' if is_sure else 'may'} do more in this vCenter than "
                "is shown: a group that does not count has a permission that overrides a wider "
                "one.",
                Accounts(self.estate, rows, lambda position: _more(shifts[int(rows[position])])),
            )


def accounts(count: int) -> str:
    return f"{count} account{'' if count == 1 else 's'}"


def _because(lost: Lost) -> str:
    """The commonest reasons, each with how many accounts it concerns."""
    counts = Counter(lost.why.tolist())
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    told = [f"{count} because {lost.reasons[why]}" for why, count in ordered[:_REASONS]]
    rest = sum(count for _, count in ordered[_REASONS:])
    return "; ".join([*told, f"{rest} for other reasons"] if rest else told)


def _more(shift: AccessShift) -> str:
    others = len(shift.privileges) - 1
    privileges = shift.privileges[0] + (f" and {others} more" if others else "")
    places = "1 entity" if shift.entities == 1 else f"{shift.entities} entities"
    return f"such as {privileges} on {places}, the first of them {shift.entity.id}"
