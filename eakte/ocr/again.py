"""A second reading of a page, prepared in another way: when, how, and which of the two counts."""

from __future__ import annotations

from eakte.domain.findings import FindingCode
from eakte.domain.text import Preparation, PreparedPicture, RecognisedPage
from eakte.ocr.tsv import weight

_OTHER = {
    Preparation.BITONAL: Preparation.SHARPENED,
    Preparation.GREY: Preparation.SHARPENED,
    Preparation.SHARPENED: Preparation.SMOOTHED,
    Preparation.SMOOTHED: Preparation.SHARPENED,
}


def other_preparation(page: RecognisedPage, picture: PreparedPicture) -> Preparation | None:
    """Give how to prepare a page that read badly once more; None if it read well enough."""
    doubtful = any(found.code is FindingCode.LOW_OCR_CONFIDENCE for found in page.findings)
    return _OTHER[picture.preparation] if page.complete and doubtful else None


def surer(first: RecognisedPage, second: RecognisedPage) -> RecognisedPage:
    """Give the reading in which more was read more surely; a complete one if only one is."""
    if second.complete and weight(second.words) > weight(first.words):
        return second
    return first
