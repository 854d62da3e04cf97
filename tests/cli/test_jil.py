"""jil: the transcript, -V, -q, exit codes, and what a killed one leaves (jil.md §11)."""

import contextlib
import io
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autosys_py.cli.jil import COMMAND
from autosys_py.cli.progress import Progress
from autosys_py.cli.run import run
from autosys_py.cli.terminal import Completer
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done

RULE = "_" * 78
BIN = Path(sys.executable).parent
J = "insert_job: J\ncommand: x\nmachine: localhost\n"

Jil = Callable[..., Done]


@pytest.fixture
def jil(store: MemoryStore, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Jil:
    """`jil(text, "-q")` feeds text to the command."""

    def call(text: str | bytes, *arguments: str) -> Done:
        data = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        capfdbinary.readouterr()
        code = run(COMMAND, list(arguments))
        out, err = capfdbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return call


def lines(*text: str) -> str:
    return "".join(f"{line}\n" for line in text)


def test_a_stanza_that_is_accepted(jil: Jil) -> None:
    assert jil(J) == (
        0,
        lines(
            RULE,
            "",
            "CAUAJM_I_50323 Inserting/Updating job: J",
            "CAUAJM_I_50205 Database Change WAS Successful!",
            RULE,
            "",
            "CAUAJM_I_52301 Exit Code = 0",
            RULE,
            "",
        ),
        "",
    )


def test_a_stanza_that_is_refused(jil: Jil) -> None:
    done = jil("insert_job: J\n  comand: x\nmachine: localhost\ncommand: y\n")
    assert done.code == 1
    assert done.out == lines(RULE, "", "CAUAJM_I_50323 Inserting/Updating job: J", RULE, "", RULE, "")
    assert done.err == lines(
        "CAUAJM_E_50216 Invalid attribute name for <J>: comand",
        "    line 2, column 3:   comand: x",
        "                        ^",
        "    did you mean command?",
        "CAUAJM_E_10302 Database Change WAS NOT successful.",
        "CAUAJM_E_50198 Exit Code = 1",
    )


def test_empty_input(jil: Jil) -> None:
    assert jil("") == (0, lines(RULE, "", "CAUAJM_I_52301 Exit Code = 0", RULE, ""), "")


def test_the_rest_goes_on_behind_a_refused_stanza(jil: Jil, store: MemoryStore) -> None:
    done = jil("insert_job: BAD\n" + J + "delete_job: NONE\n")
    assert done.code == 1
    assert [head.name for head in store.heads()] == ["J"]
    assert "CAUAJM_E_18948 *** CANNOT DELETE Job: NONE, because it DOES NOT EXISTS ***" in done.err
    assert "CAUAJM_E_50201 Delete was not performed!\nCAUAJM_E_10302" in done.err


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("update_job: J\n", "CAUAJM_I_50323 Inserting/Updating job: J"),
        ("override_job: J\n", "CAUAJM_I_50323 Inserting/Updating job: J"),
        ("delete_job: J\n", "Deleting job: J"),
        ("delete_box: J\n", "Deleting box: J"),
        ("rename_job: J\n", "Renaming job: J"),
        ("insert_machine: J\n", "Inserting/Updating machine: J"),
        ("delete_machine: J\n", "Deleting machine: J"),
        ("insert_job_type: 1\n", "Inserting/Updating job type: 1"),
        ("delete_xinst: ABC\n", "Deleting external instance: ABC"),
        ("update_monbro: M\n", "Inserting/Updating monitor/browser: M"),
        ("insert_connectionprofile: P\n", "Inserting/Updating connection profile: P"),
    ],
)
def test_opening_lines(text: str, opening: str, jil: Jil) -> None:
    assert jil(text).out.split("\n")[2] == opening


def test_a_next_start_is_told(jil: Jil) -> None:
    out = jil(J + 'date_conditions: 1\nstart_times: "07:00"\n').out
    assert "CAUAJM_I_10122 Job 'J' scheduled: 02/03/2025 07:00:00\nCAUAJM_I_50205" in out


def test_warnings_pass(jil: Jil) -> None:
    done = jil(J + "box_terminator: 1\n")
    assert (done.code, done.err) == (0, "*** WARNING: box_terminator of J has no effect outside a box\n")


def test_quiet_prints_errors_only(jil: Jil) -> None:
    assert jil(J + "box_terminator: 1\n", "-q") == (0, "", "")
    done = jil("delete_job: NONE\n", "-q")
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith("CAUAJM_E_50198 Exit Code = 1\n")


UNDEFINED = J + "condition: s(K) & f(L) | s(K)\ninsert_job: L\ncommand: x\nmachine: localhost\n"
WARNING = ("*** WARNING: The Following Jobs are referenced in the ***", "Conditions for this Job, YET are not defined!")


def test_undefined_jobs_at_the_end(jil: Jil) -> None:
    block = lines(RULE, "", "Job: J", *WARNING, "1) K", RULE, "", "CAUAJM_I_52301 Exit Code = 0")
    assert block in jil(UNDEFINED).out
    assert "WARNING" not in jil("update_job: J\ndescription: x\n").out
    assert lines("Job: J", *WARNING, "1) K") in jil("update_job: J\ndescription: y\n", "-V", "batch").out


def test_undefined_jobs_at_once_or_never(jil: Jil) -> None:
    done = jil(UNDEFINED, "-V", "job")
    expected = lines(*WARNING, "1) K", "2) L", "CAUAJM_I_50205 Database Change WAS Successful!")
    assert expected in done.out
    assert "Job: J\n***" not in done.out
    assert "WARNING" not in jil("update_job: J\ndescription: x\n", "-V", "none").out


def test_what_may_have_been_meant(jil: Jil) -> None:
    done = jil("insert_job: NIGHTLY_LOAD\ncommand: x\nmachine: localhst\n" + J + "condition: s(NIGHTLY_LAOD)\n")
    assert done.err == lines(
        "*** WARNING: machine 'localhst' is not defined, NIGHTLY_LOAD will wait in PEND_MACH",
        "    did you mean localhost?",
    )
    assert lines("1) NIGHTLY_LAOD", "    did you mean NIGHTLY_LOAD?") in done.out


def test_syntax_writes_nothing_and_sees_earlier_stanzas(jil: Jil, store: MemoryStore) -> None:
    done = jil("insert_job: B job_type: b\n" + J + "box_name: B\n", "-V", "syntax")
    assert (done.code, done.err, store.heads()) == (0, "", [])
    done = jil(J + "foo: 1\n", "-V", "syntax")
    assert done.code == 1
    assert done.err.endswith("CAUAJM_E_50246 JIL syntax check FAILED\nCAUAJM_E_50198 Exit Code = 1\n")


def test_a_wrong_word_behind_v(jil: Jil) -> None:
    done = jil("", "-V", "often")
    assert done.code == 2
    assert done.err.startswith("CAUAJM_E_40003")


def test_what_a_user_typed_reaches_no_terminal_raw(jil: Jil) -> None:
    done = jil("insert_job: \x1b[2J\u202eX\ncommand: \x1b]0;x\x07\nfoo\x9b: 1\n")
    assert done.code == 1
    for text in (done.out, done.err):
        assert all(character == "\n" or character.isprintable() for character in text)
        assert "\u202e" not in text
    assert "\\x1b[2J" in done.err


def test_the_caret_stands_under_the_fault(jil: Jil) -> None:
    err = jil(J + 'description: "\tü日"   auto_hold: q\n').err.split("\n")
    assert err[0] == "CAUAJM_E_10000 Invalid value 'q' specified for keyword auto_hold."
    shown, caret = err[1], err[2]
    wide = 1  # 日 takes two columns
    assert caret.index("^") - wide == shown.index("auto_hold: q") + len("auto_hold: ")


def test_a_long_line_is_shown_in_part(jil: Jil) -> None:
    err = jil(J + "description: " + "x" * 3000 + "   auto_hold: q\n").err
    assert all(len(line) < 200 for line in err.split("\n"))
    assert "auto_hold: q" in err


def test_bytes_that_are_no_utf8_are_kept(jil: Jil, store: MemoryStore) -> None:
    assert jil(J.encode() + b"description: \xe4\n").code == 0
    (definition,) = store.definitions()
    assert definition.value("description") == "\udce4"


def test_what_no_commit_made_durable_is_not_reported(
    jil: Jil, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autosys_py.event_server.errors import StoreBusy

    def busy(*_: object) -> None:
        raise StoreBusy("locked")

    monkeypatch.setattr(store, "add_event", busy)
    done = jil(J)
    assert (done.code, done.out, store.heads()) == (75, "", [])
    assert done.err.startswith("CAUAJM_E_10527")


# Real processes


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"PATH": f"{BIN}:{os.environ['PATH']}", "AUTOUSER": str(tmp_path), "AUTOSERV": "ACE", "TZ": "UTC"}


def many(count: int) -> str:
    return "".join(f"insert_job: J{number}\ncommand: x\nmachine: localhost\n" for number in range(count))


def test_it_keeps_no_lock_while_it_waits_for_input(environment: dict[str, str], tmp_path: Path) -> None:
    writer = subprocess.Popen(["jil"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert writer.stdin is not None and writer.stdout is not None
    writer.stdin.write(J.encode() + b"insert_job: K\n")
    writer.stdin.flush()
    for _ in range(4):  # rule, empty, opening, closing: J is durable, K may go on
        writer.stdout.readline()
    with sqlite3.connect(tmp_path / "ACE.db", timeout=5) as other:
        other.execute("BEGIN IMMEDIATE")
    other.close()
    writer.communicate(b"command: x\nmachine: localhost\n")
    assert writer.returncode == 0
    assert subprocess.run(["autostatus", "-J", "K"], env=environment, capture_output=True).stdout == b"INACTIVE\n"


def test_a_kill_leaves_whole_stanzas_and_everything_reported(environment: dict[str, str], tmp_path: Path) -> None:
    subprocess.run(["jil"], input=b"", env=environment, stdout=subprocess.DEVNULL, check=True)
    source = tmp_path / "many.jil"
    source.write_text(many(4000), encoding="utf-8")
    with source.open() as text:
        victim = subprocess.Popen(["jil"], stdin=text, stdout=subprocess.PIPE, env=environment)
    assert victim.stdout is not None
    head = victim.stdout.read(20_000)
    victim.send_signal(signal.SIGKILL)
    reported = (head + victim.stdout.read()).decode().count("CAUAJM_I_50205")
    victim.wait()
    shown = subprocess.run(["autorep", "-J", "ALL", "-q"], env=environment, capture_output=True, text=True, check=True)
    kept = shown.stdout.count("insert_job: ")
    assert 0 < reported <= kept <= 4000
    assert shown.stdout.count("machine: localhost") == kept
    assert subprocess.run(["jil", "-q"], input=b"update_job: J0\npriority: 1\n", env=environment).returncode == 0


def test_the_prompt_of_a_terminal(environment: dict[str, str]) -> None:
    master, slave = pty.openpty()
    session = subprocess.Popen(["jil"], stdin=slave, stdout=subprocess.PIPE, env=environment, text=True)
    os.close(slave)
    assert session.stdout is not None
    os.write(master, (J + "insert_job: K job_type: b\n").encode())
    seen = ""
    deadline = time.monotonic() + 20
    while "50205" not in seen and time.monotonic() < deadline:  # J is done as soon as K begins
        seen += os.read(session.stdout.fileno(), 1000).decode()
    os.write(master, b"exit\n")
    seen += session.stdout.read()
    os.close(master)
    assert session.wait() == 0
    assert seen.startswith("jil>>1> jil>>2> jil>>3> ")
    assert "jil>>5> " in seen and "jil>>6> " not in seen
    assert seen.count("CAUAJM_I_50205") == 2


def test_line_editing_and_history(environment: dict[str, str], tmp_path: Path) -> None:
    master, slave = pty.openpty()
    session = subprocess.Popen(["jil"], stdin=slave, stdout=slave, env={**environment, "TERM": "dumb"})
    os.close(slave)
    os.write(master, b"insert_job: J job_type: b\nauto_h\t1\nexit\n")
    seen = b""
    with contextlib.suppress(OSError):  # the other end is gone
        while piece := os.read(master, 1000):
            seen += piece
    os.close(master)
    assert session.wait() == 0
    assert b"jil>>2> " in seen
    shown = subprocess.run(["autorep", "-J", "J", "-q"], env=environment, capture_output=True, check=True).stdout
    assert b"auto_hold: 1" in shown
    history = tmp_path / "jil_history"
    assert history.read_text(encoding="utf-8").split("\n")[:2] == ["insert_job: J job_type: b", "auto_hold: 1"]
    assert history.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("before", "word", "choices"),
    [
        ("", "insert_jo", ["insert_job: ", "insert_job_type: "]),
        ("", "auto_", ["auto_hold: ", "auto_delete: "]),
        ("insert_job: J  ", "job_l", ["job_load: "]),
        ("box_name: ", "N", ["NIGHT", "NOON"]),
        ("update_job: ", "NI", ["NIGHT"]),
        ("condition: s(NOON) & s(", "NI", ["NIGHT"]),
        ("command: x ", "n_", ["n_retrys: "]),
    ],
)
def test_completion(before: str, word: str, choices: list[str]) -> None:
    completer = Completer(lambda: ["NOON", "NIGHT"])
    completer.saw("insert_job: X")
    found = completer.choices(before, word)
    assert set(found) >= set(choices[:2])
    assert all(each.lower().startswith(word.lower()) for each in found)


class Watched(io.StringIO):
    """Standard error that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_bar_appears_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Watched()
    monkeypatch.setattr(sys, "stderr", screen)
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    bar = Progress(100)
    bar.advance(10)
    assert screen.getvalue() == ""
    now[0] = 1.5
    bar.advance(40)
    bar.close()
    assert "50%" in screen.getvalue()


def test_errors_are_counted_for_people(jil: Jil, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Watched()
    monkeypatch.setattr(sys, "stderr", screen)
    jil(J + "insert_job: BAD\nfoo: 1\n")
    assert "3 errors in 1 of 2 stanzas\nCAUAJM_E_50198" in screen.getvalue()


def test_one_definition_on_sqlite(environment: dict[str, str]) -> None:
    text = "\n\n/* ----------------- J ----------------- */ \n\ninsert_job: J   job_type: CMD \ncommand: x\n"
    text += "machine: localhost\nowner: joe\npermission: \ndate_conditions: 0\nalarm_if_fail: 1\n"
    assert subprocess.run(["jil", "-q"], input=text.encode(), env=environment).returncode == 0
    printed = subprocess.run(["autorep", "-qJ", "J"], env=environment, capture_output=True, check=True).stdout
    assert printed.decode() == text + "/* status: INACTIVE */\n"
