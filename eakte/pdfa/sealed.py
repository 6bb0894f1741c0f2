"""Does a sealed file conform to PDF/A as its archive copy does? Proven anew for the sealed bytes.

1. The file begins with the archive copy, byte for byte; that one was found to conform.
2. What follows is what a seal adds and nothing else, clause by clause (eakte.pdfa.additions).
3. Of the copy's own objects only catalogue and page are written again, and qpdf reads them as
   before, but for what hangs the seal in. So XMP (6.6), pages, fonts and colours are the copy's.
4. pikepdf's validator, which knows no signatures, objects to nothing but these entries.

Only the end of the file is ever in memory.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, pdfa

from eakte.pdfa.additions import Additions, Copy, NonconformingError, examine
from eakte.pdfa.check import PASS
from eakte.pdfa.opening import Unmapped, bare_pdf
from eakte.revisions import UnusualError, read_revisions

_READ_SIZE = 1 << 20
_LONGEST_TAIL = 1 << 26
_DEEPEST = 60
_END = re.compile(rb"\nstartxref\n(\d{1,12})\n%%EOF\n\Z")
_OBJECT = re.compile(r"obj (\d+) 0\b")
_CLAIM = re.compile(rb"<pdfaid:part>([23])</pdfaid:part>\s*<pdfaid:conformance>([BU])<")
_TABLE_KEYS = {
    *("/Type", "/W", "/Index", "/Filter", "/Length", "/DecodeParms"),
    *("/Size", "/Prev", "/ID", "/XRefStm"),
}
_HUNG_IN = {"/AcroForm", "/Perms", "/DSS", "/Extensions"}
_NOT_KNOWN_TO_PIKEPDF = {
    "interactive forms (/AcroForm) are not supported",
    "permissions (/Perms) are not supported",
    "unrecognized key(s) /DSS are not checked",
}
_UNREADABLE = (pikepdf.PdfError, LookupError, ValueError, TypeError, AttributeError)


def verdict(copy: Path, sealed: Path) -> str:
    """Give `pass`, or why a file that was made by sealing `copy` does not conform."""
    try:
        with copy.open("rb") as before, sealed.open("rb") as after:
            end = _same_beginning(before, after)
            revisions = read_revisions(_tail(after, end), end)
            xref = _last_table(before)
        with bare_pdf(copy) as old, bare_pdf(sealed) as new:
            facts = _facts(old, xref)
            additions = examine(facts, revisions)
            _compare(old, new, additions)
            flavour = _claimed(new)
        written = {number for one in revisions for number in one.objects}
        _first_judge(sealed, flavour, written, facts.root)
    except (NonconformingError, UnusualError) as problem:
        return str(problem)
    except _UNREADABLE as problem:
        return f"{type(problem).__name__}: {problem}"
    return PASS


def flavour_of(path: Path) -> str:
    """Give what a file of ours says of itself, as in `2u`; raises NonconformingError if nothing."""
    with bare_pdf(path) as pdf:
        return _claimed(pdf)


def _claimed(pdf: pikepdf.Pdf) -> str:
    found = _CLAIM.search(pdf.Root.Metadata.read_bytes())
    if found is None:
        raise NonconformingError("6.6.4", "no claim")
    return f"{found[1].decode()}{found[2].decode().lower()}"


def _same_beginning(before: BinaryIO, after: BinaryIO) -> int:
    """Demand that a file begins with another one; gives the size of that."""
    place = 0
    while chunk := before.read(_READ_SIZE):
        if after.read(len(chunk)) != chunk:
            raise NonconformingError("6.1", f"not the archive copy from byte {place} on")
        place += len(chunk)
    return place


def _tail(after: BinaryIO, start: int) -> bytes:
    tail = after.read(_LONGEST_TAIL + 1)
    if not tail or len(tail) > _LONGEST_TAIL:
        raise NonconformingError("6.1", f"{len(tail)} bytes from byte {start} on")
    return tail


def _last_table(before: BinaryIO) -> int:
    """Say where the copy's cross-references stand; its last line must be ended (6.1.3, 6.1.9)."""
    before.seek(-min(64, before.seek(0, io.SEEK_END)), io.SEEK_END)
    found = _END.search(before.read())
    if found is None:
        raise NonconformingError("6.1.3", "the archive copy does not end as it should")
    return int(found[1])


def _facts(old: pikepdf.Pdf, xref: int) -> Copy:
    trailer = old.trailer
    return Copy(
        size=int(trailer.Size),
        xref=xref,
        root=old.Root.objgen[0],
        identifier=bytes(trailer.ID[0]),
        keys=frozenset(key.encode() for key, _value in trailer.items() if key not in _TABLE_KEYS),
    )


def _compare(old: pikepdf.Pdf, new: pikepdf.Pdf, additions: Additions) -> None:
    """Demand that catalogue and pages are what they were, but for what hangs the seal in."""
    if _HUNG_IN & set(old.Root.keys()):
        raise NonconformingError("6.4", "the archive copy has a form already")
    _same_but(old.trailer, new.trailer, _TABLE_KEYS, "6.1.3")
    _same_but(old.Root, new.Root, _HUNG_IN, "6.1.12")
    expected = {old.Root.objgen[0]}
    for number, widgets in additions.widgets.items():
        before, after = old.get_object(number, 0), new.get_object(number, 0)
        if before.get(Name.Type) != Name.Page or number in expected:
            raise NonconformingError("6.3", f"object {number}")
        expected.add(number)
        _same_but(before, after, {"/Annots"}, "6.3")
        expected |= _check_notes(before.get(Name.Annots), after.get(Name.Annots), widgets)
    if not additions.rewritten <= expected:
        surplus = sorted(additions.rewritten - expected)
        raise NonconformingError("6.1", f"objects {surplus[:20]} were changed")


def _check_notes(before: Any, after: Any, widgets: list[int]) -> set[int]:
    """Demand that the widgets were put to a page's annotations; gives the list's own number."""
    if not isinstance(after, Array) or (before is not None and not isinstance(before, Array)):
        raise NonconformingError("6.3", "/Annots")
    known = [] if before is None else list(before)
    more = list(after)
    same = len(more) == len(known) + len(widgets) and all(map(_same, known, more))
    added = [(one.objgen if isinstance(one, Dictionary) else None) for one in more[len(known) :]]
    if not same or added != [(number, 0) for number in widgets]:
        raise NonconformingError("6.3", "/Annots")
    if before is None or not before.is_indirect:
        return set()
    if not (after.is_indirect and after.objgen == before.objgen):
        raise NonconformingError("6.3", "/Annots")
    return {before.objgen[0]}


def _same_but(old: Any, new: Any, keys: set[str], clause: str) -> None:
    before = {key: value for key, value in old.items() if key not in keys}
    after = {key: value for key, value in new.items() if key not in keys}
    differing = [key for key in {*before, *after} if not _same(before.get(key), after.get(key))]
    if differing:
        raise NonconformingError(clause, f"changed: {', '.join(sorted(differing))}")


def _same(old: Any, new: Any, depth: int = 0) -> bool:
    """Compare values of two files; what is referred to must have the same number."""
    if isinstance(old, Decimal | int) and isinstance(new, Decimal | int):
        # pyHanko writes 300 for 300.0; a truth value is an int to Python
        return isinstance(old, bool) is isinstance(new, bool) and old == new
    if depth > _DEEPEST or type(old) is not type(new):
        return False
    if isinstance(old, pikepdf.Object) and (old.is_indirect or new.is_indirect):
        return bool(old.objgen == new.objgen)
    if isinstance(old, Dictionary):
        before, after = dict(old.items()), dict(new.items())
        return before.keys() == after.keys() and all(
            _same(value, after[key], depth + 1) for key, value in before.items()
        )
    if isinstance(old, Array):
        return len(old) == len(new) and all(
            _same(one, other, depth + 1) for one, other in zip(old, new, strict=True)
        )
    return bool(old == new)


def _first_judge(sealed: Path, flavour: str, written: set[int], root: int) -> None:
    """Ask pikepdf's validator; what it says of objects of the copy was judged with the copy."""
    with Unmapped(sealed) as file:
        report = pdfa.validate_written(io.BufferedReader(file), f"{flavour[0]}b")
    for found in _of(report.findings, written):
        place = f"obj {root} 0 (Catalog)"
        unknown = found.message in _NOT_KNOWN_TO_PIKEPDF and found.where.startswith(place)
        if not (unknown and found.rule == "pikepdf:schema-Catalog"):
            raise NonconformingError("(pikepdf)", str(found))


def _of(findings: list[pdfa.Finding], written: set[int]) -> Iterator[pdfa.Finding]:
    """Give what concerns the objects that were written, or no object in particular."""
    for found in findings:
        named = _OBJECT.match(found.where)
        if named is None or int(named[1]) in written:
            yield found
