"""astail and what follows files: ten lines, what is added, rollover (cli.md §7.6)."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autosys_py.cli.messages import Refused
from autosys_py.cli.tail import PIECE, follow, write
from tests.cli.conftest import Shell
from tests.cli.screen import Terminal
from tests.cli.test_pipelines import BIN


def followed(path: Path, *steps: Callable[[], object]) -> list[bytes]:
    """What is read before and after each step; then nobody reads any more."""
    todo = iter(steps)

    def wait() -> bool:
        step = next(todo, None)
        if step is not None:
            step()
        return step is not None

    return list(follow(path, wait))


def numbered(count: int) -> str:
    return "".join(f"line {number}\n" for number in range(1, count + 1))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("a", "a"),
        ("a\nb\n", "a\nb\n"),
        (numbered(10), numbered(10)),
        (numbered(11), numbered(11).removeprefix("line 1\n")),
        (numbered(11) + "unfinished", numbered(11).removeprefix("line 1\nline 2\n") + "unfinished"),
        ("\n" * 30, "\n" * 10),
    ],
)
def test_the_last_ten_lines(text: str, shown: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(text, encoding="utf-8")
    assert b"".join(followed(path)) == shown.encode()


@pytest.mark.parametrize("length", [PIECE - 1, PIECE, PIECE + 1, PIECE // 10, PIECE // 10 - 1])
def test_lines_of_any_length(length: int, tmp_path: Path) -> None:
    path = tmp_path / "log"
    lines = [f"{number:03d}{'x' * (length - 4)}\n" for number in range(25)]
    path.write_text("".join(lines), encoding="utf-8")
    assert b"".join(followed(path)) == "".join(lines[-10:]).encode()


def test_what_is_added_follows(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("one\n", encoding="utf-8")

    def add(text: str) -> Callable[[], object]:
        def step() -> None:
            with path.open("a", encoding="utf-8") as file:
                file.write(text)

        return step

    assert followed(path, add("two\nthr"), lambda: None, add("ee\n")) == [b"one\n", b"two\nthr", b"ee\n"]


def test_a_log_that_is_rolled_over_is_followed_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("old\n", encoding="utf-8")
    steps: list[Callable[[], object]] = [
        lambda: path.rename(tmp_path / "log.02032025"),
        lambda: path.write_text("new\n", encoding="utf-8"),
        lambda: path.write_text("n\n", encoding="utf-8"),
    ]
    assert followed(path, *steps) == [b"old\n", b"new\n", b"n\n"]


def test_no_such_file(tmp_path: Path, sh: Shell) -> None:
    missing = tmp_path / "no"
    assert sh("astail", "-f", str(missing)) == (1, "", f"{missing}: No such file or directory\n")
    assert sh("astail", "-f", str(tmp_path / "\x1b[2J")).err == f"{tmp_path}/\\x1b[2J: No such file or directory\n"
    assert sh("astail", "-f", str(tmp_path)).err == f"CAUAJM_E_99005 Cannot read {tmp_path}: Is a directory\n"
    with pytest.raises(Refused):
        followed(missing)


@pytest.mark.parametrize("line", ["", "-q", "-f", "-f a b", "log"])
def test_wrong_usage_is_one_line(line: str, sh: Shell) -> None:
    assert sh("astail", *line.split()) == (2, "", "Usage: astail [-f filename] [-x]\n")


def test_a_pipe_nobody_writes_to_does_not_block(tmp_path: Path, sh: Shell) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = sh("astail", "-f", str(tmp_path / "pipe"))
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1


def test_it_ends_when_its_reader_does(tmp_path: Path) -> None:
    """`astail -f log | head -1`, and nothing is ever written any more."""
    path = tmp_path / "log"
    path.write_text("one\ntwo\n", encoding="utf-8")
    done = subprocess.run(
        ["bash", "-c", f"{BIN}/astail -f '{path}' | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("one\n0\n", "")


def test_an_interrupt_ends_it_silently(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("one\n", encoding="utf-8")
    with subprocess.Popen([BIN / "astail", "-f", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"one\n"
        process.send_signal(2)
        assert process.wait(timeout=20) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_terminal_is_shown_visible_text(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("\tplain\n\x1b[31mred\n", encoding="utf-8")
    leader, follower = os.openpty()
    process = subprocess.Popen([BIN / "astail", "-f", path], stdout=follower, stderr=follower)
    try:
        os.close(follower)
        shown, deadline = b"", time.monotonic() + 20
        while b"red" not in shown and time.monotonic() < deadline:
            shown += os.read(leader, 4096)
        assert shown.replace(b"\r", b"").expandtabs() == b"        plain\n\\x1b[31mred\n"
    finally:
        process.kill()
        process.wait()
        os.close(leader)


def test_a_character_that_two_pieces_share_is_shown_as_one() -> None:
    text = "日本\x1b[31m".encode()
    with pytest.MonkeyPatch.context() as patch:
        screen = Terminal()
        patch.setattr(sys, "stdout", screen)
        write(iter([text[:4], text[4:5], text[5:] + b"\xe6"]))
        assert screen.shown() == "日本\\x1b[31m\\xe6"
