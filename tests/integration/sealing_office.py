"""A home whose seals need services on loopback, for letters made without OCR."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from eakte.audit import log
from eakte.audit.verify import verify as verify_log
from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.akten import Akte, Document, DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.codec import from_json
from eakte.domain.events import Action
from eakte.domain.mail import MediaType
from eakte.domain.verification import Verdict, VerificationReport
from eakte.pages.inspect import inspect
from eakte.pdfa.build import build
from eakte.pipeline import transitions
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.services import reviewing
from eakte.services.reviewing import Corrections
from tests.integration.waiting_letters import add_letters, new_desk
from tests.tools.authorities import Services, join

_AKTE = "20.1-702.11/2026-0003"
PATIENCE = 40.0


@cache
def archive_copy() -> bytes:
    """A small scan as eakte archives it."""
    with TemporaryDirectory() as folder:
        source, out = Path(folder) / "scan", Path(folder) / "archive.pdf"
        Image.new("L", (83, 117), 200).save(source, "PNG", dpi=(10, 10))
        build(source, MediaType.PNG, inspect(source).pages, {}, out)
        return out.read_bytes()


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


class Office:
    """A home whose seals need services on loopback, and letters that are released there."""

    def __init__(self, folder: Path, services: Services, first: str = "") -> None:
        self.services = services
        self.root = folder / "home"
        new_desk(self.root).engine.dispose()
        settings = self.root / "eakte.toml"
        settings.write_text(settings.read_text().replace("seconds = 5.0", "seconds = 0.2"))
        join(services.folder, self.root, *filter(None, (first, services.tsa)))
        self.desk = Desk(open_home(self.root), SystemClock())
        with transaction(self.desk.engine) as connection:
            akte = Akte(_AKTE, "Abfall", "20.1", self.desk.clock.now())
            transitions.open_akte(connection, akte, "test")
        self.count = 0

    def release(self) -> str:
        """Put a letter through review; gives its name."""
        self.count += 1
        (letter,) = add_letters(self.desk, ((1,),), mark=str(self.count))
        copy = self.desk.store.put(archive_copy())
        with transaction(self.desk.engine) as connection:
            stored = documents.get(connection, letter.id)
            documents.update(connection, replace(stored, archive_copy=copy))
        released = Corrections(akte=_AKTE, class_id="sonstiges")
        return reviewing.release(self.desk, letter.id, released, "A. Probst").id

    def letter(self, name: str) -> Document:
        with self.desk.engine.connect() as connection:
            return documents.get(connection, name)

    def wait_for(self, name: str, state: DocumentState) -> Document:
        wait_until(lambda: self.letter(name).state is state)
        return self.letter(name)

    def slots(self) -> dict[str, str]:
        return dict(self.desk.store.slots())

    def events(self, name: str) -> list[Action]:
        with self.desk.engine.connect() as connection:
            return [each.action for _at, each in log.latest(connection, 100, name)]

    def require_sealed_once(self, name: str) -> None:
        letter = self.letter(name)
        report = from_json(VerificationReport, self.desk.store.get(letter.report))
        assert report.verdict is Verdict.VALID
        assert [each.level for each in report.signatures] == ["PAdES-B-LTA"]
        assert [digest for slot, digest in self.slots().items() if name in slot] == [letter.sealed]
        assert self.events(name).count(Action.SEALED) == self.events(name).count(Action.FILED) == 1
        assert letter.delay is None
        with self.desk.engine.connect() as connection:
            assert verify_log(connection).intact
