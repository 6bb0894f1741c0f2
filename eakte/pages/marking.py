"""The marks on one page: what its barcodes order, whether it is a sheet of its own, and doubts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import Mark, MarkKind
from eakte.i18n import N_
from eakte.pages.barcodes import understand
from eakte.pages.bars import coded_cells, has_code, is_sheet
from eakte.pages.codes import Code, read_askew, read_codes, read_harder

COVER_WITH_CONTENT = N_("a Vorblatt with other content; it was kept in the letter")
TWO_COVERS = N_("two Vorblätter on one page")


@dataclass(frozen=True)
class Marking:
    """Marks, findings about them, and whether the page is a separator sheet or Vorblatt."""

    marks: tuple[Mark, ...] = ()
    findings: tuple[Finding, ...] = ()
    separator: bool = False


def marking(number: int, glance: Image.Image) -> Marking:
    """Look for marks on page `number` through its grey glance.

    A page with an order to split or a Vorblatt's code is a sheet of its own if it shows hardly
    anything else; else it is content. A page that shows hardly anything but what looks like codes,
    and bears no code that can be read, is content, with a finding: it may be a damaged separator.
    """
    coded = coded_cells(glance)
    large = has_code(coded)
    codes = read_codes(glance, large=large)
    if not codes and not large:
        return Marking()
    codes = codes or read_askew(glance)
    alone = not codes and is_sheet(glance, coded, ())
    codes = read_harder(glance) if alone else codes
    if codes:
        return _understood(number, glance, coded, codes)
    return Marking((), (Finding(FindingCode.DAMAGED_SEPARATOR, number),) if alone else ())


def _understood(
    number: int, glance: Image.Image, coded: np.ndarray, codes: tuple[Code, ...]
) -> Marking:
    readings = [understand(code.text, code.symbology) for code in codes]
    marks = _unlike(mark for reading in readings for mark in reading.marks)
    kinds = {mark.kind for mark in marks}
    ordering = bool(kinds & {MarkKind.SPLIT, MarkKind.COVER})
    sheet = ordering and is_sheet(glance, coded, codes)
    details = [reading.doubt for reading in readings if reading.doubt]
    details += _cover_doubts(marks, sheet=sheet)
    findings = [Finding(FindingCode.DOUBTFUL_BARCODE, number, each) for each in details]
    if MarkKind.SPLIT in kinds and not sheet:
        findings.append(Finding(FindingCode.SEPARATOR_WITH_CONTENT, number))
    return Marking(marks, tuple(dict.fromkeys(findings)), sheet)


def _cover_doubts(marks: tuple[Mark, ...], *, sheet: bool) -> list[str]:
    covers = [mark for mark in marks if mark.kind is MarkKind.COVER]
    doubts = [TWO_COVERS] if len(covers) > 1 else []
    return [*doubts, COVER_WITH_CONTENT] if covers and not sheet else doubts


def _unlike(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Give each kind and value once, with the symbology that was read first."""
    return tuple({(mark.kind, mark.value): mark for mark in reversed(tuple(marks))}.values())[::-1]
