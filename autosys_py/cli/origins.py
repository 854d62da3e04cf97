"""Who or what set a status, a global or a machine: found in the past, without reading more of it than a run's."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from autosys_py.cli.past import position_at
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.model import Fact, RunKey
from autosys_py.report.why import Origin

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer

LONGEST = 1000
"""Causes of causes that are followed."""

INSERTED = "insert_job"
PLAIN = {
    EventCode.AGENT_ENDED: "its run ended",
    EventCode.AGENT_LOST: "its run was lost",
    EventCode.AGENT_START_FAILED: "it could not be started",
    EventCode.DEFINITION_CHANGED: "jil",
    EventCode.CHK_RUN_WINDOW: "its run window closed",
    EventCode.CHK_TERM_RUNTIME: "term_run_time was over",
    EventCode.QUE_RECOVERY: "the scheduler came up",
}


class Origins:
    """Origins as the log gives them up to a position, None = to its end."""

    def __init__(self, store: "EventServer", last_seq: int | None) -> None:
        self._store = store
        self._last = last_seq
        self._setters: dict[int, Fact | None] = {}
        self._machines: dict[str, Origin] = {}

    def of_status(self, joid: int) -> Origin:
        """What gave the job its present status."""
        fact = self._setter(joid)
        return self._first(joid) if fact is None else self._told(fact)

    def notes_of_status(self, joid: int) -> list[str]:
        """What the scheduler noted then."""
        fact = self._setter(joid)
        return [] if fact is None else fact.notes

    def latched_since(self, joid: int) -> int | None:
        """When the start time came that the job still has to use; None = the past does not say."""
        for fact in reversed(self._facts_since_run(joid)):
            if any(changed == joid and changes.get("latched") for changed, changes in fact.changes):
                return fact.time
        return None

    def of_global(self, name: str, since: int) -> Origin:
        """The event that set it, in the second `since`."""
        facts = self._without_job(position_at(self._store, since - 1) + 1, position_at(self._store, since))
        return self._last_of(EventCode.SET_GLOBAL, name, facts)

    def of_machine(self, name: str) -> Origin:
        """The MACH_OFFLINE of a machine."""
        if name not in self._machines:
            self._machines[name] = self._last_of(EventCode.MACH_OFFLINE, name, self._without_job(1, self._last))
        return self._machines[name]

    def _first(self, joid: int) -> Origin:
        """Nothing has happened to the job yet but that it was defined."""
        definition = self._store.definition(joid, 1)
        return Origin() if definition is None else Origin(INSERTED, definition.sent_by, "", definition.time)

    def _without_job(self, first: int, last: int | None) -> list[Fact]:
        return self._store.facts(0, first, last)

    def _last_of(self, code: EventCode, name: str, facts: Iterable[Fact]) -> Origin:
        found = [fact for fact in facts if fact.code is code and fact.name == name]
        return self._told(found[-1]) if found else Origin()

    def _setter(self, joid: int) -> Fact | None:
        if joid not in self._setters:
            setting = [fact for fact in reversed(self._facts_since_run(joid)) if _sets_status(fact, joid)]
            if setting and setting[0].status is Status.RUNNING:
                started = (fact for fact in setting if fact.status is Status.STARTING)
                setting.insert(0, next(started, setting[0]))  # the agent reports; somebody else made it start
            self._setters[joid] = setting[0] if setting else None
        return self._setters[joid]

    def _facts_since_run(self, joid: int) -> list[Fact]:
        newest = self._store.runs(joid, 1) if self._last is None else []
        return self._store.facts(joid, newest[0].first_seq if newest else 1, self._last)

    def _told(self, fact: Fact) -> Origin:
        """By the first cause that a person sent, else by what the scheduler itself was about."""
        each, first = fact, fact
        for _ in range(LONGEST):
            if each.sent_by:
                return Origin(_word(each), each.sent_by, each.reason, fact.time)
            first = each
            earlier = self._store.all_facts(each.cause, 1) if each.cause else []
            if not earlier or earlier[0].seq != each.cause:
                break
            each = earlier[0]
        kill = self._kill_of(fact) if fact.status is Status.TERMINATED else None
        if kill is not None:
            return Origin(f"{_event(first, fact)}, KILLJOB", kill.sent_by, kill.reason, fact.time)
        return Origin(_event(first, fact), "", "", fact.time)

    def _kill_of(self, end: Fact) -> Fact | None:
        """The KILLJOB that somebody sent to a run; the agent reports its end later, with no cause."""
        key = RunKey(end.joid, end.run_num, end.ntry)
        run = self._store.run(key)
        facts = self._store.facts(end.joid, run.first_seq, end.seq) if run is not None else []
        kills = (fact for fact in reversed(facts) if fact.code is EventCode.KILLJOB and fact.sent_by)
        return next(kills, None)


def _sets_status(fact: Fact, joid: int) -> bool:
    return any(changed == joid and "status" in changes for changed, changes in fact.changes)


def _word(fact: Fact) -> str:
    return PLAIN.get(fact.code, fact.code.name)


def _event(first: Fact, fact: Fact) -> str:
    """A status that nobody sent: its run's, or what followed from a tick or from other jobs."""
    if fact.code is EventCode.CHANGE_STATUS and first.joid == fact.joid and fact.exit_code is not None:
        return f"run {fact.run_num}/{fact.ntry}, exit code {fact.exit_code}"
    if first.code is EventCode.CHANGE_STATUS and fact.run_num:
        return f"run {fact.run_num}/{fact.ntry}"
    if first.code is EventCode.STARTJOB:
        return "its start time" if first.joid == fact.joid else "a start time"
    return _word(first)
