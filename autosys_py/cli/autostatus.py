"""autostatus: the status of a job or the value of a global, one bare line (cli.md §4, docs/autostatus.md)."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import misuse, refusal
from autosys_py.cli.names import is_pattern, is_speakable, select
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.core.text import visible
from autosys_py.report.summary import full_status

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import GlobalRow, StatusRow

JOB_KEYS = ("name", "status", "exec_mode")
GLOBAL_KEYS = ("name", "value")


def main() -> NoReturn:
    leave(run(COMMAND))


def status(given: Given) -> int:
    """A line for each job or global that is meant. Exit code 0; everything else is raised."""
    if "J" in given and "G" in given:
        raise misuse(50002, "-J", "-G")
    if not given.any("JG"):
        raise wrong_usage()
    check_format(given)
    with open_instance(given.get("S")) as instance:
        if "J" in given:
            _write_statuses(given, _statuses(instance, given["J"]))
        else:
            _write_values(given, _values(instance, given["G"]))
    return 0


def _write_statuses(given: Given, rows: "Iterator[StatusRow]") -> None:
    if "--format" not in given:
        write_lines(full_status(row.state) for row in rows)
        return
    from autosys_py.report.data import exec_mode

    data = ((row.head.name, row.state.status.name, exec_mode(row.state)) for row in rows)
    write_data(given["--format"], JOB_KEYS, data)


def _write_values(given: Given, rows: "Iterable[GlobalRow]") -> None:
    if "--format" not in given:
        write_lines(visible(row.value) for row in rows)
    else:
        write_data(given["--format"], GLOBAL_KEYS, ((row.name, row.value) for row in rows))


def _statuses(instance: Instance, name: str) -> "Iterator[StatusRow]":
    store = instance.store
    head = store.head(name) if is_speakable(name) and not is_pattern(name) else None
    if head is not None:
        joids = [head.joid]
    elif is_pattern(name) or "_" in name:
        joids = [each.joid for each in select(name, store.heads(), lambda each: each.name)]
    else:
        joids = []
    if not joids and not is_pattern(name):
        raise refusal(50004, name)
    return store.statuses(joids)


def _values(instance: Instance, name: str) -> "list[GlobalRow]":
    rows = select(name, instance.store.globals(), lambda row: row.name)
    if not rows and not is_pattern(name):
        raise refusal(50005, name)
    from autosys_py.cli.secrets import shown_value

    return [row._replace(value=shown_value(row.name, row.value)) for row in rows]


COMMAND = Command(
    name="autostatus",
    title="Status",
    synopsis="-J job_name | -G global_name\n[--format json | csv] [-S autoserv]",
    options=(
        Option("J", "job_name", "job whose status is printed; ALL, wildcards % * _ ?"),
        Option("G", "global_name", "global variable whose value is printed; ALL, wildcards"),
        FORMAT,
        Option("S", "autoserv", "another instance"),
    ),
    act=status,
    usage_error=50001,
)
