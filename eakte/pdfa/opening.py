"""Opening a PDF of any size: what is not needed now stays in the file, and out of memory."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any, Self

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary

from eakte.pictures.refusing import CannotKeepError

_DRAWN_AT_ONCE = 16
_DEEPEST = 8


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
    """A plain PDF on disk that takes pictures one by one, so that none of them stays in memory."""

    def __init__(self, path: Path) -> None:
        """Begin the file; its name is free again once it is opened for reading."""
        self._path = path
        self._file = path.open("wb")
        self._file.write(b"%PDF-1.7\n")
        self._places: list[int] = []
        self._known: dict[bytes, int] = {}

    def put(self, picture: pikepdf.Stream) -> int:
        """Write a picture with all that belongs to it and give its object number.

        Profiles that are the same are written once.
        """
        return self._put(picture, 0)

    def _put(self, stream: pikepdf.Stream, depth: int) -> int:
        if depth > _DEEPEST:
            raise CannotKeepError
        entries = {key: self._entry(value, depth) for key, value in stream.items()}
        data = stream.read_raw_bytes()
        told = {**entries, "/Length": b"%d" % len(data)}
        body = b"".join(b"%s %s" % (key.encode(), value) for key, value in told.items())
        digest = hashlib.sha256(body + data).digest()
        if digest not in self._known:
            self._known[digest] = self._write(body, data)
        return self._known[digest]

    def _entry(self, value: Any, depth: int) -> bytes:
        """Give what stands for a value; a stream within is written first, and named."""
        if isinstance(value, pikepdf.Stream):
            return b"%d 0 R" % self._put(value, depth + 1)
        if isinstance(value, Array):
            return b"[%s]" % b" ".join(self._entry(one, depth) for one in value.as_list())
        if isinstance(value, Dictionary):
            pairs = (
                b"%s %s" % (key.encode(), self._entry(one, depth)) for key, one in value.items()
            )
            return b"<<%s>>" % b" ".join(pairs)
        return _written(value)

    def _write(self, body: bytes, data: bytes) -> int:
        self._places.append(self._file.tell())
        number = len(self._places)
        self._file.write(b"%d 0 obj\n<<%s>>stream\n" % (number, body))
        self._file.write(data)
        self._file.write(b"\nendstream\nendobj\n")
        return number

    def finish(self) -> pikepdf.Pdf:
        """Give the file as a PDF without pages, to be closed by the caller."""
        number, start = len(self._places) + 1, self._file.tell()
        self._file.write(
            b"%d 0 obj\n<</Type/Catalog/Pages<</Type/Pages/Count 0/Kids[]>>>>\nendobj\n" % number
        )
        table = self._file.tell()
        self._file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (number + 1))
        self._file.writelines(b"%010d 00000 n \n" % place for place in [*self._places, start])
        trailer = b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        self._file.write(trailer % (number + 1, number, table))
        self._file.close()
        return bare_pdf(self._path)

    def close(self) -> None:
        """Give the file up."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def bare_pdf(path: Path) -> pikepdf.Pdf:
    """Open a PDF to take its objects for another one: no page of it has been looked at yet."""
    mode = pikepdf.AccessMode.stream
    return pikepdf.open(path, access_mode=mode, inherit_page_attributes=False)


def _written(value: Any) -> bytes:
    """Give a number, name, string or truth value as it stands in a file."""
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return (
        bytes(pikepdf.Object.unparse(value))
        if isinstance(value, pikepdf.Object)
        else str(value).encode()
    )
