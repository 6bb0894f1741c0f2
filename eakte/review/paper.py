"""Which paper may be destroyed, from when, and what forbids it (BSI TR-03138 A.O.1, A.NB.4, FAQ).

Everything that is not proven forbids. Seals are verified anew, by what the caller passes in, but
only where nothing else forbids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from eakte.domain.akten import Document, DocumentState
from eakte.domain.findings import FindingCode, sentences
from eakte.domain.letters import ClassDefinition, Schutzbedarf
from eakte.domain.levels import needed, suffices
from eakte.domain.quality import BatchState
from eakte.domain.transfervermerk import Release, ReleaseKind, Transfervermerk
from eakte.domain.verification import Verdict
from eakte.i18n import _

NEVER = frozenset(
    {
        FindingCode.CUT_EDGE,
        FindingCode.JBIG2,
        FindingCode.BATCH_INCOMPLETE,
        FindingCode.HALVES_DIFFER,
        FindingCode.DAMAGED_SEPARATOR,
        FindingCode.SEPARATOR_WITH_CONTENT,
        FindingCode.TRAILING_DATA,
        FindingCode.INCOMING_SIGNATURE,
        FindingCode.SEVERAL_LOOKS,
        FindingCode.ATTACHMENTS_MISSING,
        FindingCode.RESCAN_WITHDRAWN,
    }
)
"""With these the scan may lack something, or the original is worth more: whoever looked at it."""
UNLESS_SEEN = frozenset(
    {
        FindingCode.BITONAL,
        FindingCode.LOW_RESOLUTION,
        FindingCode.BLANK_PAGE,
        FindingCode.SKEWED,
        FindingCode.UPSIDE_DOWN,
        FindingCode.LOW_OCR_CONFIDENCE,
        FindingCode.OCR_INCOMPLETE,
        FindingCode.HANDWRITING,
        FindingCode.RASTERISED,
        FindingCode.DOUBTFUL_BARCODE,
        FindingCode.SEVERAL_LETTERS,
        FindingCode.LITTLE_TEXT,
        FindingCode.OTHER_LANGUAGE,
        FindingCode.HIDDEN_TEXT,
        FindingCode.NOT_SHOWN,
        FindingCode.TEXT_UNUSABLE,
    }
)
"""With these a person must have compared the scan with the paper."""


@dataclass(frozen=True)
class PaperOf:
    """What is to be said of a letter's paper: from which day it may go, or what forbids it."""

    document: str
    file: str
    pages: tuple[int, ...]
    allowed_from: date | None
    forbidden: tuple[str, ...]
    """In the reader's language; empty if nothing does."""

    def may_go(self, today: date) -> bool:
        """Tell whether the paper may be destroyed on that day."""
        return not self.forbidden and self.allowed_from is not None and today >= self.allowed_from


def judge(
    letter: Document,
    file: str,
    definition: ClassDefinition | None,
    batch: BatchState | None,
    verify: Callable[[], Verdict],
) -> PaperOf:
    """Judge one letter; `verify` gives today's verdict on its sealed original."""
    note = letter.transfervermerk
    forbidden = tuple(_forbidding(letter, definition, batch))
    if not forbidden and (verdict := verify()) is not Verdict.VALID:
        forbidden = (_("its seal is not VALID today: {said}").format(said=verdict.value),)
    days = definition.paper_days if definition else 0
    allowed = note.released_at.date() + timedelta(days=days) if note else None
    return PaperOf(letter.id, file, letter.pages, allowed, forbidden)


def _forbidding(
    letter: Document,
    definition: ClassDefinition | None,
    batch: BatchState | None,
) -> Iterator[str]:
    if batch is None or batch in {BatchState.OPEN, BatchState.SAMPLING}:
        yield _("quality assurance of its batch is not complete")
    if definition is not None and definition.keep_original:
        yield _("letters of this class are kept as originals")
    note = letter.transfervermerk
    if letter.state is not DocumentState.FILED or note is None or letter.sealed is None:
        yield _("it is not sealed and filed ({state})").format(state=_(letter.state.value))
        return
    if not note.complete:
        yield _("the scan is not complete")
    if note.release.kind is ReleaseKind.RULE:
        yield from _of_rule(note.release, batch)
    yield from _of_class(definition, note)
    yield from _of_findings(note)


def _of_rule(release: Release, batch: BatchState | None) -> Iterator[str]:
    """Tell what a release by rule forbids: without a sample nobody looked at anything."""
    if not release.check.seed or not release.check.rate:
        yield _("it was released by rule, and no sample was drawn")
    if batch is BatchState.FULL_CHECK:
        yield _("the sample of its batch failed, and no person checked it")


def _of_class(definition: ClassDefinition | None, note: Transfervermerk) -> Iterator[str]:
    """Tell what its class forbids: the Schutzbedarf of today and that of the release both count."""
    if definition is None:
        yield _("its class is not known")
        return
    for need in {definition.schutzbedarf, Schutzbedarf(note.schutzbedarf)}:
        if not suffices(note.level_reached, need):
            text = _("the seal reaches “{reached}”; Schutzbedarf {need} needs “{needed}”")
            yield text.format(
                reached=_(note.level_reached), need=need.value, needed=_(needed(need).value)
            )
        if need is Schutzbedarf.SEHR_HOCH and note.release.first is None:
            yield _("only one person checked it")
        if need is not Schutzbedarf.NORMAL and note.release.kind is not ReleaseKind.PERSON:
            yield _("no person checked it")


def _of_findings(note: Transfervermerk) -> Iterator[str]:
    seen = note.release.kind is ReleaseKind.PERSON
    forbidding = NEVER if seen else NEVER | UNLESS_SEEN
    yield from sentences(sorted(each for each in note.anomalies if each.code in forbidding))
    for person, remark in note.release.remarks:
        text = _("{person} remarked on the paper: {remark}")
        yield text.format(person=person, remark=remark)
