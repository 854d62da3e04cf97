"""Blobs and globs: text that lives in the store instead of in a file (jil.md §1.6, §3.5).

A blob belongs to a job, a glob to everybody. Text that is named by a file is read when the stanza is applied, so
the file may go afterwards, and what `autorep -q` prints is complete.
"""

from collections.abc import Iterable

from autosys_py.core.model import NamedObject
from autosys_py.core.text import visible
from autosys_py.jil.known import Known
from autosys_py.jil.reading import Reading
from autosys_py.jil.scanner import BLOB_END

Pairs = tuple[tuple[str, str], ...]
_SAME = {"input": "in", "inputpayload": "in", "output": "out"}


def direction(blob: NamedObject) -> str:
    """`in` or `out`: what its blob_type means."""
    return direction_of(blob.value("blob_type"))


def direction_of(blob_type: str) -> str:
    """The same of a blob_type; empty = the default."""
    return _SAME.get(blob_type, blob_type or "in")


def in_order(blobs: Iterable[NamedObject]) -> list[NamedObject]:
    """A job's blobs by number."""
    return sorted(blobs, key=lambda blob: int(blob.part))


def with_text(reading: Reading, given: Iterable[tuple[str, str]], known: Known) -> Pairs | None:
    """The attributes with the text itself instead of the file that holds it. None, and a fault, if that fails."""
    values = dict(given)
    if "blob_input" in values and "blob_file" in values:
        text = f"Cannot define both blob_input and blob_file attributes for {reading.name}."
        reading.refuse(50266, text, reading.statement("blob_file"))
        return None
    path = values.pop("blob_file", None)
    if path is None:
        return tuple(values.items())
    try:
        text = known.file_text(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        text = f"ERROR for Job: {reading.name} < blob_file {visible(path)} cannot be read: {reason} >"
        reading.refuse(10281, text, reading.statement("blob_file"))
        return None
    if BLOB_END in text:
        text = f"ERROR for Job: {reading.name} < blob_file {visible(path)} contains {BLOB_END} >"
        reading.refuse(10281, text, reading.statement("blob_file"))
        return None
    return (*values.items(), ("blob_input", text))


def is_template(text: str) -> bool:
    """Can it be the text of a mail? (V27) It must say something, in characters that a mail may hold."""
    return bool(text.strip()) and all(character.isprintable() or character in "\t\r\n" for character in text)
