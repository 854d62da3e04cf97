"""What the run folders say of a run that the event store believes alive (rule R-11).

Only looks. The lock tells whether the runner lives, the record whether an exit code was written, /proc whether
anything else of the run is left. A run of which all three say no will never change again, so what is found here is
still true when the scheduler comes to read it.
"""

from enum import Enum
from pathlib import Path
from typing import NamedTuple

from autosys_py.agent import processes
from autosys_py.agent.boot import boot_id
from autosys_py.agent.spool import Spool
from autosys_py.core.model import RunKey


class State(Enum):
    """What is left of a run."""

    WELL = "well"
    """Its runner lives, or its exit code waits to be read."""
    ORPHANED = "orphaned"
    """Its runner is gone, something of it runs on: nobody will know its exit code."""
    GONE = "gone"
    """Neither runner nor process nor exit code."""
    UNKNOWN = "unknown"
    """The folders cannot be read from here."""


class Trace(NamedTuple):
    """What was found of a run."""

    state: State
    text: str = ""
    """For an operator."""


def trace_of(root: Path, key: RunKey) -> Trace:
    """Looks for the run under `root`, the run folders of its store."""
    try:
        if not root.is_dir():
            return Trace(State.UNKNOWN, "its agent's run folders are not here")
        found = (spool := Spool(root)).look(key)
    except OSError as error:
        return Trace(State.UNKNOWN, f"its run folder cannot be read: {error.strerror}")
    if found.alive or found.record.ended:
        return Trace(State.WELL)
    if not found.record.started:
        return Trace(State.GONE, "its agent has started no process for it")
    if found.record.boot != boot_id():
        return Trace(State.GONE, "the machine was restarted while it ran")
    left = processes.tree(spool.folder(key), 0)
    if left:
        return Trace(State.ORPHANED, f"its runner is gone, processes of it still run: {processes.names(left)}")
    return Trace(State.GONE, "neither its process nor its runner is there, and no exit code")
