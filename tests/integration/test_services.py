"""Letters and the services that seals need: they wait for them, and go on; nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.domain.akten import DocumentState
from eakte.domain.clock import SystemClock
from eakte.pipeline.context import Context
from eakte.services import overview
from eakte.services.sources import Inboxes
from eakte.services.watching import Watcher
from tests.integration.sealing_office import Office
from tests.tools.authorities import serving


@contextmanager
def _watching(root: Path) -> Iterator[None]:
    stop = threading.Event()
    context = Context(open_home(root), SystemClock())
    watcher = Watcher(context, Inboxes(context.home), stop)
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
