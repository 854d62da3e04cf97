"""An agent without processes: runs end when a virtual clock says so, as they were programmed to.

It keeps the promises of `protocol.Agent` — a key starts once, orders may be repeated, an end that nobody
acknowledged is told again on `adopt` — so the scheduler cannot tell it from the real one. Runs live as long as
the object, hence a test restarts its scheduler by giving the same agent to the next one.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autosys_py.agent.protocol import Report, StartOrder
from autosys_py.core.codes import EventCode
from autosys_py.core.model import RunKey

_LAST_WORDS = (EventCode.AGENT_ENDED, EventCode.AGENT_LOST)


class SimulatedOutcome(NamedTuple):
    """What a simulated run does."""

    runtime: int = 60
    """Seconds from start to end."""
    exit_code: int | None = 0
    """The exit code, minus a signal's number, or None: the outcome is lost, noticed when the runtime is over."""
    start_failure: str = ""
    """Not empty: no process can be made, for this reason."""
    permanent: bool = False
    """With `start_failure`: trying again is pointless."""
    unreachable: str = ""
    """Not empty: the agent does not answer (`missing`) or refuses (`blocked`)."""


@dataclass(slots=True)
class _Run:
    order: StartOrder
    started: int
    end: Report
    """When and how it will end, or has ended."""
    told: bool = False
    """Its end was given out by `collect`."""


class SimulatedAgent:
    """An `Agent` on a virtual clock (extensions.md §6).

    `clock` gives the time in UTC seconds; nothing here ever waits. `default` is what jobs do that `plan` does not name;
    `decide(order, count)` replaces both, `count` being the job's starts so far with this one. `keeps_past` False
    forgets runs once their end is acknowledged, and keeps no lists of starts and kills: for simulations of months.
    """

    def __init__(
        self,
        clock: Callable[[], int],
        default: SimulatedOutcome | None = None,
        decide: Callable[[StartOrder, int], SimulatedOutcome] | None = None,
        *,
        keeps_past: bool = True,
    ) -> None:
        self.starts: list[tuple[int, StartOrder]] = []
        """Every start that made a run, with its time, in order."""
        self.kills: list[tuple[int, RunKey, tuple[int, ...]]] = []
        """Every kill order, with its time, in order."""
        self.signals: list[tuple[int, RunKey, tuple[int, ...]]] = []
        """Every `signal` order, with its time, in order."""
        self.acknowledged: list[Report] = []
        self._clock = clock
        self._default = default or SimulatedOutcome()
        self._decide = decide
        self._keeps_past = keeps_past
        self._plans: dict[tuple[str, int], SimulatedOutcome] = {}
        self._start_counts: dict[str, int] = {}
        self._runs: dict[RunKey, _Run] = {}
        self._due: list[tuple[int, int, Report, _Run | None]] = []
        """A heap of (due time, number, report, the run that it ends). An end whose run now ends otherwise is skipped
        when it comes up."""
        self._number = 0

    def plan(self, job_name: str, outcome: SimulatedOutcome, start: int = 0) -> None:
        """What every run of the job does, or with `start` its start of that number only, from 1, tries counted."""
        self._plans[job_name, start] = outcome

    def start(self, order: StartOrder) -> None:
        """See `Agent`. Repeated for a known run it reports RUNNING again, and its end if that was told."""
        run = self._runs.get(order.key)
        if run is None:
            self._begin(order)
            return
        self._report(Report(EventCode.AGENT_RUNNING, order.key, run.started))
        self._tell_again(run)

    def adopt(self, orders: Iterable[StartOrder]) -> None:
        """See `Agent`. A run that this object never started is lost."""
        for order in orders:
            run = self._runs.get(order.key)
            if run is None:
                self._report(Report(EventCode.AGENT_LOST, order.key, self._clock(), text="no such run"))
            else:
                self._tell_again(run)

    def kill(self, key: RunKey, signals: Sequence[int], interval: float) -> None:
        """See `Agent`. The run dies at the first signal, in the same second."""
        now = self._clock()
        if self._keeps_past:
            self.kills.append((now, key, tuple(signals)))
        run = self._runs.get(key)
        if run is None:
            self._report(Report(EventCode.AGENT_LOST, key, now, text="no such run"))
        elif run.end.time <= now:
            self._tell_again(run)
        else:
            run.end = Report(EventCode.AGENT_ENDED, key, now, exit_code=-signals[0], killed=True)
            self._report(run.end, run)

    def signal(self, key: RunKey, signals: Sequence[int]) -> None:
        """See `Agent`. Simulated jobs do not mind."""
        if self._keeps_past:
            self.signals.append((self._clock(), key, tuple(signals)))

    def collect(self, timeout: float) -> list[Report]:
        """The reports that are due at the clock's now, by time and then in the order they arose. Never waits."""
        now = self._clock()
        reports = []
        while self._due and self._due[0][0] <= now:
            _, _, report, run = heapq.heappop(self._due)
            if run is not None:
                if _is_void(report, run):
                    continue
                run.told = True
            reports.append(report)
        return reports

    def next_report_at(self) -> int | None:
        """When `collect` will next have something to say, UTC seconds; None = never."""
        while self._due and _is_void(*self._due[0][2:]):
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def say(self, report: Report) -> None:
        """Has the agent report something beyond its plans: a missing heartbeat, silence, a remark."""
        self._report(report)

    def acknowledge(self, reports: Sequence[Report]) -> None:
        """See `Agent`."""
        if self._keeps_past:
            self.acknowledged.extend(reports)
            return
        for report in reports:
            if report.code in _LAST_WORDS:
                self._runs.pop(report.key, None)

    def close(self) -> None:
        """See `Agent`. Reports that were not collected stay for whoever collects next."""

    def _begin(self, order: StartOrder) -> None:
        now, key = self._clock(), order.key
        count = self._start_counts[order.job_name] = self._start_counts.get(order.job_name, 0) + 1
        if self._decide is not None:
            outcome = self._decide(order, count)
        else:
            everywhere = self._plans.get((order.job_name, 0), self._default)
            outcome = self._plans.get((order.job_name, count), everywhere)
        if outcome.unreachable:
            self._report(Report(EventCode.AGENT_UNREACHABLE, key, now, text=outcome.unreachable))
            return
        if outcome.start_failure:
            text, permanent = outcome.start_failure, outcome.permanent
            self._report(Report(EventCode.AGENT_START_FAILED, key, now, text=text, permanent=permanent))
            return
        code = EventCode.AGENT_LOST if outcome.exit_code is None else EventCode.AGENT_ENDED
        end = Report(code, key, now + outcome.runtime, exit_code=outcome.exit_code)
        run = self._runs[key] = _Run(order, now, end)
        if self._keeps_past:
            self.starts.append((now, order))
        self._report(Report(EventCode.AGENT_RUNNING, key, now))
        self._report(end, run)

    def _tell_again(self, run: _Run) -> None:
        if run.told:
            run.told = False
            self._report(run.end, run)

    def _report(self, report: Report, ended: _Run | None = None) -> None:
        self._number += 1
        heapq.heappush(self._due, (report.time, self._number, report, ended))


def _is_void(report: Report, ended: _Run | None) -> bool:
    return ended is not None and (report is not ended.end or ended.told)
