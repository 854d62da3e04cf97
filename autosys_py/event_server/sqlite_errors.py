"""SQLite's errors in words for the person at the terminal, with what to do."""

from autosys_py.event_server.errors import StoreBusy, StoreDamaged, StoreError, StoreUnavailable, StoreUnusable, damaged

ERROR, PERM, BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, AUTH, NOTADB = (
    1, 3, 5, 6, 8, 10, 11, 13, 14, 15, 23, 26,
)  # fmt: skip
"""Primary result codes (sqlite.org/rescode.html); the lowest byte of an extended one."""

_CAUSES: dict[int, tuple[type[StoreError], str]] = {
    BUSY: (StoreBusy, "another process kept it locked for too long; try again"),
    LOCKED: (StoreBusy, "another process kept it locked for too long; try again"),
    PROTOCOL: (StoreBusy, "too many processes open it at once; try again"),
    PERM: (StoreUnusable, "no permission; check owner and mode of the file and its folder"),
    AUTH: (StoreUnusable, "no permission; check owner and mode of the file and its folder"),
    CANTOPEN: (StoreUnusable, "cannot be opened; check that file and folder exist, and their owner and mode"),
    READONLY: (StoreUnusable, "cannot be written; check owner and mode of the file and its folder"),
    FULL: (StoreUnavailable, "the disk is full; nothing was written; free some space and try again"),
    IOERR: (StoreUnavailable, "the disk cannot be read or written; check its space and health and try again"),
    NOTADB: (
        StoreDamaged,
        "is not a SQLite database; move it away or name another file in AUTOSYS_EVENT_SERVER; "
        "a backup comes back by: autosys restore FILE",
    ),
    CORRUPT: (StoreDamaged, "is corrupt; stop the scheduler and restore a backup: autosys restore FILE"),
}


def store_error(error: Exception, place: str) -> StoreError:
    """The error to raise instead of a driver's. `place` is the file."""
    code = getattr(error, "sqlite_errorcode", None)
    kind, advice = _CAUSES.get((code or ERROR) & 0xFF, (StoreError, f"refused: {error}; check it: autosys doctor"))
    if "no such table" in str(error) or "no such column" in str(error):
        kind, advice = StoreDamaged, f"is not an event store ({error}); name another one in AUTOSYS_EVENT_SERVER"
    if isinstance(error, UnicodeDecodeError) or "Could not decode to UTF-8" in str(error):
        return damaged(place, "a text is no text")
    return kind(f"event store {place}: {advice}")
