"""archive_jobs: forgets old versions of definitions that nothing names any more (cli.md §7.6, docs/archive_jobs.md)."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.archive_files import ArchiveFile, file_name
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import message, misuse
from autosys_py.cli.options import Command, Given, Option, WrongUsage, is_number, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.cli.zone import local_zone
from autosys_py.core.model import Definition
from autosys_py.core.overrides import JOB_VER

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer

DAY = 86400
PAGE = 500


def main() -> NoReturn:
    leave(run(COMMAND))


def archive_jobs(given: Given) -> int:
    """Removes what may go; exit code 0."""
    if "j" not in given:
        raise wrong_usage()
    days = given["j"]
    if not is_number(days) or int(days) > 1_000_000:
        raise WrongUsage(message(COMMAND.usage_error), message(60146))
    if "d" in given and "A" not in given:
        raise misuse(60023)
    with open_instance() as instance:
        now = clock.now()
        file = _file(instance, given.get("d"), now) if "A" in given else None
        try:
            removed = _archive(instance.store, now - int(days) * DAY, file)
        finally:
            if file is not None:
                file.close()
        write_lines([message(99080, removed, severity="I") if removed else message(10186, severity="I")])
    return 0


def _file(instance: Instance, folder: str | None, now: int) -> ArchiveFile:
    from autosys_py.event_server.queries import QUERIES

    place = Path(folder) if folder is not None else instance.folder / "archive"
    name = file_name("jobs", instance.autoserv, now, local_zone())
    return ArchiveFile(place / name, QUERIES["insert_definition"].parameters, ",")


def _archive(store: "EventServer", before: int, file: ArchiveFile | None) -> int:
    """Page by page; how many versions went. What the store lets go is in the file before the store has let it go."""
    from autosys_py.event_server.rows import definition_row

    removed = 0
    for versions in _pages(_old_versions(store, before)):
        with store.transaction():
            gone = [each for each in versions if store.remove_versions([(each.job.joid, each.job.job_ver)])]
            if file is not None and gone:
                file.write(definition_row(each) for each in gone)
        removed += len(gone)
    return removed


def _pages(versions: Iterator[Definition]) -> Iterator[list[Definition]]:
    from itertools import islice

    while page := list(islice(versions, PAGE)):
        yield page


def _old_versions(store: "EventServer", before: int) -> Iterator[Definition]:
    """Versions that were replaced before a moment, and those of jobs that are deleted; the store knows which of them
    something still names. What an override is made of stays with the override."""
    named = _of_overrides(store)
    waiting: Definition | None = None
    after = (0, 0)
    while versions := store.versions(after, PAGE):
        for version, is_current in versions:
            if waiting is not None:
                is_same = waiting.job.joid == version.job.joid
                replaced = version.time if is_same else waiting.time
                if replaced < before:
                    yield waiting
            key = (version.job.joid, version.job.job_ver)
            waiting = None if is_current or key in named else version
        after = (versions[-1][0].job.joid, versions[-1][0].job.job_ver)
    if waiting is not None and waiting.time < before:
        yield waiting


def _of_overrides(store: "EventServer") -> set[tuple[int, int]]:
    found = set()
    for each in store.objects("override"):
        head = store.head(each.name)
        if head is not None and each.value(JOB_VER).isdigit():
            found.add((head.joid, int(each.value(JOB_VER))))
    return found


COMMAND = Command(
    name="archive_jobs",
    title="Archive Jobs",
    synopsis="-j days [-A] [-d directory]",
    options=(
        Option("j", "days", "removes versions that were replaced or deleted earlier", numeric=True),
        Option("A", text="writes to a file first what is removed"),
        Option("d", "directory", "of this file, instead of $AUTOUSER/archive"),
    ),
    notes=("A version stays as long as runs, events or, of a deleted job, entries of the past speak of it.",),
    act=archive_jobs,
)
