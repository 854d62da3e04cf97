"""Processes to be killed: commands forked from this one, which has everything loaded.

Starting an interpreter costs ten times what `sendevent` does. A fork begins where the command's `main` begins, so a
hundred thousand kills are a matter of minutes, and all of them hit the command instead of Python's imports. No store
may be open here while a victim is made: SQLite's locks do not survive a fork.
"""

import gc
import importlib
import os
import pkgutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import autosys_py
from autosys_py import failpoints

COMMANDS = ("sendevent", "jil", "eventor")

_MAINS: dict[str, Callable[[], Any]] = {}


def preload() -> None:
    """Loads the program; what it imports late as well."""
    if _MAINS:
        return
    for module in pkgutil.walk_packages(autosys_py.__path__, "autosys_py."):
        if ".migrations." not in module.name:
            importlib.import_module(module.name)
    for name in ("psutil", "alembic.command", "alembic.script", "lark"):
        importlib.import_module(name)
    for command in COMMANDS:
        _MAINS[command] = importlib.import_module(f"autosys_py.cli.{command}").main
    gc.collect()
    gc.freeze()  # what never changes is never copied


class Victim:
    """A command under way."""

    def __init__(
        self,
        *line: str,
        environment: Mapping[str, str],
        text: str | bytes = b"",
        output: Path | None = None,
        fail_point: str = "",
    ) -> None:
        preload()
        self.line = line
        self.fail_point = fail_point
        self.status: int | None = None
        """The exit code, or minus the signal; None while it runs."""
        stdin = _file_of(text.encode() if isinstance(text, str) else text)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        stdout = os.open(output or os.devnull, flags, 0o600)
        self.pid = os.fork()
        if not self.pid:
            _become(line, environment, stdin, stdout, fail_point)
        os.close(stdin)
        os.close(stdout)

    def poll(self) -> int | None:
        """Its exit code if it has ended."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status

    def wait(self, seconds: float = 240) -> int:
        """Its exit code; fails if it does not end in time."""
        deadline = time.monotonic() + seconds
        pause = 0.0005
        while self.poll() is None:
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"{' '.join(self.line)} {self.fail_point} did not end within {seconds} s")
            time.sleep(pause)
            pause = min(2 * pause, 0.01)
        assert self.status is not None
        return self.status

    def kill(self) -> int:
        """kill -9, unless it has ended; its exit code."""
        if self.status is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def terminate(self) -> None:
        """SIGTERM."""
        os.kill(self.pid, signal.SIGTERM)

    @property
    def was_killed(self) -> bool:
        return self.status == -signal.SIGKILL


def _file_of(text: bytes) -> int:
    """A descriptor to read the text from."""
    if not text:
        return os.open(os.devnull, os.O_RDONLY)
    file = os.memfd_create("input")
    os.write(file, text)
    os.lseek(file, 0, os.SEEK_SET)
    return file


def _become(line: Sequence[str], environment: Mapping[str, str], stdin: int, stdout: int, fail_point: str) -> None:
    """In the child: the command. Does not return."""
    code: Any = 70
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
        os.dup2(stdout, 2)
        os.closerange(3, 256)
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
            for number, mode in ((0, "r"), (1, "w"), (2, "w"))
        )
        os.environ.clear()
        os.environ.update(environment)
        time.tzset()
        failpoints.arm(fail_point)
        sys.argv = list(line)
        code = _MAINS[line[0]]()
        sys.stdout.flush()
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)
