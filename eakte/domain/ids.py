"""Identifiers: bytes are named by their SHA-256, documents by their scan and part."""

from __future__ import annotations

import hashlib
import uuid
from typing import NewType

Digest = NewType("Digest", str)
"""SHA-256 of some bytes as 64 lower-case hex digits."""

DocumentId = NewType("DocumentId", str)
"""`<first 16 hex digits of the scan's digest>-<part number>`."""


def digest_of(data: bytes) -> Digest:
    """Name bytes by their SHA-256."""
    return Digest(hashlib.sha256(data).hexdigest())


def document_id(scan: Digest, part: int) -> DocumentId:
    """Name the document that part `part` (from 1) of a scan becomes; the same on every run."""
    return DocumentId(f"{scan[:16]}-{part}")


def part_of_id(name: DocumentId) -> int:
    """Give the part number in the name of a document."""
    return int(name.rpartition("-")[2])


def new_uuid() -> str:
    """Make a random UUID (RFC 4122, version 4): the name of an Akte or Vorgang beyond this home."""
    return str(uuid.uuid4())  # noqa: TID251 - the one place that makes them
