"""Reading a PDF of any size with pyHanko: pictures are read when asked for, and never kept."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader


class Reader(PdfFileReader):
    """pyHanko's reader without pictures in its caches: it looks at every object of a file.

    Nothing that it says changes: an object that is not kept is read again from the file.
    """

    def cache_indirect_object(self, generation: int, idnum: int, obj: Any) -> Any:
        """Keep an object, unless it is a picture."""
        if _is_picture(obj):
            return obj
        return super().cache_indirect_object(generation, idnum, obj)  # type: ignore[no-untyped-call]

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        """Give a view of one revision that keeps no pictures either."""
        view = super().get_historical_resolver(revision)
        if not isinstance(view.cache, _WithoutPictures):
            view.cache = _WithoutPictures()
        return view


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
