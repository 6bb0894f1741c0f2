"""A batch: what its Vorblatt says, whether its pages are all there, and names of duplex halves."""

from __future__ import annotations

import re
import unicodedata

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import Batch, Mark, MarkKind, Side, SourcePage
from eakte.i18n import N_
from eakte.pages.barcodes import batch

SEVERAL_COVERS = N_("several Vorblätter in one scan; its pages were not counted")
COVER_NOT_FIRST = N_("the Vorblatt is not the first page of the scan")

_HALF = re.compile(
    r"(?P<batch>[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,58}[A-Za-z0-9])?)[-_]"
    r"(?:(?P<odd>odd|vorderseiten)|(?P<even>even|r(?:ue|ü)ckseiten))"
    r"\.(?:pdf|tiff?|jpe?g|png)",
)
_ENDING = re.compile(r"[-_][^-_]*\Z")


def batch_of(pages: tuple[SourcePage, ...]) -> Batch | None:
    """Give what the Vorblatt of a scan says; None without one, or if there are several."""
    covers = _covers(pages)
    return batch(covers[0][1].value) if len(covers) == 1 else None


def batch_findings(pages: tuple[SourcePage, ...]) -> tuple[Finding, ...]:
    """Give what is wrong with the batch that a scan says it is; () without a Vorblatt.

    Every page of the scan counts except the Vorblatt itself: separator sheets, blank sides and the
    reverse of the Vorblatt, too. The detail of `batch_incomplete` is "counted ≠ told".
    """
    covers = _covers(pages)
    if len(covers) > 1:
        numbers = sorted({number for number, _mark in covers})
        found = [
            Finding(FindingCode.DOUBTFUL_BARCODE, number, SEVERAL_COVERS) for number in numbers
        ]
        return tuple(found)
    if not covers:
        return ()
    (number, mark), counted = covers[0], len(pages) - 1
    findings = []
    if number != 1:
        findings.append(Finding(FindingCode.DOUBTFUL_BARCODE, number, COVER_NOT_FIRST))
    told = batch(mark.value).pages
    if told not in (0, counted):
        findings.append(Finding(FindingCode.BATCH_INCOMPLETE, None, f"{counted} ≠ {told}"))
    return tuple(findings)


def half_of_name(name: str) -> tuple[str, Side] | None:
    """Give batch and side of a file named as half of a duplex batch, as `post-17-odd.pdf`.

    The name must be BATCH, `-` or `_`, one of odd, even, Vorderseiten, Rückseiten, and the ending
    of a file with pages; anything else is no half. Case matters in BATCH only.
    """
    plain = unicodedata.normalize("NFC", name)
    ending = _ENDING.search(plain)
    if ending is None:
        return None
    match = _HALF.fullmatch(plain[: ending.start()] + ending.group().lower())
    if match is None:
        return None
    return match["batch"], Side.ODD if match["odd"] else Side.EVEN


def _covers(pages: tuple[SourcePage, ...]) -> list[tuple[int, Mark]]:
    """Give every Vorblatt's mark with the number of its page."""
    return [
        (page.number, mark) for page in pages for mark in page.marks if mark.kind is MarkKind.COVER
    ]
