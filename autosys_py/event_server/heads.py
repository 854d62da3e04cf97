"""What the store reads off a definition to find it again."""

from autosys_py.core.model import Definition, Job
from autosys_py.event_server.protocol import JobHead


def head_of(definition: Definition) -> JobHead:
    """The head of a definition version."""
    job = definition.job
    application, group = definition.value("application"), definition.value("group")
    return JobHead(job.joid, job.job_ver, job.name, job.job_type, job.box_joid, application, group)


def names_in(job: Job) -> list[str]:
    """The local jobs that its condition and its box overrides name, sorted."""
    conditions = [each for each in (job.condition, job.box_success, job.box_failure) if each is not None]
    return sorted({name for condition in conditions for name in condition.job_names()})
