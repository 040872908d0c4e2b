"""Refuse to change or delete what is recorded for ever."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEPT = (
    "column_blobs",
    "snapshots",
    "snapshot_sources",
    "snapshot_columns",
    "rulesets",
    "assessments",
    "sign_offs",
    "evidence_packages",
    "audit_events",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'What is in % is never changed or deleted', TG_TABLE_NAME "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for table in _KEPT:
            op.execute(
                f"CREATE TRIGGER {table}_refuse_rewriting "
                f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
            )
    else:
        for table in _KEPT:
            for action in ("update", "delete"):
                op.execute(
                    f"CREATE TRIGGER {table}_refuse_{action} BEFORE {action} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, "
                    f"'What is in {table} is never changed or deleted'); END"
                )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _KEPT:
            op.execute(f"DROP TRIGGER {table}_refuse_rewriting ON {table}")
        op.execute("DROP FUNCTION refuse_rewriting()")
    else:
        for table in _KEPT:
            for action in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_refuse_{action}")
