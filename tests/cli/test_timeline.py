"""`autosys timeline`: a run as a Gantt chart. It is Monday 02/03/2025."""

import json
import os
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from autosys_py.agent.simulated import SimulatedOutcome
from autosys_py.cli import clock
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.configuration import Configuration
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Done
from tests.cli.test_why import BEGIN, UTC, Desk
from tests.engine import Engine

GOLDEN = Path(__file__).parents[1] / "golden"

JIL = """
insert_job: night   job_type: box
insert_job: load   box_name: night   command: x   machine: localhost   n_retrys: 1
insert_job: etl   job_type: box   box_name: night   condition: s(load)
insert_job: sums   box_name: etl   command: x   machine: localhost
insert_job: quick   box_name: etl   command: x   machine: localhost
insert_job: held   box_name: night   command: x   machine: localhost   condition: s(etl)
insert_job: mail   command: x   machine: localhost   condition: s(night)
"""


class Night(Desk):
    """The box has run once: load failed after 10 minutes, then took 10, sums 40, quick 5; held is on ice."""

    def __init__(self, store: MemoryStore, run: Callable[..., Done]) -> None:
        self.run = run
        self.engine = Engine(BEGIN, UTC, Configuration(), store)
        self.engine.jil(JIL)
        self.send(EventCode.JOB_ON_ICE, "held")
        plan = self.engine.agent.plan
        plan("load", SimulatedOutcome(600, 2), 1)
        plan("load", SimulatedOutcome(600, 0))
        plan("sums", SimulatedOutcome(2400, 0))
        plan("quick", SimulatedOutcome(300, 0))
        self.send(EventCode.STARTJOB, "night")


@pytest.fixture
def night(store: MemoryStore, autosys: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> Night:
    night = Night(store, autosys)
    monkeypatch.setattr(clock, "now", lambda: night.engine.now)
    return night


def drawn(night: Night, *words: str) -> list[str]:
    done = night.run("timeline", *words)
    assert (done.code, done.err) == (0, ""), done.err
    return done.out.splitlines()


@pytest.mark.parametrize(("name", "minutes"), [("timeline", 180), ("timeline_so_far", 30)])
def test_byte_for_byte(night: Night, name: str, minutes: int) -> None:
    night.wait(minutes)
    shown = night.run("timeline", "night", "--width", "90").out
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("AUTOSYS_WRITE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_runs_by_number(night: Night) -> None:
    night.wait(180)
    night.send(EventCode.STARTJOB, "night")
    night.wait(180)
    assert "run 1 from 02/03/2025 06:00:00" in drawn(night, "night", "--run", "-1")[0]
    assert "run 1 from 02/03/2025 06:00:00" in drawn(night, "night", "--run", "1")[0]
    assert " from 02/03/2025 09:00:00" in drawn(night, "night")[0]
    first, second = drawn(night, "night", "--run", "1"), drawn(night, "night")
    assert any("(2 starts)" in line for line in first) and not any("(2 starts)" in line for line in second)
    assert "mail" not in "\n".join(first)


def test_a_job_alone(night: Night) -> None:
    night.wait(180)
    assert [line.split()[-1] for line in drawn(night, "mail")[2:-1]] == ["SUCCESS"]


def test_a_restart_belongs_to_the_run_though_it_has_a_number_of_its_own(night: Night) -> None:
    night.engine.agent.plan("quick", SimulatedOutcome(300, 1), 1)
    night.wait(30)
    night.send(EventCode.RESTART, "quick")
    night.wait(180)
    rows = {row["name"]: row for row in json.loads("\n".join(drawn(night, "night", "--format", "json")))["rows"]}
    assert [run["status"] for run in rows["quick"]["runs"]] == ["FAILURE", "SUCCESS"]
    assert len({run["run"].split("/")[0] for run in rows["quick"]["runs"]}) == 2


def test_data(night: Night) -> None:
    night.wait(180)
    document = json.loads("\n".join(drawn(night, "night", "--format", "json")))
    assert (document["begin"], document["end"]) == ("2025-02-03T06:00:00+00:00", "2025-02-03T07:00:15+00:00")
    chain = [row["name"] for row in document["rows"] if row["chain"]]
    assert chain == ["night", "load", "etl", "sums"]


def test_svg(night: Night) -> None:
    """Bars lie between the scale's ends in the order of their times."""
    night.wait(30)
    root = ET.fromstring("\n".join(drawn(night, "night", "--format", "svg")).encode())
    kind = "{http://www.w3.org/2000/svg}"
    bars = [group.find(f"{kind}rect") for group in root.iter(f"{kind}g")]
    titles = [group.findtext(f"{kind}title") for group in root.iter(f"{kind}g")]
    assert titles[1] == "load run 1/1: 02/03/2025 06:00:00 to 02/03/2025 06:10:00, FAILURE, exit code 2"
    places = [float(bar.attrib["x"]) for bar in bars if bar is not None]
    assert len(places) == 6 and places == sorted(places)


def test_simulated(store: MemoryStore, autosys: Callable[..., Done], tmp_path: Path) -> None:
    file, script = tmp_path / "a.jil", tmp_path / "a.txt"
    file.write_text(JIL, encoding="utf-8")
    script.write_text("at +1m sendevent -E STARTJOB -J night\nrun load#1 3m exit 1\n", encoding="utf-8")
    played = ("--jil", str(file), "--script", str(script), "--from", "02/03/2025 00:00", "--to", "02/03/2025 01:00")
    done = autosys("timeline", "night", *played)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("night simulated up to 02/03/2025 01:00:00: run 1 from 02/03/2025 00:01:00, 6m15s SUC")
    assert store.heads() == []


def test_a_copy_of_the_store_simulated(night: Night) -> None:
    night.wait(180)
    night.engine.jil('update_job: night  date_conditions: 1  days_of_week: all  start_times: "12:00"')
    done = night.run("timeline", "night", "--to", "02/03/2025 13:00")
    assert (done.code, done.err) == (0, "")
    assert " from 02/03/2025 12:00:00, 50m SUCCESS" in done.out.splitlines()[0]


def test_a_chart_in_colour_and_what_is_shorter_than_a_letter() -> None:
    from zoneinfo import ZoneInfo

    from autosys_py.core.times import TimeFormat
    from autosys_py.report.gantt import Bar, Chart, Row
    from autosys_py.report.gantt_text import text_lines

    bars = [Bar(10, 11, Status.FAILURE, "1/1", 1), Bar(500, 501, Status.SUCCESS, "1/2", 0)]
    chart = Chart("x\x1b[2J", 0, 10_000, True, [Row("a\x1b[2J", 0, False, Status.SUCCESS, bars)])
    lines = list(text_lines(chart, TimeFormat(ZoneInfo("UTC")), 80, coloured=True))
    assert lines[0] == "x\\x1b[2J"
    assert lines[2].startswith(" a\\x1b[2J  \x1b[31mx\x1b[32m=\x1b[0m  ")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("nobody",), 1, "CAUAJM_E_50004 Invalid job/box name: nobody"),
        (("ALL",), 1, "CAUAJM_E_50004"),
        (("%",), 1, "CAUAJM_E_50004"),
        (("mail",), 1, "CAUAJM_E_10323"),
        (("night", "--run", "7"), 1, "CAUAJM_E_10323"),
        (("night", "--run", "-9"), 1, "CAUAJM_E_10323"),
        (("night", "--width", "3"), 2, "--width"),
        (("night", "--jil", "x.jil", "--to", "02/03/2025"), 2, "--from TIME"),
    ],
)
def test_refusals(night: Night, words: tuple[str, ...], code: int, says: str) -> None:
    done = night.run("timeline", *words)
    assert (done.code, done.out) == (code, "")
    assert says in done.err and "Traceback" not in done.err
