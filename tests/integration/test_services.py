"""Letters and the services that seals need: they wait for them, and go on; nothing twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
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
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.services import overview, reviewing
from eakte.services.reviewing import Corrections
from eakte.services.watching import Watcher
from tests.integration.waiting_letters import add_letters, new_desk
from tests.tools.authorities import Services, join, serving

_AKTE = "20.1-702.11/2026-0003"
_PATIENCE = 40.0


@cache
def _archive_copy() -> bytes:
    """A small scan as eakte archives it."""
    with TemporaryDirectory() as folder:
        source, out = Path(folder) / "scan", Path(folder) / "archive.pdf"
        Image.new("L", (83, 117), 200).save(source, "PNG", dpi=(10, 10))
        build(source, MediaType.PNG, inspect(source).pages, {}, out)
        return out.read_bytes()


class Office:
    """A home whose seals need services on loopback, and letters that are released there."""

    def __init__(self, folder: Path, services: Services) -> None:
        self.services = services
        self.root = folder / "home"
        new_desk(self.root).engine.dispose()
        settings = self.root / "eakte.toml"
        settings.write_text(settings.read_text().replace("seconds = 5.0", "seconds = 0.2"))
        join(services.folder, self.root, services.tsa)
        self.desk = Desk(open_home(self.root), SystemClock())
        with transaction(self.desk.engine) as connection:
            akte = Akte(_AKTE, "Abfall", "20.1", self.desk.clock.now())
            transitions.open_akte(connection, akte, "test")
        self.count = 0

    def release(self) -> str:
        """Put a letter through review; gives its name."""
        self.count += 1
        (letter,) = add_letters(self.desk, ((1,),), mark=str(self.count))
        copy = self.desk.store.put(_archive_copy())
        with transaction(self.desk.engine) as connection:
            stored = documents.get(connection, letter.id)
            documents.update(connection, replace(stored, archive_copy=copy))
        released = Corrections(akte=_AKTE, class_id="sonstiges")
        return reviewing.release(self.desk, letter.id, released, "A. Probst").id

    def letter(self, name: str) -> Document:
        with self.desk.engine.connect() as connection:
            return documents.get(connection, name)

    def wait_for(self, name: str, state: DocumentState) -> Document:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if self.letter(name).state is state:
                return self.letter(name)
            time.sleep(0.05)
        raise AssertionError(f"{self.letter(name)}")

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


@contextmanager
def _watching(root: Path) -> Iterator[None]:
    stop = threading.Event()
    context = Context(open_home(root), SystemClock())
    watcher = Watcher(context, stop)
    thread = threading.Thread(target=lambda: watcher.run(lambda _now: None, once=False))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator[Office]:
    """An office at work."""
    folder = tmp_path_factory.mktemp("office")
    with serving(folder / "pki") as services:
        office = Office(folder, services)
        with _watching(office.root):
            yield office


@pytest.fixture(
    params=[
        "hang",
        "garbage",
        "wrong-nonce",
        "wrong-imprint",
        "expired",
        "oversized",
        "rate-limit",
        "slow",
        "status-500",
        "wrong-type",
        "loose",
        "ocsp-500",
    ]
)
def fault(request, office) -> Iterator[str]:
    for kept in (office.root / "services").glob("*.ocsp"):
        kept.unlink()
    office.services.fault = request.param
    yield request.param
    office.services.fault = ""


def test_letters_wait_while_a_service_fails_and_are_sealed_once_when_it_is_back(office, fault):
    before = office.slots()
    name = office.release()
    waiting = office.wait_for(name, DocumentState.DELAYED)
    assert waiting.delay.detail, fault
    assert waiting.sealed is None
    assert office.slots() == before, "nothing is sealed, at whatever level"
    (told,) = overview.status(office.desk).delays
    assert (told.letters, told.since) == (1, waiting.delay.since)
    office.services.fault = ""
    office.wait_for(name, DocumentState.FILED)
    office.require_sealed_once(name)
    assert overview.status(office.desk).delays == ()
