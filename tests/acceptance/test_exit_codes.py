"""Every documented exit code, from the real program; no traceback reaches the user."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from eakte.errors import ExitCode
from tests.acceptance.conftest import run_eakte
from tests.tools import homes

_README = Path(__file__).parents[2] / "README.md"

Run = Callable[..., subprocess.CompletedProcess[str]]


def _document(home: Path, state: str) -> str:
    import json

    lines = json.loads(run_eakte(home, "status", "--all", "--json").stdout)
    return next(line["document"] for line in lines if line["state"] == state and line["document"])


def _expect(finished: subprocess.CompletedProcess[str], code: ExitCode) -> str:
    assert finished.returncode == code, finished.stdout + finished.stderr
    assert "Traceback" not in finished.stderr
    return finished.stdout + finished.stderr


def test_ok(eakte: Run) -> None:
    _expect(eakte("status"), ExitCode.OK)


def test_usage(eakte: Run) -> None:
    _expect(eakte("no-such-command"), ExitCode.USAGE)
    _expect(eakte("search", "x", "--from", "2026-13-40"), ExitCode.USAGE)
    _expect(eakte("verify"), ExitCode.USAGE)


def test_configuration(tmp_path: Path, home: Path) -> None:
    assert "eakte init" in _expect(run_eakte(tmp_path / "no", "status"), ExitCode.CONFIGURATION)
    (home / "eakte.toml").write_text('organisation = "x"\ncolour = 1\n')
    assert "colour" in _expect(run_eakte(home, "status"), ExitCode.CONFIGURATION)


def test_something_waits(eakte: Run) -> None:
    _expect(eakte("watch", "--once"), ExitCode.WAITING)


def test_not_found(eakte: Run) -> None:
    _expect(eakte("show", "ffffffff"), ExitCode.NOT_FOUND)
    _expect(eakte("akte", "show", "99-999.99/2026-9999"), ExitCode.NOT_FOUND)
    _expect(eakte("quarantine", "retry", "nothing"), ExitCode.NOT_FOUND)
    _expect(eakte("search", "x", "--class", "nonsense"), ExitCode.NOT_FOUND)
    _expect(eakte("search", "x", "--akte", "99-999.99/2026-9999"), ExitCode.NOT_FOUND)


def test_refused(eakte: Run, home: Path) -> None:
    _expect(eakte("init", "--home", str(home)), ExitCode.REFUSED)
    vouch = ("review", "release", _document(home, "filed"), "--person", "A. Probst")
    _expect(eakte(*vouch), ExitCode.REFUSED)
    _expect(eakte("verify", _document(home, "review")), ExitCode.REFUSED)
    _expect(eakte("akte", "new", "not-an-aktenzeichen", "x"), ExitCode.REFUSED)


def test_environment(home: Path) -> None:
    without_tesseract = run_eakte(home, "doctor", PATH="/nonexistent")
    assert "apt-get install" in _expect(without_tesseract, ExitCode.ENVIRONMENT)
    _expect(run_eakte(home, "watch", "--once", PATH="/nonexistent"), ExitCode.ENVIRONMENT)
    _expect(run_eakte(home, "init", "--home", "/proc/nowhere/home"), ExitCode.ENVIRONMENT)
    gone = "postgresql+psycopg://eakte@/eakte?host=/nonexistent"
    told = _expect(run_eakte(home, "status", EAKTE_DATABASE=gone), ExitCode.ENVIRONMENT)
    assert "database" in told
    assert "/nonexistent" in told


def test_nothing_is_taken_while_something_is_missing(home: Path) -> None:
    """A mistake of the operator must never become damage to the mail."""
    scan = home / "inbox" / "poststelle" / "brief.pdf"
    scan.write_bytes(b"%PDF-")
    rules = home / "pipelines" / "classes" / "rechnung.toml"
    good = rules.read_text()
    rules.write_text("colour = 3\n" + good)
    told = _expect(run_eakte(home, "watch", "--once"), ExitCode.CONFIGURATION)
    assert "rechnung.toml" in told
    rules.write_text(good)
    (home / "trust").rename(home / "gone")
    _expect(run_eakte(home, "watch", "--once"), ExitCode.CONFIGURATION)
    (home / "gone").rename(home / "trust")
    homes.execute(home, "DELETE FROM verfahren")
    told = _expect(run_eakte(home, "watch", "--once"), ExitCode.CONFIGURATION)
    assert "Verfahrensdokumentation" in told
    assert scan.exists()


def test_interrupted(home: Path) -> None:
    for number in range(40):
        (home / "inbox" / "poststelle" / f"{number}.txt").write_text(f"no scan {number}")
    command = [sys.executable, "-m", "eakte", "watch", "--once", "--home", str(home)]
    watcher = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while not list((home / "inbox" / "poststelle").glob(".taken/*")):
        time.sleep(0.05)
        assert watcher.poll() is None
    watcher.send_signal(signal.SIGINT)
    assert watcher.wait(20) == ExitCode.INTERRUPTED


def test_verdicts(eakte: Run, home: Path, tmp_path: Path) -> None:
    saved = tmp_path / "saved.pdf"
    _expect(eakte("show", _document(home, "filed"), "--pdf", str(saved)), ExitCode.OK)
    _expect(eakte("verify", str(saved)), ExitCode.OK)
    data = bytearray(saved.read_bytes())
    data[len(data) // 3] ^= 0x55
    saved.write_bytes(data)
    _expect(eakte("verify", str(saved)), ExitCode.INVALID)
    unsigned = tmp_path / "unsigned.pdf"
    waiting = _document(home, "review")
    _expect(eakte("show", waiting, "--pdf", str(unsigned)), ExitCode.OK)
    _expect(eakte("verify", str(unsigned)), ExitCode.INDETERMINATE)


def test_a_changed_sealed_original_in_the_store_is_found(eakte: Run, home: Path) -> None:
    import json

    document = _document(home, "filed")
    shown = json.loads(eakte("show", document, "--json").stdout)
    digest = shown["document"]["sealed"]
    blob = home / "store" / "blobs" / digest[:2] / digest[2:]
    data = bytearray(blob.read_bytes())
    data[-1] ^= 1
    blob.chmod(0o600)
    blob.write_bytes(data)
    _expect(eakte("verify", "--all"), ExitCode.INVALID)
    _expect(eakte("verify", document), ExitCode.INVALID)


def test_an_unexpected_fault_is_a_sentence(home: Path) -> None:
    homes.execute(home, "DROP TABLE trouble")
    finished = run_eakte(home, "status")
    assert "eakte doctor" in _expect(finished, ExitCode.UNEXPECTED)


def test_the_readme_lists_every_code() -> None:
    readme = _README.read_text(encoding="utf-8")
    for code in ExitCode:
        assert f"| {code.value} |" in readme, f"{code.name} is not documented"


def test_a_clerk_reads_in_german_what_became_of_a_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "brief.pdf"
    file.write_bytes(b"%PDF-1.7 of no use, but it is taken")
    for outcome in ("│ übernommen ", "│ erneut übernommen "):
        assert outcome in run_eakte(home, "submit", str(file), EAKTE_LANG="de").stdout
