"""Where a PDF ends, what qpdf had to repair in it, and which of that is no loss."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf

from eakte.domain.findings import Finding, FindingCode
from eakte.i18n import N_
from eakte.pages.sniff import refusal
from eakte.pages.whole import cut_off, trailing

_HEAD, _TAIL = 2048, 1 << 16
_END = b"%%EOF"
_LENGTH_OF_LINEARISED = re.compile(rb"/Linearized\b[^>]{0,400}?/L\s+(\d+)", re.DOTALL)
_HARMLESS = re.compile(
    "|".join(  # noqa: FLY002 - one remark a line
        (
            r"xref entry for the xref stream itself is missing",
            r"extraneous whitespace seen before xref",
            r"dictionary has duplicated key /\w+; last occurrence overrides",
            r"reported number of objects \(\d+\) is not one plus the highest",
            r"unknown token while reading object; treating as string$",
            r"treating bad indirect reference \(\d+ \d+ R\) as null$",
            r"Resources is missing or invalid; repairing$",
        )
    )
)
"""Remarks of qpdf after which everything that the file's own table names is still there."""


def check_end(path: Path) -> tuple[Finding, ...]:
    """Prove that a PDF has its end marker, and all of its length if it is linearised.

    Gives a finding if something follows the end; raises UnusableInputError (`truncated`).
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD)
        start = max(0, size - _TAIL)
        file.seek(start)
        tail = file.read()
    if _END not in tail or b"startxref" not in tail:
        raise cut_off(N_("the PDF has no end marker"))
    linearised = _LENGTH_OF_LINEARISED.search(head)
    if linearised and int(linearised.group(1)) > size:
        raise cut_off(N_("the PDF is shorter than it says"))
    return trailing(path, start + tail.rindex(_END) + len(_END))


def check_repairs(pdf: pikepdf.Pdf, path: Path) -> None:
    """Refuse a PDF in which qpdf had to repair what may be lost data (`damaged`)."""
    for warning in map(str, pdf.get_warnings()):
        if not _HARMLESS.search(warning):
            raise refusal(FindingCode.DAMAGED, warning.removeprefix(str(path)).lstrip(":, "))
