"""`--format json|csv`: the keys of docs/data.md are those of the reports, and stay (extensions.md §3)."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autosys_py.core.model import NamedObject
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done, Shell
from tests.cli.estate import NOW, Estate
from tests.cli.everything import REPORTS
from tests.cli.test_hostile_text import Place
from tests.loading import load_jil

PAGE = (Path(__file__).parent.parent.parent / "docs" / "data.md").read_text(encoding="utf-8")
KEYS = {line: keys.split("` `") for line, keys in re.findall(r"^\| `([^`]+)`.*? \| `([^|]+)` \|$", PAGE, re.MULTILINE)}
"""Of each report that the page names, as it is typed there."""
SPECIFIED = {
    "autorep -J ALL": (
        "name job_type box_name last_start last_end status exec_mode run_num ntry queue_priority exit_code machine"
    ),
    "autorep -M ALL": "name type max_load current_load factor opsys status",
    "autorep -G ALL": "name value last_changed",
}
Command = Callable[[str], Done]


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Command:
    place = Place(tmp_path_factory.mktemp("place"), "X_")
    return lambda line: Done(*place.run(line, on_terminal=False), "")


def test_the_keys_of_the_specification_are_on_the_page() -> None:
    assert {line: " ".join(KEYS[line]) for line in SPECIFIED} == SPECIFIED


@pytest.mark.parametrize("line", KEYS)
def test_the_keys_are_those_of_the_page(line: str, command: Command) -> None:
    done = command(f"{line} --format csv")
    assert done.out.split("\n")[0].split(",") == KEYS[line]


@pytest.mark.parametrize("line", REPORTS)
def test_both_formats_have_the_same_rows(line: str, command: Command) -> None:
    """Empty and null are the same; a list is its parts."""
    in_json = json.loads(command(f"{line} --format json").out)
    header, *in_csv = csv.reader(io.StringIO(command(f"{line} --format csv").out))
    assert all(list(row) == header for row in in_json)
    assert [len(row) for row in in_csv] == [len(header)] * len(in_json)
    for row, fields in zip(in_json, in_csv, strict=True):
        for value, field in zip(row.values(), fields, strict=True):
            if not isinstance(value, list):
                expected = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
                assert field == expected


@pytest.mark.parametrize("line", REPORTS)
def test_options_of_the_page_change_no_data(line: str, command: Command) -> None:
    if line.startswith("autorep") and " -o " not in line:
        plain = command(f"{line} --format json").out
        assert command(f"{line} -n --color always --format json").out == plain


def test_without_rows_there_is_the_header_or_an_empty_list(sh: Shell) -> None:
    assert sh("autostatus", "-G", "ALL", "--format", "csv") == (0, "name,value\n", "")
    assert sh("autostatus", "-G", "ALL", "--format", "json") == (0, "[\n]\n", "")


COMMANDS = sorted({line.split()[0] for line in KEYS} - {"autosys"})


@pytest.mark.parametrize("name", COMMANDS)
def test_another_format_is_refused(name: str, command: Command) -> None:
    line = next(each for each in KEYS if each.split()[0] == name)
    done = command(f"{line} --format xml")
    assert done.code == (99 if name == "chk_auto_up" else 2)
    assert done.out.startswith("CAUAJM_E_99012 Invalid format: xml. Use json or csv.\n")


@pytest.mark.parametrize(
    "line",
    [
        "autosyslog -e --format json", "autosyslog -j X_JOB --format csv", "autocal_asc -D -s A --format json",
        "autotimezone -d A --format json", "autotrack -u 1 --format json", "time0 -S --format json",
        "chk_auto_up -Q --format json", "autorep -J X_BOX --watch --format json",
    ],
)  # fmt: skip
def test_what_is_no_report_has_no_data(line: str, command: Command) -> None:
    done = command(line)
    assert done.code in (2, 99)
    assert "CAUAJM_E_40003" in done.out or "CAUAJM_E_60043" in done.out


def test_a_monitor_has_no_end(sh: Shell, store: MemoryStore) -> None:
    with store.transaction():
        store.put_object(NamedObject("monbro", "NIGHT", "", (("mode", "m"), ("all_events", "1"))))
    refused = "CAUAJM_E_99143 NIGHT is a monitor, which has no end. Only browsers are written as data.\n"
    assert sh("monbro", "-N", "NIGHT", "--format", "json") == (2, "", refused)
    assert sh("monbro", "-N", "NIGHT", "-q", "--format", "csv").code == 0


def test_a_range_of_the_past_has_no_starts(sh: Shell, store: MemoryStore) -> None:
    assert sh("forecast", "-F", "02/01/2025", "--format", "json") == (0, "[\n]\n", "")


def test_runs_of_one_job(sh: Shell, estate: Estate) -> None:
    """Of the history too there are rows of runs, and with -d rows of their events."""
    runs = json.loads(sh("autorep", "-J", "RET_CLOSE", "-L", "2", "--format", "json").out)
    assert [(run["run_num"], run["status"], run["exit_code"]) for run in runs] == [
        (40, "FAILURE", 3),
        (39, "SUCCESS", 0),
    ]
    events = json.loads(sh("autorep", "-J", "RET_CLOSE", "-L", "2", "-d", "--format", "json").out)
    assert [event["run_num"] for event in events if event["status"] == "STARTING"] == [40, 39]
    before = json.loads(sh("autorep", "-J", "RET_CLOSE", "-r", "-1", "--format", "json").out)
    assert before == runs[1:]
    assert sh("autorep", "-J", "RET_CLOSE", "-r", "7", "--format", "csv").out == ""


def test_definitions_are_what_jil_reads(sh: Shell, store: MemoryStore) -> None:
    stanza = 'insert_job: A:B\ncommand: echo "a, b" # c\nmachine: localhost\ndescription: "x: y"\n'
    load_jil(store, stanza, NOW, ZoneInfo("UTC"))
    rows = json.loads(sh("autorep", "-J", "ALL", "-q", "--format", "json").out)
    values = {row["attribute"]: row["value"] for row in rows}
    assert {row["name"] for row in rows} == {"A:B"}
    assert (values["command"], values["description"]) == ('echo "a, b" # c', "x: y")
