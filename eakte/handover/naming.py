"""UUIDs of documents and files: the same record has the same one in every message."""

from __future__ import annotations

import uuid
from datetime import datetime

from eakte.domain.ids import Digest
from eakte.domain.moments import to_micros

_DOCUMENTS = uuid.UUID("9b0f4c52-55f8-5d0a-8c0e-6f1d7a0c2b31")
"""The namespace of eakte's documents (RFC 4122 §4.3)."""


def document_uuid(scan: Digest, part: int, received_at: datetime) -> str:
    """Give the UUID of the letter that is part `part` of a scan, whichever Akte it lies in.

    The moment of receipt is in it because two cities may receive the same bytes.
    """
    return str(uuid.uuid5(_DOCUMENTS, f"{scan}:{part}:{to_micros(received_at)}"))


def file_name(document: str, digest: Digest, ending: str) -> str:
    """Give a file of a document its name: a UUID of its own, and an ending."""
    return f"{uuid.uuid5(uuid.UUID(document), digest)}.{ending}"
