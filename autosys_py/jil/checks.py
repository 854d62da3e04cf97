"""What must hold between the attributes of a job, and between a job and the rest of the instance (jil.md §9).

`check_job` reads a stanza, lays it over the definition that it updates, and reports everything that is wrong with
the result. A definition comes out only if nothing is.
"""

from collections.abc import Callable
from typing import NamedTuple

from autosys_py.core.codes import Status
from autosys_py.core.model import Definition, Member, NamedObject, members_of
from autosys_py.core.text import visible
from autosys_py.jil import attributes, blobs, domains
from autosys_py.jil.attributes import JOB_TYPES, TYPE_ALIASES, USER_TYPES
from autosys_py.jil.compile import job_of
from autosys_py.jil.diagnostic import Diagnostic
from autosys_py.jil.domains import MustTimes, is_job_name
from autosys_py.jil.known import Known, KnownJob, Settings
from autosys_py.jil.reading import CONDITIONS, SHOWN, Given, Reading, merged, read
from autosys_py.jil.scanner import Stanza
from autosys_py.jil.subcommands import SUBCOMMANDS
from autosys_py.jil.values import plain

INSERT_ONLY = frozenset(each.name for each in attributes.JOB.values() if each.insert_only)
MUST = ("must_start_times", "must_complete_times")
OVERRIDABLE = frozenset(
    """auto_hold command condition date_conditions days_of_week exclude_calendar machine max_run_alarm min_run_alarm
    n_retrys profile run_calendar run_window start_mins start_times std_err_file std_in_file std_out_file
    term_run_time watch_file watch_file_min_size watch_interval""".split()
)
"""What override_job may give (jil.md §2)."""


class CheckedJob(NamedTuple):
    """What came out of an insert_job or update_job stanza."""

    faults: list[Diagnostic]
    definition: Definition | None
    """None if the stanza is refused."""
    seed: Status | None = None
    """The value of `status:`."""
    blob: NamedObject | None = None
    """The text that an insert_job brings for its standard input."""


def check_name(reading: Reading, name: str) -> None:
    """V3 for a job or box that is to be created."""
    if not name:
        reading.refuse(10259, "Job Name must be specified.")
    elif len(name) > 64:
        reading.refuse(50271, f"Error in JIL. Name {reading.name} exceeds 64 characters.")
    elif not is_job_name(name):
        reading.refuse(10281, f"ERROR for Job: {reading.name} < name contains invalid characters >")
    elif name.upper() == "ALL" or name.lower() in SUBCOMMANDS:
        reading.refuse(
            10277, f"ERROR for job: {name} < '{name}' is a reserved keyword and cannot be specified for jobname >"
        )


def already_exists(stanza: Stanza) -> Diagnostic:
    """V21: the name of an insert_job is taken."""
    reading = Reading(stanza, stanza.name[:SHOWN])
    reading.refuse(10288, f"*** CANNOT INSERT Job: {reading.name}, because it ALREADY EXISTS ***")
    return reading.faults[0]


def _in_order(faults: list[Diagnostic]) -> list[Diagnostic]:
    return sorted(faults, key=lambda fault: fault.line) if len(faults) > 1 else faults


def check_job(stanza: Stanza, before: Definition | None, known: Known, settings: Settings) -> CheckedJob:
    """Checks an insert_job (`before` is None) or update_job stanza.

    That the name of a new job is free is left to the store, which must look anyway when it takes the job in.
    """
    verb = SUBCOMMANDS[stanza.subcommand].verb
    check = JobCheck(read(stanza, "job", updates=verb != "insert"), before, known, settings, verb)
    return check.run()


class JobCheck:
    """One stanza's checks; each method is a row of jil.md §9 or a few that belong together."""

    def __init__(
        self, reading: Reading, before: Definition | None, known: Known, settings: Settings, verb: str
    ) -> None:
        self.reading = reading
        self.before = before
        self.known = known
        self.settings = settings
        self.verb = verb
        """insert, update or override."""
        self.updates = verb != "insert"
        self.name = reading.stanza.name
        self.shown = reading.name
        self.job_type = before.job.job_type if before is not None else "CMD"
        self.values: dict[str, list[str]] = {}
        """The definition as it would be: names to stored values, in order."""
        self.box: KnownJob | None = None
        self.blob: NamedObject | None = None

    def run(self) -> CheckedJob:
        reading = self.reading
        if self.updates and self.before is None:
            text = f"Invalid Job Name: {self.shown} Update not performed."
            if self.verb == "override":
                text = f"Invalid job name: {self.shown} OVER-RIDE not performed"
            code = 10297 if self.verb == "override" else 10279
            reading.refuse(code, text, choices=self.known.names_near(self.name), typed=self.name)
        elif not self.updates:
            check_name(reading, self.name)
        self._job_type()
        self._merge()
        for check, concerned in _CHECKS:
            if not concerned or not concerned.isdisjoint(self.values):
                check(self)
        if not reading.is_refused:
            return CheckedJob(_in_order(reading.faults), self._definition(), self._seed(), self.blob)
        if not self.updates and self.known.job(self.name) is not None:  # else the store will say so, when it is written
            reading.faults.append(already_exists(reading.stanza))
        return CheckedJob(_in_order(reading.faults), None)

    # Shared

    def value(self, name: str) -> str:
        """The value that will hold, empty if there is none."""
        values = self.values.get(name)
        return values[-1] if values else ""

    def refuse(self, code: int, text: str, name: str, typed: str = "", choices: tuple[str, ...] = ()) -> None:
        self.reading.refuse(code, text, self.reading.statement(name), typed=typed, choices=choices)

    def warn(self, text: str, name: str, typed: str = "", choices: tuple[str, ...] = ()) -> None:
        """A warning about an attribute; an update repeats none about what it does not touch."""
        if not self.updates or self.reading.is_given(name):
            self.reading.warn(text, self.reading.statement(name), typed=typed, choices=choices)

    def _merge(self) -> None:
        self.values = merged(self.before.attributes if self.before is not None else (), self.reading.given)
        self.values.pop("job_type", None)
        if not self.values.get("owner"):
            self.values["owner"] = [self.settings.owner]

    def _definition(self) -> Definition:
        stored = tuple(
            [(name, value) for name, entries in self.values.items() if name not in INSERT_ONLY for value in entries]
        )
        before = self.before.job if self.before is not None else None
        average = int(self.value("avg_runtime") or 0) if before is None else before.avg_runtime
        box_joid = self.box.joid if self.box is not None else 0
        joid = before.joid if before else 0
        job = job_of(self.name, self.job_type, stored, joid, box_joid, average, self.settings.autoserv)
        return Definition(job, stored, self.settings.owner)

    def _seed(self) -> Status | None:
        word = self.value("status")
        return Status[word] if word else None

    # The rows

    def _job_type(self) -> None:
        """V28."""
        for each in self.reading.given:
            if each.attribute.name == "job_type":
                self._one_job_type(each)

    def _one_job_type(self, given: Given) -> None:
        typed = (given.value or "CMD").upper()
        job_type = TYPE_ALIASES.get(typed, typed)
        if job_type in USER_TYPES and not self.known.objects("job_type", job_type):
            text = f"*** Cannot Insert/Update/Query/Delete Job Type: {job_type}, because it DOES NOT EXIST ***"
            self.refuse(10398, text, "job_type")
        elif job_type not in JOB_TYPES:
            text = f"Invalid Job Type: {given.value} <{self.shown}>"
            self.refuse(50199, text, "job_type", typed, tuple(sorted(JOB_TYPES - USER_TYPES)))
        elif self.before is not None and job_type != self.job_type:
            text = f"Updates to job_type is not allowed for job '{self.shown}'. It is {self.job_type}."
            self.refuse(18966, text, "job_type")
        else:
            self.job_type = job_type

    def _allowed(self) -> None:
        """V12, V39."""
        for each in self.reading.given:
            name = each.attribute.name
            if self.verb == "override" and name not in OVERRIDABLE:
                self.reading.refuse(50217, f"Cannot use Field '{name}' for an Over-ride value.", each.statement)
            elif self.verb == "update" and each.attribute.insert_only:
                text = f"Updates to job attribute '{name}' is not allowed. Usage valid for the insert operation only."
                self.reading.refuse(19048, text, each.statement)

    def _blob(self) -> None:
        """V27 of an insert_job that brings its own standard input."""
        if self.updates:
            return
        if plain(self.value("std_in_file")) not in ("$$blob", "$$blobt"):
            text = "Cannot specify blob_input or blob_file attributes unless std_in_file is $$blob or $$blobt"
            name = "blob_input" if "blob_input" in self.values else "blob_file"
            self.refuse(50267, f"{text}: job {self.shown}.", name)
        stored = [(name, self.value(name)) for name in ("blob_type", "blob_file", "blob_input") if name in self.values]
        kept = blobs.with_text(self.reading, stored, self.known)
        if kept is not None:
            self.blob = NamedObject("blob", self.name, "1", kept, self.settings.owner, self.settings.now)

    def _effects(self) -> None:
        """V17, V18, V23."""
        for each in self.reading.given:
            attribute = each.attribute
            name = attribute.name
            if each.value is None or self.job_type in attribute.types:
                continue
            if name in ("box_success", "box_failure"):
                text = f"ERROR for Job: {self.shown} < {name} is valid for box jobs only >"
                self.reading.refuse(10281, text, each.statement)
            elif name != "machine":
                self.reading.warn(f"{name} has no effect for job type {self.job_type}", each.statement)
        if not self.value("box_name"):
            for name in ("box_terminator", "job_terminator"):
                if self.value(name) == "1":
                    self.warn(f"{name} of {self.shown} has no effect outside a box", name)

    def _required(self) -> None:
        """V4."""
        if self.updates and self.before is None:
            return
        for attribute in attributes.required(self.job_type):
            name = attribute.name
            if not self.value(name) and name not in self.reading.refused:
                text = f"Required JIL keyword {name} is missing for job {self.shown} of type {self.job_type}."
                self.refuse(18936, text, name)

    def _box(self) -> None:
        """V5, V31."""
        name = self.value("box_name")
        if not name:
            return
        box = self.known.job(name)
        if box is None or box.job_type != "BOX":
            near = self.known.names_near(name) if box is None else ()
            text = f"Invalid box name {name} specified, it does not exist."
            self.refuse(18947, text, "box_name", name, near)
        elif name == self.name or (self.before is not None and self.known.is_inside(box.joid, self.before.job.joid)):
            text = "ERROR Circular definition: Cannot add job to a box that belongs to self."
            self.refuse(18978, text, "box_name")
        else:
            self.box = box

    def _machine(self) -> None:
        """V6."""
        if self.settings.undefined_machine == "local" or self.job_type == "BOX":
            return
        for name in domains.machine_names(plain(self.value("machine"))):
            if not name or name == "localhost" or self.known.machine(name) is not None:
                continue
            if self.settings.undefined_machine == "error":
                text = f"ERROR for Job: {self.shown} < machine '{name}' does not exist >"
                self.refuse(18987, text, "machine", name, self.known.names_near(name, "machine"))
            else:
                text = f"machine '{name}' is not defined, {self.shown} will wait in PEND_MACH"
                self.warn(text, "machine", name, self.known.names_near(name, "machine"))

    def _conditions(self) -> None:
        """V7: the instance behind `^` must exist."""
        from autosys_py.jil.conditions import PREFIX, parse

        for given in self.reading.given:
            if given.attribute.name in CONDITIONS and given.value is not None and "^" in given.value:
                for atom in parse(given.value).condition.atoms:
                    if atom.instance and not self.known.has_instance(atom.instance):
                        text = f"{PREFIX}External instance name <{atom.instance}> is not defined"
                        self.reading.refuse(10683, text, given.statement)

    def _zone(self) -> None:
        """V29 of the one value that may be an object."""
        zone = plain(self.value("timezone"))
        if not (domains.is_zone(zone) or self.known.has_zone(zone)):
            self.refuse(10000, f"Invalid value '{zone}' specified for keyword timezone.", "timezone")

    def _exclusive(self) -> None:
        """V9, V10."""
        if self.value("start_times") and self.value("start_mins"):
            self.refuse(18939, "JIL keywords start_times and start_mins are mutually exclusive.", "start_mins")
        if self.value("days_of_week") and self.value("run_calendar") and self.value("date_conditions") == "1":
            text = "The JIL keyword days_of_week cannot be used together with run_calendar while date_conditions is 1."
            self.refuse(18993, text, "run_calendar")

    def _must_times(self) -> None:
        """V11."""
        given = {name: domains.must_times(plain(self.value(name))) for name in MUST if self.value(name)}
        if not given:
            return
        last = list(given)[-1]
        starts = domains.start_times(plain(self.value("start_times"))) if self.value("start_times") else ()
        if not starts and not self.value("start_mins"):
            needed = "requires JIL keyword start_times or start_mins"
            self.refuse(18940, f"JIL keywords must_start_times and/or must_complete_times {needed}", last)
            return
        if len({times.relative for times in given.values()}) > 1:
            text = "A mixture of relative time and absolute time cannot be specified for must_start_times and "
            self.refuse(18934, text + "must_complete_times.", last)
            return
        for name, times in given.items():
            self._absolute_times(name, times, starts)
        if len(given) == 2:
            pairs = zip(given[MUST[0]].minutes, given[MUST[1]].minutes, strict=False)
            if any(start > complete for start, complete in pairs):
                text = "The value of must_start_times cannot be later than that of must_complete_times: "
                self.refuse(18933, f"{text}'{self.value(MUST[0])}'", MUST[0])

    def _absolute_times(self, name: str, times: MustTimes, starts: tuple[int, ...]) -> None:
        value = self.value(name)
        if times.relative:
            return
        if not starts:
            text = f"A relative time must be specified for JIL keyword {name} with start_mins: '{value}'"
            self.refuse(18923, text, name)
        elif len(times.minutes) != len(starts):
            text = f"The number of elements for JIL keyword {name} must be that of start_times: '{value}'"
            self.refuse(18924, text, name)
        elif any(
            must < start or any(start < other <= must for other in starts)
            for must, start in zip(times.minutes, starts, strict=True)
        ):
            text = f"The value of JIL keyword {name} must lie between a start time and the next: '{value}'"
            self.refuse(18925, text, name)

    def _run_window(self) -> None:
        """V35."""
        if not (self.value("run_window") and self.value("start_times")):
            return
        opens, closes = domains.run_window(plain(self.value("run_window")))
        for start in domains.start_times(plain(self.value("start_times"))):
            inside = opens <= start <= closes if opens <= closes else start >= opens or start <= closes
            if not inside:
                name = "run_window" if self.reading.is_given("run_window") else "start_times"
                self.warn(f"a start time of {self.shown} is outside its run_window", name)
                return

    def _exit_codes(self) -> None:
        """V30 between attributes; extensions.md §4."""
        fail, success = plain(self.value("fail_codes")), plain(self.value("success_codes"))
        if fail and success and domains.overlap((*domains.exit_codes(fail), *domains.exit_codes(success))):
            text = "The exit codes specified in the values of keywords success_codes and fail_codes overlap"
            self.refuse(19012, f"{text}: '{success}', '{fail}'", "fail_codes")
        if self.value("returncode_map_to_completed"):
            for name in ("success_codes", "fail_codes", "max_exit_success"):
                if self.value(name):
                    text = f"ERROR for Job: {self.shown} < returncode_map_to_completed and {name} exclude each other >"
                    self.refuse(10281, text, "returncode_map_to_completed")

    def _calendars(self) -> None:
        """V16."""
        for name in ("run_calendar", "exclude_calendar"):
            calendar = plain(self.value(name))
            if calendar and not self.known.has_calendar(calendar):
                text = f"calendar '{calendar}' of {self.shown} does not exist"
                self.warn(text, name, calendar, self.known.names_near(calendar, "calendar"))

    def _template(self) -> None:
        """V38."""
        template = plain(self.value("notification_template"))
        if not self.known.has_template(template):
            self.warn(f"template '{template}' is not defined", "notification_template")

    def _resources(self) -> None:
        """Resources that do not exist, or not for this job (jil.md §8)."""
        if not self.reading.is_given("resources"):
            return
        for wanted in domains.resources(plain(self.value("resources"))):
            is_real = wanted.name.startswith(("SYSTEM_", "MEM_"))
            found = self.known.objects("resource", wanted.name)
            if self.job_type == "BOX" and (is_real or all(each.part for each in found)):
                text = f"The specified resource {wanted.name} is not a global virtual resource."
                self.refuse(10321, f"ERROR for Box: {self.shown}. {text}", "resources")
            elif not found and not is_real:
                text = f"ERROR for Job: {self.shown} < {wanted.name} > (undefined resource)"
                self.refuse(10079, text, "resources")
            elif "FREE" in dict(wanted.keys) and not any(each.value("res_type") == "R" for each in found):
                text = (
                    f"Invalid syntax for JIL keyword resources: FREE is of renewable resources, {wanted.name} is none"
                )
                self.refuse(18914, text, "resources")

    def _load(self) -> None:
        """V47: above what every machine of its list allows."""
        if self.job_type == "BOX" or not self.value("job_load"):
            return
        names = domains.machine_names(plain(self.value("machine")))
        if names and all(int(self.value("job_load")) > self._most_load(name) for name in names):
            shown = visible(", ".join(names))
            self.warn(f"job_load of {self.shown} exceeds max_load of {shown}, it would wait for ever", "job_load")

    def _most_load(self, name: str) -> float:
        """The largest job that a machine, or a member of a virtual one, can ever take."""
        machine = self.known.machine(name)
        own = machine.max_load if machine is not None else None
        most = float("inf") if own is None else own
        if machine is None or not machine.is_virtual:
            return most
        return min(most, max((self._most_load_of(each) for each in members_of(machine)), default=most))

    def _most_load_of(self, member: Member) -> float:
        most = self._most_load(member.name)
        return most if member.max_load is None else min(most, member.max_load)


_CHECKS: tuple[tuple[Callable[[JobCheck], None], frozenset[str]], ...] = (
    (JobCheck._allowed, frozenset()),
    (JobCheck._blob, frozenset({"blob_input", "blob_file"})),
    (JobCheck._effects, frozenset()),
    (JobCheck._required, frozenset()),
    (JobCheck._box, frozenset({"box_name"})),
    (JobCheck._machine, frozenset({"machine"})),
    (JobCheck._conditions, frozenset(CONDITIONS)),
    (JobCheck._zone, frozenset({"timezone"})),
    (JobCheck._exclusive, frozenset({"start_mins", "run_calendar"})),
    (JobCheck._must_times, frozenset(MUST)),
    (JobCheck._run_window, frozenset({"run_window"})),
    (JobCheck._exit_codes, frozenset({"fail_codes", "returncode_map_to_completed"})),
    (JobCheck._calendars, frozenset({"run_calendar", "exclude_calendar"})),
    (JobCheck._template, frozenset({"notification_template"})),
    (JobCheck._resources, frozenset({"resources"})),
    (JobCheck._load, frozenset({"job_load"})),
)
"""The checks in order, and the attributes without which there is nothing to check; empty = always."""
