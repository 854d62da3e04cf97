"""Overrides that a run has used are marked in the turn that starts it (`core/overrides.py`)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from autosys_py.core.model import Definition, NamedObject, Use
from autosys_py.core.overrides import JOB_VER, RUN_NUM, STARTED


class Holder(Protocol):
    """What of a store is needed here."""

    def definition(self, joid: int, job_ver: int = 0) -> Definition | None: ...

    def objects(self, kind: str, name: str | None = None) -> list[NamedObject]: ...

    def put_object(self, thing: NamedObject) -> None: ...


def record_uses(store: Holder, uses: Iterable[Use]) -> None:
    """Writes run and start into the overrides that were used. One that `jil` took away meanwhile stays away."""
    for use in uses:
        definition = store.definition(use.job.joid)  # under the name that the job has now
        for each in store.objects("override", definition.job.name) if definition is not None else ():
            if each.value(JOB_VER) == str(use.job.override_ver) and not each.value(RUN_NUM):
                used = ((RUN_NUM, str(use.run_num)), (STARTED, str(use.start)))
                store.put_object(replace(each, attributes=(*each.attributes, *used)))
