"""Duties on states of bits: which of many sets of roles amount to one."""

from collections.abc import Iterable, Mapping

import numpy as np

from accessreview.analysis.evaluate import WORD, Words, word_count
from accessreview.analysis.keys import Rows, bits
from accessreview.analysis.vcenter import Flags, Vcenter
from accessreview.model.duties import matching
from accessreview.model.policy import Duty


class DutyBits:
    """The duties of one vCenter on states: every role is a bit, or shares one with its likes.

    Roles that the duties cannot tell apart share a bit, and those without a part in any share bit
    0, so that states stay a word or two long however many roles there are.
    """

    def __init__(self, vcenter: Vcenter, duties: Mapping[str, Duty]) -> None:
        patterns = {p for duty in duties.values() for p in (*duty.any_of, *duty.all_of)}
        seen: dict[frozenset[str], int] = {frozenset(): 0}
        self.bit_of_role: Rows = np.zeros(max(1, len(vcenter.role_ids)), dtype=np.int64)
        known = matching(patterns, frozenset().union(*vcenter.privileges))
        for role in np.unique(vcenter.entries.role).tolist():
            visible = vcenter.privileges[role] & known
            self.bit_of_role[role] = seen.setdefault(visible, len(seen))
        self.words = word_count(len(seen) - 1)
        self._tests = {name: _Test(duty, tuple(seen), self.words) for name, duty in duties.items()}

    def held(self, duty: str, states: Words) -> Flags:
        """Where states of shape (words, regions, columns) satisfy the duty, types aside."""
        return self._tests[duty].held(states)


class _Test:
    """One duty, as the bits that answer each of its parts."""

    def __init__(self, duty: Duty, visible: tuple[frozenset[str], ...], words: int) -> None:
        self._words = words
        self._at_least = duty.at_least
        self._counted = [matching(duty.any_of, privileges) for privileges in visible]
        self._any = self._where(bool(counted) for counted in self._counted)
        self._enough = self._where(len(counted) >= duty.at_least for counted in self._counted)
        self._counts = bool(duty.any_of)
        self._all = [
            self._where(bool(matching([pattern], privileges)) for privileges in visible)
            for pattern in duty.all_of
        ]

    def _where(self, wanted: Iterable[bool]) -> Words:
        words = np.zeros(self._words, dtype=np.uint64)
        for bit, yes in enumerate(wanted):
            if yes:
                words[bit // WORD] |= np.uint64(1 << bit % WORD)
        return words

    def held(self, states: Words) -> Flags:
        found = np.ones(states.shape[1:], dtype=bool)
        for needed in self._all:
            found &= _hits(states, needed)
        if self._counts:
            sure = _hits(states, self._enough)
            if self._at_least > 1:
                # several roles may reach together what none of them reaches alone
                unsure = np.nonzero(found & ~sure & _hits(states, self._any))
                sure[unsure] = self._together(states[:, unsure[0], unsure[1]])
            found &= sure
        return found

    def _together(self, states: Words) -> Flags:
        kinds, kind_of = np.unique(states & self._any[:, None], axis=1, return_inverse=True)
        enough = []
        for kind in kinds.T.tolist():
            mask = sum(word << WORD * position for position, word in enumerate(kind))
            union = frozenset[str]().union(*(self._counted[bit] for bit in bits(mask)))
            enough.append(len(union) >= self._at_least)
        answer: Flags = np.array(enough, dtype=bool)[kind_of.reshape(-1)]
        return answer


def _hits(states: Words, wanted: Words) -> Flags:
    found = np.zeros(states.shape[1:], dtype=bool)
    for word, bits_wanted in zip(states, wanted, strict=True):
        if bits_wanted:
            found |= (word & bits_wanted) != 0
    return found
