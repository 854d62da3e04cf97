"""The scheduled start whose must times are being watched.

With it the scheduler acts on calendars, time zones, load, resources, notifications and auto_delete: jobs that were
saved before are to be read again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("job_status", sa.Column("must_slot", NUMBER, nullable=True))
    op.execute("insert into setting (key, value) select 'recompile', '1' where exists (select 1 from job)")
