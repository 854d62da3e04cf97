"""The three forms of a value (jil.md §1.3).

*Typed* is what stands behind the colon, trimmed, continuation lines joined by one blank. *Stored* is typed less one
outer pair of quotes; where the printed form is bare, a colon that stood in quotes is escaped, so that it stays data.
*Plain* is what is compared and run: `\\:` and `\\,` outside quotes are a colon and a comma.
"""

from enum import StrEnum

BLANKS = " \t"


class Quoting(StrEnum):
    """How `autorep -q` prints a value (the column q of jil.md §3)."""

    QUOTED = "q"
    BARE = "b"
    RAW = "r"
    NEVER = "-"


def is_quoted(typed: str) -> bool:
    """Does it begin and end with a quote of its own?"""
    return len(typed) > 1 and typed[0] == '"' and typed[-1] == '"'


def stored(typed: str, quoting: Quoting) -> str:
    """The stored form of a typed value."""
    if quoting is Quoting.RAW or not is_quoted(typed):
        return typed
    inner = typed[1:-1]
    return _escape_colons(inner) if quoting is Quoting.BARE and ":" in inner else inner


def plain(text: str) -> str:
    """The plain form of a stored (or typed) value."""
    if "\\" not in text:
        return text
    if '"' not in text:
        return _unescape(text)
    parts = text.split('"')
    parts[::2] = map(_unescape, parts[::2])
    return '"'.join(parts)


def plain_name(typed: str) -> str:
    """The plain form of a typed name."""
    return typed[1:-1] if is_quoted(typed) else plain(typed)


def escaped_name(name: str) -> str:
    """A name as it is printed: its colons escaped."""
    return name.replace(":", "\\:") if ":" in name else name


def _unescape(text: str) -> str:
    return text.replace("\\:", ":").replace("\\,", ",")


def _escape_colons(text: str) -> str:
    """Colons outside the remaining quotes get a backslash unless they have one."""
    parts = text.split('"')
    parts[::2] = (part.replace("\\:", ":").replace(":", "\\:") for part in parts[::2])
    return '"'.join(parts)
