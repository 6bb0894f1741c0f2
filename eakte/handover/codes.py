"""What stands in the code lists of xdomea, as far as messages of eakte name it."""

from __future__ import annotations

from eakte.domain.confidentiality import Confidentiality
from eakte.domain.handover import Format

CONFIDENTIALITY = {
    Confidentiality.GEHEIM: "001",
    Confidentiality.NFD: "002",
    Confidentiality.OFFEN: "003",
    Confidentiality.STRENG_GEHEIM: "004",
    Confidentiality.VERTRAULICH: "005",
}
"""`vertraulichkeitsstufe` 1.0"""

ELECTRONIC = "001"
"""`medium` 1.0"""

RECORD_KINDS = {"Akte": "001", "Dokument": "002", "Vorgang": "003"}
"""`schriftgutobjekttyp` 1.0"""

FORMATS = {
    Format.MAIL: "Outlook Express Electronic Mail",
    Format.JPEG: "JPEG File Interchange Format",
    Format.PDF: "Portable Document Format",
    Format.PNG: "Portable Network Graphics",
    Format.TIFF: "Tagged Image File Format",
    Format.XML: "eXtensible Markup Language",
    Format.PDF_A: "Portable Document Format (Archival)",
    Format.CMS: "PKCS#7-MIME-Nachricht",
    Format.SIGNATURE: "PKCS#7-Signatur",
    Format.OTHER: "Sonstiges",
}
"""`dateiformat` 2.0"""

SHA_256 = ("SHA-256", "http://www.w3.org/2001/04/xmlenc#sha256")
ALGORITHMS = "urn:xoev-de:kosit:codeliste:xta.serviceprofile.kryptographische-algorithmen"
"""The code list of algorithms, version 1.0.0."""
