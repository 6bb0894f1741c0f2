"""E-invoices in CII (UN/CEFACT): XRechnung, Factur-X, ZUGFeRD 2.x, and 1.0 with older names."""

from __future__ import annotations

from eakte.deliveries.reading import Reader
from eakte.deliveries.xml import Element
from eakte.domain.invoices import Invoice, InvoiceLine, InvoiceSyntax

_NEW = "SupplyChainTradeTransaction/ApplicableHeaderTrade"
_OLD = "SpecifiedSupplyChainTradeTransaction/ApplicableSupplyChainTrade"
_SUMS = (
    f"{_NEW}Settlement/SpecifiedTradeSettlementHeaderMonetarySummation",
    f"{_OLD}Settlement/SpecifiedTradeSettlementMonetarySummation",
)
_LINES = ("LineOne", "LineTwo", "LineThree")
_PLACE = ("PostcodeCode", "CityName", "CountryID")


def read_cii(reader: Reader) -> Invoice:
    """Read a CrossIndustryInvoice, or a CrossIndustryDocument of ZUGFeRD 1.0."""

    def text(path: str) -> str:
        return reader.text(f"{_NEW}{path}|{_OLD}{path}")

    def head(path: str) -> str:
        return reader.text(f"ExchangedDocument/{path}|HeaderExchangedDocument/{path}")

    profile = "GuidelineSpecifiedDocumentContextParameter/ID"
    currency = text("Settlement/InvoiceCurrencyCode")
    return Invoice(
        syntax=InvoiceSyntax.CII,
        profile=reader.text(
            f"ExchangedDocumentContext/{profile}|SpecifiedExchangedDocumentContext/{profile}"
        ),
        number=head("ID"),
        type_code=head("TypeCode"),
        issue_date=head("IssueDateTime/DateTimeString"),
        due_date=text("Settlement/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString"),
        seller_name=text("Agreement/SellerTradeParty/Name"),
        seller_address=_address(reader),
        buyer_name=text("Agreement/BuyerTradeParty/Name"),
        buyer_reference=text("Agreement/BuyerReference"),
        order_reference=text("Agreement/BuyerOrderReferencedDocument/IssuerAssignedID")
        or text("Agreement/BuyerOrderReferencedDocument/ID"),
        iban=text(
            "Settlement/SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount"
            "/IBANID"
        ),
        net=_sum(reader, "TaxBasisTotalAmount"),
        tax=_tax(reader, currency),
        payable=_sum(reader, "DuePayableAmount") or _sum(reader, "GrandTotalAmount"),
        currency=currency,
        lines=_lines(reader),
    )


def _address(reader: Reader) -> str:
    party = "Agreement/SellerTradeParty/PostalTradeAddress"
    found = (reader.address(f"{each}{party}", _LINES, _PLACE) for each in (_NEW, _OLD))
    return next(filter(None, found), "")


def _sum(reader: Reader, name: str) -> str:
    return reader.text("|".join(f"{each}/{name}" for each in _SUMS))


def _tax(reader: Reader, currency: str) -> str:
    found = (reader.total(f"{each}/TaxTotalAmount", currency) for each in _SUMS)
    return next(filter(None, found), "")


def _lines(reader: Reader) -> tuple[InvoiceLine, ...]:
    item = "IncludedSupplyChainTradeLineItem"
    lines = reader.elements(
        f"SupplyChainTradeTransaction/{item}|SpecifiedSupplyChainTradeTransaction/{item}"
    )
    return tuple(_line(reader, each) for each in lines)


def _line(reader: Reader, line: Element) -> InvoiceLine:
    quantity = (
        "SpecifiedLineTradeDelivery/BilledQuantity",
        "SpecifiedSupplyChainTradeDelivery/BilledQuantity",
    )
    total = (
        "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation"
        "/LineTotalAmount|"
        "SpecifiedSupplyChainTradeSettlement/SpecifiedTradeSettlementMonetarySummation"
        "/LineTotalAmount"
    )
    units = (reader.attribute(each, "unitCode", line) for each in quantity)
    return InvoiceLine(
        id=reader.text("AssociatedDocumentLineDocument/LineID", line),
        text=reader.line_text(
            line, "SpecifiedTradeProduct/Name", "SpecifiedTradeProduct/Description"
        ),
        quantity=reader.text("|".join(quantity), line),
        unit=next((unit for unit in units if unit), ""),
        net=reader.text(total, line),
    )
