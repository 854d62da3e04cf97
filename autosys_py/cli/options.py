"""The option parser of every command: one table per command, one set of rules (cli.md §1.1), one usage text (§1.2).

How to write a command:

    COMMAND = Command(
        name="autostatus",
        title="Status",
        synopsis="-J job_name | -G global_name\\n[-S autoserv]",
        options=(Option("J", "job_name", "job whose status is printed"), Option("q", text="a flag: no argument name")),
        act=status,
    )

    def status(given: Given) -> int:  # returns the exit code
        if "J" not in given:
            raise wrong_usage()  # error line and usage text, exit code 2
        with open_instance(given.get("S")) as instance:
            ...

    def main() -> int:
        return run(COMMAND)  # autosys_py.cli.run; small commands end with leave(run(COMMAND))

A test calls `run(COMMAND, ["-J", "LOAD"])`, which returns the exit code.

`-?`, `-x`, `--help`, `--version` and the credentials (`-usr -pw -pwx -saml`, accepted and ignored) come by themselves.
No click here: importing it would cost more than everything else a small command does. `cli/help.py` makes a
click command of the same table for `--help`; `cli/completion.py` tells shells what may be typed.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, overload

from autosys_py.cli.messages import Refused, message


class Option(NamedTuple):
    """A row of the table."""

    name: str
    """A letter, `J`, or a word with its dashes, `-usr`, `--format`."""
    argument: str = ""
    """What its value is called; empty = a flag."""
    text: str = ""
    """One line of explanation."""
    numeric: bool = False
    """Its value may be a negative number in the next argument: `-r -1`."""
    accepts: Callable[[str], bool] | None = None
    """The value is optional: taken only if this holds for it."""
    yields: bool = False
    """An optional value that a waiting option gets first and that is never glued: `autorep -s`."""
    second: str = ""
    """What a second value is called: a free value, given under the name of the option and a 2: `autotimezone -a`."""


class Command(NamedTuple):
    """A command: its table and what it does."""

    name: str
    title: str
    """The X of `AutoSys-py X Utility`."""
    synopsis: str
    """The line behind `USAGE: name`, further lines continue it."""
    options: tuple[Option, ...]
    act: "Callable[[Given], int]"
    """Does it; returns the exit code."""
    notes: tuple[str, ...] = ()
    usage_error: int = 40003
    """Code of the line that a wrong command line prints."""
    folds: bool = True
    """A letter in one case only is accepted in both."""
    usage_gap: bool = True
    """An empty line stands between the error line and the usage text."""
    error_gap: bool = False
    """An empty line stands before the error line."""
    short_usage: str = ""
    """Printed for a wrong command line instead of error line and usage text."""
    usage_exit: int | None = None
    """Exit code of a wrong command line; None = that of the error."""
    usage_end: str = ""
    """A line below the usage text of a wrong command line."""
    version: "Callable[[], str] | None" = None
    """What `-x` prints, if it is not title and version."""


CREDENTIALS = (
    Option("-usr", "user", "accepted and ignored: security is that of the system"),
    Option("-pw", "password", "accepted and ignored, needs -usr"),
    Option("-pwx", "password", "accepted and ignored, needs -usr"),
    Option("-saml", "artifact", "accepted and ignored"),
)
STANDARD = (
    Option("x", text="prints the version"),
    Option("?", text="prints this text"),
)


class Given:
    """The options of one command line."""

    def __init__(self) -> None:
        self._values: dict[str, str | None] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def __getitem__(self, name: str) -> str:
        value = self._values[name]
        assert value is not None
        return value

    @overload
    def get(self, name: str) -> str | None: ...

    @overload
    def get(self, name: str, default: str) -> str: ...

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of an option, the default if it is missing or has none."""
        value = self._values.get(name)
        return default if value is None else value

    def put(self, name: str, value: str | None) -> None:
        self._values[name] = value

    def any(self, names: Iterable[str]) -> bool:
        """True if at least one of these options was given."""
        return any(name in self._values for name in names)


class WrongUsage(Refused):
    """The command line is wrong: `run` prints the lines and the usage text and exits with 2."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines, exit_code=2)


class Asked(Exception):
    """The line asks for information about the command instead of for its work; it wins over everything else."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        """`?` usage text, `x` version, `--help`, `--version`."""


def wrong_usage(code: int | None = None, *arguments: object) -> WrongUsage:
    """What to raise for a wrong command line; without a code its line is the command's own (40003)."""
    return WrongUsage(message(code, *arguments)) if code is not None else WrongUsage()


def parse(command: Command, arguments: Sequence[str]) -> Given:
    """The options of a command line. Raises WrongUsage, or Asked for `-?`, `-x`, `--help`, `--version`."""
    return _Parser(command).parse(arguments)


def awaited(command: Command, arguments: Sequence[str]) -> tuple[Option | None, Given]:
    """The option whose value would come next, None if none waits for one, and what is given so far. Raises nothing: it
    is asked while somebody types."""
    parser = _Parser(command)
    parser.read(arguments)
    return (parser.waiting[-1] if parser.waiting else parser.optional), parser.given


class _Parser:
    def __init__(self, command: Command) -> None:
        self.options = {each.name: each for each in (*CREDENTIALS, *STANDARD, *command.options)}
        self.folds = command.folds
        self.given = Given()
        self.waiting: list[Option] = []
        self.optional: Option | None = None
        """The option at the end of the line that may take a value."""
        self.arguments: list[str] = []
        self.error: WrongUsage | None = None
        self.asked: str | None = None

    def parse(self, arguments: Sequence[str]) -> Given:
        self.read(arguments)
        self._finish()
        return self.given

    def read(self, arguments: Sequence[str]) -> None:
        self.arguments = list(reversed(arguments))
        while self.arguments:
            argument = self.arguments.pop()
            if not _is_group(argument):
                self._free_value(argument)
            elif argument.startswith("--") or argument in self.options:
                self._word(argument)
            else:
                self._letters(argument[1:])

    def _finish(self) -> None:
        if self.asked is not None:
            raise Asked(self.asked)
        if self.error is None and self.waiting:
            self.error = wrong_usage(50130, self.waiting[0].name.removeprefix("-").removesuffix("2"))
        if self.error is None and self.given.any(("-pw", "-pwx")) and "-usr" not in self.given:
            self.error = wrong_usage()
        if self.error is not None:
            raise self.error

    def _free_value(self, value: str) -> None:
        """Goes to the option that began to wait last (rule 5)."""
        if self.waiting:
            self._give(self.waiting.pop(), value)
        else:
            self._fail()

    def _word(self, argument: str) -> None:
        """A word recognised whole (rule 2); `--name=value` is glued."""
        name, equals, glued = argument.partition("=")
        option = self.options.get(name)
        if name in ("--help", "--version") and not equals:
            self._ask(name)
        elif option is None or (equals and not option.argument):
            self._fail()
        elif not option.argument:
            self.given.put(name, None)
        elif equals:
            self.given.put(name, glued)
        else:
            self._next_value(option)

    def _letters(self, group: str) -> None:
        """Flags add up; the first letter with a value ends the group (rule 3)."""
        for position, letter in enumerate(group):
            option = self._option(letter)
            rest = group[position + 1 :]
            if option is None:
                self._fail()
                return
            if option in STANDARD:
                self._ask(option.name)
            elif option.accepts is not None:
                if self._optional_value(option, rest):
                    return
            elif not option.argument:
                self.given.put(option.name, None)
            elif rest:
                self._give(option, rest)
                return
            else:
                self._next_value(option)

    def _option(self, letter: str) -> Option | None:
        """The row of a letter, in the other case if the command has only that (rule 7). `-x` is never folded."""
        option = self.options.get(letter)
        if option is None and self.folds and letter.isascii() and letter.swapcase() != "x":
            option = self.options.get(letter.swapcase())
        return option

    def _next_value(self, option: Option) -> None:
        """The next argument unless it is an option group; else the option waits (rules 4, 5)."""
        following = self.arguments[-1] if self.arguments else None
        if following is None or (following.startswith("-") and not (option.numeric and _is_negative(following))):
            self.waiting.append(option)
        else:
            self._give(option, self.arguments.pop())

    def _give(self, option: Option, value: str) -> None:
        """Puts the value; an option with a second one begins to wait for it."""
        self.given.put(option.name, value)
        if option.second:
            self.waiting.append(Option(f"{option.name}2", option.second))

    def _optional_value(self, option: Option, rest: str) -> bool:
        """Takes the optional value if there is one (rule 6); True if the group ends with it."""
        assert option.accepts is not None
        self.given.put(option.name, None)
        if rest:
            if option.yields or not option.accepts(rest):
                return False
            self.given.put(option.name, rest)
            return True
        if option.yields and self.waiting:
            return False
        if not self.arguments:
            self.optional = option
        elif option.accepts(self.arguments[-1]):
            self.given.put(option.name, self.arguments.pop())
        return False

    def _ask(self, what: str) -> None:
        self.asked = self.asked or what

    def _fail(self) -> None:
        self.error = self.error or wrong_usage()


def _is_group(argument: str) -> bool:
    return len(argument) > 1 and argument[0] == "-"


def _is_negative(argument: str) -> bool:
    return is_number(argument[1:]) and argument[0] == "-"


def is_number(text: str) -> bool:
    """True for ASCII digits only, at most 18 of them."""
    return text.isascii() and text.isdigit() and len(text) <= 18


# The usage text


def title(command: Command) -> str:
    return f"AutoSys-py {command.title} Utility"


def usage(command: Command) -> str:
    """The usage text with its leading and closing empty lines (cli.md §1.2)."""
    lead = f"USAGE: {command.name} "
    synopsis = command.synopsis.split("\n")
    lines = ["", title(command), "", lead + synopsis[0]]
    lines += [" " * len(lead) + line for line in synopsis[1:]]
    lines.append("")
    label = "WHERE:"
    for option in (*command.options, *CREDENTIALS, *STANDARD):
        name = option.name if option.name.startswith("--") else option.name.removeprefix("-")
        given = f"{name:<5} {option.argument} {option.second}"
        lines.append(f"{label:<6} {given.rstrip():<27} {option.text}".rstrip())
        label = ""
    lines.append("")
    for number, note in enumerate(command.notes, start=1):
        lines.append(f"{'NOTE:' if number == 1 else '':<6} {number}. {note}")
    if command.notes:
        lines.append("")
    return "\n".join(lines) + "\n"
