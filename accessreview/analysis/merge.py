"""The verdicts of all vCenters put together: sums, duties that meet across them, and findings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accessreview.analysis.sets import Numbers, Rows
from accessreview.analysis.verdicts import Counts, Verdicts, duties_of
from accessreview.model.findings import BrokenRule, Findings
from accessreview.model.policy import ConflictRule, ReachRule, Ruleset, Scope, SprawlRule


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Over all vCenters: ``places`` of shape (rules, subjects), 0 where a rule is not broken.

    ``holders`` is of shape (rules, vCenters): how many identities make a sprawl there, else 0.
    """

    places: Counts
    holders: Counts


def merge(ruleset: Ruleset, verdicts: Sequence[Verdicts], sizes: Rows) -> Totals:
    """Add up what every vCenter says of each subject; ``sizes`` is how many identities each is.

    The order of the vCenters makes no difference to the sums.
    """
    shape = (len(ruleset.rules), len(sizes))
    places = np.zeros(shape, dtype=np.int64)
    held = np.zeros((len(ruleset.duties), len(sizes)), dtype=bool)
    holders = np.zeros((len(ruleset.rules), len(verdicts)), dtype=np.int64)
    for number, each in enumerate(verdicts):
        known = np.flatnonzero(each.column_of >= 0)
        columns = each.column_of[known]
        places[:, known] += each.places[:, columns]
        held[:, known] |= each.held[:, columns]
        people = np.bincount(columns, weights=sizes[known], minlength=each.places.shape[1])
        holders[:, number] = (each.places > 0) @ people.astype(np.int64)
    duty = {name: position for position, name in enumerate(ruleset.duties)}
    for number, rule in enumerate(ruleset.rules):
        match rule:
            case ConflictRule(scope=Scope.ANYWHERE):
                met = held[[duty[name] for name in duties_of(rule)]].sum(axis=0)
                places[number] = met >= rule.threshold
            case ReachRule():
                places[number, places[number] <= rule.max_objects] = 0
            case SprawlRule():
                places[number] = 0
                holders[number, holders[number] <= rule.max_identities] = 0
            case ConflictRule():
                pass  # the places within each vCenter are all there are
        if not isinstance(rule, SprawlRule):
            holders[number] = 0
    return Totals(places, holders)


def findings(
    ruleset: Ruleset,
    totals: Totals,
    names: Sequence[str],
    subject_of: Numbers,
    vcenters: Sequence[str],
) -> Findings:
    """What is broken, by identity: ``names[i]`` is the subject ``subject_of[i]``."""
    order = sorted(range(len(ruleset.rules)), key=lambda number: ruleset.rules[number].id)
    rules = tuple(
        BrokenRule(rule.id, rule.kind, rule.severity)
        for rule in (ruleset.rules[number] for number in order)
    )
    guilty, classes = _classes(totals.places[order].T)
    counts = np.concatenate([guilty, *_of_vcenters(totals.holders[order])])
    class_of_subject = classes[subject_of]
    people = np.flatnonzero(class_of_subject >= 0)
    by_name = sorted((names[number], number) for number in people.tolist())
    here = np.flatnonzero(totals.holders.any(axis=0))
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
