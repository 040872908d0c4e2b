"""A certificate: rows of a snapshot, and how they make a finding; ``certificates.md`` has it all.

Facts are listed once, by table, and referred to by their number there, from 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from accessreview.model.access import EntityRef

FORMAT = "accessreview-certificate"
VERSION = 1

CITED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "entities": ("source", "id", "type", "parent", "second_parent", "acl_of"),
        "placements": ("source", "entity", "on"),
        "role_privileges": ("source", "role", "privilege"),
        "permissions": ("source", "entity", "principal", "is_group", "role", "propagate"),
        "accounts": ("source", "id", "enabled", "identity"),
        "principal_names": ("source", "id", "name"),
        "members": ("group_source", "group", "member_source", "member"),
    }
)
"""By table, the columns that a fact quotes: no names of people beyond what permissions match by."""

Step = tuple[int, str]
"""A fact, and the column of it that leads on; ``GLOBAL_STEP`` where nothing lies above."""

GLOBAL_STEP = "global"


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedGrant:
    """How a permission names an account, and the privileges of its role that matter here.

    ``members`` lead from the account to the group that ``name`` names, nearest first; none if it
    names the account.
    """

    account: int
    members: tuple[int, ...]
    name: int
    permission: int
    privileges: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """That a grant decides on an entity: ``path`` leads from it up to what carries the entry."""

    grant: int
    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDuty:
    """That a duty is held on an entity by the grants of ``by`` together.

    ``within`` says why the entity belongs to the place: for a placement the way from the virtual
    machine to the entity, for a datacenter the way up from the entity.
    """

    duty: str
    entity: int
    within: tuple[Step, ...]
    by: tuple[Decided, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One identity that holds duties in one place, which is an entity for reach and sprawl.

    A place without an id is the whole vCenter; without a vCenter too it is everything.
    """

    identity: str
    place: EntityRef
    held: tuple[HeldDuty, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One finding with what proves it: as many witnesses as its rule needs to be violated."""

    format: str
    version: int
    snapshot: str
    ruleset: str
    engine: str
    rule: str
    subject: str
    facts: Mapping[str, tuple[tuple[str, ...], ...]]
    grants: tuple[CitedGrant, ...]
    witnesses: tuple[Witness, ...]
