"""autoping: does the agent of a machine answer? (cli.md §7.6, docs/autoping.md)

Agents of this version live where the scheduler lives. One answers if its machine is this host, its run folders can be
written and a process can be made; any other machine does not answer, which is what jobs on it find too.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from autosys_py.cli import clock
from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import complain, message, refusal
from autosys_py.cli.names import is_everything, is_speakable
from autosys_py.cli.nodes import local_nodes
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.core.codes import Alarm, EventCode
from autosys_py.core.model import CountKey, Event, Machine, members_of

KEYS = ("machine", "node_name", "port", "answers")
LOCALHOST = "localhost"
PORT = "7520"
PATIENCE = 10
"""Seconds that making a process may take."""


def main() -> NoReturn:
    leave(run(COMMAND))


def autoping(given: Given) -> int:
    """Asks each machine; exit code 1 if one does not answer."""
    if "m" not in given:
        raise wrong_usage()
    check_format(given)
    with open_instance() as instance:
        if "--format" in given:
            silent = _write_answers(instance, given)
        else:
            asked = _machines(instance, given["m"])
            silent = [each for each in asked if not _ping(instance, each, both_ways="S" in given)]
        if silent and "A" in given:
            _raise_alarms(instance, silent)
    return int(bool(silent))


def _machines(instance: Instance, name: str) -> list[Machine]:
    """The real machines that are meant: all, or the members of a virtual one. Raises Refused (50406)."""
    store = instance.store
    if is_everything(name):
        real = [each for each in store.machines() if not each.is_virtual]
        return real if any(each.name == LOCALHOST for each in real) else [Machine(LOCALHOST), *real]
    machine = store.machine(name) if is_speakable(name) else None
    if machine is None:
        if name != LOCALHOST:
            raise refusal(50406, name)
        machine = Machine(LOCALHOST)
    if not machine.is_virtual:
        return [machine]
    return [store.machine(member.name) or Machine(member.name) for member in members_of(machine)]


def _write_answers(instance: Instance, given: Given) -> list[Machine]:
    """As data; the machines that do not answer."""
    answers = [(each, _answers(instance, each)) for each in _machines(instance, given["m"])]
    rows = ((each.name, each.node_name or each.name, _port(each), answers) for each, answers in answers)
    write_data(given["--format"], KEYS, rows)
    return [each for each, answers in answers if not answers]


def _port(machine: Machine) -> str:
    return next((value for name, value in machine.attributes if name == "port" and value), PORT)


def _ping(instance: Instance, machine: Machine, *, both_ways: bool) -> bool:
    """Asks one and prints what came of it."""
    lines = ["", "", message(50023, machine.name, severity="I")]
    write_lines([*lines, message(50031, severity="I")] if both_ways else lines)
    if _answers(instance, machine):
        write_lines([message(50025, severity="I"), ""])
        return True
    complain(message(10229, machine.node_name or machine.name, _port(machine)), message(50281))
    write_lines(["", message(50282, severity="I"), ""])
    complain(message(50026))
    return False


def _answers(instance: Instance, machine: Machine) -> bool:
    from autosys_py.cli.chase import AGENT_HOST

    store = instance.store
    node = machine.node_name or machine.name
    host = store.setting(AGENT_HOST)
    if node not in local_nodes() and not node.startswith("127."):
        return False
    if host is not None and host != os.uname().nodename:
        return False
    return not store.counts().get(CountKey("missing", machine.name)) and all(_checks(instance.run))


def _checks(folder: Path) -> Iterator[bool]:
    """What a start needs: a place for its record, and a process."""
    yield os.access(next(each for each in (folder, *folder.parents) if each.exists()), os.W_OK | os.X_OK)
    try:
        yield subprocess.run(["/bin/sh", "-c", ":"], timeout=PATIENCE, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        yield False


def _raise_alarms(instance: Instance, silent: list[Machine]) -> None:
    now = clock.now()
    with instance.store.transaction():
        for machine in silent:
            event = Event(EventCode.ALARM, now, value=Alarm.AUTO_PING.name, sent=now, sent_by=instance.user_host)
            event.reason = f"autoping: the agent of {machine.name} does not answer"
            instance.store.add_event(event)


COMMAND = Command(
    name="autoping",
    title="Ping",
    synopsis="-m machine | ALL [-A] [-S] [--format json | csv]",
    options=(
        Option("m", "machine", "machine whose agent is asked; ALL = every real machine"),
        Option("A", text="raises alarm AUTO_PING for each that does not answer"),
        Option("S", text="also from the agent back to the server"),
        FORMAT,
    ),
    act=autoping,
)
