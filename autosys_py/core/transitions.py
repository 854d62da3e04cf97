"""The table of semantics.md §3.1: for every operator event and every status, the rule that applies.

A row is what a job's state looks like to an operator's event; a column is the event. Every cell holds a rule, so
nothing is left to chance: `docs/state_machine.md` is drawn from this table and a test counts the cells.
"""

from collections.abc import Callable
from enum import StrEnum

from autosys_py.core import commands, modes, replies, resources, statuses
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.draft import Draft
from autosys_py.core.model import Event, Fact, Job, JobState

Rule = Callable[[Draft, Event, Fact], None]


class Row(StrEnum):
    """The rows of the table."""

    IN = "INACTIVE"
    AC = "ACTIVATED"
    SU = "SUCCESS"
    FA_TE = "FAILURE, TERMINATED"
    ST_RU = "STARTING, RUNNING"
    RU_BOX = "RUNNING box"
    WA = "WAIT_REPLY"
    SP = "SUSPENDED"
    RE = "RESTART"
    QU = "QUE_WAIT"
    RW = "RESWAIT"
    PE = "PEND_MACH"
    OH = "ON_HOLD"
    OI = "ON_ICE"
    NE = "ON_NOEXEC mode"
    RU_NE_BOX = "RUNNING box in ON_NOEXEC mode"


_ROWS: dict[Status, Row] = {
    Status.INACTIVE: Row.IN,
    Status.ACTIVATED: Row.AC,
    Status.SUCCESS: Row.SU,
    Status.FAILURE: Row.FA_TE,
    Status.TERMINATED: Row.FA_TE,
    Status.STARTING: Row.ST_RU,
    Status.RUNNING: Row.ST_RU,
    Status.WAIT_REPLY: Row.WA,
    Status.SUSPENDED: Row.SP,
    Status.RESTART: Row.RE,
    Status.QUE_WAIT: Row.QU,
    Status.RESWAIT: Row.RW,
    Status.PEND_MACH: Row.PE,
    Status.ON_HOLD: Row.OH,
    Status.ON_ICE: Row.OI,
}


def row_of(job: Job, state: JobState) -> Row:
    """The row a job stands in."""
    if state.status is Status.ON_ICE:
        return Row.OI
    if job.is_box and state.status in (Status.RUNNING, Status.STARTING):
        return Row.RU_NE_BOX if state.noexec else Row.RU_BOX
    if state.noexec:
        return Row.NE
    return _ROWS[state.status]


IGNORE = statuses.ignore
START = commands.start
FORCE = commands.force_start
NO_FORCE = commands.refuse_force
NO_KILL = commands.nothing_to_kill
HOLD = modes.hold
ICE = modes.ice
NO_HOLD = modes.refuse_hold_or_ice
NOEXEC = modes.set_noexec
NO_NOEXEC = modes.refuse_noexec
CHANGE = statuses.change_status

# The columns stand in the order of the specification, the rules of each in the order of `Row`.
#    IN     AC     SU     FA TE  ST RU  RU box WA     SP     RE     QU     RW     PE     OH     OI     NE     RU/NE box
_COLUMNS: dict[EventCode, tuple[Rule, ...]] = {
    EventCode.STARTJOB: (
        START, START, START, START, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE,
        START, IGNORE,
    ),
    EventCode.FORCE_STARTJOB: (
        FORCE, FORCE, FORCE, FORCE, NO_FORCE, NO_FORCE, NO_FORCE, NO_FORCE, commands.force_next_try, FORCE, IGNORE,
        FORCE, FORCE, FORCE, FORCE, NO_FORCE,
    ),
    EventCode.KILLJOB: (
        NO_KILL, NO_KILL, NO_KILL, NO_KILL, commands.kill, commands.kill, commands.kill, commands.kill,
        commands.kill_waiting, commands.kill_waiting, commands.kill_waiting, commands.kill_waiting, NO_KILL, NO_KILL,
        NO_KILL, commands.kill,
    ),
    EventCode.JOB_ON_HOLD: (
        HOLD, HOLD, HOLD, HOLD, NO_HOLD, NO_HOLD, NO_HOLD, NO_HOLD, HOLD, HOLD, HOLD, HOLD, IGNORE, HOLD, IGNORE,
        IGNORE,
    ),
    EventCode.JOB_OFF_HOLD: (
        *(commands.not_on_hold,) * 12, modes.release_hold, *(commands.not_on_hold,) * 3,
    ),
    EventCode.JOB_ON_ICE: (
        ICE, ICE, ICE, ICE, NO_HOLD, NO_HOLD, NO_HOLD, NO_HOLD, ICE, ICE, ICE, ICE, ICE, IGNORE, ICE,
        NO_HOLD,
    ),
    EventCode.JOB_OFF_ICE: (
        *(commands.not_on_ice,) * 13, modes.release_ice, *(commands.not_on_ice,) * 2,
    ),
    EventCode.JOB_ON_NOEXEC: (
        NOEXEC, NOEXEC, NOEXEC, NOEXEC, NO_NOEXEC, modes.refuse_noexec_of_box, NO_NOEXEC, NO_NOEXEC, NOEXEC, NOEXEC,
        NOEXEC, NOEXEC, NOEXEC, IGNORE, IGNORE, IGNORE,
    ),
    EventCode.JOB_OFF_NOEXEC: (
        *(commands.not_on_noexec,) * 14, *(modes.leave_noexec,) * 2,
    ),
    EventCode.CHANGE_STATUS: (
        CHANGE, CHANGE, CHANGE, CHANGE, CHANGE, statuses.change_running_box, CHANGE, CHANGE, CHANGE, CHANGE, CHANGE,
        CHANGE, CHANGE, statuses.change_iced, statuses.change_noexec, statuses.change_noexec,
    ),
}  # fmt: skip

TABLE: dict[EventCode, dict[Row, Rule]] = {code: dict(zip(Row, rules, strict=True)) for code, rules in _COLUMNS.items()}

ALL_STATUSES: dict[EventCode, Rule] = {
    EventCode.CHANGE_PRIORITY: commands.change_priority,
    EventCode.SEND_SIGNAL: commands.send_signal,
    EventCode.REPLY_RESPONSE: replies.reply,
    EventCode.RELEASE_RESOURCE: resources.release,
    EventCode.RESTARTJOB: commands.refuse_type,
    EventCode.SUSPENDJOB: commands.refuse_type,
    EventCode.RESUMEJOB: commands.refuse_type,
    EventCode.DELETEJOB: commands.delete,
    EventCode.RESTART: commands.restart,
    EventCode.JOB_STATUS_CHANGED: commands.evaluate_again,
}
"""Events of semantics.md §3.3, whose rule looks at the status itself."""
