"""Renew the proof in a sealed file: evidence for its last time-stamp, and a new one over all.

The new revision has the shape of those that sealing writes (eakte.seal.shape), so XMP and pages
stay as they are. pyHanko's own renewal rewrites XMP (trap 3); therefore it is done by its parts.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from eakte.seal.ades import evidence_in, revocation_in
from eakte.seal.lasting import stamps_of
from eakte.seal.reader import Reader
from eakte.seal.revocation import RevocationData
from eakte.seal.timestamp import CheckedTimeStamper
from eakte.seal.trust import sealing_context
from eakte.seal.trust_folder import TrustFolder
from eakte.seal.writer import QuietWriter

_DIGEST = "sha256"


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

    What is known of the certificates of the last time-stamp and of the new one, from `revocation`
    or from the file, goes before it: raises pyHanko's errors if that does not prove that they are
    in force at `at`.
    """
    shutil.copyfile(pdf, out)
    with out.open("r+b") as file:
        reader = Reader(file)
        stamps = stamps_of(reader)
        context = _context(reader, folder, revocation, at)
        last = extract_certificate_info(stamps[-1].signed_data)
        chain = CertificateValidator(
            last.signer_cert, intermediate_certs=last.other_certs, validation_context=context
        )
        path = await chain.async_validate_usage(  # type: ignore[no-untyped-call]
            set(), extended_key_usage={"time_stamping"}
        )
        settings = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
        field = f"{name}-{len(stamps) + 1}"
        await PdfTimeStamper(stamper, field_name=field).async_timestamp_pdf(
            QuietWriter(file, prev=reader),
            _DIGEST,
            context,
            validation_paths=[path, *await stamper.chains_in(context)],
            in_place=True,
            dss_settings=settings,
        )


def last_authority(pdf: Path) -> tuple[Certificate, tuple[Certificate, ...]]:
    """Give the certificate behind a file's last time-stamp, and others that the file carries."""
    with pdf.open("rb") as file:
        reader = Reader(file)
        last = extract_certificate_info(stamps_of(reader)[-1].signed_data)
        return last.signer_cert, (*last.other_certs, *evidence_in(reader).known_certs)


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
