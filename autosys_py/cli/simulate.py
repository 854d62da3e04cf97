"""`autosys simulate`: months of an estate in seconds, by the engine that runs production (extensions.md §6)."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from autosys_py.cli import clock
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import Refused
from autosys_py.cli.nodes import local_nodes
from autosys_py.cli.timetables import timetable_of
from autosys_py.cli.zone import local_zone, scheduler_zone, zone_named
from autosys_py.core.text import visible
from autosys_py.sim.copying import copy_store
from autosys_py.sim.script import AtLine, Script, ScriptError, moment, read_script
from autosys_py.sim.simulation import Settings, Simulation, usual_outcome

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from autosys_py.agent.simulated import SimulatedOutcome
    from autosys_py.cli.options import Command, Given
    from autosys_py.core.model import Job


def simulate(
    files: tuple[Path, ...],
    script: Path | None,
    begin: str,
    end: str,
    tz: str | None,
    show: str,
    format_: str | None = None,
) -> int:
    """Plays and prints. Raises Refused with file and line for what cannot be understood."""
    with open_instance() as real:
        staged = prepare(real, files, script, begin, end, tz)
    gc.disable()  # nothing here is cyclic, and looking through a growing past for cycles takes most of the time
    instance = staged.instance
    for text in _played(staged.simulation, staged.until, instance, logged=show != "report"):
        sys.stdout.write(text)
    if show != "log":
        from autosys_py.cli.job_report import JobReport
        from autosys_py.cli.job_rows import rows_of_jobs

        report = JobReport(instance, rows_of_jobs(instance.store, "ALL", None))
        if format_ is not None:
            from autosys_py.cli.data import write_data
            from autosys_py.report.data import JOB_KEYS

            write_data(format_, JOB_KEYS, report.data(None))
        else:
            sys.stdout.writelines(f"{line}\n" for line in report.summary())
    return 0


class Staged(NamedTuple):
    """A simulation that is ready to be played."""

    instance: Instance
    """Its world, which changes while it is played."""
    simulation: Simulation
    begin: int
    until: int
    """The last moment to be played."""


def prepare(
    real: Instance,
    files: tuple[Path, ...],
    script: Path | None,
    begin: str | int,
    end: str | int,
    tz: str | None,
    *,
    change: tuple[Path, ...] = (),
    usual: "Callable[[Job], SimulatedOutcome]" = usual_outcome,
    keeps_past: bool = False,
) -> Staged:
    """A simulation of JIL, or of a copy of the store into which `change` is loaded; times as typed or in UTC seconds.
    Raises Refused for what cannot be understood."""
    zone = _zone(tz, real, from_store=not files)
    os.environ["TZ"] = str(zone)  # what is typed and shown here is in the zone of the simulation
    settings = Settings(
        _moment("--from", begin, zone), zone, timetable_of, real.configuration, bool(files), local_nodes(), usual
    )  # fmt: skip
    until = _moment("--to", end, zone)
    if files:
        instance = loaded(real, files, settings, keeps_past=keeps_past)
    else:
        instance = copy_of(real, settings, keeps_past=keeps_past)
    for path in change:
        load_file(instance, path, settings.begin, settings)
    lines, folder = _script(script, settings)
    obey = Commands(instance, script, folder, settings).obey
    return Staged(instance, Simulation(instance.store, settings, lines, obey), settings.begin, until)


def _played(simulation: Simulation, until: int, instance: Instance, *, logged: bool) -> Iterator[str]:
    """The log, a moment at a time."""
    from autosys_py.cli.secrets import secrets
    from autosys_py.core.times import TimeFormat
    from autosys_py.scheduler.journal import lines

    time_of = TimeFormat(simulation.world.zone, instance.configuration.DateFormat)
    append_text = instance.configuration.AppendEventMessageText == "1"
    jobs, hidden = simulation.world.jobs, secrets()

    def name_of(joid: int) -> str:
        return jobs[joid].name if joid in jobs else str(joid)

    for now, facts in simulation.run(until):
        if logged:
            stamp = f"[{time_of(now)}]      "
            told = (lines(fact, name_of, append_text=append_text, secrets=hidden) for fact in facts)
            shown = [line for each in told for line in each]
            yield "".join([f"{stamp}{line}\n" for line in shown])


def _zone(tz: str | None, real: Instance, *, from_store: bool) -> "ZoneInfo":
    if tz is None:
        return scheduler_zone(real.store) if from_store else local_zone()
    zone = zone_named(tz)
    if zone is None:
        raise Refused(f"--tz: '{visible(tz)}' is no time zone, type one like America/New_York", exit_code=2)
    return zone


def _moment(option: str, text: str | int, zone: "ZoneInfo") -> int:
    if isinstance(text, int):
        return text
    try:
        return moment(" ".join(text.split()), zone)
    except ValueError:
        raise Refused(f"{option}: '{visible(text)}' is no time, type MM/DD/YYYY HH:MM[:SS]", exit_code=2) from None


def copy_of(real: Instance, settings: Settings, *, keeps_past: bool = False) -> Instance:
    """An instance whose store is in memory, a copy of the real one."""
    instance = _empty(real, settings, keeps_past)
    copy_store(real.store, instance.store, clock.now(), settings.begin, settings.timetable)
    return instance


def loaded(real: Instance, files: tuple[Path, ...], settings: Settings, *, keeps_past: bool = False) -> Instance:
    """An instance whose store is in memory and holds what the files define."""
    instance = _empty(real, settings, keeps_past)
    for path in files:
        load_file(instance, path, settings.begin, settings)
    return instance


def _empty(real: Instance, settings: Settings, keeps_past: bool) -> Instance:
    from autosys_py.event_server.memory import MemoryStore

    store = MemoryStore(keeps_past=keeps_past)
    instance = Instance(real.autoserv, real.folder, real.configuration)
    instance.__dict__["store"] = store
    with store.transaction():
        store.put_setting("scheduler_zone", str(settings.zone))
    return instance


def load_file(instance: Instance, path: Path, now: int, settings: Settings) -> None:
    """Applies a file of JIL. Raises Refused with file and line of everything that is wrong in it."""
    from autosys_py.cli.define import Definer, load

    undefined = "local" if settings.assume_online else instance.configuration.UndefinedMachine
    definer = Definer(instance.store, settings.zone, instance.user_host, undefined, instance.autoserv)
    try:
        text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise Refused(f"{visible(str(path))}: {error.strerror}") from None
    faults = [
        f"{visible(str(path))}:{fault.line}: {f'CAUAJM_E_{fault.code:05d} ' if fault.code else ''}{visible(fault.text)}"
        for answer in load(definer, text, now)
        for fault in answer.faults
        if fault.is_error
    ]
    if faults:
        raise Refused(*faults)


def _script(path: Path | None, settings: Settings) -> tuple[Script, Path]:
    if path is None:
        return Script(), Path()
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        return read_script(text).timed(settings.begin, settings.zone), path.parent
    except OSError as error:
        raise Refused(f"{visible(str(path))}: {error.strerror}") from None
    except ScriptError as error:
        raise Refused(_located(path, error.line, error.text)) from None


def _located(path: Path | None, line: int, text: str) -> str:
    return f"{visible(str(path))}:{line}: {visible(text)}"


class Commands:
    """Carries out the command lines of a script at their moments."""

    def __init__(self, instance: Instance, script: Path | None, folder: Path, settings: Settings) -> None:
        self._instance = instance
        self._script = script
        self._folder = folder
        self._settings = settings

    def obey(self, line: AtLine, now: int) -> None:
        """One `at` line. Raises Refused with file and line for what could never be carried out."""
        command, *words = line.words
        try:
            match command:
                case "sendevent":
                    self._send(words, now)
                case "jil":
                    self._load(words, now)
                case "autocal_asc":
                    self._change_calendars(words, now)
                case _:
                    raise Refused(f"'{command}' cannot be simulated: sendevent, jil and autocal_asc can")
        except Refused as refused:
            reasons = refused.lines or (f"'{' '.join(line.words)}' is not understood",)
            raise Refused(*(_located(self._script, line.line, reason) for reason in reasons)) from None

    def _send(self, words: list[str], now: int) -> None:
        """What a stored status would refuse is for the scheduler to refuse: it may have changed in this second."""
        from autosys_py.cli.request import read_request
        from autosys_py.cli.sendevent import COMMAND
        from autosys_py.cli.targets import events_of
        from autosys_py.cli.unsend import unsend

        request = read_request(_parsed(COMMAND, words), self._instance.configuration, now, self._instance.user_host)
        with self._instance.store.transaction():
            for event in events_of(request, self._instance, simulated=True):
                if request.unsend:
                    unsend(self._instance.store, event, request.due)
                else:
                    self._instance.store.add_event(event)

    def _load(self, words: list[str], now: int) -> None:
        source, rest = _with_source(words)
        if source is None or any(not word.startswith("-") for word in rest):
            raise Refused("jil < FILE: which file?")
        load_file(self._instance, self._folder / source, now, self._settings)

    def _change_calendars(self, words: list[str], now: int) -> None:
        """What the command itself would print belongs to no log; its complaints end the simulation."""
        from autosys_py.cli.autocal_asc import COMMAND, change, mode_of

        source, words = _with_source(words)
        given = _parsed(COMMAND, words)
        mode = mode_of(given)
        if mode in ("l", "E"):
            raise Refused(f"autocal_asc -{mode} changes nothing")
        if not mode and source is None:
            raise Refused("autocal_asc < FILE: which file?")
        if mode == "I":
            given.put("I", str(self._folder / given["I"]))
        printed, complaints = StringIO(), StringIO()
        try:
            with redirect_stdout(printed), redirect_stderr(complaints):
                code = change(self._instance, given, (self._folder / (source or "")).read_bytes, now)
        except OSError as error:
            raise Refused(f"{visible(str(error.filename))}: {error.strerror}") from None
        if code:
            raise Refused(*(complaints.getvalue() or printed.getvalue()).splitlines())


def _parsed(command: "Command", words: list[str]) -> "Given":
    from autosys_py.cli.options import Asked, parse

    try:
        return parse(command, words)
    except Asked:
        raise Refused(f"{command.name}: a question changes nothing") from None


def _with_source(words: list[str]) -> tuple[str | None, list[str]]:
    """The file behind `<`, None without one, and the other words."""
    for position, word in enumerate(words):
        if word == "<" and position + 1 < len(words):
            return words[position + 1], words[:position] + words[position + 2 :]
        if word.startswith("<") and len(word) > 1:
            return word[1:], words[:position] + words[position + 1 :]
    return None, words
