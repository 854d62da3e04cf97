"""The keys of `config.$AUTOSERV`: names, legal values, defaults (extensions.md §1, §2; cli.md §8). Pure.

One table; `parse` reads text, `Configuration` holds values. Reading the file is the caller's.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple


class ConfigurationError(Exception):
    """A bad value: the message names line, key and what is legal."""

    code = 99001
    """Of the message that tells it."""


def _choice(*words: str) -> dict[str, object]:
    return {"choice": words}


def _number(low: int, high: int) -> dict[str, object]:
    return {"range": (low, high)}


@dataclass(frozen=True, slots=True)
class Configuration:
    """One field per key we act on, named as in the file."""

    EventServer: str = ""
    """SQLAlchemy URL of the event store; empty = SQLite in the instance folder."""
    event_servers: tuple[tuple[str, str], ...] = field(default=(), metadata={"family": True})
    """Other instances and the URLs of their event stores, of the keys `EventServer_INS` (rule C-06)."""
    KillSignals: str = field(default="15,9", metadata={"signals": True})
    """Signals of a kill, in order; the vendor ships 2,9."""
    KillSignalInterval: int = field(default=30, metadata=_number(0, 3600))
    """Seconds between two signals of a kill."""
    RestrictForceStart: str = field(default="1", metadata=_choice("0", "1"))
    """1: FORCE_STARTJOB on a live job is refused; 0: it starts a second run. Variable RESTRICT_FORCE_STARTJOB."""
    EvaluateOnChangeStatus: str = field(default="1", metadata=_choice("0", "1"))
    """1: CHANGE_STATUS starts the dependents that it satisfies; 0: it only writes the status."""
    BoxDeadlock: str = field(default="RUNNING", metadata=_choice("RUNNING", "FAILURE"))
    """What becomes of a box whose waiting members can never start: it stays RUNNING, or is a FAILURE."""
    MissedMemberTick: str = field(default="lost", metadata=_choice("lost", "latched"))
    """What becomes of a member's start time while its box does not run: it is lost, or latched for the next run."""
    KillQueuedJob: str = field(default="TERMINATED", metadata=_choice("TERMINATED", "ignore"))
    """What KILLJOB does to a queued job: TERMINATED takes it out of its queue, ignore leaves it there."""
    RunAsOwner: str = field(default="auto", metadata=_choice("auto", "always", "never"))
    """auto: as the owner if the scheduler runs as root, else as the scheduler's user; always; never."""
    UndefinedMachine: str = field(default="offline", metadata=_choice("offline", "error", "local"))
    """A machine that nobody defined: offline, an error of the definition, or local."""
    AutorepStatusComment: str = field(default="1", metadata=_choice("0", "1"))
    """1: `autorep -q` of one job ends with a comment that says its status."""
    AutorepTrailingBlank: str = field(default="0", metadata=_choice("0", "1"))
    """1: an empty line ends the job summary and the detail report."""
    AutorepQueryLeadingBlanks: int = field(default=2, metadata=_number(0, 2))
    """Empty lines before the first definition of `autorep -q`."""
    AutorepNameWidth: int = field(default=64, metadata=_number(20, 128))
    """Columns of the job name in the job summary."""
    MessageStream: str = field(default="stderr", metadata=_choice("stderr", "stdout"))
    """Where the lines with errors and warnings go."""
    RequireReason: str = ""
    """Comma list of events that need `-C`."""
    EditSuperUser: str = field(default="", metadata={"file_only": True})
    """Comma list of `user[@host]` that may edit every job; empty = root and whom the store belongs to."""
    ExecSuperUser: str = field(default="", metadata={"file_only": True})
    """The same for executing, for STOP_DEMON and for the machine events."""
    SecretNames: str = field(default="", metadata={"file_only": True})
    """Comma list of patterns with `*` and `?`: globals and variables of `envvars` whose values are never shown."""
    DateFormat: str = field(default="MM/DD/YYYY", metadata={"date": True})
    """Order of a date, typed and printed, in the log too."""
    GlobalAutoHold: str = field(default="0", metadata=_choice("0", "1"))
    """1: what would start by itself goes ON_HOLD; only forced jobs begin."""
    EvaluateQueuedJobStarts: str = field(default="1", metadata=_choice("0", "1", "2"))
    """What is asked again of a job that leaves a queue: 0 nothing, 1 condition and run window, 2 also the day."""
    MaxRestartTrys: int = field(default=10, metadata=_number(0, 1_000_000))
    """System restarts of a run that could not be started."""
    RestartConstant: int = field(default=10, metadata=_number(0, 86400))
    """Seconds before a system restart; more are added by RestartFactor."""
    RestartFactor: int = field(default=5, metadata=_number(0, 86400))
    """Seconds that each try so far adds to the wait before a system restart."""
    MaxRestartWait: int = field(default=300, metadata=_number(0, 86400))
    """Seconds that the wait before a system restart is at most."""
    GlobalPendMachStatus: str = field(
        default="PEND_MACH",
        metadata=_choice("FAILURE", "INACTIVE", "ON_ICE", "PEND_MACH", "SUCCESS", "TERMINATED") | {"code": 40190},
    )
    """Status of a job whose machine is offline."""
    GlobalPendMachDelay: int = field(default=0, metadata=_number(0, 3600))
    """Seconds in PEND_MACH before GlobalPendMachStatus replaces it."""
    GlobalPendMachInterval: str = field(default="0", metadata={"pace": True})
    """`seconds[,burst]`: how many jobs leave PEND_MACH in so many seconds; 0 = all at once."""
    ResourceWaitPollInterval: int = field(default=15, metadata=_number(1, 86400))
    """Seconds between two looks at what an agent measures."""
    MachineMethod: str = field(
        default="vmstat",
        metadata=_choice("vmstat", "cpu_mon", "rstatd", "job_load", "roundrobin", "roundrobin_jobload"),
    )
    """How the machine of a job is chosen among several."""
    LocalMachineDefinition: str = ""
    """The machine that `localhost` means in jobs; empty = this host."""
    AutoInstWideAppend: str = field(default="1", metadata=_choice("0", "1"))
    """1: output files are appended to; 0: written anew."""
    SetJobAttributeEnvironmentals: str = field(default="0", metadata=_choice("0", "1"))
    """1: jobs find their attributes in their environment, `AUTO_` and the attribute's name in capitals."""
    AppendEventMessageText: str = field(default="0", metadata=_choice("0", "1"))
    """1: the text of an event stands on its line in the log."""
    ISDBGACTIV: str = field(default="OFF", metadata={"words": True})
    """What more is to be in the scheduler log: OFF, or a comma list of LIGHT (turns), JOB (orders and reports), HEAVY
    (both); of other words each is as HEAVY."""
    LOGROLLOVER: str = field(default="MIDNIGHT,PURGE(0)", metadata={"rollover": True})
    """When the scheduler log is rolled over: OFF, or a comma list of MIDNIGHT, SIZE(megabytes), PURGE(days). What is
    older is deleted when the log rolls over."""
    Check_Heartbeat: int = field(default=2, metadata=_number(1, 1440))
    """Minutes between two looks at the heartbeats of running jobs (rule R-12)."""
    ChaseOnStartup: str = field(default="0", metadata=_choice("0", "1"))
    """1: `chase` before the first turn."""
    NotifySMTPServer: str = ""
    """`host` or `host:port` of the mail server that takes notifications; empty = none."""
    NotifySMTPStartTLS: str = field(default="0", metadata=_choice("0", "1"))
    """1: the conversation with the mail server is encrypted."""
    NotifySMTPUserFile: str = ""
    """File with user name and password on its first two lines; empty = the server asks for none."""
    NotifyFromAddress: str = ""
    """Sender of the mails; empty = `autosys@` and the name of this host."""
    NotifyCommand: str = ""
    """A command for `/bin/sh` that takes notifications instead of a mail server; empty = none."""
    NotifyTimeout: int = field(default=30, metadata=_number(1, 3600))
    """Seconds that the mail server, or the command, may take for one notification."""
    NotifyRetryHours: int = field(default=24, metadata=_number(0, 720))
    """Hours after which a notification that nobody takes is given up."""

    def restart_wait(self, tries: int) -> int:
        """Seconds before try number `tries` + 1 (rules R-05, R-06)."""
        return min(self.RestartConstant + tries * self.RestartFactor, self.MaxRestartWait)

    def event_server_of(self, instance: str) -> str:
        """The URL that the key EventServer_INS gives; empty if there is none."""
        return dict(self.event_servers).get(instance, "")

    @property
    def notifies(self) -> bool:
        """Is there anybody to give notifications to?"""
        return bool(self.NotifySMTPServer or self.NotifyCommand)

    @property
    def pending_pace(self) -> tuple[int, int]:
        """GlobalPendMachInterval: seconds (0 = no limit), and jobs in each."""
        seconds, _, burst = self.GlobalPendMachInterval.partition(",")
        return int(seconds), int(burst or 1)

    @property
    def rollover(self) -> "Rollover":
        """LOGROLLOVER as read."""
        words = self.LOGROLLOVER.split(",")
        numbers = {match[1]: int(match[2]) for word in words if (match := _COUNTED.fullmatch(word))}
        return Rollover("MIDNIGHT" in words, numbers.get("SIZE", 0), numbers.get("PURGE", 0))

    @property
    def kill_signals(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.KillSignals.split(","))


class Rollover(NamedTuple):
    """When a log is rolled over, and how long what was rolled is kept."""

    at_midnight: bool
    megabytes: int
    """0 = whatever its size."""
    days: int
    """0 = for ever."""


_COUNTED = re.compile(r"(SIZE|PURGE)\(([0-9]{1,6})\)")

IGNORED_PREFIXES = (
    "DB", "EventServer_", "Enable", "Use", "AutoServer", "AutoRem", "Notify", "ServiceDesk", "Snmp", "DCA",
)  # fmt: skip
IGNORED = frozenset(
    """Provider SchedAuxiliaryListeningPort AppSrvAuxiliaryListeningPort ManagerHostAlias RoleDesignator
    PrimaryFailbackMode HAPollInterval FileSystemThreshold EvtTransferWaitTime InetdSleepTime AggregateStatistics
    LogMaxEndLines CleanTmpFiles RemoteProFiles CrossPlatformScheduling UnicenterEvents""".split()
)
"""Known keys without an effect, so that a vendor's file loads without a warning (cli.md §8)."""

KEYS = {each.name: each for each in fields(Configuration) if "family" not in each.metadata}

_OF_INSTANCE = re.compile(r"EventServer_([A-Z0-9]{3})")


def parse(text: str, warn: Callable[[str], None]) -> Configuration:
    """The configuration that `Key=value` lines describe. Unknown keys go to `warn`.

    Raises ConfigurationError naming the line and the legal values.
    """
    values: dict[str, object] = {}
    event_servers: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        statement = line.strip()
        if not statement or statement.startswith("#"):
            continue
        key, equals, value = (part.strip() for part in statement.partition("="))
        if not equals:
            raise ConfigurationError(f"line {number}: '{statement}' is not of the form Key=value")
        if key in KEYS:
            values[key] = _checked(number, key, value)
        elif instance := _OF_INSTANCE.fullmatch(key):
            event_servers[instance[1]] = value
        elif key not in IGNORED and not key.startswith(IGNORED_PREFIXES):
            warn(f"line {number}: unknown key {key}")
    values["event_servers"] = tuple(event_servers.items())
    return replace(Configuration(), **values)  # type: ignore[arg-type]


def _checked(number: int, key: str, value: str) -> object:
    metadata: Mapping[str, object] = KEYS[key].metadata
    match metadata:
        case {"choice": tuple(words)}:
            for word in words:
                if value.lower() == word.lower():
                    return word
            error = ConfigurationError(f"line {number}: {key}={value} is not one of {', '.join(words)}")
            error.code = metadata.get("code", error.code)  # type: ignore[assignment]
            raise error
        case {"range": (int(low), int(high))}:
            if _is_number(value) and low <= int(value) <= high:
                return int(value)
            raise ConfigurationError(f"line {number}: {key}={value} is not a whole number from {low} to {high}")
        case {"pace": True}:
            parts = [part.strip() for part in value.split(",")]
            whole = all(_is_number(part) and len(part) < 8 for part in parts)
            if whole and len(parts) < 3 and int(parts[0]) <= 3600 and (len(parts) == 1 or int(parts[1]) >= 1):
                return ",".join(parts)
            raise ConfigurationError(f"line {number}: {key}={value} is not seconds[,burst], at most 3600 seconds")
        case {"words": True}:
            parts = [part.strip().upper() for part in value.split(",")]
            if all(re.fullmatch(r"[A-Z_]+", part) for part in parts):
                return ",".join(parts)
            raise ConfigurationError(f"line {number}: {key}={value} is not OFF or a list of words like LIGHT,JOB")
        case {"rollover": True}:
            parts = [part.strip().upper() for part in value.split(",")]
            if parts == ["OFF"] or all(part == "MIDNIGHT" or _COUNTED.fullmatch(part) for part in parts):
                return ",".join(parts)
            raise ConfigurationError(
                f"line {number}: {key}={value} is not OFF or a list of MIDNIGHT, SIZE(megabytes), PURGE(days)"
            )
        case {"signals": True}:
            parts = [part.strip() for part in value.split(",")]
            if all(_is_number(part) and 1 <= int(part) <= 64 for part in parts):
                return ",".join(parts)
            raise ConfigurationError(f"line {number}: {key}={value} is not a list of signal numbers like 15,9")
        case {"date": True}:
            separators = {character for character in value if character in "/-."}
            if len(separators) == 1 and sorted(value.split(separators.pop())) == ["DD", "MM", "YYYY"]:
                return value
            raise ConfigurationError(f"line {number}: {key}={value} is not an order of MM, DD, YYYY joined by / - or .")
    return value


def _is_number(text: str) -> bool:
    """Digits, and no more than any value here can have: Python refuses to read thousands of them."""
    return text.isascii() and text.isdigit() and len(text) < 12
