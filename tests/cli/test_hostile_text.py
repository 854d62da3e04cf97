"""Whatever text stands in the store or on the command line: no report and no message lets it act on a terminal.

The same estate is written twice, once with a text full of what terminals act on, once with `x`s that are as wide as
that text is shown. Then every report must be the same but for the text, character by character: so nothing is out of
its column, and the data say the very text.
"""

import csv
import io
import json
import os
import re
import shlex
import sys
import unicodedata
from collections.abc import Callable
from functools import cache
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
from tests.cli.everything import DAY, MISTAKES, NAMING, REPORTS, TEXT_ALONE, everything, on_one_line
from tests.cli.screen import Terminal

HOSTILE = "A\x1b[31m\x9b5m\u202egnp\u2066[b]x[red]\u3000\u65e5\u672c\U0001f44de\u0301\x07\u200b\r\n\tZ"
"""Escape sequences, bidirectional marks, markup, wide, 4-byte and combining characters, a bell, a line end, a tab."""
SPEAKABLE = "A[b]x[red]\u65e5\u672c\U0001f44de\u0301Z"
"""What a name that can be typed may still have."""
CUT = re.compile(r"autorep .*-n|forecast -n")
"""Reports that cut names, where the text itself is cut."""
UNEQUAL = re.compile(r"archive|verify|doctor")
"""What prints a hash, or looks at the host."""


class Place:
    """An instance whose store and folder are full of one text."""

    def __init__(self, folder: Path, text: str) -> None:
        self.folder = folder
        self.text = text
        self.store = MemoryStore()
        everything(self.store, folder, text)

    def run(self, line: str, *, on_terminal: bool = True, typed: str = "") -> tuple[int, str]:
        """Exit code and what was shown, standard error among it; the folder of this place is called FOLDER, the host
        HOST. `typed` is standard input."""
        words = [self._filled(word) for word in shlex.split(line)]
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {"AUTOUSER": str(self.folder), "TZ": "UTC", "NO_COLOR": "1"}.items():
                patch.setenv(name, value)
            for name in ("AUTOSERV", "AUTOSYS_EVENT_SERVER"):
                patch.delenv(name, raising=False)
            patch.setattr("autosys_py.cli.clock.now", lambda: NOW)
            host = os.uname_result(("Linux", "HOST", *os.uname()[2:]))
            patch.setattr(os, "uname", lambda: host)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(self._filled(typed).encode()), "utf-8"))
            for module in ("astail", "autosyslog"):
                patch.setattr(f"autosys_py.cli.{module}.pause", lambda: False)
            for opener in ("open_store", "open_present"):
                patch.setattr(f"autosys_py.event_server.open.{opener}", lambda _url: self.store)
            patch.setattr(sys, "argv", words)
            piped = io.BytesIO()
            screen = Terminal() if on_terminal else io.TextIOWrapper(piped, "utf-8", write_through=True)
            patch.setattr(sys, "stdout", screen)
            patch.setattr(sys, "stderr", screen)
            code = autosys() if words[0] == "autosys" else run(COMMANDS[words[0]], words[1:])
            shown = screen.shown() if isinstance(screen, Terminal) else piped.getvalue().decode()
        return code, shown.replace(str(self.folder), "FOLDER")

    def _filled(self, word: str) -> str:
        return word.replace("{x}", self.text).replace("{t}", self.text).replace("{folder}", str(self.folder)).replace(
            "{day}", DAY
        )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Place]:
    """`place(text)`: made once, since nothing here changes it."""
    return cache(lambda text: Place(tmp_path_factory.mktemp("place"), text))


Places = Callable[[str], Place]


def benign(text: str) -> str:
    """A plain text that needs a shell's quotes too and takes as many columns, by a measure that is not ours."""
    return f"A[{'x' * (cell_len(visible(text)) - 4)}]Z"


def assert_harmless(shown: str) -> None:
    """By the categories of Unicode, and not by the function that is to keep them out."""
    bad = {character for character in shown if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}
    assert not bad - {"\n"}, f"{bad} in\n{shown!r}"


def assert_same_but_for_the_text(line: str, text: str, place: Places) -> None:
    code, shown = place(text).run(line)
    assert_harmless(shown)
    expected_code, expected = place(benign(text)).run(line)
    assert code == expected_code
    if CUT.search(line):
        assert [cell_len(each) for each in shown.split("\n")] == [len(each) for each in expected.split("\n")]
    elif not UNEQUAL.search(line):
        assert shown.replace(visible(text), benign(text)) == expected


@pytest.mark.parametrize("line", [*REPORTS, *(line for line in TEXT_ALONE if "{x}" not in line)])
def test_reports(line: str, place: Places) -> None:
    assert_same_but_for_the_text(line, HOSTILE, place)


@pytest.mark.parametrize("line", [*NAMING, *(line for line in TEXT_ALONE if "{x}" in line)])
def test_reports_of_something_with_such_a_name(line: str, place: Places) -> None:
    assert_same_but_for_the_text(line, SPEAKABLE, place)
    assert_harmless(place(HOSTILE).run(line)[1])


@pytest.mark.parametrize("line", MISTAKES)
def test_messages(line: str, place: Places) -> None:
    code, shown = place(HOSTILE).run(line)
    assert code in (0, 1, 2, 99)
    assert_harmless(shown.replace("\n\tsendevent", "\n"))  # the tab of cli.md §2.3


STANZAS = [
    "insert_job: {t}\n", "insert_job: A job_type: {t}\n", "insert_job: A\nmachine: {t}\ncommand: {t}\n",
    "insert_job: A\n{t}: x\n", "{t}\n", "insert_job: A\nmachine: localhost\ncommand: x\ncondition: s({t}) &\n",
    "insert_job: A\ndate_conditions: 1\nstart_times: {t}\n", "update_job: {t}\n", "delete_job: {t}\n",
    "insert_machine: {t}\n", "insert_machine: M\ntype: {t}\n", "insert_resource: {t}\nres_type: {t}\n",
    "insert_job: A\nbox_name: {t}\n", "override_job: {t}\n", "rename_job: {t}\n", "insert_xinst: {t}\n",
    "insert_blob: {t}\nblob_type: {t}\n", "insert_monbro: {t}\nmode: {t}\n", "insert_job_type: {t}\n",
]  # fmt: skip


@pytest.mark.parametrize("stanza", STANZAS)
def test_answers_of_jil(stanza: str, tmp_path: Path) -> None:
    _, shown = Place(tmp_path, HOSTILE).run("jil", typed=stanza)
    assert "CAUAJM_E_50198 Exit Code = 1" in shown
    assert_harmless(shown)


def test_answers_about_files(tmp_path: Path) -> None:
    place = Place(tmp_path, HOSTILE)
    for name, text in {
        "calendar": f"calendar: {HOSTILE}\n02/03/2025\n{HOSTILE}\n",
        "extended": f"extended_calendar: A\ncondition: {HOSTILE}\nworkday: {HOSTILE}\n",
        "crontab": f"{HOSTILE} * * * * x\n1 2 * * * {HOSTILE}\n",
        "script": f"run {HOSTILE}\n",
        "events": f"sendevent -E {HOSTILE}\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for line in (
        "autocal_asc -I {folder}/calendar", "autocal_asc -I {folder}/extended", "sendevent -F {folder}/events",
        "cron2jil -f {folder}/crontab -d {folder}/blobs",
        "autosys simulate --script {folder}/script --from {day} --to {day}",
    ):  # fmt: skip
        assert_harmless(place.run(line)[1])
    for typed in ("{t}\nA\n{t}\n", "A\n{t}\n"):
        assert_harmless(place.run("autocal_asc", typed=typed)[1])


def test_a_configuration(tmp_path: Path) -> None:
    place = Place(tmp_path, HOSTILE)
    for text in (f"{HOSTILE}=1\n", f"DateFormat={HOSTILE}\n", f"EventServer={HOSTILE}\n"):
        (tmp_path / "config.ACE").write_text(text, encoding="utf-8")
        for line in ("autorep -J ALL", "autosys doctor", "chk_auto_up"):
            assert_harmless(place.run(line)[1])


@pytest.mark.parametrize("line", REPORTS)
def test_json_says_the_very_text(line: str, place: Places) -> None:
    _, shown = place(HOSTILE).run(f"{line} --format json", on_terminal=False)
    assert shown.isascii()
    assert_harmless(shown)
    _, expected = place(benign(HOSTILE)).run(f"{line} --format json", on_terminal=False)
    if not UNEQUAL.search(line):
        assert _replaced(json.loads(shown)) == json.loads(expected)


def _replaced(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each) for each in value]
    if isinstance(value, str):
        for form in (HOSTILE, on_one_line(HOSTILE), visible(HOSTILE)):  # the last in the lines of `details` alone
            value = value.replace(form, benign(HOSTILE))
    return value


@pytest.mark.parametrize("line", REPORTS)
def test_csv_has_every_field_in_its_place(line: str, place: Places) -> None:
    _, shown = place(HOSTILE).run(f"{line} --format csv", on_terminal=False)
    assert_harmless(shown)
    _, expected = place(benign(HOSTILE)).run(f"{line} --format csv", on_terminal=False)
    rows = list(csv.reader(io.StringIO(shown)))
    assert len({len(row) for row in rows}) == 1
    if not UNEQUAL.search(line):
        said = [[field.replace(visible(HOSTILE), benign(HOSTILE)) for field in row] for row in rows]
        assert said == list(csv.reader(io.StringIO(expected)))
