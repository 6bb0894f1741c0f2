"""pyHanko's signer as a seal of ours needs it: within PDF/A-2, by our clock, on fit files only."""

from __future__ import annotations

import io
from datetime import datetime
from typing import BinaryIO, NoReturn

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession

from eakte.errors import SealFailedError
from eakte.i18n import _

SEAL_FIELD = "eakte-Siegel"
_DIGEST = "sha256"


class ArchiveSigner(PdfSigner):
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


def end_the_line(file: BinaryIO) -> None:
    """Add a last newline if it is missing (trap 9: else PDF/A 6.1.9 breaks)."""
    file.seek(-1, io.SEEK_END)
    if file.read(1) != b"\n":
        file.write(b"\n")


def metadata(reason: str) -> PdfSignatureMetadata:
    """Say what the seal is: a certification that allows no changes."""
    return PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm=_DIGEST,
        reason=reason,
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )


def refuse_unfit(reader: PdfFileReader) -> None:
    """Refuse what must not be sealed in place: signed, encrypted or hybrid files."""
    if reader.encrypted:
        _refuse(_("it is encrypted"))
    if reader.xrefs.hybrid_xrefs_present:
        _refuse(_("it has two contradicting tables of contents (hybrid cross-references)"))
    if reader.embedded_signatures:
        _refuse(_("it is signed already, and a signed file is never touched"))


def _refuse(detail: str) -> NoReturn:
    raise SealFailedError(detail=detail)
