"""The text of a command: from how it stands in a definition to how a shell is to run it. Pure."""

import re

_ESCAPED = re.compile(r'"[^"]*"?|\\([:,])')
_SIMPLE = re.compile(
    r"""\s*([\w./+-]+)(?=\s|$)             # the program, in plain characters
    (?: "(?:[^"`$\\]|\$\w|\$\{\w+\})*"   # a string with nothing but variables in it
      | '[^']*'
      | \$\w | \$\{\w+\} | \\.
      | [<>]&[\d-]                        # 2>&1
      | [^"'`$\\&|;()\n]                 # anything that neither ends a command nor begins another
    )*""",
    re.VERBOSE | re.ASCII,
)
_THE_SHELLS_VARIABLE = re.compile(r"\$(?:[^A-Za-z_{]|\{[^A-Za-z_]|$)|\b(?:PPID|IFS|OPTIND|LINENO|PS[124])\b", re.ASCII)
_THE_SHELLS_OWN = frozenset(
    """. : [ [[ alias bg bind break builtin caller case cd command compgen complete continue coproc declare dirs disown
    do done echo elif else enable esac eval exec exit export false fc fg fi for function getopts hash help history if
    in jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return select set shift shopt
    source suspend test then time times trap true type typeset ulimit umask unalias unset until wait while""".split()
)


def command_text(raw: str) -> str:
    r"""The command to run: exactly one quoted string loses its quotes; outside quotes `\:` is `:`, `\,` is `,`
    (jil.md §1.3)."""
    text = raw.strip()
    if _is_one_string(text):
        return text[1:-1]
    return _ESCAPED.sub(lambda match: match[1] or match[0], text)


def as_exec(command: str, functions: bool) -> str:
    """The command with `exec` before it if it runs a single program, else as it is.

    The program then takes the place of the shell. Some shells do this by themselves and some do not (dash), and it
    shows: a program that is killed ends a waiting shell with exit code 137, but its own run with signal 9 (rule R-02).
    `functions`: a profile may have defined some, and only a name with a slash is sure to be none of them.
    """
    match = _SIMPLE.fullmatch(command)
    if match is None or match[1] in _THE_SHELLS_OWN or (functions and "/" not in match[1]):
        return command
    return f"exec {command}"


def needs_no_shell(command: str) -> bool:
    """Is a single program with these arguments the same in a subshell as in a shell of its own? Not if it names
    what is the shell's: `$$`, `$0`, `$1` and the like."""
    return _THE_SHELLS_VARIABLE.search(command) is None


def _is_one_string(text: str) -> bool:
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return False
    inner = text[1:-1]
    quotes = inner.count('"')
    return quotes == 0 or (quotes % 2 == 1 and inner.count('\\"') == quotes)
