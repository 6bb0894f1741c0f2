"""The gate: does a PDF that we just wrote conform to PDF/A-2u?

pikepdf's allow-list validator judges everything but two constructs, which it does not know: level
U, and extension schemas. Both are ours alone, so they are proven here instead: U by the only font
being the one of our text layer, the XMP by being byte for byte what `xmp.packet` writes.
Never use this on files of others (see archive.md: 13 of 114 foreign approvals were false).
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Name, pdfa

from eakte.domain.findings import FindingCode
from eakte.errors import UnusableInputError
from eakte.pdfa.font import is_ours
from eakte.pdfa.opening import Unmapped, open_pdf
from eakte.pdfa.xmp import Facts, packet

PASS = "pass"  # noqa: S105 - a verdict

_LEVEL_RULE = "6.6.4-3"
_SCHEMA_RULES = ("6.6.2.3.1-1", "6.6.2.3.1-2")
_IN_XMP = "(MetadataStream)"


def verdict(path: Path, facts: Facts) -> str:
    """Give `pass`, or why not; `facts` are what the XMP must say."""
    with Unmapped(path) as file:
        report = pdfa.validate_written(io.BufferedReader(file), facts.claim.flavour)
    with open_pdf(path) as pdf:
        if pdf.Root.Metadata.read_bytes() != packet(facts):
            return "the XMP is not what was to be written"
        only_ours = all(is_ours(font) for font in _fonts(pdf))
    left = [found for found in report.findings if not _proven_here(found, only_ours=only_ours)]
    return str(left[0]) if left else PASS


def page_count(path: Path) -> int:
    """Count the pages of a PDF."""
    with open_pdf(path) as pdf:
        return len(pdf.pages)


def require_pass(path: Path, facts: Facts) -> None:
    """Raise UnusableInputError (`conversion_failed`) and remove the file unless it conforms."""
    answer = verdict(path, facts)
    if answer != PASS:
        path.unlink()
        raise UnusableInputError(reason=FindingCode.CONVERSION_FAILED.value, detail=answer)


def _proven_here(found: pdfa.Finding, *, only_ours: bool) -> bool:
    if not found.where.endswith(_IN_XMP):
        return False
    _standard, _, rule = found.rule.partition(":")
    return rule in _SCHEMA_RULES or (rule == _LEVEL_RULE and only_ours)


def _fonts(pdf: pikepdf.Pdf) -> list[Any]:
    """Give all fonts of the file, descendants left out."""
    return [
        item
        for item in pdf.objects
        if isinstance(item, pikepdf.Dictionary)
        and item.get(Name.Type) == Name.Font
        and Name.CIDSystemInfo not in item
    ]
