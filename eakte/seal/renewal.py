"""Renew the proof in a sealed file: evidence for its last time-stamp, and a new one over all.

A file without a document time-stamp (B-T, B-LT) is raised to B-LTA that way: the evidence is for
the seal, and the time-stamp in it. A bare seal (B-B) cannot be raised.

The new revision has the shape of those that sealing writes (eakte.seal.shape), so XMP and pages
stay as they are. pyHanko's own renewal rewrites XMP (trap 3); therefore it is done by its parts.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.path import ValidationPath

from eakte.errors import SealFailedError
from eakte.i18n import N_, _
from eakte.seal.ades import evidence_in, revocation_in
from eakte.seal.lasting import End, ends_of
from eakte.seal.reader import Reader
from eakte.seal.revocation import RevocationData
from eakte.seal.timestamp import CheckedTimeStamper
from eakte.seal.trust import sealing_context
from eakte.seal.trust_folder import TrustFolder
from eakte.seal.writer import QuietWriter

_DIGEST = "sha256"
_SEALS = {"non_repudiation"}
NO_TIME = N_("no time-stamp is in the seal (B-B): one of today would not prove when it was made")


async def renew(
    pdf: Path,
    out: Path,
    stamper: CheckedTimeStamper,
    folder: TrustFolder,
    revocation: RevocationData,
    at: datetime,
    name: str,
) -> None:
    """Write the file with one more time-stamp to `out`; every byte of it stays at its start.

    What is known of the certificates of the last proof and of the new time-stamp, from `revocation`
    or from the file, goes before it: raises pyHanko's errors if that does not prove that they are
    in force at `at`.
    """
    shutil.copyfile(pdf, out)
    with out.open("r+b") as file:
        reader = Reader(file)
        stamps = reader.embedded_timestamp_signatures
        context = _context(reader, folder, revocation, at)
        ends = ends_of(reader)
        if not any(end.is_authority for end in ends):
            raise SealFailedError(detail=_(NO_TIME))
        paths = [await _path(end, context) for end in ends]
        settings = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
        field = f"{name}-{len(stamps) + 1}" if stamps else name
        await PdfTimeStamper(stamper, field_name=field).async_timestamp_pdf(
            QuietWriter(file, prev=reader),
            _DIGEST,
            context,
            validation_paths=[*paths, *await stamper.chains_in(context)],
            in_place=True,
            dss_settings=settings,
        )


def proof_of(pdf: Path) -> tuple[tuple[End, ...], tuple[Certificate, ...]]:
    """Give what the proof in a file rests on, and the certificates that the file carries."""
    with pdf.open("rb") as file:
        reader = Reader(file)
        return ends_of(reader), tuple(evidence_in(reader).known_certs)


async def _path(end: End, context: ValidationContext) -> ValidationPath:
    """Validate a chain with the evidence that the context holds."""
    chain = CertificateValidator(
        end.certificate, intermediate_certs=end.others, validation_context=context
    )
    usage, purpose = (set[str](), {"time_stamping"}) if end.is_authority else (_SEALS, None)
    path: ValidationPath = await chain.async_validate_usage(usage, purpose)  # type: ignore[no-untyped-call]
    return path


def _context(
    reader: PdfFileReader, folder: TrustFolder, revocation: RevocationData, at: datetime
) -> ValidationContext:
    """Give what proves chains now: what was asked for just now, and what the file carries."""
    known = evidence_in(reader)
    inside = revocation_in(known)
    evidence = RevocationData(
        [*revocation.lists, *inside.lists], [*revocation.answers, *inside.answers]
    )
    context = sealing_context(folder, evidence, at)
    context.certificate_registry.register_multiple(known.known_certs)
    return context
