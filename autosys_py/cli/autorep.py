"""autorep: reports on jobs, machines, global variables and all other objects (cli.md §3, docs/autorep.md)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import misuse, refusal
from autosys_py.cli.options import Command, Given, Option, is_number, wrong_usage
from autosys_py.cli.output import write_lines, write_source
from autosys_py.cli.run import leave, run
from autosys_py.report.data import FORMATS, Row

if TYPE_CHECKING:
    from autosys_py.cli.job_report import JobReport
    from autosys_py.cli.selection import Selection

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
    if given.get("--format") not in (None, *FORMATS):
        raise misuse(99012, given["--format"])
    if "--format" in given and given.any("dq"):
        raise wrong_usage()
    if not is_number(given.get("R", "0").removeprefix("-")):
        raise wrong_usage()


def _check_additions(given: Given) -> None:
    """Options that belong to some reports only."""
    if "o" in given and (not given.any("JBI") or not is_number(given["o"])):
        raise misuse(40010)
    if given.any(("f", "a")) and not ("z" in given or ("J" in given and "q" in given)):
        raise wrong_usage()
    if ("-type" in given and "z" not in given) or ("--format" in given and given.any(("o", "Q", "p", *OBJECTS))):
        raise wrong_usage()
    if "p" in given and ("M" not in given or "V" in given):
        raise wrong_usage()


# Jobs


def _jobs(instance: Instance, given: Given) -> None:
    selection = _selection(instance, given)
    if "o" in given:
        from autosys_py.cli.query_report import override_lines
        from autosys_py.cli.zone import local_zone

        write_source(override_lines(instance, selection, int(given["o"]), local_zone()))
        return
    if "q" in given:
        from autosys_py.cli.query_report import job_lines

        write_source(job_lines(instance, selection, wide="w" in given, blob_folder=given.get("f")))
        return
    from autosys_py.cli.job_report import STATUS_WORDS, JobReport

    jobs = JobReport(instance, selection, narrow="n" in given, job_zones="t" in given)
    word = given.get("s")
    status = STATUS_WORDS[word.upper()] if word else None
    if "--format" in given:
        from autosys_py.report.data import JOB_KEYS

        _write_data(given, JOB_KEYS, jobs.data(status))
    elif status is not None:
        write_lines(jobs.in_status(status))
    else:
        write_lines(_job_lines(jobs, selection, given))


def _selection(instance: Instance, given: Given) -> "Selection":
    from autosys_py.cli.selection import select_grouped, select_jobs

    levels = given.get("L")
    depth = int(levels) if levels else None
    if "J" in given:
        return select_jobs(instance.store, given["J"], depth)
    return select_grouped(instance.store, given.get("B"), given.get("I"), depth)


def _job_lines(jobs: "JobReport", selection: "Selection", given: Given) -> Iterable[str]:
    number = given.get("R")
    if number is not None:
        return jobs.run_detail(int(number)) if "d" in given else jobs.run_summary(int(number))
    runs = given.get("L")
    plain_job = selection.explicit and selection.jobs[0].head.job_type != "BOX"
    if plain_job and runs and int(runs) > 0 and "s" not in given:
        return jobs.history(int(runs))
    return jobs.detail() if "d" in given else jobs.summary()


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
        write_source(machine_lines(instance, chosen))
    elif "--format" in given:
        from autosys_py.report.data import MACHINE_KEYS, machine_row

        _write_data(given, MACHINE_KEYS, map(machine_row, machine_report.rows_of(instance.store, chosen)))
    else:
        write_lines(machine_report.summary(instance.store, chosen, narrow="n" in given, detail="d" in given))


def _agent(instance: Instance, given: Given) -> None:
    from autosys_py.cli.agent_report import agent_lines

    write_lines(agent_lines(instance.store, given["M"]))


def _queue(instance: Instance, given: Given) -> None:
    from autosys_py.cli.queue_report import queue_lines

    write_lines(queue_lines(instance, given["Q"], narrow="n" in given))


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
        _write_data(given, GLOBAL_KEYS, (global_row(*row, times) for row in rows))
    elif rows:
        narrow = "n" in given
        write_lines(variables.heading(narrow=narrow))
        write_lines(variables.line(*row, times, narrow=narrow) for row in rows)


# Everything else


def _objects(instance: Instance, given: Given, letter: str) -> None:
    from autosys_py.cli import object_report

    if "q" in given:
        lead = instance.configuration.AutorepQueryLeadingBlanks
        write_source(object_report.source_lines(instance.store, given, letter, lead))
    elif letter == "z":
        write_lines(object_report.glob_lines(instance.store, given))
    else:
        write_lines(object_report.object_lines(instance.store, given, letter))


def _write_data(given: Given, keys: tuple[str, ...], rows: Iterable[Row]) -> None:
    write_lines(FORMATS[given["--format"]](keys, rows))


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
        "[--format json | csv] [-S autoserv]"
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
        Option("--format", "json | csv", "the rows as data"),
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
