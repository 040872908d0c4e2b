"""Create the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, _TIME, nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _reference(table: str, column: str, to: str, to_column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.{to_column}"], name=f"fk_{table}_{column}_{to}"
    )


def _unique(table: str, column: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(column, name=f"uq_{table}_{column}")


def upgrade() -> None:
    _create_snapshots()
    _create_findings()
    _create_review()
    _create_users()
    _create_trail()


def _create_snapshots() -> None:
    op.create_table(
        "column_blobs",
        _text("digest"),
        _number("rows"),
        _bytes("data"),
        _key("column_blobs", "digest"),
    )
    op.create_table(
        "snapshots",
        _number("number"),
        _text("digest"),
        _time("taken_at"),
        _time("stored_at"),
        _key("snapshots", "number"),
        _unique("snapshots", "digest"),
    )
    op.create_table(
        "snapshot_sources",
        _number("snapshot"),
        _text("id"),
        _number("position"),
        _text("body"),
        _key("snapshot_sources", "snapshot", "id"),
        _reference("snapshot_sources", "snapshot", "snapshots", "number"),
    )
    op.create_table(
        "snapshot_columns",
        _number("snapshot"),
        _text("table_name"),
        _text("column_name"),
        _text("blob"),
        _key("snapshot_columns", "snapshot", "table_name", "column_name"),
        _reference("snapshot_columns", "snapshot", "snapshots", "number"),
        _reference("snapshot_columns", "blob", "column_blobs", "digest"),
    )


def _create_findings() -> None:
    op.create_table(
        "rulesets",
        _text("digest"),
        _text("id"),
        _text("version"),
        _text("text"),
        _key("rulesets", "digest"),
    )
    op.create_table(
        "assessments",
        _number("number"),
        _text("id"),
        _text("snapshot"),
        _text("ruleset"),
        _text("engine"),
        _time("at"),
        _number("count"),
        _bytes("findings"),
        _key("assessments", "number"),
        _unique("assessments", "id"),
        _reference("assessments", "snapshot", "snapshots", "digest"),
        _reference("assessments", "ruleset", "rulesets", "digest"),
    )
    op.create_table(
        "violations",
        _text("rule"),
        _text("subject_kind"),
        _text("subject"),
        _text("severity"),
        _text("state"),
        _number("places"),
        _time("first_seen_at"),
        _time("last_seen_at"),
        _text("last_snapshot"),
        _time("closed_at", nullable=True),
        _key("violations", "rule", "subject_kind", "subject"),
        _reference("violations", "last_snapshot", "snapshots", "digest"),
    )


def _create_review() -> None:
    op.create_table(
        "campaigns",
        _number("number"),
        _text("id"),
        _text("state"),
        _text("snapshot"),
        _text("ruleset"),
        _text("assessment"),
        _text("body"),
        _key("campaigns", "number"),
        _unique("campaigns", "id"),
        _reference("campaigns", "snapshot", "snapshots", "digest"),
        _reference("campaigns", "ruleset", "rulesets", "digest"),
        _reference("campaigns", "assessment", "assessments", "id"),
    )
    op.create_table(
        "review_items",
        _text("id"),
        _text("campaign"),
        _text("subject"),
        _text("reviewer"),
        _text("state"),
        _text("body"),
        _key("review_items", "id"),
        _reference("review_items", "campaign", "campaigns", "id"),
    )
    op.create_index("ix_review_items_campaign", "review_items", ["campaign"])
    op.create_index("ix_review_items_reviewer_campaign", "review_items", ["reviewer", "campaign"])
    op.create_table(
        "sign_offs",
        _number("number"),
        _text("campaign"),
        _text("reviewer"),
        _text("body"),
        _key("sign_offs", "number"),
        _reference("sign_offs", "campaign", "campaigns", "id"),
    )
    op.create_index("ix_sign_offs_campaign", "sign_offs", ["campaign"])
    op.create_table(
        "remediation_tasks",
        _number("number"),
        _text("id"),
        _text("campaign"),
        _text("state"),
        _text("body"),
        _key("remediation_tasks", "number"),
        _unique("remediation_tasks", "id"),
        _reference("remediation_tasks", "campaign", "campaigns", "id"),
    )
    op.create_index("ix_remediation_tasks_campaign", "remediation_tasks", ["campaign"])
    op.create_table(
        "evidence_packages",
        _number("number"),
        _text("id"),
        _text("campaign"),
        _time("built_at"),
        _text("digest"),
        _text("key"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        _bytes("data"),
        _key("evidence_packages", "number"),
        _unique("evidence_packages", "id"),
        _reference("evidence_packages", "campaign", "campaigns", "id"),
    )
    op.create_index("ix_evidence_packages_campaign", "evidence_packages", ["campaign"])


def _create_users() -> None:
    op.create_table(
        "users",
        _text("id"),
        _text("login"),
        _text("login_folded"),
        _text("display_name"),
        _text("mail"),
        _text("role"),
        _text("identity"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        _text("password_hash"),
        _key("users", "id"),
        _unique("users", "login_folded"),
    )
    op.create_table(
        "user_sessions",
        _text("token_digest"),
        _text("user_id"),
        _time("created_at"),
        _time("last_seen_at"),
        _text("body"),
        _key("user_sessions", "token_digest"),
        _reference("user_sessions", "user_id", "users", "id"),
    )
    op.create_index("ix_user_sessions_user_id", "user_sessions", ["user_id"])
    op.create_table(
        "sign_in_failures",
        _number("number"),
        _text("login_folded"),
        _time("at"),
        _key("sign_in_failures", "number"),
    )
    op.create_index(
        "ix_sign_in_failures_login_folded_at", "sign_in_failures", ["login_folded", "at"]
    )


def _create_trail() -> None:
    op.create_table(
        "audit_events",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        _time("at"),
        _text("actor"),
        _text("action"),
        _text("object"),
        _text("details"),
        _text("previous"),
        _text("digest"),
        _key("audit_events", "sequence"),
        _unique("audit_events", "previous"),
    )
    op.create_table(
        "occurrences",
        _number("number"),
        _text("job"),
        _text("period"),
        _time("claimed_at"),
        _key("occurrences", "number"),
    )
    op.create_index("ix_occurrences_job_period", "occurrences", ["job", "period"], unique=True)


def downgrade() -> None:
    for table in (
        "occurrences",
        "audit_events",
        "sign_in_failures",
        "user_sessions",
        "users",
        "evidence_packages",
        "remediation_tasks",
        "sign_offs",
        "review_items",
        "campaigns",
        "violations",
        "assessments",
        "rulesets",
        "snapshot_columns",
        "snapshot_sources",
        "snapshots",
        "column_blobs",
    ):
        op.drop_table(table)
