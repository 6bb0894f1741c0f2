"""Sheets to print: written once, to a new file that only its owner reads."""

from __future__ import annotations

import os
from pathlib import Path

from eakte.domain.mail import Batch
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pages.sheets import cover_sheet, separator_sheets


def write_separators(out: Path, count: int, aktenzeichen: str = "") -> None:
    """Write `count` separator sheets as a PDF; raises RefusedError if the file exists."""
    _write(out, separator_sheets(count, aktenzeichen))


def write_cover(out: Path, batch: Batch) -> None:
    """Write a Vorblatt as a PDF; raises RefusedError if the file exists."""
    _write(out, cover_sheet(batch))


def _write(out: Path, data: bytes) -> None:
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RefusedError(detail=_("{path} exists already").format(path=out)) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
