"""Seal a PDF/A: PAdES B-LTA, invisible, in two revisions that leave every earlier byte alone."""

from __future__ import annotations

import asyncio
import io
import shutil
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NoReturn

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_signer import (
    PdfSignatureMetadata,
    PdfSigner,
    PdfSigningSession,
    PdfTimeStamper,
    TimestampDSSContentSettings,
)
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.errors import PathError, ValidationError

from eakte.domain.clock import Clock
from eakte.domain.levels import Protection
from eakte.errors import SealFailedError
from eakte.i18n import _
from eakte.seal.key_facts import protection_of
from eakte.seal.keys import Pkcs12SealKey, SealKey
from eakte.seal.reader import Reader
from eakte.seal.revocation import DemoRevocation, RevocationSource
from eakte.seal.timestamp import DemoTimestampAuthority, RelayTimeStamper, TimestampAuthority
from eakte.seal.trust import sealing_context
from eakte.seal.trust_folder import TrustFolder

SEAL_FIELD = "eakte-Siegel"
TIMESTAMP_FIELD = "eakte-Zeitstempel"
_DIGEST = "sha256"
_ROOM_TOO_SMALL = "larger than expected"
_REFUSALS = (SigningError, TimestampRequestError, PathError, ValidationError, PdfError, OSError)


class Sealer:
    """Seals one document after the other with a key that is opened once."""

    def __init__(
        self,
        trust_folder: Path,
        clock: Clock,
        key: SealKey | None = None,
        authority: TimestampAuthority | None = None,
        revocation: RevocationSource | None = None,
    ) -> None:
        """Open what the demo trust folder holds of the three, unless given."""
        self._folder = TrustFolder(trust_folder)
        self._clock = clock
        self._signer: Signer = (key or Pkcs12SealKey.of(self._folder, "seal")).signer()
        self._stamper = RelayTimeStamper(authority or _demo_authority(self._folder, clock))
        self._revocation = revocation or DemoRevocation(self._folder, clock)

    @property
    def protection(self) -> Protection:
        """Say which protection level (BSI TR-03138) the key reaches; a demo reaches none."""
        certificate = self._signer.signing_cert
        assert certificate is not None  # noqa: S101 - for the type checker: our keys have one
        return protection_of(certificate)

    def seal(self, pdf: Path, reason: str, out: Path) -> None:
        """Write the PDF with seal, evidence and archive time-stamp to `out`; it is never loaded.

        `reason` is part of the seal. The input's bytes stay as they are, up to a missing last
        newline. Never lowers the level: raises SealFailedError if key, time-stamp or input do not
        allow B-LTA, and leaves no file then. Call it outside of any event loop.
        """
        try:
            self._seal_with_retry(pdf, reason, out)
        except _REFUSALS as problem:
            out.unlink(missing_ok=True)
            raise SealFailedError(detail=f"{type(problem).__name__}: {problem}") from problem
        except SealFailedError:
            out.unlink(missing_ok=True)
            raise

    def _seal_with_retry(self, pdf: Path, reason: str, out: Path) -> None:
        """Seal; once more with fresh sizes if a time-stamp outgrew its room (trap 11)."""
        try:
            asyncio.run(self._seal(pdf, reason, out))
        except SigningError as problem:
            if _ROOM_TOO_SMALL not in str(problem):
                raise
            self._stamper.forget_size()
            asyncio.run(self._seal(pdf, reason, out))

    async def _seal(self, pdf: Path, reason: str, out: Path) -> None:
        shutil.copyfile(pdf, out)
        with out.open("r+b") as file:
            _end_the_line(file)
            file.seek(0)
            writer = _QuietWriter(file, prev=Reader(file))
            _refuse_unfit(writer.prev)
            signer = _ArchiveSigner(
                _metadata(reason),
                self._signer,
                timestamper=self._stamper,
                new_field_spec=SigFieldSpec(SEAL_FIELD, box=None),
            )
            signer.moment = self._clock.now()
            await signer.async_sign_pdf(writer, in_place=True)
            await self._preserve(file)

    async def _preserve(self, sealed: BinaryIO) -> None:
        """Append the evidence and a time-stamp over everything, in one revision.

        Revocation is asked for only now: what is older than the seal proves nothing about it once
        it has expired (EN 319 102-1 §5.6.2.2, time sliding).
        """
        context = sealing_context(self._folder, self._revocation.collect(), self._clock.now())
        chain = CertificateValidator(self._signer.signing_cert, validation_context=context)
        path = await chain.async_validate_usage({"non_repudiation"})  # type: ignore[no-untyped-call]
        sealed.seek(0)
        await PdfTimeStamper(self._stamper, field_name=TIMESTAMP_FIELD).async_timestamp_pdf(
            _QuietWriter(sealed, prev=Reader(sealed)),
            _DIGEST,
            context,
            validation_paths=[path],
            in_place=True,
            dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
        )


class _QuietWriter(IncrementalPdfFileWriter):
    """A writer that leaves XMP and /Info as they are (trap 3), and the version at PDF 1.7."""

    output_version = (1, 7)

    def _update_meta(self) -> None:
        """Do nothing, where pyHanko would rewrite XMP and break PDF/A."""


class _ArchiveSigner(PdfSigner):
    """pyHanko's signer that stays within PDF/A-2, which is PDF 1.7, and lives by our clock."""

    moment: datetime

    def register_extensions(
        self,
        pdf_out: BasePdfFileWriter,
        *,
        md_algorithm: str,  # noqa: ARG002
    ) -> None:
        """Declare PAdES only, where pyHanko would declare PDF 2.0 for elliptic curves."""
        pdf_out.register_extension(ESIC_EXTENSION_1)

    def init_signing_session(
        self,
        pdf_out: BasePdfFileWriter,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
    ) -> PdfSigningSession:
        """Say when it was sealed by our clock, not by the machine's."""
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session


def _demo_authority(folder: TrustFolder, clock: Clock) -> DemoTimestampAuthority:
    return DemoTimestampAuthority(Pkcs12SealKey.of(folder, "tsa"), clock)


def _end_the_line(file: BinaryIO) -> None:
    """Add a last newline if it is missing (trap 9: else PDF/A 6.1.9 breaks)."""
    file.seek(-1, io.SEEK_END)
    if file.read(1) != b"\n":
        file.write(b"\n")


def _metadata(reason: str) -> PdfSignatureMetadata:
    """Say what the seal is: a certification that allows no changes."""
    return PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm=_DIGEST,
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )


def _refuse_unfit(reader: PdfFileReader) -> None:
    """Refuse what must not be sealed in place: signed, encrypted or hybrid files."""
    if reader.encrypted:
        _refuse(_("it is encrypted"))
    if reader.xrefs.hybrid_xrefs_present:
        _refuse(_("it has two contradicting tables of contents (hybrid cross-references)"))
    if reader.embedded_signatures:
        _refuse(_("it is signed already, and a signed file is never touched"))


def _refuse(detail: str) -> NoReturn:
    raise SealFailedError(detail=detail)
