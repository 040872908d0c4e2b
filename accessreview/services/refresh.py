"""A refresh: collect, ask vCenters themselves, assess, and see which removals are proven."""

from dataclasses import dataclass

from accessreview.analysis.rules import Progress
from accessreview.model.assessment import Assessment
from accessreview.model.user import Authorization
from accessreview.services.agreement import Comparing
from accessreview.services.assessment import Assessing
from accessreview.services.collection import Collection
from accessreview.services.ports import StoredSnapshot
from accessreview.services.remediation import Remediation


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """The services in their order, for pages, commands and the periodic job alike.

    Without ``comparing`` no vCenter is asked for its own answers.
    """

    collection: Collection
    assessing: Assessing
    remediation: Remediation
    comparing: Comparing | None = None

    def run(self, authorization: Authorization) -> StoredSnapshot:
        """Raises as they do; what was done before the one that fails stays done."""
        stored = self.collect(authorization)
        self.conclude(authorization, stored.digest)
        return stored

    def collect(self, authorization: Authorization) -> StoredSnapshot:
        """Take a snapshot and ask the vCenters at once, before much of them can change."""
        stored = self.collection.run(authorization)
        if self.comparing:
            self.comparing.run(authorization, stored)
        return stored

    def conclude(
        self,
        authorization: Authorization,
        snapshot_digest: str,
        progress: Progress | None = None,
    ) -> Assessment:
        """What follows from a snapshot that has just been stored."""
        assessment = self.assessing.run(authorization, snapshot_digest, progress)
        self.remediation.verify(authorization, snapshot_digest)
        return assessment
