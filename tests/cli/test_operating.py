"""What all commands of operating have in common: pipes, help, and that they load only what they need."""

import subprocess
import sys
from pathlib import Path

import pytest

from autosys_py.event_server.open import open_store
from tests.cli.estate import retail

BIN = Path(sys.executable).parent
COMMANDS = {
    "archive_events": "Archive Events",
    "archive_jobs": "Archive Jobs",
    "autoping": "Ping",
    "autotrack": "Tracking",
    "cron2jil": "Cron to JIL",
    "monbro": "Monitor Browser",
}
HEAVY = "sqlalchemy alembic lark rich click"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    store = open_store(f"sqlite:///{folder}/ACE.db")
    retail(store)
    store.close()
    return folder


def shell(folder: Path, script: str) -> str:
    """What a script prints, both streams."""
    environment = {"PATH": f"{BIN}:/usr/bin:/bin", "AUTOUSER": str(folder), "TZ": "UTC"}
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_and_version(folder: Path, command: str) -> None:
    title = f"AutoSys-py {COMMANDS[command]} Utility"
    usage = shell(folder, f"{command} '-?'; echo $?")
    assert usage.startswith(f"\n{title}\n\nUSAGE: {command} ")
    assert usage.endswith("\n0\n")
    assert shell(folder, f"{command} -x").startswith(f"{title} ")


def test_a_closed_pipe_ends_silently(folder: Path) -> None:
    assert shell(folder, "autotrack -v | head -1") == shell(folder, "autotrack -v").partition("\n")[0] + "\n"
    assert shell(folder, "autotrack 2>&1 > /dev/full; echo $?").endswith("No space left on device\n1\n")


@pytest.mark.parametrize(
    "line",
    [
        "autotrack", "archive_events -n 9 -j 9 -l 9", "archive_jobs -j 9", "autoping -m localhost", "monbro -N ALL",
        "autorep -J ALL --color always", "autorep -J ALL -d", "autorep -M ALL --format json",
        "autostatus -J ALL --format csv",
    ],
)  # fmt: skip
def test_nothing_heavy_is_loaded(folder: Path, line: str) -> None:
    command, *options = line.split()
    program = (
        f"import sys; from autosys_py.cli.{command} import COMMAND; from autosys_py.cli.run import run; "
        f"code = run(COMMAND, {options!r}); print(code, sorted(set(sys.modules) & set({HEAVY!r}.split())))"
    )
    environment = {"PATH": "/usr/bin:/bin", "AUTOUSER": str(folder), "TZ": "UTC"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0 []"


def test_cron2jil_loads_no_store(tmp_path: Path) -> None:
    (tmp_path / "tab").write_text("0 1 * * * x\n")
    program = (
        "import sys; from autosys_py.cli.cron2jil import COMMAND; from autosys_py.cli.run import run; "
        f"run(COMMAND, ['-f', {str(tmp_path / 'tab')!r}, '-d', {str(tmp_path)!r}]); "
        "print([name for name in sys.modules if name.startswith('autosys_py.event_server') or name == 'lark'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
