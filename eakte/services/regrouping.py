"""Dividing and joining letters of one scan: `eakte watch` makes new letters of their pages."""

from __future__ import annotations

import itertools

from eakte.database import transaction
from eakte.domain.akten import Document
from eakte.domain.ids import DocumentId
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline import regrouping
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.records import documents
from eakte.services import actor
from eakte.services.access import Permission, require
from eakte.services.reviewing import deciding, require_waiting


def split(desk: Desk, prefix: str, cuts: tuple[int, ...], seen: int = 0) -> tuple[DocumentId, ...]:
    """Divide a letter after its pages `cuts` (counted from 1 in the letter); gives the new ids.

    Raises RefusedError if it does not wait, is not the version `seen` (0: any), or has no page
    behind a cut.
    """
    with deciding(desk, prefix, seen) as (connection, letter):
        groups = _groups(letter, cuts)
        submitter, now = Submitter(desk.engine), desk.clock.now()
        return regrouping.begin(connection, (letter,), groups, submitter, actor.current(desk), now)


def join(
    desk: Desk, prefixes: tuple[str, ...], seen: tuple[int, ...] = ()
) -> tuple[DocumentId, ...]:
    """Make one letter of several of the same scan, its pages in their order; gives the new id.

    `seen` are the versions that the clerk saw, one for each letter (0, or none at all: any). Raises
    RefusedError as `split` does.
    """
    versions = seen or (0,) * len(prefixes)
    scope = require(desk, Permission.REVIEW)
    with transaction(desk.engine) as connection:
        found = [documents.get_by_prefix(connection, prefix, scope) for prefix in prefixes]
        for each, version in zip(found, versions, strict=True):
            require_waiting(connection, each, version)
        letters = tuple({each.id: each for each in found}.values())
        if len(letters) == 1:
            raise RefusedError(detail=_("joining needs two letters or more"))
        pages = tuple(sorted(page for each in letters for page in each.pages))
        submitter, now = Submitter(desk.engine), desk.clock.now()
        return regrouping.begin(connection, letters, (pages,), submitter, actor.current(desk), now)


def _groups(letter: Document, cuts: tuple[int, ...]) -> regrouping.Groups:
    count = len(letter.pages)
    if not cuts or not all(0 < cut < count for cut in cuts):
        detail = _("{document} has {count} pages; divide it after one of 1 to {last}")
        told = detail.format(document=letter.id, count=count, last=count - 1)
        if count == 1:
            told = _("{document} has one page only").format(document=letter.id)
        raise RefusedError(detail=told)
    ends = (0, *sorted(set(cuts)), count)
    return tuple(letter.pages[start:end] for start, end in itertools.pairwise(ends))
