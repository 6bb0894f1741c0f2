"""Embedded files travel with the archive copy: it is PDF/A-3 then, and says what they are.

The rule: every embedded file that can be decoded travels, byte for byte, whatever it is; the XML of
e-invoices above all. Left behind, with a finding that names them, are programs and documents with
macros (no one may start them from a sealed document), files that cannot be decoded, and giants.
The scan as received keeps all of them. What is missing is not invented: no dates, no e-invoice
properties. Files of pages and annotations become files of the document, so that they are listed.

A builder calls `kept` and `attach` right after it opened the PDF; `Names.EmbeddedFiles` and `AF` of
the catalogue are final then, and survive normalising and saving.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from eakte.domain.deliveries import clean_text, display_name, unique_names
from eakte.domain.findings import Finding, FindingCode
from eakte.i18n import N_
from eakte.pdfa.decoded import decoded, pieces
from eakte.pdfa.file_lists import READING_PROBLEMS, specifications, text_of
from eakte.pdfa.invoice_xmp import MAX_XMP, InvoiceFacts, invoice_facts

_MAX_LISTED, _MAX_FINDINGS = 1000, 20
_MAX_CODED, _MAX_SIZE = 64 << 20, 1 << 30
_LONGEST = 500
_RELATIONS = {"/Source", "/Data", "/Alternative", "/Supplement", "/Unspecified"}
_MEDIA_TYPE = re.compile(r"[-A-Za-z0-9_+.]{1,60}/[-A-Za-z0-9_+.]{1,60}")
"""PDF/A allows names of 127 bytes."""
_DATE = re.compile(rb"D:\d{4}(\d\d){0,5}(Z(00'?(00'?)?)?|[+-]\d\d'?(\d\d'?)?)?")
_DATES = ("/ModDate", "/CreationDate")
_CHECKSUM_SIZE = 16
_KEPT_KEYS = {"/Length", "/Filter", "/DecodeParms"}
_PROGRAM = re.compile(
    r"""\.(exe|dll|com|bat|cmd|scr|pif|msi|msp|cpl|lnk|hta|jar|js|jse|vbs|vbe|wsf|wsh|ps1|sh|app|apk
    |reg|docm|dotm|xlsm|xltm|xlam|pptm|potm|ppam)\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_PROGRAM_STARTS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe")
_TYPES = {
    "xml": "text/xml",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "json": "application/json",
    "zip": "application/zip",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "tif": "image/tiff",
    "tiff": "image/tiff",
}


@dataclass(frozen=True)
class Attachment:
    """An embedded file of a PDF; `stream`: the number and generation of its object."""

    name: str
    stream: tuple[int, int]
    size: int
    media_type: str
    relation: str
    description: str = ""


@dataclass(frozen=True)
class Travelling:
    """What goes with the pages into the archive copy."""

    files: tuple[Attachment, ...] = ()
    invoice: InvoiceFacts | None = None
    findings: tuple[Finding, ...] = ()
    """What does not travel."""

    @property
    def part(self) -> int:
        """Give the part of ISO 19005: only part 3 allows files of any type."""
        return 3 if self.files else 2


def kept(pdf: pikepdf.Pdf) -> Travelling:
    """Find the embedded files of a PDF and tell which of them travel; changes nothing."""
    files, findings = dict[tuple[int, int], Attachment](), dict[Finding, None]()
    seen, room = set[tuple[int, int]](), _MAX_SIZE
    for name, specification in islice(specifications(pdf), _MAX_LISTED):
        try:
            stream = _stream(specification)
            if stream.objgen in seen:
                continue
            seen.add(stream.objgen)
            file = _attachment(name, specification, stream, room)
            if _is_program(file.name, stream):
                findings[Finding(FindingCode.ACTIVE_CONTENT, None, file.name)] = None
            else:
                files[stream.objgen] = file
                room -= file.size
        except READING_PROBLEMS:
            findings[Finding(FindingCode.EMBEDDED_FILES, None, _shown(name))] = None
    invoice = _invoice(pdf)
    names = {file.name.casefold() for file in files.values()}
    if invoice is not None and invoice.file_name.casefold() not in names:
        detail = N_("the e-invoice that the metadata name is not among them")
        findings[Finding(FindingCode.EMBEDDED_FILES, None, detail)] = None
        invoice = None
    return Travelling(tuple(files.values()), invoice, tuple(findings)[:_MAX_FINDINGS])


def attach(pdf: pikepdf.Pdf, travelling: Travelling) -> None:
    """Make these files, and no others, the embedded files of the document.

    `pdf` is the one that `kept` looked at, or another one of the same file.
    """
    root = pdf.Root
    names = root.get(Name.Names)
    rest = dict(names.items()) if isinstance(names, Dictionary) else {}
    rest.pop("/EmbeddedFiles", None)
    if Name.AF in root:
        del root[Name.AF]
    if travelling.files:
        listed = _specified_all(pdf, travelling.files)
        pairs = [part for name, made in listed for part in (name, made)]
        rest["/EmbeddedFiles"] = pdf.make_indirect(Dictionary(Names=Array(pairs)))
        root[Name.AF] = Array([made for _, made in listed])
    if rest:
        root[Name.Names] = Dictionary(rest)
    elif Name.Names in root:
        del root[Name.Names]


def _specified_all(
    pdf: pikepdf.Pdf, files: tuple[Attachment, ...]
) -> list[tuple[String, pikepdf.Object]]:
    """Write the file specifications, in the order of a name tree."""
    unique = [String(name) for name in unique_names(file.name for file in files)]
    listed = sorted(zip(unique, files, strict=True), key=lambda entry: bytes(entry[0]))
    return [(name, _specified(pdf, name, file)) for name, file in listed]


def _specified(pdf: pikepdf.Pdf, name: String, file: Attachment) -> pikepdf.Object:
    """Write the file specification (ISO 19005-3 6.8) around the bytes as they are."""
    stream = _plain(pdf, file)
    specification = Dictionary(
        Type=Name.Filespec,
        F=name,
        UF=name,
        AFRelationship=Name(file.relation),
        EF=Dictionary(F=stream, UF=stream),
    )
    if file.description:
        specification.Desc = String(file.description)
    return pdf.make_indirect(specification)


def _plain(pdf: pikepdf.Pdf, file: Attachment) -> pikepdf.Object:
    """Give the stream with the entries that PDF/A allows; its bytes stay."""
    stream: Any = pdf.get_object(file.stream)
    params = _params(stream, file)
    for key in list(stream.keys()):
        if key not in _KEPT_KEYS:
            del stream[key]
    stream.Type = Name.EmbeddedFile
    stream.Subtype = Name(f"/{file.media_type}")
    stream.Params = params
    made: pikepdf.Object = pdf.make_indirect(stream)
    return made


def _params(stream: Stream, file: Attachment) -> Dictionary:
    """Give size, dates and checksum; a checksum that is wrong stays, so that it is noticed."""
    told: Any = stream.get(Name.Params)
    params = Dictionary(Size=file.size)
    if not isinstance(told, Dictionary):
        return params
    for key in _DATES:
        date = told.get(key)
        if isinstance(date, String) and _DATE.fullmatch(bytes(date)):
            params[key] = String(text_of(date))
    checksum = told.get(Name.CheckSum)
    if isinstance(checksum, String) and len(bytes(checksum)) == _CHECKSUM_SIZE:
        params.CheckSum = String(bytes(checksum))
    return params


def _stream(specification: Dictionary) -> Any:
    """Give the stream of an embedded file; raises ValueError if it has none."""
    embedded: Any = specification.EF
    stream = next((embedded[key] for key in ("/UF", "/F") if key in embedded), None)
    if not isinstance(stream, Stream) or not stream.is_indirect:
        raise ValueError("the file specification has no stream")
    return stream


def _attachment(key: str, specification: Dictionary, stream: Stream, room: int) -> Attachment:
    """Read a file specification; raises ValueError if its file cannot be decoded within `room`."""
    size = sum(len(piece) for piece in pieces(stream, room, _MAX_CODED))
    name = _shown(text_of(specification.get("/UF")) or text_of(specification.get("/F")) or key)
    relation = str(specification.get(Name.AFRelationship, ""))
    return Attachment(
        name,
        stream.objgen,
        size,
        _media_type(stream, name),
        relation if relation in _RELATIONS else "/Unspecified",
        clean_text(text_of(specification.get("/Desc")))[:_LONGEST],
    )


def _media_type(stream: Stream, name: str) -> str:
    told = stream.get(Name.Subtype)
    media_type = str(told)[1:] if isinstance(told, Name) else ""
    if _MEDIA_TYPE.fullmatch(media_type):
        return media_type
    return _TYPES.get(name.rpartition(".")[2].casefold(), "application/octet-stream")


def _is_program(name: str, stream: Any) -> bool:
    if _PROGRAM.search(name):
        return True
    start = next(pieces(stream, _MAX_SIZE, _MAX_CODED), b"")
    return start.startswith(_PROGRAM_STARTS)


def _shown(name: str) -> str:
    """Give the name without folders: no one unpacks into a folder that a stranger chose."""
    return display_name(name).rpartition("/")[2] or "file"


def _invoice(pdf: pikepdf.Pdf) -> InvoiceFacts | None:
    try:
        metadata = pdf.Root.get(Name.Metadata)
        return invoice_facts(decoded(metadata, MAX_XMP)) if isinstance(metadata, Stream) else None
    except READING_PROBLEMS:
        return None
