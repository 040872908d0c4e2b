"""Keep readings that were kept out, with their numbers, reasons and acceptance."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_readings",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_in", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_refused_readings"),
    )
    op.create_index(
        "ix_refused_readings_source_ended_at", "refused_readings", ["source", "ended_at"]
    )


def downgrade() -> None:
    op.drop_table("refused_readings")
