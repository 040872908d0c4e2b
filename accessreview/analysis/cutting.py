"""Memberships that do not count where an identity source resolves groups in its own way.

Every rule is one of a single membership, or of the group or account at its end: a chain of groups
counts if each membership of it does. The rules and where they come from stand in
``docs/reference/observations.md``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.concerned import annex
from accessreview.analysis.entries import NOT_KNOWN, Entries, domain_of
from accessreview.analysis.estate import Estate
from accessreview.analysis.keys import Rows
from accessreview.analysis.membership import DirectMemberships
from accessreview.model.columns import Column
from accessreview.model.identity_source import IdentitySource, IdentitySourceKind
from accessreview.model.snapshot import State
from accessreview.snapshot.tables import rows_with

Flags = NDArray[np.bool_]


class Cut(IntEnum):
    """Why a membership does not count; of several reasons the first that was found."""

    NONE = 0
    GROUP_BASE = 1
    DISTRIBUTION = 2
    USER_BASE = 3
    OTHER_DOMAIN = 4
    OTHER_FOREST = 5
    OTHER_ATTRIBUTE = 6
    NESTED = 7
    NOT_SAID = 8


WORDS: Mapping[Cut, str] = MappingProxyType(
    {
        Cut.GROUP_BASE: "{group} lies outside of the group base",
        Cut.DISTRIBUTION: "{group} is a distribution group, which is in nobody's token",
        Cut.USER_BASE: "the account lies outside of the user base",
        Cut.OTHER_DOMAIN: "{group} has members of another domain, which are not looked for",
        Cut.OTHER_FOREST: "{group} has members of another forest, which are not looked for",
        Cut.OTHER_ATTRIBUTE: "{group} names members by another attribute than uniqueMember",
        Cut.NESTED: "{member} is nested in {group}, and only direct groups count",
        Cut.NOT_SAID: "{member} is nested in {group}, which the identity provider may not say",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Every membership by row numbers: its group, and its account or nested group (else -1)."""

    group: Rows
    account: Rows
    child: Rows
    cut: NDArray[np.int8]

    def counting(self, accounts: int, groups: int) -> DirectMemberships:
        """Those that count, of so many accounts and groups."""
        counts = self.cut == Cut.NONE
        people, nested = counts & (self.account >= 0), counts & (self.child >= 0)
        return DirectMemberships(
            account=self.account[people].astype(np.int32),
            group=self.group[people].astype(np.int32),
            child=self.child[nested].astype(np.int32),
            parent=self.group[nested].astype(np.int32),
            account_count=accounts,
            group_count=groups,
        )


def cut(estate: Estate, sources: Iterable[IdentitySource]) -> tuple[Edges, tuple[str, ...]]:
    """Mark what does not count, and name the directories whose entries are not known enough."""
    cutting = _Cutting(estate)
    underived = [source.directory for source in sources if not cutting.apply(source)]
    return cutting.edges, tuple(underived)


class _Cutting:
    """Marks memberships one identity source after the other."""

    def __init__(self, estate: Estate) -> None:
        self._estate, self._members = estate, estate.snapshot["members"]
        table = self._members
        cut_ = np.zeros(len(table), dtype=np.int8)
        self.edges = Edges(*_ends(estate, table.columns), cut_)

    def apply(self, source: IdentitySource) -> bool:
        """Return false, and mark nothing, where the snapshot lacks what the rules ask for."""
        inside = _holds(self._members["group_source"], source.directory)
        if source.kind is IdentitySourceKind.FEDERATED:
            self._mark(inside & (self.edges.child >= 0), Cut.NOT_SAID)
            return True
        entries = Entries(self._estate, source.directory)
        if not entries.known:
            return False
        match source.kind:
            case IdentitySourceKind.INTEGRATED:
                self._integrated(source, inside)
            case IdentitySourceKind.OPENLDAP:
                self._within_bases(source, entries, inside, source.group_base)
                self._mark(inside & ~self._by({"uniqueMember"}), Cut.OTHER_ATTRIBUTE)
            case IdentitySourceKind.AD_OVER_LDAP:
                self._over_ldap(source, entries, inside)
        return True

    def _over_ldap(self, source: IdentitySource, entries: Entries, inside: Flags) -> None:
        edges = self.edges
        domain = domain_of(source.group_base) or domain_of(source.user_base)
        base = domain if source.whole_domain else source.group_base
        self._within_bases(source, entries, inside, base, domain)
        group = entries.group_domains[edges.group]
        member = np.where(
            edges.account >= 0,
            entries.account_domains[edges.account],
            entries.group_domains[edges.child],
        )
        both = (member != NOT_KNOWN) & (group != NOT_KNOWN)
        self._mark(inside & both & (member != group), Cut.OTHER_DOMAIN)
        if source.direct_groups_only:
            self._mark(inside & (edges.child >= 0), Cut.NESTED)

    def _integrated(self, source: IdentitySource, inside: Flags) -> None:
        self._mark(inside & self._for_mail()[self.edges.group], Cut.DISTRIBUTION)
        if not source.foreign_groups:
            own = _holds(self._members["member_source"], source.directory)
            self._mark(inside & ~own & ~self._by({"other-source"}), Cut.OTHER_FOREST)

    def _within_bases(
        self, source: IdentitySource, entries: Entries, inside: Flags, base: str, domain: str = ""
    ) -> None:
        groups, user_base = entries.groups_within(base, domain), source.user_base
        self._mark(inside & ~groups[self.edges.group], Cut.GROUP_BASE)
        # Not only in groups of the directory: whoever is not found cannot sign in at all.
        found = entries.accounts_within(user_base, domain and domain_of(user_base))
        self._mark(~found[self.edges.account], Cut.USER_BASE)

    def _mark(self, rows: Flags, why: Cut) -> None:
        self.edges.cut[rows & (self.edges.cut == Cut.NONE)] = why

    def _for_mail(self) -> Flags:
        """Which groups are distribution groups; with one more flag, for no group at all."""
        states = annex(self._estate.snapshot, "states")
        rows = rows_with(states["state"], {State.DISTRIBUTION.value})
        found = self._estate.group_keys.rows(states["source"].take(rows), states["id"].take(rows))
        flags = np.zeros(len(self._estate.snapshot["groups"]) + 1, dtype=bool)
        flags[found[found >= 0]] = True
        return flags

    def _by(self, wanted: set[str]) -> Flags:
        """Which memberships there are in one of these ways."""
        ways, edges = annex(self._estate.snapshot, "ways"), self.edges
        rows = rows_with(ways["way"], wanted)
        part = {name: column.take(rows) for name, column in ways.columns.items()}
        these = self._numbers(*_ends(self._estate, part))
        return np.isin(self._numbers(edges.group, edges.account, edges.child), these)

    def _numbers(self, group: Rows, account: Rows, child: Rows) -> Rows:
        """One number for each group and its member together."""
        accounts, groups = (len(self._estate.snapshot[name]) for name in ("accounts", "groups"))
        member = np.where(account >= 0, account, accounts + child)
        numbers: Rows = group * (accounts + groups) + member
        return numbers


def _ends(estate: Estate, columns: Mapping[str, Column]) -> tuple[Rows, Rows, Rows]:
    """Rows of groups, of accounts and of nested groups that memberships are of."""
    group = estate.group_keys.rows(columns["group_source"], columns["group"])
    account = estate.account_keys.rows(columns["member_source"], columns["member"])
    child = estate.group_keys.rows(columns["member_source"], columns["member"])
    return group.astype(np.int64), account.astype(np.int64), child.astype(np.int64)


def _holds(column: Column, value: str) -> Flags:
    found = np.zeros(len(column), dtype=bool)
    found[rows_with(column, {value})] = True
    return found
