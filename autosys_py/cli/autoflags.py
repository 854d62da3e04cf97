"""autoflags: versions and names of this installation and its host (cli.md §7.2, docs/autoflags.md)."""

import os
import socket
from collections.abc import Callable
from typing import NoReturn

from autosys_py import __version__
from autosys_py.cli.data import FORMAT, check_format, write_data
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.output import write_lines
from autosys_py.cli.run import leave, run
from autosys_py.core.text import visible

KEYS = ("flag", "value")
RELEASE = "0"
_DATABASES = {"oracle": "ORA", "sybase": "SYB", "mssql": "MSQ"}


def main() -> NoReturn:
    leave(run(COMMAND))


def flags(given: Given) -> int:
    """One line of the values asked for, one blank apart."""
    if not given.any("aiodvrhnf"):
        raise wrong_usage()
    check_format(given)
    with open_instance() as instance:
        words = {letter: read(instance) for letter, read in _FLAGS.items() if letter in given or "a" in given}
    if "--format" in given:
        write_data(given["--format"], KEYS, words.items())
    else:
        write_lines([" ".join(map(visible, words.values()))])
    return 0


def version() -> str:
    """`version.release.build`."""
    return f"{_version()}.{RELEASE}.{_build()}"


def _version() -> str:
    return ".".join(__version__.split(".")[:2])


def _build() -> str:
    return ".".join(__version__.split(".")[2:]) or "0"


def _database(instance: Instance) -> str:
    scheme = instance.url.partition(":")[0].partition("+")[0]
    return _DATABASES.get(scheme.lower(), scheme.upper())


def _host_id() -> str:
    """As `hostid` prints it; 0 where the C library does not know it."""
    import ctypes

    try:
        return f"{ctypes.CDLL(None).gethostid() & 0xFFFFFFFF:08x}"
    except (OSError, AttributeError):
        return "0"


def _full_name() -> str:
    """The host with its domain; without a domain its name, whatever else it is called."""
    name = socket.gethostname()
    full = socket.getfqdn()
    return full if full.startswith(f"{name}.") else name


_FLAGS: dict[str, Callable[[Instance], str]] = {
    "i": lambda _instance: _build(),
    "o": lambda _instance: os.uname().sysname.upper(),
    "d": _database,
    "v": lambda _instance: _version(),
    "r": lambda _instance: RELEASE,
    "h": lambda _instance: _host_id(),
    "n": lambda _instance: socket.gethostname().partition(".")[0],
    "f": lambda _instance: _full_name(),
}
"""In the order in which they are printed."""


COMMAND = Command(
    name="autoflags",
    title="Version",
    synopsis="-a | [-i] [-o] [-d] [-v] [-r] [-h] [-n] [-f]\n[--format json | csv]",
    options=(
        Option("a", text="everything below, in this order"),
        Option("i", text="build"),
        Option("o", text="operating system"),
        Option("d", text="kind of the event server's database"),
        Option("v", text="version"),
        Option("r", text="release"),
        Option("h", text="host id"),
        Option("n", text="name of this host"),
        Option("f", text="its full name"),
        FORMAT,
    ),
    act=flags,
    version=version,
)
