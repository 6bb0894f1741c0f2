"""From a scan and its text to the archive copy: the cheapest way that is faithful, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from eakte.domain.archive import ArchiveCopy, way_of
from eakte.domain.mail import MediaType, PageKind, SourcePage
from eakte.domain.text import RecognisedPage
from eakte.pdfa.check import PASS
from eakte.pdfa.compare import compare
from eakte.pdfa.document import assemble_document
from eakte.pdfa.guilty import tried_guilty
from eakte.pdfa.picture_file import assemble_pictures
from eakte.pdfa.plan import BROKEN, Job, Keep, Made, Plan, UnfitError, refused
from eakte.pdfa.save import digest_of

_ATTEMPTS = 8
"""After so many attempts all pages are drawn anew, as the last one."""


def build(
    source: Path,
    media_type: MediaType,
    pages: tuple[SourcePage, ...],
    texts: Mapping[int, RecognisedPage],
    out: Path,
) -> ArchiveCopy:
    """Write the archive copy of these pages of a scan to `out`.

    Picture pages keep the scanner's coded picture bit for bit wherever PDF/A knows its coding, and
    its pixels otherwise. Pages that a program drew stay what they are, made to conform. Only pages
    with which no conforming and faithful file can be made are drawn anew, and named in
    `rasterised`. Pages, look and text are compared with the scan before the copy is given.
    `texts`: what was read, by page number; it may be long, so it is looked up page by page.
    Raises UnusableInputError (`conversion_failed`).
    """
    job = Job(source, media_type, pages, texts, out)
    plan, last, attempts = _first(job), Plan(job.numbers, Keep.PAGES), 0
    while True:
        try:
            return _attempt(job, plan)
        except UnfitError as problem:
            out.unlink(missing_ok=True)
            hopeless = problem.pages and problem.pages <= plan.redrawn
            if hopeless or plan == last:
                raise refused(problem.detail) from None
            attempts += 1
            plan = last if attempts == _ATTEMPTS else _next(job, plan, problem.pages) or last


def _first(job: Job) -> Plan:
    """Begin with the least change; of PDFs with scanner pictures only, embedded files stay."""
    if job.media_type is not MediaType.PDF:
        return Plan(keep=Keep.PAGES)
    drawn = any(page.kind is PageKind.BORN_DIGITAL for page in job.pages)
    return Plan(keep=Keep.ALL if drawn else Keep.FILES)


def _attempt(job: Job, plan: Plan) -> ArchiveCopy:
    made = _assemble(job, plan)
    try:
        likeness = compare(job, made.plan)
    except BROKEN as problem:
        raise UnfitError(str(problem)) from None
    rasterised = tuple(sorted(made.plan.redrawn))
    promoted = tuple(page.number for page in job.pages if made.plan.promoted(page))
    pages = len(job.pages)
    return ArchiveCopy(
        sha256=digest_of(job.out),
        pages=pages,
        verdict=PASS,
        claim=made.claim,
        way=way_of(pages, len(promoted), len(rasterised)),
        rasterised=rasterised,
        promoted=promoted,
        findings=made.findings,
        likeness=likeness,
    )


def _assemble(job: Job, plan: Plan) -> Made:
    assemble = assemble_document if job.media_type is MediaType.PDF else assemble_pictures
    try:
        return assemble(job, plan)
    except UnfitError as problem:
        blamed = (job.pages[place - 1].number for place in problem.pages)
        raise UnfitError(problem.detail, frozenset(blamed)) from None
    except BROKEN as problem:
        raise UnfitError(str(problem)) from None


def _next(job: Job, plan: Plan, blamed: frozenset[int]) -> Plan | None:
    """Draw the pages anew that are to be blamed; without any, keep less, and then try the pages."""
    if blamed - plan.redrawn:
        return plan.drawing(blamed)
    if plan.keep is not Keep.PAGES:
        return replace(plan, keep=Keep(plan.keep + 1))
    left = tuple(page for page in job.pages if page.number not in plan.redrawn)
    guilty = tried_guilty(lambda group: _fails(job, group), left) if left else frozenset()
    return plan.drawing(guilty) if guilty else None


def _fails(job: Job, group: tuple[SourcePage, ...]) -> bool:
    """Tell whether no conforming file can be made of these pages alone."""
    try:
        _assemble(job.of(group), Plan(keep=Keep.PAGES))
    except UnfitError:
        return True
    return False
