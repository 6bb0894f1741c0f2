from __future__ import annotations

import os
from pathlib import Path

import pytest

from eakte.domain.clock import FixedClock
from eakte.domain.ids import Digest, digest_of
from eakte.domain.mail import Scan
from eakte.errors import StoreError
from eakte.inbox.receive import Outcome, receive
from eakte.store.local import LocalBlobStore

_ORIGIN = ("poststelle", "posteingang")


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "store")


@pytest.fixture
def scan_file(tmp_path: Path) -> Path:
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"%PDF- a letter")
    return file


def test_a_file_goes_only_after_the_commit(
    store: LocalBlobStore, clock: FixedClock, scan_file: Path
) -> None:
    """Demand 1: at the commit the bytes are in the store and the inbox file is still there."""
    seen: list[tuple[bool, bytes]] = []

    def commit(scan: Scan) -> bool:
        seen.append((scan_file.exists(), store.get(scan.digest)))
        return True

    data = scan_file.read_bytes()
    reception = receive(scan_file, _ORIGIN, store, clock, commit)
    assert reception.outcome is Outcome.TAKEN
    assert reception.digest == digest_of(data)
    assert seen == [(True, data)]
    assert not scan_file.exists()


def test_a_failed_commit_leaves_the_file(
    store: LocalBlobStore, clock: FixedClock, scan_file: Path
) -> None:
    def commit(_scan: Scan) -> bool:
        raise RuntimeError("database gone")

    with pytest.raises(RuntimeError):
        receive(scan_file, _ORIGIN, store, clock, commit)
    assert scan_file.exists()


class _FullStore(LocalBlobStore):
    """A store on a full disk."""

    def put_file(self, source: Path) -> Digest:
        raise StoreError(path=source, detail="No space left on device")


def test_a_failed_store_leaves_the_file_and_no_record(
    tmp_path: Path, clock: FixedClock, scan_file: Path
) -> None:
    commits: list[Scan] = []
    store = _FullStore(tmp_path / "full")
    with pytest.raises(StoreError):
        receive(scan_file, _ORIGIN, store, clock, lambda scan: not commits.append(scan))
    assert scan_file.exists()
    assert not commits


def test_a_file_that_changed_meanwhile_stays_and_its_new_bytes_are_kept(
    store: LocalBlobStore, clock: FixedClock, scan_file: Path
) -> None:
    """Demand 6: the source is hashed again before it is removed."""

    def commit(_scan: Scan) -> bool:
        with scan_file.open("ab") as more:
            more.write(b" and one more page")
        return True

    reception = receive(scan_file, _ORIGIN, store, clock, commit)
    assert reception.outcome is Outcome.CHANGED
    assert scan_file.exists()
    assert store.get(reception.digest) == scan_file.read_bytes()


def test_known_bytes_are_taken_again(
    store: LocalBlobStore, clock: FixedClock, scan_file: Path
) -> None:
    reception = receive(scan_file, _ORIGIN, store, clock, lambda _scan: False)
    assert reception.outcome is Outcome.TAKEN_AGAIN
    assert not scan_file.exists()


def test_links_and_pipes_are_refused(
    store: LocalBlobStore, clock: FixedClock, scan_file: Path, tmp_path: Path
) -> None:
    """Demand 54."""
    link, pipe = tmp_path / "link.pdf", tmp_path / "pipe.pdf"
    link.symlink_to(scan_file)
    os.mkfifo(pipe)
    for path in (link, pipe):
        with pytest.raises(StoreError, match="plain file"):
            receive(path, _ORIGIN, store, clock, lambda _scan: True)


def test_names_are_normalised(store: LocalBlobStore, clock: FixedClock, tmp_path: Path) -> None:
    decomposed = tmp_path / "Gebu\u0308hr.pdf"
    decomposed.write_bytes(b"x")
    scans: list[Scan] = []
    receive(decomposed, _ORIGIN, store, clock, lambda scan: not scans.append(scan))
    assert scans[0].name == "Gebühr.pdf"
