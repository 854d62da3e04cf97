"""Text to `core.condition.Condition` (jil.md §5), with the messages of jil.md V7.

lark reads the grammar of condition.lark and calls `_Builder` as it reduces. Reductions of an LALR parser happen in
postfix order: an atom when its last token is read, a chain when its right term is complete. So the builder only
appends to a flat program, no tree is ever built, and depth costs nothing.

Every chain reports the operators it was made of. A chain that holds both was typed without parentheses where the
order matters, which is what the warning V34 is about; what stands in parentheses counts as one term.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from autosys_py.core.condition import AND, LONG_NAMES, OR, UNLIMITED, Atom, Condition, Kind, as_integer
from autosys_py.jil.domains import is_job_name
from autosys_py.jil.values import escaped_name, is_quoted, plain_name

if TYPE_CHECKING:
    from lark import Lark, Token
    from lark.exceptions import UnexpectedInput

PREFIX = "CONDITION ERROR: "


class ConditionError(Exception):
    """The text is no condition. `text` is the whole message behind its code; `position` counts from 0."""

    def __init__(self, code: int, text: str, position: int = 0) -> None:
        super().__init__(code, text, position)
        self.code = code
        self.text = PREFIX + text
        self.position = position


class Parsed(NamedTuple):
    """A condition and whether it mixes AND and OR without parentheses."""

    condition: Condition
    mixed: bool


@lru_cache(maxsize=2048)
def parse(text: str) -> Parsed:
    """The condition that `text` spells. Raises ConditionError."""
    chain = _simple_chain(text)
    if chain is not None:
        return chain
    return _parsed(text[1:-1] if _is_in_quotes(text) else text)


def _is_in_quotes(text: str) -> bool:
    """The whole expression, that is; no atom begins with a quote."""
    return is_quoted(text) and "(" in text


def renamed(text: str, old: str, new: str) -> str:
    """A condition with every mention of a job of this instance replaced; all else stays as typed. Raises
    ConditionError."""
    if _is_in_quotes(text):
        return f'"{renamed(text[1:-1], old, new)}"'
    _parsed(text)
    builder = _parser()[1]
    for token in reversed(builder.jobs):
        if plain_name(str(token)) == old:
            name = f'"{new}"' if token[0] == '"' else escaped_name(new)
            text = text[: token.start_pos] + name + text[token.end_pos :]
    return text


def _parsed(text: str) -> Parsed:
    """What the grammar makes of a text."""
    from lark.exceptions import UnexpectedInput

    parser, builder = _parser()
    builder.begin(text)
    try:
        parser.parse(text)
    except UnexpectedInput as error:
        raise _diagnosis(text, error) from None
    return Parsed(Condition(tuple(builder.atoms), tuple(builder.program)), builder.mixed)


_SIMPLE_ATOM = r"(success|failure|done|terminated|notrunning|[sfdtnSFDTN])\(([A-Za-z0-9._\-#@]{1,64})\)"
_SIMPLE_CHAIN = re.compile(rf"{_SIMPLE_ATOM}(?: ?& ?{_SIMPLE_ATOM})*")
_SIMPLE_ATOMS = re.compile(_SIMPLE_ATOM)


def _simple_chain(text: str) -> Parsed | None:
    """`s(A) & s(B)`: what most conditions are, without the parser and without importing it; None for anything else."""
    if _SIMPLE_CHAIN.fullmatch(text) is None:
        return None
    atoms = tuple(Atom(_KINDS[match[1].lower()], match[2], text=match[0]) for match in _SIMPLE_ATOMS.finditer(text))
    program = [0]
    for number in range(1, len(atoms)):
        program += (number, AND)
    return Parsed(Condition(atoms, tuple(program)), False)


@lru_cache(maxsize=1)
def _parser() -> "tuple[Lark, _Builder]":
    """Built when the first condition comes: importing lark costs more than most inputs."""
    from pathlib import Path

    from lark import Lark

    builder = _Builder()
    grammar = Path(__file__).with_name("condition.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", transformer=builder), builder


def grouping(condition: Condition) -> str:
    """The condition with the parentheses that the left-to-right reading implies."""
    stack: list[tuple[str, int]] = []
    for code in condition.program:
        if code >= 0:
            stack.append((condition.atoms[code].text, code))
            continue
        right, right_code = stack.pop()
        left, left_code = stack.pop()
        if left_code < 0 and left_code != code:
            left = f"({left})"
        if right_code < 0:
            right = f"({right})"
        stack.append((f"{left} {'&' if code == AND else '|'} {right}", code))
    return stack[0][0]


_KINDS = {kind.value: kind for kind in Kind} | {long: kind for kind, long in LONG_NAMES.items()}
_MIXED = 0
"""What a chain of both operators reports; an atom or a group reports None."""


class _Builder:
    """Called by lark for each rule; the methods are named after the rules."""

    def begin(self, text: str) -> None:
        self.text = text
        self.atoms: list[Atom] = []
        self.jobs: list[Token] = []
        """The names of jobs of this instance, where they stand."""
        self.program: list[int] = []
        self.mixed = False

    def start(self, _: Any) -> None:
        return None

    def single(self, _: Any) -> None:
        return None

    def group(self, _: Any) -> None:
        return None

    def chain(self, parts: list[Any]) -> int:
        before, operator, _ = parts
        code = AND if operator.lower() in ("&", "and") else OR
        self.program.append(code)
        if before in (None, code):
            return code
        self.mixed = True
        return _MIXED

    def job(self, parts: list[Any]) -> tuple[str, str]:
        name, instance = parts
        if instance is None:
            self.jobs.append(name)
        return _job_name(name), "" if instance is None else _instance(instance)

    def status(self, parts: list[Any]) -> None:
        function, (name, instance), lookback, last = parts
        self._add(function, last, name, instance, _lookback(lookback))

    def comparison(self, parts: list[Any]) -> None:
        function, (name, instance), lookback, _, comparison, operand = parts
        number = as_integer(_unquoted(operand))
        if number is None:
            text = self.text[function.start_pos : operand.end_pos]
            raise ConditionError(10275, f"Illegal Comparison Expression: {text}.", function.start_pos or 0)
        self._add(function, operand, name, instance, _lookback(lookback), comparison, number)

    def global_value(self, parts: list[Any]) -> None:
        function, name, _, comparison, operand = parts
        self._add(function, operand, _global_name(name), "", None, comparison, _unquoted(operand))

    def _add(
        self,
        function: "Token",
        last: "Token",
        name: str,
        instance: str,
        lookback: int | None,
        comparison: str = "",
        operand: int | str = 0,
    ) -> None:
        text = self.text[function.start_pos : last.end_pos]
        self.program.append(len(self.atoms))
        kind = _KINDS[function.lower()]
        self.atoms.append(Atom(kind, name, instance, lookback, str(comparison), operand, text))


def _unquoted(operand: "Token") -> str:
    return str(operand[1:-1] if operand[0] == '"' else operand)


def _job_name(token: "Token") -> str:
    name = plain_name(str(token))
    position = token.start_pos or 0
    if not name.strip():
        raise ConditionError(10053, "Missing job or global variable name.", position)
    if len(name) > 64:
        raise ConditionError(10024, f"Invalid job name <{name}> exceeds 64 characters", position)
    if not is_job_name(name):
        raise ConditionError(10025, f"Invalid job name: illegal use of characters <{name}>", position)
    return name


def _global_name(token: "Token") -> str:
    name = plain_name(str(token))
    position = token.start_pos or 0
    if not name.strip():
        raise ConditionError(10053, "Missing job or global variable name.", position)
    if len(name) > 64:
        raise ConditionError(10042, f"Invalid global variable name <{name}> exceeds 64 characters", position)
    return name


_INSTANCE = re.compile(r"[A-Z0-9]{3}")


def _instance(token: "Token") -> str:
    if len(token) > 3:
        raise ConditionError(10019, f"Invalid external instance {token}: exceeds 3 characters.", token.start_pos or 0)
    if _INSTANCE.fullmatch(token) is None:
        raise ConditionError(
            10020, f"Invalid external instance {token}: illegal use of characters.", token.start_pos or 0
        )
    return str(token)


_LOOKBACK = re.compile(r"([0-9]+)(?:(?:\.|\\?:)([0-9]*))?")


def _lookback(token: "Token | None") -> int | None:
    """Minutes of `hhhh.mm`, `hhhh` or 0 (rule C-20); None if there is none."""
    if token is None:
        return None
    text = token.strip('"').strip()

    def bad(code: int, reason: str) -> ConditionError:
        return ConditionError(code, f"Invalid lookback expression {text}: {reason}", token.start_pos or 0)

    match = _LOOKBACK.fullmatch(text)
    if match is None:
        raise bad(10027, "must have a non-decimal numeric value")
    if len(text.replace("\\", "")) > 7:
        raise bad(10026, "exceeds 7 characters")
    hours, minutes = int(match[1]), match[2]
    if minutes is None:
        if hours > 9999:
            raise bad(10056, "value exceeds allowable maximum of 9999 hours.")
        return UNLIMITED if hours == 9999 else hours * 60
    if hours > 9998:
        raise bad(10033, "hours not within range (1-9998)")
    if len(minutes) != 2 or int(minutes) > 59:
        raise bad(10034, "minutes not within range (0-59)")
    return hours * 60 + int(minutes)


# What is wrong with a text that the grammar does not know


def _diagnosis(text: str, error: "UnexpectedInput") -> ConditionError:
    """The message of V7 for the place where the parser gave up."""
    if not text.strip():
        return ConditionError(10274, "Empty expression detected.")
    if text.count('"') % 2:
        return ConditionError(10570, f"Unbalanced double-quotes in logical expression {text}", text.rfind('"'))
    if text.rstrip().endswith("\\"):
        return ConditionError(
            10571, f"Invalid backslash at the end of logical expression {text}", len(text.rstrip()) - 1
        )
    unbalanced = _unbalanced(text)
    if unbalanced is not None:
        return ConditionError(10018, "Unbalanced parentheses in logical expression.", unbalanced)
    at = _position(text, error)
    rest = text[at:].lstrip()
    wanted = _wanted(error)
    if "STATUS" in wanted:
        return _bad_term(text, at, rest)
    if "OPERATOR" in wanted:
        return _bad_operator(text, at, rest)
    if "OPERAND" in wanted and (not rest or rest[0] in "&|)"):
        return ConditionError(10273, "Missing operand.", at)
    if "OPERAND" in wanted or "CMP" in wanted:
        return _bad_comparison(text, at, rest)
    return _bad_argument(text, at, rest, wanted)


def _wanted(error: Any) -> set[str]:
    """The terminals that could have come."""
    wanted: set[str] = getattr(error, "allowed", None) or getattr(error, "expected", None) or set()
    return wanted


def _position(text: str, error: Any) -> int:
    token = getattr(error, "token", None)
    at = error.pos_in_stream if token is None or token.type != "$END" else None
    return len(text) if at is None or at < 0 else int(at)


def _unbalanced(text: str) -> int | None:
    """Position of a parenthesis without a partner, those in quotes left out."""
    opened: list[int] = []
    for match in re.finditer(r'"[^"]*"|[()]', text):
        if match[0] == "(":
            opened.append(match.start())
        elif match[0] == ")":
            if not opened:
                return match.start()
            opened.pop()
    return opened[-1] if opened else None


_WORD = re.compile(r'"[^"]*"|[^\s()&|,"]+')


def _first_word(text: str) -> str:
    match = _WORD.match(text)
    return match[0] if match else text[:1]


def _is_operator(rest: str) -> bool:
    return rest[:1] in ("&", "|") or _first_word(rest).lower() in ("and", "or")


def _bad_term(text: str, at: int, rest: str) -> ConditionError:
    before = text[:at].rstrip()
    if rest.startswith(")") and before.endswith("("):
        return ConditionError(10274, "Empty expression detected.", at)
    if not rest or rest[0] in "),&|" or _is_operator(rest):
        return ConditionError(10036, "Logical operator must have 2 operands", at)
    return ConditionError(10037, f"Illegal Key Word: {_first_word(rest)}.", at)


def _bad_operator(text: str, at: int, rest: str) -> ConditionError:
    word = _first_word(rest)
    if rest[:1] in ("=", "!", "<", ">"):
        return _bad_comparison(text, at, rest)
    if rest[:1] in ("(", ",") or (word.lower() in _KINDS and rest[len(word) :].lstrip().startswith("(")):
        return ConditionError(10036, "Logical operator must have 2 operands", at)
    return ConditionError(10037, f"Illegal Key Word: {word}.", at)


def _bad_argument(text: str, at: int, rest: str, wanted: set[str]) -> ConditionError:
    if "LOOKBACK" in wanted:
        return ConditionError(10027, "Invalid lookback expression: must have a non-decimal numeric value", at)
    if "INSTANCE" in wanted:
        return ConditionError(10020, "Invalid external instance: illegal use of characters.", at)
    if "NAME" in wanted and rest[:1] in (")", ",", ""):
        return ConditionError(10053, "Missing job or global variable name.", at)
    if rest.startswith("^"):
        return ConditionError(10579, "Cross-Instance global variable dependency invalid.", at)
    argument = text[text.rfind("(", 0, at) + 1 :].partition(")")[0]
    return ConditionError(10025, f"Invalid job name: illegal use of characters <{argument.strip()}>", at)


def _bad_comparison(text: str, at: int, rest: str) -> ConditionError:
    """Shows the atom that ends at a position, and what follows it."""
    name = _CALL.search(text[:at])
    shown = f"{name[0] if name else ''}{rest.partition(')')[0].strip()}"
    return ConditionError(10275, f"Illegal Comparison Expression: {shown}.", at)


_CALL = re.compile(r"[A-Za-z]+\s*\([^()]*\)[\s=<>!]*\Z")
