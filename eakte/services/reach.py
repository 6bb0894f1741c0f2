"""Which blobs are named by others, and which workflows have done their work."""

from __future__ import annotations

from collections.abc import Callable

from eakte.database.mentions import digests_in
from eakte.domain.ids import Digest
from eakte.pipeline import workflows
from eakte.pipeline.desk import Desk
from eakte.pipeline.mending import open_work

_JSON_LIMIT = 64 << 20
"""Our own JSON is smaller; a larger blob that begins like JSON came from outside."""


def done_work(desk: Desk) -> Callable[[str], bool]:
    """Give the question whether a workflow ended with its work done: its results count no more."""
    ended, unfinished = workflows.ended(desk.engine), open_work(desk)
    return lambda workflow: workflow in ended and not workflow.startswith(unfinished)


def reachable(desk: Desk, named: frozenset[Digest]) -> frozenset[Digest]:
    """Give the named blobs, and those that are named in them: our JSON names other blobs."""
    reached, fresh = named, named
    while fresh:
        inside = frozenset[Digest]().union(*(_named_in(desk, digest) for digest in fresh))
        fresh = inside - reached
        reached |= fresh
    return reached


def _named_in(desk: Desk, digest: Digest) -> frozenset[Digest]:
    path = desk.store.path(digest)
    if not path.is_file() or path.stat().st_size > _JSON_LIMIT:
        return frozenset()
    with path.open("rb") as blob:
        begin = blob.read(1)
        text = blob.read() if begin in {b"{", b"["} else b""
    return digests_in(text.decode("utf-8", "replace"))
