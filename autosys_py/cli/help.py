"""`--help`: a click command made of a command's own table. Loaded only when it is asked for."""

import click

from autosys_py.cli.options import CREDENTIALS, STANDARD, Command, Option, title


def click_command(command: Command) -> click.Command:
    """A click command that knows the options of `command`. It never does the command's work."""
    return click.Command(
        command.name,
        params=[_parameter(option) for option in (*command.options, *CREDENTIALS, *STANDARD)],
        help=f"{title(command)}.\n\n\b\n"
        + "\n".join(f"{command.name} {line}" for line in command.synopsis.split("\n")),
        epilog="\n\n".join(command.notes),
        add_help_option=True,
    )


def _parameter(option: Option) -> click.Option:
    spelling = option.name if option.name.startswith("-") else f"-{option.name}"
    variable = "option_" + "".join(character if character.isalnum() else "_" for character in option.name)
    if not option.argument:
        return click.Option([spelling, variable], is_flag=True, help=option.text, expose_value=False)
    return click.Option([spelling, variable], metavar=option.argument, help=option.text, expose_value=False)
