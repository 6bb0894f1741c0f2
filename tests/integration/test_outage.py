"""Authorities that are down: another one in the list, and kills of the watcher meanwhile."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from eakte.config import open_home
from eakte.domain.akten import DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.verification import Verdict
from eakte.seal.endpoints import Endpoint
from eakte.seal.opening import open_sealer
from eakte.seal.verify import accept
from tests.acceptance.conftest import run_eakte
from tests.integration.sealing_office import PATIENCE, Office, archive_copy, wait_until
from tests.tools.authorities import serving


def test_the_first_authority_that_works_is_asked(tmp_path):
    """One refuses connections; the second one in the list makes both time-stamps."""
    with serving(tmp_path / "pki") as services:
        office = Office(tmp_path, services, first=f"http://127.0.0.1:{_closed_port()}/tsa")
        sealer = open_sealer(open_home(office.root), SystemClock())
        source, out = tmp_path / "archive.pdf", tmp_path / "sealed.pdf"
        source.write_bytes(archive_copy())
        sealer.seal(source, "Posteingang", out)
        digest, now = sha256(out.read_bytes()).hexdigest(), SystemClock().now()
        assert accept(out, office.root / "trust", now, digest, 1).verdict is Verdict.VALID
    folder, tsas = office.root / "services", office.desk.home.settings.tsa
    memories = [Endpoint(each.url, SystemClock(), folder).memory() for each in tsas]
    assert [each.failures for each in memories] == [1, 0]
    assert "ConnectionRefusedError" in memories[0].why


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _watch(root: Path, *options: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "eakte", "watch", *options]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env=os.environ | {"EAKTE_HOME": str(root)}, **silent)


def test_an_outage_outlives_kills_of_the_watcher(tmp_path):
    """Killed while letters wait, and while one is being sealed; `--once` ends when all is done."""
    with serving(tmp_path / "pki") as services:
        office = Office(tmp_path, services)
        first = office.release()
    with _watch(office.root) as killed:  # nobody listens: connection refused
        office.wait_for(first, DocumentState.DELAYED)
        killed.send_signal(signal.SIGKILL)
    since = office.letter(first).delay.since
    second = office.release()
    told = run_eakte(office.root, "status", EAKTE_LANG="de").stdout
    assert "Warten auf ihr Siegel seit" in told
    with serving(tmp_path / "pki") as services:
        services.fault = "hang"
        with _watch(office.root) as killed:
            wait_until(lambda: services.asked["tsa"] > 0)
            killed.send_signal(signal.SIGKILL)
        assert office.slots() == {}
        services.fault = "garbage"
        with _watch(office.root, "--once") as again:
            office.wait_for(second, DocumentState.DELAYED)
            assert office.letter(first).delay.since == since
            assert again.poll() is None
            services.fault = ""
            assert again.wait(PATIENCE) == 0
    office.require_sealed_once(first)
    office.require_sealed_once(second)
