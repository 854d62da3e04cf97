"""Lines to stanzas: the lexical rules of jil.md §1, by hand and in one pass.

The scanner looks at a line at a time and keeps four things between lines: the stanza that is open, the statement
that is open in it, whether that statement's value ended inside quotes, and whether a comment or a blob is open.
Whatever is wrong becomes a `Diagnostic` of the stanza it was found in; nothing raises.

Two rules make it more than splitting at colons.

*Where a value ends.* `_walk` steps from one quote, comment opener or colon to the next. Outside quotes a colon whose
word is a keyword of the open stanza, or a subcommand, ends the value; every other colon is data.

*What a quote is.* Each `"` switches quoting, with a backslash before it too; only if that leaves a quote open at the
end of the line the value is walked again with `\\"` inside quotes taken as text. So a line is walked at most twice
per value, and because the second walk starts with the other parity, at most twice in all: time stays linear.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from autosys_py.jil import attributes, subcommands
from autosys_py.jil.attributes import Attribute
from autosys_py.jil.diagnostic import Diagnostic
from autosys_py.jil.subcommands import FOREIGN, SUBCOMMANDS
from autosys_py.jil.values import BLANKS, plain_name

MAX_STATEMENT = 4096
BLOB_BEGIN, BLOB_END = "<auto_blobt>", "</auto_blobt>"
_CANCEL = re.compile(r"[ \t]+delete\Z", re.IGNORECASE)
MAX_FAULTS = 1000
"""Faults kept of one stanza; a file of garbage must not fill the memory."""


class Statement(NamedTuple):
    """`keyword: value`, or the subcommand and name that open a stanza."""

    keyword: str
    """Spelt as in the tables."""
    typed: str
    """The value: trimmed, comments and continuation joined by one blank; a blob with its tags, as it stands."""
    line: int
    column: int
    """Of the keyword, from 1."""
    value_column: int
    """Of the value's first character."""
    source: str
    """The line it begins on."""
    attribute: Attribute | None = None
    """Its row of the table; None for a subcommand."""


@dataclass(slots=True)
class Stanza:
    """A subcommand and what belongs to it."""

    subcommand: str
    """Empty if it is none of ours, or if text stood before the first one; then there is only the fault to report."""
    head: Statement
    statements: list[Statement] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The object's name, quotes and escapes resolved."""
        return plain_name(_CANCEL.sub("", self.head.typed) if self.subcommand == "override_job" else self.head.typed)

    @property
    def cancels(self) -> bool:
        """`override_job: J delete`."""
        return self.subcommand == "override_job" and _CANCEL.search(self.head.typed) is not None


def scan(lines: Iterable[str]) -> Iterator[Stanza]:
    """The stanzas of JIL text. `lines` are split at LF alone and may end in CR.

    A stanza is yielded when the next begins, so text that is being typed is processed as it comes.
    """
    scanner = _Scanner()
    take = scanner.take
    for line in lines:
        take(line)
        if scanner.done:
            yield from scanner.completed()
        if scanner.ended:
            break
    scanner.finish()
    yield from scanner.completed()


def lines_of(data: bytes) -> list[str]:
    """The lines of a file's bytes. Bytes that are not UTF-8 become surrogate escapes."""
    return data.decode("utf-8", "surrogateescape").split("\n")


_FIRST_WORD = re.compile(r"([A-Za-z][A-Za-z0-9_]*+)[ \t]*+:")
_PLAIN_LINE = re.compile(
    r"""[ \t]*+ ([A-Za-z][A-Za-z0-9_]*+) [ \t]*+ : [ \t]*+
    ( (?: [^":/ \t\r]++ | "[^"]*+" | /(?!\*) | [ \t\r]++(?!/\*|\Z) )* ) [ \t]*+ \r?\Z""",
    re.VERBOSE,
)
"""A statement alone on its line, every quote closed, no colon or comment outside quotes: nearly every line.
What this does not match goes the long way. The group itself is not possessive: Python up to 3.11.4 matches possessive
groups wrongly. Giving up a part of it never helps the rest to match, so nothing but memory is lost by that."""
SHORT = 8192
"""Characters of the longest line that may go the short way: twice what a value may have."""
_HEAD_LINE = re.compile(
    r"""[ \t]*+ (insert_job) [ \t]*+ : [ \t]*+ ([A-Za-z0-9._\#@\-]++)
    [ \t]++ (job_type) [ \t]*+ : [ \t]*+ ([A-Za-z0-9]++) [ \t]*+ \r?\Z""",
    re.VERBOSE,
)
"""How an export opens nearly every stanza."""
_EXIT = re.compile(r"exit[ \t]*\Z", re.IGNORECASE)
_BLANK_RUN = re.compile(r"[ \t]*")
_MARKS = re.compile(r'"|/\*|:')
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_LONGEST_KEYWORD = 64


class _Extent(NamedTuple):
    """How far a value reaches on a line."""

    pieces: list[str]
    """Its parts, cut where comments stood."""
    next_at: int
    """Where the next statement begins; -1 if there is none on the line."""
    quoted: bool
    """The line ended inside quotes."""
    comment_at: int
    """Where a comment begins that the line does not end; -1 if there is none."""


class _Scanner:
    def __init__(self) -> None:
        self.ended = False
        self.done: list[Stanza] = []
        """Stanzas that ended and were not yet taken."""
        self._number = 0
        self._line = ""
        self._stanza: Stanza | None = None
        self._kind = ""
        """What the open stanza is about; empty while its text is skipped or none is open."""
        self._table: dict[str, Attribute] = {}
        """The keywords of that kind, less those that only `attributes.find` knows."""
        self._homeless = False
        """Text before the first subcommand was reported (V2)."""
        # The open statement
        self._keyword = ""
        self._attribute: Attribute | None = None
        self._continues = False
        self._pieces: list[str] = []
        self._quoted = False
        self._begun = (0, 0, 0, "")
        # The open comment or blob
        self._in_comment = False
        self._comment_on_fresh_line = False
        self._in_blob = False
        self._opened = (0, 0, "")

    def completed(self) -> list[Stanza]:
        """Stanzas that ended since the last call."""
        done, self.done = self.done, []
        return done

    # One line

    def take(self, line: str) -> None:
        self._number += 1
        if self._number == 1:
            line = line.removeprefix("\ufeff")
        self._line = line
        if self._in_blob:
            self._blob_line(line, 0)
            return
        if not line or line == "\r":
            return
        if not self._in_comment:
            if self._quoted or not self._plain_line(line):
                self._fresh(line.removesuffix("\r"), 0)
            return
        text = line.removesuffix("\r")
        end = _comment_end(text, 0)
        if end >= 0:
            self._in_comment = False
            if self._comment_on_fresh_line:
                self._fresh(text, end)
            else:
                self._pieces.append(" ")
                self._statements(text, self._value(text, end))

    def _plain_line(self, line: str) -> bool:
        """Takes a line of the common form; False if it is of another. Changes nothing but speed."""
        match = _PLAIN_LINE.match(line) if len(line) <= SHORT else None
        if match is None:
            return self._head_line(line)
        word, value = match.groups()
        attribute = self._table.get(word) or self._table.get(word.lower())
        if attribute is None or attribute.name == "blob_input":
            return False
        self._close()
        self._keyword = attribute.name
        self._attribute = attribute
        self._continues = attribute.domain.continues
        self._begun = (self._number, match.start(1) + 1, match.start(2) + 1, line)
        self._pieces = [value]
        return True

    def _head_line(self, line: str) -> bool:
        """The same for the line that opens a stanza."""
        match = _HEAD_LINE.match(line)
        if match is None:
            return False
        text = line.removesuffix("\r")
        self._close()
        self._open_stanza("insert_job", "job")
        self._begun = (self._number, match.start(1) + 1, match.start(2) + 1, text)
        self._pieces = [match[2]]
        self._close()
        self._keyword = "job_type"
        self._attribute = self._table["job_type"]
        self._continues = self._attribute.domain.continues
        self._begun = (self._number, match.start(3) + 1, match.start(4) + 1, text)
        self._pieces = [match[4]]
        return True

    def _fresh(self, text: str, at: int) -> None:
        """A line from its beginning, or from the end of the comments that it begins with."""
        while True:
            at = _skip_blanks(text, at)
            if self._quoted or not text.startswith("/*", at):
                break
            end = _comment_end(text, at + 2)
            if end < 0:
                self._open_comment(at, on_fresh_line=True)
                return
            at = end
        if at == len(text):
            return
        if _EXIT.match(text, at):
            self.ended = True
            return
        match = _FIRST_WORD.match(text, at)
        if self._quoted:
            if match is None or not self._is_keyword(match[1].lower()):
                self._continue(text, at)
                return
        elif text[at] == "#":
            return
        if match is not None:
            self._statements(text, at)
        elif text[at] == ":":
            self._fault(50256, "Invalid attribute value for <{0}>: Missing attribute name or unquoted colon", at)
        else:
            self._continue(text, at)

    def _continue(self, text: str, at: int) -> None:
        """A line that begins no statement (jil.md §1.4)."""
        if self._stanza is None:
            self._report_homeless(at)
        elif not self._keyword:
            return
        elif self._quoted or self._continues or not any(self._pieces):
            if self._pieces:
                self._join()
            if self._keyword == "blob_input" and text.startswith(BLOB_BEGIN, at):
                self._open_blob(at)
            else:
                self._statements(text, self._value(text, at))
        elif self._kind:
            self._fault(50254, "Unexpected line for <{0}>: " + text[at:].strip(BLANKS)[:200], at)

    def _join(self) -> None:
        """One blank between a value and its continuation; a backslash that ends a line of a command goes."""
        if self._keyword == "command" and not self._quoted:
            last = self._pieces[-1]
            if last.endswith("\\"):
                self._pieces[-1] = last[:-1].rstrip(BLANKS)
        if any(self._pieces):
            self._pieces.append(" ")

    # Statements

    def _is_keyword(self, word: str) -> bool:
        return word in SUBCOMMANDS or (self._kind != "" and attributes.find(self._kind, word) is not None)

    def _statements(self, text: str, at: int) -> None:
        """All statements of a line from position `at` on; -1 = none."""
        while at >= 0:
            match = _FIRST_WORD.match(text, at)
            assert match is not None
            value_at = _skip_blanks(text, match.end())
            self._begin(match[1], at)
            self._begun = (self._number, at + 1, value_at + 1, text)
            self._pieces = []
            if match[1].lower() == "blob_input" and text.startswith(BLOB_BEGIN, value_at):
                self._open_blob(value_at)
                return
            at = self._value(text, value_at)

    def _begin(self, word: str, at: int) -> None:
        """A statement begins with this word: the one before is complete."""
        self._close()
        folded = word.lower()
        subcommand = SUBCOMMANDS.get(folded)
        if subcommand is not None:
            self._open_stanza(folded, subcommand.kind)
        elif self._kind:
            attribute = attributes.find(self._kind, folded)
            if attribute is not None:
                self._keyword = attribute.name
                self._attribute = attribute
                self._continues = attribute.domain.continues
            elif subcommands.looks_like_subcommand(folded):
                self._refuse_subcommand(word, at)
            else:
                self._refuse_attribute(word, at)
        elif subcommands.looks_like_subcommand(folded) and attributes.find("job", folded) is None:
            self._refuse_subcommand(word, at)
        elif self._stanza is None:
            self._report_homeless(at)

    def _value(self, text: str, at: int) -> int:
        """Takes the value from here to the next statement or the end of the line.

        Returns where the next statement begins, -1 if there is none on the line.
        """
        if not self._quoted and _MARKS.search(text, at) is None:
            self._pieces.append(text[at:].rstrip(BLANKS))
            return -1
        extent = self._walk(text, at, escapes=False)
        if extent.quoted:
            second = self._walk(text, at, escapes=True)
            if not second.quoted:
                extent = second
        self._pieces += extent.pieces
        if extent.comment_at >= 0:
            self._open_comment(extent.comment_at, on_fresh_line=False)
        else:
            self._pieces[-1] = self._pieces[-1].rstrip(BLANKS)
        self._quoted = extent.quoted and self._keyword != ""
        return extent.next_at

    def _walk(self, text: str, at: int, *, escapes: bool) -> _Extent:
        """From `at` to where the value ends. With `escapes`, `\\"` inside quotes is text."""
        quoted = self._quoted
        pieces: list[str] = []
        start = floor = at
        while True:
            match = _MARKS.search(text, at)
            if match is None:
                pieces.append(text[start:])
                return _Extent(pieces, -1, quoted, -1)
            mark, at = match[0], match.end()
            if mark == '"':
                if not (escapes and quoted and at > 1 and text[at - 2] == "\\"):
                    quoted = not quoted
            elif quoted:
                continue
            elif mark == ":":
                word_at = self._keyword_before(text, at - 1, floor)
                if word_at >= 0:
                    pieces.append(text[start:word_at])
                    return _Extent(pieces, word_at, False, -1)
            elif at < 3 or text[at - 3] in BLANKS:
                pieces += (text[start : at - 2], " ")
                comment_at = at - 2
                at = _comment_end(text, at)
                if at < 0:
                    return _Extent(pieces, -1, False, comment_at)
                start = at

    def _keyword_before(self, text: str, colon: int, floor: int) -> int:
        """Where the keyword begins that this colon ends; -1 if the colon is data."""
        if text[colon - 1] == "\\":
            return -1
        end = colon
        while end > floor and text[end - 1] in BLANKS:
            end -= 1
        begin = end
        lowest = max(floor, end - _LONGEST_KEYWORD)
        while begin > lowest and (text[begin - 1].isalnum() or text[begin - 1] == "_"):
            begin -= 1
        if begin == end or text[begin - 1] not in BLANKS or not self._is_keyword(text[begin:end].lower()):
            return -1
        return begin

    def _close(self) -> None:
        """The open statement is complete."""
        keyword = self._keyword
        quoted = self._quoted
        self._keyword = ""
        self._quoted = self._continues = False
        if not keyword or self._stanza is None:
            return
        pieces = self._pieces
        typed = pieces[0] if len(pieces) == 1 else "".join(pieces)
        if keyword != "blob_input":
            typed = typed.strip(BLANKS)
        # as Statement(...) would, in half the time: there is one for every line
        statement = tuple.__new__(Statement, (keyword, typed, *self._begun, self._attribute))
        if not self._stanza.statements and self._stanza.head.keyword == "":
            self._stanza.head = statement
        else:
            self._stanza.statements.append(statement)
        if keyword == "blob_input":
            return
        if quoted:
            text = f"Invalid attribute value for <{keyword}>: Unexpected end of character string: {typed[:200]}"
            self._fault_at(50442, text, statement)
        if len(typed) > MAX_STATEMENT:
            text = f"Error for Job: {{0}} < {keyword} exceeds {MAX_STATEMENT} bytes.>"
            self._fault_at(18961, text, statement)
        if not typed.isprintable() and _CONTROLS.search(typed):
            self._fault_at(18956, f"Value of keyword {keyword} contains Unprintable characters.", statement)

    # Stanzas

    def _open_stanza(self, subcommand: str, kind: str) -> None:
        self._end_stanza()
        self._stanza = Stanza(subcommand, Statement("", "", 0, 0, 0, ""))
        self._kind = kind
        self._table = attributes.OTHER[kind]
        self._keyword = subcommand
        self._attribute = None

    def _end_stanza(self) -> None:
        if self._stanza is not None:
            self.done.append(self._stanza)
        self._stanza = None
        self._kind = ""
        self._table = {}

    def _refuse_subcommand(self, word: str, at: int) -> None:
        """V1: reported alone; what follows is skipped up to the next subcommand."""
        self._end_stanza()
        name = self._line[self._line.find(":", at) + 1 :].strip(BLANKS + "\r")[:200]
        self._stanza = Stanza("", Statement(word, name, self._number, at + 1, at + 1, self._line))
        text = f"Invalid attribute name for <{name}>: {word}"
        hint = FOREIGN.get(word.lower(), "")
        self._stanza.faults.append(self._diagnostic(50216, text, at, word, tuple(SUBCOMMANDS), hint))

    def _refuse_attribute(self, word: str, at: int) -> None:
        """V22."""
        hint = "job_type" if self._kind == "job" and word.lower() == "type" else ""
        self._fault(50216, f"Invalid attribute name for <{{0}}>: {word}", at, word, hint)

    def _report_homeless(self, at: int) -> None:
        """V2, once."""
        if self._homeless:
            return
        self._homeless = True
        text = "Attributes cannot be accepted without a valid JIL subcommand."
        source = self._line.removesuffix("\r")
        stanza = Stanza("", Statement("", "", self._number, at + 1, at + 1, source))
        stanza.faults.append(self._diagnostic(50443, text, at, choices=tuple(SUBCOMMANDS)))
        self.done.append(stanza)

    # Comments and blobs

    def _open_comment(self, at: int, *, on_fresh_line: bool) -> None:
        self._in_comment = True
        self._comment_on_fresh_line = on_fresh_line
        self._opened = (self._number, at + 1, self._line)

    def _open_blob(self, at: int) -> None:
        self._in_blob = True
        self._opened = (self._number, at + 1, self._line)
        self._pieces = [BLOB_BEGIN]
        self._blob_line(self._line, at + len(BLOB_BEGIN))

    def _blob_line(self, line: str, at: int) -> None:
        """Every byte up to the end tag is literal, line ends included."""
        end = line.find(BLOB_END, at)
        if end < 0:
            self._pieces += (line[at:], "\n")
            return
        self._pieces += (line[at:end], BLOB_END)
        self._in_blob = False
        self._close()
        self._fresh(line.removesuffix("\r"), end + len(BLOB_END))

    # The end, and faults

    def finish(self) -> None:
        """The input is over."""
        if self._in_comment or self._in_blob:
            what = "comment" if self._in_comment else "blob_input"
            line, column, source = self._opened
            text = f"Invalid attribute value for <{what}>: Unexpected end of character string: {source.strip()[:200]}"
            fault = Diagnostic(50442, text, line, column, source)
            self._close()
            if self._stanza is None:
                self._stanza = Stanza("", Statement("", "", line, column, column, source))
            self._stanza.faults.append(fault)
        self._close()
        self._end_stanza()

    def _fault(self, code: int, text: str, at: int, typed: str = "", hint: str = "") -> None:
        if self._stanza is None:
            self._report_homeless(at)
        elif self._kind and len(self._stanza.faults) < MAX_FAULTS:
            choices = attributes.names(self._kind) if typed else ()
            named = text.replace("{0}", self._stanza_name())
            self._stanza.faults.append(self._diagnostic(code, named, at, typed, choices, hint))

    def _fault_at(self, code: int, text: str, statement: Statement) -> None:
        if self._stanza is not None and len(self._stanza.faults) < MAX_FAULTS:
            named = text.replace("{0}", self._stanza_name())
            place = (statement.line, statement.value_column, statement.source)
            self._stanza.faults.append(Diagnostic(code, named, *place))

    def _stanza_name(self) -> str:
        assert self._stanza is not None
        if self._stanza.head.keyword:
            return self._stanza.name[:200]
        return plain_name("".join(self._pieces).strip(BLANKS))[:200]  # still open

    def _diagnostic(
        self, code: int, text: str, at: int, typed: str = "", choices: tuple[str, ...] = (), hint: str = ""
    ) -> Diagnostic:
        source = self._line.removesuffix("\r")
        return Diagnostic(code, text, self._number, at + 1, source, typed=typed, choices=choices, hint=hint)


def _skip_blanks(text: str, at: int) -> int:
    match = _BLANK_RUN.match(text, at)
    return match.end() if match else at


def _comment_end(text: str, at: int) -> int:
    """Behind the `*/` that closes a comment: one before a blank or the line's end; -1 if there is none."""
    while True:
        at = text.find("*/", at)
        if at < 0:
            return -1
        at += 2
        if at == len(text) or text[at] in BLANKS:
            return at
