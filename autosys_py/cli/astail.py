"""astail: the last ten lines of a file, then what is added to it (cli.md §7.6, docs/astail.md)."""

from pathlib import Path
from typing import NoReturn

from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.run import leave, run
from autosys_py.cli.tail import follow, opened, pause, write


def main() -> NoReturn:
    leave(run(COMMAND))


def tail(given: Given) -> int:
    """Ends when it is interrupted, or when nobody reads any more."""
    if not given.get("f"):
        raise wrong_usage()
    path = Path(given["f"])
    opened(path).close()
    write(follow(path, pause))
    return 0


COMMAND = Command(
    name="astail",
    title="Tail",
    synopsis="-f filename",
    options=(Option("f", "filename", "the file that is followed"),),
    act=tail,
    short_usage="Usage: astail [-f filename] [-x]",
)
