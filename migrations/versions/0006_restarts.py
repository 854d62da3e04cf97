"""Chains of restarts, future starts kept submitted, and messages that wait for an operator's answer.

With it the scheduler acts on the attributes of restart behaviour: jobs that were saved before are to be read again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("job_status", sa.Column("chain", sa.Text(), nullable=False, server_default=""))
    op.add_column("job_status", sa.Column("later_starts", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "message",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("time", NUMBER, nullable=False),
        sa.Column("joid", NUMBER, nullable=False),
        sa.Column("job_name", sa.Text(), nullable=False),
        sa.Column("run_num", NUMBER, nullable=False),
        sa.Column("ntry", NUMBER, nullable=False),
        sa.Column("status", NUMBER, nullable=False),
        sa.Column("exit_code", NUMBER),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered", NUMBER),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0 and joid > 0 and run_num >= 0 and ntry >= 0", name="message_is_numbered"),
        sa.CheckConstraint("status between 1 and 17 and status <> 2 and status <> 16", name="message_status"),
        sqlite_strict=True,
    )
    is_open = sa.text("answer = ''")
    op.create_index("message_open", "message", ["number"], sqlite_where=is_open, postgresql_where=is_open)
    op.execute("delete from setting where key = 'recompile'")
    op.execute("insert into setting (key, value) select 'recompile', '1' where exists (select 1 from job)")
