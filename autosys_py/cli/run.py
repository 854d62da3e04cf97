"""How every command runs: exit codes, streams, and no traceback for what a user can cause (extensions.md §1)."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli.messages import Refused, complain, message
from autosys_py.cli.options import Asked, Command, WrongUsage, parse, title, usage

if TYPE_CHECKING:
    from autosys_py.event_server.errors import StoreError

INTERRUPTED = 130


def run(command: Command, arguments: Sequence[str] | None = None) -> int:
    """Parses the line, does the work, returns the exit code. `arguments` is `sys.argv[1:]` unless given."""
    given = sys.argv[1:] if arguments is None else arguments
    return guarded(lambda: _perform(command, given))


def leave(code: int) -> NoReturn:
    """Ends the process now. Taking a few hundred modules apart would cost a fifth of what a whole sendevent costs.

    Only for a command whose work is committed and closed: nothing registered to run at exit will run.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError, ValueError):
            stream.flush()
    os._exit(code)


def guarded(work: Callable[[], int]) -> int:
    """Runs `work` and turns everything that may end it into lines and an exit code.

    `Refused` prints its lines; an error of the store one line and its own exit code; an interrupt ends with 130; a
    closed pipe (`| head -1`) ends silently with 0; a full disk under `>` gives one line.
    """
    try:
        try:
            _open_what_is_closed()
            _never_fail_to_encode()
            code = work()
            sys.stdout.flush()
            return code
        except Refused as refused:
            complain(*refused.lines)
            return refused.exit_code
    except BrokenPipeError:
        discard_output()
        return 0
    except KeyboardInterrupt:
        discard_output()
        return INTERRUPTED
    except OSError as error:
        discard_output()
        complain(_system_line(error))
        return 1
    except Exception as error:
        return _store_failure(error)


def _perform(command: Command, arguments: Sequence[str]) -> int:
    completing = os.environ.get(f"_{command.name.upper()}_COMPLETE")
    if completing is not None:
        from autosys_py.cli.completion import complete

        return complete(command, completing)
    try:
        return command.act(parse(command, arguments))
    except WrongUsage as wrong:
        complain(*_wrong_usage_lines(command, wrong))
        return wrong.exit_code if command.usage_exit is None else command.usage_exit
    except Asked as asked:
        return _answer(command, asked.what)


def _wrong_usage_lines(command: Command, wrong: WrongUsage) -> list[str]:
    """Error line and usage text, as the command has them (cli.md §1.2)."""
    if command.short_usage:
        return [command.short_usage]
    text = usage(command).removesuffix("\n")
    lines = wrong.lines or (message(command.usage_error),)
    lead = [""] if command.error_gap else []
    end = [command.usage_end] if command.usage_end else []
    return [*lead, *lines, text if command.usage_gap else text.removeprefix("\n"), *end]


def _answer(command: Command, what: str) -> int:
    if what == "--help":
        from autosys_py.cli.help import click_command

        click_command(command).main(["--help"], prog_name=command.name, standalone_mode=False)
        return 0
    if what == "?":
        text = usage(command)
    elif command.version is not None:
        text = f"{command.version()}\n"
    else:
        from autosys_py import __version__

        text = f"{title(command)} {__version__}\n"
    sys.stdout.write(text)
    return 0


def _open_what_is_closed() -> None:
    """A stream that the caller closed (`>&-`) leads to /dev/null: what nobody reads stops nothing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open as long as we live


def _never_fail_to_encode() -> None:
    """A character that the locale's encoding lacks is escaped instead of ending the report."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Points standard output at /dev/null, so that what is still buffered cannot fail again at exit."""
    try:
        descriptor = sys.stdout.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, descriptor)
        os.close(null)
    except (OSError, AttributeError, ValueError):  # closed, None, or not a file at all
        return


def _system_line(error: OSError) -> str:
    reason = error.strerror or str(error)
    return message(99001, error.filename, reason) if error.filename else message(99004, reason)


def _store_failure(error: Exception) -> int:
    """One line for an error of the store; anything else is a fault of ours and is shown as such."""
    from autosys_py.event_server.errors import StoreError

    if not isinstance(error, StoreError):
        raise error
    complain(store_line(error))
    return error.exit_code


def store_line(error: "StoreError") -> str:
    """What is said of an error of the store."""
    from autosys_py.event_server.errors import StoreBusy

    if isinstance(error, StoreBusy):
        return message(10527, os.environ.get("AUTOSERV") or "ACE")
    return message(50033, error)
