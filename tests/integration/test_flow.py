"""The workflows on the real engine, with faults where they hurt: nothing is lost, nothing lies."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from eakte.audit.verify import verify as verify_log
from eakte.classify.classifier import Classifier
from eakte.config import open_home
from eakte.domain.akten import Document, DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.codec import from_json, to_json
from eakte.domain.findings import FindingCode
from eakte.domain.ids import Digest
from eakte.domain.letters import Classification
from eakte.domain.mail import ScanState
from eakte.domain.text import RecognisedPage
from eakte.errors import SealFailedError
from eakte.pipeline.complete_steps import CompleteSteps
from eakte.pipeline.context import Context
from eakte.pipeline.intake_steps import IntakeSteps
from eakte.records import documents, scans
from eakte.seal.signer import Sealer
from eakte.services import quarantining, reviewing
from eakte.services.reviewing import Corrections
from eakte.services.sources import Inboxes
from eakte.services.watching import Watcher
from eakte.store.local import LocalBlobStore
from tests.acceptance.conftest import run_eakte
from tests.tools import homes

_TEXT = """Irmgard Hollenbeck
Lindenweg 4, 79999 Neuenfurt

Stadt Neuenfurt
Rathausplatz 1
79999 Neuenfurt

Neuenfurt, 2. März 2026

Widerspruch gegen den Gebührenbescheid

Sehr geehrte Damen und Herren,

hiermit lege ich fristgerecht Widerspruch gegen Ihren
Bescheid über die Abfallgebühren ein.

Mit freundlichen Grüßen
Irmgard Hollenbeck"""


class _BrokenSealer(Sealer):
    """A seal key that does not answer."""

    def seal(self, pdf: Path, reason: str, out: Path) -> None:
        raise SealFailedError(detail=f"no answer ({pdf}, {reason}, {out})")


class _TamperingSealer(Sealer):
    """A seal that is broken the moment it is made."""

    def seal(self, pdf: Path, reason: str, out: Path) -> None:
        super().seal(pdf, reason, out)
        sealed = bytearray(out.read_bytes())
        sealed[pdf.stat().st_size // 2] ^= 1
        out.write_bytes(sealed)


class _BrokenClassifier(Classifier):
    """A classifier with a bug."""

    def classify(self, text: str) -> Classification:
        raise KeyError(text[:3])


@pytest.fixture
def context(tmp_path: Path) -> Context:
    root = tmp_path / "home"
    homes.create(root, SystemClock(), "Stadt", demo=True)
    settings = root / "eakte.toml"
    fast = settings.read_text().replace("settle_seconds = 2.0", "settle_seconds = 0.1")
    settings.write_text(fast.replace("grace_seconds = 10.0", "grace_seconds = 0.1"))
    return Context(open_home(root), SystemClock())


def _scan(context: Context, name: str = "brief.jpg") -> Path:
    """Put a readable letter into the inbox."""
    font = ImageFont.truetype("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf", 32)
    page = Image.new("L", (1654, 2339), 250)
    ImageDraw.Draw(page).multiline_text((160, 160), _TEXT, fill=20, font=font, spacing=16)
    path = context.home.root / "inbox" / "poststelle" / name
    page.save(path, quality=80, dpi=(200, 200))
    return path


def _work(context: Context) -> None:
    Watcher(context, Inboxes(context.home), threading.Event()).run(
        lambda _progress: None, once=True
    )
    with context.engine.connect() as connection:
        assert verify_log(connection).intact


def _only_letter(context: Context) -> Document:
    with context.engine.connect() as connection:
        (record,) = scans.every(connection)
        (letter,) = documents.of_scan(connection, record.scan.digest)
    return letter


def test_a_letter_goes_the_whole_way(context: Context) -> None:
    path = _scan(context)
    original = path.read_bytes()
    _work(context)
    letter = _only_letter(context)
    assert (letter.state, letter.verdict) == (DocumentState.FILED, "VALID")
    assert letter.classification.class_id == "widerspruch"
    assert letter.letter_date == "2026-03-02"
    assert letter.sender == "Irmgard Hollenbeck"
    assert context.store.get(letter.scan) == original
    assert not path.exists()


def test_the_same_bytes_under_two_names_are_one_letter(context: Context) -> None:
    first = _scan(context)
    (first.parent / "kopie.jpg").write_bytes(first.read_bytes())
    _work(context)
    assert _only_letter(context).state is DocumentState.FILED
    with context.engine.connect() as connection:
        assert len(scans.receipts(connection)) == 2


@pytest.mark.parametrize("sealer", [_BrokenSealer, _TamperingSealer])
def test_a_failed_seal_files_nothing_and_a_person_decides(
    context: Context, sealer: type[Sealer]
) -> None:
    _scan(context)
    context.__dict__["sealer"] = sealer(context.home.trust, context.clock)
    _work(context)
    letter = _only_letter(context)
    assert (letter.state, letter.sealed) == (DocumentState.REVIEW, None)
    assert FindingCode.SEAL_FAILED in [finding.code for finding in letter.findings]
    del context.__dict__["sealer"]
    reviewing.release(context, letter.id, Corrections(akte=""), "A. Probst")
    _work(context)
    assert _only_letter(context).state is DocumentState.FILED


def test_a_bug_in_a_stage_costs_no_mail(context: Context) -> None:
    """Demand 4: the file is in quarantine with the reason; once mended, a retry files it."""
    path = _scan(context)
    original = path.read_bytes()
    definitions = tuple(context.definitions.classes.values())
    sound = context.classifier
    context.__dict__["classifier"] = _BrokenClassifier(definitions, sound._model)
    _work(context)
    (record,) = quarantining.quarantined(context)
    assert record.findings[0].code is FindingCode.STAGE_FAILED
    assert context.store.get(record.scan.digest) == original
    context.__dict__["classifier"] = sound
    quarantining.retry(context, path.name)
    _work(context)
    assert _only_letter(context).state is DocumentState.FILED


def test_a_broken_index_never_blocks_filing(context: Context) -> None:
    """Demand 58."""
    with context.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE search_document")
    _scan(context)
    _work(context)
    assert _only_letter(context).state is DocumentState.FILED


def test_bad_files_end_in_quarantine_and_block_nobody(context: Context) -> None:
    """Demands 52 and 53: zero bytes, unknown type, garbage; the good letter goes on."""
    inbox = _scan(context).parent
    (inbox / "leer.pdf").write_bytes(b"")
    (inbox / "notiz.txt").write_bytes(b"just text")
    (inbox / "kaputt.pdf").write_bytes(b"%PDF-1.7\n garbage without end")
    _work(context)
    with context.engine.connect() as connection:
        records = {record.scan.name: record for record in scans.every(connection)}
    assert records["brief.jpg"].state is ScanState.PROCESSED
    reasons = {
        name: record.findings[0].code.value
        for name, record in records.items()
        if record.state is ScanState.QUARANTINE
    }
    assert reasons["leer.pdf"] == "empty"
    assert reasons["notiz.txt"] == "unknown_type"
    assert reasons["kaputt.pdf"] in {"truncated", "damaged"}
    assert [path for path in inbox.rglob("*") if path.is_file()] == []


def test_a_repeated_seal_step_gives_the_seal_that_is_there(context: Context) -> None:
    """A crash between the seal and its checkpoint must not make a second seal."""
    _scan(context)
    _work(context)
    letter = _only_letter(context)
    context.__dict__["sealer"] = _BrokenSealer(context.home.trust, context.clock)
    steps = CompleteSteps(context)
    record = context.store.put(to_json(letter.transfervermerk))
    again = steps.seal(letter.id, 2, letter.archive_copy, record)
    assert again["sealed"] == letter.sealed
    assert steps.verify(again["sealed"], again["report"], record)["verdict"] == "VALID"
    with pytest.raises(SealFailedError, match="not about"):
        steps.verify(letter.archive_copy, again["report"], record)


class _LaterDamagedStore(LocalBlobStore):
    """A disk that damages the sealed bytes after they were accepted."""

    def claim(self, slot: str, digest: Digest) -> Digest:
        blob = self.path(digest)
        blob.chmod(0o600)
        data = bytearray(blob.read_bytes())
        data[len(data) // 2] ^= 1
        blob.write_bytes(data)
        return super().claim(slot, digest)


def test_what_was_damaged_between_seal_and_filing_is_not_filed(context: Context) -> None:
    """Demand 21: our own seal is read back and verified before the commit."""
    context.store = _LaterDamagedStore(context.home.store)
    _scan(context)
    _work(context)
    letter = _only_letter(context)
    assert (letter.state, letter.sealed) == (DocumentState.REVIEW, None)


def test_a_scan_of_separator_sheets_only_does_not_vanish(context: Context) -> None:
    sheet = Image.new("L", (1654, 2339), 255)
    code = zxingcpp.create_barcode("PATCHT", zxingcpp.BarcodeFormat.Code128)
    picture = Image.fromarray(np.array(code.to_image(scale=6)))
    sheet.paste(picture.resize((900, 300)), (370, 900))
    sheet.save(context.home.root / "inbox" / "poststelle" / "trennblatt.png", dpi=(200, 200))
    _work(context)
    (record,) = quarantining.quarantined(context)
    assert record.findings[0].code is FindingCode.NO_PAGES


def test_whether_to_read_a_page_is_decided_page_by_page(context: Context) -> None:
    """Demand 34: a PDF whose first page a program wrote, and whose second is a scan."""
    scan = _scan(context)
    path = scan.with_name("gemischt.pdf")
    canvas = Canvas(str(path), pagesize=A4)
    lines = canvas.beginText(70, 780)
    lines.textLines(_TEXT)
    canvas.drawText(lines)
    canvas.showPage()
    canvas.drawImage(str(scan), 0, 0, *A4)
    canvas.save()
    scan.unlink()
    _work(context)
    letter = _only_letter(context)
    pages = from_json(tuple[RecognisedPage, ...], context.store.get(letter.text))
    assert [page.engine == "pdf-text" for page in pages] == [True, False]
    assert all("Widerspruch" in page.text for page in pages)


def test_no_ghostscript_is_called(context: Context, tmp_path: Path) -> None:
    """Demand 14: one that is on the path of a new process would leave a trace."""
    programs, trace = tmp_path / "bin", tmp_path / "trace"
    programs.mkdir()
    for name in ("gs", "ghostscript", "gsc"):
        (programs / name).write_text(f"#!/bin/sh\necho called >> {trace}\n")
        (programs / name).chmod(0o700)
    _scan(context)
    path = f"{programs}:{os.environ['PATH']}"
    assert run_eakte(context.home.root, "watch", "--once", PATH=path).returncode == 0
    assert _only_letter(context).state is DocumentState.FILED
    assert not trace.exists()


def test_as_many_steps_work_at_once_as_there_are_workers(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`workers` bounds memory and load; a queue alone would let others work beside reading."""
    settings = context.home.root / "eakte.toml"
    settings.write_text(settings.read_text().replace("workers = 0", "workers = 1"))
    at_work, most, inspect = set[str](), set[int](), IntakeSteps.inspect

    def watched(steps: IntakeSteps, scan: str, opened: str) -> dict[str, object]:
        at_work.add(scan)
        threading.Event().wait(0.3)
        most.add(len(at_work))
        at_work.discard(scan)
        return inspect(steps, scan, opened)

    monkeypatch.setattr(IntakeSteps, "inspect", watched)
    for number in range(3):
        picture = Image.new("L", (300 + number, 200), 255)
        picture.save(context.home.root / "inbox" / "poststelle" / f"{number}.png", dpi=(200, 200))
    _work(Context(open_home(context.home.root), SystemClock()))
    assert most == {1}
