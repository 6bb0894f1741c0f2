from __future__ import annotations

import os
from pathlib import Path

import pytest

from eakte.domain.clock import FixedClock
from eakte.domain.ids import Digest, digest_of
from eakte.domain.mail import Scan
from eakte.errors import StoreError
from eakte.inbox.receive import (
    Outcome,
    is_being_written,
    let_go,
    lingering,
    mark_recorded,
    readable_name,
    receive,
    recorded_as,
    set_aside,
)
from eakte.store.local import LocalBlobStore

_ORIGIN = ("poststelle", "posteingang")


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "store")


@pytest.fixture
def scan_file(tmp_path: Path) -> Path:
    file = tmp_path / "inbox" / "scan.pdf"
    file.parent.mkdir()
    file.write_bytes(b"%PDF- a letter")
    return file


def test_at_the_commit_the_bytes_are_kept_and_the_file_is_still_there(
    store: LocalBlobStore, clock: FixedClock, scan_file: Path
) -> None:
    """Demand 1."""
    seen: list[tuple[bool, bytes]] = []

    def commit(scan: Scan) -> bool:
        seen.append((scan_file.exists(), store.get(scan.digest)))
        return True

    data = scan_file.read_bytes()
    reception = receive(scan_file, _ORIGIN, store, clock, commit)
    assert reception.outcome is Outcome.TAKEN
    assert reception.digest == digest_of(data)
    assert seen == [(True, data)]
    assert scan_file.exists()


class _FullStore(LocalBlobStore):
    """A store on a full disk."""

    def put_file(self, source: Path) -> Digest:
        raise StoreError(path=source, detail="No space left on device")


def test_what_cannot_be_kept_is_not_recorded(
    tmp_path: Path, clock: FixedClock, scan_file: Path
) -> None:
    commits: list[Scan] = []
    store = _FullStore(tmp_path / "full")
    with pytest.raises(StoreError):
        receive(scan_file, _ORIGIN, store, clock, lambda scan: not commits.append(scan))
    assert scan_file.exists()
    assert not commits


def test_known_bytes_are_taken_again(
    store: LocalBlobStore, clock: FixedClock, scan_file: Path
) -> None:
    reception = receive(scan_file, _ORIGIN, store, clock, lambda _scan: False)
    assert reception.outcome is Outcome.TAKEN_AGAIN


def test_a_file_set_aside_is_found_again_and_let_go(scan_file: Path) -> None:
    inbox = scan_file.parent
    aside = set_aside(scan_file)
    scan_file.write_bytes(b"another file under the same name")
    assert list(lingering(inbox)) == [aside]
    assert recorded_as(aside) is None
    marked = mark_recorded(aside, digest_of(b"x"))
    assert recorded_as(marked) == digest_of(b"x")
    assert marked.read_bytes() == b"%PDF- a letter"
    let_go(marked)
    assert list(lingering(inbox)) == []
    assert scan_file.read_bytes() == b"another file under the same name"


def test_a_writer_is_noticed(scan_file: Path) -> None:
    assert not is_being_written(scan_file)
    with scan_file.open("ab"):
        assert is_being_written(scan_file)
    assert not is_being_written(scan_file)


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
        with pytest.raises(StoreError, match="plain file"):
            set_aside(path)
        assert os.path.lexists(path)


def test_names_become_readable_text() -> None:
    assert readable_name(Path("Gebu\u0308hr.pdf")) == "Gebühr.pdf"
    assert readable_name(Path(os.fsdecode(b"br\xfccke.pdf"))) == "br\ufffdcke.pdf"
