"""Opening an encrypted PDF with the password that a clerk gave."""

from __future__ import annotations

from pathlib import Path

import pikepdf

from eakte.errors import RefusedError
from eakte.i18n import N_


def unlock(source: Path, password: str, out: Path) -> bool:
    """Write a PDF without its encryption to `out`; gives True. Raises RefusedError."""
    try:
        with pikepdf.open(source, password=password) as pdf:
            pdf.save(out)
    except pikepdf.PasswordError:
        raise RefusedError(detail=N_("that is not the password of this file")) from None
    except pikepdf.PdfError as problem:
        raise RefusedError(detail=str(problem)) from None
    return True
