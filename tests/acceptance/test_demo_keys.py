"""The demo with its key in a token and at a signing service; the PIN stays in its file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from eakte.errors import ExitCode
from tests.acceptance.conftest import run_eakte
from tests.tools import homes

_ROOT = Path(__file__).parents[2]
_HASTE = {
    "EAKTE_WATCHING__SETTLE_SECONDS": "0",
    "EAKTE_WATCHING__GRACE_SECONDS": "0",
    "EAKTE_QUALITY__SAMPLE_RATE": "0",
    "EAKTE_DEBUG": "1",
}
_MODES = {
    "hsm": ("hsm/eakte.pin", "pkcs11:token=eakte;object=seal"),
    "csc": ("csc/csc.pin", "csc:"),
}


class _ProcessTable:
    """Looks for PINs in arguments and variables of all processes, while something runs."""

    def __init__(self, pin_file: Path) -> None:
        self.pin_file, self.seen, self.looks = pin_file, set[str](), 0

    @contextmanager
    def watched(self) -> Iterator[None]:
        done = threading.Event()
        thread = threading.Thread(target=self._watch, args=(done,))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _watch(self, done: threading.Event) -> None:
        while not done.wait(0.1):
            pin = self.pin_file.read_bytes().strip() if self.pin_file.exists() else b""
            self.looks += bool(pin)
            for file in [
                *Path("/proc").glob("[0-9]*/cmdline"),
                *Path("/proc").glob("[0-9]*/environ"),
            ]:
                with suppress(OSError):
                    if pin and pin in file.read_bytes():
                        self.seen.add(str(file))


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(_MODES))
def test_the_demo_runs_with_a_key_elsewhere(kind: str, tmp_path: Path) -> None:
    """Issue 6, point 1: two letters from the inbox into the Akte, VALID; and no PIN leaks."""
    home, (pin_file, reference) = tmp_path / "home", _MODES[kind]
    options = "--key", kind, "--letters", "2"
    table = _ProcessTable(home / pin_file)
    with table.watched():
        finished = subprocess.run(
            [sys.executable, "-m", "tests.tools.demo_tsa", *options, str(home)],
            cwd=_ROOT,
            env=os.environ | _HASTE | homes.variables(),
            capture_output=True,
            text=True,
            check=False,
        )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert finished.stdout.count("VALID") >= 3
    assert reference in finished.stdout
    assert not list((home / "trust" / "keys").iterdir())  # nobody in here answers himself
    assert list((home / "services").glob("*.ocsp"))
    assert list((home / "services").glob("*.crl"))
    assert run_eakte(home, "verify", "--all").returncode == ExitCode.OK

    pin = (home / pin_file).read_bytes().strip()
    holders = {path for path in home.rglob("*") if path.is_file() and pin in path.read_bytes()}
    assert holders == {home / pin_file}
    assert pin.decode() not in finished.stdout + finished.stderr
    assert (table.seen, table.looks > 5) == (set(), True)
    for path in (home / pin_file, (home / pin_file).parent):
        assert path.stat().st_mode & 0o077 == 0, path

    doctor = run_eakte(home, "doctor", "--json")  # token and service are out of reach now
    assert doctor.returncode == ExitCode.ENVIRONMENT
    key = next(each for each in json.loads(doctor.stdout) if each["name"] == "seal key")
    assert (key["fine"], "cannot be used" in key["detail"]) == (False, True)
    assert "seal key show" in key["advice"]
    assert pin.decode() not in doctor.stdout + doctor.stderr
