"""autotrack: who did what, out of the past, what waits, and the versions (cli.md §7.6)."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from autosys_py.cli.define import Definer, load
from autosys_py.core.codes import EventCode, Status
from autosys_py.core.model import Definition, Event, Fact, NamedObject
from autosys_py.event_server.memory import MemoryStore
from autosys_py.event_server.seals import seal
from autosys_py.report import tracking
from autosys_py.report.tracking import SEPARATOR
from tests.cli.conftest import Shell
from tests.cli.estate import NOW, Estate, moment

DAY = "02/03/2025"


class Site:
    """Two jobs, one of a group, with a second version; two operators."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.estate = Estate(store)
        self.load = self.estate.job("LOAD", group="GRP", application="APP")
        self.send = self.estate.job("SEND")
        self.facts: list[Fact] = []

    def did(
        self, code: EventCode, joid: int = 0, at: str = "05:00:00", who: str = "ann@node-a", **details: Any
    ) -> None:
        fact = self.estate.fact(code, joid, moment(f"{DAY} {at}"), sent_by=who, eoid=self.estate.seq + 100, **details)
        self.facts.append(fact)

    def happen(self) -> None:
        self.estate.past(self.facts)
        self.facts = []


@pytest.fixture
def site(store: MemoryStore) -> Site:
    return Site(store)


def commands(out: str) -> list[str]:
    return [line.strip() for line in out.splitlines() if line.startswith("  command: ")]


def test_a_record(site: Site, sh: Shell) -> None:
    site.did(EventCode.CHANGE_STATUS, site.load, status=Status.SUCCESS, reason="it was fine")
    site.did(EventCode.STARTJOB, site.send, at="05:30:00", who="bob@node-b")
    site.happen()
    expected = f"""ann@node-a
{DAY} 05:00:00
CAUAJM_I_50152 Sendevent issued.

  eoid: 100
  job_name: LOAD
  command: sendevent "-E" "CHANGE_STATUS" "-J" "LOAD" "-s" "SUCCESS" "-C" "it was fine"
{SEPARATOR}
bob@node-b
{DAY} 05:30:00
CAUAJM_I_50152 Sendevent issued.

  eoid: 101
  job_name: SEND
  command: sendevent "-E" "STARTJOB" "-J" "SEND"
"""
    assert SEPARATOR == ":" * 53
    assert sh("autotrack", "-t", "S") == (0, expected, "")


@pytest.mark.parametrize(
    ("code", "details", "command"),
    [
        (EventCode.SET_GLOBAL, {"name": "GO", "value": "Y es"}, '"-E" "SET_GLOBAL" "-G" "GO=Y es"'),
        (EventCode.SET_GLOBAL, {"name": "DB_PASSWORD", "value": "x"}, '"-E" "SET_GLOBAL" "-G" "DB_PASSWORD=********"'),
        (EventCode.MACH_OFFLINE, {"name": "node-a"}, '"-E" "MACH_OFFLINE" "-N" "node-a"'),
        (EventCode.ALARM, {"value": "JOBFAILURE"}, '"-E" "ALARM" "-A" "JOBFAILURE"'),
        (EventCode.COMMENT, {"value": "x", "reason": "x"}, '"-E" "COMMENT" "-C" "x"'),
        (EventCode.STOP_DEMON, {}, '"-E" "STOP_DEMON"'),
        (EventCode.COMMENT, {"reason": "db -pw secret -x"}, '"-E" "COMMENT" "-C" "db -pw ******** -x"'),
        (EventCode.COMMENT, {"reason": "\x1b[2J\n"}, '"-E" "COMMENT" "-C" "\\x1b[2J\\n"'),
        (EventCode.UNSEND_EVENT, {"name": "SET_GLOBAL", "value": "7 0"},
         '"-E" "SET_GLOBAL" "-T" "01/01/1970 00:00:00" "-U"'),
    ],
)  # fmt: skip
def test_commands(site: Site, sh: Shell, code: EventCode, details: dict[str, Any], command: str) -> None:
    site.did(code, **details)
    site.happen()
    assert commands(sh("autotrack", "-t", "S").out) == [f"command: sendevent {command}"]


@pytest.mark.parametrize(
    ("code", "value", "option"),
    [
        (EventCode.KILLJOB, "15,9", '"-K" "15,9"'),
        (EventCode.SEND_SIGNAL, "1", '"-K" "1"'),
        (EventCode.CHANGE_PRIORITY, "3", '"-q" "3"'),
        (EventCode.FORCE_STARTJOB, "20250203", '"-q" "20250203"'),
        (EventCode.REPLY_RESPONSE, "RESTART", '"-r" "RESTART"'),
        (EventCode.JOB_ON_HOLD, "", ""),
    ],
)
def test_commands_about_a_job(site: Site, sh: Shell, code: EventCode, value: str, option: str) -> None:
    site.did(code, site.load, value=value)
    site.happen()
    assert commands(sh("autotrack", "-t", "S").out) == [
        f'command: sendevent "-E" "{code.name}" "-J" "LOAD" {option}'.rstrip()
    ]


def test_what_waits_is_told_too(site: Site, sh: Shell) -> None:
    assert sh("sendevent", "-E", "STARTJOB", "-J", "LOAD", "-T", "02/04/2025 10:00").code == 0
    out = sh("autotrack", "-t", "S").out
    assert f"{DAY} 06:00:00\n" in out
    assert commands(out) == ['command: sendevent "-E" "STARTJOB" "-J" "LOAD" "-T" "02/04/2025 10:00:00"']


def test_credentials_are_never_there(site: Site, sh: Shell) -> None:
    sh("sendevent", "-usr", "ann", "-pw", "topsecret", "-E", "STARTJOB", "-J", "LOAD")
    assert "topsecret" not in sh("autotrack", "-v").out


def update(site: Site, joid: int, time: int = NOW + 60, **changes: str) -> None:
    before = site.store.definition(joid)
    assert before is not None
    attributes = {**dict(before.attributes), **changes}
    pairs = tuple((name, value) for name, value in attributes.items() if value)
    with site.store.transaction():
        site.store.put_definition(Definition(before.job, pairs, "bob@node-b", time))


def test_definitions(site: Site, sh: Shell) -> None:
    update(site, site.send, command="/bin/false", owner="")
    out = sh("autotrack", "-v", "-t", "J", "-J", "SEND").out
    assert (
        out
        == f"""root@node-a
{DAY} 06:00:00
CAUAJM_I_50191 Job definition change.

  insert_job: SEND
  job_type: CMD
  command: /bin/true
  machine: node-a
  owner: retail
{SEPARATOR}
bob@node-b
{DAY} 06:01:00
CAUAJM_I_50191 Job definition change.

  update_job: SEND
  job_type: CMD
* command: /bin/false
  machine: node-a
* owner:
"""
    )
    short = sh("autotrack", "-t", "J", "-J", "SEND", "-U", "bob").out
    assert short.endswith("Job definition change.\n\n  job_name: SEND\n")


def test_a_secret_attribute_is_masked(site: Site, sh: Shell) -> None:
    update(site, site.send, wake_password="topsecret", command="x --password=hidden y")
    out = sh("autotrack", "-v").out
    assert "topsecret" not in out
    assert "* wake_password: ********\n" in out
    assert "* command: x --password=******** y\n" in out


def test_other_objects(site: Site, sh: Shell) -> None:
    site.did(EventCode.MACHINE_CHANGED, name="node-a")
    site.did(EventCode.CALENDAR_CHANGED, name="days")
    site.did(EventCode.RESOURCE_CHANGED, name="DB", value="node-a +2")
    site.did(EventCode.TIMEZONE_CHANGED, name="x")
    site.did(EventCode.CHANGE_ALARM, name="CLOSED", value="7", reason="done")
    site.did(EventCode.CHASE, site.load, value="RUNNING: gone")
    site.did(EventCode.ARCHIVED, value=seal("events", NOW, [(1, "x"), (2, "y")]).text())
    site.did(EventCode.ARCHIVED, value="no seal")
    site.happen()
    with site.store.transaction():
        site.store.put_object(NamedObject("monbro", "m", "", (("mode", "m"),), "ann@node-a", NOW))
        site.store.put_object(NamedObject("connectionprofile", "p", "", (), "ann@node-a", NOW))
    titles = {
        "M": ("Machine definition change.", "  machine: node-a"),
        "C": ("Calendar definition change.", "  calendar: days"),
        "B": ("Monitor/browser definition change.", "  mode: m"),
        "N": ("Connection profile definition change.", "  name: p"),
    }
    for letter, (title, detail) in titles.items():
        out = sh("autotrack", "-v", "-t", letter.lower()).out
        assert (SEPARATOR in out, f" {title}\n" in out, f"{detail}\n" in out) == (False, True, True)
    out = sh("autotrack").out
    assert "  resource: DB\n  machine: node-a\n  amount: +2\n" in out
    assert "CAUAJM_I_99060 Time zone definition change.\n" in out
    assert "CAUAJM_I_99061 Chase issued.\n\n  eoid: 105\n  job_name: LOAD\n  text: RUNNING: gone\n" in out
    assert "  alarm: 7\n  state: CLOSED\n  comment: done\n" in out
    assert "  removed: 2 events\n  processed before: 02/03/2025 06:00:00\n" in out
    assert "resource: DB" in sh("autotrack", "-R", "D%").out
    assert sh("autotrack", "-R", "X").out == ""


def test_deletions(site: Site, sh: Shell) -> None:
    with site.store.transaction():
        site.store.delete_definition(site.send)
        event = Event(EventCode.DEFINITION_CHANGED, NOW + 9, joid=site.send, job_ver=1, sent=NOW + 9, sent_by="eve@x")
        site.store.add_event(event)
    assert sh("autotrack", "-U", "eve").out.endswith("Job definition change.\n\n  delete_job: SEND\n")
    site.did(EventCode.DEFINITION_CHANGED, site.send, who="joe@x", value="SEND")
    site.happen()
    assert sh("autotrack", "-U", "joe", "-J", "SEND").out.endswith("\n  delete_job: SEND\n")


def test_overrides(store: MemoryStore, sh: Shell) -> None:
    definer = Definer(store, ZoneInfo("UTC"), "ann@node-a")
    lines = (
        "insert_job: a  command: true  machine: localhost\n",
        "override_job: a  command: false\n",
        "override_job: a  command: maybe\n",
        "update_job: a  description: new\n",
    )
    for number, line in enumerate(lines):
        [answer] = load(definer, line, NOW + 60 * number)
        assert answer.accepted
    out = sh("autotrack", "-v", "-t", "O").out
    for command in ("false", "maybe"):
        assert f"CAUAJM_I_99060 Override definition change.\n\n  override_job: a\n* command: {command}\n" in out
    of_job = sh("autotrack", "-v", "-t", "J").out
    assert of_job.count("CAUAJM_I_50191") == 2
    assert "command: false" not in of_job
    assert "* description: new\n" in of_job


# Filters and levels


@pytest.mark.parametrize(
    ("options", "jobs"),
    [
        ((), ["LOAD", "SEND", "LOAD"]),
        (("-J", "SEND"), ["SEND"]),
        (("-J", "L%"), ["LOAD", "LOAD"]),
        (("-B", "GRP"), ["LOAD", "LOAD"]),
        (("-I", "A*"), ["LOAD", "LOAD"]),
        (("-I", " "), ["SEND"]),
        (("-U", "bob"), ["SEND"]),
        (("-U", "b%"), ["SEND"]),
        (("-m", "node-a"), ["LOAD"]),
        (("-F", f"{DAY} 05:10"), ["SEND", "LOAD"]),
        (("-T", f"{DAY} 05:10"), ["LOAD", "SEND"]),
        (("-F", f"{DAY} 05:10", "-T", DAY), ["SEND", "LOAD"]),
        (("-T", "02/02/2025"), []),
        (("-t", "T"), []),
    ],
)
def test_filters(site: Site, sh: Shell, options: tuple[str, ...], jobs: list[str]) -> None:
    site.did(EventCode.STARTJOB, site.load)
    site.did(EventCode.STARTJOB, site.send, at="05:10:30", who="bob@node-b")
    site.did(EventCode.KILLJOB, site.load, at="05:20:00", who="carl@node-b")
    site.happen()
    out = sh("autotrack", *(() if "-t" in options else ("-t", "S")), *options).out
    assert [line.split('"')[7] for line in commands(out) if line.count('"') > 6] == jobs


def test_levels(site: Site, sh: Shell) -> None:
    site.did(EventCode.STARTJOB, site.load)
    site.happen()
    assert sh("autotrack", "-l") == (0, "CAUAJM_I_99062 Audit trail: level 2.\n", "")
    assert sh("autotrack", "-u", "1") == (0, "", "")
    line = f"{DAY} 05:00:00 ann@node-a CAUAJM_I_50152 Sendevent issued. STARTJOB LOAD\n"
    assert sh("autotrack", "-v", "-U", "ann").out == line
    assert sh("autotrack", "-u", "0", "-l").out == "CAUAJM_I_99062 Audit trail: level 0.\n"
    assert sh("autotrack") == (0, "", "")
    sh("autotrack", "-u", "2")
    out = sh("autotrack", "-t", "T").out
    assert [line for line in out.splitlines() if "level" in line] == ["  level: 1", "  level: 0", "  level: 2"]


@pytest.mark.parametrize(
    "line",
    [("-u", "3"), ("-u",), ("-t", "Q"), ("-t", ""), ("-z",), ("-u", "1", "-v"), ("-l", "-J", "x"), ("x",)],
)
def test_wrong_lines(site: Site, sh: Shell, line: tuple[str, ...]) -> None:
    done = sh("autotrack", *line)
    assert (done.code, done.out) == (2, "")
    error, title, *_ = done.err.split("\n")
    missing = "CAUAJM_E_50130 Argument missing for option -u"
    assert error == (missing if line == ("-u",) else "CAUAJM_E_40003 The specified parameters are not valid.")
    assert title == "AutoSys-py Tracking Utility"


@pytest.mark.parametrize("option", ["-F", "-T"])
def test_wrong_dates(site: Site, sh: Shell, option: str) -> None:
    done = sh("autotrack", option, "yesterday")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "CAUAJM_E_40018 An invalid date/time has been specified: yesterday\n"
        "CAUAJM_E_40022 Ensure the date format is specified as: MM/DD/YYYY HH:MM\n"
    )


def test_masking() -> None:
    assert (
        tracking.masked("x -pw 'a b' --passwd=c -pwx d y -p z")
        == "x -pw ******** --passwd=******** -pwx ******** y -p z"
    )
    assert tracking.masked("nothing here") == "nothing here"
