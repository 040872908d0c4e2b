"""Who can do what where, and by which grants: the answers of the analysis."""

from dataclasses import dataclass
from enum import StrEnum


class InheritancePath(StrEnum):
    """Which of an entity's two lines of ancestors a permission came down."""

    PARENT = "parent"
    SECOND_PARENT = "second_parent"


@dataclass(frozen=True, slots=True, order=True)
class AccountRef:
    """An account: the directory it was read from and its immutable id there."""

    source: str
    id: str


@dataclass(frozen=True, slots=True, order=True)
class GroupRef:
    """A group: the directory it was read from and its immutable id there."""

    source: str
    id: str


@dataclass(frozen=True, slots=True, order=True)
class EntityRef:
    """An entity of one vCenter; an empty ``id`` is the global node above its root."""

    vcenter: str
    id: str


@dataclass(frozen=True, slots=True, order=True)
class PermissionKey:
    """What identifies a permission: vCenter allows one per principal and kind per entity.

    ``principal`` is verbatim as vCenter stores it; compare it case-folded.
    """

    entity: EntityRef
    principal: str
    is_group: bool


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """A role given to a principal on an entity, possibly reaching its children."""

    key: PermissionKey
    role: str
    propagates: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """One way by which an account holds, or would hold, privileges on an entity.

    ``via`` is one shortest chain of memberships: the account's login, group names, and last the
    principal as vCenter names it. ``groups`` holds the same chain's groups as references, nearest
    to the account first; empty when the permission names the account itself. ``decides`` is false
    for a grant that lost; ``why`` says in a sentence what decided or what it lost to.
    """

    account: AccountRef
    via: tuple[str, ...]
    groups: tuple[GroupRef, ...]
    permission: Permission
    role_name: str
    path: InheritancePath
    decides: bool
    why: str


@dataclass(frozen=True, slots=True)
class EffectiveAccess:
    """What one account can do on one entity."""

    account: AccountRef
    entity: EntityRef
    privileges: tuple[str, ...]
