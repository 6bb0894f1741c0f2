from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from eakte.audit import log
from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.clock import FixedClock, SystemClock
from eakte.domain.events import Action, Event
from eakte.domain.ids import Digest, digest_of
from eakte.domain.mail import Scan, ScanState
from eakte.errors import AlreadyRunningError, StoreError
from eakte.inbox.listing import TAKEN
from eakte.pipeline import arrivals, engine, transitions, workflows
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.records import documents, scans
from eakte.services import reviewing
from eakte.services.casework import new_akte
from eakte.services.repair import Repair, _remove_orphans, look, repair
from eakte.services.reviewing import Corrections
from eakte.services.sources import Inboxes
from eakte.services.submitting import submit
from eakte.services.watching import Watcher
from eakte.store.local import file_digest
from tests.acceptance.conftest import run_eakte
from tests.tools import homes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made") / "home"
    homes.create(root, SystemClock(), "Stadt", demo=True)
    return root


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    homes.copy(made, tmp_path / "home")
    return Desk(open_home(tmp_path / "home"), SystemClock())


def _received(desk: Desk, name: str = "brief.png") -> Digest:
    """Put a file into the inbox's folder of a clerk and record it, as `eakte submit` does."""
    file = desk.home.root / name
    Image.new("L", (40, 40), 255).save(file)
    submit(desk, (file,), "")
    return file_digest(file)


def _worked(desk: Desk) -> None:
    """Run the watcher; the file is blank and tiny, and ends in review."""
    context = Context(desk.home, SystemClock())
    Watcher(context, Inboxes(context.home), threading.Event()).run(
        lambda _progress: None, once=True
    )
    context.engine.dispose()


def test_an_orphan_goes_and_what_is_named_stays(desk: Desk) -> None:
    scan = _received(desk)
    orphan = desk.store.put(b"an intermediate result")
    assert look(desk).orphans == {orphan}
    assert repair(desk).found.orphans == {orphan}
    assert desk.store.path(scan).exists()
    assert not desk.store.path(orphan).exists()
    assert look(desk).orphans == frozenset()


def test_work_that_is_not_done_keeps_its_results_and_what_they_name(desk: Desk) -> None:
    scan = _received(desk)
    inner = desk.store.put(b"an archive copy")
    outer = desk.store.put(f'{{"sha256":"{inner}"}}'.encode())
    with desk.engine.begin() as connection:
        step = {"workflow": f"intake-{scan}-1", "output": f'{{"value":"{outer}"}}'}
        statement = (
            f"INSERT INTO {homes.ENGINE_TABLES}operation_outputs "
            "(workflow_uuid, function_id, output) VALUES (:workflow, 1, :output)"
        )
        connection.execute(sa.text(statement), step)
    assert repair(desk).found.orphans == frozenset()
    assert desk.store.get(inner) == b"an archive copy"


def test_results_of_work_that_is_done_go_and_its_records_stay(desk: Desk) -> None:
    _received(desk)
    _worked(desk)
    found = repair(desk).found
    assert found.orphans, "inspection and page texts are intermediate results"
    assert (found.missing, found.damaged) == (frozenset(), frozenset())
    assert look(desk, thorough=True).missing == frozenset()


def test_what_only_the_log_names_stays(desk: Desk) -> None:
    kept = desk.store.put(b"the version of an incident")
    event = Event(Action.INCIDENT, "x", "eakte", "", desk.clock.now(), after={"present": kept})
    with transaction(desk.engine) as connection:
        log.append(connection, event)
    assert repair(desk).found.orphans == frozenset()
    assert desk.store.path(kept).exists()


def test_missing_and_damaged_bytes_are_told_and_not_touched(desk: Desk) -> None:
    scan, other = _received(desk), desk.home.root / "anders.png"
    Image.new("L", (41, 41), 255).save(other)
    submit(desk, (other,), "")
    gone = file_digest(other)
    desk.store.path(gone).unlink()
    desk.store.path(scan).chmod(0o600)
    desk.store.path(scan).write_bytes(b"rotten")
    found = repair(desk).found
    assert (found.missing, found.damaged) == ({gone}, {scan})
    assert desk.store.path(scan).read_bytes() == b"rotten"


def test_nothing_is_repaired_while_a_watcher_runs(desk: Desk) -> None:
    orphan = desk.store.put(b"a result of the running watcher")
    with engine.alone(desk), pytest.raises(AlreadyRunningError):
        repair(desk)
    assert desk.store.path(orphan).exists()


def test_who_records_bytes_that_a_repair_removed_is_refused(desk: Desk) -> None:
    """Demand 1: the two cannot miss each other, whatever their order."""
    file = desk.home.root / "brief.png"
    Image.new("L", (40, 40), 255).save(file)
    bystander = Desk(desk.home, SystemClock())

    class _RepairingClock(FixedClock):
        """Lets a repair run after the bytes were kept, and before they are recorded."""

        def now(self) -> datetime:
            assert repair(bystander).found.orphans == {digest_of(file.read_bytes())}
            return super().now()

    desk.clock = _RepairingClock(bystander.clock.now())
    with pytest.raises(StoreError):
        submit(desk, (file,), "")
    with desk.engine.connect() as connection:
        assert scans.find(connection, digest_of(file.read_bytes())) is None
    submit(bystander, (file,), "")
    taken = file_digest(file)
    assert repair(bystander).found.orphans == frozenset()
    assert bystander.store.get(taken) == file.read_bytes()


def test_a_repair_waits_for_an_arrival_that_is_being_recorded(desk: Desk) -> None:
    data = b"a scan"
    digest = desk.store.put(data)
    scan = Scan(digest, "brief.pdf", "poststelle", "posteingang", len(data), desk.clock.now())
    bystander = Desk(desk.home, SystemClock())
    with ThreadPoolExecutor() as pool:
        with transaction(desk.engine) as connection:
            arrivals.receive(connection, scan, desk.store, Submitter(desk.engine), "clerk")
            found = look(bystander)
            assert digest in found.orphans, "nobody knows yet that it is wanted"
            removing = pool.submit(_remove_orphans, bystander, Repair(found, 0, 0, 0))
            with pytest.raises(TimeoutError):
                removing.result(1)
        removing.result(30)
    assert desk.store.get(digest) == data


def test_leftovers_of_crashes_go(desk: Desk) -> None:
    (desk.home.store / "incoming" / "half").write_bytes(b"%PDF")
    (desk.home.work / "tmpabc").mkdir()
    inbox = desk.home.inbox_folder(desk.home.settings.inboxes[0])
    (inbox / TAKEN / "0123").mkdir(parents=True)
    (inbox / TAKEN / "4567").mkdir()
    (inbox / TAKEN / "4567" / "brief.pdf").write_bytes(b"not taken yet")
    done = repair(desk)
    assert (done.found.temporary, done.workspace, len(done.found.places)) == (1, 1, 1)
    assert (inbox / TAKEN / "4567" / "brief.pdf").exists(), "mail is no leftover"
    assert not (inbox / TAKEN / "0123").exists()


def test_a_slot_that_nobody_knows_stays_with_its_blob(desk: Desk) -> None:
    sealed = desk.store.put(b"sealed by a later release of eakte")
    desk.store.claim("sealed/ffff-1/2", sealed)
    desk.store.claim("other/x", sealed)
    assert repair(desk).found.slots == ()
    assert desk.store.path(sealed).exists()


def test_the_slot_of_a_refused_seal_goes_that_of_a_released_letter_stays(desk: Desk) -> None:
    scan = _received(desk)
    _worked(desk)
    new_akte(desk, "20.1-702.11/2026-0003", "Abfall", "20.1")
    with desk.engine.connect() as connection:
        (letter,) = documents.of_scan(connection, scan)
    context = Context(desk.home, SystemClock())
    correction = Corrections(akte="20.1-702.11/2026-0003", class_id="widerspruch")
    released = reviewing.release(context, letter.id, correction, "A. Probst")
    slot, sealed = f"sealed/{released.id}/{released.version}", desk.store.put(b"a seal")
    desk.store.claim(slot, sealed)
    assert repair(desk).found.slots == ()
    with transaction(desk.engine) as connection:
        transitions.refuse_seal(connection, released.id, "no answer", desk.clock.now())
    done = repair(desk).found
    assert (done.slots, sealed in done.orphans) == ((slot,), True)
    assert desk.store.claimed(slot) is None


def test_old_workflows_are_forgotten_but_not_those_of_open_work(desk: Desk) -> None:
    _received(desk)
    _worked(desk)
    known = workflows.ended(desk.engine)
    assert known
    assert repair(desk).old_workflows == 0
    later = Desk(desk.home, FixedClock(desk.clock.now() + timedelta(days=31)))
    assert repair(later).old_workflows == len(known)
    assert workflows.ended(desk.engine) == frozenset()
    _worked(desk)
    with desk.engine.connect() as connection:
        assert scans.counts(connection)[ScanState.RECEIVED.value] == 0


def test_a_repair_is_told_in_the_log(desk: Desk) -> None:
    desk.store.put(b"an intermediate result")
    repair(desk)
    with desk.engine.connect() as connection:
        (event,) = log.of_action(connection, Action.REPAIRED)
    assert event.after["orphans"] == "1"


def test_the_command_refuses_while_a_watcher_runs_and_tells_what_is_missing(desk: Desk) -> None:
    scan = _received(desk)
    with engine.alone(desk):
        assert run_eakte(desk.home.root, "doctor", "--repair").returncode == 6
    assert run_eakte(desk.home.root, "doctor", "--repair").returncode == 0
    desk.store.path(scan).unlink()
    told = run_eakte(desk.home.root, "doctor", "--json")
    assert told.returncode == 7
    lines = {each["name"]: each for each in json.loads(told.stdout)}
    assert scan in lines["missing from the store"]["detail"]
