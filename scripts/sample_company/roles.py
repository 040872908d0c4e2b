"""Roles of the sample: those of the product, and those that people made over the years."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

_BASE = ("System.Anonymous", "System.Read", "System.View")


@dataclass(frozen=True, slots=True)
class Role:
    """A role as one vCenter has it."""

    id: int
    name: str
    label: str
    system: bool
    privileges: tuple[str, ...]


def system_roles() -> tuple[Role, ...]:
    """Roles with negative ids, as recorded from vCenter; their sets differ from build to build."""
    recorded = json.loads((Path(__file__).parent / "system_roles.json").read_text("utf-8"))
    everything = next(entry["privileges"] for entry in recorded if entry["name"] == "Admin")
    return tuple(
        Role(
            entry["id"],
            entry["name"],
            entry["label"],
            True,  # noqa: FBT003 - a field of a record
            tuple(
                entry["privileges"]
                if "privileges" in entry
                else (name for name in everything if name not in entry["all_but"])
            ),
        )
        for entry in recorded
    )


_CUSTOM = {
    "VM power operator": (
        "VirtualMachine.Interact.PowerOn VirtualMachine.Interact.PowerOff"
        " VirtualMachine.Interact.Reset VirtualMachine.Interact.ConsoleInteract"
    ),
    "Snapshot operator": "VirtualMachine.State.*",
    "VM console user": (
        "VirtualMachine.Interact.ConsoleInteract VirtualMachine.Interact.SetCDMedia"
        " VirtualMachine.Interact.AnswerQuestion"
    ),
    "VM administrator": (
        "VirtualMachine.Config.* VirtualMachine.Inventory.* VirtualMachine.State.*"
        " VirtualMachine.Interact.PowerOn VirtualMachine.Interact.PowerOff"
        " VirtualMachine.Interact.Reset VirtualMachine.Interact.Suspend"
        " VirtualMachine.Interact.ConsoleInteract VirtualMachine.Interact.DeviceConnection"
        " VirtualMachine.Interact.SetCDMedia VirtualMachine.Interact.ToolsInstall"
        " VirtualMachine.Provisioning.Clone VirtualMachine.Provisioning.CloneTemplate"
        " VirtualMachine.Provisioning.DeployTemplate VirtualMachine.Provisioning.Customize"
        " Resource.AssignVMToPool Resource.HotMigrate Resource.ColdMigrate Network.Assign"
        " Datastore.AllocateSpace Datastore.Browse"
    ),
    "Host administrator": (
        "Host.Config.* Host.Local.ManageUserGroups Host.Local.InstallAgent Host.Cim.CimInteraction"
        " Host.Inventory.* Profile.* Global.Diagnostics"
    ),
    "Storage administrator": "Datastore.* StoragePod.Config StorageProfile.* StorageViews.*",
    "Network administrator": (
        "DVSwitch.* DVPortgroup.* Network.Assign Network.Config Network.Delete Network.Move"
    ),
    "Backup operator": (
        "VirtualMachine.State.CreateSnapshot VirtualMachine.State.RemoveSnapshot"
        " VirtualMachine.State.RevertToSnapshot VirtualMachine.Provisioning.DiskRandomRead"
        " VirtualMachine.Provisioning.DiskRandomAccess VirtualMachine.Provisioning.GetVmFiles"
        " VirtualMachine.Config.ChangeTracking VirtualMachine.Config.DiskLease"
        " VirtualMachine.Inventory.Create VirtualMachine.Inventory.Delete Datastore.AllocateSpace"
        " Datastore.Browse Datastore.FileManagement VApp.Export Global.DisableMethods"
        " Global.EnableMethods vSphereDataProtection.*"
    ),
    "Guest operator": "VirtualMachine.GuestOperations.* VirtualMachine.Interact.GuestControl",
    "Key custodian": "Cryptographer.*",
    "Access administrator": (
        "Authorization.ModifyPermissions Authorization.ReassignRolePermissions"
    ),
    "Role editor": "Authorization.ModifyRoles Authorization.ReassignRolePermissions",
    "Log administrator": (
        "Global.Settings Global.LogEvent Global.Diagnostics Alarm.* Task.Create Task.Update"
    ),
    "Deployment pipeline": (
        "Extension.* Sessions.ImpersonateUser Sessions.ValidateSession"
        " VirtualMachine.Provisioning.DeployTemplate VirtualMachine.Inventory.CreateFromExisting"
        " ContentLibrary.DownloadSession ContentLibrary.ReadStorage"
    ),
    "Monitoring (do not use)": (
        "VirtualMachine.Config.AdvancedConfig VirtualMachine.Interact.GuestControl"
        " Host.Config.AdvancedConfig Host.Config.Settings Performance.ModifyIntervals"
    ),
    "Old superuser": "*",
    "Tag administrator": "InventoryService.Tagging.*",
}


def custom_roles(ids: dict[str, int]) -> tuple[Role, ...]:
    """The custom roles of one vCenter: the same name has another id in each."""
    everything = next(role.privileges for role in system_roles() if role.name == "Admin")
    return tuple(
        Role(
            role_id,
            name,
            name,
            False,  # noqa: FBT003 - a field of a record
            tuple(sorted({*_BASE, *_matching(everything, _CUSTOM[name].split(), name)})),
        )
        for name, role_id in ids.items()
    )


def _matching(everything: Iterable[str], patterns: list[str], name: str) -> tuple[str, ...]:
    """Also ``Old superuser``: everything but what was added to the product after it was made."""
    return tuple(
        privilege
        for privilege in everything
        if any(fnmatchcase(privilege, pattern) for pattern in patterns)
        and not (name == "Old superuser" and privilege.startswith(("TrustedAdmin.", "Nsx.")))
    )
