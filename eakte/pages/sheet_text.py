"""Is a separator sheet only that? What was read on it tells a letter that bears such a barcode."""

from __future__ import annotations

import re

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.text import RecognisedPage

_PRINTED = re.compile(
    r"trennblatt|vorblatt|deckblatt|separator sheet|cover sheet|patch code", re.IGNORECASE
)
"""Words that sheets made for the purpose say of themselves."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_SURE = 0.6
_FEWEST = 3
"""So many words, read for sure, are somebody's message."""


def sheet_findings(sheet: RecognisedPage) -> tuple[Finding, ...]:
    """Give `separator_with_content` if a sheet does not say what it is, but something else."""
    if _PRINTED.search(" ".join(sheet.text.split())):
        return ()
    words = [word.text for word in sheet.words if word.confidence >= _SURE]
    said = [text for text in words if _WORD.search(text) and "patch" not in text.lower()]
    if len(said) < _FEWEST:
        return ()
    return (Finding(FindingCode.SEPARATOR_WITH_CONTENT, sheet.number),)
