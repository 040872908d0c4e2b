"""A vCenter being built: entities in inventory order, permissions by the role's name."""

from dataclasses import dataclass, field

from sample_company.roles import Role, custom_roles, system_roles


@dataclass(slots=True)
class Entity:
    """Everything that an export says of one managed object; references are entities."""

    type: str
    id: str
    name: str
    parent: "Entity | None" = None
    pool: "Entity | None" = None
    folder: "Entity | None" = None
    host: "Entity | None" = None
    datastores: "list[Entity]" = field(default_factory=list)
    networks: "list[Entity]" = field(default_factory=list)
    ft_primary: "Entity | None" = None
    is_template: bool = False

    @property
    def reference(self) -> str:
        """As PowerCLI writes it."""
        return f"{self.type}-{self.id}"


@dataclass(frozen=True, slots=True)
class Permission:
    """``entity`` None is a global permission."""

    entity: Entity | None
    principal: str
    is_group: bool
    role: Role
    propagate: bool


class VCenter:
    """One vCenter; identifiers count up from ``first_id``, as in a real one."""

    def __init__(self, first_id: int, role_ids: dict[str, int]) -> None:
        self.roles = (*system_roles(), *custom_roles(role_ids))
        self.entities: list[Entity] = []
        self.permissions: list[Permission] = []
        self._next = first_id
        self._role = {role.name: role for role in self.roles}
        self.root = self._add("Folder", "group-d1", "Datacenters", None)

    def _add(self, kind: str, entity_id: str, name: str, parent: Entity | None) -> Entity:
        entity = Entity(kind, entity_id, name, parent)
        self.entities.append(entity)
        return entity

    def _new_id(self, prefix: str) -> str:
        self._next += 1
        return f"{prefix}{self._next}"

    def folder(self, name: str, parent: Entity, letter: str = "v") -> Entity:
        return self._add("Folder", self._new_id(f"group-{letter}"), name, parent)

    def datacenter(self, name: str, parent: Entity) -> tuple[Entity, dict[str, Entity]]:
        """A datacenter and its four folders: vm, host, datastore, network."""
        center = self._add("Datacenter", self._new_id("datacenter-"), name, parent)
        return center, {
            name: self.folder(name, center, letter)
            for name, letter in (("vm", "v"), ("host", "h"), ("datastore", "s"), ("network", "n"))
        }

    def cluster(self, name: str, parent: Entity) -> tuple[Entity, Entity]:
        """A cluster and its root pool."""
        cluster = self._add("ClusterComputeResource", self._new_id("domain-c"), name, parent)
        return cluster, self.resource_pool("Resources", cluster)

    def lone_host(self, name: str, parent: Entity) -> tuple[Entity, Entity, Entity]:
        """A host outside clusters: its compute resource, itself, its root pool."""
        resource = self._add("ComputeResource", self._new_id("domain-s"), name, parent)
        pool = self.resource_pool("Resources", resource)
        return resource, self.host(name, resource), pool

    def host(self, name: str, parent: Entity) -> Entity:
        return self._add("HostSystem", self._new_id("host-"), name, parent)

    def resource_pool(self, name: str, parent: Entity) -> Entity:
        return self._add("ResourcePool", self._new_id("resgroup-"), name, parent)

    def vapp(self, name: str, parent: Entity, folder: Entity) -> Entity:
        vapp = self._add("VirtualApp", self._new_id("resgroup-v"), name, parent)
        vapp.folder = folder
        return vapp

    def datastore(self, name: str, parent: Entity) -> Entity:
        return self._add("Datastore", self._new_id("datastore-"), name, parent)

    def pod(self, name: str, parent: Entity) -> Entity:
        return self._add("StoragePod", self._new_id("group-p"), name, parent)

    def switch(self, name: str, parent: Entity) -> Entity:
        return self._add("VmwareDistributedVirtualSwitch", self._new_id("dvs-"), name, parent)

    def portgroup(self, name: str, parent: Entity) -> Entity:
        entity_id = self._new_id("dvportgroup-")
        return self._add("DistributedVirtualPortgroup", entity_id, name, parent)

    def network(self, name: str, parent: Entity) -> Entity:
        return self._add("Network", self._new_id("network-"), name, parent)

    def machine(
        self, name: str, folder: Entity, pool: Entity | None, place: tuple[Entity, Entity, Entity]
    ) -> Entity:
        """A virtual machine on a host, datastore and network; without a pool it is a template."""
        machine = self._add("VirtualMachine", self._new_id("vm-"), name, folder)
        machine.pool = pool
        machine.is_template = pool is None
        machine.host = place[0]
        machine.datastores, machine.networks = [place[1]], [place[2]]
        return machine

    def grant(
        self, entity: Entity | None, principal: str, role: str, *, propagate: bool = True
    ) -> None:
        r"""Give a role; a principal that starts with ``@`` is a group, as in ``@HALDEN\x``."""
        self.permissions.append(
            Permission(
                entity,
                principal.removeprefix("@"),
                principal.startswith("@"),
                self._role[role],
                propagate,
            )
        )

    def children(self, entity: Entity, *kinds: str) -> list[Entity]:
        return [one for one in self.entities if one.parent is entity and one.type in kinds]

    def machines_in(self, pool: Entity) -> list[Entity]:
        return [one for one in self.entities if one.pool is pool]

    def machines_on(self, host: Entity) -> list[Entity]:
        return [one for one in self.entities if one.host is host]
