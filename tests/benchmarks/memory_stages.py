"""The stages that a scan goes through, each told by what it cost its process.

Memory is VmHWM of /proc/self/status: all that was in RAM at once, file-backed pages too.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eakte.classify.extract import extract
from eakte.domain.clock import FixedClock
from eakte.domain.codec import from_json, to_json
from eakte.domain.mail import Inspection, SourcePage
from eakte.domain.preservation import SealLevel
from eakte.domain.text import Box, RecognisedPage, Word
from eakte.domain.transfervermerk import Release, ReleaseKind, Transfervermerk, Verfahren
from eakte.pipeline import jobs
from eakte.pipeline.kept_texts import KeptTexts
from eakte.seal import verify
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.signer import Sealer
from eakte.store.local import LocalBlobStore, file_digest

NOW = datetime(2026, 3, 2, 9, 30, 15, tzinfo=UTC)
_WORDS = ("Widerspruch", "gegen", "den", "Bescheid", "vom", "12.03.2026")


@dataclass(frozen=True)
class Cost:
    """The most memory that a process ever held, in MB, and its CPU seconds."""

    peak_mb: int
    cpu_seconds: float


def cost() -> Cost:
    """Give what this process cost so far."""
    status = Path("/proc/self/status").read_text()
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    return Cost(peak, used.ru_utime + used.ru_stime)


def inspect(source: Path, work: Path) -> Cost:
    (work / "inspection.json").write_bytes(to_json(jobs.inspect_scan(source), Inspection))
    return cost()


def prepare(source: Path, work: Path, number: int) -> Cost:
    found = from_json(Inspection, (work / "inspection.json").read_bytes())
    jobs.prepare(source, found.media_type, number, work / "page.tif")
    return cost()


def convert(source: Path, work: Path) -> Cost:
    found = from_json(Inspection, (work / "inspection.json").read_bytes())
    read = tuple(_kept(work, page) for page in found.pages)
    jobs.make_archive_copy(source, found.media_type, found.pages, read, work / "archive.pdf")
    return cost()


def _kept(work: Path, page: SourcePage) -> Path:
    file = work / f"text-{page.number}.json"
    file.write_bytes(to_json(_read(page.number, page.width, page.height)))
    return file


def _read(number: int, width: float, height: float) -> RecognisedPage:
    words = tuple(
        Word(
            text,
            Box(50 + 60 * column, 50 + 20 * line, 100 + 60 * column, 62 + 20 * line),
            0.9,
            line,
        )
        for line in range(30)
        for column, text in enumerate(_WORDS)
    )
    return RecognisedPage(
        number=number,
        width=width,
        height=height,
        words=words,
        text=" ".join(_WORDS),
        rotation=0,
        confidence=0.9,
        complete=True,
        engine="bench",
    )


def describe(source: Path, work: Path) -> Cost:
    """Read all texts and extract the fields, which the watcher itself does (it holds more)."""
    del source
    found = from_json(Inspection, (work / "inspection.json").read_bytes())
    files = KeptTexts({each.number: work / f"text-{each.number}.json" for each in found.pages})
    extract(tuple(files.values()), NOW.date())
    return cost()


def attach(source: Path, work: Path) -> Cost:
    del source
    found = from_json(Inspection, (work / "inspection.json").read_bytes())
    made = note(len(found.pages))
    jobs.attach_transfervermerk(work / "archive.pdf", made, work / "noted.pdf")
    return cost()


def keep(source: Path, work: Path) -> Cost:
    store = LocalBlobStore(work / "store")
    store.checked(store.put_file(source))
    return cost()


def seal(source: Path, work: Path) -> Cost:
    del source
    clock = FixedClock(NOW)
    create_demo_trust(work / "trust", "Stadt Neuenfurt", clock)
    Sealer(work / "trust", clock).seal(work / "noted.pdf", "bench", work / "sealed.pdf")
    return cost()


def accept(source: Path, work: Path) -> Cost:
    del source
    found = from_json(Inspection, (work / "inspection.json").read_bytes())
    pdf = work / "sealed.pdf"
    report = verify.accept(pdf, work / "trust", NOW, file_digest(pdf), len(found.pages))
    if report.verdict.value != "VALID":
        raise ValueError(report.reason)
    return cost()


def verify_own(source: Path, work: Path) -> Cost:
    found = from_json(Inspection, (work / "inspection.json").read_bytes())
    pdf = work / "sealed.pdf"
    report = verify.verify_own(pdf, work / "trust", NOW, file_digest(pdf), len(found.pages))
    if report.verdict.value != "VALID":
        raise ValueError(report.reason)
    del source
    return cost()


def note(pages: int) -> Transfervermerk:
    return Transfervermerk(
        document="0123456789abcdef-1",
        source_sha256="ab" * 32,
        pages=tuple(range(1, pages + 1)),
        creator="Anna Müller",
        organisation="Stadt Neuenfurt",
        environment="bench",
        verfahrensdokumentation=Verfahren("1.0", "cd" * 32),
        anomalies=(),
        anomalies_statement="Es wurden keine Auffälligkeiten festgestellt.",
        received_at=NOW,
        recognised_at=NOW,
        released_at=NOW,
        made_at=NOW,
        release=Release(ReleaseKind.PERSON, "amueller", "", NOW, "clerk"),
        complete=True,
        qa_result="Sichtprüfung ohne Befund",
        match_statement="Bild und Inhalt stimmen mit dem Papier überein.",
        schutzbedarf="normal",
        level_reached="demo",
        seal_level=SealLevel.LTA,
    )
