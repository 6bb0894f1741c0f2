"""One demo home for all acceptance tests of a run: every sample letter through the real way."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.pipeline.desk import Desk
from tests.tools import homes

Eakte = Callable[..., subprocess.CompletedProcess[str]]

_ROOT = Path(__file__).parents[2]


def run_eakte(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does, in a process of its own."""
    environment = os.environ | {"EAKTE_HOME": str(home), "LANG": "C.UTF-8"} | variables
    if arguments[:1] == ("init",) and "--database" not in arguments:
        environment = homes.variables() | environment
    return subprocess.run(
        [sys.executable, "-m", "eakte", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def _without_test_settings() -> dict[str, str]:
    """Give the environment of a user, who draws samples."""
    return {name: text for name, text in os.environ.items() if not name.startswith("EAKTE_")}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A finished demo home with its output beside it; nobody opens it: it is there to be copied.

    Copying a database that is open in the same process would drop SQLite's locks on it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    home, log = shared / "demo-home", shared / "demo.log"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not log.exists():
            ended = subprocess.run(
                [sys.executable, "-m", "sample_mail.demo", str(home)],
                cwd=_ROOT,
                env=_without_test_settings() | {"LANG": "C.UTF-8"} | homes.variables(lasting=True),
                capture_output=True,
                text=True,
                check=False,
            )
            log.write_text(f"{ended.stdout}\n{ended.stderr}\nexit {ended.returncode}\n")
    return home


@pytest.fixture(scope="session")
def demo(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished demo home as the tests of one process share it: to look at, not to change."""
    return homes.copy(finished, tmp_path_factory.mktemp("demo") / "home")


@pytest.fixture
def home(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished demo home that a test may change."""
    return homes.copy(finished, tmp_path / "home")


@pytest.fixture
def eakte(home: Path) -> Eakte:
    """Run a command on the copied home."""
    return lambda *arguments, **variables: run_eakte(home, *arguments, **variables)


@pytest.fixture
def desk(demo: Path) -> Desk:
    """The finished demo home, opened for reading."""
    return Desk(open_home(demo), SystemClock())
