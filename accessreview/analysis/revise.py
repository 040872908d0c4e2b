"""What a change to memberships, permissions, roles or rules makes of a standing.

Only what depends on the change is computed again: the accounts whose principals change, and in one
vCenter the people whom a changed permission or role concerns. The result equals judging everything
anew. A standing after a change answers for access and findings; what its estate has in tables is
what was read, with permissions added at the end and those taken away still listed.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from accessreview.analysis.granting import change_role, give, take
from accessreview.analysis.merge import Sums, holders_of
from accessreview.analysis.moving import change_membership
from accessreview.analysis.standing import Difference, Part, Standing, difference, sums_of_kinds
from accessreview.analysis.verdicts import Bench, Verdicts, duties_of
from accessreview.model.change import (
    Change,
    MembershipChange,
    PermissionRemoved,
    PermissionSet,
    RoleChange,
    RulesetChange,
)
from accessreview.model.policy import Ruleset


def revise(standing: Standing, change: Change) -> tuple[Standing, Difference]:
    """The standing after the change, and the findings that come and go by it.

    Raises:
        NotFoundError: the change names something that is not there.
    """
    if isinstance(change, RulesetChange):
        return _other_rules(standing, change.ruleset)
    after = _revised(standing, change)
    moved = np.flatnonzero(after.population.kind_of != standing.population.kind_of)
    return after, difference(standing, after, moved)


def _revised(
    standing: Standing, change: MembershipChange | PermissionSet | PermissionRemoved | RoleChange
) -> Standing:
    match change:
        case MembershipChange():
            return change_membership(standing, change)
        case PermissionSet():
            return give(standing, change.permission)
        case PermissionRemoved():
            return take(standing, change.key)
        case RoleChange():
            return change_role(standing, change)


def _other_rules(standing: Standing, ruleset: Ruleset) -> tuple[Standing, Difference]:
    """Keep what the rules that are the same said, and judge by the others."""
    same = {
        number: known
        for number, rule in enumerate(ruleset.rules)
        for known, old in enumerate(standing.ruleset.rules)
        if rule == old
        and all(
            ruleset.duties[name] == standing.ruleset.duties.get(name) for name in duties_of(rule)
        )
    }
    others = frozenset(range(len(ruleset.rules))) - same.keys()
    parts = tuple(_by_other_rules(part, ruleset, same, others) for part in standing.parts)
    after = replace(standing, ruleset=ruleset, parts=parts)
    every = np.arange(len(standing.population.kinds))
    sizes = standing.population.sizes()
    holders = np.stack([holders_of(part.verdicts, sizes) for part in parts], axis=1)
    after = replace(after, sums=Sums(*sums_of_kinds(after, every), holders))
    old, new = set(standing.findings()), set(after.findings())
    return after, Difference(
        tuple(sorted(new - old, key=lambda each: each.key)),
        tuple(sorted(old - new, key=lambda each: each.key)),
    )


def _by_other_rules(
    part: Part, ruleset: Ruleset, same: Mapping[int, int], others: frozenset[int]
) -> Part:
    bench = Bench(part.bench.vcenter, ruleset, known=part.bench)
    said, _ = bench.judge(part.local, only=others)
    for number, known in same.items():
        said.places[number] = part.verdicts.places[known]
    verdicts = Verdicts(said.vcenter, part.verdicts.column_of, said.places, said.held)
    return Part(bench, part.local, verdicts)
