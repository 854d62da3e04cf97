"""What an agent is: it starts each run at most once, tells how it ended, and kills what it is told to.

The scheduler commits its orders before it gives them and may give any of them again after a crash, so every
order is idempotent. An agent never decides: it reports, and the core judges the report.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey


@dataclass(frozen=True, slots=True)
class StartOrder:
    """Everything a start needs; made from the definition version that the decision was made for."""

    key: RunKey
    job_name: str
    job_type: str
    attributes: tuple[tuple[str, str], ...]
    """The definition's attributes as stored, see `core.model.Definition`."""
    globals: Mapping[str, str] = field(default_factory=dict)
    """For `$$NAME` in attributes (rule C-24)."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables beyond the agent's own, e.g. AUTO_RUN_DATE, AUTOSERV."""
    in_doubt: bool = False
    """The machine was restarted since the order was decided: it may have been given before, and its record be lost with
    what was not written out. Without a record the run is lost, not started."""


class Report(NamedTuple):
    """What happened to a run. `code` is one of the AGENT_ events."""

    code: EventCode
    key: RunKey
    time: int
    """When it happened, UTC seconds, by the run's own record and not when it was noticed."""
    exit_code: int | None = None
    """AGENT_ENDED: the exit code, or minus the number of the signal that ended it."""
    killed: bool = False
    """AGENT_ENDED: a signal of ours was sent before it ended (rules R-01, T-04)."""
    text: str = ""
    """For the log: why no process could be made, which processes outlived a kill, why an outcome is unknown, since
    when a heartbeat is missing, a remark."""
    permanent: bool = False
    """AGENT_START_FAILED: trying again is pointless, e.g. the owner does not exist (extensions.md §2, RunAsOwner)."""


class Agent(Protocol):
    """The agent of the machines it serves."""

    def start(self, order: StartOrder) -> None:
        """Starts the run unless it was started before, then adopts it. Never raises for trouble of the job: that is
        reported."""

    def adopt(self, orders: Iterable[StartOrder]) -> None:
        """After a restart of the scheduler: watch these runs, which were acknowledged as running; their end, or that
        they are lost, will be reported. Whole orders, because a file watcher has no process and begins anew."""

    def kill(self, key: RunKey, signals: Sequence[int], interval: float) -> None:
        """Sends the signals in order to the whole process tree, `interval` seconds apart, until nothing is left."""

    def signal(self, key: RunKey, signals: Sequence[int]) -> None:
        """Sends the signals once."""

    def collect(self, timeout: float) -> list[Report]:
        """What happened since, waiting up to `timeout` seconds for the first report. A report is given again by the
        next agent object unless it was acknowledged."""

    def acknowledge(self, reports: Sequence[Report]) -> None:
        """These reports are durable in the event store."""

    def close(self) -> None:
        """Stop watching; running jobs go on."""
