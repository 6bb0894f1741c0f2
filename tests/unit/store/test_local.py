from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from eakte.domain.ids import Digest, digest_of
from eakte.errors import StoreError
from eakte.store import local
from eakte.store.local import LocalBlobStore


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path / "store")


def test_gives_back_what_was_kept(store: LocalBlobStore, tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    source = tmp_path / "scan.pdf"
    source.write_bytes(data)
    assert store.put(data) == store.put_file(source) == digest_of(data)
    assert store.get(digest_of(data)) == data
    assert list(store.digests()) == [digest_of(data)]


def test_blobs_are_read_only_and_private(store: LocalBlobStore) -> None:
    path = store.path(store.put(b"page"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(store.root.stat().st_mode) == 0o700


def test_changed_bytes_are_never_given_out(store: LocalBlobStore) -> None:
    digest = store.put(b"original")
    store.path(digest).chmod(0o600)
    store.path(digest).write_bytes(b"tampered")
    with pytest.raises(StoreError, match="changed"):
        store.get(digest)
    with pytest.raises(StoreError, match="damaged"):
        store.put(b"original")


def test_missing_bytes_are_an_error(store: LocalBlobStore) -> None:
    with pytest.raises(StoreError):
        store.get(Digest("0" * 64))


def test_a_disk_that_lies_is_found_before_acknowledging(
    store: LocalBlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demand 2: re-read and compare before acknowledging (200 files of 0 bytes, elsewhere)."""
    real = local.file_digest

    def lying(path: Path) -> Digest:
        return Digest("f" * 64) if "incoming" in str(path) else real(path)

    monkeypatch.setattr(local, "file_digest", lying)
    with pytest.raises(StoreError, match="read back"):
        store.put(b"page")
    assert list(store.digests()) == []


def test_a_full_disk_leaves_nothing_behind(
    store: LocalBlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(local.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.put(b"page")
    monkeypatch.undo()
    assert list((store.root / "incoming").iterdir()) == []
    assert store.put(b"page") == digest_of(b"page")


def test_files_and_folders_are_synced(
    store: LocalBlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def spy(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(local.os, "fsync", spy)
    digest = store.put(b"page")
    assert any("incoming" in name for name in synced), "the bytes"
    assert str(store.path(digest).parent) in synced, "the entry of the blob"
    assert str(store.path(digest).parent.parent) in synced, "the entry of its new folder"


def test_a_slot_is_given_once(store: LocalBlobStore) -> None:
    first, second = store.put(b"first seal"), store.put(b"second seal")
    assert store.claimed("sealed/doc/1") is None
    assert store.claim("sealed/doc/1", first) == first
    assert store.claim("sealed/doc/1", second) == first
    assert store.claimed("sealed/doc/1") == first
