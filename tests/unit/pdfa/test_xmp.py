"""The XMP packet: well-formed whatever it says, every property declared, read back to the byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from eakte.domain.archive import Claim, Level
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.preservation import SealLevel
from eakte.domain.transfervermerk import Release, ReleaseKind, Transfervermerk, Verfahren
from eakte.pdfa.invoice_xmp import InvoiceFacts, invoice_facts
from eakte.pdfa.xmp import NAMESPACE, Facts, packet, read_facts

MORNING = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
VERMERK = Transfervermerk(
    document="0123456789abcdef-1",
    source_sha256="ab" * 32,
    pages=(1,),
    creator="Anna Müller <Poststelle> & Co ]]>",
    organisation="Stadt Neustadt",
    environment="Station 1, eakte 0.1",
    verfahrensdokumentation=Verfahren("1.0", "cd" * 32),
    anomalies=(Finding(FindingCode.BITONAL, 1),),
    anomalies_statement="Seite 1 ist schwarz-weiß.",
    received_at=MORNING,
    recognised_at=MORNING,
    released_at=MORNING,
    made_at=MORNING,
    release=Release(ReleaseKind.PERSON, "amueller", "", MORNING, "clerk"),
    complete=True,
    qa_result="Sichtprüfung ohne Befund",
    match_statement="Bild und Inhalt stimmen mit dem Papier überein.",
    schutzbedarf="normal",
    level_reached="demo",
    seal_level=SealLevel.LTA,
)
FACTUR_X = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
ZUGFERD_2 = "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#"
ZUGFERD_1 = "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#"
INVOICE = InvoiceFacts(FACTUR_X, "factur-x.xml", "INVOICE", "1.0", "EN 16931")
EVERY_FACTS = [
    Facts(Claim(part, level), vermerk, invoice)
    for part in (2, 3)
    for level in Level
    for vermerk in (None, VERMERK)
    for invoice in (None, INVOICE, replace(INVOICE, namespace=ZUGFERD_1, version=""))
]

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
PROPERTY = "{http://www.aiim.org/pdfa/ns/property#}"
PREDEFINED = {
    "{http://www.aiim.org/pdfa/ns/id/}part",
    "{http://www.aiim.org/pdfa/ns/id/}conformance",
    "{http://ns.adobe.com/pdf/1.3/}Producer",
    "{http://purl.org/dc/elements/1.1/}title",
    "{http://purl.org/dc/elements/1.1/}description",
    "{http://ns.adobe.com/xap/1.0/}CreateDate",
    "{http://ns.adobe.com/xap/1.0/}ModifyDate",
    "{http://ns.adobe.com/xap/1.0/}MetadataDate",
}


def _descriptions(data: bytes) -> tuple[list[etree._Element], etree._Element]:
    """Give what declares schemas and what says facts; everything around it is as it must be.

    Schemas stand in a description of their own: Apache XmpBox finds them nowhere else.
    """
    assert data.startswith('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'.encode())
    assert data.endswith(b'<?xpacket end="r"?>')
    root = etree.fromstring(data)
    (rdf,) = root
    *schemas, description = rdf
    assert root.tag == "{adobe:ns:meta/}xmpmeta"
    assert rdf.tag == f"{RDF}RDF"
    for each in rdf:
        assert each.tag == f"{RDF}Description"
        assert dict(each.attrib) == {f"{RDF}about": ""}
    assert description.find(f"{EXTENSION}schemas") is None
    containers = [child for each in schemas for child in each]
    assert len(schemas) == len(containers) == len(rdf) - 1
    assert all(container.tag == f"{EXTENSION}schemas" for container in containers)
    return containers, description


@pytest.mark.parametrize("facts", EVERY_FACTS)
def test_the_schemas_are_as_the_standard_wants_them(facts: Facts) -> None:
    """ISO 19005-2 6.6.2.3.3, as veraPDF's rules 6.6.2.3.3-1 to -10 and 6.6.2.3.2-1 ask for it."""
    containers, description = _descriptions(packet(facts))
    assert len(containers) == bool(facts.transfervermerk or facts.invoice)
    declared = set(PREDEFINED)
    for container in containers:
        assert container.prefix == "pdfaExtension"
        (bag,) = container
        assert bag.tag == f"{RDF}Bag"
        for schema in bag:
            declared |= _declared(schema, description)
    used = {str(child.tag) for child in description}
    assert used <= declared
    assert len(used) == len(description)


def _declared(schema: etree._Element, description: etree._Element) -> set[str]:
    assert schema.tag == f"{RDF}li"
    assert dict(schema.attrib) == {f"{RDF}parseType": "Resource"}
    names = ("schema", "namespaceURI", "prefix", "property")
    assert [child.tag for child in schema] == [f"{SCHEMA}{name}" for name in names]
    assert {child.prefix for child in schema} == {"pdfaSchema"}
    assert schema.findtext(f"{SCHEMA}schema")
    namespace, prefix = (schema.findtext(f"{SCHEMA}{name}") for name in ("namespaceURI", "prefix"))
    assert description.nsmap[prefix] == namespace
    (sequence,) = schema.find(f"{SCHEMA}property")
    assert sequence.tag == f"{RDF}Seq"
    for item in sequence:
        assert item.tag == f"{RDF}li"
        assert dict(item.attrib) == {f"{RDF}parseType": "Resource"}
        names = ("name", "valueType", "category", "description")
        assert [child.tag for child in item] == [f"{PROPERTY}{name}" for name in names]
        assert {child.prefix for child in item} == {"pdfaProperty"}
        assert item.findtext(f"{PROPERTY}valueType") == "Text"
        assert item.findtext(f"{PROPERTY}category") in {"internal", "external"}
        assert item.findtext(f"{PROPERTY}description")
        for used in description.findall(f"{{{namespace}}}{item.findtext(f'{PROPERTY}name')}"):
            assert len(used) == 0
            assert used.prefix == prefix
            assert not used.attrib
    return {f"{{{namespace}}}{item.findtext(f'{PROPERTY}name')}" for item in sequence}


@pytest.mark.parametrize("facts", EVERY_FACTS)
def test_it_is_read_back_as_it_was_written(facts: Facts) -> None:
    assert read_facts(packet(facts)) == facts


@settings(max_examples=50)
@given(st.data())
def test_whatever_it_says_it_is_well_formed_and_read_back(data: st.DataObject) -> None:
    text = st.one_of(
        st.text(), st.sampled_from(["]]>", "<!ENTITY x>", "&amp;", "\u202e", "\ufffe"])
    )
    strings = {
        name: data.draw(text, name)
        for name in ("document", "creator", "organisation", "qa_result", "match_statement")
    }
    anomalies = (Finding(FindingCode.RASTERISED, 3, data.draw(text, "detail")),)
    facts = Facts(Claim(), replace(VERMERK, **strings, anomalies=anomalies), INVOICE)
    written = packet(facts)
    _containers, description = _descriptions(written)
    assert read_facts(written) == facts
    for child in description:
        assert child.text is None or len(child.text.strip("\n").splitlines()) < 2
        assert child.tag in PREDEFINED or child.tag.startswith(
            (f"{{{NAMESPACE}}}", f"{{{FACTUR_X}}}")
        )


def test_a_huge_note_is_read_back() -> None:
    anomalies = tuple(Finding(FindingCode.BITONAL, page, "ü" * 60) for page in range(10_000))
    facts = Facts(Claim(), replace(VERMERK, anomalies=anomalies, pages=tuple(range(10_000))))
    assert read_facts(packet(facts)) == facts


@given(st.integers(0, len(packet(EVERY_FACTS[-1])) - 1), st.integers(1, 255))
def test_no_changed_byte_is_read_as_ours(place: int, change: int) -> None:
    changed = bytearray(packet(EVERY_FACTS[-1]))
    changed[place] ^= change
    try:
        facts = read_facts(bytes(changed))
    except ValueError:
        return
    assert packet(facts) == bytes(changed)
    assert facts != EVERY_FACTS[-1]


@pytest.mark.parametrize("data", [b"", b"<a/>", b"\xff\xfe", packet(Facts()) + b" "])
def test_what_is_not_ours_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_facts(data)


def _foreign(body: str, head: str = "") -> bytes:
    return (
        f'{head}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF[1:-1]}">{body}'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


@pytest.mark.parametrize("namespace", [FACTUR_X, ZUGFERD_2, ZUGFERD_1])
def test_invoice_properties_of_others_are_read_in_both_forms(namespace: str) -> None:
    elements = _foreign(
        f'<rdf:Description xmlns:a="{namespace}"><a:DocumentFileName> factur-x.xml\n'
        "</a:DocumentFileName><a:DocumentType>INVOICE</a:DocumentType><a:Version>1.0</a:Version>"
        "<a:ConformanceLevel>EN 16931</a:ConformanceLevel></rdf:Description>"
    )
    attributes = _foreign(
        f'<rdf:Description xmlns:a="{namespace}" a:DocumentFileName="factur-x.xml" '
        'a:DocumentType="INVOICE" a:Version="1.0" a:ConformanceLevel="EN 16931"/>'
    )
    expected = replace(INVOICE, namespace=namespace)
    assert invoice_facts(elements) == invoice_facts(attributes) == expected
    assert invoice_facts(elements + b"\n" * 2000 + b"\0") == expected


def test_the_newest_of_several_namespaces_counts() -> None:
    both = "".join(
        f'<rdf:Description xmlns:a="{namespace}" a:DocumentFileName="{number}.xml"/>'
        for number, namespace in enumerate((ZUGFERD_1, FACTUR_X))
    )
    assert invoice_facts(_foreign(both)) == InvoiceFacts(FACTUR_X, "1.xml")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"<x",
        _foreign(""),
        _foreign(f'<rdf:Description xmlns:a="{FACTUR_X}" a:DocumentType="INVOICE"/>'),
        _foreign(f'<rdf:Description xmlns:a="{FACTUR_X}" a:DocumentFileName="{"x" * 201}"/>'),
        _foreign(
            f'<rdf:Description xmlns:a="{FACTUR_X}">'
            "<a:DocumentFileName>&f;</a:DocumentFileName></rdf:Description>",
            '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>',
        ),
        b"x" * 10_000_000,
    ],
)
def test_what_names_no_invoice_file_gives_none(data: bytes) -> None:
    assert invoice_facts(data) is None


def test_only_namespaces_of_invoices_are_taken() -> None:
    with pytest.raises(ValueError, match="namespace"):
        InvoiceFacts("http://ns.adobe.com/pdf/1.3/", "x.xml")


def test_nothing_foreign_can_break_out_of_the_packet() -> None:
    hostile = replace(INVOICE, file_name="</fx:DocumentFileName><pdfaid:part>1</pdfaid:part>")
    written = packet(Facts(Claim(3, Level.B), None, hostile))
    assert len(_descriptions(written)[1].findall("{http://www.aiim.org/pdfa/ns/id/}part")) == 1
    assert read_facts(written).invoice == hostile
