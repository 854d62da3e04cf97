"""The hash chain of the past: whoever alters or removes a row breaks every hash after it.

hash(row) = sha256(hash of the row before it, as 64 hexadecimal digits, then the row's canonical form), in hexadecimal;
before the first row stands `BEGINNING`. The canonical form is a JSON array of the row's stored columns, in the order
of the table, without blanks and in ASCII, so that anybody with the rows can compute the chain again.
"""

from hashlib import sha256

from autosys_py.core.codes import EventCode
from autosys_py.core.model import Definition, Fact
from autosys_py.event_server.protocol import EventServer
from autosys_py.event_server.rows import FactRow, compact_json, fact_row

BEGINNING = "0" * 64


def canonical(fact: Fact) -> str:
    """What the hash of a fact is taken of, beside the hash before it."""
    return compact_json(fact_row(fact))


def link(previous: str, fact: Fact) -> str:
    """The hash of a fact after one whose hash is `previous`."""
    return link_row(previous, fact_row(fact))


def link_row(previous: str, row: FactRow) -> str:
    """The same for a fact that is a row already."""
    return sha256((previous + compact_json(row)).encode("ascii")).hexdigest()


def seal_of(definition: Definition, job_ver: int) -> str:
    """What the entry of a new version says of it, so that the chain holds definitions too: the number of the version
    and the hash of what it says. What the scheduler reads of it was made from that."""
    job, attributes = definition.job, definition.attributes
    said = compact_json([job.name, job.job_type, job.box_joid, attributes, definition.sent_by, definition.time])
    return f"{job_ver}:{sha256(said.encode('ascii')).hexdigest()}"


def altered_definition(store: EventServer) -> Definition | None:
    """The first version whose entry in the past says other than what is stored; None if there is none. Versions
    that `archive_jobs` removed, and those written before there were seals, are not asked about."""
    sealed: dict[tuple[int, int], str] = {}
    after = 1
    while facts := store.audit_facts(after, PAGE):
        for fact in facts:
            version = fact.name.partition(":")[0]
            if fact.code is EventCode.DEFINITION_CHANGED and version.isdecimal():
                sealed[fact.joid, int(version)] = fact.name
        after = facts[-1].seq + 1
    behind = (0, 0)
    while found := store.versions(behind, PAGE):
        for definition, _ in found:
            behind = (definition.job.joid, definition.job.job_ver)
            if behind in sealed and sealed[behind] != seal_of(definition, definition.job.job_ver):
                return definition
    return None


PAGE = 1000
UNREADABLE = (KeyError, ValueError, TypeError)
"""What a row raises whose columns hold what no fact has."""


def first_broken(store: EventServer) -> int | None:
    """The `seq` of the first row that was altered or whose predecessor is missing; None if the chain is whole. Streams.

    Rows that were archived are bridged by their seals (see `seals`). Rows missing at the very end are found by
    comparing with `last_seq`, which is counted apart: the newest row is never archived.
    """
    from autosys_py.event_server.seals import Removed

    removed = Removed.of(store)
    previous, expected, page = BEGINNING, 1, PAGE
    while hashes := store.hashes(expected, page):
        try:
            facts = store.all_facts(expected, len(hashes))
        except UNREADABLE:
            if page == 1:
                return hashes[0][0]
            page = 1  # up to the one that it is
            continue
        stored = dict(hashes)
        for fact in facts:
            if fact.seq not in stored:
                break  # archived while we read: the page is read again
            if fact.seq != expected:
                across = removed.digest_across(expected, fact.seq - 1)
                if across is None:  # perhaps archived since the seals were read
                    removed = Removed.of(store)
                    across = removed.digest_across(expected, fact.seq - 1)
                if across is None:
                    return fact.seq
                previous = across
            previous = link(previous, fact)
            if previous != stored[fact.seq]:
                return fact.seq
            expected = fact.seq + 1
    return None
