"""From an order to the words and the environment of a process. Pure: the same order gives the same plan.

A job is `/bin/sh -c SCRIPT`, or where that cannot be told apart the script in a subshell of the runner: starting a
shell is half of what a short job costs. The script is a prologue and, behind it on lines of its own, the command as
its author wrote it: what the shell makes of it is the author's business (`command.py`). The prologue

1. puts the job's error output where it belongs (see runner.sh), exports AUTOPID and goes to the home directory, or
   without a word to / where there is none,
2. reads /etc/auto.profile, sets `envvars`, reads `profile`, in this order (cli.md §8),
3. sets `ulimit`,
4. opens std_in_file, std_out_file, std_err_file, after the profile because their names may use its variables.
   In these names only `$NAME`, `${NAME}` and `%NAME%` of a known variable are live; everything else is quoted,
   so that a file name never runs anything. `command exec` fails where plain `exec` would end the shell with 2.

`$$NAME`, `$${NAME}` and `$$(NAME)` are replaced by the global's text before that, in every attribute, and the shell
reads the result as if it had been typed. An undefined one stays as it stands: emptied, `rm -r /data/$$DIR` would
remove too much. A lone `$$` stays as well.
"""

import re
import shlex
from collections.abc import Mapping
from typing import NamedTuple

from autosys_py.agent.account import Account
from autosys_py.agent.command import as_exec, command_text, needs_no_shell
from autosys_py.agent.protocol import StartOrder
from autosys_py.core.codes import ExitCode
from autosys_py.core.secrets import ASSIGNMENT, Secrets

MARKER = "AUTOSYS_RUN"
"""The variable that holds the run folder: how a kill finds processes that left the run's session."""

_HIDDEN = "AUTOSYS_SECRET_"
"""Begins the names under which values reach a script that are not written in it."""

_HANDED_ON = frozenset("PATH LANG LANGUAGE TZ TMPDIR AUTOSERV AUTOUSER AUTOSYS AUTOROOT".split())
_HANDED_ON_PREFIXES = ("LC_", "AUTOSYS_EVENT_SERVER")
_DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_GLOBAL = re.compile(r"\$\$(?:(\w+)|\{([^{}]*)\}|\(([^()]*)\))", re.ASCII)
_LIVE = re.compile(r"\$\$|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})|%([A-Za-z_]\w*)%|[\\\"`$]", re.ASCII)
_LIMIT = re.compile(r'\s*([a-z])\s*=\s*"?\s*(\d+|unlimited)\s*(?:,\s*(\d+|unlimited)\s*)?"?\s*(?:,|$)')


_IN_SHELL = "exec 2>&8 8>&-; export AUTOPID=$$; cd 2>&- || cd /"
_IN_SUBSHELL = "exec 2>&8 8>&-; read AUTOPID _ </proc/self/stat; export AUTOPID; cd 2>&- || cd /"
"""The first line of a script. In a subshell `$$` is the runner, and only the kernel knows who we are."""


class LaunchPlan(NamedTuple):
    """What to execute; nothing in it depends on where the run folder is but the marker."""

    argv: list[str]
    """Words to execute, or `eval` and a script for a subshell of the runner."""
    environment: dict[str, str]


def base_environment(account: Account, inherited: Mapping[str, str]) -> dict[str, str]:
    """A clean environment for that user: who he is, and of what the scheduler inherited only what finds programs,
    speaks the user's language and leads back to this instance."""
    environment = {
        name: value for name, value in inherited.items() if name in _HANDED_ON or name.startswith(_HANDED_ON_PREFIXES)
    }
    environment.setdefault("PATH", _DEFAULT_PATH)
    environment.update(HOME=account.home, USER=account.name, LOGNAME=account.name, SHELL=account.shell)
    return environment


def plan(
    order: StartOrder,
    base: Mapping[str, str],
    marker: str,
    switch_to: Account | None = None,
    system_profile: str = "",
    append: bool = True,
    tells_attributes: bool = False,
    secrets: Secrets | None = None,
) -> LaunchPlan:
    """How the order is run.

    `secrets` are variables whose values must not stand in the words, which everybody may see while the job runs.
    `base` comes from `base_environment`; `switch_to` is the owner if the runner must become somebody else; `append`
    is the key AutoInstWideAppend, `tells_attributes` SetJobAttributeEnvironmentals.
    Raises ValueError with the reason if the job has no command.
    """
    attributes = {name: replace_globals(value, order.globals) for name, value in order.attributes}
    command = command_text(attributes.get("command", ""))
    if not command.strip():
        raise ValueError("the job has no command")
    environment = {
        **base,
        **(_told(order, attributes) if tells_attributes else {}),
        "AUTORUN": str(order.key.run_num),
        "AUTO_JOB_NAME": order.job_name,
        MARKER: marker,
        **order.environment,
    }
    profile, shell = attributes.get("profile", ""), attributes.get("shell", "")
    run = command if shell else as_exec(command, functions=bool(system_profile or profile))
    in_subshell = not (system_profile or profile or shell or switch_to) and run != command and needs_no_shell(command)
    lines = [_IN_SUBSHELL if in_subshell else _IN_SHELL]
    if system_profile:
        lines.append(_source(system_profile, environment))
    assignments = _assignments(order)
    hidden = _hidden(order, secrets) if secrets is not None else ()
    for number, (name, value) in enumerate(assignments.items()):
        if name in hidden:
            environment[f"{_HIDDEN}{number}"] = _expanded(value, environment | assignments)
            lines.append(f'export {name}="${_HIDDEN}{number}"; unset {_HIDDEN}{number}')
        else:
            lines.append(f"export {name}={_word(value, environment)}")
    known = environment | assignments
    if profile:
        lines.append(_source(profile, known))
    lines += _limits(attributes.get("ulimit", ""))
    lines += _redirections(attributes, known, append)
    lines.append(f"exec {shlex.quote(shell)} -c {shlex.quote(command)}" if shell else run)
    argv = [*(["eval"] if in_subshell else ["/bin/sh", "-c"]), "\n".join(lines)]
    if switch_to is not None:
        become = ["setpriv", f"--reuid={switch_to.uid}", f"--regid={switch_to.gid}", "--init-groups", "--"]
        argv = become + argv
    return LaunchPlan(argv, environment)


def _told(order: StartOrder, attributes: Mapping[str, str]) -> dict[str, str]:
    """The definition as variables, `AUTO_` and the attribute's name in capitals; of what collects the last value."""
    told = {"job_type": order.job_type, **attributes}
    return {f"AUTO_{name.upper()}": value for name, value in told.items()}


def replace_globals(text: str, values: Mapping[str, str]) -> str:
    """The text with `$$NAME`, `$${NAME}`, `$$(NAME)` replaced; undefined ones stay (rule C-24)."""
    if "$$" not in text:
        return text
    return _GLOBAL.sub(lambda match: values.get(match[1] or match[2] or match[3], match[0]), text)


def file_name(text: str, environment: Mapping[str, str]) -> str:
    """The name with `$NAME`, `${NAME}` and known `%NAME%` replaced from the environment, for files that no shell
    opens (watch_file)."""
    return _expanded(_unescape(text), environment)


def _expanded(text: str, environment: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[3]
        if not name:
            return match[0]
        return environment.get(name, match[0] if match[3] else "")

    return _LIVE.sub(value, text)


def job_environment(order: StartOrder, base: Mapping[str, str]) -> dict[str, str]:
    """What names of watched files may use."""
    environment = {**base, "AUTORUN": str(order.key.run_num), "AUTO_JOB_NAME": order.job_name, **order.environment}
    for name, value in _assignments(order).items():
        environment[name] = file_name(value, environment)
    return environment


def _unescape(text: str) -> str:
    return text.replace("\\:", ":").replace("\\,", ",")


def _word(text: str, known: Mapping[str, str]) -> str:
    """The text as one double-quoted word of the shell in which only plain variables live."""

    def quoted(match: re.Match[str]) -> str:
        if name := match[1] or match[2]:
            return f"${{{name}}}"
        if match[3]:
            return f"${{{match[3]}}}" if match[3] in known else match[0]
        return "".join(f"\\{character}" for character in match[0])

    return f'"{_LIVE.sub(quoted, text)}"'


def _source(profile: str, known: Mapping[str, str]) -> str:
    path = _unescape(profile)
    # `.` looks for a name without a slash in PATH, and a file that is not there ends one shell and not the other
    word = _word(path if "/" in path else f"./{path}", known)
    complaint = f'{{ echo "profile "{word}" cannot be read" >&2; exit {ExitCode.NOT_IN_PATH.value}; }}'
    return f"[ -r {word} ] || {complaint}\n. {word}"


def _hidden(order: StartOrder, secrets: Secrets) -> set[str]:
    """Variables that are secret by their own name or by that of a global in them."""
    return {
        match[1]
        for attribute, value in order.attributes
        if attribute == "envvars"
        for match in ASSIGNMENT.finditer(value)
        if secrets.hides(match[1]) or any(secrets.hides("".join(found)) for found in _GLOBAL.findall(match[0]))
    }


def _assignments(order: StartOrder) -> dict[str, str]:
    found = {}
    for attribute, value in order.attributes:
        if attribute == "envvars":
            for match in ASSIGNMENT.finditer(replace_globals(value, order.globals)):
                found[match[1]] = match[2] if match[2] is not None else _unescape(match[3].strip())
    return found


def _limits(ulimit: str) -> list[str]:
    """Soft before hard: neither may cross the other on the way. A limit that cannot be set is said and left."""
    lines = []
    for match in _LIMIT.finditer(ulimit):
        kind, soft, hard = match[1], match[2], match[3]
        if kind in "cstm":
            lines.append(f"command ulimit -S -{kind} {soft}")
            if hard:
                lines.append(f"command ulimit -H -{kind} {hard}")
    return lines


def _redirections(attributes: Mapping[str, str], known: Mapping[str, str], append: bool) -> list[str]:
    lines = []
    if name := attributes.get("std_in_file", ""):
        lines.append(f"command exec <{_word(_unescape(name), known)} || exit {ExitCode.CANNOT_OPEN_STD_IN.value}")
    out = _output(attributes.get("std_out_file", ""), known, append)
    err = _output(attributes.get("std_err_file", ""), known, append)
    if out:
        lines.append(f"command exec {out} || exit {ExitCode.CANNOT_OPEN_STD_OUT.value}")
    if err and err == out:  # one open file, or the two would overwrite each other
        lines.append("exec 2>&1")
    elif err:
        lines.append(f"command exec 2{err} || exit {ExitCode.CANNOT_OPEN_STD_ERR.value}")
    return lines


def _output(value: str, known: Mapping[str, str], append: bool) -> str:
    name = value.lstrip(">").strip()
    if not name:
        return ""
    overwrite = not append if not value.startswith(">") else not value.startswith(">>")
    return f"{'>' if overwrite else '>>'}{_word(_unescape(name), known)}"
