"""sendevent: stores an event for the scheduler; says nothing if that is done (cli.md §2, docs/sendevent.md)."""

from typing import TYPE_CHECKING, NoReturn

from autosys_py.cli import clock
from autosys_py.cli.instance import Instance, open_instance
from autosys_py.cli.messages import Refused, message, refusal
from autosys_py.cli.options import Command, Given, Option, wrong_usage
from autosys_py.cli.request import Request, read_request, read_tries
from autosys_py.cli.run import leave, run, store_line
from autosys_py.cli.targets import events_of
from autosys_py.core.codes import EventCode
from autosys_py.core.model import Event
from autosys_py.failpoints import fail_point

if TYPE_CHECKING:
    from autosys_py.event_server.protocol import EventServer

Order = tuple[Request, list[Event]]
"""A checked line and the events it comes to."""


def main() -> NoReturn:
    leave(run(COMMAND))


def send(given: Given) -> int:
    """The work of one command line. Exit code 0; everything else is raised."""
    if "F" in given and given.any((*"EJBIsArovPqGCTUKNld", "--preview")):
        raise wrong_usage()
    if "E" not in given and "F" not in given:
        raise wrong_usage()
    with open_instance(given.get("S")) as instance:
        if "F" in given:
            from autosys_py.cli.batch import read_batch

            orders = read_batch(given["F"], COMMAND, instance, clock.now())
        else:
            request = read_request(given, instance.configuration, clock.now(), instance.user_host)
            orders = [(request, events_of(request, instance))]
        fail_point("sendevent.checked")
        _store(orders, instance, _tries(orders, given))
        fail_point("sendevent.durable")
        for request, events in orders:
            _answer(request, events, instance)
    return 0


def _tries(orders: list[Order], given: Given) -> int:
    """How often a busy store is asked: `-M` of the line, or the largest in the file."""
    return max([read_tries(given), *(request.tries for request, _ in orders)])


def _store(orders: list[Order], instance: Instance, tries: int) -> None:
    """Everything in one transaction, or nothing. Raises Refused (10347) if the store says no."""
    from autosys_py.event_server.errors import StoreBusy, StoreError

    if not any(_is_stored(request) for request, _ in orders):
        return
    for left in reversed(range(tries)):
        try:
            with instance.store.transaction():
                for request, events in orders:
                    _store_one(request, events, instance.store)
            return
        except StoreError as error:
            if not left or not isinstance(error, StoreBusy):
                raise Refused(store_line(error), message(10347, "add_event"), exit_code=error.exit_code) from None


def _store_one(request: Request, events: list[Event], store: "EventServer") -> None:
    if not _is_stored(request):
        return
    for event in events:
        if not request.unsend:
            store.add_event(event)
            fail_point("sendevent.stored")
        else:
            from autosys_py.cli.unsend import unsend

            if not unsend(store, event, request.due):
                raise refusal(10336)


def _is_stored(request: Request) -> bool:
    return not request.preview and request.event.code not in WITHOUT_EFFECT


def _answer(request: Request, events: list[Event], instance: Instance) -> None:
    """What is answered at once, after the rest is stored."""
    if request.event.code is EventCode.LIST_DEPENDENTS:
        from autosys_py.cli.dependents import print_dependents

        print_dependents(request.job or "", instance, clock.now())
    elif request.preview:
        from autosys_py.cli.output import write_lines
        from autosys_py.cli.preview import preview_lines

        for event in events:
            write_lines(preview_lines(instance, event.joid, clock.now()))


WITHOUT_EFFECT = frozenset({EventCode.AGGREGATE, EventCode.LIST_DEPENDENTS})
"""Checked, or answered at once; never stored."""

COMMAND = Command(
    name="sendevent",
    title="Sendevent",
    synopsis=(
        "-E event [-J job_name | -B group_name -I application_name]\n"
        "[-s status] [-A alarm] [-G name=value] [-N machine_name]\n"
        "[-K signals] [-P priority] [-q priority | date] [-r reply]\n"
        '[-C "text"] [-T "date time"] [-U] [-M tries] [-S autoserv]\n'
        "-F file [-M tries] [-S autoserv]"
    ),
    options=(
        Option("E", "event", "event to send, see note 1"),
        Option("J", "job_name", "job or box the event is for"),
        Option("B", "group_name", "every job of the group; wildcards % * _ ?"),
        Option("I", "application_name", "every job of the application; wildcards % * _ ?"),
        Option("s", "status", "new status, for CHANGE_STATUS"),
        Option("A", "alarm", "alarm, for ALARM"),
        Option("G", "name=value", "global variable, for SET_GLOBAL; value DELETE deletes it"),
        Option("N", "machine_name", "real machine, for MACH_OFFLINE and MACH_ONLINE"),
        Option("K", "signal[,signal]", "signals in order, for KILLJOB and SEND_SIGNAL"),
        Option("P", "priority", "priority of the event, 1 first; default 10", numeric=True),
        Option(
            "q",
            "priority | date",
            "queue priority for CHANGE_PRIORITY; business date YYYYMMDD for starts",
            numeric=True,
        ),
        Option("r", "reply", "answer, for REPLY_RESPONSE: RESTART, ERROR or COMPLETED"),
        Option("o", "step", "step, for RESTARTJOB"),
        Option("C", "text", "reason, kept with the event; the text of COMMENT"),
        Option("T", "date time", "when the event is processed; default now"),
        Option("U", text="cancels the last pending event that -E, -J and -T describe"),
        Option("M", "tries", "how often to try while the store is busy", numeric=True),
        Option("F", "file", "file of sendevent command lines; all are sent, or none"),
        Option("v", "ALL|FAILOVER|ROLE=", "what STOP_DEMON stops"),
        Option("l", "argument", "for AGGREGATE, without effect"),
        Option("d", text="for AGGREGATE, without effect"),
        Option("S", "autoserv", "another instance"),
        Option("--preview", text="shows what the event would bypass and release"),
    ),
    notes=(
        "Events: STARTJOB FORCE_STARTJOB KILLJOB CHANGE_STATUS JOB_ON_HOLD JOB_OFF_HOLD JOB_ON_ICE JOB_OFF_ICE",
        "Also: JOB_ON_NOEXEC JOB_OFF_NOEXEC CHANGE_PRIORITY SEND_SIGNAL DELETEJOB RELEASE_RESOURCE REPLY_RESPONSE",
        "Also: SET_GLOBAL COMMENT ALARM MACH_OFFLINE MACH_ONLINE STOP_DEMON RESTART JOB_STATUS_CHANGED LIST_DEPENDENTS",
        "An accepted event prints nothing. The scheduler processes it; what it refuses is in its log.",
    ),
    act=send,
)
