"""A letter for tests of the review."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveWay, Claim, Conversion
from eakte.domain.ids import digest_of, document_id
from eakte.domain.letters import Classification, Extraction

RECEIVED = datetime(2026, 10, 5, 8, tzinfo=UTC)


def letter(part: int = 1, **more: Any) -> Document:
    """Give a letter in review of which little is known."""
    scan = digest_of(b"scan")
    plain = Document(
        id=document_id(scan, part),
        scan=scan,
        part=part,
        pages=(part,),
        state=DocumentState.REVIEW,
        received_at=RECEIVED,
        classification=Classification("rechnung", 0.5, ("betrag",)),
        subject="",
        sender="",
        letter_date="",
        aktenzeichen="",
        extraction=Extraction(),
        findings=(),
        text=digest_of(b"text"),
        alto=digest_of(b"alto"),
        archive_copy=digest_of(b"pdf"),
        conversion=Conversion(Claim(), ArchiveWay.PICTURES),
        recognised_at=RECEIVED,
    )
    return replace(plain, **more)
