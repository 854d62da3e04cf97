"""A small estate written straight into a store through its protocol: what reports have to show, without a scheduler."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.condition import Atom, Condition, Kind
from autosys_py.core.model import Definition, Event, Fact, Job, JobState, Machine, Outcome, Run, RunKey
from autosys_py.event_server.protocol import EventServer, JobHead


def moment(text: str) -> int:
    """UTC seconds of `MM/DD/YYYY HH:MM:SS` read as UTC, the zone of these tests."""
    return int(datetime.strptime(text + " +0000", "%m/%d/%Y %H:%M:%S %z").timestamp())


NOW = moment("02/03/2025 06:00:00")


def succeeds(*names: str) -> Condition:
    """`s(A) & s(B) …`"""
    atoms = tuple(Atom(Kind.SUCCESS, name, text=f"s({name})") for name in names)
    return Condition(atoms, (0, *(code for index in range(1, len(atoms)) for code in (index, -1))))


class Estate:
    """Writes jobs, states, runs and a past."""

    def __init__(self, store: EventServer) -> None:
        self.store = store
        self.seq = 0

    def job(
        self,
        name: str,
        job_type: str = "CMD",
        box: str = "",
        state: JobState | None = None,
        condition: Condition | None = None,
        **attributes: str,
    ) -> int:
        """A job and where it stands; returns its joid."""
        box_joid = self.head(box).joid if box else 0
        values = {"box_name": box} if box else {}
        if job_type == "CMD":
            values |= {"command": "/bin/true", "machine": "node-a"}
        elif job_type == "FW":
            values |= {"watch_file": "/data/in", "machine": "node-a"}
        values |= {"owner": "retail", **attributes}
        definition = Definition(
            Job(0, 0, name, job_type, box_joid, machine=values.get("machine", ""), condition=condition),
            tuple(values.items()),
            "root@node-a",
            NOW,
        )
        with self.store.transaction():
            joid = self.store.put_definition(definition).joid
            self.store.put_first_states({joid: state or JobState()})
        return joid

    def head(self, name: str) -> JobHead:
        head = self.store.head(name)
        assert head is not None
        return head

    def stands(self, name: str, **changes: Any) -> None:
        """Changes the state of a job."""
        joid = self.head(name).joid
        row = self.store.status(joid)
        assert row is not None
        self.write(Outcome(states={joid: replace(row.state, **changes)}))

    def write(self, outcome: Outcome) -> None:
        with self.store.transaction():
            self.store.write_turn([], outcome, NOW)

    def fact(self, code: EventCode, joid: int, time: int, later: int = 0, **details: Any) -> Fact:
        """A row of the past, processed `later` seconds after it happened; not yet written."""
        self.seq += 1
        return Fact(self.seq, code, time, time + later, joid=joid, **details)

    def status(self, joid: int, status: Status, when: str, run_num: int, ntry: int = 1, **details: Any) -> Fact:
        changes: list[tuple[int, dict[str, Any]]] = [(joid, {"status": status})]
        return self.fact(
            EventCode.CHANGE_STATUS,
            joid,
            moment(when),
            status=status,
            run_num=run_num,
            ntry=ntry,
            changes=changes,
            **details,
        )

    def alarm(self, joid: int, alarm: Alarm, when: str, run_num: int, **details: Any) -> Fact:
        return self.fact(
            EventCode.ALARM, joid, moment(when), alarm=alarm, name=alarm.name, run_num=run_num, ntry=1, **details
        )

    def past(self, facts: Sequence[Fact], runs: Sequence[Run] = ()) -> None:
        self.write(Outcome(facts=list(facts), runs={run.key: run for run in runs}))

    def run(
        self, joid: int, run_num: int, start: str, end: str | None, status: Status | None, code: int | None, first: Fact
    ) -> Run:
        return Run(
            RunKey(joid, run_num, 1),
            1,
            "node-a",
            moment(start),
            moment(end) if end else None,
            status,
            code,
            first_seq=first.seq,
        )

    def globals(self, **values: str) -> None:
        with self.store.transaction():
            self.store.write_turn([], Outcome(globals=dict(values)), NOW)

    def machine(self, name: str, **details: Any) -> None:
        with self.store.transaction():
            self.store.put_machine(Machine(name, **details))

    def pending(self, joid: int = 0) -> list[Event]:
        return self.store.pending_events(joid)


def retail(store: EventServer) -> Estate:
    """The estate of the golden reports: the box of cli.md §3.3 around a file watcher and a mail, and a lone job."""
    estate = Estate(store)
    start = moment("02/03/2025 04:00:01")
    estate.job(
        "RET_STOCK_BX",
        "BOX",
        state=JobState(Status.RUNNING, run_num=41, ntry=1, last_start=start),
        application="RETAIL",
    )
    estate.job(
        "RET_STOCK_FW",
        "FW",
        "RET_STOCK_BX",
        JobState(
            Status.SUCCESS,
            run_num=41,
            ntry=1,
            last_start=start + 1,
            last_end=moment("02/03/2025 04:11:40"),
            exit_code=0,
            machine="node-a",
        ),
        application="RETAIL",
    )
    estate.job(
        "RET_STOCK_MAIL",
        "CMD",
        "RET_STOCK_BX",
        JobState(Status.ACTIVATED, noexec=True, run_num=41),
        group="MAIL",
    )
    lone = estate.job("RET_CLOSE", state=JobState(Status.FAILURE, run_num=40, ntry=1, exit_code=3, machine="node-a"))
    _past_of_close(estate, lone)
    estate.globals(RET_GO="Y", RET_EMPTY="")
    estate.machine("node-a", max_load=100, factor=1.5)
    estate.machine("node-b", offline=True, type="l")
    return estate


def _past_of_close(estate: Estate, joid: int) -> None:
    older = [
        estate.status(joid, Status.STARTING, "02/01/2025 23:00:00", 39, machine="node-a", text="Executing at node-a"),
        estate.status(joid, Status.RUNNING, "02/01/2025 23:00:00", 39, machine="node-a"),
        estate.status(joid, Status.SUCCESS, "02/01/2025 23:01:00", 39, machine="node-a", exit_code=0),
    ]
    newer = [
        estate.status(joid, Status.STARTING, "02/02/2025 23:00:00", 40, machine="node-a", text="Executing at node-a"),
        estate.status(joid, Status.FAILURE, "02/02/2025 23:02:17", 40, machine="node-a", exit_code=3),
        estate.alarm(joid, Alarm.JOBFAILURE, "02/02/2025 23:02:17", 40, machine="node-a", later=1),
    ]
    past_start = estate.fact(EventCode.STARTJOB, joid, moment("02/02/2025 23:05:00"), eoid=7, run_num=40, ntry=1)
    runs = [
        estate.run(joid, 39, "02/01/2025 23:00:00", "02/01/2025 23:01:00", Status.SUCCESS, 0, older[0]),
        estate.run(joid, 40, "02/02/2025 23:00:00", "02/02/2025 23:02:17", Status.FAILURE, 3, newer[0]),
    ]
    estate.past([*older, *newer, past_start], runs)
    estate.stands("RET_CLOSE", last_start=moment("02/02/2025 23:00:00"), last_end=moment("02/02/2025 23:02:17"))
