"""A database server that goes away costs no mail: the watcher ends, and the next one goes on."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from eakte.errors import ExitCode
from tests.crash.mailroom import Mailroom
from tests.tools import homes
from tests.tools.postgres import server

pytestmark = pytest.mark.skipif(not homes.SERVER, reason="stops a server of PostgreSQL")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the user of the server can reach."""
    made = Path(tempfile.mkdtemp(prefix="eakte-postgres-"))
    yield made
    shutil.rmtree(made)


@pytest.mark.slow
def test_a_server_that_goes_away_ends_the_watcher_and_loses_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server(folder) as url:
        monkeypatch.setenv("EAKTE_DATABASE", url)
        mailroom = Mailroom(tmp_path / "home")
        mailroom.drop(*range(12))
    for work in (0.5, 2.5):
        with ExitStack() as running:
            running.enter_context(server(folder))
            watcher = mailroom.start()
            mailroom._await_work(watcher)
            time.sleep(work)
            assert watcher.poll() is None
        assert watcher.wait(60) == ExitCode.ENVIRONMENT
    with server(folder):
        mailroom.finish()
        mailroom.check()
    log = (tmp_path / "watch.log").read_text()
    assert "Traceback" not in log
    assert log.count("The database cannot be used now") == 2
