"""The schema, owned by SQLAlchemy metadata; `migrations/` brings a store to it and a test holds the two equal.

Only migrations and tests import this: commands run `queries.sql`, whose statements know the columns by name.

* Codes and UTC seconds are integers, names are text, lists are JSON in ASCII. Truth values are 0 and 1.
* CHECK constraints and unique keys repeat the core's invariants. They say nothing new: if one of them fires, the
  core has an error, and the turn is rolled back rather than the error written down.
* Every index serves a query that runs often or over much; the test of query plans names them.
* On SQLite tables are STRICT, so that a text never hides in an integer column; those with a composite or textual
  key that are written in bulk have no separate row number.
"""

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData()

# 64 bits: on SQLite every INTEGER has them, and only one called INTEGER can be a row number.
Number = BigInteger().with_variant(Integer, "sqlite")


def is_status(column: str) -> str:
    """The codes of `Status`. Comparisons and not `in`: SQLite would build a table of the list for every row."""
    return f"{column} between 1 and 17 and {column} <> 2"


def is_stored_status(column: str) -> str:
    """The same without ON_NOEXEC, which is a mode beside a status (rule S-02)."""
    return f"{is_status(column)} and {column} <> 16"


def number(name: str, **options: object) -> Column[int]:
    """A whole number, never null."""
    return Column(name, Number, nullable=False, **options)  # type: ignore[arg-type]


def maybe(name: str) -> Column[int]:
    """A whole number or null."""
    return Column(name, Number)


def words(name: str, **options: object) -> Column[str]:
    """Text, never null."""
    return Column(name, Text, nullable=False, **options)  # type: ignore[arg-type]


def check(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=name)


def table(name: str, *items: SchemaItem, has_row_number: bool = True) -> Table:
    return Table(
        name,
        metadata,
        *items,
        sqlite_strict=True,
        sqlite_with_rowid=has_row_number,
        sqlite_autoincrement=name in ("event", "effect"),  # numbers of deleted rows are not given again
    )


def is_truth(*columns: str) -> str:
    return " and ".join(f"{column} in (0, 1)" for column in columns)


event = table(
    "event",
    number("eoid", primary_key=True),
    number("code"),
    number("due"),
    number("priority"),
    number("joid"),
    number("job_ver"),
    number("run_num"),
    number("ntry"),
    maybe("status"),
    maybe("exit_code"),
    words("name"),
    words("value"),
    words("sent_by"),
    words("reason"),
    number("sent"),
    check("event_is_numbered", "code > 0 and joid >= 0 and job_ver >= 0 and run_num >= 0 and ntry >= 0"),
    check("event_status", is_status("status")),
)
Index("event_due", event.c.due, event.c.priority, event.c.eoid)
Index("event_of_job", event.c.joid, event.c.due)
Index(
    "event_timer",
    event.c.joid,
    event.c.job_ver,
    event.c.code,
    event.c.due,
    event.c.run_num,
    event.c.ntry,
    event.c.value,
    unique=True,
    sqlite_where=text("job_ver > 0"),
    postgresql_where=text("job_ver > 0"),
)

proc_event = table(
    "proc_event",
    number("seq", primary_key=True, autoincrement=False),
    number("code"),
    number("time"),
    number("processed"),
    number("cause"),
    number("eoid"),
    number("joid"),
    number("run_num"),
    number("ntry"),
    maybe("status"),
    number("noexec"),
    maybe("alarm"),
    maybe("exit_code"),
    words("machine"),
    words("name"),
    words("value"),
    words("text"),
    words("sent_by"),
    words("reason"),
    words("notes"),
    words("changes"),
    words("hash"),
    check("fact_is_numbered", "seq > 0 and code > 0 and joid >= 0 and run_num >= 0 and ntry >= 0"),
    check("fact_has_earlier_cause", "cause >= 0 and cause < seq"),
    check("fact_status", is_status("status")),
    check("fact_truths", is_truth("noexec")),
    check("fact_is_chained", "length(hash) = 64"),
)
Index("fact_of_job", proc_event.c.joid, proc_event.c.seq)

job = table(
    "job",
    number("joid"),
    number("job_ver"),
    number("is_current"),
    words("name"),
    words("job_type"),
    number("box_joid"),
    words("application"),
    words("job_group"),
    words("compiled"),
    words("attributes"),
    words("sent_by"),
    number("time"),
    PrimaryKeyConstraint("joid", "job_ver"),
    check("job_is_numbered", "joid > 0 and job_ver > 0 and box_joid >= 0"),
    check("job_is_not_its_own_box", "box_joid <> joid"),
    check("job_truths", is_truth("is_current")),
)
_current = text("is_current = 1")
Index("job_current", job.c.joid, unique=True, sqlite_where=_current, postgresql_where=_current)
Index("job_name", job.c.name, unique=True, sqlite_where=_current, postgresql_where=_current)
Index("job_box", job.c.box_joid, job.c.joid, sqlite_where=_current, postgresql_where=_current)

job_cond = table(
    "job_cond",
    words("name"),
    number("joid"),
    PrimaryKeyConstraint("name", "joid"),
    has_row_number=False,
)
Index("job_cond_joid", job_cond.c.joid)

job_status = table(
    "job_status",
    number("joid", primary_key=True, autoincrement=False),
    number("status"),
    number("noexec"),
    number("run_num"),
    number("ntry"),
    maybe("last_start"),
    maybe("last_end"),
    number("end_seq"),
    maybe("exit_code"),
    words("machine"),
    number("since"),
    number("latched"),
    maybe("next_start"),
    number("box_run"),
    number("box_ntry"),
    number("forced"),
    number("killed"),
    number("retries"),
    number("system_restarts"),
    maybe("before_hold"),
    maybe("queue_priority"),
    maybe("must_slot"),
    words("holds", server_default=""),
    words("chain", server_default=""),
    words("later_starts", server_default=""),
    words("run_date", server_default=""),
    check("state_is_numbered", "joid > 0 and run_num >= 0 and ntry >= 0 and box_run >= 0 and box_ntry >= 0"),
    check("state_counts", "retries >= 0 and system_restarts >= 0 and end_seq >= 0"),
    check("state_status", is_stored_status("status")),
    check("state_before_hold", is_stored_status("before_hold")),
    check("state_truths", is_truth("noexec", "latched", "forced", "killed")),
)

_holding = text("holds <> ''")
Index("state_holds", job_status.c.joid, sqlite_where=_holding, postgresql_where=_holding)

job_runs = table(
    "job_runs",
    number("joid"),
    number("run_num"),
    number("ntry"),
    number("job_ver"),
    words("machine"),
    number("start_time"),
    maybe("end_time"),
    maybe("status"),
    maybe("exit_code"),
    number("forced"),
    number("first_seq"),
    number("job_load", server_default="0"),
    words("virtual_machine", server_default=""),
    words("run_date", server_default=""),
    PrimaryKeyConstraint("joid", "run_num", "ntry"),
    ForeignKeyConstraint(["joid", "job_ver"], ["job.joid", "job.job_ver"], name="run_of_version"),
    check("run_is_numbered", "joid > 0 and run_num >= 0 and ntry >= 0 and first_seq >= 0"),
    check("run_status", is_stored_status("status")),
    check("run_truths", is_truth("forced")),
    has_row_number=False,
)
_open = text("end_time is null")
Index("run_open", job_runs.c.joid, sqlite_where=_open, postgresql_where=_open)

effect = table(
    "effect",
    number("number", primary_key=True),
    number("kind"),
    number("joid"),
    number("run_num"),
    number("ntry"),
    number("job_ver"),
    words("machine"),
    words("value"),
    ForeignKeyConstraint(["joid", "job_ver"], ["job.joid", "job.job_ver"], name="effect_of_version"),
    check("effect_kind", "kind between 1 and 3"),
    check("effect_is_numbered", "joid > 0 and run_num >= 0 and ntry >= 0"),
)
Index("effect_of_run", effect.c.joid, effect.c.run_num, effect.c.ntry, effect.c.kind)
_start = text("kind = 1")
Index(
    "effect_start",
    effect.c.joid,
    effect.c.run_num,
    effect.c.ntry,
    unique=True,
    sqlite_where=_start,
    postgresql_where=_start,
)

global_value = table(
    "global_value",
    words("name"),
    words("value"),
    number("last_changed"),
    PrimaryKeyConstraint("name"),
)

machine = table(
    "machine",
    words("name"),
    words("type"),
    words("node_name"),
    maybe("max_load"),
    Column("factor", Double().with_variant(REAL, "sqlite"), nullable=False),
    words("opsys"),
    number("offline"),
    words("attributes"),
    PrimaryKeyConstraint("name"),
    check("machine_truths", is_truth("offline")),
)

object_ = table(
    "object",
    words("kind"),
    words("name"),
    words("part"),
    words("attributes"),
    words("sent_by"),
    number("time"),
    PrimaryKeyConstraint("kind", "name", "part"),
)

alarm = table(
    "alarm",
    number("number", primary_key=True, autoincrement=False),
    number("alarm"),
    number("time"),
    number("joid"),
    words("job_name"),
    number("run_num"),
    number("ntry"),
    words("text"),
    number("state"),
    words("changed_by"),
    maybe("changed"),
    words("comment"),
    check("alarm_is_numbered", "number > 0 and joid >= 0 and run_num >= 0 and ntry >= 0"),
    check("alarm_state", "state between 43 and 45"),
)
_alarm_is_open = text("state = 43")
Index("alarm_open", alarm.c.number, sqlite_where=_alarm_is_open, postgresql_where=_alarm_is_open)

message = table(
    "message",
    number("number", primary_key=True, autoincrement=False),
    number("time"),
    number("joid"),
    words("job_name"),
    number("run_num"),
    number("ntry"),
    number("status"),
    maybe("exit_code"),
    words("text"),
    words("answer"),
    words("answered_by"),
    maybe("answered"),
    words("comment"),
    check("message_is_numbered", "number > 0 and joid > 0 and run_num >= 0 and ntry >= 0"),
    check("message_status", is_stored_status("status")),
)
_message_is_open = text("answer = ''")
Index("message_open", message.c.number, sqlite_where=_message_is_open, postgresql_where=_message_is_open)

notification = table(
    "notification",
    number("seq", primary_key=True, autoincrement=False),
    number("joid"),
    number("job_ver"),
    number("since"),
    number("due"),
    number("tries"),
    check("notification_is_numbered", "seq > 0 and joid > 0 and job_ver > 0 and tries >= 0"),
)

# What other instances told of their jobs, and how far their pasts were read (rule C-06). No status: no such job.
external_job = table(
    "external_job",
    words("instance"),
    words("name"),
    maybe("status"),
    maybe("exit_code"),
    maybe("last_end"),
    number("end_seq"),
    number("since"),
    PrimaryKeyConstraint("instance", "name"),
    check("external_status", is_stored_status("status")),
    check("external_is_numbered", "end_seq >= 0"),
)

external_instance = table(
    "external_instance",
    words("instance"),
    number("seq"),
    words("digest"),
    words("fault"),
    PrimaryKeyConstraint("instance"),
    check("external_mark", "seq >= -1"),
)

lease = table(
    "lease",
    number("one", primary_key=True, autoincrement=False),
    words("holder"),
    number("time"),
    check("lease_is_one", "one = 1"),
)

# One row each for "joid", "run_num" and "seq", inserted by the first migration.
counter = table(
    "counter",
    words("name"),
    number("value"),
    PrimaryKeyConstraint("name"),
    check("counter_rises", "value >= 0"),
)

# What the scheduler counts beside the jobs: `core.model.CountKey`.
count = table(
    "count",
    words("kind"),
    words("name"),
    words("part"),
    number("value"),
    PrimaryKeyConstraint("kind", "name", "part"),
    check("count_is_no_debt", "value >= 0"),
)

setting = table(
    "setting",
    words("key"),
    words("value"),
    PrimaryKeyConstraint("key"),
)
