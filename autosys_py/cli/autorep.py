"""autorep: reports on jobs, machines, global variables and all other objects (cli.md §3, docs/autorep.md)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli.data import COLOR, FORMAT, check_format, colours_wanted, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import misuse, refusal
from autosys_py.cli.options import Command, Given, Option, is_number, wrong_usage
from autosys_py.cli.output import write_lines, write_source
from autosys_py.cli.run import leave, run

if TYPE_CHECKING:
    from autosys_py.cli.job_report import JobReport
    from autosys_py.cli.job_rows import JobRows
    from autosys_py.cli.selection import Selection
    from autosys_py.core.codes import Status
    from autosys_py.report.data import Keys, Row

OBJECTS = ("V", "X", "Y", "z", "C")
"""What is neither a job nor a machine nor a global."""


def main() -> NoReturn:
    leave(run(COMMAND))


def report(given: Given) -> int:
    """One report. Exit code 0; everything else is raised."""
    _check(given)
    with open_instance(given.get("S")) as instance:
        letter = next((letter for letter in OBJECTS if letter in given), "")
        if letter:
            _objects(instance, given, letter)
        elif "Q" in given:
            _queue(instance, given)
        elif "p" in given:
            _agent(instance, given)
        elif "M" in given:
            _machines(instance, given)
        elif "G" in given:
            _globals(instance, given)
        elif given.any("oq"):
            _job_sources(instance, given)
        else:
            _jobs(instance, given)
    return 0


def _check(given: Given) -> None:
    """Exactly one object, at most one kind of report, numbers that are numbers."""
    objects = [given.any("BI"), *(option in given for option in ("J", "G", "Q", *OBJECTS))]
    if "M" in given and not ("V" in given and "d" in given):  # there it restricts the resources
        objects.append(True)
    if sum(objects) != 1:
        raise wrong_usage()
    _check_additions(given)
    if sum(option in given for option in "sdqp") > 1 or ("Q" in given and given.any("dq")):
        raise misuse(50104)
    check_format(given)
    if given.get("--color", "auto") not in COLOR.argument.split(" | "):
        raise misuse(99140, given["--color"])
    if not is_number(given.get("R", "0").removeprefix("-")):
        raise wrong_usage()


def _check_additions(given: Given) -> None:
    """Options that belong to some reports only."""
    if "o" in given and (not given.any("JBI") or not is_number(given["o"])):
        raise misuse(40010)
    if given.any(("f", "a")) and not ("z" in given or ("J" in given and "q" in given)):
        raise wrong_usage()
    if "-type" in given and "z" not in given:
        raise wrong_usage()
    if "p" in given and ("M" not in given or "V" in given):
        raise wrong_usage()
    if "--watch" in given and ("J" not in given or given.any(("--format", "s", *"dqoRt"))):
        raise wrong_usage()


# Jobs


def _job_sources(instance: Instance, given: Given) -> None:
    """Definitions and overrides, as JIL."""
    from autosys_py.cli import query_report

    selection = _selection(instance, given)
    if "o" in given:
        from autosys_py.cli.zone import local_zone

        lines = query_report.override_lines(instance, selection, int(given["o"]), local_zone())
    else:
        lines = query_report.job_lines(instance, selection, wide="w" in given, blob_folder=given.get("f"))
    _write_source(given, lines)


def _selection(instance: Instance, given: Given) -> "Selection":
    from autosys_py.cli.selection import select_grouped, select_jobs

    if "J" in given:
        return select_jobs(instance.store, given["J"], _levels(given))
    return select_grouped(instance.store, given.get("B"), given.get("I"), _levels(given))


def _levels(given: Given) -> int | None:
    levels = given.get("L")
    return int(levels) if levels else None


def _jobs(instance: Instance, given: Given) -> None:
    from autosys_py.cli.job_report import STATUS_WORDS, JobReport

    colours = colours_wanted(given)
    if "--watch" in given:
        from autosys_py.cli.watch import watch

        watch(instance, given["J"], _levels(given), colours=colours)
    word = given.get("s")
    status = STATUS_WORDS[word.upper()] if word else None
    rows = _job_rows(instance, given)
    jobs = JobReport(instance, rows, narrow="n" in given, job_zones="t" in given, colours=colours)
    runs = _runs(given, rows)
    if "--format" in given:
        write_data(given["--format"], *_job_data(jobs, given, status, runs))
    elif status is not None:
        write_lines(jobs.in_status(status))
    else:
        write_lines(_job_lines(jobs, given, runs))


def _job_rows(instance: Instance, given: Given) -> "JobRows":
    from autosys_py.cli.job_rows import rows_of_groups, rows_of_jobs

    if "J" in given:
        return rows_of_jobs(instance.store, given["J"], _levels(given))
    return rows_of_groups(instance.store, given.get("B"), given.get("I"), _levels(given))


def _runs(given: Given, rows: "JobRows") -> int:
    """How many of its last runs are asked of a job that is no box; 0 = it is another report."""
    plain_job = rows.explicit is not None and rows.explicit.job_type != "BOX"
    return (_levels(given) or 0) if plain_job and not given.any("Rs") else 0


def _job_lines(jobs: "JobReport", given: Given, runs: int) -> Iterable[str]:
    if "R" in given:
        number = int(given["R"])
        return jobs.run_detail(number) if "d" in given else jobs.run_summary(number)
    if runs:
        return jobs.history(runs)
    return jobs.detail() if "d" in given else jobs.summary()


def _job_data(jobs: "JobReport", given: Given, status: "Status | None", runs: int) -> "tuple[Keys, Iterable[Row]]":
    """Rows of jobs or of runs; with -d their events."""
    from autosys_py.report.data import JOB_KEYS
    from autosys_py.report.detail import KEYS as EVENT_KEYS

    if "d" in given:
        if "R" in given:
            return EVENT_KEYS, jobs.run_detail_data(int(given["R"]))
        return EVENT_KEYS, jobs.history_detail_data(runs) if runs else jobs.detail_data()
    if "R" in given:
        return JOB_KEYS, jobs.run_data(int(given["R"]))
    return JOB_KEYS, jobs.history_data(runs) if runs else jobs.data(status)


# Machines and globals


def _machines(instance: Instance, given: Given) -> None:
    from autosys_py.cli import machine_report
    from autosys_py.cli.names import is_pattern

    chosen = machine_report.select_machines(instance.store, given["M"])
    if "q" in given:
        from autosys_py.cli.query_report import machine_lines

        if is_pattern(given["M"]):  # the built-in localhost is nobody's definition
            defined = {machine.name for machine in instance.store.machines()}
            chosen = [machine for machine in chosen if machine.name in defined]
        _write_source(given, machine_lines(instance, chosen))
    elif "--format" in given and "d" in given:
        from autosys_py.report.machines import LiveJob

        write_data(given["--format"], LiveJob._fields, machine_report.live_jobs_on(instance.store, chosen))
    elif "--format" in given:
        from autosys_py.report.data import MACHINE_KEYS, machine_row

        rows = map(machine_row, machine_report.rows_of(instance.store, chosen))
        write_data(given["--format"], MACHINE_KEYS, rows)
    else:
        write_lines(machine_report.summary(instance.store, chosen, narrow="n" in given, detail="d" in given))


def _agent(instance: Instance, given: Given) -> None:
    from autosys_py.cli.agent_report import Agent, agent_lines, agent_of

    agent = agent_of(instance.store, given["M"])
    if "--format" in given:
        write_data(given["--format"], Agent._fields, [agent])
    else:
        write_lines(agent_lines(agent))


def _queue(instance: Instance, given: Given) -> None:
    from autosys_py.cli.queue_report import queue_rows
    from autosys_py.report import queue

    rows = queue_rows(instance, given["Q"])
    if "--format" in given:
        write_data(given["--format"], queue.KEYS, map(queue.data, rows))
    else:
        write_lines(queue.lines(rows, narrow="n" in given))


def _globals(instance: Instance, given: Given) -> None:
    from autosys_py.cli.names import is_pattern, select
    from autosys_py.cli.secrets import shown_value
    from autosys_py.cli.zone import local_zone
    from autosys_py.core.times import TimeFormat
    from autosys_py.report import variables
    from autosys_py.report.data import GLOBAL_KEYS, global_row

    name = given["G"]
    found = select(name, instance.store.globals(), lambda row: row.name)
    rows = [row._replace(value=shown_value(row.name, row.value)) for row in found]
    if not rows and not is_pattern(name):
        raise refusal(50182, name)
    times = TimeFormat(local_zone(), instance.configuration.DateFormat)
    if "--format" in given:
        write_data(given["--format"], GLOBAL_KEYS, (global_row(*row, times) for row in rows))
    elif rows:
        narrow = "n" in given
        write_lines(variables.heading(narrow=narrow))
        write_lines(variables.line(*row, times, narrow=narrow) for row in rows)


# Everything else


def _objects(instance: Instance, given: Given, letter: str) -> None:
    from autosys_py.cli import object_report

    if "q" in given:
        lead = instance.configuration.AutorepQueryLeadingBlanks
        _write_source(given, object_report.source_lines(instance.store, given, letter, lead))
    elif "--format" in given:
        write_data(given["--format"], *object_report.object_data(instance.store, given, letter))
    elif letter == "z":
        write_lines(object_report.glob_lines(instance.store, given))
    else:
        write_lines(object_report.object_lines(instance.store, given, letter))


def _write_source(given: Given, lines: Iterable[str]) -> None:
    """JIL as it is, or as rows of one attribute each."""
    if "--format" not in given:
        write_source(lines)
        return
    from autosys_py.cli.definition_data import KEYS, definition_rows

    write_data(given["--format"], KEYS, definition_rows(lines))


def _is_status(word: str) -> bool:
    from autosys_py.cli.job_report import STATUS_WORDS

    return word.upper() in STATUS_WORDS


def _is_value(word: str) -> bool:
    return not word.startswith("-")


COMMAND = Command(
    name="autorep",
    title="Report",
    synopsis=(
        "-J job_name [-s [status] | -d | -q | -o number] [-L levels] [-R run] [-n] [-t] [-w]\n"
        "-B group_name -I application_name [-s [status] | -d | -q] [-L levels] [-R run] [-n] [-t] [-w]\n"
        "-M machine_name [-s | -d | -q | -p] [-n]\n"
        "-Q job_name [-n]\n"
        "-G global_name [-n]\n"
        "-V resource_name [-s | -d [-M machine_name] | -q] [-n]\n"
        "-X instance | -Y job_type | -C profile | -z glob [-f folder] [-a] [-type type] [-s | -q]\n"
        "-J job_name --watch [-L levels]\n"
        "[--format json | csv] [--color auto | always | never] [-S autoserv]"
    ),
    options=(
        Option("J", "job_name", "jobs and boxes with their members; ALL, wildcards % * _ ?"),
        Option("B", "group_name", 'jobs of a group; ALL, wildcards, " " for none'),
        Option("I", "application_name", 'jobs of an application; ALL, wildcards, " " for none'),
        Option("M", "machine_name", "machines; ALL, wildcards"),
        Option("G", "global_name", "global variables; ALL, wildcards"),
        Option("V", "resource_name", "resources; ALL, wildcards"),
        Option("X", "instance", "external instances; ALL, wildcards"),
        Option("Y", "job_type", "user-defined job types; ALL, wildcards"),
        Option("C", "profile", "connection profiles; ALL, wildcards"),
        Option("z", "glob", "globs, each written to a file; ALL, wildcards"),
        Option("s", "status", "summary; with a status only the rows of jobs in it", accepts=_is_status, yields=True),
        Option("d", text="detail: the events of the latest run"),
        Option("q", text="definitions as JIL"),
        Option("L", "levels", "levels of boxes, 0 = the box alone; of a job its last runs", accepts=is_number),
        Option("R", "run", "a run number, 0 the latest, -1 the one before", numeric=True),
        Option("n", text="narrow: names cut"),
        Option("t", text="zone of the job below its name, Time in that zone"),
        Option("w", text="with -q long names in conditions"),
        FORMAT,
        COLOR,
        Option("--watch", text="follows a running box or job on this terminal until it ends"),
        Option("S", "autoserv", "another instance"),
        Option("D", "value", "accepted and ignored", accepts=_is_value),
        Option("N", "value", "accepted and ignored", accepts=_is_value),
        Option("o", "number", "the override of that number, 0 = in effect; with -J -B -I"),
        Option("f", "folder", "where blobs and globs are written; with -z or -J -q"),
        Option("a", text="written as text: .txt behind the names"),
        Option("-type", "type", "generic or emailtemplate; with -z"),
        Option("Q", "job_name", "who waits for load and resources: ALL, or for those of one job"),
        Option("p", text="with -M: the agent of a real machine"),
    ),
    notes=("A pattern that matches nothing prints nothing; a name that does not exist is an error.",),
    act=report,
)
