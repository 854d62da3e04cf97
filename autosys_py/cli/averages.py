"""How long jobs take: what their past says, else their definition."""

from typing import TYPE_CHECKING

from autosys_py.core.codes import Status

if TYPE_CHECKING:
    from autosys_py.core.model import Job
    from autosys_py.event_server.protocol import EventServer

RUNS = 100
"""A job's average is that of the successes among so many of its last runs."""
MINUTE = 60


def average_of(store: "EventServer", name: str) -> int | None:
    """Seconds that the successful runs of the job of that name took; None if there is none."""
    head = store.head(name)
    return average_runtime(store, head.joid) if head is not None else None


def average_runtime(store: "EventServer", joid: int) -> int | None:
    """Seconds that the job's successful runs took on average; None if there is none."""
    runs = store.runs(joid, RUNS)
    seconds = [run.end - run.start for run in runs if run.status is Status.SUCCESS and run.end is not None]
    return round(sum(seconds) / len(seconds)) if seconds else None


def expected_runtime(store: "EventServer", job: "Job") -> int:
    """Seconds: the average of its successful runs, else its avg_runtime, else a minute."""
    average = average_runtime(store, job.joid)
    return average if average is not None else job.avg_runtime * MINUTE or MINUTE
