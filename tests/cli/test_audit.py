"""`autosys audit`: who did what, when, from where and why; and that nobody changed the past."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.cli import clock
from autosys_py.cli.calendar_rows import change_rows
from autosys_py.cli.instance import Instance
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.core.model import Event
from autosys_py.event_server.driver import driver
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.open import open_sqlite
from tests.cli.conftest import Done, Shell
from tests.cli.test_why import BEGIN, UTC, Desk
from tests.engine import Engine


@pytest.fixture
def desk(store: MemoryStore, autosys: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(store, autosys)
    monkeypatch.setattr(clock, "now", lambda: desk.engine.now)
    return desk


@pytest.fixture
def night(desk: Desk) -> Desk:
    """What an operator did between six and seven."""
    desk.engine.run_to(BEGIN + 3600)
    desk.send(EventCode.FORCE_STARTJOB, "typo", "input was late")
    desk.send(EventCode.CHANGE_STATUS, "LOAD", "fixed by hand", status=Status.SUCCESS)
    desk.send(EventCode.FORCE_STARTJOB, "after")
    desk.send(EventCode.SET_GLOBAL, name="GO", value="yes")
    desk.wait(60)
    desk.engine.jil("update_job: big  job_load: 9  description: larger  priority: 5")
    desk.engine.jil("override_job: big  command: y")
    desk.engine.jil("rename_job: alone  new_name: lonely")
    desk.engine.jil("delete_job: third")
    return desk


def audit(desk: Desk, *options: str) -> list[str]:
    done = desk.run("audit", *options)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


def test_a_line_for_each_thing_done(night: Desk) -> None:
    assert audit(night, "-F", "02/03/2025 07:00") == [
        '02/03/2025 07:00:00  op@host           FORCE_STARTJOB  typo                  "input was late"  bypassed: '
        "s(LAOD) false; n(waits) true",
        '02/03/2025 07:00:00  op@host           CHANGE_STATUS   LOAD                  SUCCESS  "fixed by hand"',
        "02/03/2025 07:00:00  op@host           FORCE_STARTJOB  after",
        "    CAUAJM_I_60001 Job (after) has already started. FORCE_STARTJOB has no effect.",
        "02/03/2025 07:00:00  op@host           SET_GLOBAL      -                     GO=yes",
        "02/03/2025 08:00:00  tester@host       update_job      big",
        "    job_load: 8 -> 9",
        "    description: (none) -> larger",
        "02/03/2025 08:00:00  tester@host       override_job    big",
        "    command: x -> y",
        "02/03/2025 08:00:00  tester@host       rename_job      lonely",
        "    name: alone -> lonely",
        "02/03/2025 08:00:00  tester@host       delete_job      third",
    ]


@pytest.mark.parametrize(
    ("options", "jobs"),
    [
        (("--bypassed",), ["typo"]),
        (("-E", "FORCE_STARTJOB"), ["typo", "after"]),
        (("-E", "force_startjob", "-J", "a%"), ["after"]),
        (("-E", "update_job"), ["big"]),
        (("-E", "DEFINITION_CHANGED", "-F", "02/03/2025 07:00"), ["big", "big", "lonely", "third"]),
        (("-J", "LOAD", "-T", "02/03/2025 06:59:59"), ["LOAD"]),
        (("-F", "02/03/2025 07:00", "-T", "02/03/2025 07:00", "-J", "LOAD"), ["LOAD"]),
        (("-F", "02/04/2025"), []),
        (("-T", "02/02/2025"), []),
    ],
)
def test_what_is_asked_for(night: Desk, options: tuple[str, ...], jobs: list[str]) -> None:
    found = json.loads("\n".join(audit(night, *options, "--format", "json")))
    assert [entry["job"] for entry in found] == jobs


def test_as_data(night: Desk) -> None:
    (entry,) = json.loads("\n".join(audit(night, "--bypassed", "--format", "json")))
    assert entry | {"seq": 0} == {
        "seq": 0,
        "time": "2025-02-03T07:00:00+00:00",
        "user": "op@host",
        "event": "FORCE_STARTJOB",
        "job": "typo",
        "detail": None,
        "reason": "input was late",
        "bypassed": [{"atom": "s(LAOD)", "holds": False}, {"atom": "n(waits)", "holds": True}],
        "changes": [],
        "notes": [],
    }
    assert audit(night, "-E", "update_job", "--format", "csv")[1].partition(",")[2] == (
        "2025-02-03T08:00:00+00:00,tester@host,update_job,big,,,,job_load: 8 -> 9; description: (none) -> larger,"
    )


def test_an_insert_has_everything_as_data_and_one_line_as_text(desk: Desk) -> None:
    assert audit(desk, "-J", "LOAD") == ["02/03/2025 06:00:00  tester@host       insert_job      LOAD"]
    (entry,) = json.loads("\n".join(audit(desk, "-J", "LOAD", "--format", "json")))
    assert {"attribute": "command", "before": None, "after": "x"} in entry["changes"]


def test_an_override_that_was_deleted_is_no_definition(desk: Desk) -> None:
    for statement in ("override_job: big  command: y", "override_job: big delete", "update_job: big  command: z"):
        desk.wait(1)
        desk.engine.jil(statement)
    assert audit(desk, "-F", "02/03/2025 06:01") == [
        "02/03/2025 06:01:00  tester@host       override_job    big",
        "    command: x -> y",
        "02/03/2025 06:02:00  tester@host       override_job    big",
        "02/03/2025 06:03:00  tester@host       update_job      big",
        "    command: x -> z",
    ]


def test_what_was_refused_says_so(desk: Desk) -> None:
    desk.send(EventCode.KILLJOB, "LOAD")
    line, note = audit(desk, "-E", "KILLJOB")
    assert line.endswith("KILLJOB         LOAD")
    assert note.startswith("    CAUAJM_E_40173 Job <LOAD> not RUNNING")


def test_what_no_scheduler_has_come_to_is_there_too(desk: Desk) -> None:
    desk.engine.stop()
    desk.engine.now += 60
    desk.engine.jil("update_job: LOAD  command: y")
    desk.send(EventCode.JOB_ON_HOLD, "LOAD", "later")
    first, second, third = audit(desk, "-F", "02/03/2025 06:01")
    assert first.endswith("update_job      LOAD                  (not processed yet)")
    assert second == "    command: x -> y"
    assert third.endswith('JOB_ON_HOLD     LOAD                  "later"  (not processed yet)')


def test_a_hostile_reason_moves_no_cursor(desk: Desk) -> None:
    desk.send(EventCode.JOB_ON_HOLD, "LOAD", "\x1b[2J\n\u202egnp")
    (line,) = audit(desk, "-E", "JOB_ON_HOLD")
    assert line.endswith('"\\x1b[2J\\n\\u202egnp"')


def test_an_atom_may_hold_anything(desk: Desk) -> None:
    desk.engine.jil('insert_job: odd  command: x  machine: localhost  condition: v(A) = "x true; y" & n(LOAD)')
    desk.send(EventCode.FORCE_STARTJOB, "odd")
    (line,) = audit(desk, "--bypassed")
    assert line.endswith("n(LOAD) true")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("-E", "FLY"), 2, "CAUAJM_E_60035"),
        (("-F", "yesterday"), 2, "-F yesterday: not a time like MM/DD/YYYY HH:MM[:SS]"),
        (("-T", "13/13/2025"), 2, "-T 13/13/2025"),
        (("--format", "xml"), 2, "xml"),
        (("-J", "x", "verify"), 2, "-J"),
    ],
)
def test_refusals(desk: Desk, words: tuple[str, ...], code: int, says: str) -> None:
    done = desk.run("audit", *words)
    assert (done.code, done.out) == (code, "")
    assert says in done.err and "Traceback" not in done.err


# The chain


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with a past, for the command to open itself."""
    monkeypatch.setenv("AUTOUSER", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    path = tmp_path / "ACE.db"
    store = open_sqlite(path)
    engine = Engine(BEGIN, UTC, None, store)
    engine.jil("\n".join(f"insert_job: j{number}  command: x  machine: localhost" for number in range(30)))
    store.close()
    return path


def test_a_whole_past(file: Path, autosys: Callable[..., Done]) -> None:
    done = autosys("audit", "verify")
    assert done.code == 0
    assert done.out.startswith("The past is whole: 30 entries, the last with hash ")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("update proc_event set sent_by = 'nobody@host' where seq = 12", ("entry 12 was altered", "Up to entry 11")),
        ("update proc_event set changes = 'nonsense' where seq = 1", ("entry 1 was altered", "Up to entry 0")),
        ("update proc_event set code = 99999 where seq = 30", ("entry 30 was altered", "Up to entry 29")),
        ("delete from proc_event where seq in (7, 8)", ("entries 7 to 8 are missing", "Up to entry 6")),
        ("delete from proc_event where seq > 25", ("entries 26 to 30 are missing at the end", "Up to entry 25")),
        ("delete from proc_event", ("entries 1 to 30 are missing at the end", "Up to entry 0")),
    ],
)
def test_a_break(file: Path, autosys: Callable[..., Done], damage: str, says: tuple[str, str]) -> None:
    connection = driver.connect(file)
    connection.execute(damage)
    connection.commit()
    connection.close()
    done = autosys("audit", "verify")
    assert done.code == 1
    first, second = done.out.splitlines()
    assert says[0] in first and says[1] in second


# What has no versions


@pytest.fixture
def others(desk: Desk) -> Desk:
    """Machines, resources, profiles and a calendar, changed and deleted from seven on."""
    desk.engine.run_to(BEGIN + 3600)
    jil = desk.engine.jil
    jil("insert_machine: m9   node_name: localhost   max_load: 10")
    jil("update_machine: m9   max_load: 20   factor: 2.0")
    jil("delete_machine: m9")
    jil("insert_resource: disk   res_type: R   machine: here   amount: 4")
    jil("update_resource: disk   machine: here   amount: +2")
    jil("insert_connectionprofile: p\nconnectionprofile_type: hadoop\ndescription: log in -pw topsecret")
    for text in ("HOL\nA\n01/01/2026\n12/25/2026\n", "HOL\nD\n12/25/2026\n"):
        change_rows(open_instance_of(desk), text, "MM/DD/YYYY", desk.engine.now)
        desk.engine.run_to(desk.engine.now)
    return desk


def open_instance_of(desk: Desk) -> Instance:
    instance = Instance("ACE", Path(), Configuration())
    instance.__dict__["store"] = desk.engine.store
    return instance


def test_definitions_other_than_jobs_have_a_before_and_after_too(others: Desk) -> None:
    lines = audit(others, "-F", "02/03/2025 07:00")
    shown = [line[21:] if line[:1] != " " else line for line in lines]
    assert [line for line in shown if "_calendar" not in line and "date:" not in line] == [
        "tester@host       insert_machine  -                     m9",
        "tester@host       update_machine  -                     m9",
        "    max_load: 10 -> 20",
        "    factor: (none) -> 2.0",
        "tester@host       delete_machine  -                     m9",
        "    node_name: localhost -> (none)",
        "    max_load: 20 -> (none)",
        "    factor: 2.0 -> (none)",
        "tester@host       insert_resource  -                     disk on here",
        "tester@host       update_resource  -                     disk on here",
        "    amount: 4 -> 6",
        "tester@host       insert_connectionprofile  -                     p",
    ]
    of_calendar = [line.split("  ", 1)[-1].strip() for line in shown if "_calendar" in line or "date:" in line]
    assert of_calendar == [
        "insert_calendar  -                     HOL",
        "update_calendar  -                     HOL",
        "date: 2026-12-25 00:00:00 -> (none)",
    ]
    assert audit(others, "-E", "update_calendar")[0].endswith("HOL") and len(audit(others, "-E", "update_machine")) == 3


def test_their_records_mark_what_changed_and_hide_secrets(others: Desk, sh: Shell) -> None:
    machines = sh("autotrack", "-v", "-t", "M", "-F", "02/03/2025 07:00").out
    assert [line for line in machines.splitlines() if line.startswith(("  ", "* "))] == [
        "  machine: m9", "  node_name: localhost", "  max_load: 10",
        "  machine: m9", "* max_load: 20", "* factor: 2.0",
        "  machine: m9", "* node_name:", "* max_load:", "* factor:",
    ]  # fmt: skip
    assert "  resource: disk\n  machine: here\n* amount: 6\n" in sh("autotrack", "-v", "-R", "disk").out
    profiles = sh("autotrack", "-v", "-t", "N").out
    assert "  description: log in -pw ********\n" in profiles and profiles.count("definition change") == 1
    data = "\n".join(audit(others, "--format", "json"))
    assert "topsecret" not in profiles + data and "********" in data


def test_a_secret_that_was_sent_is_hidden(desk: Desk) -> None:
    desk.send(EventCode.SET_GLOBAL, name="DB_PASSWORD", value="topsecret")
    desk.send(EventCode.COMMENT, "LOAD", "ran x -pw topsecret by hand")
    lines = audit(desk, "-F", "02/03/2025 06:00")
    assert "topsecret" not in "\n".join(lines)
    assert any(line.endswith("DB_PASSWORD=********") for line in lines)
    assert any(line.endswith('"ran x -pw ******** by hand"') for line in lines)


def columns_of_the_past() -> list[str]:
    from autosys_py.event_server.tables import proc_event

    return [column.name for column in proc_event.columns if column.name not in ("seq", "hash")]


@pytest.mark.parametrize("column", columns_of_the_past())
def test_no_column_can_be_altered(file: Path, autosys: Callable[..., Done], column: str) -> None:
    connection = driver.connect(file)
    connection.execute("pragma ignore_check_constraints = on")
    kind = connection.execute(f"select typeof({column}) from proc_event where seq = 9").fetchone()[0]
    new = f"{column} || ' '" if kind == "text" else f"coalesce({column}, 0) + 1"
    new = {"notes": """'["x"]'""", "changes": """'[[1,{"run_num":9}]]'"""}.get(column, new)
    connection.execute(f"update proc_event set {column} = {new} where seq = 9")
    connection.commit()
    connection.close()
    done = autosys("audit", "verify")
    assert done.code == 1 and "entry 9 was altered" in done.out


@pytest.mark.parametrize("seq", [1, 15, 30])
def test_neither_can_a_hash(file: Path, autosys: Callable[..., Done], seq: int) -> None:
    damage(file, f"update proc_event set hash = replace(hash, '0', '1') where seq = {seq}")
    assert f"entry {seq} was altered" in autosys("audit", "verify").out


def test_entries_that_change_places(file: Path, autosys: Callable[..., Done]) -> None:
    damage(
        file,
        "update proc_event set seq = 999 where seq = 5",
        "update proc_event set seq = 5 where seq = 6",
        "update proc_event set seq = 6 where seq = 999",
    )
    assert "entry 5 was altered" in autosys("audit", "verify").out


def test_an_end_that_was_cut_off_with_its_count(tmp_path: Path, file: Path, autosys: Callable[..., Done]) -> None:
    """Whoever sets the count back too must find everything else that speaks of what he removed."""
    store = open_sqlite(file)
    engine = Engine(BEGIN + 60, UTC, None, store)
    engine.agent.plan("j3", SimulatedOutcome(exit_code=1))
    joid = engine.world.names["j3"]
    with store.transaction():
        store.add_event(Event(EventCode.STARTJOB, engine.now, joid=joid, sent_by="o@h"))
    engine.run_to(engine.now + 300)
    assert store.last_seq() > 33
    store.close()
    cut = ("delete from proc_event where seq > 31", "update counter set value = 31 where name = 'seq'")
    damage(file, *cut)
    assert "are missing at the end" in autosys("audit", "verify").out
    damage(file, "delete from alarm", "delete from job_runs", "update job_status set end_seq = 0")
    assert autosys("audit", "verify").out.startswith("The past is whole: 31 entries")  # compare the hash, says the page
    store = open_sqlite(file)
    with store.transaction():
        store.put_setting("store_id", "cafe")
    store.close()
    (tmp_path / "run" / "ACE" / "cafe" / "7").mkdir(parents=True)
    assert "run 7 was recorded in" in autosys("audit", "verify").out


@pytest.mark.parametrize(
    "change",
    [
        """attributes = replace(attributes, '"x"', '"rm"')""",
        "sent_by = 'nobody@host'",
        "time = time - 1",
        "name = 'other'",
    ],
)
def test_what_a_definition_said(file: Path, autosys: Callable[..., Done], change: str) -> None:
    damage(file, f"update job set {change} where name = 'j7'")
    done = autosys("audit", "verify")
    assert done.code == 1
    assert "version 1 of job" in done.out and "was altered" in done.out


def damage(file: Path, *statements: str) -> None:
    connection = driver.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
