"""The systemd unit keeps jobs alive: tested by what it says."""

import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "systemd" / "autosys-scheduler@.service"


@pytest.fixture(name="service")
def _service() -> dict[str, str]:
    parser = ConfigParser(interpolation=None, strict=True, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return dict(parser["Service"])


def test_stopping_it_ends_the_scheduler_alone(service: dict[str, str]) -> None:
    assert service["KillMode"] == "process"
    assert service["OOMPolicy"] == "continue"
    assert not {"ExecStop", "ExecStopPost", "KillSignal", "FinalKillSignal", "RuntimeMaxSec"} & set(service)


def test_a_dead_scheduler_is_started_again_and_a_stopped_one_is_not(service: dict[str, str]) -> None:
    assert service["Restart"] == "on-failure"
    assert float(service["RestartSec"]) <= 1


def test_jobs_are_not_locked_in(service: dict[str, str]) -> None:
    assert not [name for name in service if name.startswith(("Private", "Protect", "Restrict", "ReadOnly", "Limit"))]
    assert "UMask" not in service
    assert service["TasksMax"] == "infinity"


def test_systemd_understands_it(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    copy = tmp_path / "autosys-scheduler@ACE.service"
    copy.write_text(UNIT.read_text(encoding="utf-8").replace("/usr/local/bin/eventor", "/bin/true"), encoding="utf-8")
    verdict = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True)
    assert (verdict.returncode, verdict.stderr) == (0, "")
