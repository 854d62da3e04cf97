"""autosys: what AutoSys has no command for (extensions.md §5). A click group; verbs join it as they are written."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from autosys_py import __version__
from autosys_py.cli.run import guarded


@click.group(context_settings={"help_option_names": ["-?", "--help"]})
@click.version_option(__version__, "-x", "--version", message="AutoSys-py Utility %(version)s")
def autosys() -> None:
    """Everything around the event store that the product has no command for."""


@autosys.command()
@click.option(
    "--jil", "files", multiple=True, type=click.Path(path_type=Path), metavar="FILE", help="JIL to start from."
)
@click.option("--script", type=click.Path(path_type=Path), metavar="FILE", help="What jobs do and operators type.")
@click.option("--from", "begin", required=True, metavar="TIME", help="MM/DD/YYYY HH:MM[:SS]")
@click.option("--to", "end", required=True, metavar="TIME", help="Included.")
@click.option("--tz", metavar="ZONE", help="Time zone, like America/New_York; default the scheduler's.")
@click.option("--show", type=click.Choice(["log", "report", "both"]), default="log", show_default=True)
@click.option("--seed", type=int, default=0, help="Accepted; nothing here is left to chance.")
@click.option("--format", "format_", type=click.Choice(["json", "csv"]), help="The report as data; with --show report.")
def simulate(
    files: tuple[Path, ...],
    script: Path | None,
    begin: str,
    end: str,
    tz: str | None,
    show: str,
    seed: int,
    format_: str | None,
) -> int:
    """Play JIL, or a copy of the event store, on a virtual clock with simulated jobs."""
    from autosys_py.cli.simulate import simulate as play

    if format_ is not None and show != "report":
        raise click.UsageError("--format belongs to --show report.")
    return play(files, script, begin, end, tz, show, format_)


@autosys.command()
@click.argument("job", metavar="JOB")
@click.option("--at", metavar="TIME", help="As it was then: MM/DD/YYYY HH:MM[:SS].")
@click.option("--format", "format_", type=click.Choice(["json"]), help="As data.")
def why(job: str, at: str | None, format_: str | None) -> int:
    """Say why a job does not start: each gate, each atom of its condition, who set what, what to type next."""
    from autosys_py.cli.why import why as say_why

    return say_why(job, at, format_)


@autosys.group(invoke_without_command=True)
@click.option("-E", "event", metavar="EVENT", help="Of this kind, like FORCE_STARTJOB or update_job.")
@click.option("-J", "job", metavar="PATTERN", help="Of jobs whose name matches; % and * stand for any string.")
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


@autosys.group(invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Acknowledged and closed ones too.")
@click.option("-J", "job", metavar="PATTERN", help="Of jobs whose name matches; % and * stand for any string.")
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
@click.option("-J", "job", metavar="PATTERN", help="Of jobs whose name matches; % and * stand for any string.")
@click.option("--format", "format_", type=click.Choice(["json", "csv"]), help="As data.")
def messages(every: bool, job: str | None, format_: str | None) -> int:
    """List the runs that wait for an operator's answer, sendevent -E REPLY_RESPONSE."""
    from autosys_py.cli.operator_messages import show

    return show(every, job, format_)


def main() -> int:
    return guarded(_run)


def _run() -> int:
    try:
        result = autosys.main(args=with_times_joined(sys.argv[1:]), standalone_mode=False)
    except click.ClickException as error:
        error.show()
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
