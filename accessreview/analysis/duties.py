"""Duties put together from atoms: which planes of a state amount to one."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from accessreview.analysis.planes import Flags, Words, at_least
from accessreview.analysis.vcenter import Vcenter
from accessreview.model.duties import matching
from accessreview.model.policy import Duty


@dataclass(frozen=True, slots=True)
class _Test:
    """Some atoms, each with a weight; met where the weights that hold add up to ``needed``."""

    atoms: tuple[int, ...]
    weights: tuple[int, ...]
    needed: int


class DutyAtoms:
    """The duties of one vCenter; ``atoms`` is of shape (roles, atoms), ready for evaluation.

    Privileges that the roles in use cannot tell apart share an atom, so states stay small however
    many privileges there are.
    """

    def __init__(self, vcenter: Vcenter, duties: Mapping[str, Duty]) -> None:
        self._roles: list[int] = np.unique(vcenter.entries.role).tolist()
        self._privileges = vcenter.privileges
        self._known = frozenset[str]().union(*(vcenter.privileges[role] for role in self._roles))
        self._numbers: dict[tuple[int, ...], int] = {}
        self._tests = {name: self._tests_of(duty) for name, duty in duties.items()}
        self.atoms: Flags = np.zeros((len(vcenter.privileges), len(self._numbers)), dtype=bool)
        for roles, number in self._numbers.items():
            self.atoms[list(roles), number] = True

    def held(self, duty: str, states: Words) -> Words:
        """Where states of shape (regions, atoms, words) satisfy the duty, types aside."""
        found = np.full((states.shape[0], states.shape[2]), ~np.uint64(0))
        for test in self._tests[duty]:
            if not test.atoms:
                return np.zeros_like(found)
            found &= at_least([states[:, atom] for atom in test.atoms], test.weights, test.needed)
        return found

    def _tests_of(self, duty: Duty) -> tuple[_Test, ...]:
        tests = [self._any(matching([pattern], self._known)) for pattern in duty.all_of]
        if duty.any_of:
            counted = matching(duty.any_of, self._known)
            tests.append(
                self._any(counted) if duty.at_least == 1 else self._several(counted, duty.at_least)
            )
        return tuple(tests)

    def _any(self, wanted: frozenset[str]) -> _Test:
        roles = tuple(r for r in self._roles if not wanted.isdisjoint(self._privileges[r]))
        return _Test((self._number(roles),), (1,), 1) if roles else _Test((), (), 1)

    def _several(self, counted: Collection[str], needed: int) -> _Test:
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for role in self._roles:
            for privilege in self._privileges[role].intersection(counted):
                holders[privilege].append(role)
        alike = Counter(map(tuple, holders.values()))
        if alike.total() < needed:
            return _Test((), (), needed)
        return _Test(tuple(map(self._number, alike)), tuple(alike.values()), needed)

    def _number(self, roles: tuple[int, ...]) -> int:
        return self._numbers.setdefault(roles, len(self._numbers))
