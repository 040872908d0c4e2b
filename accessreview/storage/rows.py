"""The tables: what is asked for or referred to has a column, the rest of a value is in ``body``.

Private to this package. A migration repeats what stands here and a test keeps the two equal.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from accessreview.storage.types import UtcDateTime


class Row(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text(), datetime: UtcDateTime(), bytes: LargeBinary()}  # noqa: RUF012 - SQLAlchemy's own protocol


class ColumnBlobRow(Row):
    """One column's canonical bytes, compressed, under the SHA-256 of them uncompressed."""

    __tablename__ = "column_blobs"

    digest: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[int]
    data: Mapped[bytes]


class SnapshotRow(Row):
    __tablename__ = "snapshots"

    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    taken_at: Mapped[datetime]
    stored_at: Mapped[datetime]


class SnapshotSourceRow(Row):
    __tablename__ = "snapshot_sources"

    snapshot: Mapped[int] = mapped_column(ForeignKey("snapshots.number"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    body: Mapped[str]


class SnapshotColumnRow(Row):
    __tablename__ = "snapshot_columns"

    snapshot: Mapped[int] = mapped_column(ForeignKey("snapshots.number"), primary_key=True)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    column_name: Mapped[str] = mapped_column(primary_key=True)
    blob: Mapped[str] = mapped_column(ForeignKey("column_blobs.digest"))


class RefusedReadingRow(Row):
    __tablename__ = "refused_readings"
    __table_args__ = (Index(None, "source", "ended_at"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    ended_at: Mapped[datetime | None]
    taken_in: Mapped[str]
    body: Mapped[str]


class AgreementRow(Row):
    """``body`` is compressed: most of it are names of privileges."""

    __tablename__ = "agreements"

    number: Mapped[int] = mapped_column(primary_key=True)
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"), index=True)
    source: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    body: Mapped[bytes]


class WatchedEventRow(Row):
    __tablename__ = "watched_events"
    __table_args__ = (Index(None, "source", "at", "key", unique=True),)

    number: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    at: Mapped[datetime]
    key: Mapped[int] = mapped_column(BigInteger())
    stored_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[str]


class SeenUseRow(Row):
    """``principal_folded`` is the principal in the form in which principals are compared."""

    __tablename__ = "seen_uses"

    source: Mapped[str] = mapped_column(primary_key=True)
    principal_folded: Mapped[str] = mapped_column(primary_key=True)
    use: Mapped[str] = mapped_column(primary_key=True)
    detail: Mapped[str] = mapped_column(primary_key=True)
    principal: Mapped[str]
    first: Mapped[datetime]
    last: Mapped[datetime]
    count: Mapped[int] = mapped_column(BigInteger())


class WatchRow(Row):
    __tablename__ = "watches"

    source: Mapped[str] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]


class RulesetRow(Row):
    __tablename__ = "rulesets"

    digest: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str]
    version: Mapped[str]
    text: Mapped[str]


class AssessmentRow(Row):
    """``findings`` are packed (see ``packing.py``) and compressed."""

    __tablename__ = "assessments"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"))
    ruleset: Mapped[str] = mapped_column(ForeignKey("rulesets.digest"))
    engine: Mapped[str]
    at: Mapped[datetime]
    count: Mapped[int]
    findings: Mapped[bytes]


class ViolationRow(Row):
    __tablename__ = "violations"

    rule: Mapped[str] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    severity: Mapped[str]
    state: Mapped[str]
    places: Mapped[int]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    last_snapshot: Mapped[str]
    closed_at: Mapped[datetime | None]


class CampaignRow(Row):
    __tablename__ = "campaigns"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    snapshot: Mapped[str] = mapped_column(ForeignKey("snapshots.digest"))
    ruleset: Mapped[str] = mapped_column(ForeignKey("rulesets.digest"))
    assessment: Mapped[str] = mapped_column(ForeignKey("assessments.id"))
    body: Mapped[str]


class ReviewItemRow(Row):
    __tablename__ = "review_items"
    __table_args__ = (Index(None, "reviewer", "campaign"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    subject: Mapped[str]
    reviewer: Mapped[str]
    state: Mapped[str]
    body: Mapped[str]


class SignOffRow(Row):
    __tablename__ = "sign_offs"

    number: Mapped[int] = mapped_column(primary_key=True)
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    reviewer: Mapped[str]
    body: Mapped[str]


class RemediationTaskRow(Row):
    __tablename__ = "remediation_tasks"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    state: Mapped[str]
    body: Mapped[str]


class EvidencePackageRow(Row):
    __tablename__ = "evidence_packages"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    built_at: Mapped[datetime]
    digest: Mapped[str]
    key: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger())
    data: Mapped[bytes] = mapped_column(deferred=True)


class UserRow(Row):
    """``login_folded`` is the login in the form in which logins are compared."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str]
    login_folded: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    mail: Mapped[str]
    role: Mapped[str]
    identity: Mapped[str]
    enabled: Mapped[bool]
    password_hash: Mapped[str]


class UserSessionRow(Row):
    __tablename__ = "user_sessions"

    token_digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    body: Mapped[str]


class SignInFailureRow(Row):
    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "login_folded", "at"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    login_folded: Mapped[str]
    at: Mapped[datetime]


class AuditEventRow(Row):
    """``details`` is canonical JSON."""

    __tablename__ = "audit_events"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    object: Mapped[str]
    details: Mapped[str]
    previous: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str]


class OccurrenceRow(Row):
    __tablename__ = "occurrences"
    __table_args__ = (Index(None, "job", "period", unique=True),)

    number: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str]
    period: Mapped[str]
    claimed_at: Mapped[datetime]
    retaken_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
