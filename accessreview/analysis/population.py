"""Identities gathered by what their enabled accounts may reach, as a whole and in one vCenter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.estate import Estate
from accessreview.analysis.evaluate import Words, chunk_size, evaluate
from accessreview.analysis.identities import accounts_by_identity
from accessreview.analysis.keys import Rows
from accessreview.analysis.vcenter import Vcenter


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """``kinds`` are sets of classes that occur together in one identity; identities by kind.

    Whoever reaches no permission at all by an enabled account is left out.
    """

    classes: Sequence[int]
    kinds: tuple[tuple[int, ...], ...]
    kind_of: Mapping[str, int]
    accounts_of: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, estate: Estate) -> "Population":
        class_of = estate.memberships.class_of.tolist()
        kinds: dict[tuple[int, ...], int] = {}
        kind_of: dict[str, int] = {}
        accounts_of = accounts_by_identity(estate, enabled_only=True)
        for identity, accounts in accounts_of.items():
            kind = tuple(sorted({class_of[account] for account in accounts} - {0}))
            if kind:
                kind_of[identity] = kinds.setdefault(kind, len(kinds))
        return cls(estate.memberships.classes, tuple(kinds), kind_of, accounts_of)

    def sizes(self) -> Rows:
        """How many identities are of each kind."""
        return np.bincount(
            np.fromiter(self.kind_of.values(), dtype=np.int64), minlength=len(self.kinds)
        )

    def within(self, vcenter: Vcenter) -> "LocalPopulation":
        """The kinds that one vCenter can tell apart."""
        local = [mask & vcenter.principals for mask in self.classes]
        rows: dict[tuple[int, ...], int] = {}
        row_of_kind = np.full(len(self.kinds), -1, dtype=np.int64)
        for kind, classes in enumerate(self.kinds):
            masks = tuple(sorted({local[number] for number in classes} - {0}))
            if masks:
                row_of_kind[kind] = rows.setdefault(masks, len(rows))
        return LocalPopulation(tuple(rows), row_of_kind)


@dataclass(frozen=True, slots=True, eq=False)
class LocalPopulation:
    """Rows of one vCenter, each the principal sets of one identity's accounts.

    ``row_of_kind`` is -1 for a kind that no permission of this vCenter names.
    """

    rows: tuple[tuple[int, ...], ...]
    row_of_kind: Rows

    def chunks(
        self, vcenter: Vcenter, bit_of_role: Rows, words: int
    ) -> Iterator[tuple[int, Words]]:
        """Yield the first row and the states of as many rows as fit together."""
        size = chunk_size(vcenter, words)
        for start in range(0, len(self.rows), size):
            part = self.rows[start : start + size]
            lengths = np.array([len(masks) for masks in part])
            states = evaluate(
                vcenter, [mask for masks in part for mask in masks], bit_of_role, words
            )
            if len(part) < states.shape[2]:  # somebody has several accounts: they add up
                starts = np.cumsum(lengths) - lengths
                states = np.bitwise_or.reduceat(states, starts, axis=2)
            yield start, states
