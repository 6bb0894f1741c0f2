"""Opening an encrypted PDF with the password that a clerk gave."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pikepdf

from eakte.domain.findings import FindingCode
from eakte.errors import RefusedError
from eakte.i18n import N_
from eakte.pages.ends import check_end, check_repairs
from eakte.pages.render import open_document
from eakte.pages.sniff import refusal
from eakte.pages.streams import check_streams

_ENCODINGS = ("utf-8", "pdfdoc", "cp1252")
"""How a password becomes bytes: UTF-8 with AES-256 only; other ways know no UTF-8 (ISO 32000)."""


def unlock(source: Path, password: str, out: Path) -> bool:
    """Write a PDF without its encryption to `out`, if it is whole; gives True.

    qpdf repairs what it can, and what it writes shows no trace of it: a file that lacks something
    is refused here, or nobody would ever see that. Raises RefusedError for a wrong password,
    UnusableInputError (`damaged`, `truncated`, `too_large`) for a file that is not whole.
    """
    check_end(source)
    try:
        with _opened(source, password) as pdf:
            _require_whole(pdf, source, password)
            pdf.save(out, deterministic_id=True)
    except pikepdf.PdfError as problem:
        raise RefusedError(detail=str(problem)) from None
    return True


def _opened(source: Path, password: str) -> pikepdf.Pdf:
    for encoding in _ENCODINGS:
        with contextlib.suppress(pikepdf.PasswordError, UnicodeEncodeError):
            return pikepdf.open(source, password=password.encode(encoding))
    raise RefusedError(detail=N_("that is not the password of this file"))


def _require_whole(pdf: pikepdf.Pdf, source: Path, password: str) -> None:
    """Look at every object and stream, and count the pages twice, as for any other PDF."""
    if not pdf.is_encrypted:
        raise RefusedError(detail=N_("it is not encrypted"))
    check_streams(pdf, source.stat().st_size)
    found = len(pdf.pages)
    check_repairs(pdf, source)
    with open_document(source, password) as drawn:
        if len(drawn) != found:
            raise refusal(FindingCode.DAMAGED, f"{found} ≠ {len(drawn)}")
