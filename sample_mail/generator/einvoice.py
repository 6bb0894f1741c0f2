"""A ZUGFeRD/Factur-X invoice: the CII message (EN 16931) and the PDF that carries it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias
from xml.sax.saxutils import escape

import pikepdf

_CENT = Decimal("0.01")
_RATE = Decimal(19)
_FILE_NAME = "factur-x.xml"
_PROFILE = "urn:cen.eu:en16931:2017"
_SPACES = (
    'xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" '
    'xmlns:ram="urn:un:unece:uncefact:data:standard:'
    'ReusableAggregateBusinessInformationEntity:100" '
    'xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"'
)
Node: TypeAlias = tuple[str, "str | list[Node]"]


@dataclass(frozen=True)
class Position:
    """One line of the invoice; unit after UN/ECE Rec. 20 (H87 piece, HUR hour, LS lump sum)."""

    name: str
    quantity: Decimal
    unit: str
    price: Decimal

    @property
    def total(self) -> Decimal:
        """Quantity times price, rounded to cents."""
        return (self.quantity * self.price).quantize(_CENT, ROUND_HALF_UP)


NUMBER = "RE-2026-0388"
DATE = "20260611"
DUE = "20260711"
DELIVERED = "20260605"
POSITIONS = (
    Position("Federwippe Seepferd mit Fundamentanker", Decimal(2), "H87", Decimal("689.00")),
    Position("Nestschaukel 1,20 m, Stahlgestell verzinkt", Decimal(1), "H87", Decimal("2450.00")),
    Position("Fallschutzplatte 50 x 50 x 4,5 cm", Decimal(84), "H87", Decimal("13.75")),
    Position("Montage auf dem Spielplatz Amselgrund", Decimal("14.5"), "HUR", Decimal("62.00")),
)


def totals(positions: tuple[Position, ...]) -> tuple[Decimal, Decimal, Decimal]:
    """Net, value added tax and gross amount."""
    net = sum((position.total for position in positions), Decimal(0))
    tax = (net * _RATE / 100).quantize(_CENT, ROUND_HALF_UP)
    return net, tax, net + tax


def _xml(node: Node) -> str:
    """The node as XML; attributes may stand after the tag's name."""
    tag, content = node
    inner = escape(content) if isinstance(content, str) else "".join(map(_xml, content))
    return f"<{tag}>{inner}</{tag.split(' ', 1)[0]}>"


def _day(tag: str, day: str) -> Node:
    return (tag, [('udt:DateTimeString format="102"', day)])


def _line(number: int, position: Position) -> Node:
    return (
        "ram:IncludedSupplyChainTradeLineItem",
        [
            ("ram:AssociatedDocumentLineDocument", [("ram:LineID", str(number))]),
            ("ram:SpecifiedTradeProduct", [("ram:Name", position.name)]),
            (
                "ram:SpecifiedLineTradeAgreement",
                [("ram:NetPriceProductTradePrice", [("ram:ChargeAmount", str(position.price))])],
            ),
            (
                "ram:SpecifiedLineTradeDelivery",
                [(f'ram:BilledQuantity unitCode="{position.unit}"', str(position.quantity))],
            ),
            (
                "ram:SpecifiedLineTradeSettlement",
                [
                    (
                        "ram:ApplicableTradeTax",
                        [
                            ("ram:TypeCode", "VAT"),
                            ("ram:CategoryCode", "S"),
                            ("ram:RateApplicablePercent", str(_RATE)),
                        ],
                    ),
                    (
                        "ram:SpecifiedTradeSettlementLineMonetarySummation",
                        [("ram:LineTotalAmount", str(position.total))],
                    ),
                ],
            ),
        ],
    )


def _address(code: str, street: str, city: str) -> Node:
    return (
        "ram:PostalTradeAddress",
        [
            ("ram:PostcodeCode", code),
            ("ram:LineOne", street),
            ("ram:CityName", city),
            ("ram:CountryID", "DE"),
        ],
    )


def _agreement() -> Node:
    seller: Node = (
        "ram:SellerTradeParty",
        [
            ("ram:Name", "Spielraum Talbrunn GmbH"),
            _address("79997", "Werkstraße 8", "Talbrunn"),
            ("ram:SpecifiedTaxRegistration", [('ram:ID schemeID="VA"', "DE999000471")]),
        ],
    )
    buyer: Node = (
        "ram:BuyerTradeParty",
        [
            ("ram:Name", "Stadt Neuenfurt, Stadtkämmerei"),
            _address("79999", "Rathausplatz 1", "Neuenfurt"),
        ],
    )
    reference: Node = ("ram:BuyerReference", "08999-20-66")
    return ("ram:ApplicableHeaderTradeAgreement", [reference, seller, buyer])


def _settlement() -> Node:
    net, tax, gross = totals(POSITIONS)
    return (
        "ram:ApplicableHeaderTradeSettlement",
        [
            ("ram:PaymentReference", NUMBER),
            ("ram:InvoiceCurrencyCode", "EUR"),
            (
                "ram:SpecifiedTradeSettlementPaymentMeans",
                [
                    ("ram:TypeCode", "58"),
                    (
                        "ram:PayeePartyCreditorFinancialAccount",
                        [("ram:IBANID", "DE39999100771230045607")],
                    ),
                ],
            ),
            (
                "ram:ApplicableTradeTax",
                [
                    ("ram:CalculatedAmount", str(tax)),
                    ("ram:TypeCode", "VAT"),
                    ("ram:BasisAmount", str(net)),
                    ("ram:CategoryCode", "S"),
                    ("ram:RateApplicablePercent", str(_RATE)),
                ],
            ),
            ("ram:SpecifiedTradePaymentTerms", [_day("ram:DueDateDateTime", DUE)]),
            (
                "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
                [
                    ("ram:LineTotalAmount", str(net)),
                    ("ram:TaxBasisTotalAmount", str(net)),
                    ('ram:TaxTotalAmount currencyID="EUR"', str(tax)),
                    ("ram:GrandTotalAmount", str(gross)),
                    ("ram:DuePayableAmount", str(gross)),
                ],
            ),
        ],
    )


def message() -> bytes:
    """The CII invoice of the playground's equipment."""
    lines = [_line(number, position) for number, position in enumerate(POSITIONS, 1)]
    delivery: Node = (
        "ram:ApplicableHeaderTradeDelivery",
        [
            (
                "ram:ActualDeliverySupplyChainEvent",
                [_day("ram:OccurrenceDateTime", DELIVERED)],
            )
        ],
    )
    context: Node = (
        "rsm:ExchangedDocumentContext",
        [("ram:GuidelineSpecifiedDocumentContextParameter", [("ram:ID", _PROFILE)])],
    )
    document: Node = (
        "rsm:ExchangedDocument",
        [("ram:ID", NUMBER), ("ram:TypeCode", "380"), _day("ram:IssueDateTime", DATE)],
    )
    trade: Node = (
        "rsm:SupplyChainTradeTransaction",
        [*lines, _agreement(), delivery, _settlement()],
    )
    root = _xml((f"rsm:CrossIndustryInvoice {_SPACES}", [context, document, trade]))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}\n'.encode()


_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def carry(visible: bytes) -> bytes:
    """The visible invoice with the CII message embedded as its alternative (AFRelationship)."""
    pdf = pikepdf.open(io.BytesIO(visible))
    content = message()
    stream = pikepdf.Stream(pdf, content)
    stream.Type = pikepdf.Name.EmbeddedFile
    stream.Subtype = pikepdf.Name("/text/xml")
    stream.Params = pikepdf.Dictionary(Size=len(content), ModDate="D:20260611090000+02'00'")
    name = pikepdf.String(_FILE_NAME)
    attached = pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec,
        F=name,
        UF=name,
        Desc=pikepdf.String("Factur-X invoice"),
        AFRelationship=pikepdf.Name.Alternative,
        EF=pikepdf.Dictionary(F=pdf.make_indirect(stream), UF=stream),
    )
    specification = pdf.make_indirect(attached)
    pdf.Root.AF = pikepdf.Array([specification])
    pdf.Root.Names = pikepdf.Dictionary(
        EmbeddedFiles=pikepdf.Dictionary(Names=pikepdf.Array([name, specification]))
    )
    metadata = pikepdf.Stream(pdf, _XMP.encode())
    metadata.Type, metadata.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
    pdf.Root.Metadata = pdf.make_indirect(metadata)
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()
