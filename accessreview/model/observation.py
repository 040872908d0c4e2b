"""Observations: what should be known of permissions and directories beside what rules find."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ObservationKind(StrEnum):
    """What was observed; ``docs/reference/observations.md`` says of each what it means."""

    MORE_THAN_SHOWN = "more-than-shown"
    BLIND_SPOT = "blind-spot"
    OUT_OF_BAND_CHANGE = "out-of-band-change"
    POWER_OUTSIDE_PERMISSIONS = "power-outside-permissions"
    HOSTS_BY_DOMAIN = "hosts-by-domain"
    PAST_LOCKDOWN = "past-lockdown"
    NOT_LOCKED_DOWN = "not-locked-down"
    ANOTHER_OBJECT = "another-object"
    RENAMED = "renamed"
    COUNTED_DIFFERENTLY = "counted-differently"
    NOT_DERIVED = "not-derived"
    EVERYBODY = "everybody-holds-it"
    ORPHAN = "orphan"
    AMBIGUOUS_PRINCIPAL = "ambiguous-principal"
    UNRESOLVED_MEMBERS = "unresolved-members"
    DORMANT_PRIVILEGE = "dormant-privilege"
    AMBIGUOUS_PERSONS = "ambiguous-persons"


@dataclass(frozen=True, slots=True)
class Concerned:
    """An account, a group, an outsider or an entity that an observation is about, and why.

    ``id`` is that in ``source``; of an outsider, as its group names it.
    """

    source: str
    id: str
    name: str
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One thing observed of one vCenter, or of another source with powers, in one snapshot.

    ``principal`` is spelled as a permission has it, and empty where it is about the whole vCenter.
    ``concerned`` may be long and makes its parts only when they are asked for.
    """

    kind: ObservationKind
    vcenter: str
    detail: str
    concerned: Sequence[Concerned] = ()
    principal: str = ""
    is_group: bool = False
