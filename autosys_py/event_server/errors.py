"""What can go wrong with a store, in words for the person at the terminal.

Each message is one clear line that ends with what to do; commands print it with its code and exit with `exit_code`.
"""


class StoreError(Exception):
    """Base: the store cannot do what was asked."""

    exit_code = 1


class StoreUnavailable(StoreError):
    """It cannot be opened, read or written for now: full disk, server away. Trying again later may help."""

    exit_code = 75


class StoreUnusable(StoreUnavailable):
    """It cannot be opened, read or written until somebody mends it: permissions, not a file, too old a library."""

    exit_code = 1


class StoreMissing(StoreUnusable):
    """There is no store, and it is not ours to create."""


class StoreReplaced(StoreError):
    """Another file stands in its place since it was opened: what is written here would be read by nobody."""

    exit_code = 75


class StoreBusy(StoreError):
    """Somebody else held the write lock for too long."""

    exit_code = 75


class StoreTooNew(StoreError):
    """Its schema was written by a newer version of the program."""


class StoreDamaged(StoreError):
    """It is no event store, or its file is corrupt."""


def damaged(place: str, how: str) -> StoreDamaged:
    """The error for what no event store holds."""
    return StoreDamaged(
        f"event store {place}: is damaged ({how}); stop the scheduler and restore a backup: autosys restore FILE"
    )


class AlreadyExists(StoreError):
    """A name is taken."""


class LostEvent(StoreError):
    """An event vanished between being read and being committed; the turn must be repeated."""
