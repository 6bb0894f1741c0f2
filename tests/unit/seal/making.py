"""What the tests about seals are made of: a PDF/A, a trust folder, sealed bytes, a moment."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import pikepdf.pdfa

from eakte.domain.clock import FixedClock
from eakte.domain.verification import VerificationReport
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.signer import Sealer
from eakte.seal.verify import verify

NOW = datetime(2026, 3, 2, 9, 30, 15, 250000, tzinfo=UTC)
CLOCK = FixedClock(NOW)
YEAR = timedelta(days=365)


@cache
def pdfa(pages: int = 2) -> bytes:
    """A PDF/A-2b with drawn pages, /Info and XMP of its own."""
    pdf = pikepdf.new()
    for number in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
        content = f"0 0 0 rg {72 + number} 72 100 100 re f\n".encode()
        pdf.pages[-1].Contents = pdf.make_stream(content)
    with pdf.open_metadata() as xmp:
        xmp["dc:title"] = "Antrag der Fraktion"
    pikepdf.pdfa.prepare(pdf, "2b")
    target = io.BytesIO()
    pikepdf.pdfa.save(pdf, target, "2b")
    return target.getvalue()


def trust(folder: Path) -> Path:
    """A demo trust folder."""
    create_demo_trust(folder / "trust", "Stadt Neuenfurt", CLOCK)
    return folder / "trust"


def sealed(trust_folder: Path, pdf: bytes | None = None) -> bytes:
    """A sealed PDF/A."""
    return seal_bytes(Sealer(trust_folder, CLOCK), pdf or pdfa(), "Posteingang")


def seal_bytes(sealer: Sealer, pdf: bytes, reason: str) -> bytes:
    """Seal in files, as it is done, and give the sealed bytes."""
    with TemporaryDirectory() as folder:
        source, out = Path(folder) / "archive.pdf", Path(folder) / "sealed.pdf"
        source.write_bytes(pdf)
        sealer.seal(source, reason, out)
        return out.read_bytes()


class Bench:
    """Verifies bytes again and again against one trust folder."""

    def __init__(self, folder: Path, anchors: Path) -> None:
        self.path = folder / "bench.pdf"
        self.anchors = anchors

    def __call__(self, data: bytes, at: datetime = NOW) -> VerificationReport:
        self.path.write_bytes(data)
        return verify(self.path, self.anchors, at)
