"""Whatever text stands in the store or on the command line: no report and no message lets it act on a terminal.

The same estate is written twice, once with a text full of what terminals act on, once with `x`s that are as wide as
that text is shown. Then every report must be the same but for the text, character by character: so nothing is out of
its column, and the data say the very text.
"""

import csv
import io
import json
import os
import pty
import shlex
import sys
import threading
import tty
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from autosys_py.cli.autosys import main as autosys
from autosys_py.cli.run import run
from autosys_py.core.text import visible
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import COMMANDS
from tests.cli.estate import NOW
from tests.cli.everything import DAY, MISTAKES, REPORTS, TEXT_ALONE, everything

HOSTILE = "A\x1b[31m\x9b5m\u202egnp\u2066[b]x[/b] \u65e5\u672c\U0001f44de\u0301\x07\u200b\r\n\tZ"
"""Escape sequences, bidirectional marks, markup, wide, 4-byte and combining characters, a bell, a line end, a tab."""
BENIGN = "A" + "x" * (cell_len(visible(HOSTILE)) - 2) + "Z"


class Terminal:
    """Standard output and standard error of commands that are run in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def run(self, words: list[str]) -> tuple[int, str]:
        """Exit code and what reached the terminal, byte for byte."""
        reading, writing = pty.openpty()
        tty.setraw(writing)
        got: list[bytes] = []
        reader = threading.Thread(target=_collect, args=(reading, got))
        reader.start()
        with os.fdopen(writing, "w", encoding="utf-8", errors="backslashreplace") as screen:
            self.monkeypatch.setattr(sys, "stdout", screen)
            self.monkeypatch.setattr(sys, "stderr", screen)
            self.monkeypatch.setattr(sys, "argv", words)
            try:
                code = autosys() if words[0] == "autosys" else run(COMMANDS[words[0]], words[1:])
                screen.flush()
            finally:
                self.monkeypatch.undo()
        reader.join()
        os.close(reading)
        return code, b"".join(got).decode()


def _collect(descriptor: int, got: list[bytes]) -> None:
    try:
        while piece := os.read(descriptor, 65536):
            got.append(piece)
    except OSError:  # the other end is closed
        return


@pytest.fixture
def screen(store: MemoryStore, tmp_path: Path) -> Iterator[Callable[[str, str], tuple[int, str]]]:
    """`screen(line, text)` runs a line on a terminal, in an estate full of that text."""
    with pytest.MonkeyPatch.context() as patch:
        yield lambda line, text: _seen(line, text, tmp_path, patch)


Screen = Callable[[str, str], tuple[int, str]]


def _seen(line: str, text: str, folder: Path, patch: pytest.MonkeyPatch) -> tuple[int, str]:
    folder = folder / ("hostile" if text == HOSTILE else "benign")
    if not folder.exists():
        folder.mkdir()
    store = MemoryStore()
    estate_folder = folder / str(len(list(folder.iterdir())))
    estate_folder.mkdir()
    everything(store, estate_folder, text)
    terminal = Terminal(patch)
    for name, value in {"AUTOUSER": str(estate_folder), "TZ": "UTC", "NO_COLOR": "1"}.items():
        patch.setenv(name, value)
    for name in ("AUTOSERV", "AUTOSYS_EVENT_SERVER"):
        patch.delenv(name, raising=False)
    patch.setattr("autosys_py.cli.clock.now", lambda: NOW)
    for opener in ("open_store", "open_present"):
        patch.setattr(f"autosys_py.event_server.open.{opener}", lambda _url: store)
    words = [word.format(x=text, t=text, folder=estate_folder, day=DAY) for word in shlex.split(line)]
    code, shown = terminal.run(words)
    return code, shown.replace(str(estate_folder), "FOLDER")


def assert_harmless(shown: str) -> None:
    """By the categories of Unicode, and not by the function that is to keep them out."""
    bad = {character for character in shown if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}
    assert not bad - {"\n"}, f"{bad} in\n{shown!r}"


@pytest.mark.parametrize("line", REPORTS + TEXT_ALONE)
def test_reports(line: str, screen: Screen) -> None:
    code, shown = screen(line, HOSTILE)
    assert_harmless(shown)
    expected_code, expected = screen(line, BENIGN)
    assert (code, shown.replace(visible(HOSTILE), BENIGN)) == (expected_code, expected)
