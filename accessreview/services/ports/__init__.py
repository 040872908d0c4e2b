"""What the services need from outside; adapters at the rim satisfy these structurally."""

from accessreview.services.ports.database import (
    Database,
    UnitOfWork,
)
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
    StoredAssessment,
    StoredSnapshot,
    ViolationCounts,
    Violations,
)
from accessreview.services.ports.ran import (
    AuditTrail,
    Occurrence,
    Occurrences,
    Sessions,
    SignInFailures,
    Users,
)
from accessreview.services.ports.watched import EventSource, SeenUses, WatchedEvents, Watches
from accessreview.services.ports.world import (
    Clock,
    IdSource,
    Message,
    Notifier,
    Now,
    Oracle,
    OracleSession,
    PasswordHasher,
    ReadingSource,
    Remediator,
)

__all__ = [
    "Agreements",
    "Assessments",
    "AuditTrail",
    "Campaigns",
    "Clock",
    "Database",
    "EventSource",
    "Evidence",
    "IdSource",
    "Message",
    "Notifier",
    "Now",
    "Occurrence",
    "Occurrences",
    "Oracle",
    "OracleSession",
    "PasswordHasher",
    "ReadingSource",
    "RefusedReadings",
    "RemediationTasks",
    "Remediator",
    "ReviewItems",
    "Rulesets",
    "SeenUses",
    "Sessions",
    "SignInFailures",
    "SignOffs",
    "Snapshots",
    "StoredAssessment",
    "StoredSnapshot",
    "UnitOfWork",
    "Users",
    "ViolationCounts",
    "Violations",
    "WatchedEvents",
    "Watches",
]
