"""Definitions as data: a row for each attribute, read back from the JIL that `autorep -q` prints (docs/data.md).

So the rows say what `jil` would read: defaults are there where JIL prints them, what is masked is not there.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from autosys_py.jil.domains import NAME
from autosys_py.jil.scanner import BLOB_BEGIN, BLOB_END, Statement, scan
from autosys_py.jil.subcommands import SUBCOMMANDS
from autosys_py.jil.values import Quoting, plain, plain_name, stored

if TYPE_CHECKING:
    from autosys_py.report.data import Row

KEYS = ("object", "name", "attribute", "value")


def definition_rows(source: Iterable[str]) -> "Iterator[Row]":
    """In the order of `KEYS`; `object` is `job`, `machine`, `override` and so on. A definition that has no attributes
    is one row without any."""
    for stanza in scan(source):
        subcommand = SUBCOMMANDS[stanza.subcommand]
        kind = subcommand.kind if subcommand.verb == "insert" else subcommand.verb
        for statement in stanza.statements:
            yield kind, stanza.name, statement.keyword, _value(statement)
        if not stanza.statements:
            yield kind, stanza.name, None, None


def _value(statement: Statement) -> str:
    typed = statement.typed
    if typed.startswith(BLOB_BEGIN) and typed.endswith(BLOB_END):
        return typed[len(BLOB_BEGIN) : -len(BLOB_END)]
    if statement.attribute is not None and statement.attribute.domain is NAME:
        return plain_name(typed)
    quoting = statement.attribute.quoting if statement.attribute is not None else Quoting.RAW
    return plain(stored(typed, quoting))
