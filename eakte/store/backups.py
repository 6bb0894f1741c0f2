"""A folder of backups: objects by digest, each once, and a manifest for every backup.

    DEST/objects/ab/cdef…       bytes, named by their SHA-256 (mode 0600)
    DEST/backups/<name>.json    manifests (see eakte.domain.backups), each complete
    DEST/incoming/              what is being written; a crash leaves files there, and only there

Objects are synced before the manifest that names them appears by one rename: a backup is there
whole or not at all. Plain renames only, so that file systems without hard links will do.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from eakte.domain import backups
from eakte.domain.backups import File, Manifest
from eakte.domain.ids import Digest, digest_of
from eakte.errors import BackupDamagedError, NotFoundError, RefusedError, SystemRefusedError
from eakte.i18n import N_, _
from eakte.store.local import sync_folder

_CHUNK = 1 << 20
"""Bytes that are read at once."""
_PIECE = 1 << 18
"""Bytes of a piece of a database: small enough that most stay the same, and not too many."""
_SUFFIX = ".json"


@dataclass
class Written:
    """What was added to a folder since it was opened."""

    objects: set[Digest]
    bytes: int = 0


class BackupFolder:
    """The folder DEST of `eakte backup`; nothing is opened before it is used."""

    def __init__(self, root: Path) -> None:
        """Know the places in it."""
        self.root = root
        self.incoming = root / "incoming"
        self.written = Written(set())
        self._objects = root / "objects"
        self._manifests = root / "backups"
        self._lock = root / ".lock"

    def prepare(self) -> None:
        """Make the folder (mode 0700) unless it is one of backups already.

        Raises RefusedError if something else lies there, SystemRefusedError.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._manifests.is_dir() and any(self.root.iterdir()):
                detail = _("{path} is not empty, and holds no backups")
                raise RefusedError(detail=detail.format(path=self.root))
            for folder in (self._objects, self._manifests, self.incoming):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as problem:
            raise SystemRefusedError(detail=str(problem)) from problem

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from writing there; raises RefusedError while somebody does."""
        with self._locked(os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX):
            for left in self.incoming.iterdir():
                left.unlink()
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep others from removing what is read; a medium that cannot be written to will do.

        Raises NotFoundError if there are no backups, RefusedError while somebody writes.
        """
        if not self._manifests.is_dir():
            raise NotFoundError(kind=N_("backup"), name=self.root)
        if not self._lock.exists():
            yield
            return
        with self._locked(os.O_RDONLY, fcntl.LOCK_SH):
            yield

    def path(self, digest: Digest) -> Path:
        """Give the file of an object; it may be missing."""
        return self._objects / digest[:2] / digest[2:]

    def has(self, digest: Digest, size: int) -> bool:
        """Tell whether an object is there in full length; its bytes are not read."""
        try:
            return self.path(digest).lstat().st_size == size
        except FileNotFoundError:
            return False

    def size(self, digest: Digest) -> int | None:
        """Give the size of an object, None if it is not there."""
        try:
            return self.path(digest).lstat().st_size
        except FileNotFoundError:
            return None

    def add(self, source: Path) -> tuple[Digest, int]:
        """Keep the bytes of a file as one object, and give its size; raises OSError.

        Whatever happens to the file meanwhile, the object is what was read.
        """
        draft = self.incoming / secrets.token_hex(16)
        digest, size = hashlib.sha256(), 0
        with _plain(source) as file, _new(draft) as out:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += out.write(chunk)
            _sync(out)
        return self._settle(draft, Digest(digest.hexdigest()), size), size

    def add_in_pieces(self, source: Path, path: str) -> File:
        """Keep a large file that changes in places: pieces that are there already cost nothing."""
        whole, size, pieces = hashlib.sha256(), 0, []
        with source.open("rb") as file:
            while piece := file.read(_PIECE):
                whole.update(piece)
                size += len(piece)
                pieces.append(digest_of(piece))
                if not self.has(pieces[-1], len(piece)):
                    self._settle(self._draft(piece), pieces[-1], len(piece))
        return File(path, 0o600, size, Digest(whole.hexdigest()), tuple(pieces))

    def publish(self, manifest: Manifest) -> str:
        """Let a backup appear, after all that it names is durable; gives its name."""
        for folder in (*self._objects.iterdir(), self._objects, self.root):
            sync_folder(folder)
        name, data = backups.write(manifest)
        self._draft(data).replace(self._manifests / f"{name}{_SUFFIX}")
        sync_folder(self._manifests)
        return name

    def names(self) -> tuple[str, ...]:
        """Give the names of all backups, the oldest first."""
        found = (each.name.removesuffix(_SUFFIX) for each in self._manifests.glob(f"*{_SUFFIX}"))
        return tuple(sorted(name for name in found if backups.is_name(name)))

    def find(self, prefix: str) -> str:
        """Give the one backup whose name begins so, the newest for ""; raises NotFoundError."""
        found = [name for name in self.names() if name.startswith(prefix)]
        if not found or (prefix and len(found) > 1):
            raise NotFoundError(kind=N_("backup"), name=prefix or self.root)
        return found[-1]

    def manifest(self, name: str) -> Manifest:
        """Read a manifest; raises BackupDamagedError if it was changed or says what none may."""
        file = self._manifests / f"{name}{_SUFFIX}"
        try:
            with _plain(file) as source:
                return backups.read(name, source.read())
        except (OSError, ValueError) as problem:
            raise BackupDamagedError(path=file, detail=str(problem)) from problem

    def chunks(self, file: File) -> Iterator[bytes]:
        """Give a file's bytes; raises BackupDamagedError, at the end at the latest."""
        whole, size = hashlib.sha256(), 0
        for digest in file.objects:
            for chunk in self.object(digest, file.path):
                whole.update(chunk)
                size += len(chunk)
                yield chunk
        if (whole.hexdigest(), size) != (file.sha256, file.size):
            detail = _("its pieces do not make {path}").format(path=file.path)
            raise BackupDamagedError(path=self.path(file.objects[0]), detail=detail)

    def object(self, digest: Digest, of: str) -> Iterator[bytes]:
        """Give an object's bytes; raises BackupDamagedError, at the end at the latest.

        `of` is what of the home it holds.
        """
        path, found = self.path(digest), hashlib.sha256()
        try:
            with _plain(path) as source:
                while chunk := source.read(_CHUNK):
                    found.update(chunk)
                    yield chunk
        except FileNotFoundError as problem:
            detail = _("it is missing; it holds {path} of the home").format(path=of)
            raise BackupDamagedError(path=path, detail=detail) from problem
        except OSError as problem:
            raise BackupDamagedError(path=path, detail=str(problem)) from problem
        if found.hexdigest() != digest:
            detail = _("its bytes were changed; it holds {path} of the home").format(path=of)
            raise BackupDamagedError(path=path, detail=detail)

    def objects(self) -> Iterator[Digest]:
        """Give every object that is there."""
        for folder in sorted(self._objects.iterdir()):
            for each in sorted(folder.iterdir()):
                yield Digest(folder.name + each.name)

    def remove(self, names: Iterable[str]) -> None:
        """Remove backups for good; their objects stay until nobody names them."""
        for name in names:
            (self._manifests / f"{name}{_SUFFIX}").unlink()
        sync_folder(self._manifests)

    def remove_objects(self, digests: Iterable[Digest]) -> tuple[int, int]:
        """Remove objects that no backup names; gives how many went, and their bytes."""
        count = size = 0
        for digest in digests:
            count, size = count + 1, size + (self.size(digest) or 0)
            self.path(digest).unlink(missing_ok=True)
        return count, size

    @contextmanager
    def _locked(self, flags: int, kind: int) -> Iterator[None]:
        descriptor = os.open(self._lock, flags, 0o600)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            detail = _("another backup is at work in {path}").format(path=self.root)
            raise RefusedError(detail=detail) from None
        finally:
            os.close(descriptor)

    def _draft(self, data: bytes) -> Path:
        draft = self.incoming / secrets.token_hex(16)
        with _new(draft) as out:
            out.write(data)
            _sync(out)
        return draft

    def _settle(self, draft: Path, digest: Digest, size: int) -> Digest:
        """Give a finished draft its name, unless the object is there."""
        if self.has(digest, size):
            draft.unlink()
            return digest
        target = self.path(digest)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        draft.replace(target)
        self.written.objects.add(digest)
        self.written.bytes += size
        return digest


def _new(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    return os.fdopen(descriptor, "wb")


def _plain(path: Path) -> BinaryIO:
    """Open a plain file for reading; raises OSError for links and whatever else it may be."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    return os.fdopen(descriptor, "rb")


def _sync(out: BinaryIO) -> None:
    out.flush()
    os.fsync(out.fileno())
