"""The store on a local file system: one read-only file per digest, one per claimed slot."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from eakte.domain.ids import Digest, digest_of
from eakte.errors import StoreError

_CHUNK = 1 << 20
_ABANDONED = timedelta(hours=1)
"""A temporary file that nobody wrote to for so long belongs to a process that is gone."""


class LocalBlobStore:
    """Blobs below `root/blobs/ab/cdef…`, slots below `root/slots/`.

    A blob is written under a temporary name, synced, re-read and compared, then published by an
    exclusive hard link, and the folders up to the root synced: it is there whole or not at all.
    Whatever is found there already is synced again before it is acknowledged: the process that
    wrote it may have been killed before it could.
    """

    def __init__(self, root: Path) -> None:
        """Use (and make) the folders of a store below `root`, mode 0700."""
        self.root = root
        self._blobs = root / "blobs"
        self._slots = root / "slots"
        self._incoming = root / "incoming"
        if not root.is_dir():
            root.mkdir(mode=0o700, exist_ok=True)
            sync_folder(root.parent)
        for folder in (self._blobs, self._slots, self._incoming):
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

    def checked(self, digest: Digest) -> Path:
        """Give the blob's file after checking its digest, one megabyte at a time."""
        path = self.path(digest)
        with _reported(path):
            if file_digest(path) != digest:
                raise StoreError(path=path, detail="the bytes changed since they were kept")
        return path

    def path(self, digest: Digest) -> Path:
        """Give the blob's file; it may be missing."""
        return self._blobs / digest[:2] / digest[2:]

    def claim(self, slot: str, digest: Digest) -> Digest:
        """Give a slot its one digest by an exclusive link; returns the one that came first."""
        with self._temporary(iter([digest.encode()])) as temporary:
            self._publish(temporary, self._slots / slot)
        return self.claimed(slot) or digest

    def claimed(self, slot: str) -> Digest | None:
        """Give the digest that a slot got, None while it has none."""
        target = self._slots / slot
        if not target.exists():
            return None
        self._sync_entry(target)
        return Digest(self._read(target).decode())

    def sweep(self, now: datetime, abandoned_after: timedelta = _ABANDONED) -> int:
        """Remove the temporary files that crashed processes left, and tell how many.

        Another process may be writing: what was touched within the last hour stays. A writer that
        stood still for longer gets a StoreError and must put again; nothing kept is ever lost.
        """
        abandoned = [
            file
            for file in self._incoming.iterdir()
            if now.timestamp() - _modified(file, now) >= abandoned_after.total_seconds()
        ]
        for file in abandoned:
            file.unlink(missing_ok=True)
        return len(abandoned)

    def digests(self) -> Iterator[Digest]:
        """Give every kept digest, in order."""
        for folder in sorted(self._blobs.iterdir()):
            for blob in sorted(folder.iterdir()):
                yield Digest(folder.name + blob.name)

    def slots(self) -> Iterator[tuple[str, Digest]]:
        """Give every slot that is claimed, with its digest."""
        for slot in sorted(self._slots.rglob("*")):
            if slot.is_file():
                yield str(slot.relative_to(self._slots)), Digest(self._read(slot).decode())

    def temporary(self) -> int:
        """Count the files that are being written, or that a crash left half written."""
        return sum(1 for _file in self._incoming.iterdir())

    def is_damaged(self, digest: Digest) -> bool:
        """Tell whether a blob that is there holds other bytes than were kept."""
        with _reported(self.path(digest)):
            return file_digest(self.path(digest)) != digest

    def require(self, digests: Iterable[Digest]) -> None:
        """Raise StoreError unless all of these are there.

        Who records digests asks in the transaction that does so: a repair removes what is recorded
        nowhere, under the same lock.
        """
        for digest in digests:
            if not self.path(digest).is_file():
                raise StoreError(path=self.path(digest), detail="it was removed meanwhile")

    def remove(self, digest: Digest) -> None:
        """Remove a blob; only for what nothing names (see eakte.services.repair)."""
        self.path(digest).unlink(missing_ok=True)

    def unclaim(self, slot: str) -> None:
        """Remove a slot; only for work that is over (see eakte.services.repair)."""
        (self._slots / slot).unlink(missing_ok=True)

    def _is_kept(self, digest: Digest) -> bool:
        """Tell whether the bytes are there, whole and durable; raises StoreError if damaged."""
        path = self.path(digest)
        if not path.exists():
            return False
        with _reported(path):
            found = file_digest(path)
        if found != digest:
            detail = f"the kept bytes of {digest} are damaged; they were left in place"
            raise StoreError(path=path, detail=detail)
        self._sync_entry(path)
        return True

    def _keep(self, chunks: Iterator[bytes], digest: Digest) -> None:
        with self._temporary(chunks) as temporary:
            if file_digest(temporary) != digest:
                detail = "what was read back is not what was written"
                raise StoreError(path=temporary, detail=detail)
            self._publish(temporary, self.path(digest))

    @contextlib.contextmanager
    def _temporary(self, chunks: Iterator[bytes]) -> Iterator[Path]:
        """Give a file with these bytes, synced; whatever happens, its name is gone afterwards."""
        temporary = self._incoming / secrets.token_hex(16)
        try:
            with _reported(temporary):
                _write_synced(temporary, chunks)
                yield temporary
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _publish(self, temporary: Path, target: Path) -> None:
        """Link the finished file to its name; whoever came first stays."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.link(temporary, target)
        self._sync_entry(target)

    def _sync_entry(self, file: Path) -> None:
        """Make a file's entry durable, and those of the folders above it, up to the root.

        All of them, each time: whoever made a folder may have been killed before syncing it.
        """
        with _reported(file):
            for folder in file.parents:
                sync_folder(folder)
                if folder == self.root:
                    return

    def _read(self, path: Path) -> bytes:
        with _reported(path):
            return path.read_bytes()


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


def _write_synced(file: Path, chunks: Iterator[bytes]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as out:
        for chunk in chunks:
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())


def _modified(file: Path, otherwise: datetime) -> float:
    """Give when a file was last written to; `otherwise` if it is gone by now."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return otherwise.timestamp()


@contextlib.contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a StoreError."""
    try:
        yield
    except OSError as problem:
        raise StoreError(path=path, detail=str(problem)) from problem
