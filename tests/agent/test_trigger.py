"""A file trigger waits for something to happen to a file."""

import json
from pathlib import Path

import pytest

from autosys_py.agent.files import files_of
from autosys_py.agent.local import LocalAgent
from autosys_py.agent.trigger import Trigger
from autosys_py.core.codes import EventCode
from tests.agent.orders import order

STEP = 30


def trigger_on(path: object, **attributes: str) -> Trigger:
    given = {name if name == "continuous" else f"watch_{name}": value for name, value in attributes.items()}
    return Trigger(order(job_type="FT", watch_file=str(path), attributes=given), {})


def put(file: Path, content: str | None) -> None:
    if content is None:
        file.unlink(missing_ok=True)
    elif not file.exists() or file.read_text() != content:
        file.write_text(content)


def looks(tmp_path: Path, contents: list[str | None], **attributes: str) -> list[int | None]:
    """What the trigger says at each look, when the file has these contents (None = it is not there)."""
    file = tmp_path / "f"
    trigger = trigger_on(file, **attributes)
    assert trigger.interval == STEP
    said: list[int | None] = []
    for number, content in enumerate(contents):
        put(file, content)
        said.append(trigger.judge(files_of(trigger.path, trigger.recursive), number * STEP).exit_code)
    return said


@pytest.mark.parametrize(
    ("kind", "contents", "said"),
    [
        ("EXIST", ["x"], [0]),
        ("EXIST", [None], [1]),
        ("NOTEXIST", [None], [0]),
        ("NOTEXIST", ["x"], [1]),
        ("CREATE", [None, "x"], [None, 0]),
        ("CREATE", ["x"], [0]),
        ("DELETE", ["x", None], [None, 0]),
        ("DELETE", [None], [0]),
        ("UPDATE", [None, "x", "x", "xy"], [None, None, None, 0]),
        ("UPDATE", ["x", None, "y"], [None, None, 0]),
        ("GENERATE", [None, "x"], [None, 0]),
        ("GENERATE", ["x", "x", "xy"], [None, None, 0]),
        ("EXPAND", ["xx", "x", "xx", "xxx"], [None, None, None, 0]),
        ("SHRINK", ["xx", "xxx", "x"], [None, None, 0]),
        ("expand", ["x", "xx"], [None, 0]),
    ],
)
def test_kinds(tmp_path: Path, kind: str, contents: list[str | None], said: list[int | None]) -> None:
    assert looks(tmp_path, contents, file_type=kind) == said


@pytest.mark.parametrize(
    ("change_type", "value", "said"),
    [
        ("SIZE", "4", [None, None, None, 0]),
        ("DELTA", "2", [None, None, None, 0]),
        ("PERCENT", "50", [None, None, 0, 0]),
        ("PERCENT", "51", [None, None, None, 0]),
    ],
)
def test_changes(tmp_path: Path, change_type: str, value: str, said: list[int | None]) -> None:
    contents: list[str | None] = ["xx", "xx", "xxx", "xxxx"]
    attributes = {"file_type": "EXPAND", "file_change_type": change_type, "file_change_value": value}
    assert looks(tmp_path, contents, **attributes) == said


@pytest.mark.parametrize(
    ("change_type", "value", "said"),
    [("SIZE", "1", [None, None, 0]), ("DELTA", "3", [None, None, 0]), ("PERCENT", "40", [None, 0, 0])],
)
def test_shrinking(tmp_path: Path, change_type: str, value: str, said: list[int | None]) -> None:
    attributes = {"file_type": "SHRINK", "file_change_type": change_type, "file_change_value": value}
    assert looks(tmp_path, ["xxxx", "xx", "x"], **attributes) == said


def test_keeping_still(tmp_path: Path) -> None:
    contents: list[str | None] = [None, "x", "xy", "xy", "xy"]
    assert looks(tmp_path, contents, no_change="1") == [None, None, None, None, 0]


def test_a_file_that_vanishes_does_not_keep_still(tmp_path: Path) -> None:
    contents: list[str | None] = ["x", None, "x", "x", "x"]
    assert looks(tmp_path, contents, no_change="1") == [None, None, None, None, 0]


def test_directories_below(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").touch()
    assert looks(tmp_path, [None], file_type="EXIST", file_recursive="1") == [0]
    assert looks(tmp_path, [None], file_type="EXIST") == [1]


@pytest.mark.parametrize(
    ("attributes", "contents", "said"),
    [
        ({"file_type": "CREATE"}, ["x", "x", None, "x"], [True, False, False, True]),
        ({"file_type": "DELETE"}, [None, None, "x", None], [True, False, False, True]),
        ({"file_type": "UPDATE"}, ["x", "xx", "xx", "xxx"], [False, True, False, True]),
        ({"file_type": "GENERATE"}, [None, "x", "x", "xx"], [False, True, False, True]),
        ({"file_type": "EXPAND"}, ["x", "xx", "x", "xxx"], [False, True, False, True]),
        (
            {"file_type": "EXPAND", "file_change_type": "SIZE", "file_change_value": "2"},
            ["x", "xx", "xxx", "x", "xx"],
            [False, True, False, False, True],
        ),
    ],
)
def test_a_continuous_trigger_tells_each_time_once(
    tmp_path: Path, attributes: dict[str, str], contents: list[str | None], said: list[bool]
) -> None:
    file = tmp_path / "f"
    trigger = trigger_on(file, continuous="1", **attributes)
    told = []
    for number, content in enumerate(contents):
        put(file, content)
        verdict = trigger.judge(files_of(trigger.path), number * STEP)
        assert verdict.exit_code is None
        told.append(bool(verdict.remark))
    assert told == said


def test_what_changes_while_no_scheduler_runs_is_a_change(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text("x")
    before = trigger_on(file, file_type="EXPAND")
    assert before.judge(files_of(before.path), 0).exit_code is None
    assert before.is_new
    memory = json.loads(json.dumps(before.memory()))
    file.write_text("xx")
    after = trigger_on(file, file_type="EXPAND")
    after.remember(memory)
    assert not after.is_new
    assert after.judge(files_of(after.path), 0).exit_code == 0


def test_through_the_agent(tmp_path: Path) -> None:
    agent = LocalAgent(tmp_path / "run")
    agent.start(order(job_type="FT", watch_file=f"{tmp_path}/f", watch_file_type="EXIST"))
    reports = agent.collect(5)
    reports += agent.collect(5) if len(reports) < 2 else []
    running, ended = reports
    assert (running.code, ended.code, ended.exit_code) == (EventCode.AGENT_RUNNING, EventCode.AGENT_ENDED, 1)
    agent.close()
