"""Pages that eakte writes for people: set as PDF/A, and put in their place whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from eakte.charts import Chart
from eakte.domain.mail import MediaType
from eakte.errors import UnusableInputError
from eakte.i18n import N_
from eakte.pages.inspect import inspect
from eakte.pages.own_text import own_text
from eakte.pdfa.build import build
from eakte.typeset import Block, typeset


def as_pdfa(title: str, blocks: Iterable[Block | Chart], out: Path) -> None:
    """Set blocks and make a PDF/A of them, as of any letter that a program drew.

    Raises UnusableInputError if it cannot be made to conform.
    """
    drawn = out.with_name("drawn.pdf")
    typeset(title, list(blocks), drawn)
    inspection = inspect(drawn)
    texts = {page.number: own_text(drawn, page.number).page for page in inspection.pages}
    build(drawn, MediaType.PDF, inspection.pages, texts, out)


def placed(out: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file, then put it at `out` in one step; an existing file is replaced.

    Raises UnusableInputError if it cannot be written.
    """
    try:
        with TemporaryDirectory(prefix="eakte-report-") as folder:
            draft = Path(folder) / f"report{out.suffix.lower()}"
            write(draft)
            _place(draft, out)
    except OSError as problem:
        raise UnusableInputError(reason=N_("cannot be written"), detail=str(problem)) from problem


def _place(draft: Path, out: Path) -> None:
    """Copy the finished file to its place in one step."""
    partial = out.with_name(f".{out.name}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(draft.read_bytes())
    partial.replace(out)
