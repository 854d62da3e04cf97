"""The instance a command works on: its name, folder, configuration and event store (extensions.md §1).

Everything comes from the environment: `AUTOSERV` names the instance, `AUTOUSER` its folder, the file
`config.$AUTOSERV` in there its keys, and a variable wins over the key of its name.
"""

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from autosys_py.cli.messages import complain, message, refusal, use_message_stream
from autosys_py.core.configuration import KEYS, Configuration, ConfigurationError, parse

if TYPE_CHECKING:
    from autosys_py.cli.permit import Permit
    from autosys_py.event_server.protocol import EventServer

VARIABLES = {"RESTRICT_FORCE_STARTJOB": "RestrictForceStart", "AUTOSYS_EVENT_SERVER": "EventServer"}
"""Variables whose key has another name."""


class Instance:
    """One instance of AutoSys-py. The store is opened when it is first asked for."""

    def __init__(
        self, autoserv: str, folder: Path, configuration: Configuration, *, is_foreign: bool = False
    ) -> None:  # fmt: skip
        """`is_foreign`: it is another one than the environment names."""
        self.autoserv = autoserv
        self.folder = folder
        self.configuration = configuration
        self.is_foreign = is_foreign

    @property
    def url(self) -> str:
        """Where the event store is, an SQLAlchemy URL."""
        return self.configuration.EventServer or f"sqlite:///{self.folder / self.autoserv}.db"

    @cached_property
    def store(self) -> "EventServer":
        """The event store, created and migrated on first use unless it is another instance's. Raises the errors of
        `event_server.errors`, and `Refused` for another instance without a store."""
        from autosys_py.event_server.errors import StoreMissing
        from autosys_py.event_server.open import open_present, open_store

        if not self.is_foreign:
            return open_store(self.url)
        try:
            return open_present(self.url)
        except StoreMissing:
            raise refusal(50141, self.autoserv) from None

    def reopen(self) -> "EventServer":
        """Closes the store and opens it anew; one that is gone is not made again. Raises errors of
        `event_server.errors`."""
        from autosys_py.event_server.open import open_present

        self.close()
        self.__dict__["store"] = open_present(self.url)
        return self.store

    def url_of(self, other: str) -> str:
        """Where the event store of another instance is: `AUTOSYS_EVENT_SERVER_INS`, the key `EventServer_INS`, or that
        of an instance of this folder (rule C-06); empty if nothing says so. Raises `Refused` for its bad
        configuration."""
        url = os.environ.get(f"AUTOSYS_EVENT_SERVER_{other}") or self.configuration.event_server_of(other)
        if url or not _is_present(other, self.folder, {}):
            return url
        configuration = _configuration(self.folder / f"config.{other}", {}, warns=False)
        return Instance(other, self.folder, configuration).url

    @cached_property
    def user_host(self) -> str:
        """`user@host`: who runs this command, by the process's own user id and not by a variable anyone can set."""
        import pwd

        number = os.getuid()
        try:
            user = pwd.getpwuid(number).pw_name
        except KeyError:
            user = str(number)
        return f"{user}@{os.uname().nodename}"

    @cached_property
    def permit(self) -> "Permit":
        """What the user who runs this command may do."""
        from autosys_py.cli.permit import Permit

        return Permit(self)

    @property
    def out(self) -> Path:
        """Folder of the scheduler log."""
        return self.folder / "out"

    @property
    def run(self) -> Path:
        """Folder of the run records, one below for each try."""
        return self.folder / "run" / self.autoserv

    @property
    def scheduler_log(self) -> Path:
        return self.out / f"event_demon.{self.autoserv}"

    def __enter__(self) -> "Instance":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        try:
            if error is not None:
                self._suspect_store(error)
        finally:
            self.close()

    def _suspect_store(self, error: BaseException) -> None:
        """Raises `StoreDamaged` in place of an error that nobody expects, if it is the store that cannot be."""
        from autosys_py.event_server.soundness import NONSENSE, require_sound

        if isinstance(error, NONSENSE) and self.is_open:
            require_sound(self.store, _place_of(self.url))

    @property
    def is_open(self) -> bool:
        """Was the store opened?"""
        return "store" in self.__dict__

    def close(self) -> None:
        """Closes the store if it was opened."""
        if self.is_open:
            self.store.close()
            del self.__dict__["store"]


def open_instance(autoserv: str | None = None) -> Instance:
    """The instance that the environment names, or the one that `-S` names.

    Creates the instance folder (mode 0700) if it is missing. Raises `Refused` with one line for a wrong name, a
    folder that cannot be made, a bad value in the configuration (exit 1), or an instance of `-S` that is not here.
    """
    own = os.environ.get("AUTOSERV") or "ACE"
    name = autoserv or own
    if not _is_instance_name(name):
        raise refusal(50141, name) if autoserv else refusal(99002, name)
    folder = _folder()
    is_foreign = name != own
    variables = _variables(name, foreign=is_foreign)
    if is_foreign and not variables:
        named = _configuration(folder / f"config.{own}", {}, warns=False).event_server_of(name)
        variables = {"EventServer": named} if named else {}
    if is_foreign and not _is_present(name, folder, variables):
        raise refusal(50141, name)
    configuration = _configuration(folder / f"config.{name}", variables)
    use_message_stream(configuration.MessageStream)
    if configuration.SecretNames or "autosys_py.cli.secrets" in sys.modules:
        from autosys_py.cli.secrets import use_secrets

        use_secrets(configuration.SecretNames)
    return Instance(name, folder, configuration, is_foreign=is_foreign)


def _place_of(url: str) -> str:
    """What messages call the store."""
    from autosys_py.event_server.open import path_of

    path = path_of(url)
    if path is not None:
        return str(path)
    from autosys_py.event_server.engine import place_of

    return place_of(url)


def _is_instance_name(name: str) -> bool:
    return len(name) == 3 and name.isascii() and name.isalnum() and name == name.upper()


def _is_present(name: str, folder: Path, variables: dict[str, str]) -> bool:
    return "EventServer" in variables or any((folder / each).exists() for each in (f"config.{name}", f"{name}.db"))


def _folder() -> Path:
    configured = os.environ.get("AUTOUSER")
    state_home = os.environ.get("XDG_STATE_HOME")
    try:
        if configured:
            folder = Path(configured).absolute()
        elif state_home:
            folder = Path(state_home).absolute() / "autosys"
        else:
            folder = Path.home() / ".local" / "state" / "autosys"
        if not folder.is_dir():
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refusal(99003, configured or state_home or "~/.local/state/autosys", reason) from None
    return folder


def _variables(name: str, *, foreign: bool) -> dict[str, str]:
    """Keys set by variables, but none that only the file may set. Another instance has its store in
    `AUTOSYS_EVENT_SERVER_XXX` and nothing else."""
    if foreign:
        url = os.environ.get(f"AUTOSYS_EVENT_SERVER_{name}")
        return {"EventServer": url} if url else {}
    values = {
        key: value for key, of in KEYS.items() if "file_only" not in of.metadata and (value := os.environ.get(key))
    }
    values |= {key: value for variable, key in VARIABLES.items() if (value := os.environ.get(variable))}
    return values


def _configuration(path: Path, variables: dict[str, str], *, warns: bool = True) -> Configuration:
    """The file's keys and above them the variables."""
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        text = ""
    except OSError as error:
        raise refusal(99005, path, error.strerror) from None
    warnings: list[str] = []
    configuration = _parsed(text, str(path), warnings)
    use_message_stream(configuration.MessageStream)
    for warning in warnings if warns else ():
        complain(message(99001, path, warning, severity="W"))
    return _overridden(configuration, variables)


def _overridden(configuration: Configuration, variables: dict[str, str]) -> Configuration:
    """Each variable is read as the line of its key would be, so that it is checked alike."""
    if not variables:
        return configuration
    from dataclasses import replace

    for key, value in variables.items():
        own = _parsed(f"{key}={' '.join(value.splitlines())}", "environment", [])
        configuration = replace(configuration, **{key: getattr(own, key)})
    return configuration


def _parsed(text: str, source: str, warnings: list[str]) -> Configuration:
    try:
        return parse(text, warnings.append)
    except ConfigurationError as error:
        where = str(error).removeprefix("line 1: ") if source == "environment" else error
        raise refusal(error.code, source, where) from None
