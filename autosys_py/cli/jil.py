"""jil: definitions from standard input into the event store (jil.md §11).

Stanzas are applied in batches, each batch one transaction with a savepoint a stanza: a disk that needs milliseconds
to make a commit durable would otherwise make minutes of a large file. What a stanza did is printed when its batch is
durable and not before, so nothing that was reported can be lost. A batch ends when it is large or old, and always
before the command waits for more input.
"""

import gc
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import complain, message
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.progress import Progress, progress_of_input
from autosys_py.cli.run import leave, run
from autosys_py.core.text import visible, width
from autosys_py.failpoints import fail_point

if TYPE_CHECKING:
    from autosys_py.cli.define import Answer, Definer
    from autosys_py.core.model import Job
    from autosys_py.jil.diagnostic import Diagnostic
    from autosys_py.jil.scanner import Stanza

RULE = "_" * 78
BATCH = 1000
"""Stanzas in one transaction at most …"""
BATCH_SECONDS = 0.1
"""… and how old it may grow."""
FEW = 100
"""Jobs whose conditions are looked up name by name."""
SHOWN = 120
"""Characters of a source line that are shown around a fault."""
VALIDATIONS = ("none", "job", "batch", "session", "syntax")


def main() -> NoReturn:
    leave(run(COMMAND))


def jil(given: Given) -> int:
    """Reads standard input to its end; returns what the exit line says."""
    validation = (given.get("V") or "session").lower()
    if validation not in VALIDATIONS:
        raise wrong_usage()
    gc.set_threshold(100_000, 50, 50)  # what a stanza needs goes by itself; looking for cycles costs a quarter more
    with open_instance(given.get("S")) as instance:
        return _Session(instance, validation, quiet="q" in given).run()


class _RollBack(Exception):
    """Nothing is to be kept (`-V syntax`)."""


class _Session:
    """One run of the command."""

    def __init__(self, instance: Instance, validation: str, *, quiet: bool) -> None:
        from autosys_py.cli.zone import local_zone
        from autosys_py.core.times import TimeFormat

        self.instance = instance
        self.validation = validation
        self.definer = _definer(instance)
        times = TimeFormat(local_zone(), instance.configuration.DateFormat)
        self.printer = _Printer(times, lambda: self.definer.known.names_near(""), quiet=quiet)
        self.answers: list[Answer] = []
        """Of the open batch, not yet printed."""
        self.transaction: AbstractContextManager[None] | None = None
        self.began = 0.0
        self.refused = False
        self.to_validate: list[Job] = []

    def run(self) -> int:
        if self.validation == "syntax":
            self._check_only()
        else:
            self._apply_all()
        failed = self.refused and self.validation == "syntax"
        self.printer.end(self.refused, failed)
        return int(self.refused)

    def _apply_all(self) -> None:
        from autosys_py.jil.scanner import scan

        interactive = _is_interactive()
        lines = self._lines(self._commit)
        try:
            for stanza in scan(lines):
                self._begin()
                self.answers.append(self._apply(stanza))
                fail_point("jil.applied")
                if interactive or len(self.answers) >= BATCH or time.monotonic() - self.began > BATCH_SECONDS:
                    self._commit()
            self._commit()
        except BaseException as error:
            self._abandon(error)
            raise
        self._validate_at_end()

    def _check_only(self) -> None:
        """Everything as if it were applied, then taken back; the whole input first, so that nobody waits for us."""
        from autosys_py.jil.scanner import scan

        stanzas = list(scan(self._lines(lambda: None)))
        try:
            with self.instance.store.transaction():
                for stanza in stanzas:
                    self._print(self._apply(stanza))
                raise _RollBack
        except _RollBack:
            return

    def _lines(self, before_waiting: Callable[[], None]) -> Iterable[str]:
        """The input, line by line, from wherever it comes."""
        if not _is_interactive():
            return _piped_lines(before_waiting, progress_of_input(quiet=self.printer.quiet))
        from autosys_py.cli.terminal import typed_lines

        store = self.instance.store
        return typed_lines(
            lambda number: f"jil>>{number}> ", self.instance.folder, lambda: [head.name for head in store.heads()]
        )

    def _apply(self, stanza: "Stanza") -> "Answer":
        from autosys_py.cli.define import undefined_jobs

        answer = self.definer.apply(stanza, clock.now())
        job = answer.defined
        if job is None or not (job.condition or job.box_success or job.box_failure):
            return answer
        if self.validation == "job":
            answer.undefined = undefined_jobs(job, self.definer.known.has_job)
        elif self.validation == "batch" or (self.validation == "session" and answer.inserted):
            self.to_validate.append(job)
        return answer

    # Batches

    def _begin(self) -> None:
        if self.transaction is None:
            transaction = self.instance.store.transaction()
            transaction.__enter__()
            self.transaction = transaction
            self.began = time.monotonic()

    def _commit(self) -> None:
        """Makes the open batch durable, then prints it."""
        if self.transaction is None:
            return
        self.definer.flush()
        fail_point("jil.flushed")
        transaction, self.transaction = self.transaction, None
        transaction.__exit__(None, None, None)
        fail_point("jil.durable")
        answers, self.answers = self.answers, []
        for answer in answers:
            self._print(answer)
        self.definer.forget()
        self.printer.flush()
        fail_point("jil.printed")

    def _abandon(self, error: BaseException) -> None:
        """The open batch is taken back; it was not reported either."""
        transaction, self.transaction = self.transaction, None
        if transaction is not None:
            transaction.__exit__(type(error), error, error.__traceback__)

    # What is printed

    def _print(self, answer: "Answer") -> None:
        self.refused = self.refused or not answer.accepted
        self.printer.stanza(answer)

    def _validate_at_end(self) -> None:
        from autosys_py.cli.define import undefined_jobs

        is_defined: Callable[[str], bool] = self.definer.known.has_job
        if len(self.to_validate) > FEW:  # asking for all names at once is cheaper then
            is_defined = {head.name for head in self.instance.store.heads()}.__contains__
        for job in self.to_validate:
            undefined = undefined_jobs(job, is_defined)
            if undefined:
                self.printer.undefined_block(job.name, undefined)


def _definer(instance: Instance) -> "Definer":
    from autosys_py.cli.define import Definer
    from autosys_py.cli.zone import scheduler_zone

    return Definer(
        instance.store,
        scheduler_zone(instance.store),
        instance.user_host,
        instance.configuration.UndefinedMachine,
        instance.autoserv,
        instance.permit,
    )


class _Printer:
    """The transcript: I lines to standard output, E and W lines to standard error, in one order."""

    def __init__(
        self, moment: "Callable[[int | None], str]", known_names: Callable[[], tuple[str, ...]], *, quiet: bool
    ) -> None:
        self.moment = moment
        self.known_names = known_names
        """The jobs that a mistyped name may mean; none where there are too many to look."""
        self.quiet = quiet
        self.stanzas = self.refused = self.errors = 0
        """Counted as they are printed; `refused` are stanzas."""
        self._waiting: list[str] = []

    def stanza(self, answer: "Answer") -> None:
        """The lines of one stanza."""
        self.stanzas += 1
        self.refused += not answer.accepted
        self.errors += sum(fault.is_error for fault in answer.faults)
        self._rule()
        if answer.opening:
            self._say(answer.opening)
        for fault in answer.faults:
            if fault.is_error or not self.quiet:
                self._complain(*fault_lines(fault))
        if answer.scheduled is not None:
            name, due = answer.scheduled
            self._say(message(10122, name, self.moment(due), severity="I"))
        if answer.entered is not None and not self.quiet:
            self._complain(message(19102, *answer.entered, severity="W"))
        if answer.undefined:
            self._say(*_undefined_lines(answer.undefined, self.known_names()))
        if answer.accepted:
            self._say(message(50205, severity="I"))
        else:
            closing = (answer.closing,) if answer.closing else ()
            self._complain(*closing, message(10302))

    def undefined_block(self, name: str, undefined: list[str]) -> None:
        self._rule()
        self._say(f"Job: {visible(name)}", *_undefined_lines(undefined, self.known_names()))

    def end(self, refused: bool, syntax_failed: bool) -> None:
        """The closing block."""
        self._rule()
        if self.refused and sys.stderr is not None and sys.stderr.isatty():  # for people: no script expects it
            self._complain(f"{_counted(self.errors, 'error')} in {self.refused} of {_counted(self.stanzas, 'stanza')}")
        if syntax_failed:
            self._complain(message(50246))
        if refused:
            self._complain(message(50198))
        else:
            self._say(message(52301, severity="I"))
        self._rule()
        self.flush()

    def flush(self) -> None:
        if self._waiting and sys.stdout is not None:
            sys.stdout.write("\n".join(self._waiting) + "\n")
            self._waiting.clear()
            sys.stdout.flush()

    def _rule(self) -> None:
        self._say(RULE, "")

    def _say(self, *lines: str) -> None:
        if not self.quiet:
            self._waiting += lines

    def _complain(self, *lines: str) -> None:
        self.flush()
        complain(*lines)


def _undefined_lines(names: list[str], known: tuple[str, ...]) -> list[str]:
    from autosys_py.jil.diagnostic import nearest

    numbered: list[str] = []
    for number, name in enumerate(names, start=1):
        numbered += [f"{number}) {visible(name)}", *_meant("" if name in known else nearest(name, known))]
    return [
        "*** WARNING: The Following Jobs are referenced in the ***",
        "Conditions for this Job, YET are not defined!",
        *numbered,
    ]


def fault_lines(fault: "Diagnostic") -> list[str]:
    """A fault as it is printed: its line, and under an error where it is and what to type instead."""
    text = visible(fault.text)
    if not fault.is_error:
        return [f"*** WARNING: {text}", *_meant(fault.suggestion)]
    lines = [f"CAUAJM_E_{fault.code:05d} {text}" if fault.code else f"*** ERROR: {text}"]
    if not fault.line:
        return lines
    source = fault.source.removesuffix("\r")
    start = max(0, fault.column - 1 - SHOWN // 2)
    before = visible(source[start : fault.column - 1])
    behind = visible(source[fault.column - 1 : start + SHOWN])
    place = f"    line {fault.line}, column {fault.column}: "
    lines += [f"{place}{before}{behind}".rstrip(), " " * (len(place) + width(before)) + "^"]
    return [*lines, f"    {fault.hint}"] if fault.hint else [*lines, *_meant(fault.suggestion)]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _meant(name: str) -> list[str]:
    """What is to be typed instead, if that can be guessed."""
    return [f"    did you mean {visible(name)}?"] if name else []


# Where lines come from


def _is_interactive() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _piped_lines(before_waiting: Callable[[], None], progress: Progress | None) -> Iterable[str]:
    """Lines from a pipe or file. `before_waiting` is called whenever no more input is there yet."""
    if sys.stdin is None:
        return
    pieces: list[bytes] = []
    for chunk in _watched(_chunks(before_waiting), progress):
        whole, newline, rest = chunk.rpartition(b"\n")
        if newline:
            yield from b"".join((*pieces, whole)).decode("utf-8", "surrogateescape").split("\n")
            pieces = [rest]
        else:
            pieces.append(rest)
    if any(pieces):
        yield b"".join(pieces).decode("utf-8", "surrogateescape")


def _watched(chunks: Iterator[bytes], progress: Progress | None) -> Iterator[bytes]:
    """The same chunks, and a bar that counts them."""
    if progress is None:
        yield from chunks
        return
    try:
        for chunk in chunks:
            yield chunk
            progress.advance(len(chunk))
    finally:
        progress.close()


def _chunks(before_waiting: Callable[[], None]) -> Iterator[bytes]:
    import io
    import os
    import select

    try:
        descriptor = sys.stdin.fileno()
    except (io.UnsupportedOperation, ValueError):  # no file behind it
        yield sys.stdin.buffer.read()
        return
    while True:
        if not select.select([descriptor], [], [], 0)[0]:
            before_waiting()
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            return
        yield chunk


COMMAND = Command(
    name="jil",
    title="JIL",
    synopsis="[-q] [-V none|job|batch|session|syntax]\n[-S autoserv] < file",
    options=(
        Option("q", text="prints errors only"),
        Option("V", "validation", "undefined jobs in conditions: none, job, batch, session; syntax: check only"),
        Option("S", "autoserv", "another instance"),
    ),
    act=jil,
    notes=("Definitions are read from standard input; `exit` ends it.",),
)
