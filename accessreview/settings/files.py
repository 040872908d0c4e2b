"""Sources that are files which other tools wrote."""

from pathlib import Path
from typing import Literal

from pydantic import model_validator

from accessreview.settings.base import Source
from accessreview.settings.directories import DirectoryNames

InventoryOf = Literal["govc", "powercli", "rvtools"]


class Govc(Source):
    """Files that govc wrote (docs/how-to/export-with-govc.md)."""

    kind: Literal["govc"]
    roles_and_permissions: Path
    inventory: Path


class ObjectSave(Source):
    """A folder that govc filled (docs/how-to/save-with-govc.md)."""

    kind: Literal["object-save"]
    folder: Path


class OpenGraph(Source):
    """A graph of this product or of vCenterHound (docs/how-to/bloodhound.md)."""

    kind: Literal["opengraph"]
    path: Path
    of: str = ""
    part: Literal["vcenter", "directory"] = "vcenter"


class Ansible(Source):
    """What Ansible answered, on another tool's inventory (docs/how-to/export-with-ansible.md)."""

    kind: Literal["ansible"]
    permissions: Path
    inventory: Path
    inventory_of: InventoryOf


class SsoMembers(Source):
    """The groups of vCenter's own directory as a list (docs/how-to/list-sso-members.md)."""

    kind: Literal["sso-members"]
    path: Path
    domain: str = "vsphere.local"


class Powercli(Source):
    """Files that PowerCLI wrote (docs/how-to/export-with-powercli.md)."""

    kind: Literal["powercli"]
    permissions: Path
    roles: Path
    inventory: Path
    inventory_of: InventoryOf = "powercli"


Exported = Ansible | Govc | ObjectSave | OpenGraph | Powercli
"""All but directories as LDIF, which have more in common with live ones."""


class Ldif(DirectoryNames):
    """A directory as LDIF (docs/how-to/export-ldif.md)."""

    kind: Literal["ldif"]
    directory: Literal["active-directory", "openldap", "389-ds", "freeipa", "vmdir"]
    path: Path
    bases: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Ldif":
        self._check_dangling_members(self.directory)
        return self
