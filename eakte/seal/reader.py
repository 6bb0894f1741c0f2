"""Reading a PDF of any size with pyHanko: pictures are read when asked for, and never kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_KNOWN_KINDS = {kind.value for kind in SigSeedSubFilter}
_LONGEST_PROBLEM = 200


@dataclass(frozen=True)
class Unreadable:
    """A signature that cannot be examined: its field, and why in the words of EN 319 102-1."""

    field: str
    sub_indication: str
    detail: str


class Reader(PdfFileReader):
    """pyHanko's reader without pictures in its caches: it looks at every object of a file.

    Nothing that it says changes: an object that is not kept is read again from the file.
    """

    _found: list[EmbeddedPdfSignature] | None = None

    def cache_indirect_object(self, generation: int, idnum: int, obj: Any) -> Any:
        """Keep an object, unless it is a picture."""
        if _is_picture(obj):
            return obj
        return super().cache_indirect_object(generation, idnum, obj)  # type: ignore[no-untyped-call]

    @property
    def embedded_signatures(self) -> list[EmbeddedPdfSignature]:
        """Give what can be read; one broken signature does not hide the others (trap 8)."""
        if self._found is None:
            self.unreadable: list[Unreadable] = []
            self._found = sorted(self._readable(), key=lambda item: item.signed_revision)
        return self._found

    def _readable(self) -> Iterator[EmbeddedPdfSignature]:
        for name, value, field in enumerate_sig_fields(self, filled_status=True):
            try:
                if value.get_object().get("/SubFilter") not in _KNOWN_KINDS:
                    raise ValueError("a signature of an unknown kind (SubFilter)")  # noqa: TRY301
                item = EmbeddedPdfSignature(self, field, name)
                item.compute_digest()
                if item.signer_cert is not None and item.signed_revision >= 0:
                    yield item
            except PdfError:
                raise  # the file itself is broken
            except Exception as problem:  # noqa: BLE001 - hostile bytes make asn1crypto raise anything
                self.unreadable.append(_unreadable(name, problem))

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        """Give a view of one revision that keeps no pictures either."""
        view = super().get_historical_resolver(revision)
        if not isinstance(view.cache, _WithoutPictures):
            view.cache = _WithoutPictures()
        return view


def _unreadable(field: str, problem: Exception) -> Unreadable:
    detail = f"{type(problem).__name__}: {problem}"[:_LONGEST_PROBLEM]
    reason = problem.ades_subindication if isinstance(problem, SignatureValidationError) else None
    name = reason.standard_name if reason is not None else "FORMAT_FAILURE"
    return Unreadable(field, name, detail)


class _WithoutPictures(dict[generic.Reference, generic.PdfObject]):
    """A cache that forgets pictures."""

    def __setitem__(self, key: generic.Reference, value: generic.PdfObject) -> None:
        if not _is_picture(value):
            super().__setitem__(key, value)


def _is_picture(value: object) -> bool:
    return isinstance(value, generic.StreamObject) and dict.get(value, "/Subtype") == "/Image"


class Beginning(io.RawIOBase):
    """A file up to a certain place, as if it ended there."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        """Show the first `end` bytes of a file, whose own position does not matter."""
        self._file = file
        self._end = min(end, file.seek(0, io.SEEK_END))
        self._position = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that every place of it can be read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._end}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Read on from here."""
        wanted = max(0, min(len(buffer), self._end - self._position))
        self._file.seek(self._position)
        data = self._file.read(wanted)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
