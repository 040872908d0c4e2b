"""A vCenter as a source to collect from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from accessreview.collectors.configured import ConfiguredSource
from accessreview.collectors.vcenter.global_permissions import with_global_permissions
from accessreview.collectors.vcenter.parts import Part, read_parts, together
from accessreview.collectors.vcenter.read import read_vcenter
from accessreview.collectors.vcenter.sight import Before, sight
from accessreview.collectors.vcenter.translate import translate
from accessreview.model.errors import CollectionError
from accessreview.model.snapshot import Reading, SourceKind
from accessreview.vsphere.session import open_session
from accessreview.vsphere.settings import VCenterSettings

PARTS: tuple[Part, ...] = ()
"""What every vCenter is read for beside its inventory and where it is hidden, in this order."""


@dataclass(frozen=True, slots=True)
class VCenterSource(ConfiguredSource[VCenterSettings]):
    """One live vCenter, read with a read-only account.

    ``global_account`` reads its global permissions, should that account not be allowed to.
    ``before`` tells what it had when it was last read in full.
    """

    global_account: VCenterSettings | None = None
    parts: tuple[Part, ...] = PARTS
    before: Before = tuple

    def collect(self, now: Callable[[], datetime]) -> Reading:
        """Read it in one session.

        Raises:
            CollectionError: it could not be read to the end; nothing of it is then known.
            ConfigurationError: the settings cannot be used.
        """
        started_at = now()
        with open_session(self.settings, CollectionError) as session:
            read = with_global_permissions(session, read_vcenter(session), self.global_account)
            more = read_parts((sight(self.before), *self.parts), session, read.raw, now)
        gaps = (*read.gaps, *more.gaps)
        source = self.as_read(SourceKind.VCENTER, (started_at, now()), gaps=gaps)
        doubted = replace(read.raw, gaps=(*read.raw.gaps, *more.doubts))
        return translate(source, doubted, together(read.tables, more.tables))
