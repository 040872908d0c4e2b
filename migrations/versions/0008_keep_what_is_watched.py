"""Keep events of vCenters for ever, and what was seen of their use, with how far it was watched."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watched_events",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_watched_events"),
    )
    op.create_index(
        "ix_watched_events_source_at_key", "watched_events", ["source", "at", "key"], unique=True
    )
    op.create_index("ix_watched_events_stored_at", "watched_events", ["stored_at"])
    op.create_table(
        "seen_uses",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("principal_folded", sa.Text(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("first", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "principal_folded", "use", "detail", name="pk_seen_uses"),
    )
    op.create_table(
        "watches",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "stream", name="pk_watches"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER watched_events_refuse_rewriting "
            "BEFORE UPDATE OR DELETE OR TRUNCATE ON watched_events "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )
    else:
        for action in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER watched_events_refuse_{action} BEFORE {action} ON watched_events "
                "BEGIN SELECT RAISE(ABORT, "
                "'What is in watched_events is never changed or deleted'); END"
            )


def downgrade() -> None:
    for table in ("watches", "seen_uses", "watched_events"):
        op.drop_table(table)
