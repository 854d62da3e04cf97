"""The scheduled start whose must times are being watched."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("job_status", sa.Column("must_slot", NUMBER, nullable=True))
