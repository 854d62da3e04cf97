"""autoping: which agents answer (cli.md §7.6)."""

import subprocess
from pathlib import Path

import pytest

from autosys_py.core.codes import EventCode
from autosys_py.core.model import CountKey, Machine, Outcome
from autosys_py.event_server.memory import MemoryStore
from tests.cli.conftest import Shell
from tests.cli.estate import NOW

GOOD = "CAUAJM_I_50025 AutoPing WAS SUCCESSFUL.\n\n"
BACK = "\nCAUAJM_I_50282 AutoPing from the Application Server WAS SUCCESSFUL.\n\n"


def head(machine: str) -> str:
    return f"\n\nCAUAJM_I_50023 AutoPinging Machine [{machine}]\n"


def failed(node: str, port: int = 7520) -> str:
    return (
        f"CAUAJM_E_10229 Communication attempt with the AutoSys-py Agent has failed! [{node}:{port}]\n"
        "CAUAJM_E_50281 AutoPing from the Scheduler WAS NOT SUCCESSFUL.\n"
        "CAUAJM_E_50026 ERROR: AutoPing WAS NOT SUCCESSFUL.\n"
    )


def machine(store: MemoryStore, name: str, **details: object) -> None:
    with store.transaction():
        store.put_machine(Machine(name, **details))  # type: ignore[arg-type]


def test_this_host(store: MemoryStore, sh: Shell) -> None:
    machine(store, "here", node_name="127.0.0.2", offline=True)
    assert sh("autoping", "-m", "localhost") == (0, head("localhost") + GOOD, "")
    assert sh("autoping", "-m", "here") == (0, head("here") + GOOD, "")


def test_both_ways(store: MemoryStore, sh: Shell) -> None:
    line = "CAUAJM_I_50031 Checking the Agent's connectivity to the Application Server.\n"
    assert sh("autoping", "-S", "-m", "localhost").out == head("localhost") + line + GOOD


def test_another_host(store: MemoryStore, sh: Shell) -> None:
    machine(store, "far", node_name="far.example", attributes=(("port", "9999"),))
    assert sh("autoping", "-m", "far") == (1, head("far") + BACK, failed("far.example", 9999))
    assert store.waiting_orders() == []


def test_an_alarm(store: MemoryStore, sh: Shell) -> None:
    machine(store, "far")
    assert sh("autoping", "-A", "-m", "far").code == 1
    [event] = store.waiting_orders()
    assert (event.code, event.value, event.due) == (EventCode.ALARM, "AUTO_PING", NOW)
    assert event.reason == "autoping: the agent of far does not answer"
    assert sh("autoping", "-A", "-m", "localhost").code == 0
    assert len(store.waiting_orders()) == 1


def test_all_real_machines(store: MemoryStore, sh: Shell) -> None:
    machine(store, "far")
    machine(store, "both", type="v", attributes=(("machine", "far"),))
    done = sh("autoping", "-m", "both")
    assert (done.code, done.out) == (1, head("far") + BACK)
    done = sh("autoping", "-m", "ALL")
    assert (done.code, done.out) == (1, head("localhost") + GOOD + head("far") + BACK)


def test_what_the_scheduler_found_silent(store: MemoryStore, sh: Shell) -> None:
    machine(store, "here", node_name="localhost")
    with store.transaction():
        store.write_turn([], Outcome(counts={CountKey("missing", "here"): 1}), NOW)
    assert sh("autoping", "-m", "here").code == 1


def test_an_agent_on_the_host_of_the_scheduler(store: MemoryStore, sh: Shell) -> None:
    with store.transaction():
        store.put_setting("agent_host", "elsewhere")
    assert sh("autoping", "-m", "localhost").code == 1


def test_a_host_that_makes_no_process(store: MemoryStore, sh: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(subprocess, "run", refuse)
    assert sh("autoping", "-m", "localhost").code == 1


def test_folders_that_cannot_be_written(store: MemoryStore, sh: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autosys_py.cli.autoping.os.access", lambda path, mode: not Path(path).is_dir())
    assert sh("autoping", "-m", "localhost").code == 1


@pytest.mark.parametrize("name", ["no", "f%", "\x1b[2J", ""])
def test_an_unknown_machine(store: MemoryStore, sh: Shell, name: str) -> None:
    done = sh("autoping", "-m", name)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("CAUAJM_E_50406 The machine: ")
    assert "\x1b" not in done.err


@pytest.mark.parametrize("line", [(), ("-m",), ("-A",), ("-z",), ("-m", "x", "y")])
def test_wrong_lines(store: MemoryStore, sh: Shell, line: tuple[str, ...]) -> None:
    done = sh("autoping", *line)
    assert (done.code, done.out) == (2, "")
    assert "\n\nAutoSys-py Ping Utility\n" in done.err
