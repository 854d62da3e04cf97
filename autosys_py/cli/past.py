"""What was so at a moment of the past, from the log alone: the facts' changes folded up to then (`autosys why --at`).

"Then" is what the scheduler knew by that moment, so a fact counts from when it was processed. Definitions have versions
with times. What leaves no facts is not known: load and units in use, calendars and resources as they were defined then,
an override that waited.
"""

from typing import TYPE_CHECKING

from autosys_py.cli.surroundings import Present
from autosys_py.core.codes import EventCode
from autosys_py.core.external import fold
from autosys_py.core.model import Fact, JobState
from autosys_py.core.overrides import CHANGED, RETIMED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autosys_py.core.model import CountKey, Job, Machine, Run
    from autosys_py.event_server.protocol import EventServer


def position_at(store: "EventServer", moment: int) -> int:
    """The `seq` of the last fact that was processed by then; 0 = there was none."""
    known, later = 0, store.last_seq() + 1
    while later - known > 1:
        middle = (known + later) // 2
        facts = store.all_facts(middle, 1)
        if facts and facts[0].processed <= moment:
            known = facts[0].seq
        else:
            later = middle
    return known


class Past(Present):
    """What the store said at a moment. The state of the job in question is folded from the whole past; of the others,
    of which only statuses are asked, from their own."""

    def __init__(self, store: "EventServer", joid: int, moment: int) -> None:
        super().__init__(store)
        self.seq = position_at(store, moment)
        self._joid = joid
        self._moment = moment
        self._facts: dict[int, list[Fact]] = {}

    def facts(self, joid: int) -> "list[Fact]":
        """What was about a job, 0 = about none, up to the moment."""
        if joid not in self._facts:
            self._facts[joid] = self.store.facts(joid, 1, self.seq)
        return self._facts[joid]

    def job(self, joid: int) -> "Job | None":
        """The newest version of then that no override made."""
        current = self.store.definition(joid)
        if current is None or current.time <= self._moment:
            return current.job if current is not None else None
        changed = [fact for fact in self.facts(joid) if fact.code is EventCode.DEFINITION_CHANGED]
        own = {fact.time for fact in changed if fact.value not in (CHANGED, RETIMED)}
        laid = {fact.time for fact in changed if fact.value in (CHANGED, RETIMED)} - own
        for number in range(current.job.job_ver - 1, 0, -1):
            version = self.store.definition(joid, number)
            if version is not None and version.time <= self._moment and version.time not in laid:
                return version.job
        return None

    def state(self, joid: int) -> JobState | None:
        if self.job(joid) is None:
            return None
        state = JobState()
        facts = self.store.facts_changing(joid, self.seq) if joid == self._joid else self.facts(joid)
        for fact in facts or self._first(joid):
            for changed, changes in fact.changes:
                for name, value in changes.items() if changed == joid else ():
                    setattr(state, name, value)
        return state

    def _first(self, joid: int) -> "list[Fact]":
        """A job that was defined and that no scheduler knew yet: its first state, which `jil` wrote, is told by the
        fact of the scheduler's meeting it."""
        later = self.store.facts(joid, self.seq + 1)
        if later:
            return later[:1]
        row = self.store.status(joid)
        told = [] if row is None else [(joid, row.state.told())]
        return [Fact(0, EventCode.DEFINITION_CHANGED, 0, 0, joid=joid, changes=told)]

    def override(self, job: "Job") -> "Job | None":
        return None

    def override_of_run(self, job: "Job", state: JobState) -> "Job | None":
        return None

    def globals(self) -> dict[str, tuple[str, int]]:
        found: dict[str, tuple[str, int]] = {}
        for fact in self.facts(0):
            if fact.code is EventCode.SET_GLOBAL:
                found[fact.name] = (fact.value, fact.processed)
                if fact.value == "DELETE":
                    del found[fact.name]
        return found

    def machines(self) -> "Iterable[Machine]":
        """As they are defined now, online or not as then."""
        offline = {}
        for fact in self.facts(0):
            if fact.code in (EventCode.MACH_OFFLINE, EventCode.MACH_ONLINE):
                offline[fact.name] = fact.code is EventCode.MACH_OFFLINE
        for machine in self.store.machines():
            machine.offline = offline.get(machine.name, False)
            yield machine

    def externals(self) -> dict[str, JobState | None]:
        found: dict[str, JobState | None] = {}
        for fact in self.facts(0):
            if fact.code is EventCode.EXTERNAL_DEPENDENCY:
                found[fact.name] = fold(found.get(fact.name), fact)
        return found

    def counts(self) -> "dict[CountKey, int]":
        return {}

    def rivals(self, job: "Job", state: JobState) -> "Iterable[int]":
        return []

    def open_runs(self) -> "Iterable[Run]":
        return []
