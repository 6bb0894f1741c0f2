"""Verifying the signatures that came with a file: what cannot be verified is kept and shown."""

from __future__ import annotations

from typing import Any

from eakte import sandbox
from eakte.domain.codec import from_json, to_json
from eakte.domain.ids import Digest
from eakte.domain.mail import Enclosure, EnclosureRole, MediaType
from eakte.domain.verification import VerificationReport
from eakte.pipeline import jobs
from eakte.pipeline.context import Context
from eakte.pipeline.opened import Opened, Signed
from eakte.records import scans


class SignatureSteps:
    """Reports on signatures of others; none of them decides anything by itself."""

    def __init__(self, context: Context) -> None:
        """Work with the tools of this process."""
        self.context = context
        self.store = context.store

    def check_signatures(self, scan: str, looked: dict[str, Any]) -> str:
        """Verify signatures that came with a file; gives the digest of their reports as enclosures.

        `looked` is what `inspect` gave: among it, whether the file itself is a signed PDF.
        """
        known = from_json(Opened, self.store.get(Digest(looked["opened"])))
        with self.context.engine.connect() as connection:
            kept = scans.enclosures_of(connection, Digest(scan))
        beside = (
            Signed(each.name, Digest(scan), each.digest)
            for each in kept
            if each.role is EnclosureRole.SIGNATURE
        )
        reports = [
            (each.name, verified(self.context, each.content, each.signature))
            for each in (*beside, *known.signed)
        ]
        if looked["signed"] and known.media_type is MediaType.PDF:
            reports.append(("", verified(self.context, Digest(scan), Digest(scan))))
        enclosures = tuple(
            Enclosure(name, self.store.put(to_json(report)), EnclosureRole.REPORT)
            for name, report in reports
        )
        return self.store.put(to_json(enclosures, tuple[Enclosure, ...]))


def verified(context: Context, content: Digest, signature: Digest) -> VerificationReport:
    """Verify a signature over a received file; both are the same for a PDF that arrived signed."""
    file, anchors = context.store.path(content), context.home.trust_incoming
    limits, now = context.file_limits(file), context.clock.now()
    if content == signature:
        return sandbox.call(limits, jobs.check_signed_pdf, file, anchors, now)
    return sandbox.call(
        limits, jobs.check_signature, file, context.store.path(signature), anchors, now
    )
