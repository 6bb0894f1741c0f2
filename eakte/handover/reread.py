"""Reading a package back before it is published: what is in it, against what should be.

It looks at the bytes alone, with another eye than the writer's: names of the zip, digests of the
files, and the names and UUIDs in the XML.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from eakte.domain.handover import Handover
from eakte.handover.demands import is_uuid
from eakte.handover.markup import Element, namespace
from eakte.i18n import _

_CHUNK = 1 << 20
_FILE_NAMES = ("Dateiname", "SignaturSiegelDatei")
_IDENTIFIERS = ("ID", "xdomeaUUID")


def contradictions(package: Path, handover: Handover) -> tuple[str, ...]:
    """Give a sentence for everything in a package that is not as the hand-over says."""
    expected = {file.name: str(file.digest) for file in handover.files()}
    message = f"{handover.name}.xml"
    with zipfile.ZipFile(package) as archive:
        names = Counter(archive.namelist())
        if names != Counter([message, *expected]):
            return (_("the package does not hold exactly the files that it should"),)
        found = {name: _digest(archive, name) for name in expected}
        root = parse(archive.read(message))
    return (
        *_changed(found, expected),
        *_misnamed(root, handover),
        *_untrue(root, found),
    )


def parse(data: bytes) -> Element:
    """Read our own message: no DTD, no entities, no network."""
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    return etree.fromstring(data, parser)


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _changed(found: Mapping[str, str], expected: Mapping[str, str]) -> Iterator[str]:
    for name, digest in expected.items():
        if found[name] != digest:
            yield _("the file {name} in the package is not the one of the record").format(name=name)


def _misnamed(root: Element, handover: Handover) -> Iterator[str]:
    message = handover.message
    where = f"{{{namespace(handover.edition)}}}"
    if root.tag != f"{where}{message.term}.{message.value}":
        yield _("the message bears another name than its package")
    if {each.text for each in root.iter(f"{where}ProzessID")} != {handover.process}:
        yield _("the message names another process than its package")
    told = [each.text or "" for tag in _IDENTIFIERS for each in root.iter(f"{where}{tag}")]
    for identity in told:
        if not is_uuid(identity):
            yield _("“{uuid}” in the message is no UUID (RFC 4122)").format(uuid=identity)
    if not set(handover.records()) <= set(told):
        yield _("a record is missing in the message")


def _untrue(root: Element, found: Mapping[str, str]) -> Iterator[str]:
    named = [
        each for each in root.iter(etree.Element) if etree.QName(each).localname in _FILE_NAMES
    ]
    if Counter(each.text for each in named) != Counter(list(found)):
        yield _("the message does not name exactly the files of the package")
    for each in root.iter("{*}Hash"):
        primary = each.getparent()
        name = primary.findtext("{*}Dateiname") if primary is not None else None
        if each.findtext("{*}Wert") != found.get(name or ""):
            yield _("the digest of {name} in the message is wrong").format(name=name)
