"""What is wrong is said on standard error, nothing on standard output, and nothing is half done: every command, several
mistakes each (cli.md §1.4, extensions.md §1)."""

import random
import sys
from pathlib import Path

import pytest

from autosys_py.cli import autosys, tail
from autosys_py.cli.run import run
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done
from tests.cli.stock import stock
from tests.docs.test_manual import COMMANDS

ALWAYS = ["-@", "--nonsense", "stray", "-?@ -@", "-pw secret", "-\x1b[31m"]
"""Wrong in every command; the fourth asks for help, which wins."""

WRONG: dict[str, list[str]] = {
    "jil": ["-S", "-V", "-V sometimes", "-S nosuch", "-S ..", "-S XXX"],
    "sendevent": [
        "", "-E", "-J RET_CLOSE", "-E NOSUCH -J RET_CLOSE", "-E STARTJOB", "-E STARTJOB -J NOSUCH", "-E STARTJOB -J",
        "-E CHANGE_STATUS -J RET_CLOSE -s DONE", "-E STARTJOB -J RET_CLOSE -T tomorrow",
        "-E STARTJOB -J RET_CLOSE -P x",
        "-E KILLJOB -J RET_CLOSE -K TERM", "-E SET_GLOBAL -G", "-E SET_GLOBAL -G =", "-E MACH_OFFLINE -N NOSUCH",
        "-E STARTJOB -J RET_CLOSE -S XXX", "-F /no/such", "-F /", "-E STARTJOB -J RET_CLOSE -q 20250230",
        "-E RESTART -J RET_STOCK_BX", "-E STARTJOB -J RET_CLOSE -U",
        "-E COMMENT", "-E AGGREGATE", "-E AGGREGATE -l", "-E STOP_DEMON -v never", "-E LIST_DEPENDENTS -J NOSUCH",
    ],
    "autorep": [
        "", "-J", "-J NOSUCH", "-J NOSUCH -q", "-J NOSUCH -d", "-J ALL -M ALL", "-M NOSUCH", "-G NOSUCH", "-V NOSUCH",
        "-X NOSUCH", "-Y 9", "-z NOSUCH", "-C NOSUCH", "-Q NOSUCH", "-Q %", "-J RET_CLOSE -r 99", "-J RET_CLOSE -L x",
        "-J RET_CLOSE -o x", "-J RET_CLOSE --format xml", "-M % -p", "-J RET_CLOSE -s NOSUCH", "-J RET_CLOSE -S XXX",
    ],
    "autostatus": ["", "-J", "-J NOSUCH", "-G NOSUCH", "-J RET_CLOSE -G RET_GO", "-J RET_CLOSE -S XXX", "-J \x1b[2J"],
    "eventor": ["--exit-when-idle", "--exit-when-idle soon", "--exit-when-idle=-1", "-z", "-f stray"],
    "chase": ["-a", "-e", "-A stray", "-Z", "-AEX"],
    "autocal_asc": [
        "-z", "-E out", "-E out -s NOSUCH", "-I /no/such", "-I /", "-D", "-D -s NOSUCH", "-D -e NOSUCH", "-D -c NOSUCH",
        "-E", "-I", "-lz", "-E /no/such/out -s ALL -f x",
    ],
    "autotimezone": [
        "", "-a", "-a Here", "-a Here Nowhere/City", "-c City Nowhere/City", "-t Nowhere/City", "-d NOSUCH", "-a -c",
        "-q",
    ],
    "forecast": [
        "", "-F", "-F someday", "-F 02/30/2025", "-F 02/04/2025 -T never", "-F 02/04/2025 -J", "-F 02/04/2200",
    ],
    "job_depends": [
        "", "-c", "-c -J", "-c -J NOSUCH", "-d -J NOSUCH", "-t -J ALL", "-t -J ALL -F never", "-c -d -J ALL",
        "-r -J NOSUCH",
        "-t -J ALL -F 02/05/2025 -T 02/04/2025", "-c -J ALL -B MAIL", "-t -J NOSUCH -F 02/05/2025",
    ],
    "autosyslog": [
        "", "-e -s", "-s", "-j", "-j NOSUCH", "-j RET_CLOSE -r 99", "-j RET_CLOSE -n 1", "-j RET_CLOSE -t X", "-e -p (",
        "-e -l x", "-j RET_CLOSE -t P", "-j RET_CLOSE -r x", "-e -l 5",
    ],
    "autoflags": ["", "-z", "-a x", "-q", "--a"],
    "chk_auto_up": ["-r", "-r 2", "-r 1000", "-z", "-Q stray"],
    "astail": ["", "-f", "-f /no/such", "-f /no/such\x1b[31m", "-z"],
    "time0": ["-A", "-A soon", "-A 1e9", "-A 99999999999999999", "-T never", "-T 13/01/2025", "-A 1 -T 02/03/2025",
    "-O"],
    "cron2jil": ["", "-f", "-f /no/such", "-f /", "-f /dev/null -d /no/such", "-f /dev/null -i /no/such", "-z"],
    "autotrack": [
        "-u", "-u 3", "-u 1 -v", "-l -J ALL", "-t Z", "-t", "-F never", "-T 02/30/2025", "-m", "-u x",
    ],
    "archive_events": [
        "", "-n", "-n x", "-n -1", "-j 1.5", "-n 1 -B 0", "-n 1 -B 50001", "-n 1 -C ab", "-d /tmp -n 1",
        "-l 9999999999",
    ],
    "archive_jobs": ["", "-j", "-j x", "-j -1", "-j 1 -d /tmp", "-A", "-j 99999999999999"],
    "autoping": ["", "-m", "-m NOSUCH", "-A", "-m %", "-m RET_CLOSE"],
    "monbro": ["", "-N", "-N NOSUCH", "-N NOSUCH -q", "-N ALL -P 0", "-N ALL -P x", "-q"],
}  # fmt: skip

EMPTY = {"autocal_asc", "chase", "chk_auto_up", "eventor", "jil", "autotrack", "time0"}
"""Commands that do something without any option."""


@pytest.fixture
def instance(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    stock(store)
    monkeypatch.setattr("autosys_py.event_server.open.open_present", lambda _url: store)
    monkeypatch.setattr(tail, "pause", lambda: False)
    return store


def did(name: str, words: list[str], capfdbinary: pytest.CaptureFixture[bytes]) -> Done:
    capfdbinary.readouterr()
    code = run(COMMANDS[name], words)
    out, err = capfdbinary.readouterr()
    return Done(code, out.decode(), err.decode())


def says_no(done: Done, line: str) -> None:
    assert done.out == "", line
    assert done.err.strip() != "", line
    assert "Traceback" not in done.err, line
    assert all(character.isprintable() or character in "\n\t" for character in done.err), line


def everything(store: MemoryStore) -> tuple[object, ...]:
    """What a command that failed must not have touched."""
    due = store.due_events(2**40, 1000)
    return due, store.heads(), store.last_seq(), store.machines(), store.globals(), store.objects("calendar")


def test_every_command_is_here() -> None:
    assert set(WRONG) == set(COMMANDS)
    assert all(len(lines) >= 5 and ("" in lines) is (name not in EMPTY) for name, lines in WRONG.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_wrong(name: str, instance: MemoryStore, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    before = everything(instance)
    for line in [*WRONG[name], *ALWAYS]:
        done = did(name, _words(line), capfdbinary)
        if "-?" in line:
            assert (done.code, done.err) == (0, "")
            continue
        assert done.code in ((99,) if name == "chk_auto_up" else (1, 2)), line
        says_no(done, line)
        assert everything(instance) == before, line


def _words(line: str) -> list[str]:
    """The words of a line; a date and the time behind it would be one."""
    return line.split(" ") if line else []


def test_a_line_that_is_wrong_by_itself_ends_with_2(
    instance: MemoryStore, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name in COMMANDS:
        for line in ("-@", "--nonsense", "stray", *([""] if name not in EMPTY else [])):
            assert did(name, _words(line), capfdbinary).code == (99 if name == "chk_auto_up" else 2), (name, line)


@pytest.mark.parametrize("text", ["nonsense\n", "DateFormat=YY\n", "KillSignals=TERM\n"])
def test_a_configuration_that_is_wrong(
    text: str, instance: MemoryStore, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "config.ACE").write_text(text)
    lines = {
        "autocal_asc": "-l", "autorep": "-J ALL", "autostatus": "-J ALL", "sendevent": "-E STOP_DEMON", "chase": "",
        "job_depends": "-c -J ALL", "autosyslog": "-e", "autoflags": "-a", "chk_auto_up": "", "time0": "", "jil": "",
        "autotrack": "", "archive_events": "-n 1", "archive_jobs": "-j 1", "autoping": "-m ALL", "monbro": "-N ALL",
        "forecast": "-F 02/04/2025", "autotimezone": "-l", "eventor": "",
    }  # fmt: skip
    assert set(COMMANDS) - set(lines) == {"astail", "cron2jil"}  # they look at no instance
    for name, line in lines.items():
        done = did(name, _words(line), capfdbinary)
        assert done.code == (99 if name == "chk_auto_up" else 1), name
        says_no(done, name)
        assert done.err.startswith("CAUAJM_E_99001 ") and "line 1: " in done.err, name


VALUES = [
    "", " ", "ALL", "%", "_", "*", "RET_CLOSE", "RET_STOCK_BX", "NOSUCH", "\x1b[31m", "\udcff", "a\nb", "é", "0", "1",
    "-1", "9" * 19, "1e9", "0x1", "02/03/2025", "02/03/2025 10:00", "13/45/2025", "12/31/9999 23:59", "01/01/0001",
    "/no/such", "/dev/null", "node-a", "XXX", "ACE", "a" * 300, "${X}", "\u202e", "SUCCESS", "FA", "json", "$$X", '"',
    "'", "\\", "(", "[", "=", "=DELETE", "RET_GO=1", "20250101", "STARTJOB", "FORCE_STARTJOB", "CHANGE_STATUS",
    "SET_GLOBAL", "-", "--", "1,2", "²",
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"eventor"}))
def test_no_line_is_a_fault_of_ours(
    name: str,
    instance: MemoryStore,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Options and values at random: an answer and 0, or a reason and another exit code."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("time.sleep", lambda _seconds: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr("autosys_py.cli.autosyslog.pause", lambda: False)
    monkeypatch.setattr("autosys_py.cli.astail.pause", lambda: False)
    chance = random.Random(name)
    for _ in range(60):
        words: list[str] = []
        for _ in range(chance.randint(0, 4)):
            option = chance.choice(COMMANDS[name].options)
            words.append(option.name if option.name.startswith("-") else f"-{option.name}")
            words += [
                chance.choice(VALUES) for what in (option.argument, option.second) if what and chance.random() < 0.9
            ]
            words += [chance.choice(VALUES)] if chance.random() < 0.1 else []
        done = did(name, words, capfdbinary)
        assert all(each.isprintable() or each in "\n\t" for each in done.out + done.err), words
        if name == "chk_auto_up":
            assert done.code in (0, 1, 10, 11, 99, 100, 101, 110, 111), words
        elif done.code:
            assert done.code in (1, 2, 130), words
            assert done.err or done.code == 130, words
            assert not done.out or name in ("autoping", "jil") or done.code == 130, words
        else:
            assert "CAUAJM_E" not in done.err, words


@pytest.mark.parametrize(
    "line",
    [
        "fly", "why", "why NOSUCH", "why RET_CLOSE --at never", "why RET_CLOSE --format xml", "audit -F never",
        "audit extra",
        "alarms -A NOSUCH", "alarms close", "alarms close x", "alarms close 99", "alarms acknowledge 99", "simulate",
        "simulate --from x --to y", "simulate --from 02/03/2025 --to 02/02/2025", "messages --format xml",
        "doctor extra",
        "completion csh", "completion", "--nonsense", "simulate --jil /no/such --from 02/03/2025 --to 02/04/2025",
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_verb(
    line: str, instance: MemoryStore, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["autosys", *line.split(" ")])
    code = autosys.main()
    out, err = capfdbinary.readouterr()
    assert code in (1, 2)
    says_no(Done(code, out.decode(), err.decode()), line)


@pytest.mark.parametrize("question", ["-?", "-x", "--help", "--version"])
def test_every_command_answers_questions(
    question: str, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without an instance: nothing is looked for and nothing made."""
    monkeypatch.setenv("AUTOUSER", str(tmp_path / "none"))
    for name in COMMANDS:
        done = did(name, ["-J", "X", question, "--nonsense"], capfdbinary)
        assert (done.code, done.err) == (0, ""), name
        assert ("USAGE: " in done.out or "Usage: " in done.out) is (question in ("-?", "--help")), name
    assert not (tmp_path / "none").exists()
