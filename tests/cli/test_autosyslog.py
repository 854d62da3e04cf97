"""autosyslog: the scheduler's log, and what runs left (cli.md §7.1)."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Shell
from tests.cli.estate import Estate
from tests.instance import LiveInstance

HEADING = "\n\nMonitoring AutoSys-py Scheduler Log:\n\t{}\n\n\t*** To break out type control-c (^c) ***\n\n"
LINES = "".join(f"[02/03/2025 04:00:{second:02d}]      line {second}\n" for second in range(30))


@pytest.fixture
def log(tmp_path: Path, store: MemoryStore) -> Path:
    path = tmp_path / "out" / "event_demon.ACE"
    path.parent.mkdir()
    path.write_text(LINES, encoding="utf-8")
    return path


# The scheduler's log


def test_the_log_is_followed(log: Path, sh: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autosys_py.cli.autosyslog.pause", lambda: False)
    last = "".join(LINES.splitlines(keepends=True)[-10:])
    assert sh("autosyslog", "-e") == (0, HEADING.format(log) + last, "")


def test_reports_end(log: Path, sh: Shell) -> None:
    def seconds(*options: str) -> list[str]:
        done = sh("autosyslog", "-e", *options)
        assert (done.code, done.err) == (0, "")
        return [line.split()[-1] for line in done.out.splitlines()]

    assert seconds("-l", "3") == ["27", "28", "29"]
    assert seconds("-l0") == []
    assert len(seconds("-l", "999999999")) == 30
    assert seconds("-p", "line 1[45]$") == ["14", "15"]
    assert seconds("-l", "15", "-p", "line .?[45]$") == ["15", "24", "25"]
    assert seconds("-p", "nothing") == []


def test_a_pattern_that_is_none(log: Path, sh: Shell) -> None:
    done = sh("autosyslog", "-e", "-p", "(\x1b")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("CAUAJM_E_99051 Invalid regular expression (\\x1b: missing ), unterminated subpattern")


@pytest.mark.parametrize("options", [["-e"], ["-e", "-l", "3"], ["-e", "-p", "x"]])
def test_no_log(options: list[str], sh: Shell, tmp_path: Path) -> None:
    done = sh("autosyslog", *options)
    assert done == (1, "", f"CAUAJM_E_50132 The log file {tmp_path}/out/event_demon.ACE does not exist.\n")


def test_there_is_no_application_server(sh: Shell) -> None:
    assert sh("autosyslog", "-s") == (1, "", "CAUAJM_E_40374 There is no application server, and so no log of one.\n")


@pytest.mark.parametrize(
    "line",
    [
        "", "-e -s", "-e -j A", "-j", "-j A -l 3", "-e -l x", "-e -r 1", "-j A -n 1", "-j A -r x", "-j A -r 1 -n x",
        "-j A -t Q", "-j A -i 1", "-s -p x", "-e extra",
    ],
)  # fmt: skip
def test_wrong_usage(line: str, log: Path, sh: Shell) -> None:
    done = sh("autosyslog", *line.split())
    assert (done.code, done.out) == (2, "")
    assert "AutoSys-py Log Utility" in done.err


# Runs


def test_jobs_without_files(sh: Shell, estate: Estate) -> None:
    for name in ("NOSUCH", "RET_STOCK_MAIL", "RET_CLOSE", "\x1b"):  # unknown, never ran, its folder is gone, no name
        shown = "\\x1b" if name == "\x1b" else name
        assert sh("autosyslog", "-j", name) == (1, "", f"CAUAJM_E_50138 No agent files found for job {shown}.\n")
    for run in ("41", "-2", "38"):
        done = sh("autosyslog", "-j", "RET_CLOSE", "-r", run)
        assert done == (1, "", "CAUAJM_E_50137 The run number specified for job RET_CLOSE is not valid.\n")
    assert sh("autosyslog", "-j", "RET_CLOSE", "-r", "40", "-n", "2").err.startswith("CAUAJM_E_50137 ")
    for options in (["-t", "P"], ["-tL", "-i1"], ["-d", "X"], ["-z", "X"]):
        done = sh("autosyslog", "-j", "RET_CLOSE", *options)
        assert done == (1, "", "CAUAJM_E_10682 Requested log file for the specified job could not be found.\n")


JIL = r"""
insert_job: TALK job_type: CMD
machine: localhost
command: echo said $AUTORUN; echo wrong >&2; exit $FAILS
envvars: FAILS=3
n_retrys: 1
insert_job: WRITE job_type: CMD
machine: localhost
command: echo written; echo also >&2
std_out_file: "$AUTOUSER/$AUTO_JOB_NAME.$$DAY.out"
std_err_file: $AUTOUSER/gone.err
envvars: DAY=x
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveInstance]:
    """Two jobs that ran, TALK twice with a retry each."""
    instance = LiveInstance(tmp_path_factory.mktemp("syslog"), "RestartConstant=0\nRestartFactor=0\n")
    try:
        instance.jil(JIL)
        instance.start_scheduler()
        instance.send("-E", "SET_GLOBAL", "-G", "DAY=monday")
        instance.send("-E", "STARTJOB", "-J", "WRITE")
        for _ in range(2):
            before = instance.log.count("STATUS: FAILURE")
            instance.send("-E", "STARTJOB", "-J", "TALK")
            instance.wait_for(lambda seen=before: instance.log.count("STATUS: FAILURE") >= seen + 2, "two tries")
        instance.wait_for_status("WRITE", "SUCCESS")
        instance.stop_scheduler()
        yield instance
    finally:
        instance.close()


def shown(site: LiveInstance, *options: str) -> str:
    done = site.run("autosyslog", *options)
    assert done.stderr == ""
    return done.stdout


def test_what_a_run_left(site: LiveInstance) -> None:
    newest = site.run("sh", "-c", "autorep -J TALK | tail -1 | awk '{print $7}'").stdout.strip()
    run, ntry = newest.split("/")
    assert ntry == "2"
    record = shown(site, "-j", "TALK").splitlines()
    assert record[0].startswith("started ") and record[-1].startswith("exit 3 ")
    assert shown(site, "-j", "TALK", "-tA") == shown(site, "-j", "TALK", "-t", "a")
    assert shown(site, "-j", "TALK", "-t", "O") == shown(site, "-J", "TALK", "-tS") == f"said {run}\n"
    assert shown(site, "-j", "TALK", "-t", "E") == "wrong\n"


def test_runs_and_tries(site: LiveInstance) -> None:
    latest = shown(site, "-j", "TALK", "-r", "0", "-t", "O")
    before = shown(site, "-j", "TALK", "-r", "-1", "-t", "O")
    assert latest != before
    number = before.split()[1]
    assert shown(site, "-j", "TALK", "-r", number, "-t", "O") == before
    assert shown(site, "-j", "TALK", "-r", number, "-n", "1", "-t", "O") == before
    assert shown(site, "-j", "TALK", "-r", number, "-n", "1") != shown(site, "-j", "TALK", "-r", number, "-n", "2")


def test_output_in_a_file_of_the_jobs_own(site: LiveInstance) -> None:
    assert (site.folder / "WRITE.monday.out").read_text() == "written\n"
    assert shown(site, "-j", "WRITE", "-t", "O") == "written\n"
    (site.folder / "gone.err").unlink()
    done = site.run("autosyslog", "-j", "WRITE", "-t", "E", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "CAUAJM_E_10682 Requested log file for the specified job could not be found.\n"


def test_pipes(site: LiveInstance) -> None:
    out = site.run("bash", "-c", "autosyslog -e | head -4; echo ${PIPESTATUS[0]}").stdout
    assert out == f"\n\nMonitoring AutoSys-py Scheduler Log:\n\t{site.folder}/out/event_demon.ACE\n0\n"
    done = subprocess.run(
        ["sh", "-c", "autosyslog -e -p 'STATUS: FAILURE' | awk '{print $9}' | sort -u"],
        env=site.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "TALK\n"
