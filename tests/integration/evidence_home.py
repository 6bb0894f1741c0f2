"""A home with sealed originals that are any bytes: evidence records do not look into them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveWay, Claim, Conversion
from eakte.domain.clock import FixedClock
from eakte.domain.ids import document_id
from eakte.domain.letters import Classification, Extraction
from eakte.domain.mail import Scan
from eakte.pipeline.desk import Desk
from eakte.records import documents, scans
from eakte.seal.opening import open_archive_stamper
from tests.tools import homes

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY, YEAR = timedelta(days=1), timedelta(days=365)


def new_desk(root: Path) -> Desk:
    homes.create(root, FixedClock(NOW), "Stadt", demo=True)
    return Desk(open_home(root), FixedClock(NOW))


def at(desk: Desk, moment: datetime) -> Desk:
    return Desk(desk.home, FixedClock(moment))


def stamper(desk: Desk):
    return open_archive_stamper(desk.home, desk.clock)


def add_letters(desk: Desk, *contents: bytes) -> tuple[Document, ...]:
    """File letters whose sealed originals are these bytes."""
    made = tuple(_letter(desk, content) for content in contents)
    with transaction(desk.engine) as connection:
        for each in made:
            scans.receive(connection, Scan(each.scan, "x.pdf", "station", "posteingang", 1, NOW))
            documents.add(connection, each)
    return made


def _letter(desk: Desk, content: bytes) -> Document:
    scan = desk.store.put(b"scan of " + content)
    return Document(
        id=document_id(scan, 1),
        scan=scan,
        part=1,
        pages=(1,),
        state=DocumentState.FILED,
        received_at=NOW,
        classification=Classification("rechnung", 0.5),
        subject=content.decode(),
        sender="",
        letter_date="",
        aktenzeichen="",
        extraction=Extraction(),
        findings=(),
        text=desk.store.put(b"[]"),
        alto=desk.store.put(b"<alto/>"),
        archive_copy=desk.store.put(b"%PDF"),
        conversion=Conversion(Claim(), ArchiveWay.PICTURES),
        recognised_at=NOW,
        sealed=desk.store.put(content),
    )
