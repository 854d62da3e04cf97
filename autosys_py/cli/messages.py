"""How a command prints its messages and ends because of them (cli.md §1.3, §1.4); the texts are in `core.messages`."""

import sys
from contextlib import suppress

from autosys_py.core.messages import message

__all__ = ["Refused", "complain", "message", "misuse", "refusal", "use_message_stream"]
"""`message` too: who prints a line needs it with the rest."""


class Refused(Exception):
    """The command ends here. Its lines are printed to standard error as they stand."""

    def __init__(self, *lines: str, exit_code: int = 1) -> None:
        super().__init__(*lines)
        self.lines = lines
        self.exit_code = exit_code
        """1 = the store or a rule says no, 2 = the command line alone is wrong, 75 = try again."""


def refusal(code: int, *arguments: object, exit_code: int = 1) -> Refused:
    """What to raise for one error line."""
    return Refused(message(code, *arguments), exit_code=exit_code)


def misuse(code: int, *arguments: object) -> Refused:
    """What to raise when the command line alone is wrong: exit code 2."""
    return refusal(code, *arguments, exit_code=2)


class _Stream:
    """Where messages go: standard error unless `MessageStream=stdout` (cli.md §11)."""

    to_stdout = False


def use_message_stream(name: str) -> None:
    """Sets where `complain` writes from now on: the value of the key MessageStream."""
    _Stream.to_stdout = name == "stdout"


def complain(*lines: str) -> None:
    """Prints E, W and refusing I lines. Standard output is flushed first, so `2>&1` keeps the order."""
    if sys.stdout is not None:
        sys.stdout.flush()
    stream = sys.stdout if _Stream.to_stdout else sys.stderr
    if stream is None:
        return
    with suppress(OSError):  # nobody is left to be told
        stream.write("".join(f"{line}\n" for line in lines))
        stream.flush()
