"""Keep how far the analysis agreed with each vCenter, for ever: it is proof of accuracy."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["snapshots.digest"], name="fk_agreements_snapshot_snapshots"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_agreements"),
    )
    op.create_index("ix_agreements_snapshot", "agreements", ["snapshot"])
    op.create_index("ix_agreements_source", "agreements", ["source"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER agreements_refuse_rewriting "
            "BEFORE UPDATE OR DELETE OR TRUNCATE ON agreements "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )
    else:
        for action in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER agreements_refuse_{action} BEFORE {action} ON agreements "
                "BEGIN SELECT RAISE(ABORT, "
                "'What is in agreements is never changed or deleted'); END"
            )


def downgrade() -> None:
    op.drop_table("agreements")
