"""One transaction over everything kept."""

from functools import cached_property

from accessreview.storage.repositories.agreements import SqlAgreements
from accessreview.storage.repositories.audit import SqlAuditTrail, SqlOccurrences
from accessreview.storage.repositories.evidence import SqlEvidence
from accessreview.storage.repositories.findings import SqlAssessments, SqlRulesets, SqlViolations
from accessreview.storage.repositories.refusals import SqlRefusedReadings
from accessreview.storage.repositories.review import (
    SqlCampaigns,
    SqlRemediationTasks,
    SqlReviewItems,
    SqlSignOffs,
)
from accessreview.storage.repositories.snapshots import SqlSnapshots
from accessreview.storage.repositories.users import SqlSessions, SqlSignInFailures, SqlUsers
from accessreview.storage.repositories.watched import SqlSeenUses, SqlWatchedEvents, SqlWatches
from accessreview.storage.transaction import Transaction


class SqlUnitOfWork:
    """A repository each for what ``services/ports/`` names."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    @cached_property
    def snapshots(self) -> SqlSnapshots:
        return SqlSnapshots(self._transaction)

    @cached_property
    def refusals(self) -> SqlRefusedReadings:
        return SqlRefusedReadings(self._transaction)

    @cached_property
    def agreements(self) -> SqlAgreements:
        return SqlAgreements(self._transaction)

    @cached_property
    def rulesets(self) -> SqlRulesets:
        return SqlRulesets(self._transaction)

    @cached_property
    def assessments(self) -> SqlAssessments:
        return SqlAssessments(self._transaction)

    @cached_property
    def violations(self) -> SqlViolations:
        return SqlViolations(self._transaction)

    @cached_property
    def campaigns(self) -> SqlCampaigns:
        return SqlCampaigns(self._transaction)

    @cached_property
    def items(self) -> SqlReviewItems:
        return SqlReviewItems(self._transaction)

    @cached_property
    def sign_offs(self) -> SqlSignOffs:
        return SqlSignOffs(self._transaction)

    @cached_property
    def tasks(self) -> SqlRemediationTasks:
        return SqlRemediationTasks(self._transaction)

    @cached_property
    def users(self) -> SqlUsers:
        return SqlUsers(self._transaction)

    @cached_property
    def sessions(self) -> SqlSessions:
        return SqlSessions(self._transaction)

    @cached_property
    def sign_in_failures(self) -> SqlSignInFailures:
        return SqlSignInFailures(self._transaction)

    @cached_property
    def audit(self) -> SqlAuditTrail:
        return SqlAuditTrail(self._transaction)

    @cached_property
    def occurrences(self) -> SqlOccurrences:
        return SqlOccurrences(self._transaction)

    @cached_property
    def evidence(self) -> SqlEvidence:
        return SqlEvidence(self._transaction)

    @cached_property
    def events(self) -> SqlWatchedEvents:
        return SqlWatchedEvents(self._transaction)

    @cached_property
    def uses(self) -> SqlSeenUses:
        return SqlSeenUses(self._transaction)

    @cached_property
    def watches(self) -> SqlWatches:
        return SqlWatches(self._transaction)
