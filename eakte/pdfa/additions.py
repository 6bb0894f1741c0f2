"""What a seal adds to a PDF/A, held against ISO 19005-2 and -3 clause by clause: pure.

`eakte.revisions` reads the revisions behind the archive copy in one spelling only. That spelling
is itself the proof of the clauses about bytes:

    6.1.4     one EOL after `xref` (or a stream instead), every entry where its object stands
    6.1.6     hexadecimal strings of hexadecimal digits, and an even number of them
    6.1.7.1   /Length direct and exact, `stream` and `endstream` on lines of their own
    6.1.9     `N 0 obj` with single blanks on a line of its own, and so `endobj`

Here every object that the revisions write must be one of these, and nothing else:

    trailer    /ID with the identifier of the copy first; no /Encrypt, no /XRefStm      (6.1.3)
    catalogue  with /AcroForm, /Perms, /DSS, and /Extensions for PAdES                  (6.1.12)
    form       /Fields and /SigFlags: no /NeedAppearances, no /XFA               (6.4.1, 6.4.2)
    widget     printable, without size, appearance or action                    (6.3.1-6.3.3, 6.4.1)
    seal       its digest covers its revision, one signer, with certificate; /DocMDP
               without digests                                                     (6.4.3, 6.1.12)
    evidence   streams without filter or file                                     (6.1.7.1, 6.1.7.2)
    page       an object of the copy that lists the widget: the caller compares it (rewritten)

and no value may exceed the limits of 6.1.13. All else stays the copy's, which was judged before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from asn1crypto import cms

from eakte.revisions import Item, Ref, Revision, Stamp, Value

Dict = dict[bytes, Value]

_TABLE_KEYS = {
    *(b"/Type", b"/W", b"/Index", b"/Filter", b"/Length"),
    *(b"/Size", b"/Prev", b"/ID", b"/Root"),
}
_LARGEST_INTEGER = 2**31 - 1
_LONGEST_STRING = 32767
_LONGEST_NAME = 127
_MOST_OBJECTS = 8_388_607
_WIDGET: Dict = {
    b"/FT": b"/Sig",
    b"/Type": b"/Annot",
    b"/Subtype": b"/Widget",
    b"/F": b"132",
    b"/Rect": [b"0", b"0", b"0", b"0"],
}
_OWN_TO_A_WIDGET = {b"/T", b"/P", b"/V", b"/TU"}
_EXTENSIONS: Dict = {
    b"/ESIC": {
        b"/Type": b"/DeveloperExtensions",
        b"/BaseVersion": b"/1.7",
        b"/ExtensionLevel": b"1",
    }
}
_FORBID_CHANGES: Value = [
    {
        b"/Type": b"/SigRef",
        b"/TransformMethod": b"/DocMDP",
        b"/TransformParams": {b"/Type": b"/TransformParams", b"/V": b"/1.2", b"/P": b"1"},
    }
]
_STAMP: Dict = {
    b"/Type": b"/DocTimeStamp",
    b"/Filter": b"/Adobe.PPKLite",
    b"/SubFilter": b"/ETSI.RFC3161",
}
_SEAL: Dict = {
    b"/Type": b"/Sig",
    b"/Filter": b"/Adobe.PPKLite",
    b"/SubFilter": b"/ETSI.CAdES.detached",
    b"/Reference": _FORBID_CHANGES,
}
_EVIDENCE = (b"/Certs", b"/OCSPs", b"/CRLs")


class NonconformingError(Exception):
    """What breaks a clause of ISO 19005-2; the message names it."""

    def __init__(self, clause: str, detail: str) -> None:
        super().__init__(f"ISO 19005 {clause}: {detail}")


@dataclass(frozen=True)
class Copy:
    """What there is to know of the archive copy: its objects are numbered below `size`."""

    size: int
    xref: int
    root: int
    identifier: bytes
    """The first part of /ID."""
    keys: frozenset[bytes]
    """Of its trailer."""


@dataclass(frozen=True)
class Additions:
    """What was added: each page's new widgets in order; and what of the copy's was rewritten."""

    widgets: dict[int, list[int]]
    rewritten: frozenset[int]


def examine(copy: Copy, revisions: list[Revision]) -> Additions:
    """Hold what the revisions add against the clauses; raises NonconformingError.

    Each has one signature, but those behind the seal that bring evidence alone (B-LT).
    """
    before = copy
    for revision in revisions:
        before = _table(before, revision)
        signed = [one for one in revision.objects.values() if isinstance(one.value, Stamp)]
        brings = any(item.stream is not None for item in revision.objects.values())
        if len(signed) > 1 or not (signed or (brings and revision is not revisions[0])):
            raise NonconformingError("6.4.3", f"{len(signed)} signatures in a revision")
        for number, item in revision.objects.items():
            _limits(item.value, number)
    return _Reading(copy, revisions).additions()


def _table(before: Copy, revision: Revision) -> Copy:
    trailer = revision.trailer
    if _identifier(trailer.get(b"/ID")) != before.identifier:
        raise NonconformingError("6.1.3", "/ID")
    if set(trailer) - _TABLE_KEYS != before.keys - _TABLE_KEYS or b"/Encrypt" in trailer:
        raise NonconformingError("6.1.3", "trailer")
    if trailer.get(b"/Root") != Ref(before.root):
        raise NonconformingError("6.1.3", "/Root")
    size = max([*revision.places, before.size - 1]) + 1
    if trailer.get(b"/Prev") != b"%d" % before.xref or trailer.get(b"/Size") != b"%d" % size:
        raise NonconformingError("6.1.4", "cross-references")
    if size > _MOST_OBJECTS:
        raise NonconformingError("6.1.13", "number of objects")
    if b"stream" in revision.table:
        raise NonconformingError("6.4.3", "a cross-reference stream that hides its end")
    return Copy(size, revision.xref, before.root, before.identifier, before.keys)


def _identifier(parts: Value | None) -> bytes:
    """Give the first part of /ID, "" if it is not two hexadecimal strings."""
    if not isinstance(parts, list) or len(parts) != len("12"):
        return b""
    texts = [part[1:-1] for part in parts if isinstance(part, bytes) and part[:1] == b"<"]
    return bytes.fromhex(texts[0].decode()) if len(texts) == len(parts) and all(texts) else b""


def _limits(value: Value | Stamp, number: int) -> None:
    """Demand the limits of 6.1.13 of a value and all that is in it."""
    if isinstance(value, Stamp):
        numbers = max(value.byte_range) <= _LARGEST_INTEGER
        if not numbers or len(value.contents) > _LONGEST_STRING:
            raise NonconformingError("6.1.13", f"object {number}")
        value = value.entries
    for atom in _atoms(value):
        first, digits = atom[:1], atom.lstrip(b"-")
        longest = _LONGEST_NAME + 1 if first == b"/" else _LONGEST_STRING + 2
        too_long = len(atom) // (2 if first == b"<" else 1) > longest
        if too_long or (digits.isdigit() and int(digits) > _LARGEST_INTEGER):
            raise NonconformingError("6.1.13", f"object {number}")


def _atoms(value: Value) -> Iterator[bytes]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _atoms(one)
    elif isinstance(value, list):
        for one in value:
            yield from _atoms(one)
    elif isinstance(value, bytes):
        yield value


class _Reading:
    """The document as it stands after all revisions, read from its catalogue on."""

    def __init__(self, copy: Copy, revisions: list[Revision]) -> None:
        self.copy = copy
        self.newest: dict[int, Item] = {}
        self.ends: dict[int, int] = {}
        for revision in revisions:
            self.newest.update(revision.objects)
            self.ends.update(dict.fromkeys(revision.objects, revision.end))
        self.times = Counter(number for one in revisions for number in one.objects)
        self.accounted: set[int] = set()

    def additions(self) -> Additions:
        """Account for every object; raises NonconformingError."""
        catalogue = self._dictionary(Ref(self.copy.root), "6.1.12", again=True)
        if catalogue.get(b"/Extensions") != _EXTENSIONS:
            raise NonconformingError("6.1.12", "/Extensions")
        form = self._dictionary(catalogue.get(b"/AcroForm"), "6.4.1", again=True)
        fields = form.get(b"/Fields")
        if set(form) != {b"/Fields", b"/SigFlags"} or form[b"/SigFlags"] != b"3":
            raise NonconformingError("6.4.1", "/AcroForm")
        if not isinstance(fields, list) or not fields:
            raise NonconformingError("6.4.1", "/Fields")
        widgets: dict[int, list[int]] = {}
        for one in fields:
            self._widget(one, widgets)
        self._permissions(catalogue.get(b"/Perms"), fields[0])
        self._evidence(catalogue.get(b"/DSS"))
        rest = {number for number in self.newest if number not in self.accounted}
        added = {number for number in rest if number >= self.copy.size}
        if added:
            raise NonconformingError("6.1", f"objects {sorted(added)[:20]}")
        return Additions(widgets, frozenset(rest))

    def _item(self, one: Value | None, clause: str, *, again: bool = False) -> tuple[int, Item]:
        """Give an object that was added; `again`: it may have been written more than once."""
        if not isinstance(one, Ref) or one.number not in self.newest:
            raise NonconformingError(clause, "an object is missing")
        number = one.number
        own = number >= self.copy.size or number == self.copy.root
        if not own or number in self.accounted or (self.times[number] > 1 and not again):
            raise NonconformingError(clause, f"object {number}")
        if number != self.copy.root:
            self.accounted.add(number)
        return number, self.newest[number]

    def _dictionary(self, one: Value | None, clause: str, *, again: bool = False) -> Dict:
        number, item = self._item(one, clause, again=again)
        if not isinstance(item.value, dict) or item.stream is not None:
            raise NonconformingError(clause, f"object {number}")
        return item.value

    def _widget(self, one: Value, widgets: dict[int, list[int]]) -> None:
        widget = self._dictionary(one, "6.3")
        number = one.number if isinstance(one, Ref) else 0
        page = widget.get(b"/P")
        texts = [widget.get(key) for key in (b"/T", b"/TU") if key in widget]
        plain = {key: value for key, value in widget.items() if key not in _OWN_TO_A_WIDGET}
        if plain != _WIDGET or not isinstance(page, Ref) or page.number >= self.copy.size:
            raise NonconformingError("6.3, 6.4.1", f"object {number}")
        if b"/T" not in widget or not all(isinstance(text, bytes) for text in texts):
            raise NonconformingError("6.4.1", f"object {number}")
        self._signature(widget.get(b"/V"))
        widgets.setdefault(page.number, []).append(number)

    def _signature(self, one: Value | None) -> None:
        number, item = self._item(one, "6.4.3")
        stamp = item.value
        if not isinstance(stamp, Stamp):
            raise NonconformingError("6.4.3", f"object {number}")
        begin, stop = stamp.container
        if stamp.byte_range != (0, begin, stop, self.ends[number] - stop):
            raise NonconformingError("6.4.3", f"object {number}: /ByteRange")
        texts = {key: stamp.entries.get(key) for key in (b"/M", b"/Reason")}
        if stamp.entries not in ({**_SEAL, **texts}, _STAMP):
            raise NonconformingError("6.4.3, 6.1.12", f"object {number}")
        if not all(isinstance(text, bytes) or stamp.entries == _STAMP for text in texts.values()):
            raise NonconformingError("6.4.3", f"object {number}")
        _one_signer(number, stamp.contents)

    def _permissions(self, permissions: Value | None, seal: Value) -> None:
        """Demand that the first field is the seal, and alone in the permissions."""
        widget = self.newest[seal.number].value if isinstance(seal, Ref) else None
        value = widget.get(b"/V") if isinstance(widget, dict) else None
        sealed = self.newest[value.number].value if isinstance(value, Ref) else None
        if permissions != {b"/DocMDP": value} or not isinstance(sealed, Stamp):
            raise NonconformingError("6.1.12", "/Perms")
        if sealed.entries == _STAMP:
            raise NonconformingError("6.1.12", "/DocMDP")

    def _evidence(self, one: Value | None) -> None:
        """Hold the store of evidence against the clauses; lower levels than B-LT have none."""
        if one is None:
            return
        store = self._dictionary(one, "6.1.7.1", again=True)
        if not set(store) <= {*_EVIDENCE, b"/Type"} or store.get(b"/Type", b"/DSS") != b"/DSS":
            raise NonconformingError("6.1.7.1", "/DSS")
        for kind in _EVIDENCE:
            streams = store.get(kind, [])
            if not isinstance(streams, list):
                raise NonconformingError("6.1.7.1", "/DSS")
            for stream in streams:
                number, item = self._item(stream, "6.1.7.1")
                plain = isinstance(item.value, dict) and set(item.value) == {b"/Length"}
                if not plain or item.stream is None:
                    raise NonconformingError("6.1.7.1, 6.1.7.2", f"object {number}")


def _one_signer(number: int, contents: bytes) -> None:
    """Demand a PKCS#7 object with one signer, and a certificate (6.4.3)."""
    try:
        signed = cms.ContentInfo.load(contents)["content"]
        certificates = [one.chosen.dump() for one in signed["certificates"]]
        signers = len(signed["signer_infos"])
    except (ValueError, TypeError, LookupError) as problem:
        raise NonconformingError("6.4.3", f"object {number}: {problem}") from problem
    if signers != 1 or not certificates:
        raise NonconformingError("6.4.3", f"object {number}: signers or certificates")
