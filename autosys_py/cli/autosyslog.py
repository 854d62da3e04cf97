"""autosyslog: the scheduler's log, and what a run of a job left behind (cli.md §7.1, docs/autosyslog.md)."""

import os
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import misuse, refusal
from autosys_py.cli.options import Command, Given, Option, is_number, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.cli.tail import LINES, PIECE, follow, opened, pause, write
from autosys_py.core.text import visible

if TYPE_CHECKING:
    from autosys_py.agent.account import Account
    from autosys_py.core.model import Run
    from autosys_py.report.data import Row

LOG_KEYS = ("time", "text")
FILES = {"A": "record", "O": "out", "S": "out", "E": "err"}
"""What of a run folder each type is."""
NEVER = "PL"
"""Types of the product of which there is nothing here."""
ATTRIBUTES = {"out": "std_out_file", "err": "std_err_file"}


def main() -> NoReturn:
    leave(run(COMMAND))


def syslog(given: Given) -> int:
    """Shows one log. Exit code 0; everything else is raised."""
    _check(given)
    with open_instance() as instance:
        if "s" in given:
            raise refusal(40374)
        if "e" in given:
            _scheduler_log(instance, given)
        else:
            write(_pieces(_file_of_run(instance, given)))
    return 0


def _check(given: Given) -> None:
    """One log, and the options that belong to it."""
    if sum(letter in given for letter in "esj") != 1:
        raise wrong_usage()
    if given.any("lp") and "e" not in given:
        raise wrong_usage()
    if "--format" in given and not ("e" in given and given.any("lp")):
        raise wrong_usage()  # what follows a file has no end, and what a job wrote has no rows
    check_format(given)
    if given.any("rntiodz") and "j" not in given:
        raise wrong_usage()
    if "n" in given and "r" not in given:
        raise wrong_usage()
    if given.any("io") and given.get("t", "").upper() != "L":
        raise wrong_usage()
    if given.get("t", "A").upper() not in (*FILES, *NEVER):
        raise wrong_usage()
    numbers = (given.get("l", "0"), given.get("n", "0"), given.get("r", "0").removeprefix("-"))
    if not all(map(is_number, numbers)):
        raise wrong_usage()


# The scheduler's log


def _scheduler_log(instance: Instance, given: Given) -> None:
    path = instance.scheduler_log
    if "--format" in given:
        write_data(given["--format"], LOG_KEYS, _rows(instance, _report(path, given)))
        return
    if given.any("lp"):
        write(_report(path, given))
        return
    opened(path, refusal(50132, path)).close()
    write_lines(_heading(path))
    write(follow(path, pause))


def _heading(path: Path) -> list[str]:
    title = "Monitoring AutoSys-py Scheduler Log:"
    return ["", "", title, f"\t{visible(str(path))}", "", "\t*** To break out type control-c (^c) ***", ""]


def _report(path: Path, given: Given) -> Iterator[bytes]:
    """The last lines, those of them that match; of a pattern alone all that match."""
    matches = _pattern(given.get("p", ""))
    number = int(given["l"]) if "l" in given else None
    with opened(path, refusal(50132, path)) as file:
        lines = file if number is None else deque(file, min(number, 1_000_000))
        yield from (line for line in lines if matches.search(line))


def _rows(instance: Instance, lines: Iterator[bytes]) -> "Iterator[Row]":
    """In the order of `LOG_KEYS`; a line without a readable time has none. The log is in the scheduler's zone."""
    from datetime import datetime

    from autosys_py.cli.dates import read_moment
    from autosys_py.cli.zone import scheduler_zone

    zone, order = scheduler_zone(instance.store), instance.configuration.DateFormat
    for line in lines:
        text = line.decode("utf-8", "surrogateescape").removesuffix("\n")
        begin, bracket, rest = text.partition("]")
        moment = read_moment(begin[1:], order, zone) if bracket and begin.startswith("[") else None
        if moment is None:
            yield None, text
        else:
            yield datetime.fromtimestamp(moment, zone).isoformat(), rest.removeprefix(" " * 6)


def _pattern(text: str) -> "re.Pattern[bytes]":
    try:
        return re.compile(text.encode("utf-8", "surrogateescape"))
    except re.error as error:
        raise misuse(99051, text, error) from None


# Runs of jobs


def _pieces(path: Path) -> Iterator[bytes]:
    with opened(path, refusal(10682)) as file:
        while piece := file.read(PIECE):
            yield piece


def _file_of_run(instance: Instance, given: Given) -> Path:
    """The file that is asked for. Raises Refused if there is none."""
    from autosys_py.cli.names import is_speakable

    name = given["j"]
    head = instance.store.head(name) if is_speakable(name) else None
    if head is None or not instance.store.runs(head.joid, 1):
        raise refusal(50138, name)
    run = _run(instance, name, head.joid, given)
    letter = given.get("t", "A").upper()
    if letter in NEVER or given.any("dz"):
        raise refusal(10682)
    folder = instance.run / (instance.store.setting("store_id") or "-") / str(run.key.run_num)
    folder /= f"{run.key.joid}.{run.key.ntry}"
    if not folder.is_dir():
        raise refusal(50138, name)
    part = FILES[letter]
    return (_own_file(instance, run, name, ATTRIBUTES[part]) if part in ATTRIBUTES else None) or folder / part


def _run(instance: Instance, name: str, joid: int, given: Given) -> "Run":
    """The try that `-r` and `-n` mean; without them the latest. Raises Refused (50137)."""
    number = int(given.get("r", "0"))
    if number <= 0:
        numbers = instance.store.run_numbers(joid, 1 - number)
        number = numbers[-number] if len(numbers) > -number else 0
    tries = instance.store.run_tries(joid, number) if number else []
    if "n" in given:
        tries = [each for each in tries if each.key.ntry == int(given["n"])]
    if not tries:
        raise refusal(50137, name)
    return tries[-1]


def _own_file(instance: Instance, run: "Run", name: str, attribute: str) -> Path | None:
    """The file that the run's definition names for its output; None if it names none.

    Variables are those of the run as far as they are known here: globals as they stand now, `envvars`, the run's own.
    """
    from autosys_py.agent.launch import base_environment, file_name, job_environment, replace_globals
    from autosys_py.agent.protocol import StartOrder

    definition = instance.store.definition(run.key.joid, run.job_ver)
    value = definition.value(attribute).lstrip(">").strip() if definition is not None else ""
    if definition is None or not value:
        return None
    globals_now = {row.name: row.value for row in instance.store.globals()}
    environment = {"AUTOSERV": instance.autoserv, "AUTOUSER": str(instance.folder)}
    order = StartOrder(
        run.key, name, definition.job.job_type, definition.attributes, globals_now, environment=environment
    )
    account = _account(definition.value("owner"), instance)
    variables = job_environment(order, base_environment(account, os.environ))
    return Path(account.home) / file_name(replace_globals(value, globals_now), variables)


def _account(owner: str, instance: Instance) -> "Account":
    """Whose home a name without a slash at its beginning is in. Raises Refused (10682) if nobody knows."""
    from autosys_py.agent.account import ForbiddenOwner, UnknownOwner, account_of

    try:
        return account_of(owner, instance.configuration.RunAsOwner)
    except (UnknownOwner, ForbiddenOwner):
        raise refusal(10682) from None


COMMAND = Command(
    name="autosyslog",
    title="Log",
    synopsis=(
        "-e [-l lines] [-p pattern] [--format json | csv]\n-j job_name [-r run [-n try]] [-t A | O | E | S | P | L]\n-s"
    ),
    options=(
        Option("e", text=f"the scheduler's log: its last {LINES} lines, then what is added"),
        Option("l", "lines", "with -e: so many lines from the end, and no more"),
        Option("p", "pattern", "with -e: only lines that match this regular expression, and no more"),
        Option("j", "job_name", "what a run of this job left"),
        Option("r", "run", "a run number, 0 the latest, -1 the one before", numeric=True),
        Option("n", "try", "with -r: that try of the run"),
        Option("t", "type", "A record of the run (default), O output, E error output, S as O; P, L never"),
        Option("i", "step", "with -t L"),
        Option("o", "step", "with -t L"),
        Option("d", "data_set", "never here"),
        Option("z", "data_set", "never here"),
        Option("s", text="the application server's log: there is none"),
        FORMAT,
    ),
    act=syslog,
)
