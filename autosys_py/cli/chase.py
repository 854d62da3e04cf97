"""chase: looks for the processes of the jobs that are STARTING or RUNNING (cli.md §7.6, rule R-11, docs/chase.md).

It reads the event store and the agent's run folders and changes neither: what is wrong goes to the scheduler as an
event that names the run, and the scheduler decides whether it is still so. While a scheduler acts, what was found
is looked at once more after a while, so that news on its way is not taken for trouble.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from autosys_py.agent.chase import State, Trace, trace_of
from autosys_py.cli import clock
from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import message, refusal
from autosys_py.cli.options import Command, Given, Option, is_number
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.model import Event, RunKey
from autosys_py.event_server.protocol import StatusRow

if TYPE_CHECKING:
    from autosys_py.cli.permit import Permit
from autosys_py.report.data import Row

KEYS = ("name", "status", "run_num", "ntry", "reason", "sent")
AGENT_HOST = "agent_host"
"""The setting in which a scheduler says on which host its run folders and their processes are."""
RULE = "_" * 78
SLEEP = 10
"""Seconds before an alarm (`CHASE_SLEEP`)."""
STARTING_WAIT = 2
"""Minutes that a job may be STARTING (`CHASE_STARTING_WAIT_INTERVAL`)."""
FIRST = 1
"""Priority: a run that the agent, coming up in the same second, reports as lost is what was chased."""
CHASED = (Status.STARTING, Status.RUNNING)


class Quarry(NamedTuple):
    """A job that is found wrong."""

    row: StatusRow
    trace: Trace

    @property
    def is_gone(self) -> bool:
        """May it be set to FAILURE? Never what is STARTING, nor what cannot be seen (rule R-11)."""
        return self.trace.state is State.GONE and self.row.state.status is Status.RUNNING

    @property
    def key(self) -> RunKey:
        return RunKey(self.row.head.joid, self.row.state.run_num, self.row.state.ntry)


def main() -> NoReturn:
    leave(run(COMMAND))


def chase(given: Given) -> int:
    """Prints what it finds; sends what the options say. Exit code 0; everything else is raised."""
    check_format(given)
    pause = _number("CHASE_SLEEP", SLEEP)
    with open_instance() as instance:
        alarm, fail = "A" in given, "E" in given
        settle, permit = partial(time.sleep, pause), instance.permit
        if "--format" in given:
            found = hunt(instance, alarm=alarm, fail=fail, settle=settle, permit=permit) or []
            write_data(given["--format"], KEYS, (_row(quarry, alarm=alarm, fail=fail) for quarry in found))
            return 0
        write_lines([RULE, "", message(50154, severity="I")])
        write_lines(pursue(instance, alarm=alarm, fail=fail, settle=settle, permit=permit))
        write_lines([message(50157, severity="I"), RULE, ""])
    return 0


def pursue(
    instance: Instance, *, alarm: bool, fail: bool, settle: Callable[[], object], permit: "Permit | None" = None
) -> Iterator[str]:
    """The lines about jobs; the events are stored before the first is given. `settle` waits for news on its way,
    `permit` says whose jobs may be set to FAILURE, None = everybody's. Raises Refused if one may not."""
    found = hunt(instance, alarm=alarm, fail=fail, settle=settle, permit=permit)
    if found is None:
        yield message(50156, severity="I")
        return
    for quarry in found:
        yield _line(quarry, alarm=alarm, fail=fail)


def hunt(
    instance: Instance, *, alarm: bool, fail: bool, settle: Callable[[], object], permit: "Permit | None" = None
) -> "list[Quarry] | None":
    """The jobs that are found wrong, what is to be sent about them stored; None = no job is under way."""
    rows = list(_chased(instance))
    if not rows:
        return None
    found = list(_wrong(instance, rows))
    if found and _scheduler_acts(instance):
        settle()
        meant = {quarry.key: quarry.row.state.status for quarry in found}
        again = (row for row in instance.store.statuses(sorted(key.joid for key in meant)) if _is_chased(row))
        found = [quarry for quarry in _wrong(instance, again) if meant.get(quarry.key) is quarry.row.state.status]
    if fail and permit is not None:
        permit.require(EventCode.CHANGE_STATUS, [quarry.row.head for quarry in found if quarry.is_gone])
    if alarm or fail:
        _send(instance, found, alarm=alarm, fail=fail)
    return found


def _scheduler_acts(instance: Instance) -> bool:
    from autosys_py.scheduler.lease import is_dead

    lease = instance.store.lease()
    return lease is not None and not is_dead(lease[0])


def _chased(instance: Instance) -> Iterator[StatusRow]:
    return (row for row in instance.store.statuses() if _is_chased(row))


def _is_chased(row: StatusRow) -> bool:
    return row.state.status in CHASED and row.head.job_type != "BOX"


def _wrong(instance: Instance, rows: Iterable[StatusRow]) -> Iterator[Quarry]:
    """Those of them that are not as their status says."""
    patience = 60 * _number("CHASE_STARTING_WAIT_INTERVAL", STARTING_WAIT)
    find = _finder(instance)
    for row in rows:
        if row.state.status is Status.STARTING and clock.now() - row.state.since <= patience:
            continue
        trace = find(row)
        if trace.state is not State.WELL:
            yield Quarry(row, trace)


def _finder(instance: Instance) -> Callable[[StatusRow], Trace]:
    """How a job of this instance is looked for."""
    from autosys_py.agent.watchers import has_no_process

    store = instance.store
    root = instance.run / (store.setting("store_id") or "-")
    host = store.setting(AGENT_HOST)

    def find(row: StatusRow) -> Trace:
        key = RunKey(row.head.joid, row.state.run_num, row.state.ntry)
        known = store.run(key)
        if known is None or known.end is not None:
            return Trace(State.GONE, "no run is under way, the status was set by hand")
        if has_no_process(row.head.job_type):
            return Trace(State.WELL)  # whichever scheduler acts next watches
        if host is not None and host != os.uname().nodename:
            return Trace(State.UNKNOWN, f"its agent is on {host} and cannot be asked from here")
        return trace_of(root, key)

    return find


def _send(instance: Instance, found: list[Quarry], *, alarm: bool, fail: bool) -> None:
    now = clock.now()
    with instance.store.transaction():
        for quarry in found:
            if alarm or quarry.is_gone:
                event = Event(EventCode.CHASE, now, priority=FIRST, sent_by=instance.user_host, sent=now)
                event.joid, event.run_num, event.ntry = quarry.key
                event.name = Alarm.CHASE.name if alarm else ""
                event.status = Status.FAILURE if fail and quarry.is_gone else None
                event.value = f"{quarry.row.state.status.name}: {quarry.trace.text}"
                instance.store.add_event(event)


def _line(quarry: Quarry, *, alarm: bool, fail: bool) -> str:
    sent = _sent(quarry, alarm=alarm, fail=fail)
    deed = f"Sent: {', '.join(sent)}." if sent else "Nothing was sent."
    state = quarry.row.state
    run_number = f"{state.run_num}/{state.ntry}"
    return message(99010, quarry.row.head.name, state.status.name, run_number, quarry.trace.text, deed, severity="I")


def _row(quarry: Quarry, *, alarm: bool, fail: bool) -> "Row":
    """In the order of `KEYS`."""
    head, state = quarry.row
    sent = _sent(quarry, alarm=alarm, fail=fail)
    return head.name, state.status.name, state.run_num, state.ntry, quarry.trace.text, sent


def _sent(quarry: Quarry, *, alarm: bool, fail: bool) -> list[str]:
    return (["alarm"] if alarm else []) + (["FAILURE"] if fail and quarry.is_gone else [])


def _number(variable: str, default: int) -> int:
    text = os.environ.get(variable, "").strip()
    if text and not is_number(text):
        raise refusal(99001, variable, f"'{text}' is no whole number")
    return int(text or default)


COMMAND = Command(
    name="chase",
    title="Chase",
    synopsis="[-A] [-E] [--format json | csv]",
    options=(
        Option("A", text="raises alarm CHASE for each job found wrong"),
        Option("E", text="sets a RUNNING job of which nothing is left to FAILURE; n_retrys applies"),
        FORMAT,
    ),
    notes=("A job that is STARTING counts after two minutes and is never set to FAILURE.",),
    act=chase,
    folds=False,
)
