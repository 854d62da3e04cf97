"""A stanza's statements to checked values: everything that can be said about one attribute on its own.

What is wrong becomes a diagnostic and the value is left out; the stanza is refused anyway, and the other checks go on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from autosys_py.jil import attributes, conditions
from autosys_py.jil.attributes import Attribute
from autosys_py.jil.diagnostic import Diagnostic
from autosys_py.jil.domains import ADDRESSES, BLOB, EXPRESSION, NAME, Bad
from autosys_py.jil.scanner import BLOB_BEGIN, BLOB_END, MAX_STATEMENT, Stanza, Statement
from autosys_py.jil.values import Quoting, is_quoted, plain, plain_name, stored

CONDITIONS = ("condition", "box_success", "box_failure")
SHOWN = 200
"""Characters of a value that a message repeats."""


class Given(NamedTuple):
    """An attribute as a stanza gives it."""

    attribute: Attribute
    value: str | None
    """As stored; None = the value is to be removed."""
    statement: Statement


@dataclass(slots=True)
class Reading:
    """What a stanza says, and what is wrong with it so far."""

    stanza: Stanza
    name: str
    """The object's name, for messages."""
    given: list[Given] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """Attributes whose value was given and found wrong."""

    @property
    def is_refused(self) -> bool:
        return any(fault.is_error for fault in self.faults)

    def statement(self, name: str) -> Statement:
        """Where an attribute was given last; the stanza's head if it was not."""
        for each in reversed(self.given):
            if each.attribute.name == name:
                return each.statement
        return self.stanza.head

    def is_given(self, name: str) -> bool:
        return any(each.attribute.name == name for each in self.given)

    def refuse(
        self,
        code: int,
        text: str,
        statement: Statement | None = None,
        *,
        choices: tuple[str, ...] = (),
        typed: str = "",
        offset: int = 0,
    ) -> None:
        """An error; the text is complete."""
        place = statement or self.stanza.head
        column = (place.value_column if place.typed else place.column) + offset
        self.faults.append(Diagnostic(code, text, place.line, column, place.source, typed=typed, choices=choices))

    def warn(
        self, text: str, statement: Statement | None = None, *, typed: str = "", choices: tuple[str, ...] = ()
    ) -> None:
        """A warning; the text is complete."""
        place = statement or self.stanza.head
        where = (place.line, place.column, place.source)
        self.faults.append(Diagnostic(0, text, *where, is_error=False, typed=typed, choices=choices))


def read(stanza: Stanza, kind: str, *, updates: bool) -> Reading:
    """The values of a stanza. With `updates` a bare NULL removes a value; else it is as if absent."""
    reading = Reading(stanza, stanza.name[:SHOWN])
    reading.faults += stanza.faults
    seen: set[str] = set()
    given = reading.given
    for statement in stanza.statements:
        attribute = statement.attribute
        assert attribute is not None
        name = attribute.name
        if name in seen and not attribute.collects and kind != "machine":
            reading.warn(f"{name} of {reading.name} is given more than once, the last one counts", statement)
        seen.add(name)
        values = _values(reading, attribute, statement)
        if not values:
            reading.refused.add(name)
        for value in values:
            if value is not None or updates:
                given.append(Given(attribute, value, statement))
    return reading


def merged(before: Iterable[tuple[str, str]], given: Iterable[Given]) -> dict[str, list[str]]:
    """An object's attributes as they are after what a stanza gives: names to stored values, in order."""
    values: dict[str, list[str]] = {}
    for name, value in before:
        values.setdefault(name, []).append(value)
    changed: dict[str, list[str]] = {}
    for each in given:
        entries = changed.setdefault(each.attribute.name, [])
        if each.value is None:
            entries.clear()
        elif each.attribute.collects:
            entries.append(each.value)
        else:
            entries[:] = [each.value]
    for name, entries in changed.items():
        values.pop(name, None)
        if entries:
            values[name] = entries
    return values


def _values(reading: Reading, attribute: Attribute, statement: Statement) -> tuple[str | None, ...]:
    """The entries that a statement gives: one, or for addresses one each; (None,) for no value; () if it is refused."""
    typed = statement.typed
    if attribute.domain is BLOB and typed:
        return _blob(reading, statement)
    if len(typed) > MAX_STATEMENT:
        return ()  # the scanner has reported it
    try:
        entries = _entries(attribute, typed)
    except Bad as bad:
        text = bad.text.format(reading.name, attribute.name, plain(stored(typed, attribute.quoting))[:SHOWN])
        reading.refuse(bad.code, text, statement, choices=bad.choices, typed=typed)
        return ()
    if attribute.domain is EXPRESSION and entries[0] is not None and not _is_condition(reading, entries[0], statement):
        return ()
    return entries


def _blob(reading: Reading, statement: Statement) -> tuple[str, ...]:
    """What stands between the tags, every byte of it."""
    typed = statement.typed
    if not typed.startswith(BLOB_BEGIN):
        reading.refuse(18914, f"Invalid syntax for JIL keyword blob_input: it begins with {BLOB_BEGIN}", statement)
        return ()
    if not typed.endswith(BLOB_END):
        return ()  # the scanner has reported it
    return (typed[len(BLOB_BEGIN) : -len(BLOB_END)],)


@lru_cache(maxsize=4096)
def _entries(attribute: Attribute, typed: str) -> tuple[str | None, ...]:
    """What is stored of a typed value. Raises Bad. Remembered, because most values of an estate recur."""
    if typed in ("", '""') and attribute.name not in attributes.MAY_BE_EMPTY:
        return (None,)
    if len(typed) == 4 and typed.upper() == "NULL":
        return (None,)
    if is_quoted(typed) and typed != '""' and not typed[1:-1].strip():
        raise Bad(18920, "Value of keyword {1} contains only whitespace")
    value = plain_name(typed) if attribute.domain is NAME else stored(typed, attribute.quoting)
    of_agent = attribute.quoting is Quoting.RAW and not attribute.acts
    text = plain(stored(typed, Quoting.QUOTED) if of_agent else value)
    if len(text) > attribute.length:
        raise Bad(18961, f"Error for Job: {{0}} < {{1}} exceeds {attribute.length} bytes.>")
    normal = attribute.domain.check(text)
    if attribute.domain is ADDRESSES:
        entries = tuple(entry.strip() for entry in value.split(","))
        return (value,) if any(entry.count('"') % 2 for entry in entries) else entries
    return (value if normal is None else normal,)


def _is_condition(reading: Reading, text: str, statement: Statement) -> bool:
    """Checks V7 and V34."""
    try:
        parsed = conditions.parse(text)
    except conditions.ConditionError as error:
        offset = error.position if statement.source.find(text, statement.value_column - 1) >= 0 else 0
        reading.refuse(error.code, error.text[: 4 * SHOWN], statement, offset=offset)
        return False
    if parsed.mixed:
        shown = conditions.grouping(parsed.condition)
        reading.warn(f"condition of {reading.name} mixes AND and OR without parentheses, read as {shown}", statement)
    return True
