"""What may stand behind a seal: evidence, and time-stamps that nobody can see. Nothing else.

pyHanko's difference analysis asks which changes are harmless, and can be talked into too much:
what a list of evidence names counts as explained, wherever else it is used. Here it is the other
way round. Each later revision must be written as our sealer writes it, and each object in it must
be one of these:

    catalogue   as before, but for /DSS and, in /AcroForm, one more field at the end of /Fields
    evidence    /DSS with lists of certificates, CRLs and OCSP responses, each plain DER
    field       a time-stamp's widget without size, appearance or action, and its dictionary
    page        as before, but for that widget at the end of /Annots

The table of contents may say no more than where these stand. So what a reader shows is what was
sealed: no other object can have changed, since every object number is accounted for.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from asn1crypto import core, crl, ocsp, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from eakte.i18n import _
from eakte.revisions import (
    Item,
    Ref,
    Revision,
    Stamp,
    UnusualError,
    Value,
    read_revisions,
    value_of,
)
from eakte.seal.reader import Beginning, Reader
from eakte.seal.structure import is_der

_TABLE_KEYS = {
    *(b"/Type", b"/W", b"/Index", b"/Filter", b"/Length"),
    *(b"/Size", b"/Prev", b"/ID", b"/DecodeParms"),
}
_EVIDENCE: dict[bytes, type[core.Sequence]] = {
    b"/Certs": x509.Certificate,
    b"/CRLs": crl.CertificateList,
    b"/OCSPs": ocsp.OCSPResponse,
}
_WIDGET: dict[bytes, Value] = {
    b"/FT": b"/Sig",
    b"/Type": b"/Annot",
    b"/Subtype": b"/Widget",
    b"/F": b"132",
    b"/Rect": [b"0", b"0", b"0", b"0"],
    b"/TU": b"(Timestamp)",
}
"""A time-stamp's widget, but for its own /T, /P and /V."""
_STAMP: dict[bytes, Value] = {
    b"/Type": b"/DocTimeStamp",
    b"/Filter": b"/Adobe.PPKLite",
    b"/SubFilter": b"/ETSI.RFC3161",
}
"""A time-stamp, but for its container and what it covers."""
_LONGEST_TAIL = 1 << 26
_ESCAPED = re.compile(rb"\\([0-7]{3})")


_UNREADABLE = (PdfError, LookupError, ValueError, TypeError, AttributeError, AssertionError)
"""What pyHanko raises if the bytes up to the seal's end are no document (trap 8)."""


@dataclass(frozen=True)
class ShapeFlaw:
    """What stands behind a seal and has no business there."""

    detail: str
    alters: bool = False
    """It provably changes the sealed document, where other flaws are only unexplained."""


class _AlterationError(UnusualError):
    """A change to the document itself."""


Dict = dict[bytes, Value]


def shape_flaw(file: BinaryIO, end_of_seal: int) -> ShapeFlaw | None:
    """Say what is wrong with the revisions behind the seal, None if nothing."""
    try:
        document = _Document.sealed(Beginning(file, end_of_seal))
        for revision in read_revisions(_tail(file, end_of_seal), end_of_seal):
            _Step(document, revision).check()
            document.take(revision)
    except _AlterationError as problem:
        return ShapeFlaw(str(problem), alters=True)
    except UnusualError as problem:
        return ShapeFlaw(str(problem))
    except _UNREADABLE as problem:
        return ShapeFlaw(f"{type(problem).__name__}: {problem}")
    return None


def _tail(file: BinaryIO, start: int) -> bytes:
    """Give what follows the seal: certificates and tokens, never as much as a scan."""
    if file.seek(0, io.SEEK_END) - start > _LONGEST_TAIL:
        raise UnusualError(_("more follows the seal than evidence"))
    file.seek(start)
    return file.read()


@dataclass
class _Document:
    """A document as it stands after some of its revisions."""

    reader: PdfFileReader
    trailer: Dict
    size: int
    xref: int
    newer: dict[int, Item] = field(default_factory=dict)

    @classmethod
    def sealed(cls, file: io.RawIOBase) -> _Document:
        """Read the sealed revision; everything in it is what the seal vouches for."""
        reader = Reader(io.BufferedReader(file))
        if reader.encrypted:
            raise UnusualError(_("it is encrypted"))
        trailer = _dictionary(_written(reader.trailer.flatten()))
        if b"/ID" in trailer:
            parts = (one.original_bytes for one in reader.trailer["/ID"])
            trailer[b"/ID"] = [b"<" + part.hex().encode() + b">" for part in parts]
        size = trailer.get(b"/Size")
        if not isinstance(size, bytes) or not size.isdigit():
            raise UnusualError(_("table of contents"))
        return cls(reader, trailer, int(size), int(reader.last_startxref or 0))

    def take(self, revision: Revision) -> None:
        """Go on to the next revision."""
        self.newer.update(revision.objects)
        self.trailer = revision.trailer
        self.size = _size(revision)
        self.xref = revision.xref

    def at(self, number: int) -> Value:
        """Give the object of this number, its references not followed."""
        if number in self.newer:
            value = self.newer[number].value
            if isinstance(value, Stamp):
                raise UnusualError(_objects({number}))
            return value
        found = generic.Reference(number, 0, self.reader).get_object()
        return _written(found)


class _Step:
    """One later revision against the document before it."""

    def __init__(self, before: _Document, revision: Revision) -> None:
        self.before = before
        self.revision = revision
        self.accounted: set[int] = set()

    def check(self) -> None:
        """Account for every object; raises UnusualError for what cannot be."""
        self._check_trailer()
        root = self.before.trailer.get(b"/Root")
        if not isinstance(root, Ref):
            raise UnusualError(_("no catalogue"))
        old, new = self._both(root, root)
        _same_but(old, new, {b"/DSS", b"/AcroForm"})
        self._check_form(old.get(b"/AcroForm"), new.get(b"/AcroForm"))
        self._check_evidence(old.get(b"/DSS"), new.get(b"/DSS"))
        self._refuse_rest()

    def _refuse_rest(self) -> None:
        rest = set(self.revision.objects) - self.accounted
        if not rest:
            return
        if any(number < self.before.size for number in rest):
            raise _AlterationError(_objects(rest))
        raise UnusualError(_objects(rest))

    def _check_trailer(self) -> None:
        old, new = self.before.trailer, self.revision.trailer
        if _without(old, _TABLE_KEYS) != _without(new, _TABLE_KEYS) or not _same_id(old, new):
            raise _AlterationError(_("the trailer"))
        own = self.revision.own_number
        after_all = own is None or own == max(self.revision.places)
        size = _size(self.revision)
        known = max([*self.revision.places, self.before.size - 1])
        if new.get(b"/Prev") != str(self.before.xref).encode() or size != known + 1:
            raise UnusualError(_("table of contents"))
        if not after_all or (own is not None and own < self.before.size):
            raise UnusualError(_("table of contents"))

    def _both(self, old: Value | None, new: Value | None) -> tuple[Dict, Dict]:
        """Give a dictionary before and after; a reference must be the same, its object counts."""
        if isinstance(old, Ref) and old == new:
            self.accounted.add(old.number)
            return _dictionary(self.before.at(old.number)), _dictionary(self._after(old.number))
        if isinstance(old, dict) and isinstance(new, dict):
            return old, new
        raise _AlterationError(_("the catalogue"))

    def _list(self, old: Value | None, new: Value | None) -> tuple[list[Value], list[Value]]:
        """Give a list before and after, as `_both` does; one that is missing is empty."""
        if isinstance(old, Ref) and old == new:
            number = old.number
            self.accounted.add(number)
            old, new = self.before.at(number), self._after(number)
        if old is None:
            old = []
        if not (isinstance(old, list) and isinstance(new, list)):
            raise UnusualError(_("a list in another form"))
        return old, new

    def _after(self, number: int) -> Value:
        item = self.revision.objects.get(number)
        if item is None:
            return self.before.at(number)
        if isinstance(item.value, Stamp) or item.stream is not None:
            raise UnusualError(_objects({number}))
        return item.value

    def _added(self, number: int) -> Item:
        """Give an object that this revision adds, under a number that was never used."""
        if number not in self.revision.objects or number < self.before.size:
            raise UnusualError(_objects({number}))
        self.accounted.add(number)
        return self.revision.objects[number]

    def _check_form(self, old: Value | None, new: Value | None) -> None:
        before, after = self._both(old, new)
        _same_but(before, after, {b"/Fields"})
        fields, more = self._list(before.get(b"/Fields"), after.get(b"/Fields"))
        added = more[len(fields) :]
        if more[: len(fields)] != fields or len(added) > 1:
            raise _AlterationError(_("the form"))
        names = [self._name(one) for one in fields]
        for one in added:
            if not isinstance(one, Ref):
                raise _AlterationError(_("the form"))
            self._check_widget(one, names)

    def _name(self, one: Value) -> Value | None:
        old = self.before.at(one.number) if isinstance(one, Ref) else one
        return _spoken(_dictionary(old).get(b"/T"))

    def _check_widget(self, one: Ref, names: list[Value | None]) -> None:
        item = self._added(one.number)
        widget = _dictionary(item.value)
        name, page, value = (widget.get(key) for key in (b"/T", b"/P", b"/V"))
        plain = {**_WIDGET, b"/T": name, b"/P": page, b"/V": value}
        if item.stream is not None or widget != plain:
            raise _AlterationError(_("the field in object {number}").format(number=one.number))
        if not _is_plain_text(name) or _spoken(name) in names:
            raise _AlterationError(_("the field in object {number}").format(number=one.number))
        if not (isinstance(page, Ref) and isinstance(value, Ref)):
            raise UnusualError(_objects({one.number}))
        self._check_stamp(value.number)
        self._check_page(page, one)

    def _check_stamp(self, number: int) -> None:
        stamp = self._added(number).value
        if not isinstance(stamp, Stamp) or stamp.entries != _STAMP:
            raise UnusualError(_objects({number}))
        begin, stop = stamp.container
        if stamp.byte_range != (0, begin, stop, self.revision.end - stop):
            raise UnusualError(_objects({number}))

    def _check_page(self, page: Ref, widget: Ref) -> None:
        old, new = self._both(page, page)
        _same_but(old, new, {b"/Annots"})
        notes, more = self._list(old.get(b"/Annots"), new.get(b"/Annots"))
        if old.get(b"/Type") != b"/Page" or more != [*notes, widget]:
            raise _AlterationError(_("the page in object {number}").format(number=page.number))

    def _check_evidence(self, old: Value | None, new: Value | None) -> None:
        if old == new and not isinstance(new, Ref):
            return
        before, after = self._evidence_lists(old, new)
        if not set(before) <= set(after) <= {*_EVIDENCE, b"/Type"}:
            raise UnusualError(_("the store of evidence"))
        if after.get(b"/Type", b"/DSS") != b"/DSS":
            raise UnusualError(_("the store of evidence"))
        for kind, encoding in _EVIDENCE.items():
            if kind in after:
                self._check_kind(before.get(kind), after[kind], encoding)

    def _evidence_lists(self, old: Value | None, new: Value | None) -> tuple[Dict, Dict]:
        if old is not None and (old == new or isinstance(old, dict)):
            return self._both(old, new)
        before = _dictionary(self.before.at(old.number)) if isinstance(old, Ref) else {}
        if isinstance(new, Ref):
            return before, _dictionary(self._added(new.number).value)
        return before, _dictionary(new)

    def _check_kind(self, old: Value | None, new: Value, encoding: type[core.Sequence]) -> None:
        if isinstance(new, Ref) and new != old:
            before = self.before.at(old.number) if isinstance(old, Ref) else old
            known, more = before or [], self._added(new.number).value
        else:
            known, more = self._list(old, new)
        if not (isinstance(known, list) and isinstance(more, list)):
            raise UnusualError(_("the store of evidence"))
        if more[: len(known)] != known:
            raise UnusualError(_("the store of evidence"))
        for one in more[len(known) :]:
            if not isinstance(one, Ref):
                raise UnusualError(_("the store of evidence"))
            _check_encoding(one.number, self._added(one.number), encoding)


def _spoken(text: Value | None) -> Value | None:
    """Give a string without its escapes, so that two spellings of a name are the same name."""
    if not isinstance(text, bytes):
        return text
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 8) & 0xFF]), text)


def _is_plain_text(text: Value | None) -> bool:
    spoken = _spoken(text)
    plain = isinstance(spoken, bytes) and all(32 <= letter < 127 for letter in spoken)  # noqa: PLR2004
    return plain and isinstance(text, bytes) and text[:1] == b"("


def _check_encoding(number: int, item: Item, encoding: type[core.Sequence]) -> None:
    """Demand a stream that holds one value of this kind in DER, and nothing besides."""
    plain = isinstance(item.value, dict) and set(item.value) == {b"/Length"}
    try:
        if not plain or item.stream is None or not is_der(item.stream):
            raise UnusualError(_objects({number}))
        found = encoding.load(item.stream, strict=True)
        if encoding is ocsp.OCSPResponse and found["response_status"].native != "successful":
            raise UnusualError(_objects({number}))
        for name in found:
            found[name].dump()
    except (ValueError, TypeError, KeyError) as problem:
        raise UnusualError(_objects({number})) from problem


def _written(value: generic.PdfObject) -> Value:
    """Give a value of pyHanko's as it would be written."""
    target = BytesIO()
    if isinstance(value, generic.StreamObject):
        raise UnusualError(_("a stream in an unusual place"))
    value.write_to_stream(target)
    return value_of(target.getvalue())


def _dictionary(value: object) -> Dict:
    if not isinstance(value, dict):
        raise UnusualError(_("a dictionary in another form"))
    return value


def _without(one: Dict, keys: set[bytes]) -> Dict:
    return {key: value for key, value in one.items() if key not in keys}


def _same_but(old: Dict, new: Dict, keys: set[bytes]) -> None:
    """Demand that two dictionaries are equal but for these keys."""
    before, after = _without(old, keys), _without(new, keys)
    if before != after:
        names = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        raise _AlterationError(", ".join(sorted(key.decode("latin-1") for key in names)))


def _same_id(old: Dict, new: Dict) -> bool:
    """Compare identifiers: the first names the document, the second is each revision's own."""
    before, after = old.get(b"/ID"), new.get(b"/ID")
    if not (isinstance(before, list) and isinstance(after, list)):
        return before == after
    return len(before) == len(after) == len("12") and before[0] == after[0]


def _size(revision: Revision) -> int:
    size = revision.trailer.get(b"/Size")
    if not isinstance(size, bytes) or not size.isdigit():
        raise UnusualError(_("table of contents"))
    return int(size)


def _objects(numbers: set[int]) -> str:
    listed = ", ".join(str(number) for number in sorted(numbers)[:20])
    return _("objects {numbers}").format(numbers=listed)
