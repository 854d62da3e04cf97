"""`autosys backup` and `autosys restore`: a copy of the event store, and back (docs/backup.md).

A store that comes back is older than its run folders. Runs that were decided after the backup are known there and not
here, and a run number must never mean two runs: so numbers go on above the highest that was ever given. What the
folders tell of runs that the backup knows is taken in as after any restart: their true ends, and none is run twice.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from autosys_py.cli import clock
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import complain, message, refusal
from autosys_py.cli.output import write_lines
from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event, Outcome
from autosys_py.event_server.errors import StoreDamaged, StoreError, StoreMissing, StoreTooNew
from autosys_py.event_server.open import path_of, target_of

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer
    from autosys_py.event_server.sqlite import SqliteStore


def backup(file: Path) -> int:
    """Copies the store while it is in use. Raises Refused, and errors of the store."""
    from autosys_py.event_server.backup import back_up

    with open_instance() as instance:
        place = _place(instance, "pg_dump")
        told = _told(instance.store)
        try:
            back_up(place, file.absolute())
        except FileExistsError:
            raise refusal(99122, file) from None
        write_lines([f"Backed up to {file}: {told}."])
    return 0


def restore(file: Path) -> int:
    """Puts a backup in the place of the store. Raises Refused, and errors of the store."""
    from autosys_py.event_server.backup import put_in_place, restoring

    with open_instance() as instance:
        place = target_of(_place(instance, "pg_restore"))
        _refuse_scheduler(place)
        with _readable(file), restoring(file.absolute(), place) as store:
            _warn_of_breaks(store, file)
            now = clock.now()
            told, due = _told(store), _starts_due(store, now)
            _go_on(store, instance, file, place, now)
            kept = _name_for(place, now)
            put_in_place(store, place, kept)
        write_lines([f"Restored from {file}: {told}."])
        if kept.exists():
            write_lines([f"The store that was there is now {kept}."])
        if due:
            write_lines([
                f"{due} jobs had a start time since the backup; a scheduler starts each once, also those that ran.",
                f"GlobalAutoHold=1 in {instance.folder}/config.{instance.autoserv} puts them on hold instead.",
            ])  # fmt: skip
    return 0


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Raises Refused for a backup that is none; the store stays as it is."""
    try:
        yield
    except (StoreDamaged, StoreMissing, StoreTooNew) as error:
        raise refusal(99127, file, error) from None


def _place(instance: Instance, tool: str) -> Path:
    path = path_of(instance.url)
    if path is None:
        from autosys_py.event_server.engine import place_of

        raise refusal(99123, place_of(instance.url), tool)
    return path


def _told(store: "EventServer") -> str:
    """How far its past goes, to be compared with later."""
    last = store.last_seq()
    newest = store.hashes(last, 1) if last else []
    return f"{last} entries of the past, the last with hash {newest[0][1]}" if newest else "no past yet"


def _refuse_scheduler(place: Path) -> None:
    """Raises Refused while a scheduler acts on the store. One that cannot be read cannot say: then nobody may have it
    open."""
    from autosys_py.event_server.creation import is_missing
    from autosys_py.event_server.sqlite import SqliteStore
    from autosys_py.scheduler.lease import LEASE_VALID, host_of, is_dead

    if is_missing(place):
        return
    try:
        store = SqliteStore(place, patience=2.0, read_only=True)
        try:
            lease = store.lease()
        finally:
            store.close()
    except StoreError:
        users = _users_of(place)
        if users:
            raise refusal(99124, place, ", ".join(users)) from None
        return
    if lease is None or is_dead(lease[0]):
        return
    here = host_of(lease[0]) == os.uname().nodename
    if here or clock.now() - lease[1] <= LEASE_VALID:
        raise refusal(99125, host_of(lease[0]))


def _users_of(place: Path) -> list[str]:
    """Processes that have the file open, as far as we may see them: `name (pid)`."""
    import psutil

    users = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and any(each.path == str(place) for each in process.open_files()):
                users.append(f"{process.name()} ({process.pid})")
    return users


def _warn_of_breaks(store: "SqliteStore", file: Path) -> None:
    from autosys_py.event_server.chain import first_broken

    broken = first_broken(store)
    if broken is not None:
        complain(message(99126, file, broken, severity="W"))


def _starts_due(store: "EventServer", now: int) -> int:
    due = store.due_events(now, 1_000_000)
    return len({event.joid for event in due if event.code is EventCode.STARTJOB and event.job_ver})


def _go_on(store: "SqliteStore", instance: Instance, file: Path, place: Path, now: int) -> None:
    """What a store needs that was away: numbers nobody has used, nobody's lease, and a word in its past."""
    recorded = run_folders(instance.run, store.setting("store_id"))
    highest = max(0, *recorded, _last_run_num(place))
    text = f"restored from {file}: {_told(store)}"
    event = Event(EventCode.COMMENT, now, value=text[:256], sent_by=instance.user_host, sent=now)
    with store.transaction():
        lease = store.lease()
        if lease is not None:
            store.release_lease(lease[0])
        store.write_turn((), Outcome(run_num=highest), now)
        store.add_event(event)


def run_folders(root: Path, identity: str | None) -> list[int]:
    """The numbers of runs that were recorded for the store with that identity, whatever the store says."""
    try:
        names = os.listdir(root / identity) if identity else []  # noqa: PTH208 - names, not paths
    except OSError:
        return []
    return [int(name) for name in names if name.isdecimal()]


def _last_run_num(place: Path) -> int:
    """The highest that the present store gave, as far as it can be read."""
    from autosys_py.event_server.sqlite import SqliteStore

    try:
        store = SqliteStore(place, patience=2.0, read_only=True)
        try:
            return store.last_run_num()
        finally:
            store.close()
    except StoreError:
        return 0


def _name_for(place: Path, now: int) -> Path:
    """Of the store that is replaced; nothing is there yet."""
    from autosys_py.cli.zone import local_zone
    from autosys_py.core.times import TimeFormat

    stamp = TimeFormat(local_zone(), "YYYY-MM-DD")(now).replace(" ", ".").replace(":", "")
    kept = place.with_name(f"{place.name}.until.{stamp}")
    number = 1
    while os.path.lexists(kept):
        number += 1
        kept = place.with_name(f"{place.name}.until.{stamp}.{number}")
    return kept
