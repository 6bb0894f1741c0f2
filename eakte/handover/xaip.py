"""The package of BSI TR-ESOR: one XML file (XAIP 1.3), written piece by piece.

What is protected are bytes: an evidence record is about the decoded content of one part (binaryData
or binaryMetaData), as TR-ESOR-ERS allows; nothing has to be brought into a canonical form first.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from eakte.domain.ids import Digest
from eakte.domain.xaip import VERSION, DataObject, MetaData, Record, Report, Unit, Xaip
from eakte.errors import SystemRefusedError
from eakte.handover import publishing
from eakte.handover.markup import Element, moment, plain
from eakte.handover.xaip_reread import NAMESPACE, contradictions
from eakte.store.local import file_digest

_DS = "http://www.w3.org/2000/09/xmldsig#"
_CANONICAL = "http://www.w3.org/2001/10/xml-exc-c14n#"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_PIECE = 3 << 18
"""Bytes that become base64 at once; a multiple of three."""


def publish(
    package: Xaip,
    open_file: Callable[[Digest], Path],
    target: Path,
    note: Callable[[publishing.Published], None],
) -> publishing.Published:
    """Write a package as a new file; `note` is told of it before it appears.

    `open_file` gives the place of a file by its digest. Raises RefusedError if what was written is
    not what it should be, or the name is taken, SystemRefusedError if it cannot be written. Nothing
    is left behind then.
    """
    publishing.require_free(target)
    with publishing.draft(target.parent) as draft:
        try:
            with draft.open("wb") as out:
                _write(package, open_file, out)
                out.flush()
                os.fsync(out.fileno())
        except OSError as problem:
            raise SystemRefusedError(detail=str(problem)) from problem
        publishing.refuse(contradictions(draft, package))
        made = publishing.Published(target, file_digest(draft), draft.stat().st_size)
        note(made)
        publishing.link(draft, target)
    return made


def _write(package: Xaip, open_file: Callable[[Digest], Path], out: Any) -> None:
    with etree.xmlfile(out, encoding="UTF-8", buffered=False) as file:  # else all of it is kept
        file.write_declaration()
        spaces = {"xaip": NAMESPACE, "ds": _DS}
        with file.element(_name("XAIP"), {"XAIPVersion": "1.3.0"}, nsmap=spaces):
            file.write(_header(package))
            if package.metadata:
                with file.element(_name("metaDataSection")):
                    for each in package.metadata:
                        file.write(_metadata(each))
            if package.objects:
                with file.element(_name("dataObjectsSection")):
                    for one in package.objects:
                        _object(file, one, open_file(one.digest))
            with file.element(_name("credentialsSection")):
                for record in package.records:
                    file.write(_credential(record))
                for report in package.reports:
                    file.write(_credential(report))


def _header(package: Xaip) -> Element:
    preservation = _element("preservationInfo", ("retentionPeriod", package.retention.isoformat()))
    submission = _element(
        "submissionInfo",
        ("clientID", package.product),
        ("submissionUnit", package.organisation),
        ("submissionTime", moment(package.at)),
    )
    manifest = _element("versionManifest", preservation, submission, _unit(package.unit))
    manifest.set("VersionID", VERSION)
    method = etree.Element(etree.QName(_DS, "CanonicalizationMethod"), Algorithm=_CANONICAL)
    told = (("AOID", package.aoid), ("packageInfo", package.info))
    header = _element("packageHeader", *told, manifest, method)
    header.set("packageID", package.id)
    return header


def _unit(unit: Unit) -> Element:
    made = _element(
        "packageInfoUnit",
        ("unitType", unit.kind),
        ("textInfo", unit.title),
        *(("protectedObjectPointer", each) for each in unit.protected),
        *(("unprotectedObjectPointer", each) for each in unit.others),
        *(_unit(each) for each in unit.units),
    )
    made.set("packageUnitID", unit.id)
    return made


def _metadata(part: MetaData) -> Element:
    binary = _element("binaryMetaData")
    binary.set("MimeType", part.mime)
    binary.text = base64.b64encode(part.data).decode()
    made = _element("metaDataObject", binary, _sum(hashlib.sha256(part.data).hexdigest()))
    made.set("metaDataID", part.id)
    made.set("relatedObjects", " ".join(part.about))
    made.set("category", part.category)
    return made


def _object(file: Any, part: DataObject, source: Path) -> None:
    """Write a data object a piece at a time: it may be large."""
    with file.element(_name("dataObject"), {"dataObjectID": part.id}):
        with file.element(_name("binaryData"), {"MimeType": part.mime}):
            for piece in _pieces(source):
                file.write(base64.b64encode(piece).decode())
        file.write(_sum(part.digest))


def _pieces(source: Path) -> Iterator[bytes]:
    with source.open("rb") as data:
        while piece := data.read(_PIECE):
            yield piece


def _credential(part: Record | Report) -> Element:
    if isinstance(part, Record):
        encoded = ("asn1EvidenceRecord", base64.b64encode(part.data).decode())
        inside = _element("evidenceRecord", encoded)
        inside.set("VersionID", VERSION)
    else:
        inside = _element("other")
        inside.append(etree.fromstring(part.data, _parser()))
    made = _element("credential", inside)
    made.set("relatedObjects", part.about)
    made.set("credentialID", part.id)
    return made


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)


def _sum(sha256: str) -> Element:
    return _element("checkSum", ("checkSumAlgorithm", _SHA256), ("checkSum", sha256.upper()))


def _element(name: str, *content: Element | tuple[str, str]) -> Element:
    """Make an element of elements, and of names with their texts, in this order."""
    made = etree.Element(_name(name), nsmap={"xaip": NAMESPACE})
    for each in content:
        if isinstance(each, tuple):
            etree.SubElement(made, _name(each[0])).text = plain(each[1])
        else:
            made.append(each)
    return made


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
