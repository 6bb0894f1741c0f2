"""E-invoices are read from their XML, drawn whole, and hostile XML is refused."""

from __future__ import annotations

import resource
from pathlib import Path

import pypdfium2
import pytest

from eakte.deliveries.invoice import invoice_of
from eakte.deliveries.unpack import unpack
from eakte.domain.findings import FindingCode
from eakte.domain.invoices import fields_of, iso_date, money, valid_iban
from eakte.domain.letters import FieldName
from eakte.domain.mail import EnclosureRole, MediaType
from eakte.errors import UnusableInputError
from tests.unit.deliveries.invoices import CII, CREDIT_NOTE, IBAN, UBL


def kept(folder: Path, xml: str | bytes) -> Path:
    path = folder / "x.xml"
    path.write_bytes(xml if isinstance(xml, bytes) else xml.encode())
    return path


def refused(folder: Path, xml: str | bytes) -> tuple[str, str]:
    with pytest.raises(UnusableInputError) as caught:
        invoice_of(kept(folder, xml))
    return caught.value.facts["reason"], caught.value.facts["detail"]


def shown(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    return text.replace("\r\n", " ").replace("\n", " ")


def test_ubl_is_read(tmp_path):
    invoice = invoice_of(kept(tmp_path, UBL))
    assert (invoice.number, invoice.issue_date, invoice.due_date) == (
        "R-2026/17", "2026-02-28", "2026-03-30",
    )  # fmt: skip
    assert invoice.seller_name == "Gerätebau Groß GmbH"
    assert invoice.seller_address == "Am Sand 1, 50667 Köln, DE"
    assert invoice.buyer_name == "Stadt Neuenfurt"
    assert invoice.buyer_reference == "04011000-12345-67"
    assert invoice.order_reference == "B-9"
    assert (invoice.net, invoice.tax, invoice.payable) == ("1250", "237.50", "1487.5")
    (line,) = invoice.lines
    assert (line.id, line.text, line.quantity, line.unit, line.net) == (
        "1", "Schaukel\nmit Fallschutz", "2", "C62", "1250.00",
    )  # fmt: skip


def test_a_credit_note_is_read(tmp_path):
    invoice = invoice_of(kept(tmp_path, CREDIT_NOTE))
    assert (invoice.type_code, invoice.lines[0].quantity) == ("381", "2")
    subject = next(each for each in fields_of(invoice, 1) if each.name is FieldName.SUBJECT)
    assert subject.value == "Rechnungskorrektur R-2026/17"


def test_fields_are_normalised_and_keep_what_was_read(tmp_path):
    fields = {each.name: each for each in fields_of(invoice_of(kept(tmp_path, UBL)), 3)}
    assert {name: field.value for name, field in fields.items()} == {
        FieldName.DATE: "2026-02-28",
        FieldName.SENDER: "Gerätebau Groß GmbH",
        FieldName.SUBJECT: "Rechnung R-2026/17",
        FieldName.INVOICE_NUMBER: "R-2026/17",
        FieldName.AMOUNT: "1487.50 EUR",
        FieldName.IBAN: IBAN,
    }
    assert fields[FieldName.AMOUNT].read == "1487.5"
    assert all((each.page, each.confidence, each.rule) == (3, 1.0, "e-invoice")
               for each in fields.values())  # fmt: skip


def test_cii_is_read_and_a_wrong_iban_is_no_field(tmp_path):
    invoice = invoice_of(kept(tmp_path, CII))
    assert (invoice.number, invoice.type_code, invoice.buyer_reference) == ("C-1", "384", "L-1")
    fields = {each.name: each.value for each in fields_of(invoice, 1)}
    assert fields[FieldName.DATE] == "2026-02-28"
    assert fields[FieldName.AMOUNT] == "11.90 EUR"
    assert FieldName.IBAN not in fields


def test_the_view_shows_everything_and_the_attachment_is_a_file(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    unpacked = unpack(kept(tmp_path, UBL), MediaType.XML, out)
    (file,) = unpacked.files
    assert (file.name, file.role) == ("Aufmaß.pdf", EnclosureRole.MEMBER)
    assert (out / file.file).read_bytes() == b"%PDF-1.4 Aufmass"
    assert {each.code for each in unpacked.findings} == {
        FindingCode.E_INVOICE, FindingCode.RENDERED,
    }  # fmt: skip
    text = shown(out / unpacked.view)
    for expected in (
        "Rechnung Nr. R-2026/17", "Gerätebau Groß GmbH", "28.02.2026", "1.487,50 EUR",
        "1.250,00", "2 C62", "04011000-12345-67", "Lieferung Spielplatz Łódź-Straße",
        "urn:xeinkauf.de:kosit:xrechnung_3.0", "99.00", "USD", "16 Bytes, SHA-256",
    ):  # fmt: skip
        assert expected in text


def test_an_unknown_element_is_shown_too(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    odd = "<cbc:Odd at='attr9'>wert8</cbc:Odd>tail7</ubl:Invoice>"
    unpack(kept(tmp_path, UBL.replace("</ubl:Invoice>", odd)), MediaType.XML, out)
    text = shown(out / "view.pdf")
    assert all(each in text for each in ("wert8", "attr9", "tail7"))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l9;</a>',
    "in an attribute": f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a b="&l9;"/>',
    "quadratic": f'<!DOCTYPE a [<!ENTITY x "{"x" * 50_000}">]><a>{"&x;" * 50_000}</a>',
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "external DTD": '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><a/>',
}


@pytest.mark.parametrize("xml", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_before_anything_grows(tmp_path, xml, encoding):
    """Demand 54: entities are never expanded."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reason, detail = refused(tmp_path, xml.encode(encoding))
    assert (reason, detail) == ("damaged", "the XML has a DOCTYPE, which is not allowed here")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_depth_and_number_of_elements_are_bounded(tmp_path):
    assert refused(tmp_path, "<a>" * 5000 + "</a>" * 5000)[0] == "too_large"
    assert refused(tmp_path, "<a>" + "<b/>" * 300_000 + "</a>")[0] == "too_large"


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-15"])
def test_a_cut_invoice_is_truncated(tmp_path, share, encoding):
    """Demand 7: what is cut is never accepted as whole."""
    xml = UBL.replace("Łódź", "Lodz").replace("UTF-8", encoding).encode(encoding)
    assert invoice_of(kept(tmp_path, xml)).number == "R-2026/17"
    assert refused(tmp_path, xml[: int(len(xml) * share)])[0] in {"truncated", "damaged"}
    if encoding == "utf-8":
        assert refused(tmp_path, xml[: int(len(xml) * share)])[0] == "truncated"


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "unknown_type"),
        (UBL.replace("xsd:Invoice-2", "xsd:Order-2"), "unknown_type"),
        (UBL.replace("</cbc:ID>", "</cbc:Id>"), "damaged"),
        (UBL.replace("UTF-8", "gibtsnicht"), "damaged"),
        (UBL + UBL, "damaged"),
        (UBL.replace("R-2026", "R-\ufffe2026"), "damaged"),
    ],
)
def test_other_xml_is_refused_with_its_reason(tmp_path, xml, reason):
    assert refused(tmp_path, xml)[0] == reason


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("1487.5", "1487.50"), ("-8.79", "-8.79"), ("300", "300.00"), ("1.2345", "1.2345"),
        ("0", "0.00"), (".5", "0.50"), ("1e9", None), ("1.234,50", None), ("", None),
        ("9" * 18, "9" * 18 + ".00"), ("9" * 99, None), ("NaN", None), ("100.10", "100.10"),
    ],
)  # fmt: skip
def test_amounts(read, value):
    assert money(read) == value


@pytest.mark.parametrize(
    ("read", "value"),
    [
        ("20260228", "2026-02-28"), ("2026-02-28", "2026-02-28"),
        ("2026-02-28+01:00", "2026-02-28"),
        ("20260230", None), ("28.02.2026", None), ("", None),
    ],
)  # fmt: skip
def test_dates(read, value):
    assert iso_date(read) == value


@pytest.mark.parametrize(
    ("read", "value"),
    [("de02 1203 0000 0000 2020 51", IBAN), (IBAN[:-1] + "2", None), ("", None), ("DE", None)],
)
def test_iban(read, value):
    assert valid_iban(read) == value
