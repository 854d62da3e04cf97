"""What may reach a terminal: text that cannot move the cursor, colour the screen or reorder a line.

Names, values and reasons are typed by users and come back in reports and messages. Every character that a
terminal would act on instead of showing it is written as an escape, so a column stays a column and a line
stays a line. Backslashes are left alone: `C:\\x` is shown as it is.
"""

_BIDI = (0x061C, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_INVISIBLE = (0x00AD, 0x115F, 0x1160, 0x180E, 0x200B, 0x200C, 0x200D, 0x2060, 0x3164, 0xFEFF, 0xFFA0)

_ESCAPES: dict[int, str] = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
_ESCAPES |= {ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}
_ESCAPES |= {code: f"\\u{code:04x}" for code in (*_BIDI, *_INVISIBLE)}


def visible(text: str) -> str:
    """`text` with control characters, bidirectional marks, invisible characters and lone surrogates escaped.

    A byte that was not UTF-8 (a surrogate escape) is shown as that byte, `\\xff`.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = text.translate(_ESCAPES)
    if shown.isprintable():
        return shown
    return "".join(map(_escaped, shown))


def _escaped(character: str) -> str:
    """What is still not printable after the table: surrogates, private and unassigned codes, rare separators."""
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def width(text: str) -> int:
    """Columns that visible text takes on a terminal: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    import unicodedata

    columns = 0
    for character in text:
        if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
            continue
        columns += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return columns


def pad(text: str, columns: int) -> str:
    """Visible text filled with blanks to a number of columns; a longer one is not cut."""
    if text.isascii():
        return text.ljust(columns)
    return text if (missing := columns - width(text)) <= 0 else text + " " * missing


def cut(text: str, columns: int) -> str:
    """Visible text cut to at most a number of columns."""
    if text.isascii():
        return text[:columns]
    while width(text) > columns:
        text = text[:-1]
    return text
