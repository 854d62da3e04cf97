"""What surrounds an estate in the stories of `test_properties`: calendars, time zones, other instances, agents.

It has a chance of its own. What it does to a job is legal JIL, and what agents and other instances tell is what they
might: late, again, of a try that is long over.
"""

from collections.abc import Iterator
from random import Random

from autosys_py.agent.protocol import Report
from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.external import REPORT_ONLY
from autosys_py.core.model import Event, JobState, RunKey
from tests.engine import Engine
from tests.loading import load_calendars

DAYS = ("02/03/2025", "02/04/2025")
"""The story is played on the afternoon of the first; in Sydney the second begins meanwhile."""
HOURS = ("12", "13", "14", "23", "00", "01")
ZONES = ("Australia/Sydney", "Europe/Berlin", "UTC")
INSTANCE = "insert_xinst: PRD  xtype: a  xmachine: far  xport: 9000"
OTHERS = ("x^PRD", "y^PRD")
TOLD = [*[Status.RUNNING, Status.SUCCESS, Status.FAILURE] * 2, Status.TERMINATED, Status.INACTIVE, Status.ON_ICE, None]
REMARKS = (EventCode.CHECK_HEARTBEAT, EventCode.AGENT_SILENT, EventCode.AGENT_REMARK, EventCode.AGENT_KILL_FAILED)


class Surroundings:
    """Everything around the jobs of one story."""

    def __init__(self, chance: Random, engine: Engine) -> None:
        self._chance = chance
        self._engine = engine

    # What is defined

    def put_calendars(self) -> None:
        """Both calendars, as they are now or for the first time."""
        chance = self._chance
        rows = {f"{chance.choice(DAYS)} {chance.choice(HOURS)}:{chance.randrange(0, 60, 5):02}" for _ in range(8)}
        off = ["02/02/2025", *(day for day in DAYS if chance.random() < 0.3)]
        for name, dates in (("RUNS", sorted(rows)), ("OFF", off)):
            load_calendars(self._engine.store, "\n".join([f"calendar: {name}", *dates, ""]), self._engine.now)

    def attributes(self, definition: str) -> Iterator[str]:
        """More for a job that so far is `definition`: days, zone, must times, auto_delete."""
        chance = self._chance
        if "date_conditions" not in definition and chance.random() < 0.2:
            dates = chance.choice(["", "start_mins: 10,40", 'start_times: "12:15,13:00,23:30,00:20"'])
            definition = f"date_conditions: 1  run_calendar: RUNS  {dates}"
            yield definition
        if "date_conditions" in definition:
            yield from self._some(0.4, "exclude_calendar: OFF")
            yield from self._some(0.4, f"timezone: {chance.choice(ZONES)}")
            if "start_mins" in definition:
                yield from self._some(0.4, "must_start_times: +2")
                yield from self._some(0.4, "must_complete_times: +4")
            elif '"12:10,12:50,14:00"' in definition:
                yield from self._some(0.4, 'must_start_times: "12:12,12:53,14:01"')
                yield from self._some(0.4, 'must_complete_times: "12:14,12:55,14:20"')
        yield from self._some(0.05, f"auto_delete: {chance.choice([0, 1])}")

    def change(self) -> str:
        """An attribute to update."""
        return self._chance.choice(
            ["exclude_calendar: OFF", "exclude_calendar:", f"timezone: {self._chance.choice(ZONES)}", "auto_delete: 1"]
        )

    def override(self) -> list[str]:
        return self._some(0.15, self._chance.choice(["exclude_calendar: OFF", "exclude_calendar: NULL"]))

    def atom(self) -> str:
        """An atom on a job of another instance; mostly none."""
        if self._chance.random() > 0.08:
            return ""
        return f"{self._chance.choice('sfdtn')}({self._chance.choice(OTHERS)}{self._chance.choice(['', '', ',0'])})"

    def outcome(self) -> SimulatedOutcome | None:
        """A start that the agent of the machine does not answer; mostly none."""
        if self._chance.random() > 0.03:
            return None
        return SimulatedOutcome(unreachable=self._chance.choice(["missing", "blocked"]))

    def _some(self, likelihood: float, text: str) -> list[str]:
        return [text] if self._chance.random() < likelihood else []

    # What happens

    def act(self) -> None:
        chance = self._chance
        happens = chance.random()
        if happens < 0.12:
            self._engine.told.append(self._told())
        elif happens < 0.22:
            self._report()
        elif happens < 0.26:
            self.put_calendars()
        elif happens < 0.3:
            self._chase()
        elif happens < 0.36:
            name = chance.choice(["m", "m2", "localhost"])
            self._engine.send(Event(EventCode.AGENT_REACHABLE, self._engine.now, name=name))
        elif happens < 0.4:
            self._be_away()

    def _be_away(self) -> None:
        """A downtime of the scheduler, in which jobs run on and calendars change."""
        for _ in range(2):
            self._engine.now += self._chance.choice([30, 300, 900])
            if self._chance.random() < 0.3:
                self.put_calendars()
        self._engine.restart()

    def _told(self) -> Event:
        chance, now = self._chance, self._engine.now
        if chance.random() < 0.1:
            return Event(EventCode.REFRESH_EXTINST, now, name="PRD", value=chance.choice(["", "gone"]))
        event = Event(EventCode.EXTERNAL_DEPENDENCY, now - chance.choice([0, 0, 0, 40]), name=chance.choice(OTHERS))
        status = chance.choice(TOLD)
        if status is not None:
            event.state = JobState(status, since=event.due, exit_code=chance.choice([0, 2]))
            event.state.last_end = event.due - chance.choice([0, 0, 60])
            event.value = chance.choice(["", "", REPORT_ONLY])
        return event

    def _report(self) -> None:
        """One that was taken in already, or a remark, or the loss of a run."""
        chance, engine = self._chance, self._engine
        old = engine.agent.acknowledged
        if old and chance.random() < 0.5:
            report = chance.choice(old)
            engine.agent.say(chance.choice([report, report._replace(time=engine.now)]))
            return
        key = self._try()
        if chance.random() < 0.3:
            engine.agent.say(Report(EventCode.AGENT_LOST, key, engine.now, text="no such run"))
        else:
            engine.agent.say(Report(chance.choice(REMARKS), key, engine.now, text="so it says"))

    def _try(self) -> RunKey:
        """The present try of a job, or the one before. Of boxes no agent knows."""
        world = self._engine.world
        joid = self._chance.choice([joid for joid, job in world.jobs.items() if not job.is_box] or [99])
        state = world.states.get(joid) or JobState()
        return RunKey(joid, state.run_num, max(0, state.ntry - self._chance.choice([0, 0, 0, 1])))

    def _chase(self) -> None:
        event = Event(EventCode.CHASE, self._engine.now, value="no trace", sent_by="chase@host")
        event.joid, event.run_num, event.ntry = self._try()
        event.name = self._chance.choice(["", "CHASE"])
        event.status = self._chance.choice([None, Status.FAILURE])
        self._engine.send(event)
