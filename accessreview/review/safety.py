"""Which changes are safe: whatever part of them is carried out, nobody ever gains or is locked out.

In vCenter a permission nearer to an object overrides one further up, so that taking access away can
give access. Changes are done one by one, in any order, some never; so every subset counts.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, zip_longest

from accessreview.model.access import AccountRef
from accessreview.model.remediation import Change, MembershipRemoval
from accessreview.review.changes import ChangeKey, change_key, sentence

AT_ONCE = 6
"""Changes that meet in one account are tried in all combinations; more of them wait their turn."""

_SOLUTION_USER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Gain:
    """Somebody would gain; ``sentence`` says who, what and where."""

    account: AccountRef
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What the simulation of an estate answers.

    ``is_there`` tells whether what a change removes is still there at all. ``gains`` simulates
    changes done together and nothing else. ``affects`` tells whose access a change can alter.
    ``locked_out`` simulates, too, and has a sentence for each vCenter that would be left without
    anybody able to administer access, with those who are now.
    """

    is_there: Callable[[Change], bool]
    gains: Callable[[Sequence[Change]], Sequence[Gain]]
    affects: Callable[[Change], frozenset[AccountRef]]
    locked_out: Callable[[Sequence[Change]], Mapping[str, frozenset[AccountRef]]]

    def blocked(
        self, candidates: Iterable[Change], in_flight: Iterable[Change]
    ) -> dict[ChangeKey, str]:
        """The candidates that must not be done now, each with a sentence that says why.

        ``in_flight`` may be done already, or at any moment, and cannot be held back any more.
        """
        moving = {change_key(change): change for change in in_flight if self.is_there(change)}
        wanted = {change_key(change): change for change in candidates}
        ordered = [wanted[key] for key in sorted(wanted.keys() - moving.keys())]
        why = {change_key(change): text for change in ordered if (text := _untouchable(change))}
        ordered = [change for change in ordered if change_key(change) not in why]
        meeting = _meeting(list(moving.values()), ordered, self.affects)
        for group in meeting:
            for change in group.late:
                why[change_key(change)] = (
                    f"Waits for other changes to the same accounts: only {AT_ONCE} that meet are "
                    "judged at once. Plan again when those are proven."
                )
        self._block_gains(meeting, moving, why)
        self._block_lock_outs([*moving.values(), *ordered], moving, why)
        return why

    def _block_gains(
        self,
        meeting: Sequence["_Meeting"],
        moving: Mapping[ChangeKey, Change],
        why: dict[ChangeKey, str],
    ) -> None:
        # Accounts do not influence each other: one subset of every meeting fits in one simulation.
        for subsets in zip_longest(*(group.subsets() for group in meeting), fillvalue=()):
            tried = [
                (group, subset)
                for group, subset in zip(meeting, subsets, strict=True)
                if subset and not any(change_key(change) in why for change in subset)
            ]
            together = [change for _, subset in tried for change in subset]
            for gain in self.gains(together) if together else ():
                concerned = [pair for pair in tried if gain.account in pair[0].accounts] or tried
                for _, subset in concerned:
                    _block(subset, gain, moving, why)

    def _block_lock_outs(
        self,
        changes: Sequence[Change],
        moving: Mapping[ChangeKey, Change],
        why: dict[ChangeKey, str],
    ) -> None:
        while True:
            done = [change for change in changes if change_key(change) not in why]
            locked = self.locked_out(done) if done else {}
            culprits = [
                (change, text)
                for text, administrators in sorted(locked.items())
                for change in done
                if change_key(change) not in moving and self.affects(change) & administrators
            ]
            if not culprits:
                return
            change, text = culprits[-1]
            why[change_key(change)] = text


@dataclass(frozen=True, slots=True)
class _Meeting:
    """Changes whose effects meet in an account, those in flight first."""

    changes: tuple[Change, ...]
    late: tuple[Change, ...]
    accounts: frozenset[AccountRef]

    def subsets(self) -> Iterable[tuple[Change, ...]]:
        """All but the empty one, smallest first: what blocks one spares the larger."""
        for size in range(1, len(self.changes) + 1):
            yield from combinations(self.changes, size)


def _meeting(
    in_flight: Sequence[Change],
    candidates: Sequence[Change],
    affects: Callable[[Change], frozenset[AccountRef]],
) -> list[_Meeting]:
    groups: list[tuple[frozenset[AccountRef], list[Change]]] = []
    for change in (*in_flight, *candidates):
        accounts, together = affects(change), [change]
        apart = []
        for group in groups:
            if group[0] & accounts:
                accounts, together = accounts | group[0], [*group[1], *together]
            else:
                apart.append(group)
        groups = [*apart, (accounts, together)]
    flying = {change_key(change) for change in in_flight}
    met = []
    for accounts, together in groups:
        moving = [change for change in together if change_key(change) in flying]
        waiting = [change for change in together if change_key(change) not in flying]
        room = max(AT_ONCE - len(moving), 0)
        now = (*moving[:AT_ONCE], *waiting[:room])
        met.append(_Meeting(now, tuple(waiting[room:]), accounts))
    return met


def _block(
    subset: Sequence[Change],
    gain: Gain,
    moving: Mapping[ChangeKey, Change],
    why: dict[ChangeKey, str],
) -> None:
    ours = [change for change in subset if change_key(change) not in moving]
    if not ours or any(change_key(change) in why for change in ours):
        return
    others = [sentence(change) for change in subset if change is not ours[-1]]
    together = f", together with {' and '.join(others)}" if others else ""
    why[change_key(ours[-1])] = f"Not done, because it would give access{together}: {gain.sentence}"


def _untouchable(change: Change) -> str:
    name = change.member_login if isinstance(change, MembershipRemoval) else change.principal
    if _SOLUTION_USER.search(name):
        return (
            f"Not done: {name} is a solution user, by which vCenter's own services work; "
            "removing its access breaks them."
        )
    return ""
