"""Signatures that arrive with mail: which kind of file it is, what it signs, and what it is worth.

All functions are meant for `eakte.sandbox`. None asks the network, and none gives VALID without a
trust anchor.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from asn1crypto import cms
from pyhanko.sign.validation.utils import extract_message_digest

from eakte.domain.findings import FindingCode
from eakte.domain.verification import VerificationReport
from eakte.errors import UnusableInputError
from eakte.i18n import N_
from eakte.seal.ber import BrokenError, CutError
from eakte.seal.cms_file import ENCRYPTED, SIGNED_DATA, CmsFile, open_cms
from eakte.seal.verify import verify_foreign

CONTENT = "content"
"""What `encapsulated` answers when it wrote signed content."""


def check_pdf(source: Path, anchors: Path, at: datetime) -> VerificationReport:
    """Judge the signatures in a PDF that arrived, by the strict rules for our own seals.

    No bytes make it raise. Raises NotFoundError without the file, ConfigurationError for
    unreadable anchors; there may be none, and then nothing is VALID.
    """
    return verify_foreign(source, anchors, at)


def digest_signed(signature: Path) -> tuple[str, str] | None:
    """Give algorithm and digest (hexadecimal) of what a detached signature signs, unchecked.

    None if it is no detached signature, or does not tell. With it a signature that came alone can
    be matched with its file.
    """
    try:
        file = open_cms(signature)
        if file.kind != SIGNED_DATA or file.content is not None:
            return None
        signed = cms.ContentInfo.load(file.wrapping, strict=True)["content"]
        info = signed["signer_infos"][0]
        name = str(info["digest_algorithm"]["algorithm"].native)
        return name, extract_message_digest(info).hex()
    except Exception:  # noqa: BLE001 - hostile bytes make asn1crypto raise anything
        return None


def enclosed_digest(signature: Path) -> str:
    """Give the SHA-256 of the content that a signature encloses, "" if it is detached or broken."""
    try:
        file = _opened(signature)
    except UnusableInputError:
        return ""
    if file.content is None:
        return ""
    digest = hashlib.sha256()
    for piece in file.pieces():
        digest.update(piece)
    return digest.hexdigest()


def encapsulated(source: Path, out: Path) -> str:
    """Write the content of signed data to `out` and give "content"; give "" if it is detached.

    Nothing about the signature is checked. Raises UnusableInputError for an encrypted (ENCRYPTED),
    cut (TRUNCATED), empty (EMPTY) or otherwise unusable (DAMAGED) file.
    """
    file = _opened(source)
    if file.kind in ENCRYPTED:
        raise _refusal(FindingCode.ENCRYPTED, N_("it is encrypted for a certificate"))
    if file.kind != SIGNED_DATA:
        raise _refusal(FindingCode.DAMAGED, N_("it is CMS, but no signed data"))
    if file.content is None:
        return ""
    with out.open("wb") as target:
        for piece in file.pieces():
            target.write(piece)
    return CONTENT


def _opened(source: Path) -> CmsFile:
    if not source.stat().st_size:
        raise _refusal(FindingCode.EMPTY, "")
    try:
        return open_cms(source)
    except CutError as problem:
        raise _refusal(FindingCode.TRUNCATED, str(problem)) from problem
    except BrokenError as problem:
        raise _refusal(FindingCode.DAMAGED, str(problem)) from problem


def _refusal(reason: FindingCode, detail: str) -> UnusableInputError:
    return UnusableInputError(reason=reason.value, detail=detail)
