"""Backups as they are written down: one manifest names all that makes a home at one moment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from eakte.domain.codec import from_json, to_json
from eakte.domain.ids import Digest, digest_of

DATABASE, DUMP = "eakte.db", "eakte.dump"
"""Where a manifest has the database: a file of SQLite, or an archive of PostgreSQL's pg_dump."""
_ELSEWHERE = ("store/", "work/")
"""What lies there is in no manifest by its path: blobs and slots have their own lists."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-([0-9a-f]{64})")
_MODES = 0o777
_VERSION = 1


@dataclass(frozen=True)
class Folder:
    """A folder of the home, by its path relative to it."""

    path: str
    mode: int


@dataclass(frozen=True)
class File:
    """A file of the home: its bytes are one object, or several in a row."""

    path: str
    mode: int
    size: int
    sha256: Digest
    pieces: tuple[Digest, ...] = ()

    @property
    def objects(self) -> tuple[Digest, ...]:
        """Give the objects that hold its bytes, in order."""
        return self.pieces or (self.sha256,)


@dataclass(frozen=True)
class Manifest:
    """All that makes a home at one moment; nothing else is needed to restore it."""

    version: int
    made_at: datetime
    eakte: str
    """Version of the program."""
    organisation: str
    revision: str
    """Revision of the database's tables."""
    first: str
    """Root of the audit log over its first event: the same for all backups of a home."""
    events: int
    root: str
    """Size and root of the audit log."""
    keys: bool
    """Whether keys and PINs of the home are among its files."""
    folders: tuple[Folder, ...]
    files: tuple[File, ...]
    blobs: tuple[tuple[Digest, int], ...]
    """Bytes of the store by digest, with their sizes."""
    slots: tuple[tuple[str, Digest], ...]
    left_out: tuple[str, ...]
    """What is not in it and might be missed, each a path."""
    lost: tuple[Digest, ...]
    """Blobs that the home needed, and had no more as they were when this was made."""

    def objects(self) -> Iterator[tuple[Digest, str]]:
        """Give every object that it names, and what of the home that holds (a part of)."""
        for file in self.files:
            yield from ((digest, file.path) for digest in file.objects)
        for digest, _size in self.blobs:
            yield digest, place_of(digest)

    @property
    def digests(self) -> frozenset[Digest]:
        """Give every object that it names."""
        return frozenset(digest for digest, _of in self.objects())

    @property
    def on_server(self) -> bool:
        """Tell whether the database was one of PostgreSQL."""
        return any(file.path == DUMP for file in self.files)

    @property
    def size(self) -> int:
        """Give how many bytes a restored home takes."""
        return sum(file.size for file in self.files) + sum(size for _digest, size in self.blobs)


def write(manifest: Manifest) -> tuple[str, bytes]:
    """Give a manifest's name and its bytes: `<UTC time>-<SHA-256 of the bytes>`.

    So the name proves the manifest, and the manifest everything else: who notes the name elsewhere
    finds every change.
    """
    data = to_json(manifest)
    return f"{manifest.made_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{digest_of(data)}", data


def read(name: str, data: bytes) -> Manifest:
    """Read a manifest; raises ValueError for bytes that `write` would not give with that name."""
    named = _NAME.fullmatch(name)
    if named is None or named.group(1) != digest_of(data):
        raise ValueError("its bytes are not those that its name tells")
    manifest = from_json(Manifest, data)
    if manifest.version != _VERSION or write(manifest) != (name, data):
        raise ValueError("it is no manifest of version 1")
    problem = next(_problems(manifest), "")
    if problem:
        raise ValueError(problem)
    return manifest


def place_of(blob: Digest) -> str:
    """Give what messages call a blob of the store."""
    return f"store/blobs/{blob[:2]}/{blob[2:]}"


def is_name(text: str) -> bool:
    """Tell whether a text is the name of a backup."""
    return _NAME.fullmatch(text) is not None


def to_prune(names: Iterable[str], keep: int) -> tuple[str, ...]:
    """Give the names of all backups but the newest `keep` ones (at least one)."""
    return tuple(sorted(names)[: -max(keep, 1)])


def _problems(manifest: Manifest) -> Iterator[str]:
    """Say what would let a restored home be another folder than it seems."""
    yield from _wrong_paths(manifest)
    modes = [each.mode for each in manifest.folders] + [each.mode for each in manifest.files]
    if any(mode & ~_MODES for mode in modes):
        yield "it has a mode that is none"
    if not all(_DIGEST.fullmatch(each) for each in manifest.digests):
        yield "it names an object that is none"
    if not {digest for _slot, digest in manifest.slots} <= {each for each, _size in manifest.blobs}:
        yield "it has a slot without its blob"


def _wrong_paths(manifest: Manifest) -> Iterator[str]:
    paths = [each.path for each in manifest.folders] + [each.path for each in manifest.files]
    slots = [slot for slot, _digest in manifest.slots]
    yield from (
        f"{each!r} leads out of the home" for each in (*paths, *slots) if not _is_plain(each)
    )
    folders = {each.path for each in manifest.folders} | {""}
    lost = (each for each in paths if each.rpartition("/")[0] not in folders)
    yield from (f"{each!r} lies in no folder of it" for each in lost)
    if len({*paths}) != len(paths):
        yield "it has a path twice"
    if any(f"{each}/".startswith(_ELSEWHERE) for each in paths):
        yield "it has a path where none may be"
    if len({DATABASE, DUMP} & {*paths}) != 1:
        yield "it has no database, or two"


def _is_plain(path: str) -> bool:
    """Tell whether a relative path stays below its root, whatever lies there."""
    return "\0" not in path and not {"", ".", ".."} & set(path.split("/"))
