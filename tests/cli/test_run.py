"""Exit codes and streams of every command: nothing a user can cause ends in a traceback (extensions.md §1)."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autosys_py import __version__
from autosys_py.cli.messages import Refused, complain, message
from autosys_py.cli.options import Command, Given, Option
from autosys_py.cli.run import guarded, run
from autosys_py.event_server.errors import StoreBusy, StoreDamaged, StoreUnavailable, StoreUnusable


def command(act: Callable[[Given], int]) -> Command:
    return Command(
        "sample", "Sample", "[-J job_name]", (Option("J", "job_name", "a job"), Option("s"), Option("S")), act
    )


def raising(error: BaseException) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (Refused("one", "two"), 1, "one\ntwo\n"),
        (Refused("wrong", exit_code=2), 2, "wrong\n"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 0, ""),
        (OSError(28, "No space left"), 1, "CAUAJM_E_99004 Cannot write standard output: No space left\n"),
        (OSError(13, "Permission denied", "/x"), 1, "CAUAJM_E_99001 /x: Permission denied\n"),
        (StoreBusy("locked"), 75, "CAUAJM_E_10527 Timed out waiting for response from the ACE Application Server.\n"),
        (StoreUnavailable("no server"), 75, "CAUAJM_E_50033 Error initializing tx subsystem: no server\n"),
        (StoreUnusable("no permission"), 1, "CAUAJM_E_50033 Error initializing tx subsystem: no permission\n"),
        (StoreDamaged("not a\nstore"), 1, "CAUAJM_E_50033 Error initializing tx subsystem: not a\\nstore\n"),
    ],
)  # fmt: skip
def test_what_ends_a_command(
    error: BaseException, code: int, text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AUTOSERV", raising=False)
    assert guarded(raising(error)) == code
    assert capsys.readouterr().err == text


def test_a_fault_of_ours_stays_visible() -> None:
    with pytest.raises(ZeroDivisionError):
        guarded(lambda: 1 // 0)


def test_output_stands_before_errors(capfd: pytest.CaptureFixture[str]) -> None:
    def act(_given: Given) -> int:
        print("table")
        complain(message(50004, "X"))
        return 1

    assert run(command(act), []) == 1
    assert capfd.readouterr() == ("table\n", "CAUAJM_E_50004 Invalid job/box name: X\n")


@pytest.mark.parametrize("question", ["-?", "-x", "--help", "--version"])
def test_questions(question: str, capsys: pytest.CaptureFixture[str]) -> None:
    def act(_given: Given) -> int:
        raise AssertionError("the work was done")

    assert run(command(act), ["-J", "a", question]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    if question in ("-x", "--version"):
        assert out == f"AutoSys-py Sample Utility {__version__}\n"
    elif question == "-?":
        assert out.startswith("\nAutoSys-py Sample Utility\n\nUSAGE: sample [-J job_name]\n")
    else:
        assert "-J job_name" in out
        assert "-s" in out


# Whole processes on a store on disk

BIN = Path(sys.executable).parent


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a fresh instance on SQLite with a few hundred jobs."""
    from autosys_py.core.model import Definition, Job, JobState
    from autosys_py.event_server.open import open_store

    store = open_store(f"sqlite:///{tmp_path}/ACE.db")
    with store.transaction():
        for number in range(400):
            job = store.put_definition(
                Definition(Job(0, 0, f"JOB_{number:03d}", "CMD"), (("command", "true"), ("machine", "localhost")))
            )
            store.put_first_states({job.joid: JobState()})
    store.close()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AUTO")}
    return {**kept, "AUTOUSER": str(tmp_path), "TZ": "UTC", "PATH": f"{BIN}:{os.environ['PATH']}"}


def sh(line: str, home: dict[str, str]) -> tuple[int, str, str]:
    done = subprocess.run(["bash", "-c", line], env=home, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_closed_pipe_ends_silently(home: dict[str, str]) -> None:
    code, out, err = sh('autorep -J ALL | head -1; echo "${PIPESTATUS[0]}"', home)
    assert (code, out, err) == (0, "\n0\n", "")


def test_a_full_disk_gives_one_line(home: dict[str, str]) -> None:
    assert sh("autorep -J ALL > /dev/full", home) == (
        1, "", "CAUAJM_E_99004 Cannot write standard output: No space left on device\n",
    )  # fmt: skip
    assert sh("autostatus -J JOB_001 > /dev/full", home)[0::2] == (
        1, "CAUAJM_E_99004 Cannot write standard output: No space left on device\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    "line", ["autorep -J ALL >&-", "autostatus -J NOSUCH 2>&-", "sendevent -E STARTJOB -J X >&- 2>&-"]
)
def test_closed_streams_raise_nothing(line: str, home: dict[str, str]) -> None:
    code, _, err = sh(line, home)
    assert code in (0, 1)
    assert "Traceback" not in err


def test_any_locale(home: dict[str, str]) -> None:
    for locale in ("C", "POSIX", "C.UTF-8", "en_US.ISO8859-1"):
        code, _, err = sh(
            "sendevent -E SET_GLOBAL -G Ä=1; autostatus -J $'\\xff'; autorep -J 'é*'", {**home, "LC_ALL": locale}
        )
        assert (code, "Traceback" in err) == (0, False)


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/all.db", "sqlite:////dev", "nonsense", "postgresql://h:1/x"])
def test_a_store_that_is_not_there(url: str, home: dict[str, str]) -> None:
    code, out, err = sh("autostatus -J JOB_001", {**home, "AUTOSYS_EVENT_SERVER": url})
    assert code in (1, 75)
    assert (out, err.count("\n"), err.startswith("CAUAJM_E_")) == ("", 1, True), err


def test_a_file_that_is_no_store(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "XYZ.db").write_text("this is no database, but long enough to be looked at as one " * 20)
    code, out, err = sh("AUTOSERV=XYZ autorep -J ALL", home)
    assert (code, out, err.count("\n")) == (1, "", 1), err


def test_an_interrupt(home: dict[str, str]) -> None:
    script = (
        "import time; from autosys_py.cli.run import guarded; raise SystemExit(guarded(lambda: time.sleep(60) or 0))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", f"print('up', flush=True); {script}"],
        env=home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                continue
        assert process.stderr is not None
        assert process.returncode in (130, -signal.SIGINT, 1)


def test_completion_of_the_shell_knows_the_options(home: dict[str, str]) -> None:
    code, out, _ = sh("COMP_WORDS='autorep --f' COMP_CWORD=1 _AUTOREP_COMPLETE=bash_complete autorep", home)
    assert (code, "--format" in out) == (0, True)


def test_light_commands_stay_light(home: dict[str, str]) -> None:
    heavy = "click sqlalchemy alembic lark rich psutil argparse socket getpass shlex subprocess zoneinfo".split()
    script = (
        "import sys, os; os._exit = lambda code: None; from autosys_py.cli.sendevent import main; main();"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    code, out, err = sh(f'{sys.executable} -c "{script}" -E JOB_ON_HOLD -J JOB_001', home)
    assert (code, out, err) == (0, "[]\n", "")
