"""Embedded files in the archive copy: the same bytes, said to be what they are, named if left."""

from __future__ import annotations

import hashlib
import subprocess
import zlib
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String, pdfa

from eakte.deliveries.embedded import embedded_invoice
from eakte.domain.archive import Claim
from eakte.domain.findings import Finding, FindingCode
from eakte.pdfa.attachments import Travelling, attach, kept
from eakte.pdfa.invoice_xmp import InvoiceFacts, invoice_facts
from eakte.pdfa.opening import open_pdf
from eakte.pdfa.save import save
from eakte.pdfa.xmp import Facts
from tests.integration.page_samples import CORPUS

INVOICES = sorted((CORPUS / "invoices").glob("*.pdf"))
XML = b"<?xml version='1.0'?><Rechnung>01</Rechnung>"
FACTUR_X = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    f'<rdf:Description xmlns:fx="{FACTUR_X}" fx:DocumentFileName="factur-x.xml" fx:Version="1.0"/>'
    "</rdf:RDF></x:xmpmeta>"
).encode()


def _file(pdf: pikepdf.Pdf, data: bytes = XML, **entries: object) -> Dictionary:
    stream = pdf.make_stream(data)
    given = {f"/{key}": value for key, value in entries.items()}
    return Dictionary({"/Type": Name.Filespec, "/EF": Dictionary(F=stream)} | given)


def _put(pdf: pikepdf.Pdf, *names: str, data: bytes = XML, **entries: object) -> None:
    files = [part for name in names for part in (String(name), _file(pdf, data, **entries))]
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array(files)))


def _archived(pdf: pikepdf.Pdf, out: Path) -> Travelling:
    """Write what travels with one blank page, through the gate."""
    travelling = kept(pdf)
    attach(pdf, travelling)
    root = pdf.Root
    carried = {key: root[key] for key in ("/Names", "/AF") if key in root}
    page = pdf.make_indirect(Dictionary(Type=Name.Page, MediaBox=[0, 0, 9, 9]))
    pages = pdf.make_indirect(Dictionary(Type=Name.Pages, Count=1, Kids=[page]))
    page.Parent, page.Resources = pages, Dictionary()
    catalogue = Dictionary({"/Type": Name.Catalog, "/Pages": pages} | carried)
    for key in set(pdf.trailer.keys()) - {"/Root", "/Size"}:
        del pdf.trailer[key]
    pdf.trailer.Root = pdf.make_indirect(catalogue)
    pdfa.prepare(pdf, Claim(travelling.part).flavour)
    save(pdf, Facts(Claim(travelling.part), None, travelling.invoice), out)
    return travelling


@pytest.mark.skipif(not INVOICES, reason="the shared corpus is not here")
@pytest.mark.parametrize("source", INVOICES, ids=lambda path: path.stem)
def test_the_xml_of_every_invoice_travels_and_the_xmp_says_the_same(
    source: Path, tmp_path: Path
) -> None:
    """Demand: PDF/A-3 keeps attachments and the XMP of e-invoices (lost in 13 of 47 elsewhere)."""
    out = tmp_path / "archive.pdf"
    with pikepdf.open(source) as before:
        files = {name: item.get_file().read_bytes() for name, item in before.attachments.items()}
        told = (
            invoice_facts(before.Root.Metadata.read_bytes())
            if Name.Metadata in before.Root
            else None
        )
    with open_pdf(source) as pdf:
        travelling = _archived(pdf, out)
    assert travelling.findings == ()
    with pikepdf.open(out) as after:
        assert {
            name: item.get_file().read_bytes() for name, item in after.attachments.items()
        } == files
        assert invoice_facts(after.Root.Metadata.read_bytes()) == told
        assert len(after.Root.get(Name.AF, [])) == len(files)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert embedded_invoice(out, tmp_path / "b") == embedded_invoice(source, tmp_path / "a")
    assert [path.read_bytes() for path in (tmp_path / "a").iterdir()] == [
        path.read_bytes() for path in (tmp_path / "b").iterdir()
    ]


def test_poppler_finds_and_extracts_them(tmp_path: Path) -> None:
    pdf, out = pikepdf.new(), tmp_path / "archive.pdf"
    pdf.add_blank_page()
    _put(pdf, "Aufmaß Straße.xml", "b.xml")
    _archived(pdf, out)
    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, out], check=True)
    assert (tmp_path / "Aufmaß Straße.xml").read_bytes() == XML
    assert (tmp_path / "b.xml").read_bytes() == XML


def test_what_the_source_says_of_a_file_stays_and_nothing_is_invented(tmp_path: Path) -> None:
    pdf, out = pikepdf.new(), tmp_path / "archive.pdf"
    pdf.add_blank_page()
    _put(pdf, "factur-x.xml", AFRelationship=Name.Data, Desc=String("Die Rechnung"))
    stream = pdf.Root.Names.EmbeddedFiles.Names[1].EF.F
    stream.Subtype = Name("/application/xml")
    md5 = hashlib.md5(XML, usedforsecurity=False).digest()
    stream.Params = Dictionary(ModDate="D:20260312083000+01'00'", CheckSum=String(md5), Mac=1)
    stream.Secret = 1
    pdf.Root.Metadata = pdf.make_stream(XMP)
    travelling = _archived(pdf, out)
    assert travelling.invoice == InvoiceFacts(FACTUR_X, "factur-x.xml", version="1.0")
    with pikepdf.open(out) as after:
        (made,) = after.Root.AF
        assert made.AFRelationship == Name.Data
        assert str(made.Desc) == "Die Rechnung"
        assert set(made.EF.F.keys()) <= {"/Type", "/Subtype", "/Params", "/Length", "/Filter"}
        assert str(made.EF.F.Subtype) == "/application/xml"
        assert dict(made.EF.F.Params.items()) == {
            "/Size": len(XML),
            "/ModDate": String("D:20260312083000+01'00'"),
            "/CheckSum": String(md5),
        }


def test_missing_facts_get_the_plainest_value(tmp_path: Path) -> None:
    pdf, out = pikepdf.new(), tmp_path / "archive.pdf"
    pdf.add_blank_page()
    _put(pdf, "daten.bin", "tabelle.CSV")
    _archived(pdf, out)
    with pikepdf.open(out) as after:
        first, second = after.Root.AF
        assert first.AFRelationship == second.AFRelationship == Name.Unspecified
        assert str(first.EF.F.Subtype) == "/application/octet-stream"
        assert str(second.EF.F.Subtype) == "/text/csv"
        assert dict(first.EF.F.Params.items()) == {"/Size": len(XML)}
        assert invoice_facts(after.Root.Metadata.read_bytes()) is None


def test_files_of_pages_and_annotations_travel_too(tmp_path: Path) -> None:
    pdf, out = pikepdf.new(), tmp_path / "archive.pdf"
    page = pdf.add_blank_page().obj
    page.AF = Array([_file(pdf, b"1", UF=String("seite.txt"))])
    page.Annots = Array(
        [
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.FileAttachment,
                Rect=[0, 0, 9, 9],
                FS=_file(pdf, b"2", UF=String("klammer.txt")),
            )
        ]
    )
    pdf.Root.AF = Array([_file(pdf, b"3", UF=String("dokument.txt"))])
    assert [file.name for file in _archived(pdf, out).files] == [
        "dokument.txt",
        "seite.txt",
        "klammer.txt",
    ]
    with pikepdf.open(out) as after:
        assert {name: item.get_file().read_bytes() for name, item in after.attachments.items()} == {
            "dokument.txt": b"3",
            "seite.txt": b"1",
            "klammer.txt": b"2",
        }


def test_a_file_that_is_listed_twice_travels_once_and_names_stay_apart(tmp_path: Path) -> None:
    pdf, out = pikepdf.new(), tmp_path / "archive.pdf"
    pdf.add_blank_page()
    _put(pdf, "a.xml", "../b/a.xml")
    pdf.Root.AF = Array([pdf.Root.Names.EmbeddedFiles.Names[1]])
    _archived(pdf, out)
    with pikepdf.open(out) as after:
        assert set(after.attachments) == {"a.xml", "a (2).xml"}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("Rechnung.pdf.exe", b"x"),
        ("Makro.DOCM", b"x"),
        ("skript.js", b"x"),
        ("Rechnung.pdf", b"MZ\x90\0"),
        ("daten", b"\x7fELF"),
        ("daten", b"#!/bin/sh"),
    ],
)
def test_programs_stay_behind_and_are_named(name: str, data: bytes, tmp_path: Path) -> None:
    pdf, out = pikepdf.new(), tmp_path / "archive.pdf"
    pdf.add_blank_page()
    _put(pdf, name, data=data)
    travelling = _archived(pdf, out)
    assert travelling == Travelling((), None, (Finding(FindingCode.ACTIVE_CONTENT, None, name),))
    assert travelling.part == 2
    with pikepdf.open(out) as after:
        assert Name.AF not in after.Root
        assert Name.Names not in after.Root


def test_what_cannot_be_decoded_stays_behind_and_is_named(tmp_path: Path) -> None:
    pdf, out = pikepdf.new(), tmp_path / "archive.pdf"
    pdf.add_blank_page()
    _put(pdf, "ganz.xml", "kaputt.xml", "leer.xml", "ohne.xml")
    names = pdf.Root.Names.EmbeddedFiles.Names
    names[3].EF.F = pdf.make_stream(b"no flate", Filter=Name.FlateDecode)
    del names[5].EF.F
    names[7].EF.F = String("somewhere")
    travelling = _archived(pdf, out)
    assert [file.name for file in travelling.files] == ["ganz.xml"]
    assert travelling.findings == tuple(
        Finding(FindingCode.EMBEDDED_FILES, None, name)
        for name in ("kaputt.xml", "leer.xml", "ohne.xml")
    )


ROWS = b"".join(b"\0" + XML[place : place + 11] for place in range(0, len(XML), 11))
PREDICTED = Dictionary(Predictor=12, Columns=11)


@pytest.mark.parametrize(
    ("coded", "coding"),
    [
        (XML.hex().encode() + b">", {"Filter": Array([Name.ASCIIHexDecode])}),
        (
            zlib.compress(XML).hex().encode() + b">",
            {"Filter": Array([Name.ASCIIHexDecode, Name.FlateDecode])},
        ),
        (zlib.compress(ROWS), {"Filter": Name.FlateDecode, "DecodeParms": PREDICTED}),
        (zlib.compress(XML), {"Filter": Array([Name.FlateDecode])}),
    ],
)
def test_other_codings_give_the_same_bytes(
    coded: bytes, coding: dict[str, object], tmp_path: Path
) -> None:
    pdf, out = pikepdf.new(), tmp_path / "archive.pdf"
    pdf.add_blank_page()
    _put(pdf, "a.xml")
    pdf.Root.Names.EmbeddedFiles.Names[1].EF.F = pdf.make_stream(coded, **coding)
    (file,) = _archived(pdf, out).files
    assert file.size == len(XML)
    with pikepdf.open(out) as after:
        assert after.attachments["a.xml"].get_file().read_bytes() == XML


def test_an_invoice_that_the_metadata_name_but_nobody_attached_is_not_claimed(
    tmp_path: Path,
) -> None:
    pdf, out = pikepdf.new(), tmp_path / "archive.pdf"
    pdf.add_blank_page()
    _put(pdf, "other.xml")
    pdf.Root.Metadata = pdf.make_stream(XMP)
    travelling = _archived(pdf, out)
    assert travelling.invoice is None
    assert [found.code for found in travelling.findings] == [FindingCode.EMBEDDED_FILES]


def test_a_name_tree_that_runs_in_circles_ends(tmp_path: Path) -> None:
    pdf, out = pikepdf.new(), tmp_path / "archive.pdf"
    pdf.add_blank_page()
    node = pdf.make_indirect(Dictionary(Names=Array([String("a.xml"), _file(pdf)])))
    node.Kids = Array([node, pdf.make_indirect(Dictionary(Kids=Array([node])))])
    pdf.Root.Names = Dictionary(EmbeddedFiles=node)
    assert [file.name for file in _archived(pdf, out).files] == ["a.xml"]


def test_names_that_cannot_be_read_do_not_hide_a_file() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    bad = String(b"\xef\xbb\xbf\xff")
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([bad, _file(pdf, UF=bad)])))
    assert [file.name for file in kept(pdf).files] == ["file"]


def test_a_list_that_is_damaged_in_the_middle_is_named() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    _put(pdf, "a.xml", "b.xml")
    pdf.Root.Names.EmbeddedFiles.Kids = 7
    found = kept(pdf)
    assert [file.name for file in found.files] == ["a.xml", "b.xml"]
    assert found.findings == (Finding(FindingCode.EMBEDDED_FILES, None, "file"),)


def test_no_more_is_decoded_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eakte.pdfa.attachments._MAX_SIZE", 2 * len(XML))
    pdf = pikepdf.new()
    pdf.add_blank_page()
    _put(pdf, "a.xml", "b.xml", "c.xml")
    found = kept(pdf)
    assert [file.name for file in found.files] == ["a.xml", "b.xml"]
    assert found.findings == (Finding(FindingCode.EMBEDDED_FILES, None, "c.xml"),)


@pytest.mark.parametrize("names", [Name.Nothing, 7, Array([1])])
def test_broken_lists_hold_no_files(names: object) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.Root.Names = names
    pdf.Root.AF = names
    assert kept(pdf) == Travelling()
    attach(pdf, Travelling())
    assert Name.AF not in pdf.Root


def test_other_names_of_the_document_stay() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    _put(pdf, "a.xml")
    pdf.Root.Names.Dests = Dictionary(Names=Array([]))
    attach(pdf, kept(pdf))
    assert set(pdf.Root.Names.keys()) == {"/Dests", "/EmbeddedFiles"}
    attach(pdf, Travelling())
    assert set(pdf.Root.Names.keys()) == {"/Dests"}
