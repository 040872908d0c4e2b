"""Changes to an estate or to the rules over it, as they are asked about before they are made."""

from dataclasses import dataclass

from accessreview.model.access import AccountRef, GroupRef, Permission, PermissionKey
from accessreview.model.policy import Ruleset


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """An account or group becomes a direct member of a group, or, if not ``present``, leaves it."""

    group: GroupRef
    member: AccountRef | GroupRef
    present: bool


@dataclass(frozen=True, slots=True)
class PermissionSet:
    """A permission is given; one of the same key is replaced, as vCenter does it."""

    permission: Permission


@dataclass(frozen=True, slots=True)
class PermissionRemoved:
    """A permission is taken away."""

    key: PermissionKey


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role of a vCenter holds these privileges from now on."""

    vcenter: str
    role: str
    privileges: frozenset[str]


@dataclass(frozen=True, slots=True)
class RulesetChange:
    """Another ruleset is applied."""

    ruleset: Ruleset


Change = MembershipChange | PermissionSet | PermissionRemoved | RoleChange | RulesetChange
