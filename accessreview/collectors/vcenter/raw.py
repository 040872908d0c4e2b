"""What a vCenter said, as plain values: the seam between reading and translating.

A live session, a govc export and PowerCLI files all become these; one translation follows.
References are managed object ids such as ``vm-42``; absent ones are empty strings.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawRole:
    id: int
    name: str
    system: bool
    privileges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawPermission:
    """An entry as stored; an empty ``entity`` is a global permission."""

    entity: str
    principal: str
    is_group: bool
    role: int
    propagate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntity:
    """A managed entity with the references that inheritance and placement need.

    ``acl_children`` are the entities whose permission list is this one's: a datacenter's four
    folders, a compute resource's or cluster's root pool, the secondaries of a machine.
    ``ft_primary`` is set on a fault-tolerance secondary. ``name`` is unescaped. ``children`` are
    what the entity says to hold, ``refused`` the properties that vCenter would not show.
    """

    type: str
    id: str
    name: str
    parent: str = ""
    resource_pool: str = ""
    parent_vapp: str = ""
    parent_folder: str = ""
    acl_children: tuple[str, ...] = ()
    ft_primary: str = ""
    host: str = ""
    datastores: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawVCenter:
    """All of one vCenter; ``gaps`` say in sentences what could not be read."""

    roles: tuple[RawRole, ...]
    permissions: tuple[RawPermission, ...]
    entities: tuple[RawEntity, ...]
    gaps: tuple[str, ...] = ()
