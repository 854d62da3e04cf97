"""`eventor`: the scheduler, in the foreground (cli.md §7.6, extensions.md §1)."""

import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import Refused, complain, message, refusal
from autosys_py.cli.nodes import local_nodes
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.run import run
from autosys_py.cli.timetables import tell_of_zones, timetable_of
from autosys_py.cli.zone import local_zone, zone_named
from autosys_py.failpoints import fail_point

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from autosys_py.agent.local import LocalAgent
    from autosys_py.core.configuration import Configuration
    from autosys_py.core.model import Effect, Event
    from autosys_py.core.timetable import Timetable
    from autosys_py.core.world import World
    from autosys_py.event_server.protocol import OtherStore
    from autosys_py.notifier.postman import Postman
    from autosys_py.scheduler.loop import Loop
    from autosys_py.scheduler.outage import Outage
    from autosys_py.scheduler.turn import Turns


def schedule(given: Given) -> int:
    """Runs until it is told to stop; running jobs go on."""
    idle = _seconds(given.get("--exit-when-idle"))
    with open_instance() as instance:
        holder = _take_lease(instance)
        try:
            fail_point("eventor.leased")
            if instance.configuration.ChaseOnStartup == "1":
                _chase(instance)
            return _run(instance, holder, idle, quiet="q" in given)
        finally:
            _release_lease(instance, holder)


def _run(instance: Instance, holder: str, idle: float | None, *, quiet: bool) -> int:
    from autosys_py.scheduler.external import External
    from autosys_py.scheduler.journal import Journal
    from autosys_py.scheduler.loop import Loop
    from autosys_py.scheduler.reboot import leave
    from autosys_py.scheduler.recover import recover
    from autosys_py.scheduler.turn import LeaseLost

    postman = _postman(instance)
    configuration, zone = instance.configuration, local_zone()
    if (wanted := os.environ.get("TZ")) and zone_named(wanted.removeprefix(":")) is None:
        complain(message(99011, wanted, severity="W"))
    _prepare(instance, str(zone))
    _recompile(instance, zone)
    fail_point("eventor.prepared")

    def read_timetable() -> "Timetable":
        return timetable_of(instance.store, zone)

    world, orders, adopted = recover(instance.store, configuration, read_timetable(), local_nodes())
    fail_point("eventor.recovered")
    agent = _agent(instance)
    journal = Journal(instance.scheduler_log, zone, configuration, None if quiet else _Echo().write, complain)
    environment = {"AUTOSERV": instance.autoserv, "AUTOUSER": str(instance.folder)}
    turns = _turns(instance, world, holder, orders, read_timetable)
    external = External(world, _opener(instance))

    def reopen(outage: "Outage") -> "tuple[World, list[Effect]]":
        from autosys_py.scheduler.outage import prove_writable

        turns.store = instance.reopen()
        with turns.store.transaction():
            if not turns.store.renew_lease(holder, int(time.time())):
                raise LeaseLost
        prove_writable(turns.store, outage, int(time.time()))
        return recover(turns.store, instance.configuration, read_timetable(), local_nodes())[:2]

    loop = Loop(turns, agent, journal, time.time, environment, _reader(instance), postman, external, reopen)
    _stop_on_signals(loop)
    try:
        if any(key.kind == "missing" for key in world.counts):
            agent.doubt()
        loop.resume(orders, adopted)
        fail_point("eventor.resumed")
        _announce(journal, str(zone), orders, adopted)
        loop.run(idle)
        leave(instance.store, loop.not_given)
        fail_point("eventor.stopped")
    except LeaseLost:
        raise refusal(99020, instance.autoserv) from None
    finally:
        postman.close()
        external.close()
        agent.close()
        journal.write(int(time.time()), ["Scheduler stopped; running jobs go on."])
        journal.close()
    return 0


def _agent(instance: Instance) -> "LocalAgent":
    """This host's, as the configuration wants it."""
    from autosys_py.agent.local import LocalAgent
    from autosys_py.core.secrets import Secrets

    configuration = instance.configuration
    return LocalAgent(
        _run_folders(instance),
        run_as_owner=configuration.RunAsOwner,
        append=configuration.AutoInstWideAppend == "1",
        tells_attributes=configuration.SetJobAttributeEnvironmentals == "1",
        check_heartbeat=configuration.Check_Heartbeat,
        secrets=Secrets(configuration.SecretNames),
    )


def _turns(
    instance: Instance, world: "World", holder: str, orders: "list[Effect]", read_timetable: "Callable[[], Timetable]"
) -> "Turns":
    """What takes the turns: it knows this boot of the machine, and when the clock was set."""
    from autosys_py.agent.boot import boot_id
    from autosys_py.agent.measure import Meter
    from autosys_py.scheduler.reboot import orders_in_doubt
    from autosys_py.scheduler.steps import KEY, Steps
    from autosys_py.scheduler.turn import Turns

    turns = Turns(instance.store, world, holder, _complain, read_timetable, tells=True, measure=Meter())
    turns.in_doubt = orders_in_doubt(instance.store, boot_id(), orders)
    turns.steps = Steps(time.time, boot_id(), instance.store.setting(KEY))
    return turns


def _prepare(instance: Instance, zone: str) -> None:
    """Before the first turn: says where and in which zone the scheduler is from now on, and forgets old stops."""
    from autosys_py.cli.chase import AGENT_HOST

    store = instance.store
    with store.transaction():
        before = store.setting("scheduler_zone")
        if before is not None and before != zone:
            tell_of_zones(store, instance.user_host, int(time.time()), zone)
        store.put_setting("scheduler_zone", zone)
        store.put_setting(AGENT_HOST, os.uname().nodename)
        _discard_stops(instance)


def _recompile(instance: Instance, zone: "ZoneInfo") -> None:
    """Reads the definitions again if an upgrade asks for it."""
    from autosys_py.cli.recompile import is_due, recompile

    if is_due(instance.store):
        from autosys_py.cli.define import Definer

        definer = Definer(instance.store, zone, instance.user_host, autoserv=instance.autoserv)
        count = recompile(definer, instance.autoserv, int(time.time()))
        complain(f"{count} jobs were saved anew: this version acts on more of their definitions than the one before.")


def _announce(journal: object, zone: str, orders: "list[Effect]", adopted: "list[Effect]") -> None:
    from autosys_py.scheduler.journal import Journal

    assert isinstance(journal, Journal)
    lines = [message(40211, zone, severity="I")]
    if orders or adopted:
        lines.append(f"Taking up {len(adopted)} running jobs and {len(orders)} orders.")
    lines.append(message(40246, severity="I"))
    journal.write(int(time.time()), lines)


def _take_lease(instance: Instance) -> str:
    """Our name in the lease; refuses if another scheduler acts on this store."""
    from autosys_py.scheduler.lease import LEASE_VALID, holder_name, host_of, is_dead

    holder = holder_name()
    with instance.store.transaction():
        other = instance.store.take_lease(holder, int(time.time()), LEASE_VALID, is_dead)
    if other is not None:
        raise refusal(165, instance.autoserv, host_of(other))
    return holder


def _chase(instance: Instance) -> None:
    """`ChaseOnStartup`: what ran before and left no trace fails and is tried again, as by `chase -A -E` (R-11)."""
    from autosys_py.cli.chase import pursue

    for line in pursue(instance, alarm=True, fail=True, settle=lambda: None):
        complain(line)


def _run_folders(instance: Instance) -> "Path":
    """Where the runs of this store are recorded. A new store counts runs from one again, so each has its own folder:
    the records of a former store must not pass for runs of this one."""
    identity = instance.store.setting("store_id")
    if identity is None:
        identity = os.urandom(4).hex()
        with instance.store.transaction():
            instance.store.put_setting("store_id", identity)
    return instance.run / identity


def _postman(instance: Instance) -> "Postman":
    """Who sends notifications, by the configuration of the moment."""
    from autosys_py.notifier.choice import sender
    from autosys_py.notifier.postman import Postman

    _check_notify(instance)
    return Postman(sender(lambda: instance.configuration, os.uname().nodename))


def _check_notify(instance: Instance) -> None:
    """Refuses keys that contradict each other or cannot work, while somebody is there to read it."""
    configuration, path = instance.configuration, instance.folder / f"config.{instance.autoserv}"
    if configuration.NotifyCommand and configuration.NotifySMTPServer:
        raise refusal(99032, path, "NotifyCommand", "NotifySMTPServer")
    if configuration.NotifySMTPServer:
        from autosys_py.notifier.smtp import fault_of

        fault = fault_of(configuration)
        if fault is not None:
            key, reason = fault
            raise refusal(99001, path, f"{key}={getattr(configuration, key)}: {reason}")


def _discard_stops(instance: Instance) -> None:
    """A STOP_DEMON that came due while no scheduler ran must not stop this one (semantics.md §3.3)."""
    from autosys_py.core.codes import EventCode

    now = int(time.time())
    for event in instance.store.pending_events(0):
        if event.code is EventCode.STOP_DEMON and event.due <= now:
            instance.store.cancel_event(EventCode.STOP_DEMON, 0, event.due)


def _opener(instance: Instance) -> "Callable[[str], OtherStore]":
    """Opens the store of another instance, for reading (rule C-06)."""
    from autosys_py.event_server.errors import StoreUnusable
    from autosys_py.event_server.reading import open_other

    def open_named(name: str) -> "OtherStore":
        try:
            url = instance.url_of(name)
        except Refused as refused:
            raise StoreUnusable(" ".join(refused.lines)) from None
        if not url:
            raise StoreUnusable(f"nothing says where its event store is; set AUTOSYS_EVENT_SERVER_{name}")
        return open_other(url)

    return open_named


def _reader(instance: Instance) -> "Callable[[], Configuration]":
    """Reads the configuration again on SIGHUP; a file with an error is reported and the old values stay. So does what
    `localhost` means, on which places were built."""
    from dataclasses import replace

    local = instance.configuration.LocalMachineDefinition

    def read() -> "Configuration":
        try:
            new = open_instance(instance.autoserv).configuration
            instance.configuration = replace(new, LocalMachineDefinition=local)
        except Refused as refused:
            complain(*refused.lines)
        return instance.configuration

    return read


def _release_lease(instance: Instance, holder: str) -> None:
    """Gives the lease back; a store that is gone keeps it until it is found dead."""
    from autosys_py.event_server.errors import StoreError

    if not instance.is_open:
        return
    try:
        with instance.store.transaction():
            instance.store.release_lease(holder)
    except StoreError as error:
        complain(str(error))


def _stop_on_signals(loop: "Loop") -> None:
    def stop(*_: object) -> None:
        loop.stopping = True

    def reload(*_: object) -> None:
        loop.reloading = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    signal.signal(signal.SIGHUP, reload)


def _complain(event: "Event") -> None:
    """A bug of ours: the traceback goes to standard error for whoever mends it, the scheduler goes on."""
    import traceback

    print(f"event {event.code.name} {event.eoid} of job {event.joid} could not be processed:", file=sys.stderr)
    traceback.print_exc()


class _Echo:
    """The log on standard output. It is a copy: a reader that went away or a full disk ends it, not the scheduler."""

    def __init__(self) -> None:
        self._works = True

    def write(self, text: str) -> None:
        if not self._works:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as error:
            self._works = False
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if not isinstance(error, BrokenPipeError):
                complain(f"standard output: {error.strerror}; the log goes on in its file")


def _seconds(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 1e9:
        raise wrong_usage(99021, value)
    return seconds


COMMAND = Command(
    name="eventor",
    title="Scheduler",
    synopsis="[-f] [-q] [--exit-when-idle seconds]",
    options=(
        Option("f", text="runs in the foreground (the default)"),
        Option("q", text="writes the log file only, nothing on standard output"),
        Option("--exit-when-idle", "seconds", "ends when nothing has run or come due for so long"),
    ),
    act=schedule,
)


def main() -> int:
    return run(COMMAND)
