"""E-invoices as they say it themselves (EN 16931), and what eakte takes from them (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from eakte.domain.findings import Finding
from eakte.domain.letters import Field, FieldName


class InvoiceSyntax(StrEnum):
    """How the XML is written."""

    UBL = "UBL"
    CII = "CII"
    """Also ZUGFeRD 1.0, whose elements have older names."""


@dataclass(frozen=True)
class InvoiceLine:
    """A line; all values as in the XML, "" if not told. `unit` is a code (UN/ECE Rec. 20)."""

    id: str
    text: str
    quantity: str
    unit: str
    net: str


@dataclass(frozen=True)
class Invoice:
    """An e-invoice; all values as in the XML, without white space around, "" if not told."""

    syntax: InvoiceSyntax
    profile: str
    number: str
    type_code: str
    """UNTDID 1001: 380 invoice, 381 credit note, 384 corrected, 389 self-billed, 326 partial."""
    issue_date: str
    due_date: str
    seller_name: str
    seller_address: str
    buyer_name: str
    buyer_reference: str
    """The Leitweg-ID of an authority."""
    order_reference: str
    iban: str
    net: str
    tax: str
    payable: str
    currency: str
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True)
class EmbeddedInvoice:
    """The XML in a ZUGFeRD or Factur-X PDF.

    `name` is the one in the PDF, cleaned for display; `file` is eakte's name in the folder of the
    unpacking ("": its bytes could not be taken out). `invoice` is None if the XML is unusable;
    then a finding says why.
    """

    name: str
    file: str
    invoice: Invoice | None
    findings: tuple[Finding, ...]


_NAMES = {"380": "Rechnung", "381": "Rechnungskorrektur", "384": "Rechnungskorrektur"} | {
    "389": "Gutschrift",
    "326": "Teilrechnung",
    "875": "Teilrechnung",
    "876": "Teilschlussrechnung",
    "877": "Schlussrechnung",
    "261": "Gutschriftskorrektur",
}
_RULE = "e-invoice"
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:Z|[+-]\d{2}:\d{2}|T.*)?")
_NUMBER = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,9})?|\.\d{1,9})")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def document_name(type_code: str) -> str:
    """Say in German what kind of document a type code stands for."""
    return _NAMES.get(type_code, "Rechnung")


def iso_date(read: str) -> str | None:
    """Read a date of CII (`20260131`) or UBL (`2026-01-31`); None if there is no such day."""
    found = _COMPACT_DATE.fullmatch(read) or _DATE.fullmatch(read)
    try:
        return date(*map(int, found.groups()[:3])).isoformat() if found else None
    except ValueError:
        return None


def money(read: str) -> str | None:
    """Read an amount as `1234.56`, at least two decimals; None if it is no number."""
    if not _NUMBER.fullmatch(read):
        return None
    try:
        amount = Decimal(read)
    except InvalidOperation:
        return None
    exact = amount.normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"{amount:.{places}f}"


def valid_iban(read: str) -> str | None:
    """Give an IBAN without spaces if its check digits hold (ISO 13616)."""
    iban = re.sub(r"\s", "", read).upper()
    if not _IBAN.fullmatch(iban):
        return None
    number = "".join(str(int(each, 36)) for each in iban[4:] + iban[:4])
    return iban if int(number) % 97 == 1 else None


def fields_of(invoice: Invoice, page: int) -> tuple[Field, ...]:
    """Give what the records keep of an invoice, as found on that page of the scan."""
    subject = f"{document_name(invoice.type_code)} {invoice.number}" if invoice.number else None
    amount = money(invoice.payable)
    found = (
        (FieldName.DATE, iso_date(invoice.issue_date), invoice.issue_date),
        (FieldName.SENDER, invoice.seller_name or None, invoice.seller_name),
        (FieldName.SUBJECT, subject, invoice.number),
        (FieldName.INVOICE_NUMBER, invoice.number or None, invoice.number),
        (FieldName.AMOUNT, f"{amount} {invoice.currency}" if amount else None, invoice.payable),
        (FieldName.IBAN, valid_iban(invoice.iban), invoice.iban),
    )
    return tuple(
        Field(name, " ".join(value.split()), read, 1.0, _RULE, page)
        for name, value, read in found
        if value and value.strip()
    )
