"""Letters that wait for a person, made without OCR: a scan, its pages, and what stands on them."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw

from eakte.config import open_home
from eakte.database import Connection, transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveWay, Claim, Conversion
from eakte.domain.clock import SystemClock
from eakte.domain.codec import to_json
from eakte.domain.ids import Digest, document_id
from eakte.domain.letters import Classification, Extraction
from eakte.domain.mail import Inspection, MediaType, PageKind, Scan, SourcePage
from eakte.domain.text import Box, RecognisedPage, Word
from eakte.pipeline import transitions
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from tests.tools import homes

_WIDTH, _HEIGHT = 413, 583


class NoIntake(Submitter):
    """Queues no intake: the letters are made here."""

    def intake(self, connection: Connection, scan: Digest, attempt: int) -> None:
        """Leave it."""


def new_desk(root: Path) -> Desk:
    """Make a home with demo keys and without waiting times."""
    homes.create(root, SystemClock(), "Stadt", demo=True)
    settings = root / "eakte.toml"
    text = settings.read_text().replace("settle_seconds = 2.0", "settle_seconds = 0.0")
    settings.write_text(text.replace("grace_seconds = 10.0", "grace_seconds = 0.0"))
    return Desk(open_home(root), SystemClock())


def add_letters(
    desk: Desk, parts: tuple[tuple[int, ...], ...], *, mark: str = "", broken: bool = False
) -> tuple[Document, ...]:
    """Receive a TIFF with as many pages as the parts have, and put a letter per part in review.

    `mark` stands on its pages, so that it is another scan; a broken one cannot be opened again.
    """
    count = sum(len(part) for part in parts)
    data = b"II*\0broken" if broken else _tiff(count, mark)
    digest = desk.store.put(data)
    now = desk.clock.now()
    scan = Scan(digest, "stapel.tif", "poststelle", "posteingang", len(data), now)
    letters = tuple(_letter(desk, scan, n, part) for n, part in enumerate(parts, start=1))
    pages = tuple(
        SourcePage(n, _WIDTH * 0.72, _HEIGHT * 0.72, PageKind.PICTURE, 100, bitonal=False)
        for n in range(1, count + 1)
    )
    submitter = NoIntake(desk.engine)
    with transaction(desk.engine) as connection:
        transitions.receive(connection, scan, submitter, "scanner")
        transitions.propose(
            connection,
            digest,
            Inspection(MediaType.TIFF, pages),
            letters,
            desk.definitions,
            submitter,
            now,
        )
    return letters


def _tiff(count: int, mark: str) -> bytes:
    pages = []
    for number in range(1, count + 1):
        page = Image.new("L", (_WIDTH, _HEIGHT), 245)
        ImageDraw.Draw(page).text((60, 60), f"Seite {number} von {count} {mark}", fill=10)
        ImageDraw.Draw(page).rectangle((60, 100, 300, 100 + 9 * number), fill=40)
        pages.append(page)
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], dpi=(100, 100))
    return out.getvalue()


def _letter(desk: Desk, scan: Scan, number: int, part: tuple[int, ...]) -> Document:
    read = tuple(_read(page) for page in part)
    return Document(
        id=document_id(scan.digest, number),
        scan=scan.digest,
        part=number,
        pages=part,
        state=DocumentState.REVIEW,
        received_at=scan.received_at,
        classification=Classification("rechnung", 0.5),
        subject=f"Rechnung {number}",
        sender="Firma",
        letter_date="2026-10-01",
        aktenzeichen="",
        extraction=Extraction(),
        findings=(),
        text=desk.store.put(to_json(read, tuple[RecognisedPage, ...])),
        alto=desk.store.put(b"<alto/>"),
        archive_copy=desk.store.put(b"%PDF"),
        conversion=Conversion(Claim(), ArchiveWay.PICTURES),
        recognised_at=scan.received_at,
    )


def _read(number: int) -> RecognisedPage:
    words = (
        Word("Seite", Box(40, 40, 70, 50), 0.95, 0),
        Word(str(number), Box(72, 40, 80, 50), 0.95, 0),
    )
    width, height = _WIDTH * 0.72, _HEIGHT * 0.72
    return RecognisedPage(number, width, height, words, f"Seite {number}", 0, 0.95, True, "test")
