"""Jobs whose starts can be foretold: families that are started once, by one command, and what has to follow.

What follows depends on how the runs before really ended, and on nothing else: `expected` asks for that and says which
tries there must be. It knows a dozen rules of the specification and shares no code with the scheduler.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from autosys_py.core.codes import Status

KINDS = ("branch", "box", "retry", "long", "watch", "branch", "box", "forced")
"""Of each eight families."""

FITS: dict[str, tuple[Status, ...]] = {
    "s": (Status.SUCCESS,),
    "f": (Status.FAILURE,),
    "t": (Status.TERMINATED,),
    "d": (Status.SUCCESS, Status.FAILURE, Status.TERMINATED),
}


@dataclass(slots=True)
class Member:
    """One job."""

    name: str
    codes: tuple[int, ...] = (0,)
    """What each try exits with; the last one also every later try."""
    sleep: float = 0.0
    condition: tuple[str, str] | None = None
    """Function and job."""
    box: str = ""
    kind: str = "cmd"
    retries: int = 0

    def code(self, ntry: int) -> int:
        return self.codes[min(ntry, len(self.codes)) - 1]

    def jil(self, ledger: str) -> str:
        lines = [f"insert_job: {self.name}  job_type: {self.kind}"]
        if self.kind == "fw":
            lines.append(f"machine: localhost\nwatch_file: {ledger}\nwatch_interval: 1")
        elif self.kind == "cmd":
            lines.append(f"machine: localhost\nn_retrys: {self.retries}\ncommand: {self._command(ledger)}")
        if self.box:
            lines.append(f"box_name: {self.box}")
        if self.condition:
            lines.append("condition: {}({})".format(*self.condition))
        return "\n".join(lines) + "\n"

    def _command(self, ledger: str) -> str:
        """Writes down that it began and how it is about to end."""
        cases = "".join(f"*.{ntry}) c={code};; " for ntry, code in enumerate(self.codes, 1))
        choice = f"case $AUTOSYS_RUN in {cases}*) c={self.codes[-1]};; esac"
        return (
            f'{choice}; echo "s $AUTOSYS_RUN {self.name}" >> {ledger}; sleep {self.sleep:.2f}; '
            f'echo "e $AUTOSYS_RUN $c" >> {ledger}; exit $c'
        )


@dataclass(slots=True)
class Family:
    """Jobs that one command starts."""

    number: int
    kind: str
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The job that the command names."""
        return next(iter(self.members))

    @property
    def event(self) -> str:
        return "FORCE_STARTJOB" if self.kind == "forced" else "STARTJOB"

    def jil(self, ledger: str) -> str:
        return "".join(member.jil(ledger) for member in self.members.values())


def family(number: int, sleep: Callable[[], float]) -> Family:
    """The family of that number; `sleep` gives seconds that a job takes."""
    kind = KINDS[number % len(KINDS)]
    made, code, name = Family(number, kind), number % 7 and number % 11, f"f{number}"

    def add(short: str, *codes: int, condition: str = "", box: str = "", kind: str = "cmd", retries: int = 0) -> None:
        function, _, other = condition.partition(" ")
        asked = (function, f"{name}{other}") if condition else None
        seconds = 600.0 if made.kind == "long" else sleep()
        in_box = f"{name}{box}" if box else ""
        made.members[f"{name}{short}"] = Member(f"{name}{short}", codes or (0,), seconds, asked, in_box, kind, retries)

    if kind in ("branch", "forced"):
        add("a", code)
        for function in "sftd":
            add(f"_{function}", (number + ord(function)) % 5, condition=f"{function} a")
        add("_then", condition="d _d")
    elif kind == "box":
        add("box", kind="box")
        add("x", code, box="box")
        add("y", number % 3, box="box", condition="d x")
        add("sub", kind="box", box="box", condition="d x")
        add("z", number % 2, box="sub")
        add("after", condition="d box")
    elif kind == "retry":
        add("a", *(5, 4, 3, 0)[number % 3 :], retries=2)
        add("_s", condition="s a")
        add("_f", condition="f a")
    elif kind == "long":
        add("a")
    else:
        add("w", kind="fw")
        add("after", condition="s w")
    return made


Ends = Callable[[str, int], Status | None]
"""How a try of a job really ended; None = there is no such try."""


def expected(made: Family, ends: Ends) -> dict[str, int]:
    """How many tries of each job there must be, in a family that was started."""
    tries: dict[str, int] = {}
    outcome: dict[str, Status | None] = {}
    for member in made.members.values():
        tries[member.name], outcome[member.name] = 0, None
        if member.condition and outcome[member.condition[1]] not in FITS[member.condition[0]]:
            continue
        if member.kind == "box":
            tries[member.name] = 1
            outcome[member.name] = ends(member.name, 1)
            continue
        for ntry in range(1, member.retries + 2):
            tries[member.name], end = ntry, ends(member.name, ntry)
            outcome[member.name] = end
            if end is not Status.FAILURE:
                break
    return tries
