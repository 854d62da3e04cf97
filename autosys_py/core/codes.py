"""The one vocabulary of codes: statuses, events, alarms and how each is written.

Numbers are those of the product where it publishes them (semantics.md §2, §3.3, §4, §11);
events and alarms without a published number start at 900.
"""

from enum import IntEnum


class Status(IntEnum):
    """Job statuses with the product's numbers (semantics.md §2)."""

    RUNNING = 1
    STARTING = 3
    SUCCESS = 4
    FAILURE = 5
    TERMINATED = 6
    ON_ICE = 7
    INACTIVE = 8
    ACTIVATED = 9
    RESTART = 10
    ON_HOLD = 11
    QUE_WAIT = 12
    WAIT_REPLY = 13
    PEND_MACH = 14
    RESWAIT = 15
    ON_NOEXEC = 16
    """Never stored as a status: a mode beside it (rule S-02). Here because events name it."""
    SUSPENDED = 17


LETTERS: dict[Status, str] = {
    Status.RUNNING: "RU",
    Status.STARTING: "ST",
    Status.SUCCESS: "SU",
    Status.FAILURE: "FA",
    Status.TERMINATED: "TE",
    Status.ON_ICE: "OI",
    Status.INACTIVE: "IN",
    Status.ACTIVATED: "AC",
    Status.RESTART: "RE",
    Status.ON_HOLD: "OH",
    Status.QUE_WAIT: "QU",
    Status.WAIT_REPLY: "WA",
    Status.PEND_MACH: "PE",
    Status.RESWAIT: "RW",
    Status.ON_NOEXEC: "NE",
    Status.SUSPENDED: "SP",
}
"""The two letters of the `ST/Ex` column (cli.md §3.3)."""

LIVE = frozenset({Status.STARTING, Status.RUNNING, Status.WAIT_REPLY, Status.SUSPENDED})
"""A process runs or an operator's answer is awaited (rule S-01)."""

TERMINAL = frozenset({Status.SUCCESS, Status.FAILURE, Status.TERMINATED})
QUEUED = frozenset({Status.QUE_WAIT, Status.PEND_MACH, Status.RESWAIT})
STARTABLE = frozenset({Status.INACTIVE, *TERMINAL, Status.ACTIVATED})
"""Gate G1 (rule M-04)."""

DONE_IN_BOX = frozenset({*TERMINAL, Status.INACTIVE, Status.ON_ICE})
"""What lets a box complete (rules B-04 to B-06)."""

FAILED = frozenset({Status.FAILURE, Status.TERMINATED})

CHANGEABLE = frozenset(
    {
        *TERMINAL,
        Status.INACTIVE,
        Status.RUNNING,
        Status.STARTING,
        Status.ACTIVATED,
    }
)
"""What CHANGE_STATUS accepts (semantics.md §3.2)."""

SEEDS = frozenset(
    {
        *TERMINAL,
        Status.INACTIVE,
        Status.ON_HOLD,
        Status.ON_ICE,
        Status.ON_NOEXEC,
    }
)
"""What `status:` accepts on insert_job (rule S-03)."""


class EventCode(IntEnum):
    """Events with the product's numbers; from 900 the ones it never published and our own."""

    CHANGE_STATUS = 101
    CHK_N_START = 103
    KILLJOB = 105
    ALARM = 106
    STARTJOB = 107
    FORCE_STARTJOB = 108
    STOP_DEMON = 109
    JOB_ON_ICE = 110
    JOB_OFF_ICE = 111
    JOB_ON_HOLD = 112
    JOB_OFF_HOLD = 113
    CHK_MAX_ALARM = 114
    HEARTBEAT = 115
    CHECK_HEARTBEAT = 116
    COMMENT = 117
    CHK_BOX_TERM = 118
    DELETEJOB = 119
    CHANGE_PRIORITY = 120
    QUE_RECOVERY = 121
    CHK_RUN_WINDOW = 122
    SET_GLOBAL = 125
    SEND_SIGNAL = 126
    EXTERNAL_DEPENDENCY = 127
    RESEND_EXTERNAL_STATUS = 128
    REFRESH_EXTINST = 129
    MACH_OFFLINE = 130
    MACH_ONLINE = 131
    EXT_REREAD = 132
    INVALIDATE_MACH = 133
    CHK_START = 135
    CHK_COMPLETE = 136
    RELEASE_RESOURCE = 137
    CHK_TERM_RUNTIME = 138
    ALERT = 139
    REPLY_RESPONSE = 140
    STATE_CHANGE = 141
    MACH_PROVISION = 142
    RESTARTJOB = 143

    JOB_ON_NOEXEC = 900
    JOB_OFF_NOEXEC = 901
    SUSPENDJOB = 902
    RESUMEJOB = 903
    BYPASS = 904
    UNSEND_EVENT = 905
    AGGREGATE = 906
    RESTART = 907
    LIST_DEPENDENTS = 908
    JOB_STATUS_CHANGED = 909
    CHANGE_ALARM = 915
    """An operator acknowledges or closes an alarm (`autosys alarms`)."""
    DEFINITION_CHANGED = 920
    """`jil` wrote, changed or deleted a job; the scheduler reads it again."""
    MACHINE_CHANGED = 921
    """`jil` wrote, changed or deleted a machine."""
    AGENT_RUNNING = 922
    """Report: the run's process exists."""
    AGENT_ENDED = 923
    """Report: the run ended; exit code or signal known."""
    AGENT_START_FAILED = 924
    """Report: no process could be made."""
    AGENT_LOST = 925
    """Report: neither process nor exit record (rule R-10)."""
    AGENT_KILL_FAILED = 926
    """Report: something outlived the last signal (rule T-04)."""
    RESOURCE_CHANGED = 927
    """`jil` wrote, changed or deleted a resource."""
    CALENDAR_CHANGED = 928
    """`autocal_asc` wrote, changed or deleted a calendar, or what it is made of."""
    TIMEZONE_CHANGED = 929
    """`autotimezone` changed what names of zones mean, or the scheduler came up in another zone."""
    RESOURCE_POLL = 930
    """Timer: a job in RESWAIT looks again at what its agent measures (rule L-09)."""
    PEND_MACH_STATUS = 931
    """Timer: GlobalPendMachStatus replaces PEND_MACH (rule L-15)."""
    PEND_MACH_RELEASE = 932
    """Timer: the next jobs may leave PEND_MACH (rule L-17)."""
    AGENT_UNREACHABLE = 933
    """Report: the agent of a machine does not answer, or refuses (`value` `blocked`), when a run is to be started or
    when `name` was asked (semantics.md §4)."""
    AGENT_REACHABLE = 934
    """Report: the agent of machine `name` answers again (rule L-14)."""
    NOTIFICATION_SENT = 935
    """Report: somebody took a notification, a mail server or the site's command."""
    NOTIFICATION_FAILED = 936
    """Report: nobody took it."""
    AGENT_SILENT = 937
    """Report: the start was ordered and there is no answer yet."""
    AGENT_REMARK = 938
    """Report: something worth a line in the log."""
    CHASE = 939
    """`chase` found no trace of a run (rule R-11)."""
    CLOCK_SET = 950
    """The scheduler's clock was set by `value` seconds (`core/clock.py`)."""
    ARCHIVED = 960
    """`archive_events` removed rows of the past; `value` seals them (`event_server/seals.py`)."""
    TRACK_LEVEL = 961
    """`autotrack -u` set how much of the audit trail is shown."""
    OBJECT_CHANGED = 965
    """A definition that has no versions was written, changed or deleted; `value` says what (`cli/changes.py`)."""


DURATIONS = frozenset(
    {
        EventCode.CHK_N_START,
        EventCode.CHK_MAX_ALARM,
        EventCode.CHK_TERM_RUNTIME,
        EventCode.RESOURCE_POLL,
        EventCode.PEND_MACH_STATUS,
        EventCode.PEND_MACH_RELEASE,
    }
)
"""Timers that wait for so many seconds, and not for a time of day."""

OPERATOR_EVENTS = frozenset(
    {
        EventCode.CHANGE_STATUS,
        EventCode.KILLJOB,
        EventCode.ALARM,
        EventCode.STARTJOB,
        EventCode.FORCE_STARTJOB,
        EventCode.STOP_DEMON,
        EventCode.JOB_ON_ICE,
        EventCode.JOB_OFF_ICE,
        EventCode.JOB_ON_HOLD,
        EventCode.JOB_OFF_HOLD,
        EventCode.COMMENT,
        EventCode.DELETEJOB,
        EventCode.CHANGE_PRIORITY,
        EventCode.SET_GLOBAL,
        EventCode.SEND_SIGNAL,
        EventCode.MACH_OFFLINE,
        EventCode.MACH_ONLINE,
        EventCode.RELEASE_RESOURCE,
        EventCode.REPLY_RESPONSE,
        EventCode.RESTARTJOB,
        EventCode.JOB_ON_NOEXEC,
        EventCode.JOB_OFF_NOEXEC,
        EventCode.SUSPENDJOB,
        EventCode.RESUMEJOB,
        EventCode.AGGREGATE,
        EventCode.RESTART,
        EventCode.LIST_DEPENDENTS,
        EventCode.JOB_STATUS_CHANGED,
    }
)
"""What `sendevent -E` knows (cli.md §2.2, extensions.md §3); every other code is internal."""


class Alarm(IntEnum):
    """Alarms (semantics.md §11)."""

    FORKFAIL = 501
    MINRUNALARM = 502
    JOBFAILURE = 503
    MAX_RETRYS = 505
    STARTJOBFAIL = 506
    EVENT_HDLR_ERROR = 507
    EVENT_QUE_ERROR = 508
    JOBNOT_ONICEHOLD = 509
    MAXRUNALARM = 510
    RESOURCE = 512
    MISSING_HEARTBEAT = 513
    CHASE = 514
    DATABASE_COMM = 516
    APP_SERVER_COMM = 517
    VERSION_MISMATCH = 518
    DB_ROLLOVER = 519
    EP_ROLLOVER = 520
    EP_SHUTDOWN = 521
    EP_HIGH_AVAIL = 522
    DB_PROBLEM = 523
    DUPLICATE_EVENT = 524
    INSTANCE_UNAVAILABLE = 525
    AUTO_PING = 526
    OB_SHUTDOWN = 527
    ALREADY_RUNNING = 528
    EXTERN_DEPS_ERROR = 529
    MULTIPLE_EP_SHUTDOWN = 530
    BROKER_UNAVAILABLE = 531
    MACHINE_UNAVAILABLE = 532
    SERVICEDESK_FAILURE = 533
    UNINOTIFY_FAILURE = 534
    CPI_JOBNAME_INVALID = 535
    CPI_UNAVAILABLE = 536
    MUST_START_ALARM = 537
    MUST_COMPLETE_ALARM = 538
    WAIT_REPLY_ALARM = 539
    KILLJOBFAIL = 540
    SENDSIGFAIL = 541
    REPLY_RESPONSE_FAIL = 542
    RETURN_RESOURCE_FAIL = 543
    RESTARTJOBFAIL = 544
    JOBNOT_ONNOEXEC = 900
    QUEUEDJOB_STARTFAIL = 901
    SUSPENDJOBFAIL = 902
    RESUMEJOBFAIL = 903
    JOBTERMINATED = 904
    FORCED_PAST_CONDITION = 905


class AlarmState(IntEnum):
    """What an operator has done about an alarm (semantics.md §11); it only ever rises."""

    OPEN = 43
    ACKNOWLEDGED = 44
    CLOSED = 45


class ExitCode(IntEnum):
    """Exit codes that no process returned (rule R-08, semantics.md §3.2)."""

    SUCCESS = 0
    BY_HAND = 101
    CANNOT_OPEN_STD_IN = 121
    CANNOT_OPEN_STD_OUT = 122
    CANNOT_OPEN_STD_ERR = 123
    NOT_IN_PATH = 127
    LOST = -657
