"""What was erased, and on what ground (pure). Every command that looks for a record asks for it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eakte.domain.codec import to_json
from eakte.domain.ids import Digest, digest_of
from eakte.i18n import N_


class Ground(StrEnum):
    """On what an erasure rests: the end of the retention, or a letter of Art. 17 (1) GDPR."""

    RETENTION = "retention-over"
    NOT_NECESSARY = "gdpr-17-1-a"
    CONSENT = "gdpr-17-1-b"
    OBJECTION = "gdpr-17-1-c"
    UNLAWFUL = "gdpr-17-1-d"
    OBLIGATION = "gdpr-17-1-e"
    CHILD = "gdpr-17-1-f"


MEANING = {
    Ground.RETENTION: N_("the retention is over, and the archive answered"),
    Ground.NOT_NECESSARY: N_("not necessary any more, Art. 17 (1) (a) GDPR"),
    Ground.CONSENT: N_("consent withdrawn, Art. 17 (1) (b) GDPR"),
    Ground.OBJECTION: N_("objection, Art. 17 (1) (c) GDPR"),
    Ground.UNLAWFUL: N_("processed unlawfully, Art. 17 (1) (d) GDPR"),
    Ground.OBLIGATION: N_("legal obligation to erase, Art. 17 (1) (e) GDPR"),
    Ground.CHILD: N_("services offered to a child, Art. 17 (1) (f) GDPR"),
}
"""What a person reads of each."""


@dataclass(frozen=True)
class Tombstone:
    """A Löschnachweis: all that remains of a document or an Akte that was erased. No text of it."""

    name: str
    """Document id or Aktenzeichen."""
    akte: str
    """The Akte that it was in, or is."""
    at: datetime
    asked_by: str
    confirmed_by: str
    ground: Ground
    reason: str
    """Commitment of what was said in words."""
    asked_for: str
    """What the erasure was asked for: the document itself, or the Akte that it was in."""
    digests: tuple[Digest, ...] = ()
    """Its sealed originals, the newest first, and the file that it came in."""
    stays: tuple[Digest, ...] = ()
    """Files that it came in and that stay: other letters are in them."""
    facts: tuple[tuple[str, str], ...] = ()
    """Of an Akte: unit, days, the archive's answer, the package that it got. Codes only."""

    def proof(self) -> bytes:
        """Write it as it is kept."""
        return to_json(self)

    def digest(self) -> Digest:
        """Give the SHA-256 that the audit log holds of it."""
        return digest_of(self.proof())


def commitment(salt: str, text: str) -> str:
    """Give the salted SHA-256 by which the audit log names a reason."""
    return hashlib.sha256(json.dumps([salt, text], ensure_ascii=False).encode()).hexdigest()
