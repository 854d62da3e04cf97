"""Alarms with their states, and people still to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("alarm", NUMBER, nullable=False),
        sa.Column("time", NUMBER, nullable=False),
        sa.Column("joid", NUMBER, nullable=False),
        sa.Column("job_name", sa.Text(), nullable=False),
        sa.Column("run_num", NUMBER, nullable=False),
        sa.Column("ntry", NUMBER, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", NUMBER, nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed", NUMBER, nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0 and joid >= 0 and run_num >= 0 and ntry >= 0", name="alarm_is_numbered"),
        sa.CheckConstraint("state between 43 and 45", name="alarm_state"),
        sa.PrimaryKeyConstraint("number"),
        sqlite_strict=True,
    )
    is_open = sa.text("state = 43")
    op.create_index("alarm_open", "alarm", ["number"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_table(
        "notification",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("joid", NUMBER, nullable=False),
        sa.Column("job_ver", NUMBER, nullable=False),
        sa.Column("since", NUMBER, nullable=False),
        sa.Column("due", NUMBER, nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.CheckConstraint("seq > 0 and joid > 0 and job_ver > 0 and tries >= 0", name="notification_is_numbered"),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
    )
    # Alarms that were raised before there was a list of them.
    op.execute(
        "insert into alarm (number, alarm, time, joid, job_name, run_num, ntry, text, state, changed_by, comment) "
        "select seq, alarm, proc_event.time, proc_event.joid, coalesce(job.name, ''), run_num, ntry, "
        "case text when '' then reason else text end, 43, '', '' "
        "from proc_event left join job on job.joid = proc_event.joid and job.is_current = 1 "
        "where code = 106 and alarm is not null"
    )
