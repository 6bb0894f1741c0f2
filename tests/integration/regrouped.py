"""Making the letters of a division or joint by hand, without the workflow's work on the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from eakte.database import transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveCopy, ArchiveWay, Claim
from eakte.domain.ids import DocumentId, digest_of, part_of_id
from eakte.pipeline import regrouping
from eakte.pipeline.desk import Desk
from eakte.records import documents


def finish_by_hand(
    desk: Desk,
    old: tuple[DocumentId, ...],
    change: Callable[[Document], Document] = lambda made: made,
) -> None:
    """Add the new letters as the workflow does, twice; `change` tells what is found of them."""
    with transaction(desk.engine) as connection:
        letters = [documents.get(connection, name) for name in old]
        names = letters[0].successors
        pages = sorted(page for each in letters for page in each.pages)
        size = len(pages) - len(names) + 1
        groups = [pages[:size], *([page] for page in pages[size:])]
        made = tuple(
            (change(_made(letters[0], name, tuple(group))), _copy(name, len(group)))
            for name, group in zip(names, groups, strict=True)
        )
        for _twice in range(2):
            regrouping.finish(connection, old, made, desk.definitions, desk.clock.now())


def _made(origin: Document, name: DocumentId, pages: tuple[int, ...]) -> Document:
    """Give a letter as a workflow makes it: it knows nothing of what was before."""
    made = replace(origin, id=name, part=part_of_id(name), pages=pages, findings=())
    made = replace(made, state=DocumentState.REVIEW, successors=(), version=1, sampled=False)
    return replace(made, deadline="", deadline_rule="", first_received_at=None, lowered_by=())


def _copy(name: DocumentId, pages: int) -> ArchiveCopy:
    return ArchiveCopy(digest_of(name.encode()), pages, "pass", Claim(), ArchiveWay.PICTURES, ())
