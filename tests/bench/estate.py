"""An estate as a bank or a retailer has one, for measuring: 2,000 jobs, about 2,300 starts on a working day.

Fifty daily boxes of thirty members, with sub-boxes, chains, fans, a look-back on the box of the day before and a global
that opens some of them; jobs every hour or twice an hour; jobs with start times on working days; jobs outside boxes
that follow others. `python -m tests.bench.estate FOLDER` writes `estate.jil` and `estate.txt`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

BOXES = 50
MEMBERS = 34
HOURLY = 24
TIMED = 126
FOLLOWERS = 100


def jil() -> str:
    """The definitions: 2,000 jobs."""
    stanzas = [*_boxes(), *_hourly(), *_timed(), *_followers()]
    return "\n\n".join(stanzas) + "\n"


def script() -> str:
    """What fails, what runs long, what operators do."""
    lines = [f"run box{box}_7 {box % 20 + 1}m" for box in range(BOXES)]
    lines += [f"run box{box}_3#{start} 2m exit 1" for box in range(0, BOXES, 5) for start in range(4, 70, 9)]
    lines += [f"run timed_{number}#{start} 30m exit 3" for number in range(0, TIMED, 9) for start in (5, 20)]
    lines += [f"at +{day * 24 + 5}h sendevent -E SET_GLOBAL -G DATE_{day % 3}=day{day}" for day in range(90)]
    return "\n".join(lines) + "\n"


def _boxes() -> Iterator[str]:
    """1,750 jobs in fifty boxes of 34, each with a sub-box; every fifth waits for the box before it."""
    for box in range(BOXES):
        name = f"box{box}"
        days = "mo-fr" if box % 3 else "all"
        before = f'\ncondition: s(box{box - 1},20.00) | v(DATE_0) = "never"' if box % 5 == 4 else ""
        yield (
            f"insert_job: {name}   job_type: BOX\ndate_conditions: 1\ndays_of_week: {days}\n"
            f'start_times: "{box % 24:02d}:{box * 7 % 60:02d}"\nterm_run_time: 600{before}'
        )
        yield f"insert_job: {name}_in   job_type: BOX\nbox_name: {name}\ncondition: s({name}_4)"
        for number in range(MEMBERS - 1):
            yield _member(name, number)


def _member(box: str, number: int) -> str:
    inside = f"{box}_in" if number >= 24 else box
    lines = [
        f"insert_job: {box}_{number}   job_type: CMD\nbox_name: {inside}\ncommand: /opt/batch/run.sh {number}",
        f"machine: host{number % 4}\nowner: batch@host{number % 4}",
        f"avg_runtime: {number % 12 + 1}\nalarm_if_fail: 1",
    ]
    if number % 3:
        lines.append(f"condition: s({box}_{number - 1})" + (f" & s({box}_{number - 3})" if number % 6 == 5 else ""))
    elif number % 9 == 3:
        lines.append("n_retrys: 2")
    elif number % 12 == 6:
        lines.append('condition: v(DATE_1) != "closed" | v(DATE_2) = "open"')
    if number % 10 == 8:
        lines.append("max_run_alarm: 30\nmin_run_alarm: 1")
    return "\n".join(lines)


def _hourly() -> Iterator[str]:
    """Every hour; every third twice, with a window of the working day."""
    for number in range(HOURLY):
        minutes = f"{number * 5 % 60}" if number % 3 else f"{number % 30},{number % 30 + 30}"
        window = '\nrun_window: "06:00-20:00"' if number % 6 == 0 else ""
        yield (
            f"insert_job: hourly_{number}   job_type: CMD\ncommand: /opt/batch/poll.sh\nmachine: host1\n"
            f"date_conditions: 1\ndays_of_week: all\nstart_mins: {minutes}{window}\navg_runtime: 2"
        )


def _timed() -> Iterator[str]:
    for number in range(TIMED):
        days = ("mo,tu,we,th,fr", "all", "mo,we,fr", "su")[number % 4]
        yield (
            f"insert_job: timed_{number}   job_type: CMD\ncommand: /opt/batch/report.sh\nmachine: host2\n"
            f'date_conditions: 1\ndays_of_week: {days}\nstart_times: "{number % 24:02d}:{number % 60:02d}"\n'
            f"avg_runtime: {number % 25 + 1}\nn_retrys: {number % 2}"
        )


def _followers() -> Iterator[str]:
    """Outside boxes: after a job of a box, some with a look-back."""
    for number in range(FOLLOWERS):
        lookback = (",0", ",12.00", "", ",06.30")[number % 4]
        other = f" & s(timed_{number},24.00)" if number % 5 == 2 else ""
        yield (
            f"insert_job: follow_{number}   job_type: CMD\ncommand: /opt/batch/send.sh\nmachine: host3\n"
            f"condition: s(box{number % BOXES}_{number % 20 + 10}{lookback}){other}"
        )


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "estate.jil").write_text(jil(), encoding="utf-8")
    (folder / "estate.txt").write_text(script(), encoding="utf-8")
