"""E-invoices in UBL 2 (OASIS), as XRechnung and Peppol use it."""

from __future__ import annotations

from eakte.deliveries.reading import Reader
from eakte.deliveries.xml import Element
from eakte.domain.invoices import Invoice, InvoiceLine, InvoiceSyntax

_SELLER, _BUYER = "AccountingSupplierParty/Party", "AccountingCustomerParty/Party"
_NAME = ("PartyLegalEntity/RegistrationName", "PartyName/Name")
_LINES = ("StreetName", "AdditionalStreetName", "AddressLine/Line")
_PLACE = ("PostalZone", "CityName", "Country/IdentificationCode")


def read_ubl(reader: Reader) -> Invoice:
    """Read an Invoice or CreditNote."""
    text = reader.text
    kind = "CreditNote" if str(reader.root.tag).endswith("CreditNote") else "Invoice"
    currency = text("DocumentCurrencyCode")
    return Invoice(
        syntax=InvoiceSyntax.UBL,
        profile=text("CustomizationID"),
        number=text("ID"),
        type_code=text(f"{kind}TypeCode") or ("381" if kind == "CreditNote" else "380"),
        issue_date=text("IssueDate"),
        due_date=text("DueDate|PaymentMeans/PaymentDueDate"),
        seller_name=text("|".join(f"{_SELLER}/{each}" for each in _NAME)),
        seller_address=reader.address(f"{_SELLER}/PostalAddress", _LINES, _PLACE),
        buyer_name=text("|".join(f"{_BUYER}/{each}" for each in _NAME)),
        buyer_reference=text("BuyerReference"),
        order_reference=text("OrderReference/ID"),
        iban=text("PaymentMeans/PayeeFinancialAccount/ID"),
        net=text("LegalMonetaryTotal/TaxExclusiveAmount"),
        tax=reader.total("TaxTotal/TaxAmount", currency),
        payable=text("LegalMonetaryTotal/PayableAmount"),
        currency=currency,
        lines=tuple(_line(reader, each) for each in reader.elements(f"{kind}Line")),
    )


def _line(reader: Reader, line: Element) -> InvoiceLine:
    quantity = "InvoicedQuantity|CreditedQuantity"
    units = (reader.attribute(each, "unitCode", line) for each in quantity.split("|"))
    return InvoiceLine(
        id=reader.text("ID", line),
        text=reader.line_text(line, "Item/Name", "Item/Description"),
        quantity=reader.text(quantity, line),
        unit=next((unit for unit in units if unit), ""),
        net=reader.text("LineExtensionAmount", line),
    )
