"""E-invoices in UBL 2 and CII (UN/CEFACT), with ZUGFeRD 1.0, 2.x, Factur-X and XRechnung."""

from __future__ import annotations

from pathlib import Path

from eakte.deliveries.cii import read_cii
from eakte.deliveries.limits import refusal
from eakte.deliveries.reading import Reader
from eakte.deliveries.ubl import read_ubl
from eakte.deliveries.xml import read_xml
from eakte.domain.findings import FindingCode
from eakte.domain.invoices import Invoice, InvoiceSyntax
from eakte.i18n import N_

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_ROOTS = {
    f"{{{_UBL}Invoice-2}}Invoice": InvoiceSyntax.UBL,
    f"{{{_UBL}CreditNote-2}}CreditNote": InvoiceSyntax.UBL,
    "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice": (
        InvoiceSyntax.CII
    ),
    "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument": InvoiceSyntax.CII,
}


def invoice_of(xml: Path) -> Invoice:
    """Read an e-invoice.

    Raises UnusableInputError: `unknown_type` (no e-invoice), `damaged`, `truncated`, `too_large`.
    """
    return read_invoice(xml)[0]


def read_invoice(xml: Path) -> tuple[Invoice, Reader]:
    """Read an e-invoice; the reader knows what of it did not go into the Invoice."""
    root = read_xml(xml)
    syntax = _ROOTS.get(str(root.tag))
    if syntax is None:
        detail = N_("an XML file that is no e-invoice in UBL or CII")
        raise refusal(FindingCode.UNKNOWN_TYPE, detail)
    reader = Reader(root)
    return (read_ubl(reader) if syntax is InvoiceSyntax.UBL else read_cii(reader)), reader
