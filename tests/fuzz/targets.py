"""What is fuzzed, and what must hold for any text whatever: no traceback, no hang; what is accepted comes out again as
it went in; what is refused is refused in lines that a terminal can show.

Every target plays its texts through the real commands where there is one, in this process, on a store in memory.
"""

import io
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from unittest import mock
from zoneinfo import ZoneInfo

from autosys_py.agent.record import parse_record
from autosys_py.cli import clock
from autosys_py.cli.autocal_asc import COMMAND as AUTOCAL_ASC
from autosys_py.cli.autorep import COMMAND as AUTOREP
from autosys_py.cli.autostatus import COMMAND as AUTOSTATUS
from autosys_py.cli.autosys import main as autosys
from autosys_py.cli.cron2jil import Settings, convert
from autosys_py.cli.forecast import COMMAND as FORECAST
from autosys_py.cli.jil import COMMAND as JIL
from autosys_py.cli.job_depends import COMMAND as JOB_DEPENDS
from autosys_py.cli.messages import use_message_stream
from autosys_py.cli.options import Command
from autosys_py.cli.run import guarded, run
from autosys_py.cli.sendevent import COMMAND as SENDEVENT
from autosys_py.cli.simulate import simulate
from autosys_py.cli.timetables import timetable_of
from autosys_py.core.codes import Alarm, EventCode, Status
from autosys_py.core.configuration import KEYS
from autosys_py.core.model import Job
from autosys_py.core.text import visible
from autosys_py.event_server.memory import MemoryStore
from autosys_py.jil import attributes
from autosys_py.jil.calendar_keywords import EXAMPLES
from autosys_py.jil.calendars import render
from autosys_py.jil.conditions import ConditionError, grouping
from autosys_py.jil.conditions import parse as parse_condition
from autosys_py.jil.object_renderer import render_object
from autosys_py.jil.subcommands import SUBCOMMANDS
from tests.engine import Engine
from tests.fuzz import seeds
from tests.fuzz.campaign import Target
from tests.fuzz.mutation import mutate

NOW = 1_770_098_400
"""Tuesday 02/03/2026 06:00:00 UTC."""
UTC = ZoneInfo("UTC")
EXIT_CODES = {0, 1, 2, 75}
JIL_WORDS = tuple(
    dict.fromkeys([*(f"{each}: " for kind in (attributes.JOB, attributes.MACHINE, *attributes.OTHER.values())
                     for each in kind), *(f"\n{each}: a\n" for each in SUBCOMMANDS), *seeds.VALUES])
)  # fmt: skip


class Site:
    """An instance in this process: commands work on its store in memory, at NOW, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryStore()
        self.folder = folder

    @contextmanager
    def entered(self) -> Iterator[None]:
        with (
            mock.patch("autosys_py.event_server.open.open_store", lambda _url: self.store),
            mock.patch.object(clock, "now", lambda: NOW),
            mock.patch.dict(os.environ, {"AUTOUSER": str(self.folder), "TZ": "UTC", "AUTOSERV": "ACE"}),
        ):
            yield

    def run(self, command: Command, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        return self.guarded(lambda: run(command, list(arguments)), stdin)

    def guarded(self, work: Callable[[], int], stdin: str = "") -> tuple[int, str, str]:
        """Exit code, output and messages; the first is one of those there are, the last can be shown."""
        data = io.BytesIO(stdin.encode("utf-8", "surrogateescape"))
        out = io.TextIOWrapper(io.BytesIO(), "utf-8")
        err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
        read = io.TextIOWrapper(data, "utf-8", "surrogateescape")
        use_message_stream("stderr")
        with (
            self.entered(),
            mock.patch.object(sys, "stdin", read),
            mock.patch.object(sys, "stdout", out),
            mock.patch.object(sys, "stderr", err),
        ):
            code = guarded(work)
            out.flush()
            err.flush()
        shown, said = (each.detach().getvalue().decode("utf-8", "surrogateescape") for each in (out, err))
        assert code in EXIT_CODES, f"exit code {code}"
        assert code == 0 or said or shown, "refused without a word"
        moving = [line for line in said.split("\n") if line.replace("\t", " ") != visible(line.replace("\t", " "))]
        assert not moving, f"a message that moves the cursor: {moving[0]!r}"
        return code, shown, said

    def source(self) -> str:
        """JIL of everything there is, by `autorep -q` where it has a form for that."""
        store, text = self.store, ""
        for kind in ("xinst", "job_type", "glob", "connectionprofile", "monbro"):
            text += "".join(f"{line}\n" for thing in store.objects(kind) for line in render_object(thing))
        if store.machines():
            text += self.run(AUTOREP, "-M", "ALL", "-q")[1]
        if store.objects("resource"):
            text += self.run(AUTOREP, "-V", "ALL", "-q")[1]
        return text + (self.run(AUTOREP, "-J", "ALL", "-q")[1] if store.heads() else "")

    def meaning(self) -> dict[str, tuple[Job, str]]:
        """What the machine makes of each job, and its box; without the numbers that a store gives."""
        names = {head.joid: head.name for head in self.store.heads()}
        jobs = [definition.job for definition in self.store.definitions()]
        return {
            job.name: (replace(job, joid=0, job_ver=0, box_joid=0, override_ver=0), names.get(job.box_joid, ""))
            for job in jobs
        }


class Targets:
    """All of them, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> dict[str, Target]:
        jobs = seeds.stanzas()
        return {
            "jil": Target(jobs, JIL_WORDS, self.jil),
            "conditions": Target(seeds.CONDITIONS, seeds.CONDITION_WORDS, self.condition),
            "times": Target(seeds.TIMES, JIL_WORDS, self.times),
            "calendars": Target(seeds.calendars(), (*seeds.CALENDAR_WORDS, *EXAMPLES), self.calendars),
            "sendevent": Target(seeds.EVENTS, self._event_words(), self.sendevent),
            "configuration": Target(seeds.CONFIGURATIONS, (*KEYS, *seeds.KEY_VALUES), self.configuration),
            "cron2jil": Target(seeds.CRONTABS, seeds.CRON_WORDS, self.crontab),
            "simulate": Target(seeds.SCRIPTS, seeds.SCRIPT_WORDS, self.simulation),
            "commands": Target(seeds.COMMAND_LINES, (*seeds.OPTION_WORDS, *seeds.VALUES), self.commands),
            "records": Target(seeds.RECORDS, ("exit ", "started ", "killed ", "1.2.1", "\n"), self.record),
        }

    def jil(self, text: str, _chance: Random) -> None:
        """jil, autorep -q and jil again: the same bytes."""
        first, second = Site(self.folder), Site(self.folder)
        first.run(JIL, stdin=text)
        source = first.source()
        code, _, said = second.run(JIL, stdin=source)
        assert code == 0, f"what was printed is refused: {said}"
        assert second.source() == source, "printed, loaded and printed again it differs"
        assert second.meaning() == first.meaning(), "printed and loaded it means something else"

    def condition(self, text: str, chance: Random) -> None:
        try:
            parsed = parse_condition(text)
        except ConditionError as error:
            assert 0 <= error.position <= len(text)
        else:
            again = grouping(parsed.condition)
            assert grouping(parse_condition(again).condition) == again
        typed = text.replace("\n", " ")
        self.jil(f"insert_job: a machine: localhost command: x\ncondition: {typed}\n", chance)

    def times(self, text: str, _chance: Random) -> None:
        """What a definition means in time is computed, and goes forward."""
        site = Site(self.folder)
        site.run(JIL, stdin=text)
        timetable = timetable_of(site.store, UTC)
        for definition in site.store.definitions():
            starts = [slot.moment for slot in islice(timetable.slots(definition.job, NOW), 100)]
            assert starts == sorted(starts)
            assert all(start > NOW for start in starts)
        engine = Engine(NOW, UTC, store=site.store)
        engine.run_to(NOW + 7200)

    def calendars(self, text: str, _chance: Random) -> None:
        """Imported, exported and imported again: the same; and every calendar can be read."""
        first, second = Site(self.folder), Site(self.folder)
        exported = self._imported(first, text)
        assert self._imported(second, exported) == exported, "exported, imported and exported again it differs"
        timetable = timetable_of(first.store, UTC)
        for kind in ("calendar", "extended_calendar"):
            for thing in first.store.objects(kind):
                name = f'"{thing.name}"' if " " in thing.name else thing.name
                lines = f"insert_job: a machine: localhost command: x\ndate_conditions: 1\nrun_calendar: {name}\n"
                site = Site(self.folder)
                site.run(JIL, stdin=lines)
                for definition in site.store.definitions():
                    starts = [slot.moment for slot in islice(timetable.slots(definition.job, NOW), 30)]
                    assert starts == sorted(starts)

    def _imported(self, site: Site, text: str) -> str:
        file = self.folder / "calendars.txt"
        file.write_text(text, encoding="utf-8", errors="surrogateescape")
        site.run(AUTOCAL_ASC, "-I", str(file), "-F")
        things = [each for kind in ("calendar", "cycle", "extended_calendar") for each in site.store.objects(kind)]
        return "\n".join("".join(f"{line}\n" for line in render(thing, "MM/DD/YYYY")) for thing in things)

    def sendevent(self, text: str, chance: Random) -> None:
        """A batch file, and what the scheduler makes of it."""
        site = self._estate()
        file = self.folder / "events.txt"
        file.write_text(text, encoding="utf-8", errors="surrogateescape")
        for lines in (text, chance.choice(text.split("\n"))):
            file.write_text(lines, encoding="utf-8", errors="surrogateescape")
            site.run(SENDEVENT, "-F", str(file))
        engine = Engine(NOW, UTC, store=site.store)
        engine.run_to(NOW + 3600)
        variables = site.store.globals()
        if variables:
            _, out, _ = site.run(AUTOREP, "-G", "ALL")
            shown = [line for line in out.split("\n") if line and not line.startswith(("Global Name", "___"))]
            assert len(shown) == len(variables), "a global is not one line"

    def configuration(self, text: str, _chance: Random) -> None:
        site = self._estate()
        file = self.folder / "config.ACE"
        file.write_text(text, encoding="utf-8", errors="surrogateescape")
        try:
            site.run(AUTOREP, "-J", "ALL")
            site.run(SENDEVENT, "-E", "STARTJOB", "-J", "a", "-T", "02/03/2026 07:00")
        finally:
            file.unlink()

    def crontab(self, text: str, _chance: Random) -> None:
        """What is made of a crontab is loaded without a complaint."""
        settings = Settings(self.folder, "localhost", "", (), "MM/DD/YYYY", date(2026, 2, 3))
        written = convert(text.split("\n"), settings, "joe")
        assert all(note.text and "\n" not in note.text for note in written.notes)
        site = Site(self.folder)
        for name, lines in written.files.items():
            if not name.endswith(".jil"):
                (self.folder / "calendar.txt").write_bytes(lines.encode("utf-8", "surrogateescape"))
                code, _, said = site.run(AUTOCAL_ASC, "-I", str(self.folder / "calendar.txt"))
                assert code == 0, said
        for name, lines in written.files.items():
            if name.endswith(".jil"):
                code, _, said = site.run(JIL, stdin=lines)
                assert code == 0, said

    def simulation(self, text: str, chance: Random) -> None:
        """Half a day of an estate; now and then of a spoilt one."""
        jil, script = self.folder / "estate.jil", self.folder / "script.txt"
        estate = seeds.ESTATE
        if chance.random() < 0.3:
            estate = mutate(estate, [seeds.ESTATE, *seeds.TIMES], JIL_WORDS, chance)
        jil.write_text(estate, encoding="utf-8", errors="surrogateescape")
        script.write_text(text, encoding="utf-8", errors="surrogateescape")
        begin, end = "02/03/2026 06:00", "02/03/2026 18:00"
        site = Site(self.folder)
        zone = chance.choice(("UTC", "Europe/Berlin"))

        def play() -> int:
            return simulate((jil,), script, begin, end, zone, "both")

        site.guarded(play)

    def commands(self, text: str, chance: Random) -> None:
        """Command lines of all kinds."""
        site = self._estate()
        for line in text.split("\n"):
            try:
                words = shlex.split(line)
            except ValueError:
                words = line.split()
            words = [word for word in words if "\0" not in word]  # no command line can hold one
            if words:
                if words[0] == "autosys":
                    with mock.patch.object(sys, "argv", words):
                        site.guarded(autosys)
                    continue
                commands = {each.name: each for each in (AUTOREP, AUTOSTATUS, JOB_DEPENDS, FORECAST, SENDEVENT)}
                command = commands.get(words[0]) or chance.choice(list(commands.values()))
                site.run(command, *words[1:])

    def record(self, text: str, _chance: Random) -> None:
        """Only a whole line that names the run tells its end."""
        record = parse_record(text, "1.2.1")
        assert record.started == bool(text)
        if record.ended:
            code = abs(record.exit_code or 0)
            assert code <= 999
            assert re.search(r"(^|\n)[^\S\n]*exit[^\S\n]+[0-9]{1,3}[^\S\n]+1\.2\.1[^\S\n]*\n", text)

    def _estate(self) -> Site:
        site = Site(self.folder)
        code, _, said = site.run(JIL, stdin=seeds.ESTATE)
        assert code == 0, said
        return site

    def _event_words(self) -> Sequence[str]:
        names = [each.name for kind in (EventCode, Status, Alarm) for each in kind]
        return (*names, *seeds.OPTION_WORDS, *seeds.VALUES)
