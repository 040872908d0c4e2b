"""A live vCenter collected and asked for its own answers, with directories as a bundle has them."""

from dataclasses import dataclass, field

from accessreview.collectors.vcenter.oracle import VCenterOracle
from accessreview.collectors.vcenter.source import VCenterSource
from accessreview.model.agreement import Agreement
from accessreview.model.audit import AuditEvent
from accessreview.model.snapshot import Reading, Snapshot, SourceKind
from accessreview.model.user import Authorization, UserRole
from accessreview.services.agreement import RECORD, Comparing, Questioned
from accessreview.services.collection import Collection
from accessreview.services.ports import Now, StoredSnapshot
from accessreview.snapshot.compose import parts
from accessreview.storage.database import SqlDatabase
from accessreview.vsphere.settings import VCenterSettings
from tests.fakes import FixedClock

ADMINISTRATOR = Authorization("root", UserRole.ADMINISTRATOR)


@dataclass(frozen=True)
class OfBundle:
    """A directory as a bundle has it."""

    id: str
    snapshot: Snapshot

    def collect(self, now: Now) -> Reading:  # noqa: ARG002 - the port's
        return parts(self.snapshot, self.id)


@dataclass
class Compared:
    """One vCenter and the directories of a bundle; ``size`` is how many pairs are asked."""

    database: SqlDatabase
    settings: VCenterSettings
    bundle: Snapshot
    size: int = 200
    clock: FixedClock = field(default_factory=FixedClock)

    def collect(self) -> StoredSnapshot:
        directories = [each.id for each in self.bundle.sources if each.kind is SourceKind.DIRECTORY]
        return Collection(
            database=self.database,
            sources=(
                VCenterSource(self.settings),
                *(OfBundle(each, self.bundle) for each in directories),
            ),
            kinds={
                self.settings.id: SourceKind.VCENTER,
                **dict.fromkeys(directories, SourceKind.DIRECTORY),
            },
            clock=self.clock,
        ).run(ADMINISTRATOR)

    def ask(self, stored: StoredSnapshot) -> Agreement:
        questioned = Questioned(VCenterOracle(self.settings), self.size)
        comparing = Comparing(
            database=self.database, clock=self.clock, vcenters={self.settings.id: questioned}
        )
        (agreement,) = comparing.run(ADMINISTRATOR, stored)
        return agreement

    def recorded(self) -> list[AuditEvent]:
        with self.database.reading() as work:
            return [event for event in work.audit.list() if event.action == RECORD]
