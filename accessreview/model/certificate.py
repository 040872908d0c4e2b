"""A certificate: rows of a snapshot, one leading to the next, that make a finding.

``docs/reference/certificates.md`` has it all; ``evidence/certificates.py`` checks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FORMAT = "accessreview-certificate"
VERSION = 1

Key = tuple[str, str]
"""Source and id of an account, a group or an entity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedGrant:
    """How a permission names an account, and the privileges of its role that matter here.

    ``groups`` lead from the account to the group that the permission names, each a member of the
    next; none if it names the account. ``permission`` is a row by the names of its columns.
    """

    account: Key
    groups: tuple[Key, ...]
    permission: Mapping[str, str]
    privileges: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """That a grant, by its number, decides on an entity.

    ``path`` has the ids of the nodes on the way up: first what carries the entity's permissions,
    last what carries the grant's, which is empty for a global one.
    """

    grant: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """That an identity holds a duty on an entity by the grants of ``by`` together.

    ``within`` has the ids on the way from the place to the entity, both included: from the machine
    of a placement, or a datacenter. For other scopes it is the entity alone.
    """

    identity: str
    duty: str
    entity: Key
    within: tuple[str, ...]
    by: tuple[Decided, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """One finding with as many witnesses as its rule needs to be violated.

    ``grants`` are listed once and referred to by their number, from 0.
    """

    format: str
    version: int
    snapshot: str
    ruleset: str
    engine: str
    rule: str
    subject: str
    grants: tuple[CitedGrant, ...]
    witnesses: tuple[Witness, ...]
