"""Identities gathered by what their enabled accounts may reach, as a whole and in one vCenter."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.evaluate import Evaluator, columns_at_once
from accessreview.analysis.identities import Identities, enabled_accounts, number_identities
from accessreview.analysis.planes import Words
from accessreview.analysis.sets import Numbers, Rows, Sets, distinct
from accessreview.analysis.vcenter import Vcenter


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """``kinds`` are sets of classes of accounts that occur together in one identity.

    ``classes`` are sets of principals. Identities are of the kind ``kind_of``; kind 0 is whoever
    reaches no permission by an enabled account.
    """

    classes: Sets
    identities: Identities
    kinds: Sets
    kind_of: Numbers

    @classmethod
    def of(cls, estate: Estate) -> "Population":
        identities = number_identities(estate.snapshot["accounts"])
        usable = enabled_accounts(estate)
        classes = estate.memberships.class_of[usable]
        usable, classes = usable[classes > 0], classes[classes > 0]
        count = len(identities.names)
        kinds, kind_of = distinct(Sets.of_pairs(identities.of_account[usable], classes, count))
        return cls(estate.memberships.classes.sets, identities, kinds, kind_of)

    def sizes(self) -> Rows:
        """How many identities are of each kind."""
        return np.bincount(self.kind_of, minlength=len(self.kinds))

    def within(self, vcenter: Vcenter) -> "LocalPopulation":
        """The kinds that one vCenter can tell apart."""
        return LocalPopulation.of(self.classes, self.kinds, vcenter)


@dataclass(frozen=True, slots=True, eq=False)
class LocalPopulation:
    """Rows of one vCenter, each the ``sets`` of principals of one identity's accounts.

    ``row_of_kind`` is -1 for a kind that no permission of this vCenter names.
    """

    sets: Sets
    rows: Sets
    row_of_kind: Numbers

    @classmethod
    def of(cls, classes: Sets, kinds: Sets, vcenter: Vcenter) -> "LocalPopulation":
        size = max(vcenter.principals.bit_length(), int(classes.items.max(initial=0)) + 1)
        wanted = np.zeros(size, dtype=bool)
        wanted[vcenter.entries.principal] = True
        sets, set_of_class = distinct(classes.only(wanted))
        owners, local = kinds.owners(), set_of_class[kinds.items]
        pairs = Sets.of_pairs(owners[local > 0], local[local > 0], len(kinds))
        rows, row_of_kind = distinct(pairs)
        return cls(sets, rows.take(np.arange(1, len(rows))), row_of_kind - 1)

    def chunks(self, vcenter: Vcenter, evaluator: Evaluator) -> Iterator[tuple[Rows, Words]]:
        """Yield some rows at a time, and their states a column each in the same order."""
        size = columns_at_once(vcenter, evaluator.atoms)
        accounts = self.rows.sizes()
        # with the most accounts first, those that have a second one stand together, and so on
        order = np.argsort(-accounts, kind="stable")
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            states = evaluator.states(self._sets_at(rows, 0))
            for position in range(1, int(accounts[rows].max())):
                # somebody has several accounts: what they give adds up
                several = int(np.searchsorted(-accounts[rows], -position))
                more = evaluator.states(self._sets_at(rows[:several], position))
                states[..., : more.shape[2]] |= more
            yield rows, states

    def _sets_at(self, rows: Rows, position: int) -> Sets:
        return self.sets.take(self.rows.items[self.rows.starts[rows] + position].astype(np.int64))
