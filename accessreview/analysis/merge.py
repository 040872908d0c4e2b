"""The verdicts of all vCenters put together: sums, duties that meet across them, and findings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.planes import Flags
from accessreview.analysis.sets import Numbers, Rows
from accessreview.analysis.verdicts import Counts, Verdicts, duties_of
from accessreview.model.findings import BrokenRule, Findings
from accessreview.model.policy import ConflictRule, ReachRule, Ruleset, Scope, SprawlRule


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What all vCenters say together, before any limit is applied; a column a subject.

    ``places`` is of shape (rules, subjects), ``held`` of shape (duties, subjects). ``holders``, of
    shape (rules, vCenters), counts the identities that break the rule somewhere in the vCenter.
    """

    places: Counts
    held: Flags
    holders: Counts


def merge(ruleset: Ruleset, verdicts: Sequence[Verdicts], sizes: Rows) -> Sums:
    """Add up what every vCenter says of each subject; ``sizes`` is how many identities each is.

    The order of the vCenters makes no difference to the sums.
    """
    places = np.zeros((len(ruleset.rules), len(sizes)), dtype=np.int64)
    held = np.zeros((len(ruleset.duties), len(sizes)), dtype=bool)
    holders = np.zeros((len(ruleset.rules), len(verdicts)), dtype=np.int64)
    for number, each in enumerate(verdicts):
        known = np.flatnonzero(each.column_of >= 0)
        columns = each.column_of[known]
        places[:, known] += each.places[:, columns]
        held[:, known] |= each.held[:, columns]
        holders[:, number] = holders_of(each, sizes)
    return Sums(places, held, holders)


def holders_of(verdicts: Verdicts, sizes: Rows) -> Counts:
    """How many identities break each rule somewhere in this vCenter."""
    known = np.flatnonzero(verdicts.column_of >= 0)
    columns = verdicts.places.shape[1]
    people = np.bincount(verdicts.column_of[known], weights=sizes[known], minlength=columns)
    total: Counts = (verdicts.places > 0).astype(np.int64) @ people.astype(np.int64)
    return total


def broken_places(ruleset: Ruleset, places: Counts, held: Flags) -> Counts:
    """In how many places each rule is broken by each subject: 0 where it is not."""
    duty = {name: position for position, name in enumerate(ruleset.duties)}
    broken = places.copy()
    for number, rule in enumerate(ruleset.rules):
        match rule:
            case ConflictRule(scope=Scope.ANYWHERE):
                met = held[[duty[name] for name in duties_of(rule)]].sum(axis=0)
                broken[number] = met >= rule.threshold
            case ReachRule():
                broken[number, places[number] <= rule.max_objects] = 0
            case SprawlRule():
                broken[number] = 0
            case ConflictRule():
                pass  # the places within each vCenter are all there are
    return broken


def sprawls(ruleset: Ruleset, holders: Counts) -> Counts:
    """How many identities make a sprawl in each vCenter, 0 where they are not too many."""
    found = np.zeros_like(holders)
    for number, rule in enumerate(ruleset.rules):
        if isinstance(rule, SprawlRule):
            too_many = holders[number] > rule.max_identities
            found[number, too_many] = holders[number, too_many]
    return found


def findings(
    ruleset: Ruleset,
    sums: Sums,
    names: Sequence[str],
    subject_of: Numbers,
    vcenters: Sequence[str],
) -> Findings:
    """What is broken, by identity: ``names[i]`` is the subject ``subject_of[i]``.

    A rule that nobody breaks is left out altogether, and so is a subject that breaks none.
    """
    holders = sprawls(ruleset, sums.holders)
    broken = broken_places(ruleset, sums.places, sums.held)
    order = sorted(
        np.flatnonzero(broken.any(axis=1) | holders.any(axis=1)).tolist(),
        key=lambda number: ruleset.rules[number].id,
    )
    rules = tuple(
        BrokenRule(rule.id, rule.kind, rule.severity)
        for rule in (ruleset.rules[number] for number in order)
    )
    guilty, classes = _classes(broken[order].T)
    counts = np.concatenate([guilty, *_of_vcenters(holders[order])])
    class_of_subject = classes[subject_of]
    people = np.flatnonzero(class_of_subject >= 0)
    by_name = sorted((names[number], number) for number in people.tolist())
    here = np.flatnonzero(holders.any(axis=0))
    by_vcenter = sorted((vcenters[number], at) for at, number in enumerate(here.tolist()))
    of_class, rule = np.nonzero(counts)
    by_rule = np.lexsort((of_class, rule))
    rule, of_class = rule[by_rule], of_class[by_rule]
    return Findings(
        rules=rules,
        identities=tuple(name for name, _ in by_name),
        vcenters=tuple(name for name, _ in by_vcenter),
        class_of=np.concatenate(
            (
                class_of_subject[[number for _, number in by_name]],
                np.array([len(guilty) + at for _, at in by_vcenter], dtype=np.int32),
            )
        ).astype(np.int32),
        rule=rule.astype(np.int32),
        of_class=of_class.astype(np.int32),
        places=counts[of_class, rule],
    )


def _of_vcenters(holders: Counts) -> tuple[Counts, ...]:
    here = holders[:, holders.any(axis=0)].T
    return (here,) if len(here) else ()


def _classes(places: Counts) -> tuple[Counts, NDArray[np.int32]]:
    """The different verdicts, one a row, and which is each subject's; -1 for who breaks nothing."""
    broken = (places != 0).any(axis=1)
    classes = np.full(len(places), -1, dtype=np.int32)
    rows = np.ascontiguousarray(places[broken])
    if not len(rows):
        return rows, classes
    as_bytes = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).reshape(-1)
    _, first, which = np.unique(as_bytes, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    classes[broken] = rank[which]
    return rows[first[order]], classes
