"""Real mails, archives and invoices, each in a child with limits: an answer for every one."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from eakte import sandbox
from eakte.deliveries.embedded import embedded_invoice
from eakte.deliveries.folder import describe_folder
from eakte.deliveries.invoice import invoice_of
from eakte.deliveries.unpack import unpack
from eakte.domain.findings import FindingCode
from eakte.domain.invoices import fields_of
from eakte.domain.letters import FieldName
from eakte.domain.mail import MediaType
from eakte.domain.media import HEAD_BYTES, media_type_of
from eakte.errors import UnusableInputError
from tests.unit.deliveries.invoices import CII, UBL

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")
LIMITS = sandbox.Limits(wall_seconds=60, cpu_seconds=50)
BROKEN_XML = "factur-x-invalid-xml-encoding-attribute"
PLAIN = "RE-E-974-Hetzner_2016-01-19_R0005532486"


def files(folder: str, pattern: str) -> list[Path]:
    return sorted((CORPUS / folder).glob(pattern))


def pages(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    return [page.get_textpage().get_text_range() for page in document]


def carrying(*attached: tuple[str, bytes]) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, data in attached:
        pdf.attachments[name] = data
    return pdf


@needs_corpus
def test_mails_of_authorities_are_mails_and_their_text_is_shown(tmp_path):
    """Whatever they are called; the one that was cut by its publisher is refused."""
    attachments = {"test_mail_02": ["TI - IFG-Antrag, Vordruck.docx"]} | {
        "test_mail_03": ["130523 Bescheid-5284.pdf"],
        "test_mail_12": ["Frag den Staat: Bitte bestätigen Sie Ihren Account.eml"],
    }
    for mail in [*files("mail", "*.eml"), *files("mail", "test_mail_*.txt")]:
        assert media_type_of(mail.read_bytes()[:HEAD_BYTES]) is MediaType.MAIL
        out = tmp_path / mail.stem
        out.mkdir()
        if mail.stem == "test_mail_06":
            with pytest.raises(UnusableInputError) as caught:
                sandbox.call(LIMITS, unpack, mail, MediaType.MAIL, out)
            assert caught.value.facts["reason"] == "truncated"
            continue
        unpacked = unpack(mail, MediaType.MAIL, out)
        assert [each.name for each in unpacked.files] == attachments.get(mail.stem, [])
        assert "Von:" in pages(out / unpacked.view)[0]


@needs_corpus
def test_no_text_and_no_pdf_is_a_mail():
    for path in [*CORPUS.rglob("*.pdf"), *files("letters_text", "*"), *files("signed", "*")]:
        assert media_type_of(path.read_bytes()[:HEAD_BYTES]) is not MediaType.MAIL


@needs_corpus
@pytest.mark.parametrize("path", files("invoices", "*.pdf"), ids=lambda path: path.stem)
def test_every_zugferd_pdf_gives_its_invoice_byte_for_byte(tmp_path, path):
    found = embedded_invoice(path, tmp_path)
    if path.stem == PLAIN:
        assert found is None
        return
    assert found is not None
    with pikepdf.open(path) as pdf:
        stored = next(
            each.get_file().read_bytes()
            for name, each in pdf.attachments.items()
            if name.lower() == found.name.lower()
        )
    assert (tmp_path / found.file).read_bytes() == stored
    if path.stem == BROKEN_XML:
        assert found.invoice is None
        assert [each.code for each in found.findings] == [FindingCode.INVOICE_XML_UNUSABLE]
        return
    assert found.invoice is not None
    names = {each.name for each in fields_of(found.invoice, 1)}
    assert {
        FieldName.DATE, FieldName.SENDER, FieldName.INVOICE_NUMBER, FieldName.AMOUNT,
    } <= names  # fmt: skip


@needs_corpus
def test_every_invoice_in_xml_is_read_and_drawn(tmp_path):
    for path in files("invoices", "xml/*.xml"):
        out = tmp_path / path.stem
        out.mkdir()
        invoice = invoice_of(path)
        unpacked = unpack(path, MediaType.XML, out)
        whole = "".join("".join(pages(out / unpacked.view)).split())
        assert invoice.number in whole
        assert "".join(invoice.seller_name.split()) in whole
        assert len(invoice.lines) >= 1


@needs_corpus
def test_other_xml_and_office_documents_are_refused_as_unknown(tmp_path):
    for path, media_type in [
        (CORPUS / "xdomea/samples/minimal_0401_3.1.0.xml", MediaType.XML),
        (CORPUS / "evidence/xaip/xaip_ok.xml", MediaType.XML),
    ]:
        with pytest.raises(UnusableInputError) as caught:
            unpack(path, media_type, tmp_path)
        assert caught.value.facts["reason"] == "unknown_type"


@needs_corpus
def test_documents_with_detached_signatures_find_each_other(tmp_path):
    members = tuple((path.name, path) for path in files("qes", "*"))
    described = sandbox.call(LIMITS, describe_folder, members, tmp_path)
    signed = {each.name: each.of for each in described.files if each.of}
    assert len(signed) == 2
    assert all(name == f"{of}.p7s" for name, of in signed.items())
    whole = "".join("".join(pages(tmp_path / described.view)).split())
    assert all(hashlib.sha256(path.read_bytes()).hexdigest()[:20] in whole for _, path in members)


@needs_corpus
def test_a_real_archive_gives_the_same_files_as_another_program(tmp_path):
    for path in files("xdomea", "samples/*.zip"):
        out = tmp_path / path.stem
        out.mkdir()
        unpacked = unpack(path, MediaType.ZIP, out)
        with zipfile.ZipFile(path) as archive:
            expected = {name: archive.read(name) for name in archive.namelist()}
        assert {
            each.name: (out / each.file).read_bytes() for each in unpacked.files
        } == expected  # fmt: skip


def test_a_checksum_that_does_not_fit_is_a_finding(tmp_path):
    pdf = carrying(("factur-x.xml", CII.encode()))
    file = pdf.attachments["factur-x.xml"].get_file()
    assert file.md5
    pdf.save(tmp_path / "good.pdf")
    file.obj.Params.CheckSum = pikepdf.String(b"\1" * 16)
    pdf.save(tmp_path / "bad.pdf")
    good = embedded_invoice(tmp_path / "good.pdf", tmp_path)
    assert good is not None
    assert good.invoice is not None
    bad = embedded_invoice(tmp_path / "bad.pdf", tmp_path)
    assert bad is not None
    assert bad.invoice is None
    assert bad.findings[0].detail.startswith("the file in the PDF is not the one")


def test_two_invoices_in_one_pdf_are_a_finding(tmp_path):
    path = tmp_path / "two.pdf"
    carrying(("factur-x.xml", CII.encode()), ("xrechnung.xml", UBL.encode())).save(path)
    found = embedded_invoice(path, tmp_path)
    assert found is not None
    assert found.invoice is None
    assert found.findings[0].detail == "the PDF holds several e-invoices"


def test_an_embedded_bomb_is_a_finding(tmp_path):
    path = tmp_path / "bomb.pdf"
    carrying(("factur-x.xml", b" " * (80 << 20))).save(path)
    assert path.stat().st_size < 1 << 20
    found = sandbox.call(LIMITS, embedded_invoice, path, tmp_path)
    assert found is not None
    assert found.invoice is None
    assert found.findings[0].code is FindingCode.INVOICE_XML_UNUSABLE
    assert found.findings[0].detail == "the file in the PDF cannot be read"


def test_files_without_an_invoice_give_none(tmp_path):
    carrying(("notiz.xml", b"<a/>"), ("order-x.xml", b"<a/>")).save(tmp_path / "other.pdf")
    (tmp_path / "no.pdf").write_bytes(b"%PDF-1.4 nothing")
    locked = tmp_path / "locked.pdf"
    carrying(("factur-x.xml", CII.encode())).save(
        locked, encryption=pikepdf.Encryption(owner="a", user="b")
    )
    for name in ("other.pdf", "no.pdf", "locked.pdf"):
        assert embedded_invoice(tmp_path / name, tmp_path) is None


def test_a_zip_of_zips_of_zips_stays_small_in_every_step(tmp_path):
    """Demand 54: 42.zip in small: each step unpacks one level only, within its limits."""
    data = bytes(1 << 20)
    for level in range(4):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(16):
                archive.writestr(f"{level}-{number}.zip", data)
        data = buffer.getvalue()
    source = tmp_path / "42.zip"
    source.write_bytes(data)
    unpacked = sandbox.call(LIMITS, unpack, source, MediaType.ZIP, tmp_path)
    assert len(unpacked.files) == 16
    assert sum((tmp_path / each.file).stat().st_size for each in unpacked.files) < 1 << 20
    with pytest.raises(UnusableInputError) as caught:
        sandbox.call(LIMITS, unpack, source, MediaType.ZIP, tmp_path / "out", 6)
    assert caught.value.facts["reason"] == "unsafe_archive"
