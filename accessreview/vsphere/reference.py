"""References to managed entities: the one place that uses pyVmomi's underscored names for them."""

from pyVmomi import VmomiSupport, vim

from accessreview.vsphere.session import Session


def id_of(reference: vim.ManagedEntity) -> str:
    """The managed object id, such as ``vm-42``; unique in its vCenter."""
    return str(reference._moId)  # noqa: SLF001


def type_of(reference: vim.ManagedEntity) -> str:
    """The vSphere managed type, such as ``VirtualMachine``."""
    return str(reference._wsdlName)  # noqa: SLF001


def entity_type(name: str) -> type[vim.ManagedEntity] | None:
    """The type of that name, if it is one of an entity."""
    try:
        found = VmomiSupport.GetWsdlType("urn:vim25", name)
    except KeyError:
        return None
    return found if isinstance(found, type) and issubclass(found, vim.ManagedEntity) else None


def entity(session: Session, kind: type[vim.ManagedEntity], entity_id: str) -> vim.ManagedEntity:
    """A reference to use in ``session``; that it exists is not checked."""
    return kind(entity_id, session.content.rootFolder._stub)  # noqa: SLF001
