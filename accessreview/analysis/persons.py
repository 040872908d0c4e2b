"""Duties that a person holds by several accounts together, for many people at once."""

import numpy as np

from accessreview.analysis.area import Area
from accessreview.analysis.asked import Asked
from accessreview.analysis.duties import DutyAtoms
from accessreview.analysis.evaluate import Evaluator, columns_at_once
from accessreview.analysis.keys import Rows
from accessreview.analysis.planes import Flags, Words, flags, word_count
from accessreview.analysis.sets import Numbers, Sets, distinct


def persons_who_hold(area: Area, asked: Asked, sets: Sets, local: Numbers, persons: Rows) -> Flags:
    """Which accounts have a part in the duty asked for, where their person holds it.

    Accounts are given by their sets of principals (``local`` numbers them) and their ``persons``.
    """
    _, person = np.unique(persons, return_inverse=True)
    kinds, kind_of = distinct(Sets.of_pairs(person, local, int(person.max(initial=-1)) + 1))
    by_size = np.argsort(-kinds.sizes(), kind="stable")
    rank = np.empty(len(by_size), dtype=np.int64)
    rank[by_size] = np.arange(len(by_size))
    parts = _Kinds(area, asked, sets, kinds.take(by_size)).parts()
    width = len(sets)
    return np.isin(rank[kind_of[person]] * width + local, parts)


class _Kinds:
    """Sets of sets of principals, those with more first: what the accounts of one person are."""

    def __init__(self, area: Area, asked: Asked, sets: Sets, kinds: Sets) -> None:
        if asked.duty is None:
            raise ValueError("only duties add up")
        self._sets, self._kinds = sets, kinds
        self._duty = asked.duty.id
        self._atoms = DutyAtoms(area.vcenter, {self._duty: asked.duty})
        self._whole = Evaluator(area.vcenter, self._atoms.atoms)
        self._part = Evaluator(area.vcenter, asked.roles(area.vcenter)[:, None])
        self._where = area.sizes > 0
        self._size = columns_at_once(area.vcenter, self._whole.atoms + 1)

    def parts(self) -> Rows:
        """Kind times the number of sets plus set, for each set with a part in a duty held."""
        found = [np.zeros(0, dtype=np.int64)]
        sizes = self._kinds.sizes()
        for start in range(0, len(self._kinds), self._size):
            end = min(start + self._size, len(self._kinds))
            most = int(sizes[start])
            held = self._held(start, [self._end(start, end, n) for n in range(most)])
            for position in range(most):
                several = self._end(start, end, position)
                has = self._part.states(self._at(start, several, position))[self._where, 0]
                has &= held[:, : has.shape[1]]
                number = np.flatnonzero(flags(np.bitwise_or.reduce(has, axis=0), several - start))
                members = self._kinds.items[self._kinds.starts[start + number] + position]
                found.append((start + number) * len(self._sets) + members)
        return np.concatenate(found)

    def _held(self, start: int, ends: list[int]) -> Words:
        if not ends:
            return np.zeros((int(self._where.sum()), 0), dtype=np.uint64)
        states = self._whole.states(self._at(start, ends[0], 0))
        for position, end in enumerate(ends[1:], start=1):
            more = self._whole.states(self._at(start, end, position))
            states[..., : word_count(end - start)] |= more
        held: Words = self._atoms.held(self._duty, states)[self._where]
        return held

    def _end(self, start: int, end: int, position: int) -> int:
        """Where the kinds from ``start`` on with more than ``position`` sets end."""
        sizes = self._kinds.sizes()[start:end]
        return start + int(np.searchsorted(-sizes, -position, side="left"))

    def _at(self, start: int, end: int, position: int) -> Sets:
        items = self._kinds.items[self._kinds.starts[start:end] + position]
        return self._sets.take(items.astype(np.int64))
