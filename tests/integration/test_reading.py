"""A watcher that reads pages with a Tesseract that waits: progress, time-outs, killed readers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree

from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.domain.findings import FindingCode
from eakte.pipeline.context import NOTES
from eakte.pipeline.desk import Desk
from eakte.services import overview, records
from eakte.services.repair import repair
from eakte.services.submitting import submit
from tests.acceptance.conftest import run_eakte
from tests.integration.page_samples import letter, tiff
from tests.tools import homes
from tests.unit.ocr.alto_rules import NAMESPACE, check

_WAITING = """
import os, sys, time
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

folder = Path(__file__).parent
found = PathFinder.find_spec("tesserocr", [path for path in sys.path if Path(path) != folder])
real = module_from_spec(found)
sys.modules["tesserocr"] = real
found.loader.exec_module(real)

class Waiting(real.PyTessBaseAPI):
    def Recognize(self, timeout=0):
        with (folder / "calls").open("a") as calls:
            calls.write(f"{os.getpid()}\\n")
        while (folder / "wait").exists() and len((folder / "calls").read_text().split()) > FREE:
            time.sleep(0.05)
        return super().Recognize(timeout)

real.PyTessBaseAPI = Waiting
"""


class _Slow:
    """A home whose Tesseract lets the first calls pass and then waits."""

    def __init__(self, made: Path, folder: Path, free: int) -> None:
        self.home, self._tools = folder / "home", folder / "tools"
        homes.copy(made, self.home)
        self._tools.mkdir()
        (self._tools / "tesserocr.py").write_text(_WAITING.replace("FREE", str(free)))
        (self._tools / "wait").touch()
        self.desk = Desk(open_home(self.home), SystemClock())
        self.path = f"{self._tools}:{os.environ.get('PYTHONPATH', '')}"

    def readers(self) -> list[str]:
        """Give the process of each call so far."""
        file = self._tools / "calls"
        return file.read_text().split() if file.exists() else []

    def go_on(self) -> None:
        (self._tools / "wait").unlink()

    def work(self) -> set[str]:
        """Name the folders of work that is being done."""
        folders = (each.name for each in (self.home / "work").iterdir() if each.is_dir())
        return {name for name in folders if name != NOTES}


def _three_pages(folder: Path) -> Path:
    small = letter().convert("L").crop((60, 90, 740, 420))
    pages = [small, small.point(lambda level: min(255, level + 1)), small.copy()]
    file = folder / "akte.tif"
    file.write_bytes(tiff(pages, "tiff_lzw"))
    return file


def _until(condition: Callable[[], object], complaint: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.05)


def _gone(pid: str) -> bool:
    stat = Path("/proc") / pid / "stat"
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made") / "home"
    homes.create(root, SystemClock(), "Stadt", demo=True)
    return root


@pytest.fixture
def slow(made: Path, tmp_path: Path) -> _Slow:
    return _Slow(made, tmp_path, free=1)


@pytest.fixture
def watcher(slow: _Slow, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A watcher that has read the first of three pages and hangs in another one."""
    submit(slow.desk, (_three_pages(tmp_path),), "")
    process = subprocess.Popen(
        [sys.executable, "-m", "eakte", "watch", "--once", "--home", str(slow.home)],
        env=os.environ | {"PYTHONPATH": slow.path, "EAKTE_READING__WORKERS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _until(lambda: len(slow.readers()) > 1, "no page was begun")
    yield process
    process.kill()
    process.wait()


def test_status_counts_the_pages_and_a_stopped_watcher_takes_its_readers_along(
    slow: _Slow, watcher: subprocess.Popen[bytes]
) -> None:
    """Issue 4: progress per page; what is stopped leaves nothing behind and is finished later."""
    (being_read,) = overview.status(slow.desk).reading
    assert (being_read.name, being_read.done, being_read.pages) == ("akte.tif", 1, 3)
    shown = run_eakte(slow.home, "status", EAKTE_LANG="en")
    assert "Reading akte.tif: 1 of 3 pages" in shown.stdout
    reader = slow.readers()[1]
    watcher.send_signal(signal.SIGTERM)
    watcher.wait(60)
    _until(lambda: _gone(reader), "the reader outlived the watcher")
    slow.go_on()
    assert run_eakte(slow.home, "watch", "--once").returncode == 0
    assert overview.status(slow.desk).reading == ()
    assert not slow.work()
    (line,) = overview.lines(slow.desk)
    assert (line.pages, line.state) == (3, "filed")
    _shows_words(slow, line.document)


def _shows_words(slow: _Slow, document: str) -> None:
    """The words are kept as ALTO, also by a repair, and printed as ALTO and hOCR."""
    shown = run_eakte(slow.home, "show", document, "--alto").stdout.encode()
    words = [each.get("CONTENT") for each in check(shown).iter(f"{{{NAMESPACE}}}String")]
    assert words.count("Widerspruch") == 3
    other = run_eakte(slow.home, "show", document, "--hocr").stdout.encode()
    root = etree.fromstring(other)
    assert [each.text for each in root.iter() if each.get("class") == "ocrx_word"] == words
    assert repair(slow.desk).found.missing == frozenset()
    assert b"".join(records.alto_of(slow.desk, document)) == shown


def test_a_killed_reader_leaves_no_process_and_no_folder(
    slow: _Slow, watcher: subprocess.Popen[bytes]
) -> None:
    """Demand 55: what the kernel kills in the middle of a page is cleared away at once."""
    reader = slow.readers()[1]
    folders = slow.work()
    assert folders
    os.kill(int(reader), signal.SIGKILL)
    _until(lambda: _gone(reader), "the reader is still there")
    _until(lambda: not folders & slow.work(), "the reader's folder is still there")
    slow.go_on()
    watcher.wait(60)
    (file,) = overview.status(slow.desk).quarantine
    assert [each.code for each in file.reasons] == [FindingCode.STAGE_FAILED]
    assert not slow.work()


def test_a_page_that_ran_out_of_time_is_named_wherever_its_letter_is_shown(
    made: Path, tmp_path: Path
) -> None:
    """Demand 35: a time-out is no empty success."""
    slow = _Slow(made, tmp_path, free=0)
    file = tmp_path / "brief.png"
    letter().convert("L").crop((60, 90, 740, 420)).save(file, dpi=(200, 200))
    submit(slow.desk, (file,), "")
    run_eakte(slow.home, "watch", "--once", PYTHONPATH=slow.path, EAKTE_READING__PAGE_SECONDS="1")
    (line,) = overview.lines(slow.desk)
    assert FindingCode.OCR_INCOMPLETE in {each.code for each in line.reasons}
    shown = run_eakte(slow.home, "show", line.document, EAKTE_LANG="en")
    assert "reading a page was not completed" in shown.stdout
    assert FindingCode.OCR_INCOMPLETE in run_eakte(slow.home, "review", "list", "--json").stdout
    assert all(map(_gone, slow.readers()))
    assert not slow.work()
