"""`chk_files`: is there room for the job's output before it starts (jil.md §3.1, rule R-12)."""

import os


def shortage(chk_files: str) -> str:
    """What `FILESYSTEM KB [FILESYSTEM KB ...]` asks for and does not find, each of them; empty = there is room.

    What a user who is not root may still take counts. May wait for a file system that does not answer.
    """
    words = chk_files.replace('"', " ").replace("\\:", ":").split()
    short = [_short(path, wanted) for path, wanted in zip(words[::2], [*words[1::2], ""], strict=False)]
    missing = "; ".join(filter(None, short))
    return f"chk_files: {missing}" if missing else ""


def first_path(chk_files: str) -> str:
    """The file system that is asked first."""
    return next(iter(chk_files.replace('"', " ").replace("\\:", ":").split()), "")


def _short(path: str, wanted: str) -> str:
    if not (wanted.isascii() and wanted.isdigit()):
        return f"{path} {wanted or '?'} is no number of kB"
    try:
        status = os.statvfs(path)
    except (OSError, ValueError) as error:
        return f"{path}: {getattr(error, 'strerror', None) or error}"
    free = status.f_bavail * status.f_frsize // 1024
    return f"{path} has {free} kB free, {wanted} kB are wanted" if free < int(wanted) else ""
