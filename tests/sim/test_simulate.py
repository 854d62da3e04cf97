"""`autosys simulate` as typed: log and report byte for byte, errors with file and line (extensions.md §6)."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.bench import estate
from tests.instance import LiveInstance

JIL = """\
insert_job: nightly   job_type: BOX
date_conditions: 1
days_of_week: mo-fr
start_times: "04:00"

insert_job: load   box_name: nightly   command: x   machine: prod1   n_retrys: 1

insert_job: report   box_name: nightly   command: x   machine: prod1   condition: s(load)   avg_runtime: 3
"""


def simulate(folder: Path, *options: str, jil: str = JIL, script: str = "", seed: str = "0") -> tuple[int, str, str]:
    """Exit code, output and messages of the command over these files."""
    (folder / "night.jil").write_text(jil, encoding="utf-8")
    (folder / "night.txt").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [*AUTOSYS, "simulate", "--jil", "night.jil", "--script", "night.txt", *options],
        cwd=folder,
        env={**os.environ, "AUTOUSER": str(folder / "instance"), "PYTHONHASHSEED": seed, "TZ": "UTC"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


AUTOSYS = (sys.executable, "-c", "import sys; from autosys_py.cli.autosys import main; sys.exit(main())")
NIGHT = ("--from", "02/03/2025", "03:00", "--to", "02/03/2025 06:00", "--tz", "America/New_York")


def statuses(output: str) -> list[str]:
    """`HH:MM:SS JOB STATUS` of every change, as a script would cut it."""
    words = (line.split() for line in output.splitlines() if "EVENT: CHANGE_STATUS" in line)
    return [f"{line[1].rstrip(']')} {line[8]} {line[6]}" for line in words]


def test_a_night_byte_for_byte(tmp_path: Path) -> None:
    code, out, err = simulate(tmp_path, *NIGHT, script="run load#1 5m exit 3\nrun load 10m\n")
    assert (code, err) == (0, "")
    assert out.splitlines()[:9] == [
        "[02/03/2025 04:00:00]      CAUAJM_I_40245 EVENT: STARTJOB         JOB: nightly",
        "[02/03/2025 04:00:00]      CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: RUNNING         JOB: nightly",
        "[02/03/2025 04:00:00]      CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: ACTIVATED       JOB: load",
        "[02/03/2025 04:00:00]      CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: ACTIVATED       JOB: report",
        "[02/03/2025 04:00:00]      CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: STARTING        JOB: load "
        "MACHINE: prod1",
        "[02/03/2025 04:00:00]      <Executing at prod1>",
        "[02/03/2025 04:00:00]      CAUAJM_I_10082 [prod1 connected for load 2.1.1]",
        "[02/03/2025 04:00:00]      CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: RUNNING         JOB: load "
        "MACHINE: prod1",
        "[02/03/2025 04:05:00]      CAUAJM_I_40245 EVENT: CHANGE_STATUS    STATUS: FAILURE         JOB: load "
        "MACHINE: prod1           EXITCODE:  3",
    ]
    assert statuses(out)[-5:] == [
        "04:15:15 load SUCCESS",
        "04:15:15 report STARTING",
        "04:15:15 report RUNNING",
        "04:18:15 report SUCCESS",
        "04:18:15 nightly SUCCESS",
    ]


def test_the_report_is_that_of_autorep(tmp_path: Path) -> None:
    _, out, _ = simulate(tmp_path, *NIGHT, "--show", "report")
    assert [line.rstrip() for line in out.splitlines()[3:]] == [
        f"{'nightly':<64} 02/03/2025 04:00:00  02/03/2025 04:04:00  SU    1/1",
        f"{' load':<64} 02/03/2025 04:00:00  02/03/2025 04:01:00  SU    1/1      0",
        f"{' report':<64} 02/03/2025 04:01:00  02/03/2025 04:04:00  SU    1/1      0",
    ]


def test_what_operators_type_acts_between_ends_and_ticks(tmp_path: Path) -> None:
    script = """
    run load 1h
    at 02/03/2025 04:00 sendevent -E JOB_ON_HOLD -J nightly    # before the tick of the same second
    at 02/03/2025 04:30 sendevent -E JOB_OFF_HOLD -J nightly
    at 02/03/2025 05:30 sendevent -E FORCE_STARTJOB -J load    # after its end, so not refused
    at 02/03/2025 05:31 sendevent -E FORCE_STARTJOB -J load    # refused by the scheduler: no error
    """
    code, out, err = simulate(tmp_path, *NIGHT, script=script)
    assert (code, err) == (0, "")
    changes = statuses(out)
    assert changes[0] == "04:00:00 nightly ON_HOLD"
    assert "04:30:00 load RUNNING" in changes
    assert changes.count("05:30:00 load RUNNING") == 1
    assert "CAUAJM_I_60001" in out


def test_down_keeps_what_was_typed_and_offline_keeps_jobs_waiting(tmp_path: Path) -> None:
    script = """
    run load 20m
    down 02/03/2025 03:50 02/03/2025 04:10
    at 02/03/2025 04:00 sendevent -E SET_GLOBAL -G GO=1
    offline prod1 02/03/2025 04:20 02/03/2025 04:40
    """
    _, out, _ = simulate(tmp_path, *NIGHT, script=script)
    assert [line[12:20] for line in out.splitlines() if "SET_GLOBAL" in line or "STARTJOB" in line] == ["04:10:00"] * 2
    changes = statuses(out)
    assert "04:10:00 load RUNNING" in changes
    assert "04:40:00 load SUCCESS" in changes
    assert "04:40:00 report RUNNING" in changes


def test_an_offline_machine_means_pend_mach(tmp_path: Path) -> None:
    _, out, _ = simulate(tmp_path, *NIGHT, script="offline prod1 +30m +2h\n")
    assert statuses(out)[4:8] == [
        "05:00:00 load ACTIVATED",
        "05:00:00 load STARTING",
        "05:00:00 load RUNNING",
        "05:01:00 load SUCCESS",
    ]
    assert "04:00:00 load PEND_MACH" in statuses(out)


def test_kills_signals_and_lost_outcomes(tmp_path: Path) -> None:
    script = "run load 1h\nrun report 5m lost\nat +70m sendevent -E KILLJOB -J load\n"
    script += "at +71m sendevent -E CHANGE_STATUS -s SUCCESS -J load\n"
    _, out, _ = simulate(tmp_path, *NIGHT, script=script)
    changes = statuses(out)
    assert "04:10:00 load TERMINATED" in changes
    assert "04:16:00 report TERMINATED" in changes
    assert "EXITCODE:  -657" in out
    assert "ALARM: CHASE" in out


def test_a_file_watcher_waits_for_a_steady_file(tmp_path: Path) -> None:
    jil = 'insert_job: fw   job_type: FW   machine: m   watch_file: "/in/p_*.csv"   watch_interval: 60\n'
    script = """
    at +0s sendevent -E STARTJOB -J fw
    file /in/p_1.csv +10m 100
    file /in/p_1.csv +10m30s 200
    """
    _, out, _ = simulate(tmp_path, *NIGHT, jil=jil, script=script)
    assert statuses(out)[-1] == "03:12:00 fw SUCCESS"


def test_a_file_trigger_ends_as_its_file_says_unless_a_run_line_does(tmp_path: Path) -> None:
    jil = """
    insert_job: ft   job_type: FT   machine: m   watch_file: "/in/f"   watch_file_type: DELETE
    insert_job: no   job_type: FT   machine: m   watch_file: "/in/f"   watch_file_type: NOTEXIST
    insert_job: own  job_type: FT   machine: m   watch_file: "/in/f"   watch_file_type: NOTEXIST
    insert_job: mute job_type: FT   machine: m   watch_file: "/in/unknown"
    """
    script = """
    at +0s sendevent -E STARTJOB -J ft
    at +0s sendevent -E STARTJOB -J no
    at +0s sendevent -E STARTJOB -J own
    at +0s sendevent -E STARTJOB -J mute
    run own 7m
    file /in/f +0s 100
    file /in/f +10m -
    """
    _, out, _ = simulate(tmp_path, *NIGHT, jil=jil, script=script)
    ends = [each for each in statuses(out) if each.endswith(("SUCCESS", "FAILURE"))]
    assert ends == ["03:00:00 no FAILURE", "03:01:00 mute SUCCESS", "03:07:00 own SUCCESS", "03:10:00 ft SUCCESS"]


def test_jil_may_change_on_the_way(tmp_path: Path) -> None:
    (tmp_path / "more.jil").write_text("update_job: load   condition: v(GO) = 1\n", encoding="utf-8")
    _, out, _ = simulate(tmp_path, *NIGHT, script="at +30m jil < more.jil\n")
    assert "04:00:00 load ACTIVATED" in statuses(out)
    assert not any("load RUNNING" in change for change in statuses(out))


def test_the_same_bytes_under_any_hash_seed(tmp_path: Path) -> None:
    """A day of 2,000 jobs with retries, look-backs, globals and terminators."""
    times = ("--from", "01/06/2025 00:00", "--to", "01/07/2025 12:00", "--show", "both")
    text = {"jil": estate.jil(), "script": estate.script()}
    outputs = {simulate(tmp_path, *times, **text, seed=seed)[1] for seed in ("0", "1", "4711")}
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) > 10_000


@pytest.mark.parametrize(
    ("jil", "script", "complaint"),
    [
        (JIL, "run load 5q\n", "night.txt:1: '5q' is no duration"),
        (JIL, "\nat +1h sendevent -E STARTJOB -J nobody\n", "night.txt:2: CAUAJM_E_50004 Invalid job/box name: nobody"),
        (JIL, "at +1h sendevent -E JUMP -J load\n", "night.txt:1: CAUAJM_E_60035 INVALID Event: JUMP"),
        (JIL, "at +1h rm -rf /\n", "night.txt:1: 'rm' cannot be simulated"),
        (f"{JIL}\ninsert_job: bad   machine: m\ncomand: x\n", "", "night.jil:11: CAUAJM_E_50216"),
    ],
)
def test_an_error_has_file_and_line(tmp_path: Path, jil: str, script: str, complaint: str) -> None:
    code, out, err = simulate(tmp_path, *NIGHT, jil=jil, script=script, seed="0")
    assert code == 1
    assert complaint in err
    assert "Traceback" not in err
    if "sendevent" not in script:
        assert out == ""


@pytest.mark.parametrize("time", ["tomorrow", "13/01/2025 00:00", "02/03/2025"])
def test_a_time_that_is_none(tmp_path: Path, time: str) -> None:
    code, out, err = simulate(tmp_path, "--from", time, "--to", "02/04/2025 00:00")
    assert (code, out) == (2, "")
    assert err.startswith("--from: ")


def test_a_machine_that_does_not_answer_is_an_alarm(tmp_path: Path) -> None:
    _, out, _ = simulate(tmp_path, *NIGHT, script="offline prod1 02/03/2025 03:30 02/03/2025 04:30\n")
    alarms = [line for line in out.splitlines() if "EVENT: ALARM" in line]
    assert [line[1:20] for line in alarms] == ["02/03/2025 04:00:00"]
    assert "ALARM: MACHINE_UNAVAILABLEJOB:" not in alarms[0]
    assert "ALARM: MACHINE_UNAVAILABLE JOB: load" in alarms[0]


def test_a_simulation_tells_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / "config.ACE").write_text(f"NotifyCommand=touch {tmp_path}/told\n", encoding="utf-8")
    jil = JIL + "send_notification: y   notification_emailaddress: ops@example.com   notification_alarm_types: ALL\n"
    code, out, err = simulate(tmp_path, *NIGHT, jil=jil)
    assert (code, err) == (0, "")
    assert "otification" not in out
    assert not (tmp_path / "told").exists()


CROWDED = """\
insert_machine: m1   max_load: 10
insert_machine: m2   max_load: 10
insert_machine: v   machine: m1   machine: m2
insert_resource: tape   res_type: R   amount: 1
insert_job: box   job_type: BOX   date_conditions: 1   start_times: "04:00"
insert_job: a   box_name: box   command: x   machine: v   job_load: 10   priority: 1
insert_job: b   box_name: box   command: x   machine: v   job_load: 10   priority: 1   resources: (tape)
insert_job: c   box_name: box   command: x   machine: v   job_load: 10   priority: 2
insert_job: d   box_name: box   command: x   machine: elsewhere   resources: (tape) AND (SYSTEM_CPU_COUNT, VALUE=99)
"""


def test_load_resources_and_virtual_machines_are_simulated(tmp_path: Path) -> None:
    """Machines are online and equally idle, what a host has is taken as there; limits of load and resources hold."""
    code, out, err = simulate(tmp_path, *NIGHT, jil=CROWDED)
    assert (code, err) == (0, "")
    statuses = [line.split("STATUS: ")[1].split() for line in out.splitlines() if "STATUS: " in line]
    seen = {name: [status for status, _, each, *_ in statuses if each == name] for name in "abcd"}
    started = {each: machine for status, _, each, *rest in statuses if status == "STARTING" for machine in rest[1:]}
    assert started == {"a": "m1", "b": "m2", "c": "m1", "d": "elsewhere"}
    assert seen["b"] == ["ACTIVATED", "STARTING", "RUNNING", "SUCCESS"]
    assert seen["c"] == ["ACTIVATED", "QUE_WAIT", "STARTING", "RUNNING", "SUCCESS"]
    assert seen["d"] == ["ACTIVATED", "RESWAIT", "STARTING", "RUNNING", "SUCCESS"]
    assert "CAUAJM_I_10556 Machine <m2>:  Method <vmstat>.  Usage 100" in out
    assert simulate(tmp_path, *NIGHT, jil=CROWDED, seed="7") == (code, out, err)


# Calendars


def test_calendars_change_on_the_way(tmp_path: Path) -> None:
    """Imported, added to, deleted; what the command prints is not part of the log."""
    (tmp_path / "cal.txt").write_text(
        "calendar: HOLIDAYS\n12/25/2025\n\ncalendar: GONE\n12/26/2025\n", encoding="utf-8"
    )
    (tmp_path / "more.txt").write_text("HOLIDAYS\nA\n12/24/2025\n12/31/2025\n", encoding="utf-8")
    (tmp_path / "less.txt").write_text("HOLIDAYS\nD\n12/31/2025\n", encoding="utf-8")
    script = """
    at +10m autocal_asc -I cal.txt
    at +20m autocal_asc < more.txt
    at +30m autocal_asc <less.txt
    at +40m autocal_asc -D -s GONE
    at +50m autocal_asc -F -I cal.txt
    at +55m autocal_asc -D -s GONE
    at +3h1m autocal_asc -D -s NEVER        # after --to: ignored
    """
    code, out, err = simulate(tmp_path, *NIGHT, script=script)
    assert (code, err) == (0, "")
    assert "HOLIDAYS" not in out and "CAUAJM_I_50423" not in out


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("autocal_asc -D -s NEVER", "night.txt:1: CAUAJM_E_50308"),
        ("autocal_asc -I nowhere.txt", "night.txt:1: nowhere.txt: No such file or directory"),
        ("autocal_asc -I night.jil", "night.txt:1: "),
        ("autocal_asc < night.jil", "night.txt:1: "),
        ("autocal_asc", "night.txt:1: autocal_asc < FILE: which file?"),
        ("autocal_asc -l", "night.txt:1: autocal_asc -l changes nothing"),
        ("autocal_asc -D", "night.txt:1: 'autocal_asc -D' is not understood"),
        ("jil", "night.txt:1: jil < FILE: which file?"),
        ("jil < nowhere.jil", "night.txt:1: nowhere.jil: No such file or directory"),
        ("sendevent -?", "night.txt:1: sendevent: a question changes nothing"),
    ],
)
def test_a_command_that_could_never_be_carried_out(tmp_path: Path, command: str, complaint: str) -> None:
    code, _, err = simulate(tmp_path, *NIGHT, script=f"at +1m {command}\n")
    assert code == 1
    assert err.startswith(complaint)
    assert "Traceback" not in err


def test_an_error_in_jil_of_a_script_names_both_places(tmp_path: Path) -> None:
    (tmp_path / "more.jil").write_text("update_job: load\ncomand: x\n\ndelete_job: nobody\n", encoding="utf-8")
    code, _, err = simulate(tmp_path, *NIGHT, script="\nat +1m jil < more.jil\n")
    assert code == 1
    assert [line.split(" ")[:2] for line in err.splitlines()] == [
        ["night.txt:2:", "more.jil:2:"],
        ["night.txt:2:", "more.jil:4:"],
    ]


def test_files_are_relative_to_the_script(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "more.jil").write_text("insert_job: new   command: x   machine: m\n", encoding="utf-8")
    (there / "script.txt").write_text("at +1m jil < more.jil\nat +2m sendevent -E STARTJOB -J new\n", encoding="utf-8")
    _, out, _ = simulate(tmp_path, *NIGHT, "--script", "there/script.txt")
    assert "03:02:00 new RUNNING" in statuses(out)


# Jobs


def test_the_start_that_is_numbered_wins(tmp_path: Path) -> None:
    """K counts every start: tries, forced ones, those by hand."""
    script = """
    run load 10s
    run load#2 20s
    run load#4 40s exit 9
    run load#1 15s exit 1
    at +2h10m sendevent -E FORCE_STARTJOB -J load
    at +2h20m sendevent -E FORCE_STARTJOB -J load
    """
    _, out, _ = simulate(tmp_path, *NIGHT, script=script)
    assert [change for change in statuses(out) if " load " in change and "ACT" not in change] == [
        *("04:00:00 load STARTING", "04:00:00 load RUNNING", "04:00:15 load FAILURE", "04:00:15 load RESTART"),
        *("04:00:30 load STARTING", "04:00:30 load RUNNING", "04:00:50 load SUCCESS"),
        *("05:10:00 load STARTING", "05:10:00 load RUNNING", "05:10:10 load SUCCESS"),
        *("05:20:00 load STARTING", "05:20:00 load RUNNING", "05:20:40 load FAILURE", "05:20:40 load RESTART"),
        *("05:20:55 load STARTING", "05:20:55 load RUNNING", "05:21:05 load SUCCESS"),
    ]


def test_a_signal_terminates(tmp_path: Path) -> None:
    _, out, _ = simulate(tmp_path, *NIGHT, script="run load 30s signal 9\n")
    assert "04:00:30 load TERMINATED" in statuses(out)
    assert "<Aborted, Signal 9>" in out
    assert "EXITCODE:  -9" in out


def test_without_a_line_a_job_takes_its_average_else_a_minute(tmp_path: Path) -> None:
    _, out, _ = simulate(tmp_path, *NIGHT)
    assert statuses(out)[-4:-1] == ["04:01:00 report STARTING", "04:01:00 report RUNNING", "04:04:00 report SUCCESS"]


def test_a_bypass_in_noexec_is_a_status_line(tmp_path: Path) -> None:
    _, out, _ = simulate(tmp_path, *NIGHT, script="at +1m sendevent -E JOB_ON_NOEXEC -J load\n")
    assert "04:00:00 load SUCCESS" in statuses(out)
    assert "04:00:00 report RUNNING" in statuses(out)


def test_a_file_that_is_removed_has_to_come_again(tmp_path: Path) -> None:
    jil = 'insert_job: fw   job_type: FW   machine: m   watch_file: "/in/a"   watch_interval: 60\n'
    script = "at +0s sendevent -E STARTJOB -J fw\nfile /in/a +30s 100\nfile /in/a +90s -\nfile /in/a +20m 100\n"
    _, out, _ = simulate(tmp_path, *NIGHT, jil=jil, script=script)
    assert statuses(out)[-1] == "03:21:00 fw SUCCESS"


# Machines and downtimes


def test_two_lines_may_take_one_machine_away(tmp_path: Path) -> None:
    """It is back when the last of them is over; a line that began before the simulation counts from its beginning."""
    script = """
    offline prod1 02/02/2025 00:00 02/03/2025 04:10
    offline prod1 02/03/2025 04:05 02/03/2025 04:30
    """
    _, out, _ = simulate(tmp_path, *NIGHT, script=script)
    assert [change for change in statuses(out) if "load" in change][1:4] == [
        "04:00:00 load PEND_MACH",
        "04:30:00 load ACTIVATED",
        "04:30:00 load STARTING",
    ]


def test_a_downtime_ends_just_before_its_end(tmp_path: Path) -> None:
    script = "down 02/03/2025 03:59 02/03/2025 04:00\nat 02/03/2025 03:59 sendevent -E SET_GLOBAL -G A=1\n"
    _, out, _ = simulate(tmp_path, *NIGHT, script=script)
    assert out.splitlines()[0].startswith("[02/03/2025 04:00:00]")
    assert "GLOBAL: A = 1" in out.splitlines()[0]


def test_an_offset_is_elapsed_time(tmp_path: Path) -> None:
    """In the night of 03/09 an hour is missing: three hours after 00:00 it is 04:00."""
    script = "at +3h sendevent -E COMMENT -C here\n"
    times = ("--from", "03/09/2025 00:00", "--to", "03/09/2025 04:00", "--tz", "America/New_York")
    _, out, _ = simulate(tmp_path, *times, script=script)
    assert "[03/09/2025 04:00:00]" in out and "here" in out


# Options


def test_the_end_is_included_and_what_follows_ignored(tmp_path: Path) -> None:
    script = "at 02/03/2025 04:01:01 sendevent -E STARTJOB -J nobody\n"
    times = ("--from", "02/03/2025", "03:59", "--to", "02/03/2025 04:01:00", "--tz", "America/New_York")
    code, out, _ = simulate(tmp_path, *times, script=script)
    assert code == 0
    assert statuses(out)[-1] == "04:01:00 report RUNNING"


def test_log_report_both_and_seed(tmp_path: Path) -> None:
    log, report, both = (simulate(tmp_path, *NIGHT, "--show", each, "--seed", "7")[1] for each in SHOWN)
    assert both == log + report
    assert "-" * 40 not in log
    assert simulate(tmp_path, *NIGHT)[1] == log


SHOWN = ("log", "report", "both")


def test_the_configuration_of_the_instance_applies(tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "config.ACE").write_text(
        "DateFormat=DD.MM.YYYY\nAppendEventMessageText=1\n", encoding="utf-8"
    )
    _, out, _ = simulate(tmp_path, *NIGHT)
    assert out.splitlines()[0].startswith("[03.02.2025 04:00:00]")
    assert "TEXT Executing at prod1" in out


# A copy of the event store


@pytest.fixture
def instance(tmp_path: Path) -> LiveInstance:
    return LiveInstance(tmp_path / "live", "UndefinedMachine=local\n")


def dump(instance: LiveInstance) -> list[str]:
    with closing(sqlite3.connect(instance.folder / "ACE.db")) as connection:
        return list(connection.iterdump())


def test_a_copy_plays_and_the_store_is_never_written(instance: LiveInstance) -> None:
    instance.jil(
        JIL
        + """
        insert_machine: gone   node_name: elsewhere
        insert_machine: m   node_name: localhost
        insert_job: away   command: x   machine: gone
        insert_job: held   command: x   machine: m   status: on_hold
        insert_job: gated   command: x   machine: m   condition: v(GO) = "yes"
        insert_resource: licence   machine: m   res_type: R   amount: 1
        insert_xinst: OTH   xtype: a   xmachine: other   xport: 7500
        """
    )
    instance.run("autocal_asc", text="HOLIDAYS\nA\n12/24/2026\n")
    instance.send("-E", "SET_GLOBAL", "-G", "GO=yes")
    instance.send("-E", "STARTJOB", "-J", "gated", "-T", "01/05/2099 10:00")
    before = dump(instance)
    (instance.folder / "script.txt").write_text(
        "at +1h sendevent -E STARTJOB -J away\nat +2h sendevent -E STARTJOB -J held\n"
        "at +3h sendevent -E SET_GLOBAL -G GO=no\nat +4h autocal_asc -D -s HOLIDAYS\n",
        encoding="utf-8",
    )
    script = ("--script", str(instance.folder / "script.txt"))
    times = ("--from", "01/05/2099 00:00", "--to", "01/06/2099", "00:00")
    out = instance.run("autosys", "simulate", *script, *times).stdout
    changes = statuses(out)
    assert "01:00:00 away PEND_MACH" in changes
    assert not any("held" in change for change in changes)
    assert [change for change in changes if "04:0" in change and "nightly" in change] == [
        "04:00:00 nightly RUNNING",
        "04:04:00 nightly SUCCESS",
    ]
    assert dump(instance) == before


def test_a_copy_knows_globals_and_events_of_the_future(instance: LiveInstance) -> None:
    instance.jil('insert_job: gated   command: x   machine: m   condition: v(GO) = "yes"\n')
    instance.send("-E", "SET_GLOBAL", "-G", "GO=yes")
    instance.start_scheduler()
    instance.wait_for(lambda: instance.status("gated") == "FAILURE" or "GO = yes" in instance.log, "the global")
    instance.wait_for_status("gated", "FAILURE")
    instance.stop_scheduler()
    instance.send("-E", "STARTJOB", "-J", "gated", "-T", "01/05/2099 10:00")
    out = instance.run("autosys", "simulate", "--from", "01/05/2099 09:00", "--to", "01/05/2099 11:00").stdout
    assert statuses(out) == ["10:00:00 gated STARTING", "10:00:00 gated RUNNING", "10:01:00 gated SUCCESS"]


def test_a_run_under_way_is_no_start_of_the_simulation(instance: LiveInstance) -> None:
    """It plays what is left of its time; the first start in the simulation is number one."""
    instance.jil("insert_job: long   command: sleep 600   machine: localhost   avg_runtime: 60\n")
    instance.start_scheduler()
    instance.send("-E", "STARTJOB", "-J", "long")
    instance.wait_for_status("long", "RUNNING")
    instance.kill_scheduler()
    (instance.folder / "script.txt").write_text(
        "run long#1 7m exit 2\nat +2h sendevent -E FORCE_STARTJOB -J long\n", encoding="utf-8"
    )
    script = ("--script", str(instance.folder / "script.txt"))
    now = datetime.now(UTC)
    begin, end = (f"{moment:%m/%d/%Y %H:%M:%S}" for moment in (now, now + timedelta(hours=3)))
    out = instance.run("autosys", "simulate", *script, "--from", begin, "--to", end).stdout
    instance.start_scheduler()
    instance.send("-E", "KILLJOB", "-J", "long")
    instance.wait_for_status("long", "TERMINATED")
    instance.stop_scheduler()
    assert [change.split()[2] for change in statuses(out)] == ["SUCCESS", "STARTING", "RUNNING", "FAILURE"]


def test_a_lost_outcome_is_followed_by_on_unknown(tmp_path: Path) -> None:
    jil = "insert_job: a  command: x  machine: localhost  on_unknown: request_restart\n"
    script = "run a#1 5m lost\nat +0s sendevent -E STARTJOB -J a\n"
    script += "at +10m sendevent -E REPLY_RESPONSE -J a -r RESTART\n"
    code, out, err = simulate(tmp_path, *NIGHT, jil=jil, script=script)
    assert (code, err) == (0, "")
    assert statuses(out) == [
        "03:00:00 a STARTING",
        "03:00:00 a RUNNING",
        "03:05:00 a WAIT_REPLY",
        "03:10:00 a STARTING",
        "03:10:00 a RUNNING",
        "03:11:00 a SUCCESS",
    ]
