"""autosys: what AutoSys has no command for (extensions.md §5). A click group; verbs join it as they are written."""

import click

from autosys_py import __version__
from autosys_py.cli.run import guarded


@click.group(context_settings={"help_option_names": ["-?", "--help"]})
@click.version_option(__version__, "-x", "--version", message="AutoSys-py Utility %(version)s")
def autosys() -> None:
    """Everything around the event store that the product has no command for."""


def main() -> int:
    return guarded(_run)


def _run() -> int:
    try:
        result = autosys.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0
