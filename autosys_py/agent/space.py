"""`chk_files`: is there room for the job's output before it starts (jil.md §3.1, rule R-12)."""

import os


def shortage(chk_files: str) -> str:
    """What `FILESYSTEM KB [FILESYSTEM KB ...]` asks for and does not find; empty = there is room."""
    words = chk_files.replace('"', " ").split()
    for path, wanted in zip(words[::2], words[1::2], strict=False):
        try:
            status = os.statvfs(path)
        except OSError as error:
            return f"chk_files: {path}: {error.strerror}"
        free = status.f_bavail * status.f_frsize // 1024
        if wanted.isdigit() and free < int(wanted):
            return f"chk_files: {path} has {free} kB free, {wanted} kB are wanted"
    return ""
