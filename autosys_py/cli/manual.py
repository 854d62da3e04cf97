"""Man pages, made of each command's own table of options: what `man autorep` shows is what `autorep` parses.

`docs/man/` holds them as they were drawn last, and the wheel installs them; a test keeps the two equal.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from autosys_py.cli.options import CREDENTIALS, STANDARD, Command, Option, title

if TYPE_CHECKING:
    import click

EXIT_CODES = (
    ("0", "done"),
    ("1", "refused, not found or failed; standard error says why"),
    ("2", "wrong usage"),
    ("75", "try again: the store is busy or cannot be reached"),
    ("130", "interrupted"),
)


def manual(command: Command, version: str) -> str:
    """The page of a command, in the language of man(7)."""
    return "\n".join(_lines(command, version)) + "\n"


def _lines(command: Command, version: str) -> Iterator[str]:
    yield f'.TH {command.name.upper()} 1 "" "AutoSys-py {version}" "AutoSys-py"'
    yield ".SH NAME"
    yield f"{command.name} \\- {_text(title(command))}"
    yield ".SH SYNOPSIS"
    yield ".nf"
    yield from (f".B {command.name} {_text(line)}" for line in command.synopsis.split("\n"))
    yield ".fi"
    yield ".SH OPTIONS"
    for option in (*command.options, *CREDENTIALS, *STANDARD, Option("--help", text="the options at length")):
        yield from (".TP", f".B {_text(_spelling(option))}", _text(option.text))
    if command.notes:
        yield ".SH NOTES"
        for note in command.notes:
            yield from (".PP", _text(note))
    yield ".SH EXIT STATUS"
    for code, meaning in EXIT_CODES:
        yield from (".TP", f".B {code}", meaning)
    yield ".SH SEE ALSO"
    yield f"The page docs/{command.name}.md of the distribution has examples."


def manual_of_verbs(group: "click.Group", version: str) -> str:
    """The page of a command that has verbs: `autosys`."""
    return "\n".join(_lines_of_verbs(group, version)) + "\n"


def _lines_of_verbs(group: "click.Group", version: str) -> Iterator[str]:
    name = group.name or ""
    yield f'.TH {name.upper()} 1 "" "AutoSys-py {version}" "AutoSys-py"'
    yield ".SH NAME"
    yield f"{name} \\- {_text(group.help or '')}"
    yield ".SH SYNOPSIS"
    yield f".B {name}"
    yield "verb [options]"
    for spelling, verb in verbs(group):
        yield f".SH {_text(spelling.upper())}"
        yield _text(verb.help or "")
        for parameter in verb.params:
            what = _text(getattr(parameter, "help", None) or "")
            yield from (".TP", f".B {_text(_spelling_of(parameter))}", what or "Needed.")
    yield ".SH EXIT STATUS"
    for code, meaning in EXIT_CODES:
        yield from (".TP", f".B {code}", meaning)
    yield ".SH SEE ALSO"
    yield "The pages of the verbs in docs/ of the distribution have examples."


def verbs(group: "click.Group", before: str = "") -> Iterator[tuple[str, "click.Command"]]:
    """Every verb with the words that lead to it: `audit verify`."""
    import click

    for name, verb in group.commands.items():
        yield f"{before}{name}", verb
        if isinstance(verb, click.Group):
            yield from verbs(verb, f"{before}{name} ")


def _spelling_of(parameter: "click.Parameter") -> str:
    spelling = ", ".join(parameter.opts) if parameter.param_type_name == "option" else ""
    return f"{spelling} {'' if getattr(parameter, 'is_flag', False) else _value_of(parameter)}".strip()


def _value_of(parameter: "click.Parameter") -> str:
    choices = getattr(parameter.type, "choices", ())
    return parameter.metavar or " | ".join(choices) or parameter.type.name.upper()


def _spelling(option: Option) -> str:
    name = option.name if option.name.startswith("-") else f"-{option.name}"
    return " ".join(filter(None, (name, option.argument, option.second)))


def _text(text: str) -> str:
    """Text that man shows as it stands: no hyphen breaks an option, no dot begins a request."""
    shown = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{shown}" if shown[:1] in (".", "'") else shown
