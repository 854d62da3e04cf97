"""Definitions to JIL, byte for byte as `autorep -q` prints them (jil.md §10).

A value is printed in the way of its quoting class, as long as the scanner would read the same value back from it. A
value for which that is not so (it holds quotes around a keyword, say) is printed in the first other way that is.
"""

import re
from collections.abc import Iterator

from autosys_py.core.model import Definition, Machine
from autosys_py.jil import attributes
from autosys_py.jil.attributes import Attribute
from autosys_py.jil.domains import NAME
from autosys_py.jil.machines import split_members
from autosys_py.jil.scanner import scan
from autosys_py.jil.subcommands import SUBCOMMANDS
from autosys_py.jil.values import Quoting, escaped_name, plain, stored

DASHES = "-" * 17
_BEGINS_ANOTHER = re.compile(r"/\*|([a-z]\w*)[ \t]*:", re.IGNORECASE | re.ASCII)
_DEFAULTS = (("permission", ""), ("date_conditions", "0"), ("alarm_if_fail", "1"))
"""Printed even if not given (jil.md §10.1, rule 4); on FW also watch_interval."""


def render_job(definition: Definition, box_name: str, indent: int) -> list[str]:
    """The lines of a job's definition, two empty ones first. `box_name` is the box's name now, empty without one;
    lines that are not empty are indented by `indent` blanks."""
    job = definition.job
    name = escaped_name(job.name)
    lines = head(name, f"insert_job: {name}   job_type: {job.job_type} ")
    lines += [statement("job", key, value) for key, value in _in_order(definition, box_name)]
    margin = " " * indent
    return [margin + line if line else line for line in lines]


def render_machine(machine: Machine) -> list[str]:
    """The lines of a machine's definition, two empty ones first (jil.md §10.3)."""
    lines = head(escaped_name(machine.name), f"insert_machine: {escaped_name(machine.name)}")
    virtual = machine.type in ("v", "p")
    return lines + list(_virtual(machine) if virtual else _real(machine))


def head(name: str, opening: str) -> list[str]:
    """What stands above the attributes of anything; two empty lines first."""
    return ["", "", f"/* {DASHES} {name} {DASHES} */ ", "", opening]


def _in_order(definition: Definition, box_name: str) -> list[tuple[str, str]]:
    """Every attribute that is printed, in the order of jil.md §10.2."""
    pairs = [each for each in definition.attributes if each[0] != "box_name"]
    given = {key for key, _ in pairs}
    if box_name:
        pairs.append(("box_name", box_name))
    pairs += [each for each in _DEFAULTS if each[0] not in given]
    if definition.job.job_type == "FW" and "watch_interval" not in given:
        pairs.append(("watch_interval", "60"))
    return sorted(pairs, key=lambda each: attributes.place(each[0]))


def statement(kind: str, name: str, value: str) -> str:
    """The line of an attribute. A value that would begin a statement or a comment of its own behind a blank was typed
    right behind the colon (jil.md §1.2), and is printed there."""
    text = printed(kind, name, value)
    begins = _BEGINS_ANOTHER.match(text)
    word = begins[1].lower() if begins and begins[1] else ""
    is_glued = begins is not None and (not word or word in SUBCOMMANDS or attributes.find(kind, word) is not None)
    return f"{name}:{text}" if is_glued else f"{name}: {text}"


def printed(kind: str, name: str, value: str) -> str:
    """A stored value as it stands behind `name: `."""
    attribute = attributes.find(kind, name)
    if attribute is None or not value:
        return value
    if attribute.domain is NAME:
        return escaped_name(value)
    quoting = attribute.quoting
    usual = f'"{value}"' if quoting is Quoting.QUOTED else value
    if quoting is Quoting.RAW or not _is_risky(value, quoting):
        return usual
    for text in (usual, value, f'"{value}"', f'"{plain(value)}"'):
        if _reads_back(kind, attribute, text, value):
            return text
    return usual


def _is_risky(value: str, quoting: Quoting) -> bool:
    """May its usual form be read as something else?"""
    if '"' in value:
        return True
    if quoting is Quoting.QUOTED:
        return False
    return "/*" in value or ":" in value or value[0] in " \t" or value[-1] in " \t" or value.upper() == "NULL"


def _reads_back(kind: str, attribute: Attribute, text: str, value: str) -> bool:
    stanzas = list(scan([f"insert_{kind}: x", f"{attribute.name}: {text}"]))
    if len(stanzas) != 1 or stanzas[0].faults or len(stanzas[0].statements) != 1:
        return False
    typed = stanzas[0].statements[0].typed
    return typed.upper() != "NULL" and stored(typed, attribute.quoting) == value


# Machines


_REAL_FIRST = ("max_load", "factor", "port", "node_name", "agent_name")
_REAL_LAST = ("encryption_type", "character_code", "opsys", "heartbeat_attempts", "heartbeat_freq", "description")
_ALWAYS = {
    "a": ("factor", "port", "node_name", "agent_name", "encryption_type", "character_code"),
    "n": ("max_load", "factor"),
    "r": ("max_load", "factor"),
}


def _real(machine: Machine) -> Iterator[str]:
    values = dict(machine.attributes)
    always = _ALWAYS.get(machine.type, ())
    yield f"type: {machine.type}"
    for name in (*_REAL_FIRST, "key_to_agent", *_REAL_LAST):
        if name == "key_to_agent":
            if values.get(name):
                yield "/* key_to_agent: *** masked value ***/"
        elif name in values or name in always:
            yield f"{name}: {_machine_value(machine, name, values.get(name, ''))}"


def _machine_value(machine: Machine, name: str, value: str) -> str:
    if name == "factor":
        return f"{float(value or machine.factor):.2f}"
    if not value:
        attribute = attributes.MACHINE[name]
        value = escaped_name(machine.name) if name == "node_name" else attribute.default
    return printed("machine", name, value)


def _virtual(machine: Machine) -> Iterator[str]:
    """Type, method and own load first, then each member with its own load, as given."""
    own, members = split_members(machine.attributes)
    yield f"type: {machine.type}"
    for name in ("machine_method", "max_load", "factor"):
        if name in own:
            yield f"{name}: {_machine_value(machine, name, own[name])}"
    for member, load in members:
        yield f"machine: {escaped_name(member)}"
        for name in ("max_load", "factor"):
            if name in load:
                yield f"{name}: {_machine_value(machine, name, load[name])}"
    if "description" in own:
        yield f"description: {_machine_value(machine, 'description', own['description'])}"
