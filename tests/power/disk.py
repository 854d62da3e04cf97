"""A disk whose power may fail at any moment.

A program writes, cuts, syncs, renames and deletes; the disk remembers the operations. What was synced is there after
the power came back. Of what was not, each write may be whole, gone, or torn into its sectors (and a sector cut at any
byte), whatever came before or after it; a file that grew may have grown by zeros or rubbish alone; a new name may be
missing, a deleted one may be back, a renamed one may have its old name. This is what POSIX promises and no more: the
file systems in use are kinder, and which one is kind in which way is not to be relied on.

A sync of a file says nothing of its name, and a sync of a folder nothing of what is in its files. SQLite syncs the
folder together with the first sync of a journal or log that it made (`os_unix.c`, UNIXFILE_DIRSYNC); `names_too`
is that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

SECTOR, PAGE = 512, 4096
FOLDER = 0
"""Instead of an inode."""


class Write(NamedTuple):
    inode: int
    offset: int
    data: bytes


class Cut(NamedTuple):
    inode: int
    size: int


class Sync(NamedTuple):
    inode: int
    names_too: bool = False


class Create(NamedTuple):
    name: str
    inode: int


class MakeFolder(NamedTuple):
    name: str


class Delete(NamedTuple):
    name: str


class Rename(NamedTuple):
    old: str
    new: str


class SyncNames(NamedTuple):
    """Of one folder."""

    folder: str


class Mark(NamedTuple):
    """Something that the program said: `what` happened for the `number`th time."""

    what: str
    number: int


Operation = Write | Cut | Sync | Create | MakeFolder | Delete | Rename | SyncNames | Mark
Image = dict[str, bytes]
"""What is found after the power came back: contents by name."""


def folder_of(name: str) -> str:
    return name.rpartition("/")[0]


@dataclass(slots=True)
class _File:
    durable: bytearray
    """What a sync has seen."""
    present: bytearray
    """What the running programs see."""
    pending: list[Write | Cut] = field(default_factory=list)


class Disk:
    """The state of a disk while operations are applied to it one after the other."""

    def __init__(self, image: Image, stale: bytes = b"") -> None:
        """`image` is on it for good. `stale` is what may come to light where a file grew and nothing was written."""
        self._stale = stale
        self._folders: set[str] = set()
        """Those that were made while we looked."""
        self.names: dict[str, int] = {}
        """By name, as the running programs see it."""
        self._durable_names: dict[str, int] = {}
        self._pending_names: list[Create | Delete | Rename] = []
        self._files: dict[int, _File] = {}
        for name, data in image.items():
            self._durable_names[name] = self.names[name] = -len(self._files) - 1
            self._files[self.names[name]] = _File(bytearray(data), bytearray(data))

    def apply(self, operation: Operation) -> None:
        match operation:
            case Write(inode, offset, data):
                file = self._files[inode]
                _put(file.present, offset, data)
                file.pending.append(operation)
            case Cut(inode, size):
                file = self._files[inode]
                _cut(file.present, size)
                file.pending.append(operation)
            case Sync(inode, names_too):
                file = self._files[inode]
                file.durable[:] = file.present
                file.pending.clear()
                if names_too:
                    self._sync_names(folder_of(next(name for name, each in self.names.items() if each == inode)))
            case SyncNames(folder):
                self._sync_names(folder)
            case MakeFolder(name):
                self._folders.add(name)
                self._pending_names.append(Create(name, FOLDER))
                self.names[name] = FOLDER
            case Create(_, inode):
                self._files[inode] = _File(bytearray(), bytearray())
                self._rename(self.names, operation)
                self._pending_names.append(operation)
            case Delete() | Rename():
                self._rename(self.names, operation)
                self._pending_names.append(operation)
            case Mark():
                pass

    def present(self) -> Image:
        """What the running programs see."""
        return {name: bytes(self._files[inode].present) for name, inode in self._found(self.names)}

    @property
    def unsynced(self) -> int:
        """How many operations may be lost."""
        return len(self._pending_names) + sum(len(self._files[inode].pending) for inode in self._open())

    def crash(self, chance: Random) -> Image:
        """What may be found after the power failed now."""
        manner = _MANNERS[chance.randrange(len(_MANNERS))]
        names = dict(self._durable_names)
        for each in self._pending_names:
            if manner.keeps(chance):
                self._rename(names, each)
        return {name: manner.contents(self._files[inode], chance, self._stale) for name, inode in self._found(names)}

    def _found(self, names: dict[str, int]) -> Iterator[tuple[str, int]]:
        """The files, but for those whose folder is not there."""
        for name, inode in names.items():
            folder = folder_of(name)
            while folder and (folder not in self._folders or folder in names):
                folder = folder_of(folder)
            if inode != FOLDER and not folder:
                yield name, inode

    def _open(self) -> Iterator[int]:
        yield from dict.fromkeys(each for names in (self.names, self._durable_names) for each in names.values() if each)

    def _sync_names(self, folder: str) -> None:
        for operation in self._pending_names:
            if folder in _folders(operation):
                self._rename(self._durable_names, operation)
        self._pending_names = [each for each in self._pending_names if folder not in _folders(each)]

    def _rename(self, names: dict[str, int], operation: Create | Delete | Rename) -> None:
        match operation:
            case Create(name, inode):
                names[name] = inode
            case Delete(name):
                names.pop(name, None)
            case Rename(old, new) if old in names:
                names[new] = names.pop(old)


def _folders(operation: Create | Delete | Rename) -> set[str]:
    if isinstance(operation, Rename):
        return {folder_of(operation.old), folder_of(operation.new)}
    return {folder_of(operation.name)}


@dataclass(frozen=True)
class _Manner:
    """How the power fails: the share of operations that are kept, and of those kept that are torn."""

    kept: float
    torn: float
    piece: int = SECTOR
    """Bytes that are written together."""

    def keeps(self, chance: Random) -> bool:
        return chance.random() < self.kept

    def contents(self, file: _File, chance: Random, stale: bytes) -> bytes:
        if not file.pending or self.kept == 0:
            return bytes(file.durable)
        if self.kept == 1 and self.torn == 0:
            return bytes(file.present)
        data = bytearray(file.durable)
        size = len(data)
        for operation in file.pending:
            if isinstance(operation, Cut):
                if self.keeps(chance):
                    _cut(data, operation.size)
            else:
                size = max(size, operation.offset + len(operation.data))
                if self.keeps(chance):
                    self._write(data, operation, chance)
        if size > len(data) and chance.random() < 0.25:  # it grew, and what it grew by was never written
            grown = chance.randrange(size - len(data)) + 1
            rubbish = stale[len(data) : len(data) + grown] or chance.randbytes(grown)
            data += rubbish if chance.random() < 0.5 else bytes(grown)
        return bytes(data)

    def _write(self, data: bytearray, write: Write, chance: Random) -> None:
        if chance.random() >= self.torn:
            _put(data, write.offset, write.data)
            return
        offset, end = write.offset, write.offset + len(write.data)
        while offset < end:
            following = min(end, offset - offset % self.piece + self.piece)
            part = write.data[offset - write.offset : following - write.offset]
            if chance.random() < 0.5:
                cut = chance.randrange(len(part)) if chance.random() < 0.1 else len(part)
                _put(data, offset, part[:cut])
            offset = following


_MANNERS = (
    _Manner(0, 0),
    _Manner(1, 0),
    _Manner(0.5, 0),
    _Manner(0.9, 0),
    _Manner(0.1, 0),
    _Manner(0.5, 0.5),
    _Manner(0.9, 0.1),
    _Manner(1, 0.5),
    _Manner(0.5, 0.5, PAGE),
    _Manner(1, 0.2, PAGE),
)


def _put(data: bytearray, offset: int, part: bytes) -> None:
    if offset > len(data):
        data += bytes(offset - len(data))
    data[offset : offset + len(part)] = part


def _cut(data: bytearray, size: int) -> None:
    if size < len(data):
        del data[size:]
    else:
        data += bytes(size - len(data))
