"""E-invoices made on the spot, in both syntaxes."""

from __future__ import annotations

from base64 import b64encode

IBAN = "DE02120300000000202051"
UBL = f"""<?xml version="1.0" encoding="UTF-8"?>
<ubl:Invoice xmlns:ubl="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:CustomizationID>urn:xeinkauf.de:kosit:xrechnung_3.0</cbc:CustomizationID>
 <cbc:ID> R-2026/17 </cbc:ID><cbc:IssueDate>2026-02-28</cbc:IssueDate>
 <cbc:DueDate>2026-03-30</cbc:DueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
 <cbc:Note>Lieferung Spielplatz Łódź-Straße</cbc:Note>
 <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
 <cbc:BuyerReference>04011000-12345-67</cbc:BuyerReference>
 <cac:OrderReference><cbc:ID>B-9</cbc:ID></cac:OrderReference>
 <cac:AdditionalDocumentReference><cbc:ID>A1</cbc:ID><cac:Attachment>
 <cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="../Aufmaß.pdf">
 {b64encode(b"%PDF-1.4 Aufmass").decode()}
 </cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>
 <cac:AccountingSupplierParty><cac:Party><cac:PostalAddress>
 <cbc:StreetName>Am Sand 1</cbc:StreetName><cbc:CityName>Köln</cbc:CityName>
 <cbc:PostalZone>50667</cbc:PostalZone>
 <cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country>
 </cac:PostalAddress><cac:PartyLegalEntity>
 <cbc:RegistrationName>Gerätebau Groß GmbH</cbc:RegistrationName></cac:PartyLegalEntity>
 </cac:Party></cac:AccountingSupplierParty>
 <cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>Stadt Neuenfurt</cbc:Name>
 </cac:PartyName></cac:Party></cac:AccountingCustomerParty>
 <cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>{IBAN}</cbc:ID></cac:PayeeFinancialAccount>
 </cac:PaymentMeans>
 <cac:TaxTotal><cbc:TaxAmount currencyID="USD">99.00</cbc:TaxAmount></cac:TaxTotal>
 <cac:TaxTotal><cbc:TaxAmount currencyID="EUR">237.50</cbc:TaxAmount></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount currencyID="EUR">1250</cbc:TaxExclusiveAmount>
 <cbc:PayableAmount currencyID="EUR">1487.5</cbc:PayableAmount></cac:LegalMonetaryTotal>
 <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">2</cbc:InvoicedQuantity>
 <cbc:LineExtensionAmount currencyID="EUR">1250.00</cbc:LineExtensionAmount>
 <cac:Item><cbc:Description>mit Fallschutz</cbc:Description><cbc:Name>Schaukel</cbc:Name></cac:Item>
 </cac:InvoiceLine>
</ubl:Invoice>"""

CREDIT_NOTE = (
    UBL.replace("Invoice-2", "CreditNote-2")
    .replace("ubl:Invoice", "ubl:CreditNote")
    .replace("InvoiceTypeCode>380", "CreditNoteTypeCode>381")
    .replace("/cbc:InvoiceTypeCode", "/cbc:CreditNoteTypeCode")
    .replace("InvoiceLine", "CreditNoteLine")
    .replace("InvoicedQuantity", "CreditedQuantity")
)

CII = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice
 xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
 <ram:ID>urn:cen.eu:en16931:2017</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>
 </rsm:ExchangedDocumentContext>
 <rsm:ExchangedDocument><ram:ID>C-1</ram:ID><ram:TypeCode>384</ram:TypeCode><ram:IssueDateTime>
 <udt:DateTimeString format="102">20260228</udt:DateTimeString></ram:IssueDateTime>
 </rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
 <ram:ApplicableHeaderTradeAgreement><ram:BuyerReference>L-1</ram:BuyerReference>
 <ram:SellerTradeParty><ram:Name>Muster AG</ram:Name></ram:SellerTradeParty>
 </ram:ApplicableHeaderTradeAgreement>
 <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
 <ram:SpecifiedTradeSettlementPaymentMeans><ram:PayeePartyCreditorFinancialAccount>
 <ram:IBANID>DE02120300000000202052</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>
 </ram:SpecifiedTradeSettlementPaymentMeans>
 <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
 <ram:GrandTotalAmount>11.90</ram:GrandTotalAmount>
 </ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""
