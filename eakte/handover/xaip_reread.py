"""Reading a package (XAIP) back before it is published, by another parser than its writer's.

It goes through the file once with expat, hashes what is in it and remembers no content: neither
size nor number of parts costs memory. A document type is refused, so that there are no entities.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from eakte.domain.xaip import Unit, Xaip
from eakte.i18n import _

NAMESPACE = "http://www.bsi.bund.de/tr-esor/xaip"

_CHUNK = 1 << 20
_IDS = ("packageID", "VersionID", "packageUnitID", "metaDataID", "dataObjectID", "credentialID")
_BINARY = frozenset({"binaryData", "binaryMetaData", "asn1EvidenceRecord"})
_POINTERS = frozenset({"protectedObjectPointer", "unprotectedObjectPointer"})
_PARTS = frozenset({"metaDataObject", "dataObject", "credential"})


class _DoctypeError(Exception):
    """A document type: it could declare entities."""


@dataclass
class _Reader:
    """What was found so far, and where in the file the parser is."""

    ids: Counter[str] = field(default_factory=Counter)
    pointers: set[str] = field(default_factory=set)
    protected: set[str] = field(default_factory=set)
    about: dict[str, tuple[str, ...]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    _part: str = ""
    _hash: Any = None
    _text: str = ""
    _open: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _space, local = name.rpartition(" ")
        if namespace != NAMESPACE:
            local = ""  # reports of other formats are no structure of ours
        self._open.append(local)
        if not local:
            return
        found = "" if local == "evidenceRecord" else _identity(attributes)
        if found:
            self.ids[found] += 1
        if local in _PARTS:
            self._part = found
            self.about[found] = tuple(attributes.get("relatedObjects", "").split())
        if local in _BINARY:
            self._hash = hashlib.sha256()
        self._text = ""

    def text(self, piece: str) -> None:
        self._text += piece
        if self._hash is not None:
            whole = len(self._text) // 4 * 4
            self._hash.update(base64.b64decode(self._text[:whole], validate=True))
            self._text = self._text[whole:]

    def end(self, _name: str) -> None:
        local, text = self._open.pop(), self._text.strip()
        self._text = ""
        if self._hash is not None:
            self.digests[self._part] = "" if text else self._hash.hexdigest()
            self._hash = None
        elif local in _POINTERS:
            self.pointers.add(text)
            if local == "protectedObjectPointer":
                self.protected.add(text)
        elif local == "checkSum" and self._open[-1] == "checkSum":
            self.sums[self._part] = text.lower()


def _identity(attributes: dict[str, str]) -> str:
    return next((attributes[each] for each in _IDS if each in attributes), "")


def contradictions(file: Path, package: Xaip) -> tuple[str, ...]:
    """Give a sentence for everything in a file that is not as the package says."""
    try:
        found = _read(file)
    except (expat.ExpatError, binascii.Error, _DoctypeError) as problem:
        told = _("the package cannot be read: {problem}")
        return (told.format(problem=f"{type(problem).__name__} {problem}".strip()),)
    return (*_structure(found, package), *_content(found, package), *_proofs(found, package))


def _read(file: Path) -> _Reader:
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = _CHUNK
    parser.StartElementHandler = reader.start
    parser.CharacterDataHandler = reader.text
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with file.open("rb") as source:
        parser.ParseFile(source)
    return reader


def _refuse_doctype(*_declared: object) -> None:
    raise _DoctypeError


def _structure(found: _Reader, package: Xaip) -> Iterator[str]:
    if found.ids != Counter(package.names()):
        yield _("the package does not hold exactly the parts that it should")
    named = found.pointers | {each for about in found.about.values() for each in about}
    if named - found.ids.keys():
        yield _("the package points to parts that it does not hold")
    if found.pointers != set(_pointers(package.unit)):
        yield _("the structure in the package is not that of the records")


def _pointers(unit: Unit) -> Iterator[str]:
    yield from (*unit.protected, *unit.others)
    for each in unit.units:
        yield from _pointers(each)


def _content(found: _Reader, package: Xaip) -> Iterator[str]:
    expected = {each.id: str(each.digest) for each in package.objects}
    inside = [(each.id, each.data) for each in package.metadata]
    inside += [(each.id, each.data) for each in package.records]
    expected |= {name: hashlib.sha256(data).hexdigest() for name, data in inside}
    summed = expected.keys() - {each.id for each in package.records}
    for name, digest in expected.items():
        if found.digests.get(name) != digest:
            yield _("the part {name} in the package is not the one of the record").format(name=name)
        if name in summed and found.sums.get(name) != digest:
            yield _("the digest of {name} in the package is wrong").format(name=name)


def _proofs(found: _Reader, package: Xaip) -> Iterator[str]:
    """Find what is called protected and has no evidence record."""
    proven = {name for each in package.records for name in found.about.get(each.id, ())}
    for name in sorted(found.protected - proven):
        yield _("the part {name} has no evidence record").format(name=name)
