"""The store on a local file system: one read-only file per digest, one per claimed slot."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from eakte.domain.ids import Digest, digest_of
from eakte.errors import StoreError

_CHUNK = 1 << 20


class LocalBlobStore:
    """Blobs below `root/blobs/ab/cdef…`, slots below `root/slots/`.

    A blob is written under a temporary name, synced, re-read and compared, then published by an
    exclusive hard link, and its folder synced: it is there whole or not at all.
    """

    def __init__(self, root: Path) -> None:
        """Use (and make) the folders of a store below `root`, mode 0700."""
        self.root = root
        self._blobs = root / "blobs"
        self._slots = root / "slots"
        self._incoming = root / "incoming"
        for folder in (root, self._blobs, self._slots, self._incoming):
            folder.mkdir(mode=0o700, exist_ok=True)

    def put(self, data: bytes) -> Digest:
        """Keep bytes durably; see BlobStore."""
        digest = digest_of(data)
        if not self._is_kept(digest):
            self._keep(iter([data]), digest)
        return digest

    def put_file(self, source: Path) -> Digest:
        """Keep a file's bytes durably, one megabyte at a time; see BlobStore."""
        digest = file_digest(source)
        if not self._is_kept(digest):
            self._keep(_chunks(source), digest)
        return digest

    def get(self, digest: Digest) -> bytes:
        """Give the bytes back after checking their digest."""
        data = self._read(self.path(digest))
        if digest_of(data) != digest:
            raise StoreError(
                path=self.path(digest), detail="the bytes changed since they were kept"
            )
        return data

    def path(self, digest: Digest) -> Path:
        """Give the blob's file; it may be missing."""
        return self._blobs / digest[:2] / digest[2:]

    def claim(self, slot: str, digest: Digest) -> Digest:
        """Give a slot its one digest by an exclusive link; returns the one that came first."""
        target = self._slots / slot
        self._make_folder(target.parent)
        temporary = self._write_temporary(iter([digest.encode()]))
        self._publish(temporary, target)
        return self.claimed(slot) or digest

    def claimed(self, slot: str) -> Digest | None:
        """Give the digest that a slot got, None while it has none."""
        target = self._slots / slot
        return Digest(self._read(target).decode()) if target.exists() else None

    def digests(self) -> Iterator[Digest]:
        """Give every kept digest, in order."""
        for folder in sorted(self._blobs.iterdir()):
            for blob in sorted(folder.iterdir()):
                yield Digest(folder.name + blob.name)

    def _is_kept(self, digest: Digest) -> bool:
        path = self.path(digest)
        return path.exists() and file_digest(path) == digest

    def _keep(self, chunks: Iterator[bytes], digest: Digest) -> None:
        temporary = self._write_temporary(chunks)
        if file_digest(temporary) != digest:
            temporary.unlink()
            raise StoreError(path=temporary, detail="what was read back is not what was written")
        target = self.path(digest)
        self._make_folder(target.parent)
        if target.exists():
            detail = f"the kept bytes of {digest} are damaged; they were left in place"
            raise StoreError(path=target, detail=detail)
        self._publish(temporary, target)

    def _write_temporary(self, chunks: Iterator[bytes]) -> Path:
        temporary = self._incoming / secrets.token_hex(16)
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
            with os.fdopen(descriptor, "wb") as out:
                for chunk in chunks:
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
        except OSError as problem:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise StoreError(path=temporary, detail=str(problem)) from problem
        return temporary

    def _publish(self, temporary: Path, target: Path) -> None:
        """Link the finished file to its name; whoever came first stays."""
        with contextlib.suppress(FileExistsError):
            os.link(temporary, target)
        sync_folder(target.parent)
        temporary.unlink()

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(folder.parent)

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as problem:
            raise StoreError(path=path, detail=str(problem)) from problem


def file_digest(path: Path) -> Digest:
    """Give the SHA-256 of a file's bytes."""
    with path.open("rb") as source:
        return Digest(hashlib.file_digest(source, "sha256").hexdigest())


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _chunks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            yield chunk
