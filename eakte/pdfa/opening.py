"""Opening a PDF of any size: what is not needed now stays in the file, and out of memory."""

from __future__ import annotations

import io
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pikepdf
import pypdfium2
from pikepdf import Array

_DRAWN_AT_ONCE = 16


def open_pdf(path: Path) -> pikepdf.Pdf:
    """Open a PDF that is read by place: by default it would be mapped into memory."""
    return pikepdf.open(path, access_mode=pikepdf.AccessMode.stream)


class Unmapped(io.FileIO):
    """A file that libraries can only read, not map into memory."""

    def fileno(self) -> int:
        """Give none."""
        raise io.UnsupportedOperation("fileno")


class Pages:
    """The pages of a PDF in PDFium, which keeps what it read: the file is opened now and then."""

    def __init__(self, path: Path) -> None:
        """Open the PDF; raises pypdfium2.PdfiumError."""
        self._path = path
        self._given = 0
        self._document = self._open()

    def _open(self) -> pypdfium2.PdfDocument:
        document = pypdfium2.PdfDocument(self._path)
        document.init_forms()
        return document

    def page(self, index: int) -> pypdfium2.PdfPage:
        """Give a page (from 0); it is of use until the next one is asked for."""
        if self._given == _DRAWN_AT_ONCE:
            self._document.close()
            self._document, self._given = self._open(), 0
        self._given += 1
        return self._document[index]

    def __len__(self) -> int:
        """Count the pages."""
        return len(self._document)

    def __enter__(self) -> Self:
        """Give the open PDF."""
        return self

    def __exit__(self, *_problem: object) -> None:
        """Close it."""
        self._document.close()


class Aside:
    """Pictures for a PDF that wait on disk, not in memory, until it is written."""

    def __init__(self, pdf: pikepdf.Pdf, beside: Path) -> None:
        """Hold pictures for `pdf` in nameless files in the folder of `beside`."""
        self.scratch = pikepdf.new()
        self._pdf = pdf
        self._path = beside.with_name(f"{beside.name}.aside")
        self._open = ExitStack()

    def settle(self, pictures: list[pikepdf.Object]) -> list[pikepdf.Object]:
        """Give pictures that were made in `scratch` as objects of the PDF, their bytes on disk."""
        self.scratch.Root.Held = Array([self.scratch.make_indirect(one) for one in pictures])
        level = pikepdf.StreamDecodeLevel.none
        self.scratch.save(self._path, compress_streams=False, stream_decode_level=level)
        self.scratch.close()
        self.scratch = pikepdf.new()
        written = self._open.enter_context(open_pdf(self._path))
        self._path.unlink()
        return [self._pdf.copy_foreign(one) for one in written.Root.Held]

    def close(self) -> None:
        """Give up the files: the PDF is written."""
        self.scratch.close()
        self._open.close()
