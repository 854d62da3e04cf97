"""autosys: what AutoSys has no command for (extensions.md §5). A click group; verbs join it as they are written."""

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from autosys_py import __version__
from autosys_py.cli.messages import complain
from autosys_py.cli.run import guarded
from autosys_py.core.text import visible

if TYPE_CHECKING:
    from autosys_py.cli.played import Play


def _jobs(context: click.Context, parameter: click.Parameter, word: str) -> "list[CompletionItem[str]]":
    """Names for a shell that completes."""
    from autosys_py.cli.completion import from_store, jobs

    return [CompletionItem(name) for name in from_store(jobs, word)]


_OF_JOBS = "Of jobs whose name matches; % and * stand for any string."


@click.group(context_settings={"help_option_names": ["-?", "--help"]})
@click.version_option(__version__, "-x", "--version", message="AutoSys-py Utility %(version)s")
def autosys() -> None:
    """Everything around the event store that the product has no command for."""


@autosys.command()
@click.option(
    "--jil", "files", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help="JIL to start from."
)
@click.option("--script", type=click.Path(path_type=Path), metavar="FILE", help="What jobs do and operators type.")
@click.option("--from", "begin", metavar="TIME", help="MM/DD/YYYY HH:MM[:SS]; with --from-store default now.")
@click.option("--to", "end", metavar="TIME", help="Included; with --from-store default in a day.")
@click.option("--tz", metavar="ZONE", help="Time zone, like America/New_York; default the scheduler's.")
@click.option("--show", type=click.Choice(["log", "report", "both"]), help="What is printed; default the log.")
@click.option("--seed", type=int, default=0, help="Accepted; nothing here is left to chance.")
@click.option("--from-store", is_flag=True, help="What would the JIL change? Told in words, against the event store.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["json", "csv"]),
    help="The report as data, with --show report; the difference of --from-store, json alone.",
)
def simulate(
    files: tuple[Path, ...],
    script: Path | None,
    begin: str | None,
    end: str | None,
    tz: str | None,
    show: str | None,
    seed: int,
    from_store: bool,
    format_: str | None,
) -> int:
    """Play JIL, or a copy of the event store, on a virtual clock with simulated jobs."""
    if from_store:
        if show:
            raise click.UsageError("--show belongs to one simulation: --from-store compares two.")
        from autosys_py.cli.what_if import what_if

        if format_ == "csv":
            raise click.UsageError("--format csv belongs to --show report; --from-store has json.")
        return what_if(files, script, begin, end, tz, format_)
    if format_ and show != "report":
        raise click.UsageError("--format belongs to --show report and to --from-store.")
    if begin is None or end is None:
        raise click.UsageError(f"Missing option '{'--from' if begin is None else '--to'}'.")
    from autosys_py.cli.simulate import simulate as play

    return play(files, script, begin, end, tz, show or "log", format_)


def _played(command: Callable[..., int]) -> Callable[..., int]:
    """The options of a picture that say what world it is of; they come as one `play`."""

    @wraps(command)
    def with_play(
        files: tuple[Path, ...], script: Path | None, begin: str | None, end: str | None, tz: str | None, **rest: Any
    ) -> int:
        from autosys_py.cli.played import Play

        return command(play=Play(files, script, begin, end, tz), **rest)

    path = click.Path(path_type=Path)
    for option in (
        click.option("--output", type=path, metavar="FILE", help="Instead of standard output."),
        click.option("--tz", metavar="ZONE", help="Time zone of the simulation."),
        click.option("--to", "end", metavar="TIME", help="How far to simulate; the picture is of that moment."),
        click.option("--from", "begin", metavar="TIME", help="Simulate from then: MM/DD/YYYY HH:MM[:SS]."),
        click.option("--script", type=path, metavar="FILE", help="What happens in the simulation."),
        click.option("--jil", "files", multiple=True, type=path, metavar="FILE", help="JIL instead of the store."),
    ):
        with_play = option(with_play)
    return with_play


def _steps(context: click.Context, parameter: click.Parameter, value: str) -> int | None:
    """A number of steps; None = all."""
    if value == "all":
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 7):
        raise click.BadParameter(f"'{visible(value)}' is no number of steps: 0, 1, 2 ... or all", context, parameter)
    return int(value)


@autosys.command()
@click.argument("pattern", metavar="PATTERN", default="ALL")
@click.option(
    "--format", "format_", type=click.Choice(["dot", "mermaid", "svg", "json"]), default="dot", show_default=True
)
@click.option(
    "--depth", callback=_steps, default="1", metavar="N|all", show_default=True, help="Steps around the jobs."
)
@click.option(
    "--direction",
    type=click.Choice(["both", "up", "down"]),
    default="both",
    show_default=True,
    help="up: what they depend on; down: what depends on them.",
)
@_played
def graph(pattern: str, play: "Play", format_: str, depth: int | None, direction: str, output: Path | None) -> int:
    """Draw what depends on what: the jobs of a name or pattern, their boxes, and what is around them."""
    from autosys_py.cli.graph import graph as draw

    return draw(pattern, play, format_, depth, direction, output)


@autosys.command()
@click.argument("box", metavar="BOX")
@click.option("--run", type=int, default=0, metavar="N", help="Run number; 0 the latest, -1 the one before.")
@click.option("--format", "format_", type=click.Choice(["text", "svg", "json"]), default="text", show_default=True)
@click.option("--width", type=click.IntRange(40, 10000), metavar="N", help="Columns; default the terminal's.")
@_played
def timeline(box: str, run: int, play: "Play", format_: str, width: int | None, output: Path | None) -> int:
    """Draw a run of a box, or of a job, as a Gantt chart: when each member waited, ran, failed."""
    from autosys_py.cli.timeline import timeline as draw

    return draw(box, run, play, format_, width, output)


@autosys.command()
@click.argument("job", metavar="JOB", shell_complete=_jobs)
@click.option("--at", metavar="TIME", help="As it was then: MM/DD/YYYY HH:MM[:SS].")
@click.option("--format", "format_", type=click.Choice(["json"]), help="As data.")
def why(job: str, at: str | None, format_: str | None) -> int:
    """Say why a job does not start: each gate, each atom of its condition, who set what, what to type next."""
    from autosys_py.cli.why import why as say_why

    return say_why(job, at, format_)


@autosys.group(invoke_without_command=True)
@click.option("-E", "event", metavar="EVENT", help="Of this kind, like FORCE_STARTJOB or update_job.")
@click.option("-J", "job", metavar="PATTERN", help=_OF_JOBS, shell_complete=_jobs)
@click.option("-F", "begin", metavar="TIME", help="From then: MM/DD/YYYY [HH:MM[:SS]].")
@click.option("-T", "end", metavar="TIME", help="Up to then, included.")
@click.option("--bypassed", is_flag=True, help="Force starts that ran with a condition false, and that condition.")
@click.option("--format", "format_", type=click.Choice(["json", "csv"]), help="As data.")
@click.pass_context
def audit(
    context: click.Context,
    event: str | None,
    job: str | None,
    begin: str | None,
    end: str | None,
    bypassed: bool,
    format_: str | None,
) -> int:
    """List who did what, when, from where and why: events that people sent, definitions that they changed."""
    if context.invoked_subcommand is not None:
        if event or job or begin or end or bypassed or format_:
            raise click.UsageError("-E, -J, -F, -T, --bypassed and --format belong to the list alone.")
        return 0
    from autosys_py.cli.audit import audit as show

    return show(event, job, begin, end, bypassed, format_)


@audit.command()
def verify() -> int:
    """Check that no entry of the past was altered or removed."""
    from autosys_py.cli.audit import verify as check

    return check()


@autosys.command()
@click.option("--format", "format_", type=click.Choice(["json", "csv"]), help="As data.")
def doctor(format_: str | None) -> int:
    """Look this installation over; what is wrong comes with its remedy. Exit code 1 if something is."""
    from autosys_py.cli.doctor import examine

    return examine(format_)


@autosys.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def backup(file: Path) -> int:
    """Copy the event store to a new FILE, while everything goes on."""
    from autosys_py.cli.backup import backup as back_up

    return back_up(file)


@autosys.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def restore(file: Path) -> int:
    """Put a backup in the place of the event store, which is kept. No scheduler may be running."""
    from autosys_py.cli.backup import restore as put_back

    return put_back(file)


@autosys.group(invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Acknowledged and closed ones too.")
@click.option("-J", "job", metavar="PATTERN", help=_OF_JOBS, shell_complete=_jobs)
@click.option("-A", "alarm", metavar="ALARM", help="Of this kind, like JOBFAILURE.")
@click.option("--format", "format_", type=click.Choice(["json", "csv"]), help="As data.")
@click.pass_context
def alarms(context: click.Context, every: bool, job: str | None, alarm: str | None, format_: str | None) -> int:
    """List alarms, the open ones first of all, and say what is done about them."""
    if context.invoked_subcommand is not None:
        if every or job or alarm or format_:
            raise click.UsageError("--all, -J, -A and --format belong to the list alone.")
        return 0
    from autosys_py.cli.alarms import show

    return show(every, job, alarm, format_)


def _numbers(command: Callable[..., int]) -> Callable[..., int]:
    comment = click.option("-C", "comment", default="", metavar="TEXT", help="Why; kept with the alarm.")
    numbers = click.argument("numbers", nargs=-1, required=True, type=click.IntRange(1, 2**63 - 1), metavar="NUMBER...")
    return numbers(comment(command))


@alarms.command()
@_numbers
def acknowledge(numbers: tuple[int, ...], comment: str) -> int:
    """Somebody looks after these alarms."""
    from autosys_py.cli.alarms import change
    from autosys_py.core.codes import AlarmState

    return change(numbers, AlarmState.ACKNOWLEDGED, comment)


@alarms.command()
@_numbers
def close(numbers: tuple[int, ...], comment: str) -> int:
    """These alarms are dealt with."""
    from autosys_py.cli.alarms import change
    from autosys_py.core.codes import AlarmState

    return change(numbers, AlarmState.CLOSED, comment)


@autosys.command()
@click.option("--all", "every", is_flag=True, help="Answered ones too.")
@click.option("-J", "job", metavar="PATTERN", help=_OF_JOBS, shell_complete=_jobs)
@click.option("--format", "format_", type=click.Choice(["json", "csv"]), help="As data.")
def messages(every: bool, job: str | None, format_: str | None) -> int:
    """List the runs that wait for an operator's answer, sendevent -E REPLY_RESPONSE."""
    from autosys_py.cli.operator_messages import show

    return show(every, job, format_)


@autosys.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print what makes a shell complete every command: eval "$(autosys completion bash)"."""
    from autosys_py.cli.completion import scripts

    return scripts(shell)


def main() -> int:
    return guarded(_run)


def _run() -> int:
    try:
        result = autosys.main(args=with_times_joined(sys.argv[1:]), standalone_mode=False)
    except click.ClickException as error:
        said = StringIO()
        error.show(said)
        complain(*map(visible, said.getvalue().rstrip("\n").split("\n")))
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0


def with_times_joined(arguments: Sequence[str]) -> list[str]:
    """A TIME may be typed as two words: a date and, behind it, a time of day."""
    from autosys_py.sim.script import is_time_in_two

    joined: list[str] = []
    for word in arguments:
        if joined and is_time_in_two(joined[-1].rpartition("=")[2], word):
            joined[-1] += f" {word}"
        else:
            joined.append(word)
    return joined
