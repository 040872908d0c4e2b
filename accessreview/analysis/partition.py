"""An estate judged a vCenter at a time, on as many machines as there are, and put together.

Every part has one vCenter and all directories, because anybody may have rights anywhere. A part's
verdicts are by identity and a few arrays, to be sent to wherever the parts are put together; rules
that span vCenters are decided there. The queue that runs the parts is not a matter of this package.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from accessreview.analysis.estate import build_estate
from accessreview.analysis.identities import number_identities
from accessreview.analysis.merge import findings, merge
from accessreview.analysis.population import Population
from accessreview.analysis.verdicts import Bench, Verdicts
from accessreview.model.columns import Column, Table
from accessreview.model.findings import Findings
from accessreview.model.policy import Ruleset
from accessreview.model.snapshot import Snapshot, SourceKind

_BY_VCENTER = ("entities", "placements", "roles", "role_privileges", "permissions")


def partition(snapshot: Snapshot) -> dict[str, Snapshot]:
    """For each vCenter and host, by id, what has to be known to judge it.

    A part keeps the digest of the whole, since that is what its verdicts are about.
    """
    ids = {s.id for s in snapshot.sources if s.kind is not SourceKind.DIRECTORY}
    for name in _BY_VCENTER:
        ids.update(snapshot[name]["source"].values)
    return {ident: _part(snapshot, ident, ids) for ident in sorted(ids)}


def _part(snapshot: Snapshot, vcenter: str, vcenters: set[str]) -> Snapshot:
    others = vcenters - {vcenter}
    return replace(
        snapshot,
        sources=tuple(source for source in snapshot.sources if source.id not in others),
        tables={
            name: _only(table, vcenter) if name in _BY_VCENTER else table
            for name, table in snapshot.tables.items()
        },
    )


def _only(table: Table, source: str) -> Table:
    owner = table["source"]
    code = list(owner.values).index(source) if source in owner.values else -1
    rows = np.flatnonzero(owner.codes == code)
    columns = {name: Column(c.codes[rows], c.values) for name, c in table.columns.items()}
    return Table(table.schema, columns)


def judge_part(part: Snapshot, ruleset: Ruleset) -> tuple[Verdicts, ...]:
    """What each vCenter of a part says of each identity; identities are numbered as by the whole.

    Raises:
        InputError: the inventory inherits in a circle, or a reference leads nowhere.
    """
    estate = build_estate(part)
    population = Population.of(estate)
    return tuple(
        Bench(vcenter, ruleset).judge(population.within(vcenter))[0].of_subjects(population.kind_of)
        for vcenter in estate.vcenters.values()
    )


def put_together(accounts: Table, ruleset: Ruleset, verdicts: Iterable[Verdicts]) -> Findings:
    """The findings of the whole from the verdicts of all parts, in any order.

    ``accounts`` is that table of the snapshot.
    """
    parts = sorted(verdicts, key=lambda each: each.vcenter)
    names = number_identities(accounts).names
    everybody = np.arange(len(names), dtype=np.int32)
    sums = merge(ruleset, parts, np.ones(len(names), dtype=np.int64))
    return findings(ruleset, sums, names, everybody, [each.vcenter for each in parts])
