"""A file trigger waits for something to happen to a file."""

from pathlib import Path

import pytest

from autosys_py.agent.local import LocalAgent
from autosys_py.agent.trigger import Trigger
from autosys_py.core.codes import EventCode
from tests.agent.orders import order

STEP = 30


def looks(tmp_path: Path, contents: list[str | None], **attributes: str) -> list[int | None]:
    """What the trigger says at each look, when the file has these contents (None = it is not there)."""
    file = tmp_path / "f"
    what = order(job_type="FT", watch_file=str(file), attributes={f"watch_{k}": v for k, v in attributes.items()})
    trigger = Trigger(what, {}, 0.0)
    said: list[int | None] = []
    for content in contents:
        if content is None:
            file.unlink(missing_ok=True)
        elif not file.exists() or file.read_text() != content:
            file.write_text(content)
        said.append(trigger.look(trigger.due))
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
        ("GENERATE", [None, "x"], [None, 0]),
        ("GENERATE", ["x", "x", "xy"], [None, None, 0]),
        ("EXPAND", ["xx", "x", "xx", "xxx"], [None, None, None, 0]),
        ("SHRINK", ["xx", "xxx", "x"], [None, None, 0]),
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
    ],
)
def test_changes(tmp_path: Path, change_type: str, value: str, said: list[int | None]) -> None:
    contents: list[str | None] = ["xx", "xx", "xxx", "xxxx"]
    attributes = {"file_type": "EXPAND", "file_change_type": change_type, "file_change_value": value}
    assert looks(tmp_path, contents, **attributes) == said


def test_keeping_still(tmp_path: Path) -> None:
    contents: list[str | None] = [None, "x", "xy", "xy", "xy"]
    assert looks(tmp_path, contents, no_change="1") == [None, None, None, None, 0]


def test_directories_below(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "f").touch()
    assert looks(tmp_path, [None], file_type="EXIST", file_recursive="1") == [0]


def test_through_the_agent(tmp_path: Path) -> None:
    agent = LocalAgent(tmp_path / "run")
    agent.start(order(job_type="FT", watch_file=f"{tmp_path}/f", watch_file_type="EXIST"))
    running, ended = agent.collect(0)
    assert (running.code, ended.code, ended.exit_code) == (EventCode.AGENT_RUNNING, EventCode.AGENT_ENDED, 1)
    agent.close()
