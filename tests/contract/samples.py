"""Short ways to write what the contract is about."""

from autosys_py.core.codes import EventCode, Status
from autosys_py.core.condition import Atom, Condition, Kind
from autosys_py.core.model import Definition, Event, Fact, Job, JobState, Outcome, Run, RunKey
from autosys_py.event_server.protocol import EventServer


def definition(
    name: str, joid: int = 0, box: int = 0, condition: Condition | None = None, command: str = "true"
) -> Definition:
    job = Job(joid, 0, name, "CMD", box, machine="localhost", condition=condition)
    return Definition(job, (("machine", "localhost"), ("command", command)), "op@host", 1000)


def insert_job(store: EventServer, name: str, box: int = 0, condition: Condition | None = None) -> Job:
    """What `jil` does for `insert_job`."""
    with store.transaction():
        job = store.put_definition(definition(name, box=box, condition=condition))
        store.put_first_states({job.joid: JobState()})
        return job


def after_success_of(*names: str) -> Condition:
    atoms = tuple(Atom(Kind.SUCCESS, name, text=f"s({name})") for name in names)
    return Condition(atoms, tuple(range(len(names))) + (-1,) * (len(names) - 1))


def send(store: EventServer, event: Event) -> int:
    """What `sendevent` does."""
    with store.transaction():
        return store.add_event(event)


def startjob(due: int, joid: int = 0, priority: int = 10) -> Event:
    return Event(EventCode.STARTJOB, due, joid=joid, priority=priority, sent_by="op@host", sent=1)


def tick(due: int, joid: int, job_ver: int = 1) -> Event:
    return Event(EventCode.STARTJOB, due, joid=joid, job_ver=job_ver)


def turn(store: EventServer, outcome: Outcome, processed: tuple[int, ...] = (), now: int = 5000) -> None:
    with store.transaction():
        store.write_turn(processed, outcome, now)


def past(seq: int, joid: int = 0) -> Fact:
    return Fact(seq, EventCode.CHANGE_STATUS, 4000 + seq, 4001 + seq, joid=joid, status=Status.RUNNING)


def run(joid: int, run_num: int, ntry: int = 1, end: int | None = None) -> Run:
    return Run(
        RunKey(joid, run_num, ntry), 1, "localhost", 4000, end, Status.SUCCESS if end else None, 0 if end else None
    )


def runs(*tries: Run) -> Outcome:
    return Outcome(runs={each.key: each for each in tries})
