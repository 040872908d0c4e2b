"""A vCenter as a source to collect from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from accessreview.collectors.vcenter.parts import Part, read_parts
from accessreview.collectors.vcenter.read import read_vcenter
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Coverage, Reading, Source, SourceKind
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings

GLOBAL_PERMISSIONS_NOT_READ = (
    "Global permissions are not read as such: those that propagate are seen on the root folder,"
    " the others give no access to the inventory."
)
"""Carried by every reading, and lowers no coverage; see ``docs/decisions``."""

PARTS: tuple[Part, ...] = ()
"""What every vCenter is read for beside its inventory, in this order."""


@dataclass(frozen=True, slots=True)
class VCenterSource:
    """One live vCenter, read with a read-only account."""

    settings: VCenterSettings
    parts: tuple[Part, ...] = PARTS

    @property
    def id(self) -> str:
        return self.settings.id

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read it in one session.

        Raises:
            CollectionError: it could not be read to the end; nothing of it is then known.
            ConfigurationError: the settings cannot be used.
        """
        started_at = now()
        with open_session(self.settings, CollectionError) as session:
            raw = read_vcenter(session)
            more = read_parts(self.parts, session, raw, now)
        source = Source(
            id=self.settings.id,
            kind=SourceKind.VCENTER,
            name=self.settings.name,
            coverage=Coverage.FULL,
            gaps=(GLOBAL_PERMISSIONS_NOT_READ, *more.gaps),
            started_at=started_at,
            finished_at=now(),
        )
        doubted = replace(raw, gaps=(*raw.gaps, *more.doubts))
        return translate(source, doubted, more.tables)
