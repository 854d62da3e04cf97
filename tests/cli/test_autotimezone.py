"""autotimezone: entries, lookups, errors (cli.md §7.6)."""

from collections.abc import Callable

import pytest

from autosys_py.cli.autotimezone import COMMAND
from autosys_py.cli.changes import change_of
from autosys_py.cli.run import run
from autosys_py.cli.timetables import zones_of
from autosys_py.core.codes import EventCode
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done

HEADING = f"CAUAJM_I_50089 Timezones:\n{'Entry':<50}{'Type':<8}Zone\n{'-' * 40}{' ' * 10}{'-' * 6}  {'-' * 17}\n"

Autotimezone = Callable[..., Done]


@pytest.fixture
def tz(store: MemoryStore, capfdbinary: pytest.CaptureFixture[bytes]) -> Autotimezone:
    def call(*arguments: str) -> Done:
        capfdbinary.readouterr()
        code = run(COMMAND, list(arguments))
        out, err = capfdbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return call


def row(entry: str, kind: str, zone: str) -> str:
    return f"{entry:<51}{kind:<9}{zone}\n"


def test_entries(tz: Autotimezone, store: MemoryStore) -> None:
    assert tz("-l") == (0, "", "")
    assert tz("-a", "HQ", "europe / zurich") == (0, "", "")
    assert tz("-cBern", "hq") == (0, "", "")
    assert tz("-t", "GMT+5") == (0, "", "")
    rows = row("Bern", "C", "hq") + row("GMT+5", "Z", "GMT+5") + row("HQ", "A", "europe / zurich")
    assert tz("-l") == (0, HEADING + rows, "")
    assert tz("-q", "h Q").out == HEADING + row("HQ", "A", "europe / zurich")
    assert tz("-q", "B%").out == HEADING + row("Bern", "C", "hq")
    assert tz("-q", "us/eastern").out == HEADING + row("US/Eastern", "Z", "US/Eastern")
    zone = zones_of(store).zone("BERN")
    assert zone is not None and zone.key == "Europe/Zurich"


def test_an_entry_takes_the_place_of_its_name(tz: Autotimezone) -> None:
    tz("-a", "HQ", "Europe/Zurich")
    tz("-a", "h q", "Asia/Tokyo")
    assert tz("-l").out == HEADING + row("h q", "A", "Asia/Tokyo")
    assert tz("-d", "Hq") == (0, "", "")
    assert tz("-l").out == ""


def test_the_past_is_told_what_was_different_before(tz: Autotimezone, store: MemoryStore) -> None:
    tz("-a", "HQ", "Europe/Zurich")
    tz("-a", "HQ", "Asia/Tokyo")
    tz("-d", "HQ")
    told = [change_of(each) for each in store.pending_events(0) if each.code is EventCode.OBJECT_CHANGED]
    assert [(each.verb, each.before, each.after) for each in told] == [
        ("insert", [], [("type", "A"), ("zone", "Europe/Zurich")]),
        ("update", [("zone", "Europe/Zurich")], [("zone", "Asia/Tokyo")]),
        ("delete", [("type", "A"), ("zone", "Asia/Tokyo")], []),
    ]


def test_an_entry_that_the_system_hides(tz: Autotimezone) -> None:
    done = tz("-a", "asia/tokyo", "Europe/Zurich")
    assert (done.code, done.err[:44]) == (0, "CAUAJM_W_99041 asia/tokyo is a zone of the s")


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (
            ("-a", "X", "nowhere"),
            1,
            "CAUAJM_E_50101 Wrong argument for an alias: nowhere\n\nAutoSys-py Timezone Utility\n",
        ),
        (("-a", "X", "X"), 1, "CAUAJM_E_50101 Wrong argument for an alias: X\n"),
        (("-a", "\x1b", "UTC"), 2, "CAUAJM_E_50101 Wrong argument for an alias: \\x1b\n"),
        (("-c", "x" * 51, "UTC"), 2, "CAUAJM_E_50106 Wrong argument for a city: xxx"),
        (("-t", "nowhere"), 1, "CAUAJM_E_50120 Wrong argument for a time zone: nowhere\n"),
        (("-d", "nowhere"), 1, "CAUAJM_E_50109 Wrong argument to delete: nowhere\n"),
        (("-q", "nowhere"), 1, "CAUAJM_E_99011 Invalid time zone: nowhere\n"),
        ((), 2, "CAUAJM_E_50147 Please specify one of the follow options: -a, -c, -d, -l, -q, or -t\n\nAutoSys"),
        (("-a", "X"), 2, "CAUAJM_E_50130 Argument missing for option -a\n"),
        (("-l", "-d", "X"), 2, "CAUAJM_E_40003 "),
        (("-t", "UTC", "X"), 2, "CAUAJM_E_40003 "),
    ],
)
def test_errors(arguments: tuple[str, ...], code: int, error: str, tz: Autotimezone, store: MemoryStore) -> None:
    done = tz(*arguments)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(error)
    assert store.objects("timezone") == []


def test_a_pattern_without_a_match(tz: Autotimezone) -> None:
    assert tz("-q", "N%") == (0, "", "")
