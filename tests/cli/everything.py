"""An estate in which every report has a row, and every text that somebody can set is one given text.

Written straight into the store, past the checks of `jil`: what a report shows was not always checked by this version.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from autosys_py.core.codes import Alarm, AlarmState, EventCode, Status
from autosys_py.core.condition import Atom, Condition, Kind
from autosys_py.core.demands import Demand, Demands
from autosys_py.core.model import (
    CountKey,
    Definition,
    Event,
    Holding,
    JobState,
    NamedObject,
    OperatorMessage,
    Outcome,
    RaisedAlarm,
    Run,
    RunKey,
)
from autosys_py.core.overrides import JOB_VER
from autosys_py.event_server.protocol import EventServer
from autosys_py.jil.compile import job_of
from tests.cli.estate import NOW, Estate, moment

BEGIN = moment("02/03/2025 04:00:00")
DAY = "02/04/2025"
TOMORROW = moment("02/04/2025 05:00:00")

REPORTS = [
    *(f"autorep -J ALL {form}" for form in ("", "-d", "-q", "-n", "-t -d", "-s RU", "-r -1", "-d -r -1", "-o 0")),
    *(f"autorep -B % {form}" for form in ("", "-d", "-q", "-n")),

    *(f"autorep -M ALL {form}" for form in ("", "-d", "-q", "-n")),
    "autorep -Q ALL", "autorep -Q ALL -n",
    "autorep -G ALL", "autorep -G ALL -n",
    *(f"autorep -{letter} ALL {form}" for letter in "VXYC" for form in ("", "-q", "-n")),
    "autorep -V ALL -d", "autorep -z ALL -f {folder}/blobs", "autorep -z ALL -q",
    "autostatus -J ALL", "autostatus -G ALL",
    *(f"job_depends -J ALL {form}" for form in ("-c", "-cw", "-d", "-dw", "-r", "-rw")),
    f"job_depends -J ALL -t -F {DAY}", f"job_depends -J ALL -tew -F {DAY}",
    f"forecast -F {DAY}", f"forecast -n -F {DAY}",
    "autocal_asc -l", "autocal_asc -ls", "autocal_asc -le", "autocal_asc -lc", "autotimezone -l", "autotimezone -q %",
    "autotrack", "autotrack -v", "autotrack -l",
    "autosyslog -e -l 10", "autosyslog -e -p .", "monbro -N ALL", "monbro -N ALL -q",
    "chk_auto_up", "chk_auto_up -r 111", "autoping -m ALL", "chase", "autoflags -a", "time0",
    "autosys alarms --all", "autosys messages --all", "autosys audit", "autosys audit --bypassed", "autosys doctor",
    f"autosys simulate --from {DAY} 00:00 --to {DAY} 12:00 --show report",
]  # fmt: skip
"""Every report that can be data, as typed; `{x}` begins every name."""

NAMING = [
    "autorep -J {x}JOB -L 3", "autorep -J {x}JOB -L 3 -d", "autorep -J {x}JOB -q", "autorep -J {x}BOX",
    "autorep -J {x}JOB -q -f {folder}/blobs", "autorep -M {x}MACHINE -p", "autorep -Q {x}JOB", "autorep -G {x}GLOBAL",
]  # fmt: skip
"""Of one thing, called by its name."""

TEXT_ALONE = [
    "autosyslog -j {x}JOB -t A", "autosyslog -j {x}JOB -t O", "autosyslog -j {x}JOB -t E", "astail -f {folder}/log",
    "autosys why {x}JOB", "autosys why {x}BOX", "autosys why {x}MEMBER", "autosys why {x}JOB --at {day} 05:00",
    f"autosys simulate --from {DAY} 00:00 --to {DAY} 12:00", "autosys audit verify",
    "sendevent -E LIST_DEPENDENTS -J {x}JOB", "sendevent -E FORCE_STARTJOB -J {x}WAITER --preview",
]  # fmt: skip
"""What has no rows, or is no report at all."""

MISTAKES = [
    "autorep -J {t}", "autorep -M {t}", "autorep -G {t}", "autorep -V {t}", "autorep -X {t}", "autorep -Y {t}",
    "autorep -C {t}", "autorep -z {t}", "autorep -Q {t}", "autorep -M {t} -p", "autorep -J ALL --format {t}",
    "autorep -J ALL --color {t}", "autorep -J {t} --watch", "autorep -J ALL -S {t}", "autorep -J ALL -r {t}",
    "autorep {t}", "autostatus -J {t}", "autostatus -G {t}", "job_depends -c -J {t}", "job_depends -t -J ALL -F {t}",
    "forecast -F {t}", "autocal_asc -D -s {t}", "autocal_asc -E {folder} -s {t}", "autocal_asc -I {folder}/{t}",
    "autotimezone -q {t}", "autotimezone -a {t} {t}", "autotimezone -d {t}", "autotrack -F {t}", "autosyslog -j {t}",
    "autosyslog -e -p ({t}", "autosyslog -e -l {t}", "monbro -N {t}", "monbro -N ALL -P {t}", "autoping -m {t}",
    "time0 -A {t}", "time0 -T {t}", "time0 -O {t}", "astail -f {folder}/{t}", "cron2jil -f {folder}/{t}",
    "autosys why {t}", "autosys why {x}JOB --at {t}", "autosys alarms -J {t}", "autosys alarms -A {t}",
    "autosys messages -J {t}", "autosys audit -E {t}", "autosys audit -F {t}", "autosys doctor --format {t}",
    "autosys simulate --from {t} --to {t}", "autosys simulate --jil {folder}/{t} --from {day} --to {day}",
    "autosys {t}", "sendevent -E {t} -J A", "sendevent -E STARTJOB -J {t}", "sendevent -E STARTJOB -J {x}JOB -T {t}",
    "sendevent -E CHANGE_STATUS -J {x}JOB -s {t}", "sendevent -E SET_GLOBAL -G {t}", "sendevent -F {folder}/{t}",
    "sendevent -E ALARM -A {t}", "sendevent -E MACH_OFFLINE -N {t}", "sendevent -E KILLJOB -J {x}JOB -K {t}",
]  # fmt: skip
"""Lines whose answer shows what was typed; `{t}` is the text."""


def everything(store: EventServer, folder: Path, text: str) -> Estate:
    """Fills the store and the instance folder. Every name begins with `text` and ends in a word of ours."""
    estate = Estate(store)
    _objects(estate, text)
    joid = _jobs(estate, text)
    _past(estate, joid, text)
    _files(estate, joid, folder, text)
    return estate


def on_one_line(text: str) -> str:
    """For what is read line by line: its line ends and tabs as two characters each, as a report shows them."""
    return text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


def _objects(estate: Estate, text: str) -> None:
    source = on_one_line(text)
    estate.machine(
        f"{text}MACHINE", node_name=f"{text}node", max_load=100, opsys=text,
        attributes=(("node_name", f"{text}node"), ("agent_name", text), ("description", text)),
    )  # fmt: skip
    estate.machine(f"{text}VIRTUAL", type="v", attributes=(("machine", f"{text}MACHINE"), ("max_load", "50")))
    estate.machine(f"{text}LOCAL", node_name="localhost", type="l")
    estate.machine(f"{text}EMPTY", type="v")
    estate.machine(f"{text}OFF", type="n", offline=True)
    estate.machine(f"{text}BLOCKED", type="r")
    estate.globals(**{f"{text}GLOBAL": text})
    things = {
        "xinst": (("xtype", "a"), ("xmachine", text), ("xport", "9000")),
        "job_type": (("command", text), ("description", text)),
        "connectionprofile": (("connectionprofile_type", text), ("connect_string", text)),
        "glob": (("blob_input", source), ("blob_type", "generic")),
        "monbro": (("mode", "b"), ("all_events", "1"), ("job_name", text)),
        "calendar": (("date", "20250301000000"), ("description", text)),
        "extended_calendar": (("condition", "DAILY"), ("description", text)),
        "cycle": (("start_date", "20250101"), ("end_date", "20251231"), ("description", text)),
        "timezone": (("type", "A"), ("zone", f"{text}/zone")),
    }
    with estate.store.transaction():
        for kind, attributes in things.items():
            name = f"{text}{kind}"
            estate.store.put_object(NamedObject(kind, name, "", attributes, f"{text}@{text}", BEGIN))
        resource = (("res_type", "R"), ("amount", "3"), ("description", text))
        estate.store.put_object(NamedObject("resource", f"{text}RESOURCE", f"{text}MACHINE", resource, "u@h", BEGIN))
        blob = (("blob_type", "textblob"), ("blob_input", source))
        estate.store.put_object(NamedObject("blob", f"{text}JOB", "1", blob, "u@h", BEGIN))
        override = (("command", text), (JOB_VER, "1"))
        estate.store.put_object(NamedObject("override", f"{text}JOB", "1", override, f"{text}@{text}", BEGIN))


def _jobs(estate: Estate, text: str) -> int:
    """A box with a member that runs, a job that has run, one that waits in a queue and one for a condition."""
    texts = {"description": text, "group": f"{text}G", "application": f"{text}A", "command": text, "profile": text}
    texts |= {"machine": f"{text}MACHINE", "std_out_file": f"/tmp/{text}/out", "owner": f"{text}@{text}"}
    daily = {"date_conditions": "1", "days_of_week": "all", "start_times": "05:00"}
    running = JobState(Status.RUNNING, run_num=41, ntry=1, last_start=BEGIN, machine=f"{text}MACHINE", since=BEGIN)
    ended = JobState(
        Status.FAILURE, run_num=40, ntry=1, exit_code=3, machine=f"{text}MACHINE", last_start=BEGIN, last_end=BEGIN + 9,
        holds=(Holding(f"{text}RESOURCE", f"{text}MACHINE", 2, "N"),),
    )  # fmt: skip
    atoms = tuple(
        Atom(kind, f"{text}{name}", comparison=comparison, operand=operand, text=f'{letter}("{text}{name}")')
        for kind, name, letter, comparison, operand in (
            (Kind.SUCCESS, "JOB", "s", "", ""),
            (Kind.VALUE, "GLOBAL", "v", "=", text),
            (Kind.SUCCESS, "NOBODY", "s", "", ""),
        )
    )
    condition = Condition(atoms, (0, 1, -1, 2, -1))
    put = _Jobs(estate, text)
    put("BOX", running, {"description": text, "group": f"{text}G", **daily}, "BOX")
    put("MEMBER", running, {**texts, "timezone": f"{text}/zone"}, box=f"{text}BOX")
    joid = put("JOB", ended, texts | daily)
    put("WAITER", JobState(), texts | {"condition": text}, condition=condition)
    queued = JobState(Status.RESWAIT, since=BEGIN, run_num=42, ntry=1)
    put("QUEUED", queued, texts, resources=Demands([Demand(f"{text}RESOURCE", 3)]))
    local = texts | {"machine": f"{text}LOCAL", "avg_runtime": "12"}
    nightly = put("DAILY_BOX", JobState(next_start=TOMORROW), daily, "BOX")
    put("DAILY", JobState(), local, box=f"{text}DAILY_BOX")
    with estate.store.transaction():
        estate.store.add_event(Event(EventCode.STARTJOB, TOMORROW, joid=nightly, job_ver=1))
    return joid


class _Jobs:
    """Writes definitions that `jil` might have refused."""

    def __init__(self, estate: Estate, text: str) -> None:
        self.estate = estate
        self.text = text

    def __call__(
        self,
        name: str,
        state: JobState,
        attributes: dict[str, str],
        job_type: str = "CMD",
        *,
        box: str = "",
        **parts: Any,
    ) -> int:
        store = self.estate.store
        box_joid = self.estate.head(box).joid if box else 0
        pairs = tuple((attributes | ({"box_name": box} if box else {})).items())
        read = [pair for pair in pairs if pair[0] != "condition"]
        job = replace(job_of(f"{self.text}{name}", job_type, read, box_joid=box_joid), **parts)
        with store.transaction():
            joid = store.put_definition(Definition(job, pairs, f"{self.text}@{self.text}", BEGIN)).joid
            store.put_first_states({joid: state})
        return joid


def _past(estate: Estate, joid: int, text: str) -> None:
    machine, who = f"{text}MACHINE", f"{text}@{text}"
    atoms = f"s({text}JOB) false"
    facts = [
        estate.status(joid, Status.SUCCESS, "02/02/2025 04:00:00", 39, machine=machine, exit_code=0, text=text),
        estate.fact(EventCode.FORCE_STARTJOB, joid, BEGIN, run_num=40, ntry=1, sent_by=who, reason=text, eoid=5),
        estate.fact(EventCode.ALARM, joid, BEGIN, alarm=Alarm.FORCED_PAST_CONDITION, name="FORCED", text=atoms),
        estate.status(joid, Status.STARTING, "02/03/2025 04:00:00", 40, machine=machine, text=f"Executing at {text}"),
        estate.status(joid, Status.FAILURE, "02/03/2025 04:00:09", 40, machine=machine, exit_code=3, text=text),
        estate.alarm(joid, Alarm.JOBFAILURE, "02/03/2025 04:00:09", 40, text=text),
        estate.fact(EventCode.COMMENT, joid, BEGIN + 10, value=text, sent_by=who, reason="why", eoid=6),
        estate.fact(EventCode.SET_GLOBAL, 0, BEGIN + 11, name=f"{text}GLOBAL", value=text, sent_by=who, eoid=7),
        estate.fact(EventCode.MACH_OFFLINE, 0, BEGIN + 12, name=machine, sent_by=who, reason=text, eoid=8),
        estate.fact(EventCode.CHASE, joid, BEGIN + 13, value=text, sent_by=who, eoid=9, notes=[text]),
        estate.fact(EventCode.DEFINITION_CHANGED, joid, NOW, sent_by=who, eoid=10),
    ]
    facts[2].cause = facts[1].seq
    runs = [
        Run(RunKey(joid, 39, 1), 1, machine, BEGIN - 86400, BEGIN - 86340, Status.SUCCESS, 0, first_seq=facts[0].seq),
        Run(RunKey(joid, 40, 1), 1, machine, BEGIN, BEGIN + 9, Status.FAILURE, 3, first_seq=facts[1].seq),
    ]
    live = Run(RunKey(estate.head(f"{text}MEMBER").joid, 41, 1), 1, machine, BEGIN, job_load=10)
    alarm = RaisedAlarm(
        facts[5].seq, Alarm.JOBFAILURE, BEGIN, joid, f"{text}JOB", 40, 1, text, AlarmState.CLOSED, who, BEGIN + 60, text
    )
    message = OperatorMessage(
        facts[4].seq, BEGIN, joid, f"{text}JOB", 40, 1, Status.FAILURE, 3, text, "ERROR", who, BEGIN + 60, text
    )
    outcome = Outcome(facts=facts, runs={run.key: run for run in (*runs, live)})
    outcome.alarms, outcome.messages = {alarm.number: alarm}, {message.number: message}
    outcome.counts = {CountKey("missing", machine): 1, CountKey("missing", f"{text}BLOCKED"): 2}
    estate.write(outcome)
    with estate.store.transaction():
        for code, due in ((EventCode.COMMENT, NOW - 5), (EventCode.STARTJOB, NOW + 3600)):
            estate.store.add_event(Event(code, due, joid=joid, value=text, reason=text, sent_by=who, sent=NOW))


def _files(estate: Estate, joid: int, folder: Path, text: str) -> None:
    text = on_one_line(text)
    line = f"[02/03/2025 04:00:01]      CAUAJM_I_40245 {text}\n"
    for path in (folder / "out" / "event_demon.ACE", folder / "log"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(line, encoding="utf-8")
    run = folder / "run" / "ACE" / (estate.store.setting("store_id") or "-") / "40" / f"{joid}.1"
    run.mkdir(parents=True)
    for name in ("record", "out", "err"):
        (run / name).write_text(f"{name} {text}\n", encoding="utf-8")
    (folder / "blobs").mkdir()
