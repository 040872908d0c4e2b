"""A vCenter as two files of govc; the commands: ``docs/how-to/export-with-govc.md``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.offline.files import read_file, span
from accessreview.collectors.offline.govc_access import read_access
from accessreview.collectors.offline.govc_inventory import read_inventory
from accessreview.collectors.vcenter.raw import RawVCenter
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.snapshot import Reading, SourceKind

GLOBAL_PERMISSIONS_NOT_EXPORTED = (
    "Global permissions are not in the files as such: those that propagate are seen on the root"
    " folder, the others give no access to the inventory."
)
"""Carried by a reading whose tool cannot see them; lowers no coverage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GovcSettings:
    """Where one vCenter's files are; ``id`` is the source's in every snapshot."""

    id: str
    name: str
    roles_and_permissions: Path
    inventory: Path


@dataclass(frozen=True, slots=True)
class GovcSource(ConfiguredSource[GovcSettings]):
    """One vCenter, read from files; its times are those at which the files were written."""

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read both files.

        Raises:
            CollectionError: a file cannot be read.
            InputError: a file is cut off, mis-encoded or of another form.
        """
        access = read_file(self.settings.roles_and_permissions)
        inventory = read_file(self.settings.inventory)
        roles, permissions = read_access(access)
        entities, gaps = read_inventory(inventory)
        source = self.as_read(
            SourceKind.VCENTER,
            span((access, inventory), now),
            gaps=[GLOBAL_PERMISSIONS_NOT_EXPORTED],
        )
        return translate(source, RawVCenter(roles, permissions, entities, gaps))
