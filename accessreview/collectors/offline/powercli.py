"""A vCenter as three files of PowerCLI; the commands: ``docs/how-to/export-with-powercli.md``.

The third may be another tool's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.offline.files import read_file, span
from accessreview.collectors.offline.govc import GLOBAL_PERMISSIONS_NOT_EXPORTED
from accessreview.collectors.offline.inventories import INVENTORIES
from accessreview.collectors.offline.powercli_access import read_permissions, read_roles
from accessreview.collectors.vcenter.raw import RawVCenter
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.snapshot import Reading, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PowercliSettings:
    """Where one vCenter's files are, and whose the inventory is."""

    id: str
    name: str
    permissions: Path
    roles: Path
    inventory: Path
    inventory_of: str = "powercli"


@dataclass(frozen=True, slots=True)
class PowercliSource(ConfiguredSource[PowercliSettings]):
    """One vCenter, read from files; its times are those at which the files were written."""

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read the three files.

        Raises:
            CollectionError: a file cannot be read.
            InputError: a file is cut off, mis-encoded, ambiguous or of another form.
        """
        files = tuple(
            read_file(path)
            for path in (self.settings.roles, self.settings.permissions, self.settings.inventory)
        )
        roles = read_roles(files[0])
        permissions = read_permissions(files[1], roles)
        entities, missing = INVENTORIES[self.settings.inventory_of](files[2])
        has_globals = any(not permission.entity for permission in permissions)
        gaps = () if has_globals else (GLOBAL_PERMISSIONS_NOT_EXPORTED,)
        source = self.as_read(SourceKind.VCENTER, span(files, now), gaps=gaps)
        return translate(source, RawVCenter(roles, permissions, entities, missing))
