"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def where(condition: str) -> dict[str, Any]:
    """A partial index, in both databases' terms."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", NUMBER, nullable=False),
        sa.CheckConstraint("value >= 0", name="counter_rises"),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
    op.create_table(
        "event",
        sa.Column("eoid", NUMBER, nullable=False),
        sa.Column("code", NUMBER, nullable=False),
        sa.Column("due", NUMBER, nullable=False),
        sa.Column("priority", NUMBER, nullable=False),
        sa.Column("joid", NUMBER, nullable=False),
        sa.Column("job_ver", NUMBER, nullable=False),
        sa.Column("run_num", NUMBER, nullable=False),
        sa.Column("ntry", NUMBER, nullable=False),
        sa.Column("status", NUMBER, nullable=True),
        sa.Column("exit_code", NUMBER, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sent", NUMBER, nullable=False),
        sa.CheckConstraint(
            "code > 0 and joid >= 0 and job_ver >= 0 and run_num >= 0 and ntry >= 0", name="event_is_numbered"
        ),
        sa.CheckConstraint("status between 1 and 17 and status <> 2", name="event_status"),
        sa.PrimaryKeyConstraint("eoid"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("event_due", "event", ["due", "priority", "eoid"])
    op.create_index("event_of_job", "event", ["joid", "due"])
    op.create_index(
        "event_timer",
        "event",
        ["joid", "job_ver", "code", "due", "run_num", "ntry", "value"],
        unique=True,
        **where("job_ver > 0"),
    )
    op.create_table(
        "global_value",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("last_changed", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
    op.create_table(
        "job",
        sa.Column("joid", NUMBER, nullable=False),
        sa.Column("job_ver", NUMBER, nullable=False),
        sa.Column("is_current", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("job_type", sa.Text(), nullable=False),
        sa.Column("box_joid", NUMBER, nullable=False),
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("job_group", sa.Text(), nullable=False),
        sa.Column("compiled", sa.Text(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("time", NUMBER, nullable=False),
        sa.CheckConstraint("box_joid <> joid", name="job_is_not_its_own_box"),
        sa.CheckConstraint("is_current in (0, 1)", name="job_truths"),
        sa.CheckConstraint("joid > 0 and job_ver > 0 and box_joid >= 0", name="job_is_numbered"),
        sa.PrimaryKeyConstraint("joid", "job_ver"),
        sqlite_strict=True,
    )
    op.create_index("job_box", "job", ["box_joid", "joid"], **where("is_current = 1"))
    op.create_index("job_current", "job", ["joid"], unique=True, **where("is_current = 1"))
    op.create_index("job_name", "job", ["name"], unique=True, **where("is_current = 1"))
    op.create_table(
        "job_cond",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("joid", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", "joid"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("job_cond_joid", "job_cond", ["joid"])
    op.create_table(
        "job_status",
        sa.Column("joid", NUMBER, nullable=False),
        sa.Column("status", NUMBER, nullable=False),
        sa.Column("noexec", NUMBER, nullable=False),
        sa.Column("run_num", NUMBER, nullable=False),
        sa.Column("ntry", NUMBER, nullable=False),
        sa.Column("last_start", NUMBER, nullable=True),
        sa.Column("last_end", NUMBER, nullable=True),
        sa.Column("end_seq", NUMBER, nullable=False),
        sa.Column("exit_code", NUMBER, nullable=True),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("since", NUMBER, nullable=False),
        sa.Column("latched", NUMBER, nullable=False),
        sa.Column("next_start", NUMBER, nullable=True),
        sa.Column("box_run", NUMBER, nullable=False),
        sa.Column("box_ntry", NUMBER, nullable=False),
        sa.Column("forced", NUMBER, nullable=False),
        sa.Column("killed", NUMBER, nullable=False),
        sa.Column("retries", NUMBER, nullable=False),
        sa.Column("system_restarts", NUMBER, nullable=False),
        sa.Column("before_hold", NUMBER, nullable=True),
        sa.Column("queue_priority", NUMBER, nullable=True),
        sa.CheckConstraint(
            "before_hold between 1 and 17 and before_hold <> 2 and before_hold <> 16", name="state_before_hold"
        ),
        sa.CheckConstraint(
            "joid > 0 and run_num >= 0 and ntry >= 0 and box_run >= 0 and box_ntry >= 0", name="state_is_numbered"
        ),
        sa.CheckConstraint(
            "noexec in (0, 1) and latched in (0, 1) and forced in (0, 1) and killed in (0, 1)", name="state_truths"
        ),
        sa.CheckConstraint("retries >= 0 and system_restarts >= 0 and end_seq >= 0", name="state_counts"),
        sa.CheckConstraint("status between 1 and 17 and status <> 2 and status <> 16", name="state_status"),
        sa.PrimaryKeyConstraint("joid"),
        sqlite_strict=True,
    )
    op.create_table(
        "lease",
        sa.Column("one", NUMBER, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("time", NUMBER, nullable=False),
        sa.CheckConstraint("one = 1", name="lease_is_one"),
        sa.PrimaryKeyConstraint("one"),
        sqlite_strict=True,
    )
    op.create_table(
        "machine",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("node_name", sa.Text(), nullable=False),
        sa.Column("max_load", NUMBER, nullable=True),
        sa.Column("factor", sa.Double().with_variant(sa.REAL(), "sqlite"), nullable=False),
        sa.Column("opsys", sa.Text(), nullable=False),
        sa.Column("offline", NUMBER, nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.CheckConstraint("offline in (0, 1)", name="machine_truths"),
        sa.PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
    op.create_table(
        "object",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("time", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", "part"),
        sqlite_strict=True,
    )
    op.create_table(
        "proc_event",
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("code", NUMBER, nullable=False),
        sa.Column("time", NUMBER, nullable=False),
        sa.Column("processed", NUMBER, nullable=False),
        sa.Column("cause", NUMBER, nullable=False),
        sa.Column("eoid", NUMBER, nullable=False),
        sa.Column("joid", NUMBER, nullable=False),
        sa.Column("run_num", NUMBER, nullable=False),
        sa.Column("ntry", NUMBER, nullable=False),
        sa.Column("status", NUMBER, nullable=True),
        sa.Column("noexec", NUMBER, nullable=False),
        sa.Column("alarm", NUMBER, nullable=True),
        sa.Column("exit_code", NUMBER, nullable=True),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("cause >= 0 and cause < seq", name="fact_has_earlier_cause"),
        sa.CheckConstraint("length(hash) = 64", name="fact_is_chained"),
        sa.CheckConstraint("noexec in (0, 1)", name="fact_truths"),
        sa.CheckConstraint(
            "seq > 0 and code > 0 and joid >= 0 and run_num >= 0 and ntry >= 0", name="fact_is_numbered"
        ),
        sa.CheckConstraint("status between 1 and 17 and status <> 2", name="fact_status"),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
    )
    op.create_index("fact_of_job", "proc_event", ["joid", "seq"])
    op.create_table(
        "setting",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_strict=True,
    )
    op.create_table(
        "effect",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("kind", NUMBER, nullable=False),
        sa.Column("joid", NUMBER, nullable=False),
        sa.Column("run_num", NUMBER, nullable=False),
        sa.Column("ntry", NUMBER, nullable=False),
        sa.Column("job_ver", NUMBER, nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.CheckConstraint("joid > 0 and run_num >= 0 and ntry >= 0", name="effect_is_numbered"),
        sa.CheckConstraint("kind between 1 and 3", name="effect_kind"),
        sa.ForeignKeyConstraint(["joid", "job_ver"], ["job.joid", "job.job_ver"], name="effect_of_version"),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("effect_of_run", "effect", ["joid", "run_num", "ntry", "kind"])
    op.create_index("effect_start", "effect", ["joid", "run_num", "ntry"], unique=True, **where("kind = 1"))
    op.create_table(
        "job_runs",
        sa.Column("joid", NUMBER, nullable=False),
        sa.Column("run_num", NUMBER, nullable=False),
        sa.Column("ntry", NUMBER, nullable=False),
        sa.Column("job_ver", NUMBER, nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("start_time", NUMBER, nullable=False),
        sa.Column("end_time", NUMBER, nullable=True),
        sa.Column("status", NUMBER, nullable=True),
        sa.Column("exit_code", NUMBER, nullable=True),
        sa.Column("forced", NUMBER, nullable=False),
        sa.Column("first_seq", NUMBER, nullable=False),
        sa.CheckConstraint("forced in (0, 1)", name="run_truths"),
        sa.CheckConstraint("joid > 0 and run_num >= 0 and ntry >= 0 and first_seq >= 0", name="run_is_numbered"),
        sa.CheckConstraint("status between 1 and 17 and status <> 2 and status <> 16", name="run_status"),
        sa.ForeignKeyConstraint(["joid", "job_ver"], ["job.joid", "job.job_ver"], name="run_of_version"),
        sa.PrimaryKeyConstraint("joid", "run_num", "ntry"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("run_open", "job_runs", ["joid"], **where("end_time is null"))
    op.execute("insert into counter (name, value) values ('joid', 0), ('run_num', 0), ('seq', 0)")
