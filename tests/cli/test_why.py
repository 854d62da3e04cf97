"""`autosys why`: the first line names the cause, the gates are the engine's, the past answers for the past."""

import json
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.cli import clock
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done
from tests.engine import Engine, moment

UTC = ZoneInfo("UTC")
BEGIN = moment("02/03/2025 06:00", UTC)

JIL = """
insert_machine: away   node_name: elsewhere
insert_machine: here   node_name: localhost
insert_machine: full   node_name: localhost   max_load: 10
insert_resource: tape   res_type: R   amount: 1
insert_job: LOAD   command: x   machine: localhost
insert_job: BATCH   job_type: box
insert_job: BATCH2   job_type: box
insert_job: quick   box_name: BATCH   command: x   machine: localhost
insert_job: waits   box_name: BATCH   command: x   machine: localhost
   condition: (s(LOAD) & d(quick)) | (v(GO) = "yes" & f(quick))
insert_job: late   box_name: BATCH   command: x   machine: localhost   date_conditions: 1   start_times: "23:00"
insert_job: held   box_name: BATCH   command: x   machine: localhost
insert_job: iced   box_name: BATCH   command: x   machine: localhost
insert_job: far   box_name: BATCH   command: x   machine: here
insert_job: nowhere   box_name: BATCH   command: x   machine: undefined
insert_job: typo   box_name: BATCH   command: x   machine: localhost   condition: s(LAOD) & n(waits)
insert_job: astray   box_name: BATCH2   command: x   machine: localhost
insert_job: closed   box_name: BATCH   command: x   machine: localhost   date_conditions: 1   run_window: "08:00-09:00"
insert_job: big   command: x   machine: full   job_load: 8   priority: 5
insert_job: other   command: x   machine: full   job_load: 8   priority: 5
insert_job: third   command: x   machine: full   job_load: 8   priority: 9
insert_job: taper   command: x   machine: localhost   resources: (tape)
insert_job: taped   command: x   machine: localhost   resources: (tape)
insert_job: alone   command: x   machine: localhost
insert_job: after   command: x   machine: localhost   condition: n(LOAD)
insert_job: again   command: x   machine: localhost   n_retrys: 3
"""


class Desk:
    """An instance whose scheduler has come up, and whoever sits before it."""

    def __init__(self, store: MemoryStore, run: Callable[..., Done]) -> None:
        self.run = run
        self.engine = Engine(BEGIN, UTC, Configuration(), store)
        self.engine.jil(JIL)

    def send(self, code: EventCode, job: str = "", reason: str = "", **details: object) -> None:
        joid = self.engine.world.names[job] if job else 0
        event = Event(code, self.engine.now, joid=joid, sent_by="op@host", reason=reason, **details)  # type: ignore[arg-type]
        self.engine.send(event)
        self.engine.run_to(self.engine.now)

    def wait(self, minutes: int) -> None:
        self.engine.run_to(self.engine.now + 60 * minutes)

    def why(self, job: str, *options: str) -> list[str]:
        done = self.run("why", job, *options)
        assert (done.code, done.err) == (0, ""), done.err
        return done.out.splitlines()


@pytest.fixture
def desk(store: MemoryStore, autosys: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(store, autosys)
    monkeypatch.setattr(clock, "now", lambda: desk.engine.now)
    for name in desk.engine.world.names:
        desk.engine.agent.plan(name, SimulatedOutcome(600, 0))
    return desk


@pytest.fixture
def batch(desk: Desk) -> Desk:
    """The box BATCH runs; nothing in it that had something in its way does."""
    desk.send(EventCode.JOB_ON_HOLD, "held", "month end")
    desk.send(EventCode.JOB_ON_ICE, "iced")
    desk.send(EventCode.MACH_OFFLINE, name="here", reason="new disks")
    desk.send(EventCode.STARTJOB, "BATCH")
    assert desk.engine.world.states[desk.engine.world.names["BATCH"]].status is Status.RUNNING
    return desk


AT = "02/03/2025 06:00:00"


@pytest.mark.parametrize(
    ("job", "cause"),
    [
        (
            "waits",
            f"waits waits for its condition: s(LOAD) is false, LOAD is INACTIVE since {AT} (jil by tester@host); "
            f"d(quick) is false, quick is RUNNING since {AT} (STARTJOB by op@host); "
            'v(GO) = "yes" is false, GO is undefined and '
            "1 more.",
        ),
        ("late", "late waits for its start time, 02/03/2025 23:00:00."),
        (
            "held",
            f'held is ON_HOLD since {AT} (JOB_ON_HOLD by op@host: "month end"): it does not start before JOB_OFF_HOLD.',
        ),
        ("iced", f"iced is ON_ICE since {AT} (JOB_ON_ICE by op@host): it does not start before JOB_OFF_ICE."),
        ("far", 'far waits for its machine here, which is offline (MACH_OFFLINE by op@host: "new disks").'),
        ("nowhere", "nowhere waits for its machine undefined, which no insert_machine has defined."),
        (
            "typo",
            "typo waits for a job that does not exist: its condition names LAOD in s(LAOD); did you mean LOAD?",
        ),
        (
            "astray",
            f"astray waits for its box BATCH2, which is INACTIVE since {AT}, not RUNNING. A box BATCH does run: is "
            "box_name misspelt? Nothing keeps BATCH2 from starting, and nothing starts it: it has no start time, no "
            "condition and no box.",
        ),
        ("closed", "closed waits for its run window, which opens at 02/03/2025 08:00:00."),
        ("quick", f"quick is RUNNING since {AT} (STARTJOB by op@host), run 1/1: it does not wait for anything."),
    ],
)
def test_a_box_runs_and_a_member_does_not(batch: Desk, job: str, cause: str) -> None:
    assert batch.why(job)[0] == cause


@pytest.mark.parametrize(
    ("job", "steps"),
    [
        ("held", ["sendevent -E JOB_OFF_HOLD -J held"]),
        ("iced", ["sendevent -E JOB_OFF_ICE -J iced"]),
        ("late", ["sendevent -E STARTJOB -J late"]),
        ("far", ["sendevent -E MACH_ONLINE -N here", "sendevent -E FORCE_STARTJOB -J far --preview"]),
        (
            "typo",
            [
                "echo 'update_job: typo  condition: s(LOAD) & n(waits)' | jil",
                "sendevent -E FORCE_STARTJOB -J typo --preview",
            ],
        ),
    ],
)
def test_what_to_type_next(batch: Desk, job: str, steps: list[str]) -> None:
    lines = batch.why(job)
    assert [line.strip() for line in lines[lines.index("Type next:") + 1 :]] == steps


def test_the_page(batch: Desk) -> None:
    assert batch.why("waits")[1:] == [
        "",
        f"status     pass  ACTIVATED  since {AT} (STARTJOB by op@host)",
        f"condition  FAIL  false  since {AT}",
        "  false  any of",
        "    false  all of",
        f"      false  s(LOAD)  INACTIVE since {AT} (jil by tester@host)",
        f"      false  d(quick)  RUNNING since {AT} (STARTJOB by op@host)",
        "    false  all of",
        '      false  v(GO) = "yes"  undefined',
        f"      false  f(quick)  RUNNING since {AT} (STARTJOB by op@host)",
        f"box BATCH  pass  RUNNING  since {AT}",
        "machine    pass  localhost",
        "",
        "Type next:",
        "  autosys why LOAD",
        "  autosys why quick",
        "  sendevent -E SET_GLOBAL -G GO=yes",
        "  sendevent -E FORCE_STARTJOB -J waits --preview",
    ]


# What is not a member


def test_gates_say_since_when(desk: Desk) -> None:
    desk.engine.jil(
        'insert_job: timed  command: x  machine: here  condition: s(LOAD)  date_conditions: 1  start_times: "06:10"'
    )
    desk.send(EventCode.MACH_OFFLINE, name="here")
    desk.wait(20)
    lines = desk.why("timed")
    assert "date and time  pass  has come  since 02/03/2025 06:10:00" in lines
    assert any(line.startswith("machine        FAIL") and line.endswith(f"  since {AT}") for line in lines)
    desk.send(EventCode.FORCE_STARTJOB, "LOAD")
    desk.send(EventCode.MACH_ONLINE, name="here")
    desk.wait(60)
    assert "date and time  FAIL  next start 02/04/2025 06:10:00  since 02/03/2025 06:30:00" in desk.why("timed")


def test_load_units_and_who_is_ahead(desk: Desk) -> None:
    for job in ("big", "other", "third"):
        desk.send(EventCode.STARTJOB, job)
    assert desk.why("other")[0] == (
        "other waits for load units: <other> waits: <full> has no 8 load units free. In use by big."
    )
    lines = desk.why("third")
    assert lines[0].endswith("Ahead of it: 1, first other.")
    assert f"    other  priority 5  since {AT}" in lines
    assert "  autosys why other" in lines and "  sendevent -E CHANGE_PRIORITY -J third -q 1" in lines


def test_resources_and_who_has_them(desk: Desk) -> None:
    desk.send(EventCode.STARTJOB, "taper")
    desk.send(EventCode.STARTJOB, "taped")
    assert desk.why("taped")[0] == (
        "taped waits for resources: Resource <tape> is short: 1 wanted, 0 available. In use by taper."
    )


@pytest.mark.parametrize(
    ("job", "cause"),
    [
        (
            "alone",
            "Nothing keeps alone from starting, and nothing starts it: it has no start time, no condition and no box.",
        ),
        (
            "after",
            f"Nothing keeps after from starting: its condition is true, since {AT} at the latest. Outside a box it "
            "starts when an atom becomes true again.",
        ),
    ],
)
def test_every_gate_is_open(desk: Desk, job: str, cause: str) -> None:
    lines = desk.why(job)
    assert lines[0] == cause
    assert not any("FAIL" in line for line in lines)
    assert lines[-1] == f"  sendevent -E STARTJOB -J {job}"


def test_every_gate_is_open_but_nobody_looks(desk: Desk) -> None:
    with desk.engine.store.transaction():
        desk.engine.store.release_lease("test")
    lines = desk.why("alone")
    assert lines[0] == "Nothing keeps alone from starting, but no scheduler is running."
    assert "  eventor &" in lines


def test_after_a_kill_both_sides_say_how_to_go_on(desk: Desk) -> None:
    desk.engine.jil("insert_job: needs  command: x  machine: localhost  condition: s(alone)")
    desk.send(EventCode.STARTJOB, "alone")
    desk.wait(1)
    desk.send(EventCode.KILLJOB, "alone", "it hangs")
    killed = 'TERMINATED since 02/03/2025 06:01:00 (run 1/1, exit code -15, KILLJOB by op@host: "it hangs")'
    ways = ["  sendevent -E RESTART -J alone", "  sendevent -E CHANGE_STATUS -s SUCCESS -J alone"]
    lines = desk.why("needs")
    assert lines[0] == (
        f"needs waits for its condition: s(alone) is false, alone is {killed}. "
        "Two ways on: RESTART of alone, or CHANGE_STATUS to go on without it."
    )
    assert lines[lines.index("Type next:") + 1 :] == [*ways, "  sendevent -E FORCE_STARTJOB -J needs --preview"]
    lines = desk.why("alone")
    assert lines[0].startswith(f"alone is {killed}. Nothing keeps alone from starting, and nothing starts it:")
    assert "Waiting for it: needs" in lines
    assert lines[lines.index("Type next:") + 1 :] == ways
    desk.send(EventCode.CHANGE_STATUS, "alone", status=Status.SUCCESS)
    assert desk.why("needs")[0].startswith("needs is RUNNING")
    assert not any(line.startswith("Waiting for it") for line in desk.why("alone"))


def test_a_member_that_has_run(batch: Desk) -> None:
    batch.wait(11)
    assert batch.why("quick")[0] == (
        "quick has already run in this run of its box BATCH: it is SUCCESS since 02/03/2025 06:10:00 (run 1/1, exit "
        "code 0)."
    )


def test_a_box_that_runs_on_names_who_keeps_it(batch: Desk) -> None:
    batch.wait(20)
    lines = batch.why("BATCH")
    assert lines[0] == (
        f"BATCH is RUNNING since {AT} (STARTJOB by op@host), run 1/1: it waits for its members waits (ACTIVATED), "
        "late (ACTIVATED), held (ON_HOLD) and 4 more."
    )
    assert any(
        line.startswith("Not done: waits (ACTIVATED), late (ACTIVATED), held (ON_HOLD), far (") for line in lines
    )
    assert lines[-4:] == [
        "  autosys why waits", "  autosys why late", "  autosys why held", "  autosys timeline BATCH",
    ]  # fmt: skip


def test_a_box_whose_members_are_done_and_that_waits_for_its_box_success(desk: Desk) -> None:
    desk.engine.jil("insert_job: odd  job_type: box  box_success: f(in)")
    desk.engine.jil("insert_job: in  box_name: odd  command: x  machine: localhost")
    desk.send(EventCode.STARTJOB, "odd")
    desk.wait(20)
    assert desk.why("odd")[0].endswith("all its members are done, and its box_success and box_failure are not true.")


def test_a_job_that_asks_an_operator(desk: Desk) -> None:
    desk.engine.jil("insert_job: asks  command: x  machine: localhost  on_error: request_restart")
    desk.engine.agent.plan("asks", SimulatedOutcome(0, 4))
    desk.send(EventCode.STARTJOB, "asks")
    lines = desk.why("asks")
    assert lines[0] == f"asks waits for an operator's answer since {AT}: its run 1/1 ended FAILURE, exit code 4."
    assert "  sendevent -E REPLY_RESPONSE -J asks -r RESTART" in lines and lines[-1] == "  autosys messages -J asks"


def test_a_restart_that_is_due_and_starts_that_are_withdrawn(desk: Desk) -> None:
    desk.engine.jil("insert_job: again2  command: x  machine: localhost  on_error: restart  restart_delay: 5m")
    desk.engine.jil(
        'insert_job: stops  command: x  machine: localhost  on_error: stop  date_conditions: 1  start_times: "06:01"'
    )
    for job in ("again2", "stops"):
        desk.engine.agent.plan(job, SimulatedOutcome(0, 4))
    desk.send(EventCode.STARTJOB, "again2")
    assert desk.why("again2")[0].startswith("again2 waits for its restart at 02/03/2025 06:05:00: it is RESTART")
    desk.wait(2)
    assert desk.why("stops")[0] == (
        "stops has no start time to come: they are withdrawn until it is restarted or redefined."
    )


def test_a_job_between_two_tries(desk: Desk) -> None:
    desk.engine.agent.plan("again", SimulatedOutcome(0, 1))
    desk.send(EventCode.STARTJOB, "again")
    assert desk.why("again")[0] == (
        "again waits for its next try at 02/03/2025 06:00:15: it is RESTART since 02/03/2025 06:00:00 (run 1/1)."
    )


def test_a_box_in_a_box_leads_to_the_outermost_that_does_not_run(desk: Desk) -> None:
    desk.engine.jil("insert_job: OUTER  job_type: box  condition: s(LOAD)")
    desk.engine.jil("insert_job: INNER  job_type: box  box_name: OUTER")
    desk.engine.jil("insert_job: deep  box_name: INNER  command: x  machine: localhost")
    first = desk.why("deep")[0]
    assert first.startswith("deep waits for its box INNER, which is INACTIVE")
    assert " OUTER waits for its condition: s(LOAD) is false, LOAD is INACTIVE since " in first


# The past


def test_the_past_is_as_it_was(batch: Desk) -> None:
    batch.wait(30)
    batch.send(EventCode.JOB_OFF_HOLD, "held", "month is over")
    batch.send(EventCode.CHANGE_STATUS, "LOAD", status=Status.SUCCESS)
    batch.send(EventCode.SET_GLOBAL, name="GO", value="yes")
    batch.send(EventCode.MACH_ONLINE, name="here")
    batch.engine.jil("update_job: typo  condition: s(LOAD)")
    batch.wait(30)
    then = ("--at", "02/03/2025 06:15:00")
    assert batch.why("held")[0].startswith("held has already run")
    assert batch.why("held", *then)[0] == (
        f'held is ON_HOLD since {AT} (JOB_ON_HOLD by op@host: "month end"): it does not start before JOB_OFF_HOLD.'
    )
    assert batch.why("waits")[0].startswith("waits has already run")
    assert batch.why("waits", *then)[0].startswith("waits waits for its condition: s(LOAD) is false, LOAD is INACTIVE")
    assert batch.why("typo", *then)[0].startswith("typo waits for a job that does not exist")
    far = batch.why("far", *then)
    assert far[0] == 'far waits for its machine here, which is offline (MACH_OFFLINE by op@host: "new disks").'
    assert "As it was at 02/03/2025 06:15:00:" in far
    assert batch.why("LOAD", "--at", "02/03/2025 06:00:00")[0].startswith("Nothing keeps LOAD from starting")


def test_the_past_of_a_job_that_no_scheduler_knew_yet(desk: Desk) -> None:
    desk.engine.stop()
    desk.engine.now += 60
    desk.engine.jil(
        'insert_job: fresh  command: x  machine: localhost  date_conditions: 1  start_times: "23:00"  status: on_hold'
    )
    desk.engine.now += 60
    for _ in range(2):
        then = desk.why("fresh", "--at", "02/03/2025 06:01:30")
        assert then[0].startswith("fresh is ON_HOLD since 02/03/2025 06:01:00 (insert_job by tester@host)")
        assert "date and time  FAIL  next start 02/03/2025 23:00:00" in then
        desk.engine.restart()
        desk.engine.run_to(desk.engine.now + 60)
    assert desk.run("why", "fresh", "--at", "02/03/2025 06:00:30").code == 1


def test_the_past_of_a_queue_is_what_the_log_says(desk: Desk) -> None:
    desk.send(EventCode.STARTJOB, "big")
    desk.send(EventCode.STARTJOB, "other")
    desk.wait(60)
    assert desk.why("other", "--at", "02/03/2025 06:05:00")[0] == (
        "other waits for load units: <other> waits: <full> has no 8 load units free."
    )


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("NOBODY",), 1, "CAUAJM_E_50004 Invalid job/box name: NOBODY\n"),
        (("LAOD",), 1, "Did you mean LOAD?"),
        (("LOAD", "--at", "yesterday"), 2, "--at yesterday is not a time like MM/DD/YYYY HH:MM[:SS]."),
        (("LOAD", "--at", "02/04/2025 06:00"), 2, "is in the future"),
        (("LOAD", "--at", "02/02/2025 06:00"), 1, "it was not defined at 02/02/2025 06:00:00."),
        (("x\x1b[2J",), 1, "x\\x1b[2J"),
        ((), 2, "JOB"),
    ],
)
def test_refusals(desk: Desk, words: tuple[str, ...], code: int, says: str) -> None:
    done = desk.run("why", *words)
    assert (done.code, done.out) == (code, "")
    assert says in done.err and "Traceback" not in done.err


def test_as_data(batch: Desk) -> None:
    data = json.loads("\n".join(batch.why("far", "--format", "json")))
    assert list(data) == [
        "job", "at", "cause", "status", "since", "set", "free", "gates", "condition", "machines", "ahead", "in_use_by",
        "dependents", "unfinished", "scheduler", "near_box", "box", "next",
    ]  # fmt: skip
    assert [each["gate"] for each in data["gates"] if not each["pass"]] == ["machine"]
    assert data["machines"] == [
        {
            "machine": "here",
            "reason": "is offline",
            "set": {
                "event": "MACH_OFFLINE",
                "by": "op@host",
                "reason": "new disks",
                "time": "2025-02-03T06:00:00+00:00",
            },
        }
    ]


def test_a_hostile_reason_moves_no_cursor(desk: Desk) -> None:
    desk.send(EventCode.JOB_ON_HOLD, "alone", "\x1b[2J\u202egnp")
    done = desk.run("why", "alone")
    assert "\x1b" not in done.out and "\\x1b[2J\\u202e" in done.out


def test_a_condition_of_any_depth(desk: Desk) -> None:
    deep = "s(LOAD)"
    for level in range(60):
        deep = f"(d(LOAD) {'&|'[level % 2]} {deep})"
    desk.engine.jil(f"insert_job: deep  command: x  machine: localhost  condition: {deep}")
    assert desk.why("deep")[0].startswith("deep waits for its condition: d(LOAD) is false")
