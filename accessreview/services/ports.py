"""What the services need from outside; adapters at the rim satisfy these structurally."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from accessreview.model.agreement import Agreement
from accessreview.model.assessment import Assessment, Violation, ViolationState
from accessreview.model.audit import AuditEvent
from accessreview.model.evidence import EvidencePackage
from accessreview.model.finding import FindingKey
from accessreview.model.policy import Ruleset, Severity
from accessreview.model.refusal import RefusedReading
from accessreview.model.remediation import AppliedChange, Change, RemediationTask
from accessreview.model.review import Campaign, ReviewItem, SignOff
from accessreview.model.snapshot import Reading, Snapshot, Source
from accessreview.model.user import User, UserSession
from accessreview.model.violations import ViolationTable

Now = Callable[[], datetime]


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class IdSource(Protocol):
    def new(self) -> str:
        """A fresh identifier, unguessable, fit for a URL."""


class ReadingSource(Protocol):
    """One configured place to collect from."""

    @property
    def id(self) -> str: ...

    def collect(self, now: Now) -> Reading:
        """Read everything; partial with gaps if not everything came.

        Raises:
            CollectionError: nothing could be read.
            InputError: a file is refused.
        """


class Remediator(Protocol):
    """Carries out changes in one system, with an account of its own."""

    def covers(self, change: Change) -> bool: ...

    def apply(self, change: Change) -> AppliedChange:
        """Make one change after re-reading that it is still as reviewed, and re-read after it.

        Raises:
            RemediationError: refused before, or failed; the sentence says which.
        """


@dataclass(frozen=True, slots=True)
class Message:
    to: str
    subject: str
    body: str


class Notifier(Protocol):
    def send(self, message: Message) -> None:
        """Hand over one message.

        Raises:
            UnavailableError: it could not be handed over.
        """


class PasswordHasher(Protocol):
    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str, password: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A snapshot's description without its tables."""

    digest: str
    taken_at: datetime
    stored_at: datetime
    sources: tuple[Source, ...]
    rows: Mapping[str, int]


class Snapshots(Protocol):
    def add(self, snapshot: Snapshot, at: datetime) -> None:
        """Keep it for ever; columns already stored are not stored again. Idempotent."""

    def get(self, digest: str) -> Snapshot:
        """Load all columns.

        Raises:
            NotFoundError: no such snapshot.
            IntegrityError: stored bytes do not match their digest.
        """

    def describe(self, digest: str) -> StoredSnapshot:
        """Its description without the columns; NotFoundError: no such snapshot."""

    def latest(self) -> StoredSnapshot | None:
        """The one taken last, which need not be the one stored last."""

    def latest_with(self, source: str) -> StoredSnapshot | None:
        """The one taken last of those that have this source."""

    def latest_full(self, source: str) -> StoredSnapshot | None:
        """The one taken last of those in which this source was read completely."""

    def list(self, limit: int | None = 100) -> Sequence[StoredSnapshot]:
        """The newest by when they were taken, newest first; at most ``limit``, or all of them."""


class RefusedReadings(Protocol):
    def add(self, refused: RefusedReading) -> RefusedReading:
        """Keep it for ever; returns it with its number."""

    def save(self, refused: RefusedReading) -> None:
        """Replace what is kept under its number (NotFoundError)."""

    def open(self, source: str) -> Sequence[RefusedReading]:
        """Those after which no reading of the source was taken yet, newest first."""

    def last_taken(self, source: str) -> RefusedReading | None:
        """The last that was accepted, and whose acceptance a reading was taken by."""

    def list(self, limit: int | None = 100) -> Sequence[RefusedReading]:
        """Newest first; at most ``limit``, or all of them."""


class Agreements(Protocol):
    def add(self, agreement: Agreement) -> Agreement:
        """Keep it for ever; returns it with its number."""

    def of_snapshot(self, digest: str) -> Sequence[Agreement]:
        """All over this snapshot, in the order in which they were made."""

    def latest(self, source: str) -> Agreement | None:
        """The last with this vCenter."""


class Rulesets(Protocol):
    def add(self, ruleset: Ruleset) -> None: ...

    def text(self, digest: str) -> str:
        """The file as it was read (NotFoundError); parse it with the reader."""


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """An assessment without its findings, of which there are ``count``."""

    id: str
    snapshot: str
    ruleset: str
    engine: str
    at: datetime
    count: int


class Assessments(Protocol):
    def add(self, assessment: Assessment) -> None:
        """Keep it; idempotent by id."""

    def get(self, assessment_id: str) -> Assessment:
        """Load it with its findings.

        Raises:
            NotFoundError: no such assessment.
            IntegrityError: what is stored are no findings, or not as many as were found.
        """

    def latest(self) -> StoredAssessment | None:
        """The one stored last of the snapshot taken last."""


ViolationCounts = Mapping[tuple[ViolationState, Severity], int]


class Violations(Protocol):
    def all(self) -> ViolationTable:
        """As columns, in no particular order; for work on all of them at once."""

    def get(self, key: FindingKey) -> Violation:
        """Raises NotFoundError."""

    def page(
        self,
        state: ViolationState | None,
        severity: Severity | None,
        *,
        offset: int,
        limit: int,
    ) -> Sequence[Violation]:
        """Some of those of a state and a severity (None: of any), worst first, then by key."""

    def counts(self) -> ViolationCounts:
        """How many there are; without those combinations that there are none of."""

    def save(self, violations: ViolationTable) -> None:
        """Insert or replace by key, many at a time."""


class Campaigns(Protocol):
    def add(self, campaign: Campaign) -> None: ...

    def get(self, campaign_id: str) -> Campaign:
        """Raises NotFoundError."""

    def save(self, campaign: Campaign) -> None: ...

    def list(self) -> Sequence[Campaign]:
        """Newest first."""


class ReviewItems(Protocol):
    def add(self, items: Sequence[ReviewItem]) -> None: ...

    def get(self, item_id: str) -> ReviewItem:
        """Raises NotFoundError."""

    def save(self, items: Sequence[ReviewItem]) -> None: ...

    def of_campaign(self, campaign_id: str) -> Sequence[ReviewItem]:
        """All of them, by subject name, then place; never cut."""

    def of_reviewer(self, reviewer: str, campaign_id: str | None = None) -> Sequence[ReviewItem]:
        """All items routed to this identity, in the same order; never cut."""


class SignOffs(Protocol):
    def add(self, sign_off: SignOff) -> None: ...

    def of_campaign(self, campaign_id: str) -> Sequence[SignOff]: ...


class RemediationTasks(Protocol):
    def add(self, tasks: Sequence[RemediationTask]) -> None: ...

    def get(self, task_id: str) -> RemediationTask:
        """Raises NotFoundError."""

    def save(self, task: RemediationTask) -> None: ...

    def of_campaign(self, campaign_id: str) -> Sequence[RemediationTask]: ...


class Users(Protocol):
    def add(self, user: User) -> None:
        """Raises ConflictError when the login is taken (compared case-folded)."""

    def get(self, user_id: str) -> User: ...

    def by_login(self, login: str) -> User | None: ...

    def save(self, user: User) -> None: ...

    def list(self) -> Sequence[User]: ...


class Sessions(Protocol):
    def put(self, session: UserSession) -> None:
        """Insert or replace by token digest. Not a change of the domain: needs no audit record."""

    def get(self, token_digest: str) -> UserSession | None: ...

    def delete(self, token_digest: str) -> None: ...

    def delete_of_user(self, user_id: str) -> None: ...


class SignInFailures(Protocol):
    """Counts failed sign-ins a login, shared by all processes; needs no audit record."""

    def add(self, login: str, at: datetime) -> None: ...

    def since(self, login: str, at: datetime) -> int: ...

    def clear(self, login: str) -> None: ...


class AuditTrail(Protocol):
    def record(
        self, action: str, actor: str, object_: str, details: Mapping[str, str], at: datetime
    ) -> AuditEvent:
        """Append one event, chained to the last, in this transaction."""

    def list(self, after: int = 0, limit: int | None = None) -> Sequence[AuditEvent]:
        """In sequence, from the one following ``after``."""

    def head(self) -> AuditEvent | None: ...


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One due run of a job; ``held_since`` is when whoever has it now took it."""

    period: str
    held_since: datetime
    finished_at: datetime | None


class Occurrences(Protocol):
    def claim(self, job: str, period: str, at: datetime) -> bool:
        """Take this occurrence for oneself: true once for each job and period, ever."""

    def retake(self, job: str, period: str, held_since: datetime, at: datetime) -> datetime | None:
        """Take over what another has had since ``held_since`` or longer and not finished.

        Returns when it was first claimed, to exactly one of those who try; None to the others.
        """

    def finish(self, job: str, period: str, at: datetime) -> None:
        """Nobody can take it over any more, however it ended."""

    def last(self, job: str) -> Occurrence | None:
        """The one of a job that was first claimed last."""


class Evidence(Protocol):
    def add(self, package: EvidencePackage, data: bytes) -> None: ...

    def of_campaign(self, campaign_id: str) -> Sequence[EvidencePackage]:
        """Newest first."""

    def data(self, package_id: str) -> bytes:
        """Raises NotFoundError."""


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
