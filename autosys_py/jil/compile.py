"""Attributes to what the scheduler reads of them: `core.model.Job`.

Takes values that the checks let pass; it repeats none of them. What is stored but has no meaning for the machine
(descriptions, file names) stays behind in the definition.
"""

from collections.abc import Iterable, Mapping

from autosys_py.core.condition import Condition
from autosys_py.core.demands import ALL, NO_DEMANDS, Demand, Demands
from autosys_py.core.exit_codes import DEFAULT_RULE, ExitRule
from autosys_py.core.model import Job
from autosys_py.core.must_times import MustTimes
from autosys_py.core.restart import DEFAULT_DELAY, DEFAULT_MAX_STARTS, Action, Behaviour, Ending
from autosys_py.core.schedule import RunWindow, Schedule
from autosys_py.jil import conditions, domains
from autosys_py.jil.attributes import MOST_PRESUBMITTED
from autosys_py.jil.values import plain

TIMES = ("start_times", "start_mins", "days_of_week", "run_calendar")
READ = frozenset(
    """machine date_conditions start_times start_mins days_of_week run_calendar
    exclude_calendar must_start_times must_complete_times timezone run_window n_retrys term_run_time
    max_run_alarm min_run_alarm box_terminator job_terminator auto_hold alarm_if_fail alarm_if_terminated priority
    job_load resources auto_delete max_exit_success success_codes fail_codes returncode_map_to_completed
    send_notification notification_alarm_types on_completed on_error on_killed on_canceled on_unknown max_starts
    restart_delay presubmit_count""".split()
)
"""Attributes that decide, beside the conditions."""


def job_of(
    name: str,
    job_type: str,
    attributes: Iterable[tuple[str, str]],
    joid: int = 0,
    box_joid: int = 0,
    avg_runtime: int = 0,
    autoserv: str = "",
) -> Job:
    """The job that checked attributes describe, in instance `autoserv`. Raises nothing for what the checks accept."""
    raw = dict(attributes)
    values = {key: plain(value) for key, value in raw.items() if key in READ}
    scheduled = values.get("date_conditions") == "1"
    return Job(
        joid,
        0,
        name,
        job_type,
        box_joid,
        machine=values.get("machine", ""),
        condition=_condition(raw, "condition", autoserv),
        box_success=_condition(raw, "box_success", autoserv),
        box_failure=_condition(raw, "box_failure", autoserv),
        schedule=schedule_of(values) if scheduled else None,
        run_window=window_of(values) if scheduled else None,
        exclude_calendar=values.get("exclude_calendar", "") if scheduled else "",
        must_start=must_times_of(values, "must_start_times") if scheduled else None,
        must_complete=must_times_of(values, "must_complete_times") if scheduled else None,
        timezone=values.get("timezone", "") if scheduled else "",
        exit_rule=exit_rule_of(values),
        n_retrys=_number(values, "n_retrys"),
        term_run_time=_number(values, "term_run_time"),
        max_run_alarm=_number(values, "max_run_alarm"),
        min_run_alarm=_number(values, "min_run_alarm"),
        box_terminator=values.get("box_terminator") == "1",
        job_terminator=values.get("job_terminator") == "1",
        auto_hold=values.get("auto_hold") == "1",
        alarm_if_fail=values.get("alarm_if_fail", "1") == "1",
        alarm_if_terminated=values.get("alarm_if_terminated", "1") == "1",
        priority=_number(values, "priority"),
        job_load=_number(values, "job_load"),
        avg_runtime=avg_runtime,
        send_notification=values.get("send_notification", "").replace("0", ""),
        notification_alarm_types=",".join(domains.items(values.get("notification_alarm_types", ""))).upper(),
        auto_delete=int(values.get("auto_delete", "-1")),
        resources=demands_of(values),
        behaviour=behaviour_of(values),
        presubmit_count=min(int(values.get("presubmit_count", "1")), MOST_PRESUBMITTED),
    )


def _number(values: Mapping[str, str], name: str) -> int:
    return int(values.get(name, "0"))


def _condition(values: Mapping[str, str], name: str, autoserv: str) -> Condition | None:
    text = values.get(name)
    return None if text is None else conditions.parse(text).condition.at_home(autoserv)


def schedule_of(values: Mapping[str, str]) -> Schedule | None:
    """The date part; None without times or days."""
    if not any(name in values for name in TIMES):
        return None
    days = values.get("days_of_week")
    times = values.get("start_times")
    minutes = values.get("start_mins")
    return Schedule(
        domains.days_of_week(days) if days else tuple(range(7)),
        tuple(sorted(domains.start_times(times))) if times else (),
        tuple(sorted(domains.start_mins(minutes))) if minutes else (),
        values.get("run_calendar", ""),
    )


def window_of(values: Mapping[str, str]) -> RunWindow | None:
    """The run window; None without one."""
    text = values.get("run_window")
    return RunWindow(*domains.run_window(text)) if text else None


def must_times_of(values: Mapping[str, str], name: str) -> MustTimes | None:
    """must_start_times or must_complete_times; None without. Absolute ones go with the start times, each with its own,
    in the order typed (rule D-11)."""
    text = values.get(name)
    if not text:
        return None
    given = domains.must_times(text)
    if given.relative:
        return MustTimes(relative=given.minutes[0])
    return MustTimes(absolute=tuple(zip(domains.start_times(values["start_times"]), given.minutes, strict=True)))


def demands_of(values: Mapping[str, str]) -> Demands:
    """What the job asks of resources."""
    text = values.get("resources")
    return Demands(map(_demand, domains.resources(text))) if text else NO_DEMANDS


def _demand(group: domains.Resource) -> Demand:
    keys = dict(group.keys)
    quantity = keys.get("QUANTITY", "1")
    return Demand(
        group.name,
        ALL if quantity.upper() == "ALL" else int(quantity),
        keys.get("FREE", "Y").upper(),
        keys.get("VALUEOP", "").upper(),
        keys.get("VALUE", ""),
        keys.get("VERSION", ""),
    )


def exit_rule_of(values: Mapping[str, str]) -> ExitRule:
    """What the exit codes mean (rules R-03, R-04; extensions.md §4 for `returncode_map_to_completed`)."""
    completed = values.get("returncode_map_to_completed")
    if completed:
        return ExitRule(success_codes=domains.exit_codes(completed, open_ranges=True))
    fail = values.get("fail_codes")
    success = values.get("success_codes")
    threshold = _number(values, "max_exit_success")
    if not fail and not success and not threshold:
        return DEFAULT_RULE
    return ExitRule(domains.exit_codes(fail) if fail else (), domains.exit_codes(success) if success else (), threshold)


def behaviour_of(values: Mapping[str, str]) -> Behaviour | None:
    """What follows the end of a run (extensions.md §4); None where every end just counts."""
    actions = tuple(Action(values.get(f"on_{ending}", Action.CONTINUE)) for ending in Ending)
    if not any(action is not Action.CONTINUE for action in actions):
        return None
    delay = values.get("restart_delay")
    return Behaviour(
        actions,
        int(values.get("max_starts", DEFAULT_MAX_STARTS)),
        domains.seconds(delay) if delay else DEFAULT_DELAY,
    )
