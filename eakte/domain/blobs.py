"""The store port: bytes named by their digest, and names that can be given once."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from eakte.domain.ids import Digest


class BlobStore(Protocol):
    """Port: a write-once store. Every `put` is durable (and re-read) when it returns."""

    def put(self, data: bytes) -> Digest:
        """Keep bytes; keeping the same bytes again changes nothing."""
        ...

    def put_file(self, source: Path) -> Digest:
        """Keep a file's bytes without loading them; the source stays."""
        ...

    def get(self, digest: Digest) -> bytes:
        """Give the bytes back; raises StoreError if they are missing or changed."""
        ...

    def checked(self, digest: Digest) -> Path:
        """Give `path` after checking it; raises StoreError if the bytes are missing or changed."""
        ...

    def path(self, digest: Digest) -> Path:
        """Give a local file that holds the bytes, for reading only."""
        ...

    def claim(self, slot: str, digest: Digest) -> Digest:
        """Give a slot its one and only digest; returns whichever came first."""
        ...

    def claimed(self, slot: str) -> Digest | None:
        """Give the digest that a slot got, None while it has none."""
        ...
