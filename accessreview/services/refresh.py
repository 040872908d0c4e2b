"""A refresh: collect, assess what came, and see which removals it proves."""

from dataclasses import dataclass

from accessreview.analysis.rules import Progress
from accessreview.model.assessment import Assessment
from accessreview.model.user import Authorization
from accessreview.services.assessment import Assessing
from accessreview.services.collection import Collection
from accessreview.services.ports import StoredSnapshot
from accessreview.services.remediation import Remediation


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """The three services in their order, for pages, commands and the periodic job alike."""

    collection: Collection
    assessing: Assessing
    remediation: Remediation

    def run(self, authorization: Authorization) -> StoredSnapshot:
        """Raises as the three do; what was done before the one that fails stays done."""
        stored = self.collection.run(authorization)
        self.conclude(authorization, stored.digest)
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
