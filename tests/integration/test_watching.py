"""The watcher as it runs: whatever happens to the inbox folder, what arrives there is taken."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.pipeline.context import Context
from eakte.records import scans
from eakte.services import overview
from eakte.services.sources import Inboxes
from eakte.services.watching import Watcher
from tests.tools import homes

_SECONDS = 10.0
"""So soon everything must have been noticed and healed (issue 3)."""


@pytest.fixture
def context(tmp_path: Path) -> Context:
    root = tmp_path / "home"
    homes.create(root, SystemClock(), "Stadt Test", demo=True)
    settings = root / "eakte.toml"
    text = settings.read_text().replace("settle_seconds = 2.0", "settle_seconds = 0.3")
    settings.write_text(text.replace("grace_seconds = 10.0", "grace_seconds = 0.0"))
    return Context(open_home(root), SystemClock())


@pytest.fixture
def watcher(context: Context) -> Iterator[Watcher]:
    stop = threading.Event()
    made = Watcher(context, Inboxes(context.home), stop)
    thread = threading.Thread(target=made.run, args=(lambda _now: None,), kwargs={"once": False})
    thread.start()
    yield made
    stop.set()
    thread.join(60)
    assert not thread.is_alive(), "setting stop ends the watcher"


def _recorded(context: Context) -> set[str]:
    with context.engine.connect() as connection:
        return {each.scan.name for each in scans.every(connection)}


def _troubles(context: Context) -> list[str]:
    return [each.reason for each in overview.status(context).troubles]


def _is_taken(context: Context, folder: Path, name: str, seconds: float = _SECONDS) -> bool:
    (folder / name).write_text(name)
    return _becomes(lambda: name in _recorded(context), seconds)


def _becomes(condition: object, seconds: float = _SECONDS) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.1)
    return False


def test_whatever_happens_to_the_folder_what_arrives_is_taken(
    context: Context, watcher: Watcher
) -> None:
    """Demands 47, 48, 49, 53: dead observer, folder removed and made, share away and back."""
    inbox = context.home.root / "inbox" / "poststelle"
    assert _is_taken(context, inbox, "first.pdf", 60.0)

    observer = next(iter(watcher._intake._inboxes))._watch._events._observer
    assert observer is not None
    observer.stop()
    assert _is_taken(context, inbox, "after-the-observer-died.pdf")

    assert _becomes(lambda: not list((inbox / ".taken").iterdir()))
    shutil.rmtree(inbox)
    assert _becomes(lambda: any("missing" in each for each in _troubles(context)))
    assert not inbox.exists(), "a share that is not mounted is not replaced by a folder"
    inbox.mkdir()
    assert _is_taken(context, inbox, "after-it-was-made-again.pdf")
    assert _becomes(lambda: not _troubles(context))

    (inbox / "waits.part").write_text("still being written")
    away = inbox.rename(inbox.with_name("away"))
    inbox.mkdir()
    assert _becomes(lambda: any("empty" in each for each in _troubles(context)))
    inbox.rmdir()
    away.rename(inbox)
    assert _is_taken(context, inbox, "after-it-was-mounted-again.pdf")
    assert _becomes(lambda: not _troubles(context))
    (inbox / "waits.part").rename(inbox / "waits.pdf")
    assert _becomes(lambda: "waits.pdf" in _recorded(context))
    assert len(_recorded(context)) == 5, "nothing in the records goes because a file went"
