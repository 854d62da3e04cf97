"""`autosys doctor`: looks an installation over, changes nothing; what is wrong comes with its remedy (docs/doctor.md).

Nothing here may fail for what it looks for: a store that cannot be opened is a finding like any other.
"""

import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from autosys_py import __version__
from autosys_py.cli import clock
from autosys_py.cli.data import write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import Refused
from autosys_py.cli.output import write_lines
from autosys_py.cli.zone import local_zone, scheduler_zone, zone_named
from autosys_py.core.lines import machine_names
from autosys_py.core.text import visible
from autosys_py.core.times import TimeFormat
from autosys_py.event_server.driver import OLDEST, driver, linked_version, wal_is_safe
from autosys_py.event_server.errors import StoreBusy, StoreError
from autosys_py.event_server.open import path_of, target_of
from autosys_py.event_server.soundness import fault_of
from autosys_py.event_server.sql import HEAD

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer

KEYS = ("what", "found", "remedy", "ok")
REMEDY = "stop eventor, then: autosys restore FILE, with the newest backup that is sound"
LEAST_FREE = 256 * 1024 * 1024
"""Bytes of disk below which a store may soon not be written any more."""
LEAST_FILES = 10_000
"""Files that a disk must still take: every run makes a folder with some."""
MEGABYTE = 1024 * 1024
PATIENCE = 2.0
"""Seconds that a look at the store's lock may take."""
AHEAD = 60
"""Seconds by which the past may be ahead of the clock."""
NAMED = 5
"""Undefined machines that are named."""


class Finding(NamedTuple):
    """One thing looked at."""

    what: str
    found: str
    remedy: str = ""
    """What to do; empty = it is as it should be."""


def examine(format_: str | None) -> int:
    """Prints every finding; 1 if one of them needs a remedy."""
    findings = list(_findings())
    if format_ is not None:
        rows = ((each.what, each.found, each.remedy or None, not each.remedy) for each in findings)
        write_data(format_, KEYS, rows)
    else:
        write_lines(_lines(findings))
    return 1 if any(each.remedy for each in findings) else 0


def _lines(findings: list[Finding]) -> Iterator[str]:
    width = max(len(each.what) for each in findings)
    for each in findings:
        yield f"{'WRONG' if each.remedy else 'ok':<5}  {each.what:<{width}}  {visible(each.found)}"
        if each.remedy:
            yield f"{'':<5}  {'':<{width}}  -> {visible(each.remedy)}"
    wrong = sum(1 for each in findings if each.remedy)
    yield ""
    yield f"{wrong} of {len(findings)} need attention." if wrong else f"All {len(findings)} are as they should be."


def _findings() -> Iterator[Finding]:
    yield from _versions()
    try:
        instance = open_instance()
    except Refused as refused:
        yield Finding("configuration", " ".join(refused.lines), "mend that line; nothing runs before")
        return
    with instance:
        yield from _configuration(instance)
        yield from _folders(instance)
        yield from _clock()
        yield from _disks(instance)
        yield from _users(instance)
        yield from _passwords(instance)
        yield from _store(instance)


def _versions() -> Iterator[Finding]:
    yield Finding("AutoSys-py", __version__)
    old = sys.version_info < (3, 11)
    yield Finding("Python", platform.python_version(), "install Python 3.11 or later" if old else "")
    version, name = linked_version(), driver.__name__.partition(".")[0]
    remedy = "pip install pysqlite3" if version < OLDEST else ""
    journal = "" if wal_is_safe(version) else "; its write-ahead log has a fault, so the store keeps a rollback journal"
    yield Finding("SQLite", f"{driver.sqlite_version} ({name}){journal}", remedy)


# Configuration, folders


def _configuration(instance: Instance) -> Iterator[Finding]:
    from autosys_py.core.configuration import parse

    path = instance.folder / f"config.{instance.autoserv}"
    warnings: list[str] = []
    try:
        parse(path.read_text(encoding="utf-8", errors="surrogateescape"), warnings.append)
        found = str(path)
    except FileNotFoundError:
        yield Finding("configuration", f"{path} is not there: every key has its default")
        return
    for warning in warnings:
        yield Finding("configuration", f"{path}, {warning}", "correct its spelling or delete the line")
    if not warnings:
        yield Finding("configuration", found)
    yield from _mode("its permissions", path, stat.S_IWGRP | stat.S_IWOTH, "go-w")


def _folders(instance: Instance) -> Iterator[Finding]:
    """They keep everybody else out."""
    yield from _mode("instance folder", instance.folder, stat.S_IRWXG | stat.S_IRWXO, "go-rwx", is_folder=True)
    for what, folder in (("run folders", instance.run), ("scheduler log", instance.out)):
        if folder.exists():
            yield from _mode(what, folder, stat.S_IRWXG | stat.S_IRWXO, "go-rwx", is_folder=True)
        else:
            yield Finding(what, f"{folder} is not there yet: the scheduler makes it")


def _mode(what: str, path: Path, forbidden: int, change: str, *, is_folder: bool = False) -> Iterator[Finding]:
    """Whose it is, and who may do what others must not."""
    try:
        status = path.stat()
    except OSError as error:
        yield Finding(what, f"{path}: {error.strerror}", "check owner and mode of the folders above it")
        return
    mode = stat.S_IMODE(status.st_mode)
    found = f"{path}, mode {mode:04o}"
    may = os.R_OK | os.W_OK | (os.X_OK if is_folder else 0)
    if mode & forbidden:
        yield Finding(what, f"{found}: others than its owner may use it", f"chmod {change} {path}")
    elif not os.access(path, may):
        yield Finding(
            what, f"{found}: belongs to user {status.st_uid} and is closed to you", f"run as user {status.st_uid}"
        )
    else:
        yield Finding(what, found)


# Clock and disk


def _clock() -> Iterator[Finding]:
    wanted = os.environ.get("TZ", "").removeprefix(":")
    if wanted and zone_named(wanted) is None:
        yield Finding(
            "time zone", f"TZ={wanted} means nothing here, so it is UTC", "export TZ=Area/City, like TZ=Europe/London"
        )
    else:
        zone = local_zone()
        yield Finding("time zone", f"{zone}, now {TimeFormat(zone)(clock.now())}")


def _disks(instance: Instance) -> Iterator[Finding]:
    """Of the instance folder, and those of store and run folders if they are others."""
    path = path_of(instance.url)
    seen = set()
    for place in (instance.folder, *([path.parent] if path is not None else []), instance.run):
        with suppress(OSError):
            device = place.stat().st_dev
            if device not in seen:
                seen.add(device)
                yield from _disk(place)


def _disk(place: Path) -> Iterator[Finding]:
    try:
        free, files = shutil.disk_usage(place).free, os.statvfs(place)
    except OSError as error:
        yield Finding("disk", f"{place}: {error.strerror}", "check the disk")
        return
    found = f"{free // MEGABYTE} MB free for {place}"
    if free < LEAST_FREE:
        yield Finding("disk", found, "make room: with a full disk nothing can be written, no event and no exit code")
    elif files.f_files and files.f_favail < LEAST_FILES:
        yield Finding("disk", f"{files.f_favail} more files fit", "delete old run folders: every run makes one")
    else:
        yield Finding("disk", found)


# Who may do what


def _users(instance: Instance) -> Iterator[Finding]:
    from autosys_py.cli.permit import KEYS

    permit = instance.permit
    named = {right: permit.superusers(right) for right in KEYS}
    told = ", ".join(f"{KEYS[right]}={users}" for right, users in named.items() if users)
    mine = " and ".join(str(right) for right in KEYS if permit.is_superuser(right))
    you = f"{permit.caller} may {mine} every job" if mine else f"{permit.caller} is none"
    yield Finding("superusers", f"{told or 'root and whom the store belongs to'}; {you}")


def _passwords(instance: Instance) -> Iterator[Finding]:
    """A password in the URL of the store is for nobody's eyes."""
    from autosys_py.event_server.engine import has_password

    if path_of(instance.url) is not None or not has_password(instance.url):
        return
    file = instance.folder / f"config.{instance.autoserv}"
    if "AUTOSYS_EVENT_SERVER" in os.environ:
        yield Finding(
            "password", "AUTOSYS_EVENT_SERVER holds one, and jobs inherit it", f"put EventServer=... into {file}"
        )
    else:
        yield from _mode("password", file, stat.S_IRWXG | stat.S_IRWXO, "go-rwx")


# The store


def _store(instance: Instance) -> Iterator[Finding]:
    path = path_of(instance.url)
    try:
        if path is not None:
            path = target_of(path)
            if not path.exists():
                yield Finding("event store", f"{path} is not there yet: the first command makes it")
                yield Finding("scheduler", "no scheduler is running", "eventor &")
                return
            yield from _mode("event store", path, stat.S_IRWXG | stat.S_IRWXO, "go-rwx")
            yield from _leftovers(path)
            if not os.access(path, os.R_OK | os.W_OK):
                return
            is_readable = True
            for finding in _file(path):
                is_readable &= not (finding.what in ("schema", "soundness") and finding.remedy)
                yield finding
            if not is_readable:
                return
        else:
            from autosys_py.event_server.engine import place_of

            yield Finding("event store", place_of(instance.url))
        yield from _contents(instance)
    except StoreBusy as error:
        yield Finding("lock", str(error), "find who writes for so long: fuser on the file, or ps")
    except StoreError as error:
        yield Finding("event store", str(error), "see the message: its end says what to do")


def _leftovers(path: Path) -> Iterator[Finding]:
    """What SQLite keeps beside the store, and stores that `autosys restore` replaced."""
    for suffix in ("-wal", "-shm", "-journal"):
        beside = path.with_name(path.name + suffix)
        if beside.exists() and beside.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield from _mode("event store", beside, stat.S_IRWXG | stat.S_IRWXO, "go-rwx")
    replaced = [each for each in path.parent.glob(f"{path.name}.until.*") if not each.name.endswith(("-wal", "-shm"))]
    if replaced:
        size = sum(each.stat().st_size for each in replaced) // MEGABYTE
        yield Finding("replaced stores", f"{len(replaced)}, {size} MB: {path.name}.until.*")


def _file(path: Path) -> Iterator[Finding]:
    """A SQLite file, opened as it is: not migrated and not switched to another journal."""
    from autosys_py.event_server.sqlite import SqliteStore

    store = SqliteStore(path, patience=PATIENCE)
    try:
        journal = store.journal_mode()
        unsafe = journal == "wal" and not wal_is_safe(linked_version())
        yield Finding(
            "journal", journal, "pip install pysqlite3: this SQLite may damage a write-ahead log" if unsafe else ""
        )
        revision = store.revision()
        older = f"schema {revision}, this program works with {HEAD}"
        too_new = revision is not None and revision > HEAD
        upgrade = "pip install --upgrade autosys-py" if too_new else "any command upgrades it; stop eventor first"
        yield Finding("schema", str(revision), "") if revision == HEAD else Finding("schema", older, upgrade)
        if revision == HEAD:
            with store.transaction():
                pass
            yield Finding("lock", "free: it can be written")
            fault = fault_of(store)
            yield Finding("soundness", fault or "every page and every row can be read", REMEDY if fault else "")
    finally:
        store.close()


def _contents(instance: Instance) -> Iterator[Finding]:
    store = instance.store
    yield _scheduler(store)
    yield from _zones(store)
    yield _progress(store)
    yield _runs(instance)
    yield from _machines(instance)


def _runs(instance: Instance) -> Finding:
    """Run numbers that were given and that the store has forgotten would be given again."""
    from autosys_py.cli.backup import run_folders

    store = instance.store
    ahead = max(run_folders(instance.run, store.setting("store_id")), default=0)
    if ahead <= store.last_run_num():
        return Finding("run numbers", f"the last is {store.last_run_num()}")
    return Finding(
        "run numbers",
        f"run {ahead} was recorded in {instance.run} and the store knows of none after {store.last_run_num()}: "
        "it is an older copy, and takes those runs for its next ones",
        "stop eventor, then: autosys restore FILE, which goes on behind them, with this very copy as FILE",
    )


def _scheduler(store: "EventServer") -> Finding:
    from autosys_py.scheduler.lease import LEASE_VALID, host_of, is_dead

    lease = store.lease()
    if lease is None:
        return Finding("scheduler", "no scheduler is running", "eventor &")
    holder, renewed = lease
    host, age = visible(host_of(holder)), clock.now() - renewed
    if is_dead(holder):
        return Finding("scheduler", f"the one on {host} has died, last seen {age} s ago", "eventor &")
    if age > LEASE_VALID and host_of(holder) != os.uname().nodename:
        return Finding(
            "scheduler", f"the one on {host} was last seen {age} s ago", f"look after it on {host}, or: eventor &"
        )
    return Finding("scheduler", f"runs on {host}, process {holder.split('/')[1] if '/' in holder else '?'}")


def _zones(store: "EventServer") -> Iterator[Finding]:
    if store.setting("scheduler_zone") is None:
        return
    theirs, ours = str(scheduler_zone(store)), str(local_zone())
    if theirs == ours:
        yield Finding("scheduler's zone", theirs)
    else:
        yield Finding(
            "scheduler's zone", f"{theirs}; yours is {ours}: times are shown and typed in yours", f"export TZ={theirs}"
        )


def _progress(store: "EventServer") -> Finding:
    """Has the clock gone back, and is something due that nobody comes to?"""
    now = clock.now()
    last = store.last_seq()
    newest = store.all_facts(last, 1) if last else []
    if newest and newest[0].processed > now + AHEAD:
        ahead = newest[0].processed - now
        return Finding(
            "clock", f"is {ahead} s behind the last entry of the past", "set the clock: timedatectl, chronyc makestep"
        )
    due = store.next_due()
    if due is not None and due < now - AHEAD:
        return Finding(
            "events", f"the oldest waits since {now - due} s to be processed", "eventor &, or look into its log"
        )
    return Finding("clock", "agrees with the past")


def _machines(instance: Instance) -> Iterator[Finding]:
    """Machines that jobs name and nobody defined."""
    store = instance.store
    known = {"localhost", *(machine.name for machine in store.machines())}
    users: dict[str, str] = {}
    for definition in store.definitions():
        job = definition.job
        for name in machine_names(job.machine) if job.machine and not job.is_box else ():
            if name not in known:
                users.setdefault(name, job.name)
    if not users:
        yield Finding("machines", "every machine that a job names is defined")
        return
    shown = ", ".join(f"{name} (of {job})" for name, job in list(users.items())[:NAMED])
    more = f" and {len(users) - NAMED} more" if len(users) > NAMED else ""
    effect = {"local": "count as this host", "error": "were defined once"}.get(
        instance.configuration.UndefinedMachine, "are offline: their jobs wait in PEND_MACH"
    )
    first = next(iter(users))
    remedy = f"echo 'insert_machine: {first}  node_name: localhost' | jil, or mend the name in the job"
    yield Finding("machines", f"undefined ones {effect}: {shown}{more}", remedy)
