"""One pass over a vCenter: roles, all permissions, the inventory; plain values come back.

Everything is said as it was answered; what was refused or left unsaid becomes a gap. What the
answers mean is for ``translate`` to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyVmomi import vim

from accessreview.collectors.vcenter.names import unescape
from accessreview.collectors.vcenter.raw import RawEntity, RawPermission, RawRole, RawVCenter
from accessreview.collectors.vcenter.retrieve import ReadEntity, retrieve
from accessreview.snapshot.gaps import Gaps
from accessreview.vsphere.reference import id_of, type_of
from accessreview.vsphere.session import Session

_FOLDERS = ("vmFolder", "hostFolder", "datastoreFolder", "networkFolder")
_POOL = "resourcePool"

PROPERTIES: Mapping[type[vim.ManagedEntity], tuple[str, ...]] = {
    vim.ManagedEntity: ("name", "parent"),
    vim.VirtualMachine: (
        "resourcePool",
        "parentVApp",
        "runtime.host",
        "datastore",
        "network",
        "summary.config.template",
        "config.ftInfo",
    ),
    vim.Folder: ("childEntity",),
    vim.VirtualApp: ("parentFolder",),
    vim.Datacenter: _FOLDERS,
    vim.ComputeResource: (_POOL, "host"),
}
"""What is read of each type; subtypes inherit. Few and small, for parsing is the cost.

What folders and clusters say to hold is read to notice what is hidden in them.
"""


def read_vcenter(session: Session) -> RawVCenter:
    """Read all of it through ``session``, whose steps raise its error."""
    gaps = Gaps()
    authorization = session.authorization
    root = session.content.rootFolder
    with session.step("checking what the account may read"):
        (may_read,) = authorization.HasPrivilegeOnEntity(root, session.key, ["System.Read"])
    if not may_read:
        gaps.add("The collecting account may not read", "the root folder")
    with session.step("reading the roles"):
        roles = tuple(_role(role) for role in authorization.roleList)
    with session.step("reading the permissions"):
        permissions = tuple(raw_permissions(authorization.RetrieveAllPermissions(), gaps))
    if not permissions:
        gaps.add("Every vCenter has permissions, but none came", "the account may see too little")
    with session.step("reading the inventory"):
        entities = tuple(raw_entity(entity, gaps) for entity in retrieve(session, PROPERTIES))
    if id_of(root) not in {entity.id for entity in entities}:
        gaps.add("The root folder was not read", id_of(root))
    return RawVCenter(roles, permissions, entities, gaps.sentences())


def _role(role: vim.AuthorizationManager.Role) -> RawRole:
    return RawRole(int(role.roleId), role.name, bool(role.system), tuple(role.privilege))


def raw_permissions(
    answered: Iterable[vim.AuthorizationManager.Permission], gaps: Gaps
) -> Iterable[RawPermission]:
    for entry in answered:
        if entry.entity is None:
            # Taken for a global permission, it would reach everywhere.
            gaps.add("A permission was reported without its entity", entry.principal)
            continue
        yield RawPermission(
            id_of(entry.entity),
            entry.principal,
            bool(entry.group),
            int(entry.roleId),
            bool(entry.propagate),
        )


@dataclass(frozen=True, slots=True)
class _Facts:
    """The properties of one entity, by kind of value."""

    values: Mapping[str, object] = field(default_factory=dict)

    def reference(self, path: str) -> str:
        value = self.values.get(path)
        return id_of(value) if isinstance(value, vim.ManagedEntity) else ""

    def references(self, path: str) -> tuple[str, ...]:
        value = self.values.get(path)
        if not isinstance(value, list):
            return ()
        return tuple(id_of(one) for one in value if isinstance(one, vim.ManagedEntity))


def raw_entity(entity: ReadEntity, gaps: Gaps) -> RawEntity:
    type_name, entity_id = type_of(entity.reference), id_of(entity.reference)
    facts = _Facts(entity.values)
    told = entity.values.get("name")
    name = unescape(str(told)) if told else entity_id
    which = f"{name} ({entity_id})" if told else entity_id
    for path, fault in entity.refused.items():
        gaps.add(f"A property could not be read ({path}, {fault})", which)
    if not told and "name" not in entity.refused:
        gaps.add("A property was not reported (name)", entity_id)
    is_machine = isinstance(entity.reference, vim.VirtualMachine)
    is_template = entity.values.get("summary.config.template") is True
    if is_machine and not is_template and not {_POOL, "parentVApp"} & entity.values.keys():
        # Only a template has no pool: this one's pool is hidden from the account.
        gaps.add("The resource pool of a virtual machine was not shown", which)
    return RawEntity(
        type=type_name,
        id=entity_id,
        name=name,
        parent=facts.reference("parent"),
        resource_pool=facts.reference(_POOL) if is_machine else "",
        parent_vapp=facts.reference("parentVApp"),
        parent_folder=facts.reference("parentFolder"),
        acl_children=tuple(filter(None, _sharing(entity, facts))),
        ft_primary=_primary(entity, gaps),
        host=facts.reference("runtime.host"),
        datastores=facts.references("datastore"),
        networks=facts.references("network"),
        children=tuple(_children(entity, facts)),
        refused=tuple(entity.refused),
    )


def _children(entity: ReadEntity, facts: _Facts) -> Iterable[str]:
    match entity.reference:
        case vim.Folder():
            return facts.references("childEntity")
        case vim.ComputeResource():
            return facts.references("host")
        case _:
            return ()


def _sharing(entity: ReadEntity, facts: _Facts) -> tuple[str, ...]:
    match entity.reference:
        case vim.Datacenter():
            return tuple(facts.reference(folder) for folder in _FOLDERS)
        case vim.ComputeResource():
            return (facts.reference(_POOL),)
        case vim.VirtualMachine():
            pair = entity.values.get("config.ftInfo")
            if isinstance(pair, vim.vm.FaultTolerancePrimaryConfigInfo):
                return tuple(id_of(one) for one in pair.secondaries)
            return ()
        case _:
            return ()


def _primary(entity: ReadEntity, gaps: Gaps) -> str:
    pair = entity.values.get("config.ftInfo")
    if isinstance(pair, vim.vm.FaultToleranceSecondaryConfigInfo):
        return id_of(pair.primaryVM)
    if isinstance(pair, vim.vm.FaultToleranceConfigInfo) and pair.role > 1:
        gaps.add("The primary of a fault-tolerance secondary was not told", id_of(entity.reference))
    return ""
