"""A picture on standard output, or in a file that appears whole or not at all."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from autosys_py.cli.messages import Refused
from autosys_py.cli.output import write_lines
from autosys_py.core.text import visible


def write_picture(lines: Iterable[str], output: Path | None) -> None:
    """Writes it. Raises Refused where the file cannot be written."""
    if output is None:
        write_lines(lines)
        return
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        beside.replace(output)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise Refused(f"{visible(str(output))}: {error.strerror}") from None
