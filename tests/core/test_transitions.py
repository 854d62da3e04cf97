"""The table is complete, and names what semantics.md §3.1 names."""

import pytest

from autosys_py.core import commands, modes, statuses
from autosys_py.core.codes import OPERATOR_EVENTS, EventCode, Status
from autosys_py.core.model import Job, JobState
from autosys_py.core.step import INTERNAL, WITHOUT_JOB
from autosys_py.core.transitions import ALL_STATUSES, TABLE, Row, row_of

COLUMNS = [
    EventCode.STARTJOB,
    EventCode.FORCE_STARTJOB,
    EventCode.KILLJOB,
    EventCode.JOB_ON_HOLD,
    EventCode.JOB_OFF_HOLD,
    EventCode.JOB_ON_ICE,
    EventCode.JOB_OFF_ICE,
    EventCode.JOB_ON_NOEXEC,
    EventCode.JOB_OFF_NOEXEC,
    EventCode.CHANGE_STATUS,
]


def test_every_cell_holds_a_rule() -> None:
    assert list(TABLE) == COLUMNS
    for code in COLUMNS:
        assert list(TABLE[code]) == list(Row)


def test_every_operator_event_is_known_to_the_step() -> None:
    recorded_only = {EventCode.STOP_DEMON, EventCode.ALARM, EventCode.COMMENT, EventCode.AGGREGATE}
    answered_by_sendevent = {EventCode.LIST_DEPENDENTS}
    known = {*TABLE, *ALL_STATUSES, *WITHOUT_JOB, *recorded_only, *answered_by_sendevent}
    assert known >= OPERATOR_EVENTS
    assert not set(INTERNAL) & OPERATOR_EVENTS


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.ON_NOEXEC])
def test_every_status_has_a_row(status: Status) -> None:
    command, box = Job(1, 1, "a", "CMD"), Job(2, 1, "b", "BOX")
    for job in (command, box):
        assert row_of(job, JobState(status=status)) in Row
    noexec = row_of(command, JobState(status=status, noexec=True))
    assert noexec is (Row.OI if status is Status.ON_ICE else Row.NE)
    runs = status in (Status.RUNNING, Status.STARTING)
    assert (row_of(box, JobState(status=status)) is Row.RU_BOX) == runs
    assert (row_of(box, JobState(status=status, noexec=True)) is Row.RU_NE_BOX) == runs


def test_cells_that_surprise_people() -> None:
    assert TABLE[EventCode.FORCE_STARTJOB][Row.RW] is statuses.ignore
    assert TABLE[EventCode.FORCE_STARTJOB][Row.RE] is commands.force_next_try
    assert TABLE[EventCode.JOB_ON_HOLD][Row.NE] is statuses.ignore
    assert TABLE[EventCode.JOB_ON_ICE][Row.NE] is modes.ice
    assert TABLE[EventCode.JOB_ON_NOEXEC][Row.OI] is statuses.ignore
    assert TABLE[EventCode.KILLJOB][Row.OH] is commands.nothing_to_kill
    assert TABLE[EventCode.CHANGE_STATUS][Row.OI] is statuses.change_iced
    assert TABLE[EventCode.STARTJOB][Row.OH] is statuses.ignore
