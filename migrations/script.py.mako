"""${message}.

Read before you write. A released revision is never changed; write the next one. A revision tells
the past: import nothing of accessreview, name every constraint, and give it a way back. It runs in
one transaction on SQLite and PostgreSQL alike, so nothing in it may need to run outside of one.
Change a table of SQLite by ``op.batch_alter_table``, which loses the table's triggers: make them
again. Set ``REVISION`` in ``accessreview/storage/database.py`` to the new number.
"""

import sqlalchemy as sa
from alembic import op

revision = "${up_revision}"
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "..."}


def downgrade() -> None:
    ${downgrades if downgrades else "..."}
