"""What the store reads off a definition to find it again."""

from collections.abc import Mapping

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


def fault_of_boxes(boxes: Mapping[int, int]) -> str:
    """What is wrong with the boxes, empty if nothing is. `boxes` gives each job's box, 0 = none.

    `jil` lets no circle and no box of nobody come about; from a damaged store it would lead whoever follows the boxes
    round for ever, or nowhere.
    """
    good: set[int] = set()
    for joid, box in boxes.items():
        if not box or box in good:
            continue
        if box not in boxes:
            return f"job {joid} is in box {box}, which is not there"
        way: dict[int, None] = {}
        at = joid
        while at and at not in good:
            if at in way:
                return f"box {at} is inside itself"
            way[at] = None
            at = boxes.get(at, 0)
        good.update(way)
    return ""
