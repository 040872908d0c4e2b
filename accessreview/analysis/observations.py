"""What should be known of permissions and directories beside what the rules find.

Computed from snapshots whenever somebody asks, and nowhere stored.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from accessreview.analysis.bearing import Bearer, Bearers, bearers
from accessreview.analysis.changed_hands import Meanings, changed_hands, meanings
from accessreview.analysis.concerned import STANDINGS, Accounts, Groups, Outsiders, Remarks, annex
from accessreview.analysis.counted_as import CountedAs, accounts
from accessreview.analysis.counting import Counting
from accessreview.analysis.estate import Estate
from accessreview.analysis.hygiene import ambiguities
from accessreview.analysis.people import enabled_flags
from accessreview.analysis.powers import host_observations, power_observations
from accessreview.analysis.unseen import unseen_observations
from accessreview.model.finding import Ambiguity
from accessreview.model.identity_source import IdentitySource
from accessreview.model.observation import Concerned, Observation, ObservationKind
from accessreview.model.snapshot import Joined, Standing, State
from accessreview.snapshot.completeness import NOWHERE
from accessreview.snapshot.tables import rows_with

IdentitySources = Mapping[str, tuple[IdentitySource, ...]]
"""By vCenter."""

_ORDER = {kind: place for place, kind in enumerate(ObservationKind)}


def observe(
    estate: Estate, sources: IdentitySources, before: Iterable[Meanings] = ()
) -> tuple[Observation, ...]:
    """Everything that one snapshot shows, in order.

    ``before`` are earlier snapshots, nearest first: of several that a name meant something else in
    the first is told.
    """
    found = bearers(estate)
    changed = _changed(estate, found, before)
    renamed = {key for key, one in changed.items() if one.kind is ObservationKind.RENAMED}
    every = (
        *changed.values(),
        *(one for one in _principals(estate) if _key(one) not in renamed),
        *_counted(estate, found, sources),
        *_everybody(estate, found),
        *_unresolved(estate, found),
        *unseen_observations(estate),
        *power_observations(estate),
        *host_observations(estate),
        *_dormant(estate, found),
        *_ambiguous_persons(estate, found),
    )
    return in_order(every)


def in_order(found: Iterable[Observation]) -> tuple[Observation, ...]:
    """By kind, vCenter and principal."""
    return tuple(sorted(found, key=_order))


def _order(one: Observation) -> tuple[object, ...]:
    return _ORDER[one.kind], one.vcenter, one.principal.casefold(), one.is_group, one.principal


def _key(one: Observation) -> tuple[str, str, bool]:
    return one.vcenter, one.principal.casefold(), one.is_group


def _changed(
    estate: Estate, found: Bearers, before: Iterable[Meanings]
) -> dict[tuple[str, str, bool], Observation]:
    now, changed = meanings(estate.snapshot), dict[tuple[str, str, bool], Observation]()
    for earlier in before:
        for one in changed_hands(estate, found, now, earlier):
            changed.setdefault(_key(one), one)
    return changed


def _principals(estate: Estate) -> Iterator[Observation]:
    for one in ambiguities(estate):
        if not one.matches:
            yield Observation(
                ObservationKind.ORPHAN,
                one.vcenter,
                f"No directory that was read has such {'a group' if one.is_group else 'an account'}"
                ". Who holds its permissions is not known; whoever is given the name does.",
                principal=one.principal,
                is_group=one.is_group,
            )
        else:
            yield Observation(
                ObservationKind.AMBIGUOUS_PRINCIPAL,
                one.vcenter,
                f"{len(one.matches)} {'groups' if one.is_group else 'accounts'} carry this name, "
                "and its permissions count for all of them.",
                _matches(estate, one),
                one.principal,
                one.is_group,
            )


def _matches(estate: Estate, one: Ambiguity) -> Sequence[Concerned]:
    keys = estate.group_keys if one.is_group else estate.account_keys
    rows = [row for ref in one.matches if (row := keys.row(*ref)) is not None]
    if one.is_group:
        return Groups(estate, rows, [""] * len(rows))
    return Accounts(estate, np.array(rows, dtype=np.int64), lambda _: "")


def _counted(estate: Estate, found: Bearers, sources: IdentitySources) -> Iterator[Observation]:
    made: dict[tuple[IdentitySource, ...], Counting] = {}
    for vcenter in found.by_vcenter:
        of_vcenter = sources.get(vcenter, ())
        if of_vcenter:
            if of_vcenter not in made:
                made[of_vcenter] = Counting(estate, of_vcenter)
            yield from CountedAs(estate, found, vcenter, of_vcenter, made[of_vcenter]).observed()


def _everybody(estate: Estate, found: Bearers) -> Iterator[Observation]:
    """Groups that hold whoever there is, themselves or through others."""
    reasons = _reasons_for_everybody(estate)
    for vcenter in found.by_vcenter:
        holding: dict[Bearer, list[int]] = {}
        for group in sorted(reasons):
            for one in found.of(vcenter, estate.memberships.reach[group]):
                holding.setdefault(one, []).append(group)
        for one, groups in holding.items():
            yield one.observed(
                ObservationKind.EVERYBODY,
                "Whoever there is holds this permission. Who that is can change without anybody "
                "granting it.",
                Groups(estate, groups, [reasons[group] for group in groups]),
            )


def _reasons_for_everybody(estate: Estate) -> dict[int, str]:
    """By what groups hold whoever there is."""
    reasons: dict[int, str] = {}
    states, outsiders = annex(estate.snapshot, "states"), annex(estate.snapshot, "outsiders")
    of_states = rows_with(states["state"], {State.EVERYBODY.value})
    of_outsiders = rows_with(outsiders["standing"], {Standing.EVERYBODY.value})
    for table, rows, id_, text in (
        (states, of_states, "id", "reason"),
        (outsiders, of_outsiders, "group", "member"),
    ):
        groups = estate.group_keys.rows(table["source"].take(rows), table[id_].take(rows))
        for row, group in zip(rows.tolist(), groups.tolist(), strict=True):
            if group >= 0:
                words = table[text][row]
                reasons.setdefault(group, words if table is states else f"member {words}")
    return reasons


def _unresolved(estate: Estate, found: Bearers) -> Iterator[Observation]:
    """Groups with members, at any depth, of whom nobody knows who they are."""
    table = annex(estate.snapshot, "outsiders")
    rows = rows_with(table["standing"], NOWHERE)
    groups = estate.group_keys.rows(table["source"].take(rows), table["group"].take(rows))
    rows_of: dict[int, list[int]] = {}
    for row, group in zip(rows.tolist(), groups.tolist(), strict=True):
        rows_of.setdefault(group, []).append(row)
    for vcenter in found.by_vcenter:
        holding: dict[Bearer, list[int]] = {}
        for group, some in rows_of.items():
            for one in found.of(vcenter, estate.memberships.reach[group] if group >= 0 else 0):
                holding.setdefault(one, []).extend(some)
        for one, some in holding.items():
            standings = Counter(table["standing"][row] for row in some)
            told = ", ".join(
                f"{count} {STANDINGS[one]}" for one, count in sorted(standings.items())
            )
            yield one.observed(
                ObservationKind.UNRESOLVED_MEMBERS,
                f"Members that are no account and no group that was read ({told}): whoever they "
                "are may hold this permission.",
                Outsiders(estate, np.array(sorted(some), dtype=np.int64)),
            )


def _dormant(estate: Estate, found: Bearers) -> Iterator[Observation]:
    disabled = ~enabled_flags(estate)
    why = Remarks(estate, "states", "state", "reason", (State.DISABLED, State.EXPIRED))
    for vcenter, principals in found.privileged.items():
        rows = estate.memberships.accounts_naming(principals)
        rows = rows[disabled[rows]]
        if len(rows):
            yield Observation(
                ObservationKind.DORMANT_PRIVILEGE,
                vcenter,
                f"{accounts(len(rows))} with privileges, disabled or expired: whoever enables one "
                "gives its privileges back.",
                Accounts(estate, rows, why.among(rows, otherwise="disabled")),
            )


def _ambiguous_persons(estate: Estate, found: Bearers) -> Iterator[Observation]:
    enabled = enabled_flags(estate)
    why = Remarks(estate, "joins", "by", "detail", (Joined.AMBIGUOUS,))
    for vcenter, principals in found.privileged.items():
        rows = estate.memberships.accounts_naming(principals)
        rows = np.intersect1d(rows[enabled[rows]], why.accounts)
        if len(rows):
            yield Observation(
                ObservationKind.AMBIGUOUS_PERSONS,
                vcenter,
                f"{accounts(len(rows))} with privileges could be several persons'. Until the "
                "mapping of persons says whose, rules judge each by itself.",
                Accounts(estate, rows, why.among(rows)),
            )
