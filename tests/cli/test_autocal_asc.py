"""autocal_asc: import, export, lists, standard input, the menu (cli.md §7.4)."""

import io
import os
import pty
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from autosys_py.cli.autocal_asc import COMMAND
from autosys_py.cli.calendar_book import CalendarBook
from autosys_py.cli.run import run
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done

BIN = Path(sys.executable).parent

Autocal = Callable[..., Done]


@pytest.fixture
def autocal(
    store: MemoryStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Autocal:
    """`autocal("-ls", stdin="")` runs the command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capfdbinary.readouterr()
        code = run(COMMAND, list(arguments))
        out, err = capfdbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return call


@pytest.fixture
def load(autocal: Autocal, tmp_path: Path) -> Autocal:
    """`load(text, "-F")` imports text."""

    def call(text: str, *arguments: str) -> Done:
        (tmp_path / "in.txt").write_text(text, encoding="utf-8")
        return autocal("-I", "in.txt", *arguments)

    return call


HOLIDAYS = "calendar: HOL\ndescription: days off\n01/01/2026 00:00:00\n12/25/2026 05:30:00\n"


def test_import_and_export(load: Autocal, autocal: Autocal, tmp_path: Path) -> None:
    done = load(HOLIDAYS)
    assert done == (0, "CAUAJM_I_50423 Insert Successful for Standard Calendar: HOL\n", "")
    assert autocal("-E", "out.txt", "-s", "HOL") == (0, "", "")
    assert (tmp_path / "out.txt").read_text() == HOLIDAYS
    assert autocal("-Eout.txt", "-sALL", "-f", "yyyy-mm-dd").code == 0
    assert "2026-12-25 05:30:00\n" in (tmp_path / "out.txt").read_text()


def test_a_taken_name_needs_force(load: Autocal, store: MemoryStore) -> None:
    load(HOLIDAYS)
    done = load(HOLIDAYS.replace("12/25", "12/26"))
    assert done == (
        1,
        "",
        "CAUAJM_E_10601 Cannot insert calendar HOL, calendar name already exists.\n"
        "CAUAJM_I_50424 Insert Failed for Standard Calendar: HOL\n",
    )
    assert load(HOLIDAYS.replace("12/25", "12/26"), "-F").code == 0
    assert date(2026, 12, 26) in (CalendarBook(store).calendar("HOL") or ())


def test_one_name_space_for_calendars_and_one_for_cycles(load: Autocal, store: MemoryStore) -> None:
    load(HOLIDAYS)
    assert "CAUAJM_E_10601" in load("extended_calendar: HOL\n").err
    cycle = "cycle: HOL\nstart_date: 01/01/****\nend_date: 01/31/****\n"
    assert load(cycle).out == "CAUAJM_I_50423 Insert Successful for Cycle: HOL\n"
    assert load(cycle).err.startswith("CAUAJM_E_10622 Cannot Insert Cycle HOL, cycle name already exists\n")
    assert load("extended_calendar: HOL\n", "-F").code == 0
    assert store.object("calendar", "HOL") is None


def test_references(load: Autocal) -> None:
    load(HOLIDAYS)
    load("extended_calendar: E\nholcal: HOL\nholiday: W\ncondition: daily\n")
    assert "CAUAJM_E_50415 The Holiday calendar: E is already" in load("extended_calendar: F\nholcal: E\n").err
    assert "CAUAJM_E_50417 The Holiday calendar name should be different from F." in (
        load("extended_calendar: F\nholcal: F\n").err
    )
    assert "CAUAJM_E_50416 The Extended Calendar: HOL is" in load("extended_calendar: HOL\n", "-F").err
    assert "CAUAJM_E_50310 Cycle C does not exist." in load("extended_calendar: F\ncyccal: C\n").err
    done = load("extended_calendar: F\nholcal: LATER\n")
    assert done.code == 0
    assert done.err == "CAUAJM_W_50413 *** WARNING - The Holiday calendar: LATER does not exist.\n"


def test_a_refused_record_stops_no_other(load: Autocal, store: MemoryStore) -> None:
    done = load("calendar: A\n01/32/2026\ncalendar: B\n01/31/2026\n")
    assert done == (
        1,
        "CAUAJM_I_50423 Insert Successful for Standard Calendar: B\n",
        "CAUAJM_E_50305 Invalid date 01/32/2026 entered.\n"
        "    line 2, column 1: 01/32/2026\n"
        "                      ^\n"
        "    dates are written MM/DD/YYYY\n"
        "CAUAJM_I_50424 Insert Failed for Standard Calendar: A\n",
    )
    assert [thing.name for thing in store.objects("calendar")] == ["B"]


def test_hostile_text_is_shown_and_kept(load: Autocal, autocal: Autocal, tmp_path: Path) -> None:
    assert "\\x1b[31m" in load("calendar: \x1b[31mA\n").err
    load('calendar: A\ndescription: "\u202e x: y"\n')
    assert "\\u202e x: y\n" in autocal("-ls").out
    autocal("-E", "out.txt", "-s", "A")
    assert (tmp_path / "out.txt").read_text() == "calendar: A\ndescription: \u202e x: y\n"


def test_the_list(load: Autocal, autocal: Autocal) -> None:
    assert autocal("-l") == (0, "", "")
    load(HOLIDAYS + "extended_calendar: EXT\ncycle: CYC\nstart_date: 01/01/****\nend_date: 01/31/****\n")
    heading = "\n\nExisting Calendars:\n" + "-" * 70 + "\n"
    standard = f"{'HOL':<70}Standard Calendar\ndays off\n"
    extended = f"{'EXT':<70}Extended Calendar\n"
    assert autocal("-l") == (0, heading + extended + standard, "")
    assert autocal("-ls").out == heading + standard
    assert autocal("-le").out == heading + extended
    assert autocal("-lc").out == heading + f"{'CYC':<70}Cycle\n"


def test_delete(load: Autocal, autocal: Autocal, store: MemoryStore) -> None:
    load(HOLIDAYS)
    assert autocal("-D", "-e", "HOL") == (1, "", "CAUAJM_E_50309 Extended calendar HOL does not exist.\n")
    assert autocal("-D", "-c", "HOL") == (1, "", "CAUAJM_E_50310 Cycle HOL does not exist.\n")
    assert autocal("-D", "-s", "HOL") == (0, "", "")
    assert store.objects("calendar") == []


def test_an_export_of_nothing(autocal: Autocal, tmp_path: Path) -> None:
    assert autocal("-E", "x", "-s", "NO") == (1, "", "CAUAJM_E_50308 Standard calendar NO does not exist.\n")
    assert not (tmp_path / "x").exists()
    assert autocal("-E", "x", "-s", "N%") == (0, "", "")


def test_files_that_are_not_there(autocal: Autocal) -> None:
    done = autocal("-I", "nowhere")
    assert (done.code, done.err) == (1, "CAUAJM_E_99001 nowhere: No such file or directory\n")
    assert autocal("-E", "no/where", "-s", "ALL").code == 1


@pytest.mark.parametrize(
    "line",
    ["-Q", "-E x", "-E x -s A -e B", "-D", "-D -F -s A", "-l -I x", "-s A", "-F", "-I x -f MM/DD", "-l -f MM/DD/YYYY"],
)
def test_wrong_lines(line: str, autocal: Autocal) -> None:
    done = autocal(*line.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "CAUAJM_E_60043 Invalid parameters specified.\nAutoSys-py Calendar Utility\n\nUSAGE: autocal_asc -l"
    )


# Standard input


def rows(store: MemoryStore, name: str) -> list[str]:
    thing = store.object("calendar", name)
    assert thing is not None
    return thing.values("date")


def test_dates_are_added_and_deleted(autocal: Autocal, store: MemoryStore) -> None:
    assert autocal(stdin="C\nA\n01/03/2026\n1/2/26 5:00\n") == (0, "", "")
    assert autocal(stdin="\nC\n a \n1/2/2026 6:00\n\n") == (0, "", "")
    assert rows(store, "C") == ["2026-01-02 05:00:00", "2026-01-02 06:00:00", "2026-01-03 00:00:00"]
    assert autocal(stdin="C\nD\n01/02/2026 05:00\n") == (0, "", "")
    assert rows(store, "C") == ["2026-01-02 06:00:00", "2026-01-03 00:00:00"]
    assert autocal(stdin="C\nD\n01/02/2026\n") == (0, "", "")
    assert rows(store, "C") == ["2026-01-03 00:00:00"]


def test_a_description_stays(load: Autocal, autocal: Autocal, store: MemoryStore) -> None:
    load(HOLIDAYS)
    autocal(stdin="HOL\nA\n07/04/2026\n")
    thing = store.object("calendar", "HOL")
    assert thing is not None and thing.attributes[0] == ("description", "days off")


@pytest.mark.parametrize(
    ("stdin", "error"),
    [
        ("", "CAUAJM_E_50311 Invalid Calendar Name: \n"),
        ("C$\nA\n", "CAUAJM_E_50315 Invalid Calendar Name: C$ contains illegal characters\n"),
        ("C\n", "CAUAJM_E_99040 Expected A or D on the line after the name, not ''.\n"),
        ("C\nX\n", "CAUAJM_E_99040 Expected A or D on the line after the name, not 'X'.\n"),
        (
            "C\nA\n01/01/2026\nbad\n\x1b\n",
            "CAUAJM_E_50305 Invalid date bad entered.\nCAUAJM_E_50305 Invalid date \\x1b",
        ),
        ("C\nD\n01/01/2026\n", "CAUAJM_E_50308 Standard calendar C does not exist.\n"),
        ("E\nA\n01/01/2026\n", "CAUAJM_E_10601 Cannot insert calendar E, calendar name already exists.\n"),
        (
            "HOL\nD\n01/01/2026\n01/02/2026\n12/25/2026 05:00\n",
            "CAUAJM_E_50405 Delete failed.  The following dates are invalid:\n01/02/2026\n12/25/2026 05:00\n",
        ),
    ],
)
def test_refusals_change_nothing(stdin: str, error: str, load: Autocal, autocal: Autocal, store: MemoryStore) -> None:
    load(HOLIDAYS + "extended_calendar: E\n")
    before = store.objects("calendar")
    done = autocal(stdin=stdin)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(error)
    assert store.objects("calendar") == before


# The book


def test_the_book(load: Autocal, store: MemoryStore) -> None:
    """Holidays and cycles are looked up at each question, so a change of them counts at once."""
    load(
        "calendar: HOL\n01/05/2026\n"
        "cycle: C\nstart_date: 01/01/****\nend_date: 01/31/****\n"
        "extended_calendar: E\nholcal: HOL\nholiday: W\ncyccal: C\ncondition: Cmon#1\n"
    )
    book = CalendarBook(store)
    january = (date(2026, 1, 1), date(2026, 1, 31))
    calendar = book.calendar("E")
    assert calendar is not None
    assert [row.day for row in calendar.rows(*january)] == [6]
    load("calendar: HOL\n01/06/2026\n", "-F")
    changed = book.calendar("E")
    assert changed is not None
    assert [row.day for row in changed.rows(*january)] == [5]
    assert book.has_calendar("E") and book.has_calendar("HOL") and not book.has_calendar("C")
    assert book.calendar("C") is None


# A terminal


def on_terminal(typed: str, environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and screen of the command on a terminal where this is typed."""
    process, terminal = pty.fork()
    if process == 0:
        os.execve(BIN / "autocal_asc", ["autocal_asc"], environment)
    os.write(terminal, typed.encode())
    screen = b""
    try:
        while piece := os.read(terminal, 4096):
            screen += piece
    except OSError:  # the other side is closed
        pass
    os.close(terminal)
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status), screen.decode().replace("\r", "")


def test_the_menu(tmp_path: Path) -> None:
    environment = {**os.environ, "AUTOUSER": str(tmp_path), "TZ": "UTC"}
    keys = (
        "1 1 HOL days~off 07/03/2026 - 9 "  # create a standard calendar
        "2 1 E text XXXXX.. HOL - w - - jul#03 - 4 E 9 "  # and an extended one, show it
        "2 8 E other 2 E - - - - - - - - 4 E 5 E 6 E 7 3 E 4 E 9 "  # describe, modify nothing, show, preview …, delete
        "3 1 C - 01/01/****~01/31/**** - 4 C 5 C 9 4 5 x 0 "
    )
    typed = "".join(f"{'' if key == '-' else key.replace('~', ' ')}\n" for key in keys.split())
    code, screen = on_terminal(typed, environment)
    assert code == 0, screen
    for text in (
        "CAUAJM_I_50423 Insert Successful for Standard Calendar: HOL",
        "Holiday Calendar    : HOL",
        "Holiday Action      : w",
        "Date Conditions     : jul#03",
        "Description         : other",
        "CAUAJM_E_50309 Extended calendar E does not exist.",
        "/01/01 - ",
        f"{'HOL':<70}Standard Calendar\ndays off",
    ):
        assert text in screen, text


def test_the_end_of_input_leaves_the_menu(tmp_path: Path) -> None:
    code, screen = on_terminal("1\n1\n\x04", {**os.environ, "AUTOUSER": str(tmp_path)})
    assert code == 0, screen
