"""The business date of a run."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    for table in ("job_status", "job_runs"):
        op.add_column(table, sa.Column("run_date", sa.Text(), nullable=False, server_default=""))
