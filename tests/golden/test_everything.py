"""Every other report byte for byte, over an estate in which each has a row, and its columns against cli.md.

`AUTOSYS_WRITE_GOLDEN=1 pytest tests/golden` writes the files anew, to be read before they are committed.
"""

import os
from pathlib import Path

import pytest

from tests.cli.everything import DAY
from tests.cli.test_hostile_text import Place
from tests.golden import test_dependencies, test_reports
from tests.golden.test_reports import SUMMARY, columns, golden

HERE = Path(__file__).parent

REPORTS = {
    "rows_in_status": "autorep -J ALL -s RU",
    "summary_of_group": "autorep -B RET_G",
    "summary_without_levels": "autorep -J RET_BOX -L 0",
    "detail_previous_run": "autorep -J RET_JOB -d -r -1",
    "detail_zone": "autorep -J RET_BOX -d -t",
    "detail_waiting": "autorep -J RET_JOB -d",
    "jil_job": "autorep -J RET_WAITER -q",
    "jil_box": "autorep -J RET_BOX -q",
    "jil_blob": "autorep -J RET_JOB -q",
    "jil_override": "autorep -J RET_JOB -o 1",
    "jil_machines": "autorep -M ALL -q",
    "jil_resources": "autorep -V ALL -q",
    "jil_instances": "autorep -X ALL -q",
    "jil_job_types": "autorep -Y ALL -q",
    "jil_profiles": "autorep -C ALL -q",
    "jil_globs": "autorep -z ALL -q",
    "machines_live": "autorep -M ALL -d",
    "agent": "autorep -M RET_MACHINE -p",
    "resources": "autorep -V ALL",
    "resources_narrow": "autorep -V ALL -n",
    "resource_usage": "autorep -V ALL -d",
    "instances": "autorep -X ALL",
    "job_types": "autorep -Y ALL",
    "profiles": "autorep -C ALL",
    "globs": "autorep -z ALL -f {folder}/blobs",
    "statuses": "autostatus -J ALL",
    "values": "autostatus -G ALL",
    "calendars": "autocal_asc -l",
    "cycles": "autocal_asc -lc",
    "zones": "autotimezone -l",
    "trail": "autotrack",
    "trail_full": "autotrack -v",
    "log": "autosyslog -e -l 10",
    "log_followed": "autosyslog -e",
    "browser": "monbro -N ALL",
    "browser_definition": "monbro -N ALL -q",
    "check": "chk_auto_up -r 111",
    "chase": "chase",
    "autoping": "autoping -m localhost -S",
    "time": 'time0 -T "02/03/2025 06:00" -S',
    "forecast_of_a_day": f"forecast -F {DAY}",
    "alarms": "autosys alarms --all",
    "messages": "autosys messages --all",
    "audit": "autosys audit",
    "why": "autosys why RET_WAITER",
    "simulation": f"autosys simulate --from {DAY} 05:00 --to {DAY} 05:05",
    "events_json": "autorep -J RET_JOB -d --format json",
    "definition_csv": "autorep -J RET_BOX -q --format csv",
    "queue_csv": "autorep -Q ALL --format csv",
    "resources_json": "autorep -V ALL --format json",
    "depends_conditions_json": "job_depends -c -J RET_WAITER --format json",
    "depends_conditions_csv": "job_depends -c -J RET_WAITER --format csv",
    "depends_starts_csv": f"job_depends -t -J ALL -F {DAY} --format csv",
    "trail_json": "autotrack --format json",
    "log_json": "autosyslog -e -p RET --format json",
    "browser_csv": "monbro -N ALL --format csv",
    "check_json": "chk_auto_up -r 111 --format json",
    "machines_live_csv": "autorep -M ALL -d --format csv",
    "agent_json": "autorep -M RET_MACHINE -p --format json",
    "calendars_csv": "autocal_asc -l --format csv",
    "statuses_csv": "autostatus -J ALL --format csv",
    "forecast_csv": f"forecast -F {DAY} --format csv",
}
NOT_ZERO = {"check": 101, "check_json": 101}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("place"), "RET_")


@pytest.mark.parametrize("name", REPORTS)
def test_report(name: str, place: Place) -> None:
    code, shown = place.run(REPORTS[name], on_terminal=False)
    assert code == NOT_ZERO.get(name, 0)
    path = HERE / f"{name}.txt"
    if os.environ.get("AUTOSYS_WRITE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_no_file_is_of_a_report_that_is_gone() -> None:
    elsewhere = {"forecast", "forecast_narrow", "timeline", "timeline_so_far"}
    known = {*REPORTS, *test_dependencies.REPORTS, *test_reports.REPORTS, *elsewhere}
    assert {path.stem for path in HERE.glob("*.txt")} == known


def table(name: str) -> list[str]:
    """The lines of a report that begins with an empty line and ends without one."""
    blank, *lines, end = golden(name)
    assert blank == end == ""
    return lines


# cli.md §3.3, §3.4


def test_rows_of_a_status_have_no_heading_and_no_indentation() -> None:
    assert [columns(row, *SUMMARY)[0] for row in golden("rows_in_status")[:-1]] == ["RET_BOX", "RET_MEMBER"]


def test_a_box_alone_is_four_lines() -> None:
    assert len(golden("summary_without_levels")[:-1]) == 4


def test_the_zone_stands_below_the_name_four_blanks_in() -> None:
    lines = golden("detail_zone")
    member = next(number for number, line in enumerate(lines) if line.startswith(" RET_MEMBER"))
    assert lines[member + 1] == "     (RET_/zone)"


def test_events_that_wait_come_last() -> None:
    *_, comment, start, end = golden("detail_waiting")
    assert end == ""
    assert [columns(line, 2, 18, 39, 44) for line in (comment, start)] == [
        ["", "[COMMENT]", "02/03/2025 05:59:55", "  0", "UP"][1:],
        ["", "[STARTJOB]", "02/03/2025 07:00:00", "  0", "UP"][1:],
    ]


# cli.md §3.5, §3.8

TABLES: dict[str, tuple[tuple[str, int], ...]] = {
    "resources": (("Resource Name", 0), ("Type", 28), ("Machine", 40), ("Defined", 62), ("Available", 70)),
    "globs": (("Glob Name", 0), ("File Name", 29)),
    "instances": (("Instance Name", 0), ("Type", 65), ("Machines", 86), ("Port", 107)),
    "profiles": (("Connection Profile", 0), ("Type", 65)),
    "job_types": (("Job Type", 0), ("Command", 65), ("Description", 86)),
    "machines_live": (
        ("Machine Name", 0), ("Max Load", 81), ("Current Load", 92), ("Factor", 105), ("O/S", 113), ("Status", 125),
    ),
}  # fmt: skip
"""Headings and where they begin."""


@pytest.mark.parametrize("name", TABLES)
def test_columns(name: str) -> None:
    heading, rule, *_ = table(name)
    words, starts = zip(*TABLES[name], strict=True)
    assert columns(heading, *starts) == list(words)
    assert all(set(part) == {"_"} for part in columns(rule, *starts))


def test_statuses_and_systems_of_machines() -> None:
    lines = table("machines_live")[2:]
    assert [columns(line, 0, 81, 92, 105, 113, 125) for line in lines[: lines.index("")]] == [
        ["RET_BLOCKED", "---", "---", "1.00", "Unix", "Blocked"],
        ["RET_EMPTY", "---", "---", "1.00", "Sys Agent", "Empty"],
        ["RET_LOCAL", "---", "---", "1.00", "Unix", "Online"],
        ["RET_MACHINE", "100", "10", "1.00", "Sys Agent", "Missing"],
        ["RET_OFF", "---", "---", "1.00", "NT", "Offline"],
        ["RET_VIRTUAL.RET_MACHINE", "50", "0", "1.00", "Sys Agent", "Missing"],
        ["localhost", "---", "---", "1.00", "Sys Agent", "Online"],
    ]


def test_what_runs_on_machines() -> None:
    lines = table("machines_live")
    _, heading, dashes, row = lines[lines.index("") :]
    starts = (2, 67, 88, 101, 107)
    assert columns(heading, *starts) == ["Job Name", "Machine", "Status", "Load", "Priority"]
    assert columns(dashes, *starts) == ["-" * 64, "-" * 20, "-" * 12, "-" * 5, "-" * 8]
    assert columns(row, *starts) == ["RET_MEMBER", "RET_MACHINE", "RUNNING", "10", "0"]


def test_who_uses_resources() -> None:
    lines = table("resource_usage")
    blank, title, gap, heading, rule, row = lines[lines.index("") :]
    assert (blank, title, gap) == ("", "/**** Current Resource Usage ****/", "")
    starts = (0, 19, 38, 50, 64, 76)
    assert columns(heading, *starts) == ["ResName", "JobName", "Run/Ntry", "Status", "Machine", "Amount in Use"]
    assert columns(rule, *starts) == ["_" * width for width in (18, 18, 11, 12, 11, 13)]
    assert columns(row, *starts) == ["RET_RESOURCE", "RET_JOB", "40/1", "FAILURE", "RET_MACHINE", "2"]


def test_the_agent() -> None:
    labels = ["Machine Name", "Type", "Node Name", "Agent Name", "Operating System", "Agent Release", "Agent Build"]
    *lines, plug_ins, unknown, end = golden("agent")
    assert [line.partition(": ")[0] for line in lines] == labels
    assert (plug_ins, unknown, end) == ("Active Plug-ins:", "     -----", "")


# cli.md §7


def test_calendars() -> None:
    first, second, title, dashes, *rows, end = golden("calendars")
    assert (first, second, title, dashes, end) == ("", "", "Existing Calendars:", "-" * 70, "")
    assert columns(rows[0], 0, 70) == ["RET_calendar", "Standard Calendar"]


def test_time_zones() -> None:
    title, heading, dashes, row, end = golden("zones")
    assert (title, end) == ("CAUAJM_I_50089 Timezones:", "")
    assert columns(heading, 0, 50, 58) == ["Entry", "Type", "Zone"]
    assert columns(dashes, 0, 50, 58) == ["-" * 40, "-" * 6, "-" * 17]
    assert columns(row, 0, 51, 60) == ["RET_timezone", "A", "RET_/zone"]


def test_the_trail_is_parted_by_53_colons() -> None:
    lines = golden("trail")
    parts = [number for number, line in enumerate(lines) if line == ":" * 53]
    assert len(parts) > 10
    assert lines[:5] == ["RET_@RET_", "02/03/2025 04:00:00", "CAUAJM_I_50152 Sendevent issued.", "", "  eoid: 5"]
    assert lines[5:7] == [
        "  job_name: RET_JOB",
        '  command: sendevent "-E" "FORCE_STARTJOB" "-J" "RET_JOB" "-C" "RET_"',
    ]


def test_columns_of_the_log() -> None:
    lines = golden("browser")[:-1]
    assert all(line[20:27] == "]" + " " * 6 for line in lines)
    status = next(line for line in lines if "STATUS: STARTING" in line)
    alarm = next(line for line in lines if "ALARM: JOBFAILURE" in line)
    assert columns(status, 27, 42, 49, 66, 90, 103)[1:] == [
        "EVENT:", "CHANGE_STATUS", "STATUS: STARTING", "JOB: RET_JOB", "MACHINE: RET_MACHINE",
    ]  # fmt: skip
    assert columns(alarm, 27, 42, 49, 66, 90)[2:] == ["ALARM", "ALARM: JOBFAILURE", "JOB: RET_JOB"]


def test_columns_of_the_forecast() -> None:
    lines = golden("forecast_of_a_day")
    assert lines[:2] == ["", "AutoSys-py Forecast Report"]
    assert lines[3:7] == ["", "", f"Forecast Date: {DAY}", ""]
    starts = (0, 65, 130, 159, 180, 191)
    names = ["Box Name", "Job Name", "Machine Name", "Start Time", "Duration", "End Time"]
    assert columns(lines[7], *starts) == names
    assert columns(lines[8], *starts) == ["_" * width for width in (64, 64, 28, 20, 10, 20)]
    assert len(lines) > 10
