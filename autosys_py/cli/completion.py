"""Completion in bash, zsh and fish: what may stand at the cursor (docs/completion.md).

The scripts and how shells are answered are click's. What the words so far mean is asked of the command's own parser, so
letters in groups, in the other case, and values that come late are understood as the command will understand them.

Somebody is typing: nothing here fails, says anything or changes anything. A store that is not there is not made; where
something is wrong there is nothing to propose.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr, suppress
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
from click.shell_completion import CompletionItem, ShellComplete, get_completion_class

from autosys_py.cli.messages import Refused
from autosys_py.cli.options import Command, Option, awaited
from autosys_py.core.codes import CHANGEABLE, OPERATOR_EVENTS, Alarm, Status
from autosys_py.core.text import visible

if TYPE_CHECKING:
    from autosys_py.cli.instance import Instance
    from autosys_py.event_server.protocol import EventServer

SHELLS = ("bash", "zsh", "fish")
MANY = 1000
"""Jobs that are proposed at most: nobody reads more."""


class Asking(NamedTuple):
    """What a source of proposals is asked with."""

    beginning: str
    """What is typed of the word."""
    instance: "Instance"
    store: "EventServer"


Source = Callable[[Asking], Iterable[str]]


def complete(command: Command, instruction: str) -> int:
    """Answers a shell: `bash_source` asks for its script, `bash_complete` for proposals."""
    shell, _, question = instruction.partition("_")
    if shell not in SHELLS or question not in ("source", "complete"):
        return 1
    completer = _completer(shell, command.name)
    if question == "source":
        click.echo(completer.source(), nl=False)
        return 0
    words, word = completer.get_completion_args()
    for item in proposals(command, words, word):
        click.echo(completer.format_completion(item))
    return 0


def scripts(shell: str) -> int:
    """Prints what makes a shell complete every command: `autosys completion bash`."""
    from importlib.metadata import entry_points

    names = (entry.name for entry in entry_points(group="console_scripts") if entry.value.startswith("autosys_py.cli."))
    for name in sorted(set(names)):
        click.echo(_completer(shell, name).source())
    return 0


def _completer(shell: str, name: str) -> ShellComplete:
    found = get_completion_class(shell)
    assert found is not None
    return found(click.Command(name), {}, name, f"_{name.upper()}_COMPLETE")


def proposals(command: Command, words: list[str], word: str) -> list["CompletionItem[str]"]:
    """What `word` may become behind `words`: values of the option that waits for one, else options."""
    lead = ""
    if "=" in (word, *words[-1:]):  # bash takes --format=csv for three words, and NAME=value
        words, word = (words, "") if word == "=" else (words[:-1], word)
        if not (words and words[-1].startswith("--")):
            return []
    elif word.startswith("--") and "=" in word:
        name, _, word = word.partition("=")
        words, lead = [*words, name], f"{name}="
    option, given = awaited(command, words)
    if option is None or (word.startswith("-") and not lead):
        return [] if lead else [*_options(command, word)]
    return [
        CompletionItem(f"{lead}{item.value}", item.type) for item in _values(command.name, option, word, given.get("S"))
    ]


def _options(command: Command, word: str) -> Iterator["CompletionItem[str]"]:
    questions = (Option("?", text="prints the usage text"), Option("x", text="prints the version"))
    for option in (*command.options, *questions, Option("--help"), Option("--version")):
        spelling = option.name if option.name.startswith("-") else f"-{option.name}"
        if spelling.startswith(word):
            yield CompletionItem(spelling, help=option.text or None)


def _values(command: str, option: Option, word: str, autoserv: str | None) -> Iterator["CompletionItem[str]"]:
    what = option.argument
    if what in FILES:
        yield CompletionItem(word, type=FILES[what])
    fixed = WORDS.get((command, what), WORDS.get(("", what), ()))
    yield from map(CompletionItem, (each for each in fixed if each.lower().startswith(word.lower())))
    source = SOURCES.get((command, option.name), SOURCES.get(("", what)))
    if source is not None:
        yield from map(CompletionItem, from_store(source, word, autoserv))


def from_store(source: Source, word: str, autoserv: str | None = None) -> list[str]:
    """What a source proposes for a word; nothing of what is wrong with the store or the configuration."""
    from autosys_py.cli.instance import open_instance
    from autosys_py.event_server.errors import StoreError
    from autosys_py.event_server.open import open_present

    with suppress(Refused, StoreError, OSError), redirect_stderr(StringIO()), open_instance(autoserv) as instance:
        store = open_present(instance.url)
        try:
            found = {name for name in source(Asking(word, instance, store)) if name.startswith(word)}
            return sorted(name for name in found if _is_one_word(name))
        finally:
            store.close()
    return []


def _is_one_word(name: str) -> bool:
    """A name that a shell takes as it stands, without quotes."""
    return bool(name) and visible(name) == name and not set(name) & set(" \t'\"\\$`*?[](){}<>|&;!")


# Sources


def jobs(asking: Asking) -> Iterable[str]:
    return asking.store.names(asking.beginning, MANY)


def _groups(asking: Asking) -> Iterable[str]:
    return (head.group for head in asking.store.heads())


def _applications(asking: Asking) -> Iterable[str]:
    return (head.application for head in asking.store.heads())


def _machines(asking: Asking) -> Iterable[str]:
    return ("localhost", *(machine.name for machine in asking.store.machines()))


def _globals(asking: Asking) -> Iterable[str]:
    return (row.name for row in asking.store.globals())


def _settable_globals(asking: Asking) -> Iterable[str]:
    return (f"{name}=" for name in _globals(asking))


def _instances(asking: Asking) -> Iterable[str]:
    """Those of this folder, and those whose store the configuration names."""
    folder: Path = asking.instance.folder
    files = (name.name for name in folder.iterdir())
    known = (name for name, _ in asking.instance.configuration.event_servers)
    found = (name.removeprefix("config.").removesuffix(".db") for name in files)
    return (name for name in (*found, *known) if len(name) == 3 and name.isalnum() and name.isupper())


def _zones(asking: Asking) -> Iterable[str]:
    from zoneinfo import available_timezones

    return (*available_timezones(), *_objects("timezone")(asking))


def _objects(*kinds: str) -> Source:
    return lambda asking: (thing.name for kind in kinds for thing in asking.store.objects(kind))


SOURCES: dict[tuple[str, str], Source] = {
    ("", "job_name"): jobs,
    ("", "group_name"): _groups,
    ("", "application_name"): _applications,
    ("", "machine"): _machines,
    ("", "machine_name"): _machines,
    ("", "global_name"): _globals,
    ("", "name=value"): _settable_globals,
    ("", "autoserv"): _instances,
    ("", "resource"): _objects("resource"),
    ("", "resource_name"): _objects("resource"),
    ("", "job_type"): _objects("job_type"),
    ("", "profile"): _objects("connectionprofile"),
    ("", "glob"): _objects("glob"),
    ("", "instance"): _objects("xinst"),
    ("", "zone"): _zones,
    ("autocal_asc", "s"): _objects("calendar"),
    ("autocal_asc", "e"): _objects("extended_calendar"),
    ("autocal_asc", "c"): _objects("cycle"),
    ("autotimezone", "d"): _objects("timezone"),
    ("autotimezone", "q"): _objects("timezone"),
    ("monbro", "N"): _objects("monbro"),
}
"""By what an option's value is called, or by command and option."""

WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "event"): tuple(sorted(code.name for code in OPERATOR_EVENTS)),
    ("", "alarm"): tuple(sorted(alarm.name for alarm in Alarm)),
    ("", "status"): tuple(status.name for status in Status),
    ("sendevent", "status"): tuple(sorted(status.name for status in CHANGEABLE)),
    ("", "reply"): ("COMPLETED", "ERROR", "RESTART"),
    ("", "ALL|FAILOVER|ROLE="): ("ALL", "FAILOVER", "ROLE=P"),
    ("", "auto | always | never"): ("auto", "always", "never"),
    ("", "json | csv"): ("json", "csv"),
    ("", "validation"): ("none", "job", "batch", "session", "syntax"),
    ("", "mask"): ("1", "10", "11", "100", "101", "110", "111"),
    ("", "level"): ("0", "1", "2"),
    ("autorep", "type"): ("generic", "emailtemplate"),
    ("autosyslog", "type"): ("A", "O", "E", "S", "P", "L"),
}
"""Values that are the same everywhere, by command, if it matters, and what the value is called."""

FILES = {
    "file": "file",
    "filename": "file",
    "crontab": "file",
    "include": "file",
    "directory": "dir",
    "folder": "dir",
}
"""What the shell itself completes."""

FREE = frozenset(
    """levels run value number step text priority seconds format from to date lines pattern try data_set user types
    days batch_size delimiter source prefix tries argument alias city s|e|c""".split()
) | {"signal[,signal]", "priority | date", "date time"}
"""Values that only who types them knows."""
