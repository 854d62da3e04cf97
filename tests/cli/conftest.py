"""An instance in memory: commands run in this process on a store that the test holds in its hand."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from autosys_py.cli import clock
from autosys_py.cli.archive_events import COMMAND as ARCHIVE_EVENTS
from autosys_py.cli.archive_jobs import COMMAND as ARCHIVE_JOBS
from autosys_py.cli.astail import COMMAND as ASTAIL
from autosys_py.cli.autocal_asc import COMMAND as AUTOCAL_ASC
from autosys_py.cli.autoflags import COMMAND as AUTOFLAGS
from autosys_py.cli.autoping import COMMAND as AUTOPING
from autosys_py.cli.autorep import COMMAND as AUTOREP
from autosys_py.cli.autostatus import COMMAND as AUTOSTATUS
from autosys_py.cli.autosys import main
from autosys_py.cli.autosyslog import COMMAND as AUTOSYSLOG
from autosys_py.cli.autotimezone import COMMAND as AUTOTIMEZONE
from autosys_py.cli.autotrack import COMMAND as AUTOTRACK
from autosys_py.cli.chase import COMMAND as CHASE
from autosys_py.cli.chk_auto_up import COMMAND as CHK_AUTO_UP
from autosys_py.cli.cron2jil import COMMAND as CRON2JIL
from autosys_py.cli.forecast import COMMAND as FORECAST
from autosys_py.cli.jil import COMMAND as JIL
from autosys_py.cli.job_depends import COMMAND as JOB_DEPENDS
from autosys_py.cli.monbro import COMMAND as MONBRO
from autosys_py.cli.options import Command
from autosys_py.cli.run import run
from autosys_py.cli.sendevent import COMMAND as SENDEVENT
from autosys_py.cli.time0 import COMMAND as TIME0
from autosys_py.event_server.memory import MemoryStore
from tests.cli.estate import NOW, Estate, retail

COMMANDS = {
    command.name: command
    for command in (
        ARCHIVE_EVENTS, ARCHIVE_JOBS, AUTOCAL_ASC, AUTOTIMEZONE, FORECAST, JIL, AUTOPING, AUTOTRACK, CRON2JIL, MONBRO,
        ASTAIL, AUTOFLAGS, AUTOREP, AUTOSTATUS, AUTOSYSLOG, CHASE, CHK_AUTO_UP, JOB_DEPENDS, SENDEVENT, TIME0
    )
}  # fmt: skip


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Shell = Callable[..., Done]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """The empty store of an instance; time stands still at NOW, the zone is UTC."""
    memory = MemoryStore()
    for variable in ("AUTOSERV", "AUTOSYS_EVENT_SERVER", "RESTRICT_FORCE_STARTJOB"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AUTOUSER", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr("autosys_py.event_server.open.open_store", lambda _url: memory)
    return memory


@pytest.fixture
def configure(tmp_path: Path) -> Callable[[str], None]:
    """Writes the configuration file of the instance."""

    def write(text: str) -> None:
        (tmp_path / "config.ACE").write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def estate(store: MemoryStore) -> Estate:
    return retail(store)


@pytest.fixture
def sh(store: MemoryStore, capfdbinary: pytest.CaptureFixture[bytes]) -> Shell:
    """`sh("autorep", "-J", "ALL")` runs a command as `run` does."""

    def shell(name: str, *arguments: str) -> Done:
        command: Command = COMMANDS[name]
        capfdbinary.readouterr()
        code = run(command, list(arguments))
        out, err = capfdbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return shell


@pytest.fixture
def autosys(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """`autosys("why", "JOB")` runs the command that groups what the product has none for."""

    def call(*words: str) -> Done:
        monkeypatch.setattr("sys.argv", ["autosys", *words])
        capfdbinary.readouterr()
        code = main()
        out, err = capfdbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return call
