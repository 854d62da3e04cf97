"""Run folders: the memory of the agent, and the reason why a run happens exactly once.

`ROOT/<run_num>/<joid>.<ntry>/` holds `record`, and `out` and `err` for a job that names no files of its own. The
members of a box share its run number and so the outer folder, which makes one `mkdir` a start.

A job without a process, a file watcher, has `memory` instead: what it must know after a restart of the scheduler.

`record` is three things in one file, so that nothing can fall between them:
* the claim: whoever starts the run takes its `flock` and hands it to the runner by inheritance. Held = alive. No pid
  is ever trusted without it: pids are used again, locks die with their owner, whatever killed it.
* the start record: the runner's first line, written under the lock before the command is run. An empty record
  with a free lock means that the command was not run, and may be.
  After a restart of the machine it means nothing: what was not written out is gone (`StartOrder.in_doubt`).
* the exit record: the runner's last line (`record.py`). One short write to a block the file already has: an exit
  code is kept even on a disk that filled up meanwhile, which a second file or a rename could not promise.

Whoever gets the lock reads a record that no longer changes: it is complete, or the outcome is lost for ever.

A key must mean the same run for ever, so ROOT belongs to one event store: a fresh store that counts from one again
in an old ROOT would find its first runs done already.
"""

import fcntl
import json
import os
from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from autosys_py.agent.boot import boot_id
from autosys_py.agent.record import Record, parse_record
from autosys_py.core.model import RunKey
from autosys_py.failpoints import fail_point

_ROOM = b"." * 65536
_RECORD_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC


class Trace(NamedTuple):
    """What a run left behind."""

    alive: bool
    """Its runner lives, or someone is about to start it."""
    record: Record
    end: int = 0
    """When the record was last written, UTC seconds."""


class Spool:
    """The run folders under one root."""

    def __init__(self, root: Path) -> None:
        for folder in (*reversed(root.parents), root):
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
        self._root = os.fspath(root)

    def folder(self, key: RunKey) -> str:
        """The run's folder, whether it exists or not."""
        return f"{self._root}/{key.run_num}/{key.joid}.{key.ntry}"

    def claim(self, key: RunKey) -> int | None:
        """The descriptor of the run's record, locked by it; None = someone else holds it. Makes the folder.

        Raises OSError when folder or file cannot be made.
        """
        folder = self.folder(key)
        self._make(folder)
        fail_point("agent.made")
        claim = os.open(f"{folder}/record", _RECORD_FLAGS | os.O_CREAT, 0o600)
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(claim)
            return None
        except OSError:
            os.close(claim)
            raise
        return claim

    def has_room(self) -> bool:
        """Can a run be recorded now? Tried, because no figure of a file system is a promise."""
        probe = f"{self._root}/.room"
        try:
            file = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                return os.write(file, _ROOM) == len(_ROOM)
            finally:
                os.close(file)
                os.unlink(probe)  # noqa: PTH108 - as its opening
        except OSError:
            return False

    def was_started(self, claim: int) -> bool:
        """Whether the claimed run was started before."""
        return os.fstat(claim).st_size > 0

    def look(self, key: RunKey) -> Trace:
        """Whether the run lives, and its record: final if it does not. A run without a folder has an empty one."""
        try:
            file = os.open(f"{self.folder(key)}/record", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return Trace(False, Record())
        try:
            alive = not _lock_shared(file)
            text = os.pread(file, 65536, 0).decode(errors="replace")
            record = parse_record(text, key.name)
            if not alive and record.started and not record.ended:
                record = parse_record(text, key.name, boot_id())
            return Trace(alive, record, int(os.fstat(file).st_mtime))
        finally:
            os.close(file)

    def note(self, key: RunKey, line: str) -> None:
        """Adds a line of the agent's to the record. A full disk does not keep a kill from happening."""
        with suppress(OSError):
            file = os.open(f"{self.folder(key)}/record", _RECORD_FLAGS)
            try:
                os.write(file, f"{line}\n".encode())
            finally:
                os.close(file)

    def remember(self, key: RunKey, memory: object) -> None:
        """Keeps what a job without a process must not forget, JSON values. A full disk makes it forgetful, not dead."""
        folder = self.folder(key)
        with suppress(OSError):
            self._make(folder)
            new = Path(f"{folder}/memory.new")
            new.write_text(json.dumps([key.name, memory]), encoding="utf-8")
            fail_point("agent.remembered")
            new.replace(f"{folder}/memory")

    def recall(self, key: RunKey) -> object:
        """What was kept; None = nothing, or nothing that can be read. It names the run, as records do: what a power
        loss leaves may be another's."""
        try:
            kept = json.loads(Path(f"{self.folder(key)}/memory").read_bytes())
        except (OSError, ValueError):
            return None
        return kept[1] if isinstance(kept, list) and kept[:1] == [key.name] and len(kept) == 2 else None

    def prune(self, before: float, watched: Container[RunKey] = ()) -> int:
        """Removes the folders of dead runs last written before that time, UTC seconds; how many. `watched` are jobs
        without a process that go on."""
        removed = 0
        for record in Path(self._root).glob("*/*/*"):
            with suppress(OSError, ValueError):  # a folder of another's making stays
                run_num, (joid, ntry) = record.parts[-3], record.parts[-2].split(".")
                key = RunKey(int(joid), int(run_num), int(ntry))
                if record.name not in ("record", "memory") or key in watched:
                    continue
                if record.stat().st_mtime < before and not self.look(key).alive:
                    for file in record.parent.iterdir():
                        file.unlink()
                    record.parent.rmdir()
                    removed += 1
        return removed

    def _make(self, folder: str) -> None:
        try:
            os.mkdir(folder, 0o700)  # noqa: PTH102 - the hot path: a Path object costs more than the call
        except FileExistsError:
            pass
        except FileNotFoundError:
            for each in (os.path.dirname(folder), folder):  # noqa: PTH120 - the same; makedirs has a mode for the last alone
                os.makedirs(each, 0o700, exist_ok=True)  # noqa: PTH103 - the same


def _lock_shared(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
