"""How far the analysis and a vCenter say the same of who can do what, on a sample of pairs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accessreview.model.access import AccountRef, Grant
from accessreview.model.canonical import sha256

_METHOD = "accessreview-agreement-1"
"""Goes into every seed; another way of drawing needs another name."""

IMPLIED = frozenset({"System.Anonymous", "System.View"})
"""Privileges that say nothing: whoever has signed in holds them, and every role but No access."""


def seed_of(snapshot: str, source: str) -> str:
    """What the sample of one vCenter in the snapshot with this digest is drawn with."""
    return sha256(f"{_METHOD}/{snapshot}/{source}".encode())


class Asking(StrEnum):
    """What became of the question; ``UNTRUSTWORTHY`` is who grants to users that do not exist."""

    ASKED = "asked"
    NOT_ASKED = "not-asked"
    UNTRUSTWORTHY = "untrustworthy"


class Accord(StrEnum):
    """How the two answers on one pair compare."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_COMPARABLE = "not-comparable"


class Stratum(StrEnum):
    """What a pair was drawn for (``docs/reference/agreement.md``)."""

    CORNER = "corner"
    OVERRIDE = "override"
    POWERFUL = "powerful"
    NESTED = "nested"
    TWO_PATHS = "two-paths"
    ONE_PATH = "one-path"
    SHARED_LIST = "shared-list"
    DISABLED = "disabled"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True, order=True)
class SampledPair:
    """An account, the name by which its vCenter is asked about it, and an entity's id there."""

    account: AccountRef
    principal: str
    entity: str
    drawn_for: Stratum


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Both answers on a pair, as numbers into the agreement's ``sets``.

    ``ours`` is what the analysis says; ``theirs`` what vCenter said, nothing where it gave no
    answer. ``why`` says why a pair is not comparable. ``grants`` explain what the analysis says
    where the answers differ.
    """

    pair: SampledPair
    accord: Accord
    ours: int
    theirs: int | None
    why: str = ""
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One comparison with one vCenter, over the snapshot that was taken just before.

    ``seed`` and ``size`` determine the sample in that snapshot; ``reason`` says why the vCenter was
    not asked, or not believed. ``sets`` holds every answer once, each sorted. ``number`` counts all
    agreements from 1.
    """

    snapshot: str
    source: str
    at: datetime
    asking: Asking
    reason: str
    seed: str
    size: int
    sets: tuple[tuple[str, ...], ...] = ()
    pairs: tuple[ComparedPair, ...] = ()
    number: int = 0

    @property
    def equal(self) -> int:
        return self._count(Accord.EQUAL)

    @property
    def compared(self) -> int:
        """On how many pairs there are two answers to compare."""
        return len(self.pairs) - self._count(Accord.NOT_COMPARABLE)

    @property
    def is_silent(self) -> bool:
        """Whether it was asked, and not one answer could be compared: that proves nothing."""
        return self.asking is Asking.ASKED and not self.compared

    @property
    def differences(self) -> tuple[ComparedPair, ...]:
        return tuple(each for each in self.pairs if each.accord is Accord.DIFFERENT)

    def only_ours(self, each: ComparedPair) -> tuple[str, ...]:
        """What the analysis says that the account holds, and vCenter does not."""
        return self._without(each.ours, each.theirs)

    def only_theirs(self, each: ComparedPair) -> tuple[str, ...]:
        """What vCenter says that the account holds, and the analysis does not."""
        return self._without(each.theirs, each.ours)

    def _without(self, held: int | None, others: int | None) -> tuple[str, ...]:
        if held is None or others is None:
            return ()
        return tuple(sorted(set(self.sets[held]) - set(self.sets[others]) - IMPLIED))

    def _count(self, accord: Accord) -> int:
        return sum(each.accord is accord for each in self.pairs)


@dataclass(frozen=True, slots=True)
class Answer:
    """What vCenter said of one pair: sorted privileges, or ``why`` it gave no answer."""

    privileges: tuple[str, ...] | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class VcenterState:
    """A vCenter after it had answered, to see what changed since it was read.

    ``permissions`` are rows of that table without their source, as they came, ``privileges`` those
    of each role
    by its id, ``parents`` whatever each entity that was looked at lies in; one that is gone has no
    entry there.
    """

    permissions: tuple[tuple[str, ...], ...]
    privileges: Mapping[str, frozenset[str]]
    parents: Mapping[str, frozenset[str]]
