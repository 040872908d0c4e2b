"""The words of a graph of vCenters as BloodHound takes it in: OpenGraph, kinds as vCenterHound's.

What vCenterHound has no word for has one of ours, with the same beginning.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

PREFIX = "vCenter_"


class NodeKind(StrEnum):
    VCENTER = "vCenter_VCenter"
    DIRECTORY = "vCenter_Directory"
    ROOT_FOLDER = "vCenter_RootFolder"
    USER = "vCenter_User"
    GROUP = "vCenter_Group"
    ROLE = "vCenter_Role"
    PRIVILEGE = "vCenter_Privilege"
    ACCOUNT = "vCenter_Account"
    DIRECTORY_GROUP = "vCenter_DirectoryGroup"
    HOLDERS = "vCenter_Holders"
    REGION = "vCenter_Region"


class EdgeKind(StrEnum):
    CONTAINS = "vCenter_Contains"
    SHARES_PERMISSIONS_OF = "vCenter_SharesPermissionsOf"
    HOSTS = "vCenter_Hosts"
    USES_DATASTORE = "vCenter_UsesDatastore"
    USES_NETWORK = "vCenter_UsesNetwork"
    PLACED_ON = "vCenter_PlacedOn"
    HAS_PRIVILEGE = "vCenter_HasPrivilege"
    HAS_PERMISSION = "vCenter_HasPermission"
    HAS_POWER = "vCenter_HasPower"
    MEMBER_OF = "vCenter_MemberOf"
    USER_OF = "SyncsTovCenterUser"
    GROUP_OF = "SyncsTovCenterGroup"
    IS_AMONG = "vCenter_IsAmong"
    WOULD_BE_AMONG = "vCenter_WouldBeAmong"
    HOLDS = "vCenter_Holds"
    COVERS = "vCenter_Covers"


KIND_OF_TYPE: Mapping[str, str] = MappingProxyType(
    {
        "VirtualMachine": "VM",
        "HostSystem": "ESXiHost",
        "ClusterComputeResource": "Cluster",
        "VirtualApp": "vApp",
        "StoragePod": "DatastoreCluster",
        "DistributedVirtualPortgroup": "DVPortgroup",
        "DistributedVirtualSwitch": "DVSwitch",
        "VmwareDistributedVirtualSwitch": "DVSwitch",
    }
)
"""The last part of a kind, where it is not the managed type itself."""

NETWORKS = frozenset({"Network", "OpaqueNetwork", "DistributedVirtualPortgroup"})

_ID_OF_KIND = {"ESXiHost": "esxi_host", "ResourcePool": "resource_pool"}


def kind_of_type(managed_type: str) -> str:
    """The kind of the node of an entity of this managed type."""
    return PREFIX + KIND_OF_TYPE.get(managed_type, managed_type)


def entity_node(source: str, managed_type: str, entity: str) -> str:
    """The id of the node of an entity, formed as vCenterHound forms it."""
    kind = KIND_OF_TYPE.get(managed_type, managed_type)
    return f"{_ID_OF_KIND.get(kind, kind.lower())}:{source}:{entity}"
