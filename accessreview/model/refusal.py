"""Readings that were kept out: why, what they held, and who accepts them all the same."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReasonKind(StrEnum):
    """Why a reading is not believed to be whole."""

    ACCOUNTS_FELL = "accounts-fell"
    GROUPS_FELL = "groups-fell"
    GROUP_MISSING = "group-missing"
    GROUP_EMPTIED = "group-emptied"
    CANARY_ACCOUNT = "canary-account"
    CANARY_GROUP = "canary-group"
    UNRESOLVED = "unresolved"
    ENTITIES_FELL = "entities-fell"
    SUBTREE_MISSING = "subtree-missing"
    PERMISSIONS_FELL = "permissions-fell"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, as a sentence and as numbers.

    ``subject`` is the group's id, the canary's name, the entity's id or, where entities of a type
    fell, ``DATACENTER/TYPE``; empty where it is about the whole reading. ``before`` and ``now``
    count accounts, groups, direct members, entities or permissions, of the last good reading and of
    this one; where members lead nowhere, how many of ten thousand do.
    """

    kind: ReasonKind
    subject: str
    before: int
    now: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Figures:
    """How much a reading holds.

    ``named`` are the members that groups name, ``unresolved`` those of them that lead nowhere.
    ``entities`` and ``permissions`` are those of a vCenter or a host.
    """

    accounts: int
    groups: int
    memberships: int
    named: int
    unresolved: int
    entities: int = 0
    permissions: int = 0


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A person takes the numbers of a reading that was kept out for right, once.

    ``by`` is that person, ``actor`` who recorded it here. It lapses at ``until``.
    """

    by: str
    actor: str
    reason: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class RefusedReading:
    """A reading that was kept out, so that the rows of the last one stayed.

    Of a vCenter or a host it is stored all the same, ``as_partial``.

    ``number`` counts all that were kept out, from 1. ``fingerprint`` is the hexadecimal SHA-256
    over its rows: two that say the same have the same. ``before`` is what the reading had that it
    was compared with; nothing for a first one. It is open until a later reading of the source is
    taken: at ``ended_at``, and if that needed this acceptance, in the snapshot ``taken_in``.
    """

    source: str
    at: datetime
    reasons: tuple[Reason, ...]
    figures: Figures
    before: Figures | None
    fingerprint: str
    number: int = 0
    acceptance: Acceptance | None = None
    ended_at: datetime | None = None
    taken_in: str = ""
    as_partial: bool = False

    @property
    def sentences(self) -> str:
        """All reasons, as they are told."""
        return " ".join(reason.sentence for reason in self.reasons)

    def is_accepted(self, now: datetime) -> bool:
        """Whether an acceptance of it still counts."""
        return (
            self.acceptance is not None and self.ended_at is None and now <= self.acceptance.until
        )
