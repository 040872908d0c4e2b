"""A vCenter as three files of PowerCLI; the commands: ``docs/how-to/export-with-powercli.md``.

The third may be another tool's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from accessreview.collectors.offline.files import read_file, span
from accessreview.collectors.offline.govc import GLOBAL_PERMISSIONS_NOT_EXPORTED
from accessreview.collectors.offline.inventories import INVENTORIES
from accessreview.collectors.offline.powercli_access import read_permissions, read_roles
from accessreview.collectors.vcenter.raw import RawVCenter
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.snapshot import Coverage, Reading, Source, SourceKind


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
class PowercliSource:
    """One vCenter, read from files; its times are those at which the files were written."""

    settings: PowercliSettings

    @property
    def id(self) -> str:
        return self.settings.id

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
        entities, gaps = INVENTORIES[self.settings.inventory_of](files[2])
        started_at, finished_at = span(files, now)
        has_globals = any(not permission.entity for permission in permissions)
        source = Source(
            id=self.settings.id,
            kind=SourceKind.VCENTER,
            name=self.settings.name,
            coverage=Coverage.FULL,
            gaps=() if has_globals else (GLOBAL_PERMISSIONS_NOT_EXPORTED,),
            started_at=started_at,
            finished_at=finished_at,
        )
        return translate(source, RawVCenter(roles, permissions, entities, gaps))
