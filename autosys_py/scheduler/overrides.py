"""Overrides read from the store for the world: those that wait for a run, and those of runs that are not over."""

from collections.abc import Iterable
from dataclasses import replace

from autosys_py.core.model import Job, NamedObject, Run
from autosys_py.core.overrides import JOB_VER, pending, retimes
from autosys_py.event_server.protocol import EventServer


def pending_override(store: EventServer, job: Job) -> Job | None:
    """The job with the override for its next run laid over it; None without one."""
    override = pending(store.objects("override", job.name))
    return None if override is None else _laid(store, job, override)


def pending_overrides(store: EventServer, jobs: Iterable[Job]) -> dict[int, Job]:
    """The same for all jobs at once, by joid."""
    of_name: dict[str, list[NamedObject]] = {}
    for each in store.objects("override"):
        of_name.setdefault(each.name, []).append(each)
    found = {}
    for job in jobs if of_name else ():
        override = pending(of_name.get(job.name, ()))
        laid = None if override is None else _laid(store, job, override)
        if laid is not None:
            found[job.joid] = laid
    return found


def override_of_run(store: EventServer, job: Job, run: Run) -> Job | None:
    """What a run that started with an override was decided for; None if it had none."""
    if run.job_ver == job.job_ver or not any(
        each.value(JOB_VER) == str(run.job_ver) for each in store.objects("override", job.name)
    ):
        return None
    definition = store.definition(job.joid, run.job_ver)
    return None if definition is None else replace(definition.job, override_ver=run.job_ver)


def _laid(store: EventServer, job: Job, override: NamedObject) -> Job | None:
    number = int(override.value(JOB_VER) or 0)
    definition = store.definition(job.joid, number) if number else None
    if definition is None:
        return None
    return replace(definition.job, job_ver=number if retimes(override) else job.job_ver, override_ver=number)
