"""Mail is in the records once, and whole or not at all, whoever is at it at the same time."""

from __future__ import annotations

import io
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from eakte.audit.verify import verify
from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveWay, Claim, Conversion
from eakte.domain.clock import SystemClock
from eakte.domain.ids import Digest, document_id
from eakte.domain.letters import Classification, Extraction
from eakte.domain.mail import (
    Batch,
    Half,
    Inspection,
    MediaType,
    PageKind,
    Scan,
    ScanState,
    Side,
    SourcePage,
)
from eakte.errors import RefusedError
from eakte.pipeline import arrivals, transitions
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.records import documents, scans
from eakte.services.submitting import Outcome, submit
from eakte.store.local import file_digest
from tests.tools import homes

_NOW = datetime(2026, 10, 5, 8, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    homes.create(tmp_path / "home", SystemClock(), "Stadt", demo=True)
    return Desk(open_home(tmp_path / "home"), SystemClock())


def _file(folder: Path) -> Path:
    out = io.BytesIO()
    Image.new("L", (60, 60), 200).save(out, "PNG")
    (folder / "stapel.png").write_bytes(out.getvalue())
    return folder / "stapel.png"


def _letter(desk: Desk, scan: Digest, part: int, id_of: int) -> Document:
    return Document(
        id=document_id(scan, id_of),
        scan=scan,
        part=part,
        pages=(part,),
        state=DocumentState.REVIEW,
        received_at=_NOW,
        classification=Classification("rechnung", 0.5),
        subject="",
        sender="",
        letter_date="",
        aktenzeichen="",
        extraction=Extraction(),
        findings=(),
        text=desk.store.put(b"[]"),
        alto=desk.store.put(b"<alto/>"),
        archive_copy=desk.store.put(b"%PDF"),
        conversion=Conversion(Claim(), ArchiveWay.PICTURES),
        recognised_at=_NOW,
    )


def _propose(desk: Desk, scan: Digest, *letters: Document) -> None:
    pages = tuple(SourcePage(n, 595, 842, PageKind.PICTURE, 300, bitonal=False) for n in (1, 2))
    inspection = Inspection(MediaType.PNG, pages)
    submitter = Submitter(desk.engine)
    with transaction(desk.engine) as connection:
        transitions.propose(
            connection, scan, inspection, letters, desk.definitions, submitter, _NOW
        )


def test_the_unsplit_scan_stays_until_every_letter_of_it_is_recorded(
    desk: Desk, tmp_path: Path
) -> None:
    """Demand 8: a fault at the second letter takes the first one back; the parent is untouched."""
    file = _file(tmp_path)
    submit(desk, (file,), "")
    scan = file_digest(file)
    with pytest.raises(RefusedError):
        _propose(desk, scan, _letter(desk, scan, 1, 1), _letter(desk, scan, 2, 1))
    with desk.engine.connect() as connection:
        assert documents.of_scan(connection, scan) == ()
        assert scans.get(connection, scan).state is ScanState.RECEIVED
    _propose(desk, scan, _letter(desk, scan, 1, 1), _letter(desk, scan, 2, 2))
    with desk.engine.connect() as connection:
        assert len(documents.of_scan(connection, scan)) == 2
        assert scans.get(connection, scan).state is ScanState.PROCESSED
        assert verify(connection).intact
    assert desk.store.get(scan) == file.read_bytes(), "the parent is kept for good"


def test_the_same_bytes_at_the_same_time_are_one_record(desk: Desk, tmp_path: Path) -> None:
    """Demand 16, in parallel: one is new, the others are noted as received again."""
    first = _file(tmp_path)
    copies = [Path(shutil.copy(first, tmp_path / f"{number}.png")) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda path: submit(desk, (path,), ""), copies))
    outcomes = sorted(outcome for each in done for outcome in each.values())
    assert outcomes == [Outcome.TAKEN, *[Outcome.TAKEN_AGAIN] * 7]
    with desk.engine.connect() as connection:
        assert len(scans.every(connection)) == 1
        assert sum(each.again for each in scans.receipts(connection)) == 7
        assert verify(connection).intact


def test_two_halves_at_the_same_time_are_joined_once(desk: Desk) -> None:
    """Demand 17, in parallel: neither waits for a half that is there."""
    submitter = Submitter(desk.engine)

    def collate(number: int, side: Side) -> None:
        digest = desk.store.put(f"{number} {side}".encode())
        name = f"{number}-{side.value}.pdf"
        with transaction(desk.engine) as connection:
            scan = Scan(digest, name, "poststelle", "posteingang", 5, _NOW)
            transitions.receive(connection, scan, submitter, "scanner")
        half = Half(Batch(str(number), 1, side))
        with transaction(desk.engine) as connection:
            arrivals.collate(connection, digest, half, desk.store, submitter, _NOW)

    sides = [(number, side) for number in range(8) for side in (Side.ODD, Side.EVEN)]
    with ThreadPoolExecutor(8) as pool:
        tuple(pool.map(lambda each: collate(*each), sides))
    with desk.engine.connect() as connection:
        found = {each.scan.name: each.state for each in scans.every(connection)}
        assert verify(connection).intact
    assert ScanState.WAITING not in found.values()
    assert {name for name in found if "duplex" in name} == {f"{n} (duplex)" for n in range(8)}
