"""`autorep -J BOX --watch` on a real terminal: it follows, ends with the box, and goes at ^C (docs/autorep.md)."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from autosys_py.cli.watch import looks, picture
from autosys_py.core.codes import Status
from autosys_py.core.times import TimeFormat
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.open import open_sqlite
from tests.cli.conftest import Shell
from tests.cli.estate import Estate, moment, retail
from tests.instance import BIN, LiveInstance

SHOW_CURSOR = "\x1b[?25h"
HIDE_CURSOR = "\x1b[?25l"


class Watch:
    """autorep on a terminal of its own, and the store that it looks at."""

    def __init__(self, folder: Path, *options: str, rows: int = 24) -> None:
        instance = LiveInstance(folder)
        self.estate = retail(open_sqlite(folder / "ACE.db"))
        self.terminal, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 100, 0, 0))
        self.shown = ""
        self.process = subprocess.Popen(
            [BIN / "autorep", "-J", "RET_STOCK_BX", "--watch", *options],
            env={**instance.environment, "TERM": "xterm"}, stdin=theirs, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)

    def until(self, text: str) -> None:
        """Reads until a text was shown."""
        while text not in self.shown:
            piece = os.read(self.terminal, 65536)
            assert piece, self.shown
            self.shown += piece.decode()

    def to_the_end(self) -> int:
        """Reads what is left; the exit code."""
        while True:
            try:
                piece = os.read(self.terminal, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            self.shown += piece.decode()
        return self.process.wait(30)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.terminal)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    watching = Watch(tmp_path / "instance")
    yield watching
    watching.close()


def test_it_follows_a_box_to_its_end(watch: Watch) -> None:
    watch.until("RET_STOCK_BX RUNNING   1 SU  1 AC")
    watch.estate.stands("RET_STOCK_MAIL", status=Status.RUNNING, noexec=False)
    watch.until("RET_STOCK_BX RUNNING   1 RU  1 SU")
    ended = moment("02/03/2025 05:00:00")
    watch.estate.stands("RET_STOCK_MAIL", status=Status.SUCCESS, exit_code=0, last_end=ended)
    watch.estate.stands("RET_STOCK_BX", status=Status.SUCCESS, exit_code=0, last_end=ended)
    assert watch.to_the_end() == 0
    drawn, _, report = watch.shown.rpartition(SHOW_CURSOR)
    assert HIDE_CURSOR in drawn
    rows = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\r", "", report).rstrip("\n").split("\n")[-3:]
    assert [row.split()[0] for row in rows] == ["RET_STOCK_BX", "RET_STOCK_FW", "RET_STOCK_MAIL"]
    assert rows[0][65:] == "02/03/2025 04:00:01  02/03/2025 05:00:00  SU    41/1     0      "


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_watching_alone(number: signal.Signals, watch: Watch) -> None:
    watch.until("RUNNING")
    watch.process.send_signal(number)
    assert watch.to_the_end() == 130
    assert watch.shown.rindex(SHOW_CURSOR) > watch.shown.rindex(HIDE_CURSOR)
    assert "Traceback" not in watch.shown


@pytest.mark.parametrize("status", [Status.FAILURE, Status.INACTIVE, Status.ON_HOLD, Status.ON_ICE])
def test_a_job_at_rest_is_not_waited_for(status: Status, estate: Estate) -> None:
    estate.stands("RET_STOCK_BX", status=status)
    assert len(list(looks(estate.store, "RET_STOCK_BX", None, lambda: pytest.fail("it waited")))) == 1


def test_it_needs_a_terminal_and_one_job(sh: Shell, estate: Estate) -> None:
    done = sh("autorep", "-J", "RET_CLOSE", "--watch")
    hint = "Type autorep -J RET_CLOSE for its present state."
    assert done == (2, "", f"CAUAJM_E_99141 --watch needs a terminal to show it on. {hint}\n")
    for options in (["-d"], ["-q"], ["-s"], ["-r", "-1"], ["--format", "json"]):
        assert sh("autorep", "-J", "RET_CLOSE", "--watch", *options).code == 2
    assert sh("autorep", "-M", "ALL", "--watch").code == 2


# What is drawn


def drawn(estate: Estate, height: int, levels: int | None = None) -> list[str]:
    lines = next(looks(estate.store, "RET_STOCK_BX", levels, lambda: None))
    console = Console(width=100, height=height, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(picture(lines, TimeFormat(ZoneInfo("UTC")), height))
    return [line.rstrip() for line in capture.get().split("\n")]


def test_the_picture(estate: Estate) -> None:
    assert drawn(estate, 24) == [
        "RET_STOCK_BX RUNNING   1 SU  1 AC",
        "Job Name         ST/Ex  Run/Ntry  Pri/Xit  Last Start           Last End",
        "RET_STOCK_BX     RU     41/1               02/03/2025 04:00:01  -----",
        " RET_STOCK_FW    SU     41/1      0        02/03/2025 04:00:02  02/03/2025 04:11:40",
        " RET_STOCK_MAIL  AC/NE  41/0               -----                -----",
        "",
    ]


def test_a_low_window_shows_what_is_urgent(estate: Estate) -> None:
    for number in range(20):
        estate.job(f"RET_MORE_{number}", box="RET_STOCK_BX")
    estate.stands("RET_MORE_17", status=Status.FAILURE)
    estate.stands("RET_MORE_5", status=Status.RUNNING)
    lines = drawn(estate, 7)
    assert [line.split()[0] for line in lines[2:-2]] == ["RET_STOCK_BX", "RET_STOCK_FW", "RET_MORE_5", "RET_MORE_17"]
    assert lines[-2] == "and 19 more"


def test_levels_are_those_of_the_report(estate: Estate) -> None:
    assert len(drawn(estate, 24, levels=0)) == 4


def test_no_name_is_read_as_markup(store: MemoryStore) -> None:
    estate = Estate(store)
    estate.job("RET_STOCK_BX", "BOX")
    estate.stands("RET_STOCK_BX", status=Status.RUNNING)
    estate.job("[red]\x1b[2J", box="RET_STOCK_BX")
    assert " [red]\\x1b[2J" in "\n".join(drawn(estate, 24))


def test_the_store_is_read_again_only_when_it_has_moved(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = iter([1, 1, 2])
    monkeypatch.setattr(estate.store, "version", lambda: next(versions))
    seen = looks(estate.store, "RET_STOCK_BX", None, lambda: None)
    first = next(seen)
    assert next(seen) is first
    estate.stands("RET_STOCK_BX", status=Status.SUCCESS)
    assert next(seen)[0].row.status is Status.SUCCESS
    assert list(seen) == []
