"""Fail points: each name stands in the code once, is told of in the manual, and does what it is armed for.

That each is reached is shown by the campaign, which dies at every one of them (`points.py`, `commands.py`).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autosys_py import failpoints
from autosys_py.agent.local import RUNNER
from autosys_py.failpoints import FAIL_POINTS, Armed, FailPoint
from tests.crash.points import not_covered

PACKAGE = Path(failpoints.__file__).parent


def test_every_name_stands_in_the_code_once_and_none_without_a_name() -> None:
    called = [
        name
        for path in PACKAGE.rglob("*.py")
        if path.name != "failpoints.py"
        for name in re.findall(r'fail_point\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    ]
    called += re.findall(r'"\$AUTOSYS_FAIL_POINT" != ([a-z.]+):kill', Path(RUNNER).read_text(encoding="utf-8"))
    assert sorted(called) == sorted(FAIL_POINTS)


def test_the_campaign_goes_for_every_one() -> None:
    assert not_covered() == set()


def test_the_manual_has_them_all() -> None:
    page = (PACKAGE.parent / "docs" / "reliability.md").read_text(encoding="utf-8")
    for name, text in FAIL_POINTS.items():
        assert f"| `{name}` | {text} |" in page


@pytest.mark.parametrize("text", ["no.such:kill", "turn.begun", "turn.begun:explode", "turn.begun:kill:x", "x"])
def test_what_is_none_is_said(text: str) -> None:
    with pytest.raises(SystemExit, match="AUTOSYS_FAIL_POINT"):
        Armed(text)


def test_it_happens_at_the_visit_that_was_ordered_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "_armed", Armed("turn.past:raise:3"))
    for visit in range(1, 6):
        failpoints.fail_point("turn.taken")
        if visit == 3:
            with pytest.raises(FailPoint, match=r"turn\.past"):
                failpoints.fail_point("turn.past")
        else:
            failpoints.fail_point("turn.past")


def test_a_delay_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    monkeypatch.setattr(failpoints, "_armed", Armed("turn.past:delay 0.5"))
    failpoints.fail_point("turn.past")
    failpoints.fail_point("turn.past")
    assert waited == [0.5]


def test_who_is_armed_dies(tmp_path: Path) -> None:
    line = [sys.executable, "-c", "from autosys_py.failpoints import fail_point; fail_point('jil.applied')"]
    alive, dead = (
        subprocess.run(line, env=os.environ | {"AUTOSYS_FAIL_POINT": text}).returncode
        for text in ("", "jil.applied:kill")
    )
    assert (alive, dead) == (0, -9)


def test_it_imports_nothing_but_what_is_there_anyway() -> None:
    line = "import sys, os; before = set(sys.modules); import autosys_py.failpoints; print(set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("{'autosys_py', 'autosys_py.failpoints'}", "{'autosys_py.failpoints', 'autosys_py'}")


@pytest.mark.parametrize(
    ("point", "lines"),
    [
        ("runner.begun", []),
        ("runner.started", ["started"]),
        ("runner.finished", ["started"]),
        ("runner.recorded", ["started", "exit"]),
    ],
)
def test_the_runner_dies_where_it_is_told(tmp_path: Path, point: str, lines: list[str]) -> None:
    record, ran = tmp_path / "record", tmp_path / "ran"
    script = f'exec 9>>{record} 8>/dev/null; exec /bin/sh {RUNNER} "1.1.1 boot 1" /bin/sh -c "echo x > {ran}; exit 3"'
    environment = {"PATH": os.environ["PATH"], "AUTOSYS_FAIL_POINT": f"{point}:kill"}
    done = subprocess.run(["/bin/sh", "-c", script], env=environment, stderr=subprocess.DEVNULL)
    assert done.returncode == -9
    assert [line.split()[0] for line in record.read_text().splitlines()] == lines
    assert ran.exists() == (point in ("runner.finished", "runner.recorded"))
