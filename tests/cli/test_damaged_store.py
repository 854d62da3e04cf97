"""Whatever was done to the store's file: every command says one clear line and ends, and none shows a traceback.

A damaged store is made by copying a sound one and doing something to the copy: bits turned over, pages lost, another
program's file in its place, rows that SQLite finds well formed and that mean nothing. Each command then meets it.
"""

import io
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from autosys_py.cli import autocal_asc, autosys, autotimezone, eventor, forecast, jil
from autosys_py.cli.options import Command
from autosys_py.cli.run import run
from autosys_py.event_server.driver import driver
from autosys_py.event_server.sql import HEAD
from tests.cli.conftest import COMMANDS
from tests.instance import LiveInstance

JIL = """
insert_machine: m1  node_name: localhost  max_load: 10
insert_resource: tape  res_type: R  amount: 2
insert_job: BOX  job_type: BOX  date_conditions: 1  days_of_week: all  start_times: "03:00"
insert_job: INNER  job_type: BOX  box_name: BOX
insert_job: A  box_name: INNER  command: true  machine: m1
insert_job: B  box_name: BOX  command: true  machine: localhost  condition: s(A) & v(G) = "1"
insert_job: C  command: exit 3  machine: localhost  condition: f(B)  resources: (tape, QUANTITY=1)
override_job: B  command: false
"""

LINES: list[tuple[str, ...]] = [
    ("autorep", "-J", "ALL"),
    ("autorep", "-J", "ALL", "-d"),
    ("autorep", "-J", "ALL", "-q"),
    ("autorep", "-M", "ALL", "-d"),
    ("autorep", "-G", "ALL"),
    ("autorep", "-V", "ALL", "-d"),
    ("autorep", "-Q", "ALL"),
    ("autorep", "-J", "C", "-L", "3"),
    ("autostatus", "-J", "%"),
    ("sendevent", "-E", "STARTJOB", "-J", "A"),
    ("sendevent", "-E", "SET_GLOBAL", "-G", "G=2"),
    ("sendevent", "-E", "FORCE_STARTJOB", "-J", "B", "--preview"),
    ("sendevent", "-E", "LIST_DEPENDENTS", "-J", "A"),
    ("sendevent", "-E", "STARTJOB", "-J", "A", "-U"),
    ("job_depends", "-c", "-J", "ALL"),
    ("job_depends", "-d", "-J", "ALL"),
    ("job_depends", "-t", "-J", "ALL", "-F", "01/01/2027", "-T", "01/03/2027"),
    ("forecast", "-F", "01/01/2027"),
    ("chk_auto_up",),
    ("chk_auto_up", "-Q"),
    ("autotrack", "-v"),
    ("archive_events", "-n", "0"),
    ("archive_events", "-l", "0", "-A"),
    ("archive_jobs", "-j", "0"),
    ("chase", "-A"),
    ("autocal_asc", "-l"),
    ("autotimezone", "-l"),
    ("monbro", "-N", "ALL", "-q"),
    ("autoping", "-m", "ALL"),
    ("autosyslog", "-j", "C"),
    ("autosys", "audit"),
    ("autosys", "audit", "verify"),
    ("autosys", "why", "B"),
    ("autosys", "doctor"),
    ("autosys", "alarms", "--all"),
    ("autosys", "backup", "copy"),
    ("autosys", "restore", "ACE.db"),
    ("autosys", "messages", "--all"),
    ("autosys", "simulate", "--from", "01/01/2027 00:00", "--to", "01/02/2027 00:00"),
    ("eventor", "-q", "--exit-when-idle", "0"),
    ("jil", "insert_job: NEW  command: true  machine: localhost  box_name: BOX"),
    ("jil", "update_job: B  command: false"),
    ("jil", "delete_box: BOX"),
    ("jil", "rename_job: A  new_name: AA"),
]
"""Every command that opens a store; what `jil` reads is its second word."""

SHARE = 20
"""Of so many commands one meets a damage in the ordinary test; `make damage` has them all meet."""

OTHERS: dict[str, Command] = {
    each.COMMAND.name: each.COMMAND for each in (autocal_asc, autotimezone, eventor, forecast, jil)
}  # fmt: skip


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which something has happened, and a past of some pages."""
    live = LiveInstance(tmp_path_factory.mktemp("sound") / "instance", "RunAsOwner=never\n")
    live.jil(JIL)
    live.send("-E", "SET_GLOBAL", "-G", "G=1")
    lines = live.folder / "lines"
    lines.write_text("-E COMMENT -J A -C 'somebody looked at it'\n" * 30, encoding="utf-8")
    live.send("-F", str(lines))
    for job in ("BOX", "C"):
        live.send("-E", "FORCE_STARTJOB", "-J", job)
    live.start_scheduler("--exit-when-idle", "0.3").wait(timeout=60)
    file = live.folder / "ACE.db"
    with closing(driver.connect(file)) as connection:
        connection.execute("pragma journal_mode=delete")
    return file


SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)

# What is done to the file


def bits(seed: int) -> Callable[[Path], None]:
    """Turns a few bits over, anywhere but in the file's first hundred bytes."""

    def damage(file: Path) -> None:
        content, chance = bytearray(file.read_bytes()), random.Random(seed)
        for _ in range(chance.choice((1, 3, 20, 200))):
            content[chance.randrange(100, len(content))] ^= 1 << chance.randrange(8)
        file.write_bytes(content)

    return damage


def pages(seed: int, filling: bytes) -> Callable[[Path], None]:
    """Loses a few pages."""

    def damage(file: Path) -> None:
        content, chance = bytearray(file.read_bytes()), random.Random(seed)
        for _ in range(chance.choice((1, 2, 5))):
            page = chance.randrange(len(content) // 4096)
            content[page * 4096 : (page + 1) * 4096] = (filling * 4096)[:4096]
        file.write_bytes(content)

    return damage


def content(text: bytes) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        file.write_bytes(text)

    return damage


def cut(to: Callable[[int], int]) -> Callable[[Path], None]:
    return lambda file: os.truncate(file, to(file.stat().st_size))


def sql(*statements: str) -> Callable[[Path], None]:
    """Does what no program of ours would: writes past the checks."""

    def damage(file: Path) -> None:
        with closing(driver.connect(file, isolation_level=None)) as connection:
            for statement in ("pragma ignore_check_constraints=on", "pragma foreign_keys=off", *statements):
                connection.execute(statement)

    return damage


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def another_database(*statements: str) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        file.unlink()
        sql(*statements)(file)

    return damage


def beside(suffix: str, text: bytes) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        file.with_name(file.name + suffix).write_bytes(text)

    return damage


DAMAGES: dict[str, Callable[[Path], None]] = {
    **{f"bits {seed}": bits(seed) for seed in range(12)},
    **{f"zeroed pages {seed}": pages(seed, b"\0") for seed in range(5)},
    **{f"scribbled pages {seed}": pages(seed, b"\xa5\x13\x00\x02") for seed in range(5)},
    "text": content(b"remember the milk\n" * 999),
    "a header and nothing": content(b"SQLite format 3\0"),
    "a header and nonsense": content(b"SQLite format 3\0" + b"\x07" * 9000),
    "cut in the middle": cut(lambda size: size // 2),
    "cut in a page": cut(lambda size: size - 1000),
    "one page": cut(lambda size: 4096),
    "a folder": folder,
    "another program's database": another_database("create table job (x)", "create table event (y)"),
    "nothing but our revision": another_database(
        "create table alembic_version (version_num text)", f"insert into alembic_version values ('{HEAD}')"
    ),
    "a newer schema": sql("update alembic_version set version_num = '9999'"),
    "no schema": sql("delete from alembic_version"),
    "a lost table": sql("drop table job_status"),
    "a lost past": sql("drop table proc_event"),
    "a lost column": sql("alter table job drop column compiled"),
    "a view for a table": sql("drop table machine", "create view machine as select 1 as name"),
    "a scribbled journal": beside("-journal", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\x05" * 4000),
    "a scribbled log": beside("-wal", b"\x37\x7f\x06\x82" + b"\x05" * 9000),
    "unknown codes": sql("update event set code = 9999", "update proc_event set code = 9999"),
    "unknown statuses": sql("update job_status set status = 55", "update job_runs set status = 55"),
    "broken lists": sql("update proc_event set notes = '[', changes = '{'", "update job set attributes = '[[1'"),
    "broken conditions": sql("update job set compiled = '{}'"),
    "conditions that end in the middle": sql("""update job set compiled = replace(compiled, '-1', '-2')"""),
    "a box inside itself": sql(
        "update job set box_joid = (select joid from job where name = 'INNER') where name = 'BOX'"
    ),
    "a job without status": sql("delete from job_status"),
    "a job in no box": sql("update job set box_joid = 4711 where name = 'A'"),
    "machines of nonsense": sql("update machine set name = ''"),
    "huge numbers": sql(
        "update event set due = 9223372036854775807", "update job_status set since = 9223372036854775807"
    ),
    "negative numbers": sql("update counter set value = -5", "update job_status set run_num = -1"),
    "no counters": sql("delete from counter"),
    "texts that are no text": sql("update job set name = cast(x'fffe80' as text) where name = 'A'"),
    "a lease of nobody": sql("insert or replace into lease (one, holder, time) values (1, '///', -1)"),
}  # fmt: skip


@pytest.fixture
def meet(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Callable[[Callable[[Path], None], tuple[str, ...]], str]]:
    """Damages a copy of the sound store and runs a command on it; what is wrong with the answer, or nothing."""
    file = tmp_path / "ACE.db"
    for variable in ("AUTOSERV", "AUTOSYS_EVENT_SERVER"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AUTOUSER", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.chdir(tmp_path)

    def remake(damage: Callable[[Path], None]) -> None:
        for each in tmp_path.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        shutil.copy(sound, file)
        damage(file)

    def answer(damage: Callable[[Path], None], line: tuple[str, ...]) -> str:
        remake(damage)
        capfdbinary.readouterr()
        handlers = {number: signal.getsignal(number) for number in SIGNALS}
        try:
            code = perform(line, monkeypatch)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        out, err = capfdbinary.readouterr()
        return fault_of(line, code, out.decode(errors="replace"), err.decode(errors="replace"))

    yield answer


def perform(line: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> int:
    name, *words = line
    if name == "autosys":
        monkeypatch.setattr(sys, "argv", ["autosys", *words])
        return autosys.main()
    if name == "jil":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{words.pop()}\n".replace("  ", "\n").encode())))
    return run(OTHERS.get(name) or COMMANDS[name], words)


def fault_of(line: tuple[str, ...], code: int, out: str, err: str) -> str:
    if "Traceback" in out + err:
        return "a traceback"
    if line[0] == "chk_auto_up" or line[:2] in (("autosys", "doctor"), ("autosys", "audit")):
        return ""
    if code not in (0, 1, 75):
        return f"exit code {code}"
    lines = [each for each in err.splitlines() if each]
    if code and not lines:
        return "not a word"
    if code == 75 and len(lines) > 1:
        return f"{len(lines)} lines: {lines}"
    told = [each for each in lines if "event store" in each]
    if told and not any(
        word in told[-1] for word in ("restore", "AUTOSYS_EVENT_SERVER", "pip install", "check", "free")
    ):
        return f"no remedy: {told}"
    return ""


Meet = Callable[[Callable[[Path], None], tuple[str, ...]], str]


def faults_of(name: str, meet: Meet, lines: Sequence[tuple[str, ...]]) -> dict[str, str]:
    return {" ".join(line): fault for line in lines if (fault := meet(DAMAGES[name], line))}


@pytest.mark.parametrize(("number", "name"), list(enumerate(DAMAGES)))
def test_some_commands_meet(number: int, name: str, meet: Meet) -> None:
    """Each damage meets some commands, each command some damages."""
    assert not faults_of(name, meet, LINES[number % SHARE :: SHARE])


@pytest.mark.damage
@pytest.mark.parametrize("name", DAMAGES)
def test_every_command_meets(name: str, meet: Meet) -> None:
    assert not faults_of(name, meet, LINES)


@pytest.mark.damage
@pytest.mark.parametrize(
    "seed", range(int(os.environ.get("DAMAGE_SEED", "100")), int(os.environ.get("DAMAGE_SEED", "100")) + 40)
)
def test_every_command_meets_chance(seed: int, meet: Meet) -> None:
    damage = bits(seed) if seed % 3 else pages(seed, b"\x0d\x00\x00\x00\x05")
    assert not {" ".join(line): fault for line in LINES if (fault := meet(damage, line))}
