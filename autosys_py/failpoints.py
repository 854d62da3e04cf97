"""Named points at which a process can be made to die, to fail or to wait: the instrument of the crash campaign.

    AUTOSYS_FAIL_POINT=turn.decided:kill         kills itself with SIGKILL when it first gets there
    AUTOSYS_FAIL_POINT=jil.applied:raise:3       raises `FailPoint` the third time
    AUTOSYS_FAIL_POINT="store.commit:delay 0.5"  waits half a second, once

Of the runner there is `kill` alone, and the count is that of the starts. A process that is not armed pays a call and
a comparison at each point. Nothing is imported here that an interpreter has not loaded already. The points are listed
in docs/reliability.md too.
"""

import os

VARIABLE = "AUTOSYS_FAIL_POINT"

FAIL_POINTS = {
    "creation.made": "a new store's file is there under its unfinished name",
    "creation.migrated": "its tables are there too",
    "creation.renamed": "it has its name, the folder is not on the disk yet",
    "turnstile.passed": "first in the queue of writers, the write lock not asked for",
    "store.begun": "the write lock is held, nothing is written",
    "store.commit": "everything is written, nothing committed",
    "store.committed": "committed, and nobody knows",
    "sendevent.checked": "the line is checked, nothing is stored",
    "sendevent.stored": "an event is written, others of the same command may follow",
    "sendevent.durable": "committed, exit 0 not seen yet",
    "jil.applied": "a stanza is written, others of its batch follow",
    "jil.flushed": "the last row of a batch is written",
    "jil.durable": "a batch is committed, nothing of it printed",
    "jil.printed": "a batch is committed and printed",
    "eventor.leased": "the lease is taken",
    "eventor.prepared": "zone and host are told, the store is not read",
    "eventor.recovered": "the store is read, no run is looked for",
    "eventor.resumed": "the runs of before are looked for, the startup line is not written",
    "eventor.stopped": "the loop is over, the lease still held",
    "turn.begun": "the store is ours, the lease not renewed",
    "turn.decided": "decided and applied in memory, nothing written",
    "turn.taken": "the events are taken out of the future",
    "turn.past": "the past is written, no projection",
    "turn.projected": "states and runs are written, no order",
    "turn.ordered": "orders are written, new events are not",
    "loop.committed": "a turn is committed, nothing done about it",
    "loop.acknowledged": "agents know that their reports are kept",
    "loop.logged": "the log has it, no order is given",
    "loop.deliver": "an order is about to be given",
    "loop.delivered": "an order was given",
    "agent.made": "a run's folder is there, empty",
    "agent.claimed": "a run's record is locked, nothing started",
    "agent.spawn": "all is ready for the runner",
    "agent.spawned": "the runner is made, the agent has not noted it",
    "agent.reaped": "a runner has ended and left the process table, nothing is reported",
    "agent.adopted": "a run of before is looked for",
    "agent.noted": "a kill is noted in the record, no signal sent",
    "agent.signalled": "a signal of a kill is sent",
    "agent.killed": "nothing is left of a killed run, its end not reported",
    "agent.remembered": "what a file watcher must not forget is written beside what it replaces",
    "runner.begun": "the runner runs, nothing is in the record",
    "runner.started": "the record says started, the command is not run",
    "runner.finished": "the command has ended, its exit code is not in the record",
    "runner.recorded": "the exit code is in the record, the lock still held",
}
"""Every point: what is done there and what is not."""

ACTIONS = ("kill", "raise", "delay")


class FailPoint(Exception):
    """Raised on order at a fail point."""


class Armed:
    """What is to happen, where, and at which of its visits."""

    def __init__(self, text: str) -> None:
        name, _, rest = text.partition(":")
        action, _, count = rest.partition(":")
        verb, _, seconds = action.partition(" ")
        if name not in FAIL_POINTS or verb not in ACTIONS or not (count or "1").isdecimal():
            actions = "kill, raise or delay SECONDS"
            raise SystemExit(f"{VARIABLE}={text}: is NAME:ACTION[:COUNT], ACTION {actions}; autosys_py/failpoints.py")
        self.name = name
        self.left = int(count or 1)
        """Visits until it happens; 0 = it has."""
        self._verb = verb
        self._seconds = seconds

    def is_due(self) -> bool:
        """Counts a visit; is it the one?"""
        self.left -= 1
        return self.left == 0

    def act(self) -> None:
        if self._verb == "kill":
            os.kill(os.getpid(), 9)
        if self._verb == "raise":
            raise FailPoint(self.name)
        from time import sleep

        sleep(float(self._seconds))


_armed: Armed | None = None


def fail_point(name: str) -> None:
    """Nothing, unless this point is armed."""
    if _armed is not None and _armed.name == name and _armed.is_due():
        _armed.act()


def arm(text: str) -> None:
    """Arms a point of this process; an empty text disarms. Ends the process where the text is none."""
    global _armed  # noqa: PLW0603 - there is one process, and one point of it
    _armed = Armed(text) if text else None


def runner_environment() -> dict[str, str]:
    """What arms the next runner, if it is its turn."""
    if _armed is not None and _armed.name.startswith("runner.") and _armed.is_due():
        return {VARIABLE: f"{_armed.name}:kill"}
    return {}


arm(os.environ.get(VARIABLE, ""))
