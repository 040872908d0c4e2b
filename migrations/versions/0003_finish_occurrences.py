"""Remember of a job's occurrence whether it was finished, and who took it over when."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_OCCURRENCES = sa.table(
    "occurrences", sa.column("job"), sa.column("period"), sa.column("finished_at")
)
_EVENTS = sa.table(
    "audit_events",
    *(sa.column(name) for name in ("sequence", "at", "action", "object", "details")),
)


def upgrade() -> None:
    op.add_column("occurrences", sa.Column("retaken_at", _TIME, nullable=True))
    op.add_column("occurrences", sa.Column("finished_at", _TIME, nullable=True))
    _finish_what_the_trail_says()


def _finish_what_the_trail_says() -> None:
    """Until now only the audit trail told the end of a job; what it does not tell, had none."""
    connection = op.get_bind()
    events = connection.execute(
        sa.select(_EVENTS).where(_EVENTS.c.action.like("job:%")).order_by(_EVENTS.c.sequence)
    )
    ends = [
        {
            "its_job": event.object,
            "its_period": json.loads(event.details)["period"],
            "ended_at": event.at,
        }
        for event in events
        if event.action in {f"job:{event.object}:finish", f"job:{event.object}:fail"}
    ]
    if ends:
        connection.execute(
            sa.update(_OCCURRENCES)
            .where(
                _OCCURRENCES.c.job == sa.bindparam("its_job"),
                _OCCURRENCES.c.period == sa.bindparam("its_period"),
            )
            .values(finished_at=sa.bindparam("ended_at")),
            ends,
        )


def downgrade() -> None:
    with op.batch_alter_table("occurrences") as occurrences:
        occurrences.drop_column("finished_at")
        occurrences.drop_column("retaken_at")
