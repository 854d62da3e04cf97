"""What commands, the scheduler and its jobs do to files, as `strace` saw it: the system as it is, nothing replaced.

Files are named relative to the folder that is watched. What is written to the ledger, a file elsewhere, are marks: it
tells in their order with the writes what was acknowledged and what ran. Shared memory of SQLite is not looked at, it
is made anew by whoever opens the database first after a crash.
"""

import codecs
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.power.disk import Create, Cut, Delete, MakeFolder, Mark, Operation, Rename, Sync, SyncNames, Write

STRACE = shutil.which("strace")
_CALLS = (
    "open,openat,creat,write,pwrite64,writev,pwritev,ftruncate,truncate,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat"
)
_LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)(.*)")
_UNFINISHED = re.compile(r"(\d+) +(\w+\(.*) <unfinished \.\.\.>")
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_DESCRIPTOR = re.compile(r"\d+<([^>]*)>")


def traced(folder: Path, ledger: Path, command: list[str], environment: Mapping[str, str]) -> list[Operation]:
    """Runs the command to its end and returns what was done in the folder."""
    assert STRACE is not None
    log = ledger.with_suffix(".trace")
    words = [STRACE, "-f", "-y", "-qq", "-s", "1000000", "-e", "signal=none", "-e", f"trace={_CALLS}", "-o", str(log)]
    subprocess.run([*words, *command], env=dict(environment), check=True, timeout=600)
    return list(_Reader(str(folder), str(ledger)).read(log.read_text(encoding="latin-1").split("\n")))


class _Reader:
    def __init__(self, folder: str, ledger: str) -> None:
        self._folder = folder
        self._ledger = ledger
        self._inodes: dict[str, int] = {}
        self._sizes: dict[int, int] = {}
        self._marks = 0

    def read(self, lines: list[str]) -> Iterator[Operation]:
        begun: dict[str, str] = {}
        for line in lines:
            if unfinished := _UNFINISHED.fullmatch(line):
                begun[unfinished[1]] = unfinished[2]
                continue
            if resumed := _RESUMED.fullmatch(line):
                line = f"{resumed[1]} {begun.pop(resumed[1])}{resumed[2]}"  # noqa: PLW2901
            call = _LINE.fullmatch(line)
            if call is not None and int(call[4]) >= 0:
                yield from self._operations(call[2], call[3], int(call[4]), call[5])

    def _operations(self, call: str, arguments: str, result: int, opened: str) -> Iterator[Operation]:
        strings = [_bytes(each) for each in _STRING.findall(arguments)]
        on = _DESCRIPTOR.match(arguments)
        if call in ("openat", "open", "creat"):
            yield from self._open(_path(opened), arguments)
        elif call in ("write", "pwrite64"):
            assert on is not None
            yield from self._write(_name(on[1]), strings[0][:result], arguments, positioned=call == "pwrite64")
        elif call == "ftruncate":
            assert on is not None
            yield from self._cut(self._inside(_name(on[1])), int(arguments.rpartition(",")[2]))
        elif call in ("fsync", "fdatasync"):
            assert on is not None
            yield from self._sync(_name(on[1]))
        elif call.startswith(("mkdir", "unlink", "rmdir", "rename")):
            paths = [self._inside(os.fsdecode(each)) for each in strings]
            yield from self._names(call, [each for each in paths if each is not None])
        else:
            assert self._folder not in arguments, f"{call} is not understood: {arguments[:200]}"

    def _open(self, path: str, arguments: str) -> Iterator[Operation]:
        name = self._inside(path)
        if name is None:
            return
        if name not in self._inodes and "O_CREAT" in arguments:
            self._inodes[name] = len(self._sizes) + 1
            self._sizes[self._inodes[name]] = 0
            yield Create(name, self._inodes[name])
        elif name in self._inodes and "O_TRUNC" in arguments:
            yield from self._cut(name, 0)

    def _write(self, path: str, data: bytes, arguments: str, *, positioned: bool) -> Iterator[Operation]:
        if path == self._ledger:
            for line in data.decode().splitlines():
                self._marks += 1
                yield Mark(line, self._marks)
        name = self._inside(path)
        if name is not None and name in self._inodes:
            inode = self._inodes[name]
            at = int(arguments.rpartition(",")[2]) if positioned else self._sizes[inode]  # all others append
            self._sizes[inode] = max(self._sizes[inode], at + len(data))
            yield Write(inode, at, data)

    def _cut(self, name: str | None, size: int) -> Iterator[Operation]:
        if name is not None and name in self._inodes:
            self._sizes[self._inodes[name]] = size
            yield Cut(self._inodes[name], size)

    def _sync(self, path: str) -> Iterator[Operation]:
        name = self._inside(path)
        if name is not None and name in self._inodes:
            yield Sync(self._inodes[name])
        elif name is not None:
            yield SyncNames(name)

    def _names(self, call: str, names: list[str]) -> Iterator[Operation]:
        if not names:
            return
        if call.startswith("mkdir"):
            yield MakeFolder(names[0])
        elif call.startswith("rename"):
            self._inodes[names[1]] = self._inodes.pop(names[0])
            yield Rename(names[0], names[1])
        else:
            self._inodes.pop(names[0], None)
            yield Delete(names[0])

    def _inside(self, path: str) -> str | None:
        """The name of what is watched; the folder itself is the empty one."""
        if path == self._folder:
            return ""
        name = path.removeprefix(f"{self._folder}/")
        return None if name == path or name.endswith("-shm") else name


def _bytes(text: str) -> bytes:
    return codecs.decode(text, "unicode_escape").encode("latin-1")


def _path(opened: str) -> str:
    found = re.match(r"<([^>]*)>", opened)
    return found[1] if found else ""


def _name(path: str) -> str:
    return path.removesuffix(" (deleted)")
