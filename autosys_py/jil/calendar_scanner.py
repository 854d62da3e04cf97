"""Files of calendars: lines to records, by the lexical rules of jil.md §1 (formats: §6.1).

A record is opened by `calendar:`, `extended_calendar:`, `ext_calendar:` or `cycle:` and holds statements and, in a
standard calendar, rows: lines that begin no statement and hold a date. Three things live from line to line: the open
record, the statement whose value may go on, and whether a quote or a comment is open.

Each line is first *masked*: what stands in comments becomes NUL, which no line may hold otherwise, so columns stay
what they were, and the places of the quotes are noted. Then its statements are looked for outside the quotes.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from autosys_py.jil.diagnostic import Diagnostic
from autosys_py.jil.values import BLANKS, plain_name

KINDS: Final = {
    "calendar": "calendar",
    "extended_calendar": "extended_calendar",
    "ext_calendar": "extended_calendar",
    "cycle": "cycle",
}
"""The words that open a record, and the kinds of object they are about."""
KEYWORDS: Final = {
    "": (),
    "calendar": ("description",),
    "extended_calendar": (
        "description", "workday", "non_workday", "holiday", "holcal", "cyccal", "adjust", "condition",
    ),
    "cycle": ("description", "start_date", "end_date"),
}  # fmt: skip
"""What belongs to each kind, in the order of an export; nothing where no record is open."""
CONTINUES: Final = frozenset({"description", "workday", "condition"})
"""A line that begins no statement goes on with their value."""
MAX_STATEMENT: Final = 4096
MAX_FAULTS: Final = 1000
"""Faults kept of one record; a file of garbage must not fill the memory."""


class Entry(NamedTuple):
    """A statement `keyword: value`, or with an empty keyword a row of a standard calendar."""

    keyword: str
    typed: str
    """The value, trimmed, quotes and all."""
    line: int
    column: int
    """Of the value's first character, from 1."""
    source: str

    def fault(self, code: int, text: str, place: int = 0, **more: object) -> Diagnostic:
        """What is wrong with it, `place` characters into the value if that stands on one line."""
        at = place if self.source[self.column - 1 :].startswith(self.typed) else 0
        return Diagnostic(code, text, self.line, self.column + at, self.source, **more)  # type: ignore[arg-type]


@dataclass(slots=True)
class Record:
    """A calendar or cycle as it was typed."""

    kind: str
    """`calendar`, `extended_calendar`, `cycle`; empty if it is none of these: then there is only the fault."""
    head: Entry
    entries: list[Entry] = field(default_factory=list)
    rows: list[Entry] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)

    @property
    def name(self) -> str:
        return plain_name(self.head.typed)

    def blame(self, fault: Diagnostic) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(fault)


def scan(lines: Iterable[str]) -> Iterator[Record]:
    """The records of a file. `lines` are split at LF alone and may end in CR."""
    scanner = _Scanner()
    for number, line in enumerate(lines, start=1):
        if not scanner.take(line.removeprefix("\ufeff") if number == 1 else line, number):
            break
    scanner.finish()
    yield from scanner.records


_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_MARKS = re.compile(r'"|(?:(?<=[ \t])|^)/\*')
_COMMENT_END = re.compile(r"\*/(?=[ \t]|$)")
_FIRST_WORD = re.compile(r"[ \t\0]*(?P<word>[A-Za-z][A-Za-z0-9_]*+)[ \t]*:")
_EXIT = re.compile(r"[ \t]*exit[ \t]*", re.IGNORECASE)
_MASKED = re.compile(r"[ \t]*\0[ \t\0]*")
_KNOWN: Final = {
    kind: re.compile(rf"(?:(?<=[ \t\0])|^)(?P<word>{'|'.join((*words, *KINDS))})[ \t]*:", re.IGNORECASE)
    for kind, words in KEYWORDS.items()
}


class _Masked(NamedTuple):
    text: str
    quotes: list[int]
    """Where quoting is switched."""
    quoted: bool
    """A quote is open at the end."""
    commented: bool
    """A comment is."""

    def is_outside(self, place: int, quoted_before: bool) -> bool:
        return (bisect_left(self.quotes, place) % 2 == 0) != quoted_before


def _masked(line: str, start: int, quoted: bool) -> _Masked:
    """Comments of a line made NUL, from `start` on. A backslash shields a quote only where that closes what is open."""
    masked = _mask(line, start, quoted, shielded=False)
    if masked.quoted and '\\"' in line:
        other = _mask(line, start, quoted, shielded=True)
        if not other.quoted:
            return other
    return masked


def _mask(line: str, start: int, quoted: bool, *, shielded: bool) -> _Masked:
    pieces = ["\0" * start]
    quotes: list[int] = []
    place = start
    while (mark := _MARKS.search(line, place)) is not None:
        pieces.append(line[place : mark.end()])
        place = mark.end()
        if mark[0] == '"':
            if not (shielded and quoted and line[mark.start() - 1 : mark.start()] == "\\"):
                quotes.append(mark.start())
                quoted = not quoted
        elif not quoted:
            pieces[-1] = pieces[-1][:-2]
            end = _COMMENT_END.search(line, place)
            place = end.end() if end else len(line)
            pieces.append("\0" * (place - mark.start()))
            if end is None:
                return _Masked("".join(pieces), quotes, quoted, True)
    pieces.append(line[place:])
    return _Masked("".join(pieces), quotes, quoted, False)


class _Scanner:
    def __init__(self) -> None:
        self.records: list[Record] = []
        self._record: Record | None = None
        self._keyword = ""
        """Of the statement whose value may go on; empty if there is none."""
        self._pieces: list[str] = []
        self._size = 0
        self._begun = (0, 0, "")
        self._quoted = False
        self._commented = False
        self._homeless = False
        """Text before the first record was reported."""

    def take(self, line: str, number: int) -> bool:
        """Reads a line; False if it ends the input."""
        line = line.removesuffix("\r")
        start = 0
        if self._commented:
            end = _COMMENT_END.search(line)
            if end is None:
                return True
            start = end.end()
            self._commented = False
        elif self._quoted:
            self._break_quote(line)
        if not self._quoted and not start:
            if line.lstrip(BLANKS).startswith("#"):
                return True
            if _EXIT.fullmatch(line):
                return False
        clean = _CONTROLS.sub("?", line)
        masked = _masked(clean, start, self._quoted)
        self._commented = masked.commented
        self._statements(masked, line, number)
        if clean != line and self._record is not None:
            column = next(_CONTROLS.finditer(line)).start() + 1
            text = f"Value of keyword {self._keyword or 'date'} contains Unprintable characters."
            self._record.blame(Diagnostic(18956, text, number, column, line))
        return True

    def _break_quote(self, line: str) -> None:
        """A known keyword at the start of a line ends the value before it, even one whose quote is open."""
        first = _FIRST_WORD.match(line)
        if first and self._record and first["word"].lower() in (*KEYWORDS[self._record.kind], *KINDS):
            self._end_statement()

    def _statements(self, masked: _Masked, line: str, number: int) -> None:
        """Cuts a line where statements begin; what stands before the first one belongs to what is open."""
        first = _FIRST_WORD.match(masked.text) if not self._quoted else None
        found = [
            match
            for match in _KNOWN[self._kind_of(first)].finditer(masked.text)
            if masked.is_outside(match.start(), self._quoted)
        ]
        if first and not (found and found[0].start("word") == first.start("word")):
            found.insert(0, first)
        self._open_text(masked.text[: found[0].start()] if found else masked.text, line, number)
        if found:
            self._quoted = False
        for match, following in zip(found, (*found[1:], None), strict=False):
            value = masked.text[match.end() : following.start() if following else len(line)]
            lead = len(value) - len(value.lstrip(BLANKS + "\0"))
            self._begin(match["word"], value, (number, match.start("word") + 1, line), match.end() + lead + 1)
        self._quoted = masked.quoted and self._keyword != ""

    def _kind_of(self, first: re.Match[str] | None) -> str:
        """The kind of record whose keywords count on a line: that which its first word opens, else the open one."""
        if first and first["word"].lower() in KINDS:
            return KINDS[first["word"].lower()]
        return self._record.kind if self._record is not None else ""

    def _open_text(self, text: str, line: str, number: int) -> None:
        """Text before the first statement of a line: more of the open value, a row, or a stray line."""
        trimmed = _MASKED.sub(" ", text).strip(BLANKS)
        if not trimmed:
            return
        column = len(text) - len(text.lstrip(BLANKS + "\0")) + 1
        record = self._record
        if record is None:
            self._blame_homeless(number, column, line)
        elif self._quoted or (record.kind != "calendar" and self._goes_on()):
            self._size += len(trimmed) + 1
            if self._size <= MAX_STATEMENT + 1:
                self._pieces.append(trimmed)
        elif record.kind == "calendar":
            self._end_statement()
            record.rows.append(Entry("", trimmed, number, column, line))
        elif record.kind:
            text = f"Unexpected line for <{record.name}>: {trimmed}"
            record.blame(Diagnostic(50254, text, number, column, line))

    def _goes_on(self) -> bool:
        return self._keyword in CONTINUES or (self._keyword != "" and not any(self._pieces))

    def _blame_homeless(self, number: int, column: int, line: str) -> None:
        """Text without a record is one fault, however much of it there is."""
        if not self._homeless:
            record = Record("", Entry("", "", number, column, line))
            record.blame(_unknown_type(number, column, line))
            self.records.append(record)
            self._homeless = True

    def _begin(self, word: str, value: str, place: tuple[int, int, str], value_column: int) -> None:
        """Opens a statement whose keyword stands at `place`: line, column, source."""
        self._end_statement()
        keyword, record = word.lower(), self._record
        if keyword in KINDS:
            self._end_record()
        elif keyword.endswith(("calendar", "cycle")):
            self._end_record()
            self._record = Record("", Entry(keyword, "", *place))
            self._record.blame(_unknown_type(*place, word))
            return
        elif record is None:
            self._blame_homeless(*place)
            return
        elif keyword not in KEYWORDS[record.kind]:
            if record.kind:
                text = f"Invalid attribute name for <{record.name}>: {word}"
                record.blame(Diagnostic(50216, text, *place, typed=word, choices=(*KEYWORDS[record.kind], *KINDS)))
            return
        self._keyword = keyword
        self._pieces = [_MASKED.sub(" ", value).strip(BLANKS)]
        self._size = len(self._pieces[0])
        self._begun = (place[0], value_column, place[2])
        if keyword in KINDS:
            self._record = Record(KINDS[keyword], self._entry())

    def _entry(self) -> Entry:
        return Entry(self._keyword, " ".join(piece for piece in self._pieces if piece), *self._begun)

    def _end_statement(self) -> None:
        keyword, record = self._keyword, self._record
        if not keyword or record is None:
            return
        entry = self._entry()
        if self._quoted:
            text = f"Invalid attribute value for <{keyword}>: Unexpected end of character string: {entry.typed}"
            record.blame(entry.fault(50442, text, max(entry.typed.rfind('"'), 0)))
        if self._size > MAX_STATEMENT:
            record.blame(entry.fault(0, f"{keyword} of {record.name} exceeds {MAX_STATEMENT} characters"))
        if keyword in KINDS:
            record.head = entry
        else:
            record.entries.append(entry)
        self._keyword = ""
        self._quoted = False

    def _end_record(self) -> None:
        if self._record is not None:
            self.records.append(self._record)
            self._record = None

    def finish(self) -> None:
        self._end_statement()
        if self._commented and self._record is not None:
            text = "Invalid attribute value for <comment>: Unexpected end of character string: /*"
            self._record.blame(Diagnostic(50442, text))
        self._end_record()


def _unknown_type(number: int, column: int, line: str, word: str = "") -> Diagnostic:
    return Diagnostic(
        50307, "Unknown type of calendar being imported", number, column, line, typed=word, choices=tuple(KINDS)
    )
