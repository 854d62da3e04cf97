"""Load units of runs, units of resources that jobs hold, and the scheduler's own counts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("job_status", sa.Column("holds", sa.Text(), nullable=False, server_default=""))
    holding = sa.text("holds <> ''")
    op.create_index("state_holds", "job_status", ["joid"], sqlite_where=holding, postgresql_where=holding)
    op.add_column("job_runs", sa.Column("job_load", NUMBER, nullable=False, server_default="0"))
    op.add_column("job_runs", sa.Column("virtual_machine", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "count",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("value", NUMBER, nullable=False),
        sa.CheckConstraint("value >= 0", name="count_is_no_debt"),
        sa.PrimaryKeyConstraint("kind", "name", "part"),
        sqlite_strict=True,
    )
