"""What must hold for an object that is neither a job nor a machine, and what becomes of its stanza.

Every kind goes the same way: the stanza is read by the one table of attributes, the name is checked, the object must
be there or must not, what is given is laid over what was, and then the kind's own checks follow. A kind is a row of
`_KINDS` with its messages (jil.md §7 to §9, V42 to V44) and, where it has them, checks of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from autosys_py.core.condition import Kind
from autosys_py.core.model import Definition, NamedObject
from autosys_py.core.text import visible
from autosys_py.jil import attributes, blobs
from autosys_py.jil.diagnostic import Diagnostic
from autosys_py.jil.domains import MAX_INTEGER, is_job_name, resources
from autosys_py.jil.known import Known, Settings
from autosys_py.jil.reading import SHOWN, Reading, merged, read
from autosys_py.jil.scanner import Stanza
from autosys_py.jil.subcommands import SUBCOMMANDS
from autosys_py.jil.values import plain

ACTIONS = {"insert": "Insert", "update": "Update", "delete": "Delete"}


class CheckedObject(NamedTuple):
    """What came out of a stanza; nothing is to be changed if it is refused."""

    faults: list[Diagnostic]
    stored: tuple[NamedObject, ...] = ()
    deleted: tuple[NamedObject, ...] = ()
    amount: str = ""
    """Of a resource: as typed, `+5` or `10`; empty if not given."""


@dataclass(slots=True)
class ObjectCheck:
    """One stanza on its way through the checks."""

    reading: Reading
    verb: str
    kind: str
    known: Known
    before: NamedObject | None
    values: dict[str, list[str]]
    """The object as it would be: names to stored values, in order."""

    @property
    def name(self) -> str:
        return self.reading.stanza.name

    @property
    def shown(self) -> str:
        return self.reading.name

    def value(self, name: str) -> str:
        """The value that will hold, empty if there is none."""
        values = self.values.get(name)
        return values[-1] if values else ""

    def refuse(self, code: int, text: str, name: str = "") -> None:
        """An error at an attribute, or at the object's name."""
        self.reading.refuse(code, text, self.reading.statement(name))


class _Kind(NamedTuple):
    """What is peculiar to a kind of object."""

    refuse_name: Callable[[ObjectCheck], None] | None
    """Reports a name that cannot be (V3)."""
    exists: Callable[[ObjectCheck], tuple[int, str]]
    missing: Callable[[ObjectCheck], tuple[int, str]]
    check: Callable[[ObjectCheck], None]
    """Of what is to be stored."""
    check_delete: Callable[[ObjectCheck], None]


def check_object(stanza: Stanza, known: Known, settings: Settings) -> CheckedObject:
    """Checks an insert_, update_ or delete_ stanza of a kind that `_KINDS` knows, or of a blob."""
    subcommand = SUBCOMMANDS[stanza.subcommand]
    reading = read(stanza, subcommand.kind, updates=subcommand.verb == "update")
    if subcommand.kind == "blob":
        return _check_blob(reading, subcommand.verb, known, settings)
    part = plain(_given(reading, "machine")) if subcommand.kind == "resource" else ""
    found = [each for each in known.objects(subcommand.kind, stanza.name) if each.part == part]
    before = found[0] if found else None
    check = ObjectCheck(reading, subcommand.verb, subcommand.kind, known, before, {})
    kind = _KINDS[subcommand.kind]
    if subcommand.verb == "insert":
        _check_insert(check, kind)
    elif before is None:
        reading.refuse(*kind.missing(check), choices=_names(known, check.kind), typed=stanza.name)
        return CheckedObject(reading.faults)
    if subcommand.verb == "delete":
        kind.check_delete(check)
        return CheckedObject(reading.faults, deleted=() if reading.is_refused or before is None else (before,))
    check.values = merged(before.attributes if before is not None and check.verb == "update" else (), reading.given)
    _check_required(check)
    kind.check(check)
    if reading.is_refused:
        return CheckedObject(reading.faults)
    listed = [(name, value) for name, values in check.values.items() for value in values]
    kept = tuple(each for each in listed if each[0] not in ("force", "blob_file"))
    thing = NamedObject(check.kind, stanza.name, part, kept, settings.owner, settings.now)
    return CheckedObject(reading.faults, (thing,), amount=plain(_given(reading, "amount")))


def _given(reading: Reading, name: str) -> str:
    """The value that the stanza itself gives last, empty if none."""
    values = [each.value for each in reading.given if each.attribute.name == name]
    return (values[-1] or "") if values else ""


def _names(known: Known, kind: str) -> tuple[str, ...]:
    return tuple(each.name for each in known.objects(kind))


def _check_insert(check: ObjectCheck, kind: _Kind) -> None:
    if kind.refuse_name is not None:
        kind.refuse_name(check)
    if check.before is not None:
        check.refuse(*kind.exists(check))


def _check_required(check: ObjectCheck) -> None:
    """V4."""
    for attribute in attributes.required_of(check.kind):
        if not check.value(attribute.name) and attribute.name not in check.reading.refused:
            text = f"Required JIL keyword {attribute.name} is missing for {check.kind} {check.shown}."
            check.refuse(18936, text, attribute.name)


def _nothing(check: ObjectCheck) -> None:
    """No check of its own."""


def _is_name(name: str) -> bool:
    """May an object that has the names of jobs be called so? (jil.md §1.7)"""
    return len(name) <= 64 and is_job_name(name) and name.upper() != "ALL" and name.lower() not in SUBCOMMANDS


def _users(known: Known, uses: Callable[[Definition], bool]) -> str:
    """The first job that uses something, made visible; empty if none does."""
    return next((visible(each.job.name) for each in known.definitions() if uses(each)), "")


# Resources (jil.md §8)


def _resource_fault(check: ObjectCheck, reason: str) -> tuple[int, str]:
    """10874 or 10875, by whether the resource has a machine."""
    machine = plain(_given(check.reading, "machine"))
    if not machine:
        return 10874, f"Unable to {check.verb} global resource <{check.shown}>. Reason: {reason}."
    return 10875, f"Unable to {check.verb} resource <{check.shown}> at machine <{machine[:SHOWN]}>. Reason: {reason}."


def _refuse_resource_name(check: ObjectCheck) -> None:
    if not _is_name(check.name):
        check.refuse(*_resource_fault(check, "the name is invalid"))


def _check_resource(check: ObjectCheck) -> None:
    machine = plain(check.value("machine"))
    if machine == "localhost":
        text = f"ERROR for {check.shown}: machine < Resource cannot be defined to localhost >"
        check.refuse(18986, text, "machine")
    elif machine and check.known.machine(machine) is None:
        text = f"ERROR for Machine: {check.shown} < machine '{machine}' does not exist >"
        names = check.known.names_near(machine, "machine")
        check.reading.refuse(10303, text, check.reading.statement("machine"), choices=names, typed=machine)
    given = plain(_given(check.reading, "amount"))
    if given:
        before = int(check.before.value("amount", "0")) if check.before is not None and given[0] in "+-" else 0
        amount = before + int(given)
        check.values["amount"] = [str(amount)]
        if not 0 <= amount <= MAX_INTEGER:
            check.refuse(*_resource_fault(check, f"the amount would be {amount}"), "amount")


def _check_resource_delete(check: ObjectCheck) -> None:
    def uses(definition: Definition) -> bool:
        text = plain(definition.value("resources"))
        return check.name in text and any(wanted.name == check.name for wanted in resources(text))

    if check.before is not None and (user := _users(check.known, uses)):
        check.refuse(*_resource_fault(check, f"job {user} needs it"))


# External instances (V42)


def _refuse_instance_name(check: ObjectCheck) -> None:
    name = check.name
    if not (len(name) == 3 and name.isascii() and name.isalnum() and name.upper() == name):
        text = f"ERROR for External Instance: {check.shown} < a name has three upper-case letters or digits >"
        check.refuse(10395, text)
    elif check.before is None and check.known.has_instance(name):
        check.refuse(10395, f"ERROR for External Instance: {check.shown} < it is this instance >")


def _check_instance(check: ObjectCheck) -> None:
    xtype = check.value("xtype")
    if check.before is not None and check.verb == "update" and xtype != check.before.value("xtype"):
        text = f"Updates to xtype is not allowed for external instance '{check.shown}'. "
        check.refuse(19025, f"{text}It is {check.before.value('xtype')}.", "xtype")
    elif xtype in ("a", "e") and not check.value("xport"):
        text = f"ERROR for External Instance: {check.shown} < xport is needed for type {xtype} >"
        check.refuse(10395, text, "xtype")
    if check.value("xkey_to_manager") and check.value("xcrypt_type") != "AES":
        text = f"ERROR for External Instance: {check.shown} < xkey_to_manager is the key of xcrypt_type AES >"
        check.refuse(10395, text, "xkey_to_manager")


def _check_instance_delete(check: ObjectCheck) -> None:
    def uses(definition: Definition) -> bool:
        job = definition.job
        conditions = [each for each in (job.condition, job.box_success, job.box_failure) if each is not None]
        atoms = [atom for condition in conditions for atom in condition.atoms]
        return any(atom.instance == check.name for atom in atoms if atom.kind is not Kind.VALUE)

    if user := _users(check.known, uses):
        check.refuse(19017, f"External Instance {check.shown} cannot be deleted, job {user} names it in a condition.")


# Monitors and browsers (V43)


def _refuse_monbro_name(check: ObjectCheck) -> None:
    if not check.name:
        check.refuse(10254, "MONBRO ERROR: < Monitor/Browser must have a name >")
    elif not _is_name(check.name):
        check.refuse(10390, f"ERROR for Monbro: {check.shown} < name contains invalid characters >")


def _check_monbro(check: ObjectCheck) -> None:
    if not check.value("mode") and "mode" not in check.reading.refused:
        check.refuse(10255, "MONBRO ERROR: < Mode missing - choose *Monitor* or *Browser* >", "mode")
    if check.value("job_filter") in ("b", "j") and not check.value("job_name"):
        check.refuse(10256, "MONBRO ERROR: < Job Name or 'ALL Jobs' assignment missing >", "job_filter")
    elif check.value("job_name") and check.value("job_filter") not in ("b", "j"):
        text = f"ERROR for Monbro: {check.shown} < job_name is for job_filter b or j >"
        check.refuse(10390, text, "job_name")


# Globs (V27)


def _refuse_glob_name(check: ObjectCheck) -> None:
    if not _is_name(check.name):
        check.refuse(50271, f"Error in JIL. Name {check.shown} is no name of a glob.")


def _check_glob(check: ObjectCheck) -> None:
    _take_new_text(check.values, check.reading)
    pairs = blobs.with_text(check.reading, _pairs(check.values), check.known)
    if pairs is None or not check.reading.refused.isdisjoint(("blob_input", "blob_file")):
        return
    check.values = {name: [value] for name, value in pairs}
    if "blob_input" not in check.values:
        text = f"Required JIL keyword blob_input or blob_file is missing for glob {check.shown}."
        check.refuse(18936, text)
    elif check.value("blob_type") == "emailtemplate" and (
        check.value("blob_mode") == "binary" or not blobs.is_template(check.value("blob_input"))
    ):
        check.refuse(50102, f"The glob <{check.shown}> input is not in a valid email template format.", "blob_type")


def _take_new_text(values: dict[str, list[str]], reading: Reading) -> None:
    """An update that names a file gives up the text that was there."""
    if reading.is_given("blob_file") and not reading.is_given("blob_input"):
        values.pop("blob_input", None)


def _pairs(values: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, entries[-1]) for name, entries in values.items()]


# Connection profiles (V44)


def _refuse_profile_name(check: ObjectCheck) -> None:
    if not _is_name(check.name):
        check.refuse(*_no_profile(check))


def _no_profile(check: ObjectCheck) -> tuple[int, str]:
    return 19055, f"Invalid connection profile name: {check.shown} {ACTIONS[check.verb]} not performed."


def _check_profile(check: ObjectCheck) -> None:
    name = "connectionprofile_type"
    typed = plain(check.value(name)).upper()
    if typed and typed != "HADOOP":
        text = f"Invalid connection profile type: {typed} {ACTIONS[check.verb]} not performed."
        if check.before is not None and check.verb == "update":
            text = f"Updates to {name} is not allowed for connection profile '{check.shown}'. It is HADOOP."
        check.reading.refuse(
            19060 if check.verb == "update" else 19061,
            text,
            check.reading.statement(name),
            choices=("HADOOP",),
            typed=typed,
        )
    elif typed:
        check.values[name] = [typed]


def _check_profile_delete(check: ObjectCheck) -> None:
    if _given(check.reading, "force") == "1":
        return
    if user := _users(check.known, lambda each: plain(each.value("connectionprofile")) == check.name):
        text = f"Cannot delete connection profile {check.shown}, job {user} uses it; force: Y deletes it all the same."
        check.refuse(19056, text)


# Job types (V28)


def _refuse_type_name(check: ObjectCheck) -> None:
    if check.name not in attributes.USER_TYPES:
        check.refuse(*_no_job_type(check))


def _no_job_type(check: ObjectCheck) -> tuple[int, str]:
    if check.name.lower() in ("b", "c", "f"):
        return 10399, f"Insert/Update/Query/Delete of reserved job type: {check.name} is NOT allowed"
    if check.name not in attributes.USER_TYPES:
        return 50272, "Valid job types are: '0' through '9'"
    text = f"*** Cannot Insert/Update/Query/Delete Job Type: {check.shown}, because it DOES NOT EXIST ***"
    return 10398, text


def _check_type_delete(check: ObjectCheck) -> None:
    if _users(check.known, lambda each: each.job.job_type == check.name):
        name = check.shown
        text = f"There are job(s) defined with type '{name}', job type '{name}' cannot be deleted"
        check.refuse(50223, text)


def _missing_monbro(check: ObjectCheck) -> tuple[int, str]:
    if check.verb == "delete":
        return 50220, f"Deletion of Monitor/Browser: {check.shown} was NOT successful!"
    return 50221, f"Invalid Monitor/Browser Name: {check.shown} Update NOT performed."


def _missing_instance(check: ObjectCheck) -> tuple[int, str]:
    text = f"Cannot {check.verb} External Instance: {check.shown} because it does not exist."
    return (10662 if check.verb == "delete" else 10663), text


def _taken(code: int, noun: str) -> Callable[[ObjectCheck], tuple[int, str]]:
    return lambda check: (code, f"*** CANNOT INSERT {noun}: {check.shown}, because it ALREADY EXISTS ***")


_KINDS = {
    "resource": _Kind(
        _refuse_resource_name,
        lambda check: _resource_fault(check, "it already exists"),
        lambda check: _resource_fault(check, "it does not exist"),
        _check_resource,
        _check_resource_delete,
    ),
    "xinst": _Kind(
        _refuse_instance_name,
        lambda check: (10658, f"Cannot insert External Instance: {check.shown} because it already exists."),
        _missing_instance,
        _check_instance,
        _check_instance_delete,
    ),
    "monbro": _Kind(
        _refuse_monbro_name, _taken(10287, "Monitor/Browser"), _missing_monbro, _check_monbro, _nothing
    ),
    "glob": _Kind(
        _refuse_glob_name,
        _taken(10287, "Glob"),
        lambda check: (10569, f"Global Blob: {check.shown} does not exist"),
        _check_glob,
        _nothing,
    ),
    "connectionprofile": _Kind(
        _refuse_profile_name,
        lambda check: (19053, f"Cannot insert connection profile: {check.shown} as it already exists."),
        _no_profile,
        _check_profile,
        _check_profile_delete,
    ),
    "job_type": _Kind(_refuse_type_name, _taken(10381, "Job Type"), _no_job_type, _nothing, _check_type_delete),
}  # fmt: skip


# Blobs of a job: several under one name, known by their numbers


def _check_blob(reading: Reading, verb: str, known: Known, settings: Settings) -> CheckedObject:
    name = reading.stanza.name
    if known.job(name) is None:
        text = f"job {reading.name} does not exist."
        reading.refuse(18943, text, choices=known.names_near(name), typed=name)
        return CheckedObject(reading.faults)
    there = blobs.in_order(known.objects("blob", name))
    given_type = _given(reading, "blob_type")
    same = [each for each in there if blobs.direction(each) == blobs.direction_of(given_type)]
    if verb == "delete":
        chosen = same if given_type else there
        if not chosen:
            reading.refuse(0, f"job {reading.name} has no such blob.")
        return CheckedObject(reading.faults, deleted=() if reading.is_refused else tuple(chosen))
    if verb == "update" and not same:
        reading.refuse(0, f"job {reading.name} has no such blob to update.")
        return CheckedObject(reading.faults)
    number = same[0].part if verb == "update" else str(int(there[-1].part) + 1 if there else 1)
    values = merged(same[0].attributes if verb == "update" else (), reading.given)
    _take_new_text(values, reading)
    kept = blobs.with_text(reading, _pairs(values), known)
    if kept is not None and "blob_input" not in dict(kept) and not reading.is_refused:
        reading.refuse(18936, f"Required JIL keyword blob_input or blob_file is missing for blob {reading.name}.")
    if kept is None or reading.is_refused:
        return CheckedObject(reading.faults)
    return CheckedObject(reading.faults, (NamedObject("blob", name, number, kept, settings.owner, settings.now),))
