"""Blobs and globs out of the store into files (`autorep -f`)."""

import os
import tempfile
from pathlib import Path


def download(folder: str | None, name: str, text: str) -> str:
    """Writes a text to a file of the user alone; returns its path. Without a folder, in the temporary one.

    Raises OSError; also where the file is a link: in a folder that everybody may write, anybody can have put it there.
    """
    path = Path(folder or tempfile.gettempdir()) / name
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(text.encode("utf-8", "surrogateescape"))
    return str(path)
