"""One transaction over everything that is kept."""

from contextlib import AbstractContextManager
from typing import Protocol

from accessreview.services.ports.decided import (
    Campaigns,
    Evidence,
    RemediationTasks,
    ReviewItems,
    SignOffs,
)
from accessreview.services.ports.found import (
    Agreements,
    Assessments,
    RefusedReadings,
    Rulesets,
    Snapshots,
    Violations,
)
from accessreview.services.ports.ran import (
    AuditTrail,
    Occurrences,
    Sessions,
    SignInFailures,
    Users,
)
from accessreview.services.ports.watched import SeenUses, WatchedEvents, Watches


class UnitOfWork(Protocol):
    """One transaction over everything kept."""

    @property
    def snapshots(self) -> Snapshots: ...
    @property
    def refusals(self) -> RefusedReadings: ...
    @property
    def agreements(self) -> Agreements: ...
    @property
    def rulesets(self) -> Rulesets: ...
    @property
    def assessments(self) -> Assessments: ...
    @property
    def violations(self) -> Violations: ...
    @property
    def campaigns(self) -> Campaigns: ...
    @property
    def items(self) -> ReviewItems: ...
    @property
    def sign_offs(self) -> SignOffs: ...
    @property
    def tasks(self) -> RemediationTasks: ...
    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def sign_in_failures(self) -> SignInFailures: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def occurrences(self) -> Occurrences: ...
    @property
    def evidence(self) -> Evidence: ...
    @property
    def events(self) -> WatchedEvents: ...
    @property
    def uses(self) -> SeenUses: ...
    @property
    def watches(self) -> Watches: ...


class Database(Protocol):
    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A consistent read; any write in it is an error."""

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """Commit on a normal end, roll back on any exception.

        A change of the domain without an audit record in the same transaction is refused
        (IntegrityError) and rolled back: no silent action.
        """

    def close(self) -> None:
        """Let go of all connections; nothing may be asked after it."""
