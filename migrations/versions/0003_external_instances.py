"""What other instances told of their jobs, and how far their pasts were read."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "external_instance",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.CheckConstraint("seq >= -1", name="external_mark"),
        sa.PrimaryKeyConstraint("instance"),
        sqlite_strict=True,
    )
    op.create_table(
        "external_job",
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", NUMBER, nullable=True),
        sa.Column("exit_code", NUMBER, nullable=True),
        sa.Column("last_end", NUMBER, nullable=True),
        sa.Column("end_seq", NUMBER, nullable=False),
        sa.Column("since", NUMBER, nullable=False),
        sa.CheckConstraint("status between 1 and 17 and status <> 2 and status <> 16", name="external_status"),
        sa.CheckConstraint("end_seq >= 0", name="external_is_numbered"),
        sa.PrimaryKeyConstraint("instance", "name"),
        sqlite_strict=True,
    )
