"""The XML in a ZUGFeRD or Factur-X PDF."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pikepdf

from eakte.deliveries.invoice import invoice_of
from eakte.deliveries.limits import MAX_XML
from eakte.domain.deliveries import display_name
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.invoices import EmbeddedInvoice
from eakte.errors import UnusableInputError
from eakte.i18n import N_

_FILE = "invoice.xml"
_NAMES = frozenset({"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"})


@dataclass(frozen=True)
class _Stored:
    """An embedded file as it lies in the PDF, with the MD5 that the PDF tells (b"": none)."""

    name: str
    stream: pikepdf.Stream
    checksum: bytes

    def read(self) -> bytes:
        """Decode it, but not more than an e-invoice may have; raises ValueError if it is more."""
        if self.stream.get(pikepdf.Name.Filter) != pikepdf.Name.FlateDecode:
            return bytes(self.stream.read_bytes())
        inflate = zlib.decompressobj()
        data = inflate.decompress(self.stream.read_raw_bytes(), MAX_XML)
        if not inflate.eof:
            raise ValueError
        return data

    def fits(self, data: bytes) -> bool:
        """Compare the bytes with the checksum, if there is one."""
        md5 = hashlib.md5(data, usedforsecurity=False).digest()
        return self.checksum in (b"", md5)


def embedded_invoice(pdf: Path, out: Path) -> EmbeddedInvoice | None:
    """Take the XML of an e-invoice out of a PDF, byte for byte, into the folder `out`.

    None if there is none, or if this is no PDF that can be opened without a password. XML that
    cannot be used gives a finding (`invoice_xml_unusable`) and no invoice; the PDF goes on.
    """
    try:
        with pikepdf.open(pdf) as document:
            found = _embedded(document)
            if not found:
                return None
            stored, *others = found
            if others:
                return _unusable(stored.name, "", N_("the PDF holds several e-invoices"))
            data = stored.read()
            intact = stored.fits(data)
    except (pikepdf.PdfError, pikepdf.PasswordError):
        return None
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError, zlib.error):
        return _unusable("", "", N_("the file in the PDF cannot be read"))
    (out / _FILE).write_bytes(data)
    return _read(stored.name, out, intact=intact)


def _read(name: str, out: Path, *, intact: bool) -> EmbeddedInvoice:
    if not intact:
        return _unusable(name, _FILE, N_("the file in the PDF is not the one that was put there"))
    try:
        invoice = invoice_of(out / _FILE)
    except UnusableInputError as refusal:
        return _unusable(name, _FILE, str(refusal.facts.get("detail", "")))
    return EmbeddedInvoice(name, _FILE, invoice, (Finding(FindingCode.E_INVOICE),))


def _unusable(name: str, file: str, detail: str) -> EmbeddedInvoice:
    finding = Finding(FindingCode.INVOICE_XML_UNUSABLE, detail=detail)
    return EmbeddedInvoice(name, file, None, (finding,))


def _embedded(document: pikepdf.Pdf) -> list[_Stored]:
    """Give every embedded file that is called as an e-invoice."""
    found = list[_Stored]()
    for key, specification in document.attachments.items():
        name = specification.filename or key
        if name.casefold() in _NAMES:
            file = specification.get_file()
            found.append(_Stored(display_name(name), cast("pikepdf.Stream", file.obj), file.md5))
    return found
