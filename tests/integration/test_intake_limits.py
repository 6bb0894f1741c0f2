"""What holds intake up is visible and passes by itself: space, permissions, odd stations."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte.config import Inbox, open_home
from eakte.database import Engine
from eakte.domain.clock import SystemClock
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import ScanState
from eakte.pipeline import transitions
from eakte.pipeline.context import Context
from eakte.records import scans
from eakte.services import overview, quarantining, taking
from eakte.services.intake import Intake
from eakte.services.quarantining import Retries
from eakte.services.sources import Inboxes, Source
from eakte.services.space import MEGABYTE, Space
from tests.acceptance.conftest import run_eakte
from tests.tools import homes


@pytest.fixture
def inbox(context: Context) -> Path:
    return context.home.root / "inbox" / "poststelle"


def _names(context: Context) -> set[str]:
    with context.engine.connect() as connection:
        return {each.scan.name for each in scans.every(connection)}


def _stations(context: Context) -> dict[str, str]:
    with context.engine.connect() as connection:
        return {each.scan.name: each.scan.station for each in scans.every(connection)}


def _rounds(made: Intake, count: int = 4) -> int:
    left = 0
    for _round in range(count):
        left = made.round()
    return left


class _Disk:
    """A disk whose free space the test sets, in megabytes."""

    def __init__(self, free: int) -> None:
        self.free = free

    def __call__(self, _folder: Path) -> int:
        return self.free * MEGABYTE


def test_intake_pauses_without_space_and_resumes_by_itself(context: Context, inbox: Path) -> None:
    """Demand 18: the files stay in the inbox, and `eakte status` says why."""
    disk = _Disk(1000)
    made = Intake(context, Inboxes(context.home), disk)
    (inbox / "a.pdf").write_bytes(b"A")
    assert _rounds(made) == 0
    assert _names(context) == set()
    assert (inbox / "a.pdf").exists()
    shown = overview.status(context)
    assert ["paused" in each.reason for each in shown.troubles] == [True]
    assert (shown.troubles[0].detail, shown.arriving) == ("1000 MB", 1)
    disk.free = 1100  # above the reserve of 1024, but only just
    _rounds(made)
    assert _names(context) == set()
    disk.free = 1200
    assert _rounds(made) == 0
    made.stop()
    assert _names(context) == {"a.pdf"}
    assert overview.status(context).troubles == ()


def test_a_file_that_would_use_up_the_reserve_is_not_begun(context: Context, inbox: Path) -> None:
    """Demand 18: the smaller ones go on."""
    made = Intake(context, Inboxes(context.home), _Disk(1027))
    with (inbox / "large.pdf").open("wb") as large:
        large.truncate(5 * MEGABYTE)
    (inbox / "small.pdf").write_bytes(b"x")
    _rounds(made)
    made.stop()
    assert _names(context) == {"small.pdf"}
    (trouble,) = overview.status(context).troubles
    assert trouble.path.endswith("large.pdf")


def test_space_has_a_margin(context: Context) -> None:
    disk = _Disk(1024)
    space = Space(context.home, disk)
    assert space.has_room()
    assert not space.has_room(1)
    disk.free = 1023
    assert not space.has_room()
    disk.free = 1024
    assert not space.has_room()
    disk.free = 1127
    assert space.has_room(MEGABYTE)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    mounted = shutil.which("mount") and subprocess.run(command, check=False, capture_output=True)
    if not mounted or mounted.returncode:
        pytest.skip("no tmpfs may be mounted here (it needs root)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_full_loses_nothing(
    context: Context, inbox: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demands 1, 18: ENOSPC amid taking; it is taken when there is room again."""
    monkeypatch.setattr(taking, "RETRY_SECONDS", 0.0)
    made = Intake(context, Inboxes(context.home), _Disk(100_000))
    shutil.rmtree(context.home.store)
    context.store.__init__(small_disk / "store")  # type: ignore[misc]
    filler = small_disk / "filler"
    filler.write_bytes(os.urandom(1_500_000))
    (inbox / "a.pdf").write_bytes(os.urandom(900_000))
    _rounds(made)
    assert _names(context) == set()
    (trouble,) = overview.status(context).troubles
    assert "No space left" in trouble.detail
    filler.unlink()
    assert _rounds(made) == 0
    made.stop()
    assert _names(context) == {"a.pdf"}
    assert overview.status(context).troubles == ()


_AS_NOBODY = """
import os, sys, threading, time
from pathlib import Path
from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.pipeline.context import Context
from eakte.services import overview, taking
from eakte.services.sources import Inboxes
from eakte.services.intake import Intake
taking.RETRY_SECONDS = 0.0
context = Context(open_home(Path(sys.argv[1])), SystemClock())
closed = context.home.root / "inbox/poststelle/closed.pdf"
closed.write_bytes(b"closed")
closed.chmod(0)
(closed.parent / "open.pdf").write_bytes(b"open")
made = Intake(context, Inboxes(context.home))
for number in range(8):
    if number == 4:
        status = overview.status(context)
        print(status.files["received"], [each.detail for each in status.troubles])
        closed.chmod(0o600)
    made.round()
made.stop()
status = overview.status(context)
print(status.files["received"], [each.detail for each in status.troubles])
"""


def _nobody_can_run() -> bool:
    """Tell whether another user gets at Python and at eakte: both may lie in a private folder."""
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", "import eakte.services.watching"]
    environment = {**os.environ, "PYTHONPATH": root}
    try:
        done = subprocess.run(
            command,
            user=65534,
            group=65534,
            env=environment,
            cwd="/",
            capture_output=True,
            check=False,
        )
    except PermissionError:
        return False
    return done.returncode == 0


def test_a_file_without_permission_waits_and_goes_on_by_itself(new_home: Path) -> None:
    """Demands 52, 53: as a user who is not root; the others are taken meanwhile."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    if not _nobody_can_run():
        pytest.skip("another user cannot reach this interpreter and this code")

    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        home = Path(homes.copy(new_home, Path(folder) / "home"))
        Path(folder).chmod(0o755)
        for path in (home, *home.rglob("*")):
            os.chown(path, 65534, 65534)
        root = str(Path(__file__).parents[2])
        done = subprocess.run(
            [sys.executable, "-c", _AS_NOBODY, str(home)],
            user=65534,
            group=65534,
            extra_groups=(),
            env={**os.environ, "PYTHONPATH": root, "EAKTE_USER": "nobody", "HOME": folder},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    if "Permission denied" in done.stderr and not done.stdout:
        pytest.skip("the other user cannot read this checkout")
    before, after = done.stdout.splitlines()
    assert before.startswith("1 [")
    assert "PermissionError" in before
    assert "closed.pdf" in before
    assert after == "2 []"


def test_status_of_another_process_tells_what_is_left_alone(context: Context, inbox: Path) -> None:
    """Demand 53: nothing that lies in an inbox is in no state."""
    (inbox / "a.pdf.part").write_bytes(b"x")
    os.mkfifo(inbox / "pipe.pdf")
    (inbox / "folder").mkdir()
    (inbox / "new.pdf").write_bytes(b"x")
    home = context.home.root
    shown = json.loads(run_eakte(home, "status", "--json").stdout)
    reasons = {Path(each["path"]).name: each["reason"] for each in shown["left_alone"]}
    assert set(reasons) == {"a.pdf.part", "pipe.pdf", "folder"}
    assert "temporary" in reasons["a.pdf.part"]
    assert "pipe" in reasons["pipe.pdf"]
    assert "no delivery" in reasons["folder"]
    assert shown["arriving"] == 1
    text = run_eakte(home, "status").stdout
    assert all(name in text for name in reasons)
    made = Intake(context, Inboxes(context.home))
    _rounds(made)
    made.stop()
    assert {Path(each.path).name for each in made.left_alone} == set(reasons)


def _with_stations(context: Context) -> Context:
    settings = context.home.root / "eakte.toml"
    table = 'station = "poststelle"\nstations = true'
    text = settings.read_text().replace('station = "poststelle"', table)
    settings.write_text(text)
    return Context(open_home(context.home.root), SystemClock())


def test_sub_folders_are_stations(context: Context, inbox: Path) -> None:
    """Issue 3, Watching: made and removed at any time; deliveries are deliveries still."""
    context = _with_stations(context)
    made = Intake(context, Inboxes(context.home))
    (inbox / "0.pdf").write_bytes(b"0")
    _rounds(made)
    for name in ("scanner 1", "Bu\u0308ro"):
        (inbox / name).mkdir()
        (inbox / name / f"{name[0]}.pdf").write_bytes(name.encode())
    for folder in (inbox / "sendung", inbox / "scanner 1" / "post"):
        folder.mkdir()
        (folder / "vhn.xml").write_text(str(folder))
    (inbox / ".hidden").mkdir()
    (inbox / ".hidden" / "h.pdf").write_bytes(b"h")
    (inbox / "scanner 1" / "deeper").mkdir()
    (inbox / "scanner 1" / "deeper" / "d.pdf").write_bytes(b"d")
    _rounds(made)
    assert _stations(context) == {
        "0.pdf": "poststelle",
        "s.pdf": "poststelle/scanner 1",
        "B.pdf": "poststelle/Büro",
        "sendung": "poststelle",
        "post": "poststelle/scanner 1",
    }
    assert {Path(each.path).name for each in made.left_alone} == {".hidden", "deeper"}
    assert {Path(each.path).name for each in overview.status(context).left_alone} == {
        ".hidden",
        "deeper",
    }
    shutil.rmtree(inbox / "Bu\u0308ro")
    _rounds(made)
    assert len(made.troubles) == 0
    (inbox / "Bu\u0308ro").mkdir()
    (inbox / "Bu\u0308ro" / "again.pdf").write_bytes(b"again")
    _rounds(made)
    made.stop()
    assert _stations(context)["again.pdf"] == "poststelle/Büro"


def test_a_delivery_that_is_still_copied_is_no_station(context: Context, inbox: Path) -> None:
    """Its vhn.xml may come last: a new folder is a station only when it stood still."""
    context = _with_stations(context)
    settings = context.home.root / "eakte.toml"
    settings.write_text(settings.read_text().replace("settle_seconds = 0.0", "settle_seconds = 2"))
    home = open_home(context.home.root)
    source = Source(home, home.settings.inboxes[0], threading.Event())

    def look(now: float) -> list[tuple[str, tuple[str, ...]]]:
        found = source.looks(now)
        return [(each.inbox.station, tuple(u.main for u in look.settled)) for each, look in found]

    (inbox / "sendung").mkdir()
    for now in range(3):
        (inbox / "sendung" / f"{now}.pdf").write_text("x")
        assert look(now * 1.5) == [("poststelle", ())]
    (inbox / "sendung" / "vhn.xml").write_text("x")
    look(4.5)
    assert look(7.0) == [("poststelle", ("sendung",))]
    source.stop()


def test_a_station_knows_its_settings(context: Context) -> None:
    settings = _with_stations(context).home.settings
    inherited = settings.inbox_of("poststelle/scanner 1")
    assert isinstance(inherited, Inbox)
    assert (inherited.pipeline, inherited.duplex) == ("posteingang", False)
    assert settings.inbox_of("kaemmerei/x") is None
    assert settings.inbox_of("nowhere") is None


def test_empty_files_are_received(context: Context, inbox: Path) -> None:
    """Demand 53: an empty file has a record (and quarantine says `empty`)."""
    (inbox / "empty.pdf").touch()
    made = Intake(context, Inboxes(context.home))
    _rounds(made)
    made.stop()
    assert _names(context) == {"empty.pdf"}


def _fail(context: Context, inbox: Path, code: FindingCode) -> None:
    made = Intake(context, Inboxes(context.home))
    (inbox / f"{code.value}.pdf").write_text(code.value)
    _rounds(made)
    made.stop()
    with context.engine.begin() as connection:
        for record in scans.in_state(connection, ScanState.RECEIVED):
            now = context.clock.now()
            transitions.quarantine(connection, record.scan.digest, Finding(code), now)


def _in_quarantine(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        found = scans.in_state(connection, ScanState.QUARANTINE)
    return {each.scan.name: each.attempt for each in found}


def test_what_failed_for_a_passing_reason_is_tried_again_three_times(
    context: Context, inbox: Path
) -> None:
    """Demand 53: without a restart; what is damaged waits for a person."""
    _fail(context, inbox, FindingCode.STAGE_FAILED)
    _fail(context, inbox, FindingCode.DAMAGED)
    retries, now = Retries(context), 1000.0
    for attempt, wait in ((1, 300.0), (2, 1500.0)):
        retries.keep_up(now)
        retries.keep_up(now + wait - 1)
        assert _in_quarantine(context.engine) == {"stage_failed.pdf": attempt, "damaged.pdf": 1}
        retries.keep_up(now + wait)
        assert _in_quarantine(context.engine) == {"damaged.pdf": 1}
        with context.engine.begin() as connection:
            (record,) = scans.in_state(connection, ScanState.RECEIVED)
            finding = Finding(FindingCode.STAGE_FAILED)
            at = context.clock.now()
            transitions.quarantine(connection, record.scan.digest, finding, at)
        now += wait + 1
    retries.keep_up(now)
    retries.keep_up(now + 1e9)
    assert _in_quarantine(context.engine) == {"stage_failed.pdf": 3, "damaged.pdf": 1}


def test_all_of_quarantine_can_be_retried(context: Context, inbox: Path) -> None:
    _fail(context, inbox, FindingCode.STAGE_FAILED)
    _fail(context, inbox, FindingCode.DAMAGED)
    home = context.home.root
    assert run_eakte(home, "quarantine", "retry").returncode == 2
    assert run_eakte(home, "quarantine", "retry", "x", "--all").returncode == 2
    assert run_eakte(home, "quarantine", "retry", "--all").returncode == 0
    assert quarantining.quarantined(context) == ()
