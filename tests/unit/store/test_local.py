from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from eakte.domain.ids import Digest, digest_of
from eakte.errors import StoreError
from eakte.store import local
from eakte.store.local import LocalBlobStore
from tests.conftest import NOW


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
    assert _incoming(store) == [], "no copy per try"


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
    assert _incoming(store) == []


def test_a_full_disk_leaves_nothing_behind(
    store: LocalBlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(local.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        store.put(b"page")
    monkeypatch.undo()
    assert _incoming(store) == []
    assert store.put(b"page") == digest_of(b"page")


def test_a_failing_link_leaves_nothing_behind(
    store: LocalBlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_source: Path, _target: Path) -> None:
        raise OSError(31, "Too many links")

    monkeypatch.setattr(local.os, "link", refuse)
    with pytest.raises(StoreError, match="Too many links"):
        store.put(b"page")
    with pytest.raises(StoreError, match="Too many links"):
        store.claim("sealed/doc/1", digest_of(b"page"))
    assert _incoming(store) == []


@pytest.fixture
def steps(store: LocalBlobStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every sync and every link, in order, by their path below the store."""
    noted: list[str] = []
    sync, link = os.fsync, os.link

    def spy_sync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(store.root)
        noted.append("sync bytes" if path.parts[:1] == ("incoming",) else f"sync {path}")
        sync(descriptor)

    def spy_link(source: Path, target: Path) -> None:
        noted.append(f"link {target.relative_to(store.root)}")
        link(source, target)

    monkeypatch.setattr(local.os, "fsync", spy_sync)
    monkeypatch.setattr(local.os, "link", spy_link)
    return noted


def test_bytes_are_synced_before_their_link_and_its_folders_after_it(
    store: LocalBlobStore, steps: list[str]
) -> None:
    digest = store.put(b"page")
    folder = f"blobs/{digest[:2]}"
    link = f"link {folder}/{digest[2:]}"
    assert steps == ["sync bytes", link, f"sync {folder}", "sync blobs", "sync ."]


def test_every_level_of_a_slot_is_synced(store: LocalBlobStore, steps: list[str]) -> None:
    store.claim("sealed/doc/1", digest_of(b"seal"))
    levels = ["sync slots/sealed/doc", "sync slots/sealed", "sync slots", "sync ."]
    assert steps[:6] == ["sync bytes", "link slots/sealed/doc/1", *levels]


def test_what_a_killed_process_linked_is_synced_before_it_is_acknowledged(
    store: LocalBlobStore, steps: list[str], tmp_path: Path
) -> None:
    source = tmp_path / "page"
    source.write_bytes(b"page")
    digest = store.put(b"page")
    store.claim("sealed/doc/1", digest)
    for acknowledge, folder in (
        (lambda: store.put(b"page"), f"blobs/{digest[:2]}"),
        (lambda: store.put_file(source), f"blobs/{digest[:2]}"),
        (lambda: store.claimed("sealed/doc/1"), "slots/sealed/doc"),
    ):
        steps.clear()
        assert acknowledge() == digest
        assert steps[0] == f"sync {folder}"
        assert steps[-1] == "sync ."


def test_only_abandoned_temporaries_are_swept(store: LocalBlobStore) -> None:
    digest = store.put(b"page")
    old, young = store.root / "incoming" / "old", store.root / "incoming" / "young"
    for file, age in ((old, timedelta(minutes=61)), (young, timedelta(minutes=59))):
        os.link(store.path(digest), file) if file is old else file.write_bytes(b"half")
        moment = (NOW - age).timestamp()
        os.utime(file, (moment, moment))
    assert store.sweep(NOW) == 1
    assert _incoming(store) == ["young"]
    assert store.get(digest) == b"page", "a leftover link goes, the blob stays"
    assert store.sweep(NOW) == 0


def test_a_slot_is_given_once(store: LocalBlobStore) -> None:
    first, second = store.put(b"first seal"), store.put(b"second seal")
    assert store.claimed("sealed/doc/1") is None
    assert store.claim("sealed/doc/1", first) == first
    assert store.claim("sealed/doc/1", second) == first
    assert store.claimed("sealed/doc/1") == first


def _incoming(store: LocalBlobStore) -> list[str]:
    return [file.name for file in (store.root / "incoming").iterdir()]
