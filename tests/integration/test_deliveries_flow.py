"""What arrives signed, structured or in several files, through the real workflows."""

from __future__ import annotations

import io
import shutil
import threading
import zipfile
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from reportlab.graphics.barcode import code128
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from eakte.audit import log
from eakte.audit.verify import verify as verify_log
from eakte.config import open_home
from eakte.domain.akten import Document, DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.codec import from_json
from eakte.domain.events import Action
from eakte.domain.findings import FindingCode
from eakte.domain.letters import FieldName
from eakte.domain.mail import EnclosureRole, ScanState
from eakte.domain.text import RecognisedPage
from eakte.errors import RefusedError
from eakte.pipeline.context import Context
from eakte.records import documents, scans
from eakte.records.scans import ScanRecord
from eakte.services import quarantining, unlocking
from eakte.services.sources import Inboxes
from eakte.services.watching import Watcher
from tests.tools import homes

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus")

_LETTER = """Irmgard Hollenbeck
Lindenweg 4, 79999 Neuenfurt

Stadt Neuenfurt
Rathausplatz 1
79999 Neuenfurt

Neuenfurt, 2. März 2026

Widerspruch gegen den Gebührenbescheid

Sehr geehrte Damen und Herren,
hiermit lege ich fristgerecht Widerspruch gegen Ihren Bescheid ein.

Mit freundlichen Grüßen
Irmgard Hollenbeck"""


@pytest.fixture
def context(tmp_path: Path) -> Context:
    root = tmp_path / "home"
    homes.create(root, SystemClock(), "Stadt", demo=True)
    settings = root / "eakte.toml"
    fast = settings.read_text().replace("settle_seconds = 2.0", "settle_seconds = 0.1")
    settings.write_text(fast.replace("grace_seconds = 10.0", "grace_seconds = 0.1"))
    return Context(open_home(root), SystemClock())


@pytest.fixture
def inbox(context: Context) -> Path:
    return context.home.root / "inbox" / "poststelle"


def _pdf(text: str = _LETTER, *, pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for number in range(1, pages + 1):
        lines = canvas.beginText(70, 780)
        lines.textLines(text)
        canvas.drawText(lines)
        canvas.drawString(70, 60, f"Seite {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _work(context: Context) -> None:
    Watcher(context, Inboxes(context.home), threading.Event()).run(
        lambda _progress: None, once=True
    )
    with context.engine.connect() as connection:
        assert verify_log(connection).intact


def _records(context: Context) -> dict[str, ScanRecord]:
    with context.engine.connect() as connection:
        return {record.scan.name: record for record in scans.every(connection)}


def _letters(context: Context, name: str) -> tuple[Document, ...]:
    with context.engine.connect() as connection:
        return documents.of_scan(connection, _records(context)[name].scan.digest)


def _pages(context: Context, letter: Document) -> list[str]:
    """Give the text of each page without white space: names break where the line ends."""
    pages = from_json(tuple[RecognisedPage, ...], context.store.get(letter.text))
    return ["".join(page.text.split()) for page in pages]


def _codes(letter: Document) -> set[FindingCode]:
    return {finding.code for finding in letter.findings}


def _enclosures(context: Context, name: str, role: EnclosureRole) -> dict[str, bytes]:
    with context.engine.connect() as connection:
        found = scans.enclosures_of(connection, _records(context)[name].scan.digest)
    return {each.name: context.store.get(each.digest) for each in found if each.role is role}


def _mail(*attachments: tuple[str, bytes]) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Irmgard Hollenbeck <ih@example.org>"
    mail["To"] = "poststelle@neuenfurt.example"
    mail["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    mail["Subject"] = "Widerspruch gegen den Gebührenbescheid"
    mail["Message-ID"] = "<1@example.org>"
    mail.set_content("Anbei mein Widerspruch gegen den Bescheid über die Abfallgebühren.\n")
    for name, data in attachments:
        kind = ("application", "pdf" if name.endswith(".pdf") else "octet-stream")
        mail.add_attachment(data, maintype=kind[0], subtype=kind[1], filename=name)
    return mail.as_bytes()


def test_a_mail_and_its_attachment_are_one_delivery(context: Context, inbox: Path) -> None:
    """Demands 10 and 15: it stays as it came; a plain e-mail is never filed by a rule."""
    mail, attached = _mail(("widerspruch.pdf", _pdf()), ("notiz.xyz", b"\x00\x01")), _pdf()
    (inbox / "mail.eml").write_bytes(mail)
    _work(context)
    records = _records(context)
    assert context.store.get(records["mail.eml"].scan.digest) == mail
    assert context.store.get(records["widerspruch.pdf"].scan.digest) == attached
    assert records["widerspruch.pdf"].scan.received_at == records["mail.eml"].scan.received_at
    assert records["notiz.xyz"].state is ScanState.QUARANTINE
    (body,), (letter,) = _letters(context, "mail.eml"), _letters(context, "widerspruch.pdf")
    assert {FindingCode.BY_EMAIL, FindingCode.RENDERED} <= _codes(body)
    assert FindingCode.PART_OF_DELIVERY in _codes(letter)
    assert {body.state, letter.state} == {DocumentState.REVIEW}
    assert "Abfallgebühren" in "".join(_pages(context, body))


def test_an_archive_is_taken_apart_and_kept(context: Context, inbox: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a/eins.pdf", _pdf("Erster Brief an die Stadt Neuenfurt, mit Anlage"))
        archive.writestr("b/zwei.pdf", _pdf("Zweiter Brief an die Stadt Neuenfurt, ohne Anlage"))
    (inbox / "post.zip").write_bytes(out.getvalue())
    _work(context)
    records = _records(context)
    assert len(records) == 3
    assert {record.state for record in records.values()} == {ScanState.PROCESSED}
    members = _enclosures(context, "post.zip", EnclosureRole.MEMBER)
    assert sorted(members) == ["a/eins.pdf", "b/zwei.pdf"]


def test_archives_in_archives_end_somewhere(context: Context, inbox: Path) -> None:
    """Demand 54: a zip in a zip in a zip … is stopped, visibly."""
    data = _pdf()
    for level in range(8):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(f"{level}.{'zip' if level else 'pdf'}", data)
        data = out.getvalue()
    (inbox / "bombe.zip").write_bytes(data)
    _work(context)
    records = _records(context)
    assert len(records) <= 6
    stopped = [each for each in records.values() if each.state is ScanState.QUARANTINE]
    assert [each.findings[0].code for each in stopped] == [FindingCode.UNSAFE_ARCHIVE]


_UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>
 <cbc:ID>R-2026-077</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate>
 <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
 <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
 <cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity>
  <cbc:RegistrationName>Gärtnerei Ölschläger GmbH</cbc:RegistrationName>
 </cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
 <cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">1190.00</cbc:PayableAmount>
 </cac:LegalMonetaryTotal>
</Invoice>"""


def test_an_e_invoice_is_read_from_its_xml(context: Context, inbox: Path) -> None:
    (inbox / "rechnung.xml").write_text(_UBL, encoding="utf-8")
    _work(context)
    (letter,) = _letters(context, "rechnung.xml")
    said = {field.name: field.value for field in letter.extraction.fields}
    assert said[FieldName.INVOICE_NUMBER] == "R-2026-077"
    assert said[FieldName.AMOUNT] == "1190.00 EUR"
    assert (letter.sender, letter.letter_date) == ("Gärtnerei Ölschläger GmbH", "2026-03-02")
    assert letter.state is DocumentState.REVIEW
    assert context.store.get(letter.scan) == _UBL.encode()
    assert FindingCode.RENDERED in _codes(letter)


@needs_corpus
def test_an_invoice_in_a_pdf_is_kept_byte_for_byte(context: Context, inbox: Path) -> None:
    """Demand 15, and GoBD: the XML counts."""
    source = CORPUS / "invoices" / "zugferd_2p0_EN16931_Einfach.pdf"
    shutil.copyfile(source, inbox / "rechnung.pdf")
    _work(context)
    (letter,) = _letters(context, "rechnung.pdf")
    (xml,) = _enclosures(context, "rechnung.pdf", EnclosureRole.INVOICE).values()
    with pikepdf.open(source) as pdf:
        (attached,) = pdf.attachments.values()
        assert xml == attached.get_file().read_bytes()
    assert context.store.get(letter.scan) == source.read_bytes()
    said = {field.name: field for field in letter.extraction.fields}
    assert said[FieldName.INVOICE_NUMBER].value == "471102"
    assert said[FieldName.DATE].rule == "e-invoice"


def _encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="chef", user="Geheimnis-4711"))
    return out.getvalue()


def test_a_clerk_gives_the_password_of_an_encrypted_file(
    context: Context, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demand 52: stored as received and flagged; the password is used and not kept."""
    data = _encrypted()
    (inbox / "geheim.pdf").write_bytes(data)
    _work(context)
    assert _records(context)["geheim.pdf"].findings[0].code is FindingCode.ENCRYPTED
    with pytest.raises(RefusedError) as wrong:
        unlocking.unlock(context, "geheim.pdf", "falsch")
    monkeypatch.setenv("EAKTE_LANG", "de")
    assert "Kennwort" in wrong.value.message()
    monkeypatch.delenv("EAKTE_LANG")
    unlocking.unlock(context, "geheim.pdf", "Geheimnis-4711")
    _work(context)
    (letter,) = _letters(context, "geheim.pdf")
    assert letter.state is DocumentState.REVIEW
    assert FindingCode.ENCRYPTED in _codes(letter)
    assert letter.sender == "Irmgard Hollenbeck"
    assert context.store.get(letter.scan) == data
    context.engine.dispose()
    kept = [path for path in context.home.root.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"Geheimnis-4711" in path.read_bytes()]


@needs_corpus
def test_a_signature_beside_its_file_is_verified_and_kept(context: Context, inbox: Path) -> None:
    """Demand 3: real German QES whose certificate has expired: INDETERMINATE, kept, shown."""
    (signature,) = (CORPUS / "qes").glob("Beweisfoto*.p7s")
    photo = signature.with_suffix("")
    for path in (photo, signature):
        shutil.copyfile(path, inbox / path.name)
    _work(context)
    assert list(_records(context)) == [photo.name], "the two are one unit"
    (letter,) = _letters(context, photo.name)
    kept = _enclosures(context, photo.name, EnclosureRole.SIGNATURE)
    assert list(kept.values()) == [signature.read_bytes()]
    (detail,) = [
        finding.detail
        for finding in letter.findings
        if finding.code is FindingCode.INCOMING_SIGNATURE
    ]
    assert "INDETERMINATE" in detail
    assert _enclosures(context, photo.name, EnclosureRole.REPORT)
    assert letter.state is DocumentState.REVIEW


@needs_corpus
def test_a_signature_that_comes_later_finds_its_file(context: Context, inbox: Path) -> None:
    (signature,) = (CORPUS / "qes").glob("Beweisfoto*.p7s")
    photo = signature.with_suffix("")
    shutil.copyfile(signature, inbox / signature.name)
    _work(context)
    assert _records(context)[signature.name].findings[0].code is FindingCode.SIGNATURE_ALONE
    shutil.copyfile(photo, inbox / photo.name)
    _work(context)
    quarantining.retry(context, signature.name)
    _work(context)
    assert _records(context)[signature.name].state is ScanState.PROCESSED
    kept = _enclosures(context, photo.name, EnclosureRole.SIGNATURE)
    assert list(kept.values()) == [signature.read_bytes()]


@needs_corpus
def test_a_signature_beside_a_known_file_is_verified(context: Context, inbox: Path) -> None:
    """Demand 16: the same bytes again give no second record, but what is new beside them counts."""
    (signature,) = (CORPUS / "qes").glob("Beweisfoto*.p7s")
    photo = signature.with_suffix("")
    shutil.copyfile(photo, inbox / photo.name)
    _work(context)
    for _again in range(2):
        for path in (photo, signature):
            shutil.copyfile(path, inbox / path.name)
        _work(context)
    assert _records(context)[signature.name].state is ScanState.PROCESSED
    assert len(_enclosures(context, photo.name, EnclosureRole.REPORT)) == 1


@needs_corpus
def test_a_folder_with_vhn_xml_is_one_delivery(context: Context, inbox: Path) -> None:
    """domain.md R12: an export of beBPo is kept whole."""
    (signature,) = (CORPUS / "qes").glob("Anlage*.p7s")
    paper = signature.with_suffix("")
    folder = context.home.work.parent / "ready"
    folder.mkdir()
    (folder / "vhn.xml").write_text("<vhn><Absender>RAin Dr. Őry</Absender></vhn>", "utf-8")
    for path in (paper, signature):
        shutil.copyfile(path, folder / path.name)
    folder.rename(inbox / "beBPo 2026-03-02")
    _work(context)
    records = _records(context)
    assert set(records) == {"beBPo 2026-03-02", paper.name}
    pieces = _enclosures(context, "beBPo 2026-03-02", EnclosureRole.PIECE)
    assert set(pieces) == {"vhn.xml", paper.name, signature.name}
    (letter,) = _letters(context, paper.name)
    (cover,) = _letters(context, "beBPo 2026-03-02")
    assert FindingCode.PART_OF_DELIVERY in _codes(letter)
    assert FindingCode.INCOMING_SIGNATURE in _codes(letter)
    assert {letter.state, cover.state} == {DocumentState.REVIEW}
    assert paper.name[:30] in "".join(_pages(context, cover))


def _duplex(context: Context) -> None:
    settings = context.home.root / "eakte.toml"
    text = settings.read_text().replace(
        'station = "poststelle"', 'station = "poststelle"\nduplex = true'
    )
    settings.write_text(text)
    context.home = open_home(context.home.root)


def test_duplex_halves_are_collated(context: Context, inbox: Path) -> None:
    """Demand 17: per station and batch; the halves are kept."""
    _duplex(context)
    front = _pdf("Vorderseite eines Briefes an die Stadt Neuenfurt", pages=2)
    (inbox / "stapel7-odd.pdf").write_bytes(front)
    _work(context)
    assert _records(context)["stapel7-odd.pdf"].state is ScanState.WAITING
    (inbox / "stapel7-even.pdf").write_bytes(_pdf("Rueckseite des Briefes mit Text", pages=2))
    _work(context)
    records = _records(context)
    assert records["stapel7-odd.pdf"].state is ScanState.PROCESSED
    assert context.store.get(records["stapel7-odd.pdf"].scan.digest) == front
    (letter,) = _letters(context, "stapel7 (duplex)")
    assert len(letter.pages) == 4
    sides = [(page[:5], page[-6:]) for page in _pages(context, letter)]
    front_1, front_2 = ("Vorde", "Seite1"), ("Vorde", "Seite2")
    back_1, back_2 = ("Rueck", "Seite1"), ("Rueck", "Seite2")
    assert sides == [front_1, back_2, front_2, back_1], "the turned stack comes back to front"


def test_halves_of_batches_with_one_number_are_for_a_person(context: Context, inbox: Path) -> None:
    """Demand 17: which reverse belongs to which front is never guessed in silence."""
    _duplex(context)
    for number, side in enumerate(("odd", "odd", "even", "even")):
        (inbox / f"stapel5-{side}.pdf").write_bytes(_pdf(f"{_LETTER} {number}"))
        _work(context)
    with context.engine.connect() as connection:
        joined = [each for each in scans.every(connection) if each.scan.name == "stapel5 (duplex)"]
        letters = [documents.of_scan(connection, each.scan.digest)[0] for each in joined]
    assert [letter.state for letter in letters] == [DocumentState.REVIEW] * 2
    assert all(FindingCode.HALVES_DIFFER in _codes(letter) for letter in letters)


def test_what_is_found_on_a_half_holds_the_whole(context: Context, inbox: Path) -> None:
    """Demand 3: a signature that came with a half is not lost from sight when it is joined."""
    _duplex(context)
    for side in ("odd", "even"):
        (inbox / f"stapel6-{side}.pdf").write_bytes(_pdf(f"{_LETTER} {side}"))
    (inbox / "stapel6-odd.pdf.p7s").write_bytes(_signed_mail())
    _work(context)
    (letter,) = _letters(context, "stapel6 (duplex)")
    assert FindingCode.INCOMING_SIGNATURE in _codes(letter)
    assert letter.state is DocumentState.REVIEW


def test_halves_in_a_mail_are_parts_of_the_mail(context: Context, inbox: Path) -> None:
    """Demand 17: only a scanner of the station makes halves; a sender's files are never joined."""
    _duplex(context)
    halves = [(f"stapel4-{side}.pdf", _pdf(f"{_LETTER} {side}")) for side in ("odd", "even")]
    (inbox / "post.eml").write_bytes(_mail(*halves))
    _work(context)
    assert set(_records(context)) == {"post.eml", "stapel4-odd.pdf", "stapel4-even.pdf"}
    (letter,) = _letters(context, "stapel4-odd.pdf")
    assert FindingCode.PART_OF_DELIVERY in _codes(letter)
    assert letter.state is DocumentState.REVIEW


def test_a_half_does_not_wait_for_ever(context: Context, inbox: Path) -> None:
    _duplex(context)
    (inbox / "stapel9-even.pdf").write_bytes(_pdf("Rueckseite eines Briefes"))
    _work(context)
    settings = context.home.settings
    soon = settings.watching.model_copy(update={"duplex_hours": 0.0000001})
    context.home.settings = settings.model_copy(update={"watching": soon})
    _work(context)
    record = _records(context)["stapel9-even.pdf"]
    assert record.state is ScanState.QUARANTINE
    assert record.findings[0].code is FindingCode.OTHER_HALF_MISSING
    (inbox / "stapel9-odd.pdf").write_bytes(_pdf("Vorderseite eines Briefes"))
    _work(context)
    assert _records(context)["stapel9-even.pdf"].state is ScanState.PROCESSED
    assert len(_letters(context, "stapel9 (duplex)")[0].pages) == 2


def test_halves_that_do_not_fit_are_kept_and_told(context: Context, inbox: Path) -> None:
    """Demand 17: halves are kept on error."""
    _duplex(context)
    (inbox / "stapel8-odd.pdf").write_bytes(_pdf("Vorderseite eines langen Briefes", pages=3))
    (inbox / "stapel8-even.pdf").write_bytes(_pdf("Rueckseite eines Briefes"))
    _work(context)
    records = _records(context)
    assert records["stapel8 (duplex)"].findings[0].code is FindingCode.HALVES_DIFFER
    assert records["stapel8 (duplex)"].state is ScanState.QUARANTINE


def _signed_mail() -> bytes:
    """Make an S/MIME mail with a certificate that nobody knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Irmgard Hollenbeck")])
    now = SystemClock().now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    body = b"Content-Type: text/plain; charset=utf-8\r\n\r\nWiderspruch gegen den Bescheid.\r\n"
    signed = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(body)
        .add_signer(certificate, key, hashes.SHA256())
        .sign(Encoding.SMIME, [pkcs7.PKCS7Options.DetachedSignature])
    )
    return b"From: ih@example.org\nTo: a@example.org\nSubject: Widerspruch\n" + signed


@pytest.mark.parametrize("changed", [False, True])
def test_the_signature_of_a_mail_is_verified(context: Context, inbox: Path, changed: bool) -> None:
    """Demand 3: an unknown signer is INDETERMINATE, a changed text INVALID, never VALID."""
    mail = _signed_mail()
    if changed:
        mail = mail.replace(b"gegen den Bescheid", b"gegen die Bescheid")
    (inbox / "mail.eml").write_bytes(mail)
    _work(context)
    (letter,) = _letters(context, "mail.eml")
    (detail,) = [
        finding.detail
        for finding in letter.findings
        if finding.code is FindingCode.INCOMING_SIGNATURE
    ]
    assert detail.startswith("INVALID" if changed else "INDETERMINATE"), "no name comes first"
    with context.engine.connect() as connection:
        kept = scans.enclosures_of(connection, letter.scan)
        told = log.of_action(connection, Action.ENCLOSED, letter.scan)
        logged = {digest for event in told for digest in event.after}
    assert {each.digest for each in kept} <= logged, "the log binds the report, too"
    assert "HASH_FAILURE" in detail if changed else "CHAIN" in detail


def _code_page(canvas: Canvas, *lines: str) -> None:
    """Draw a page with the barcode of a separator sheet, and some lines of type."""
    code128.Code128("PATCHT", barWidth=1.2, barHeight=60).drawOn(canvas, 150, 300)
    for number, line in enumerate(lines):
        canvas.drawString(70, 780 - 15 * number, line)
    canvas.showPage()


@pytest.mark.parametrize(
    ("lines", "held"),
    [
        (("Trennblatt", "Dieses Blatt trennt zwei Briefe."), False),
        (("Ich widerspreche dem Bescheid vom 3.3.2026.", "Irmgard Hollenbeck"), True),
    ],
)
def test_a_message_on_a_separator_sheet_is_for_a_person(
    context: Context, inbox: Path, lines: tuple[str, ...], held: bool
) -> None:
    """Demand 39: what looks like a sheet may be somebody's short letter."""
    canvas = Canvas(str(inbox / "stapel.pdf"), pagesize=A4, invariant=1)
    for _part in range(2):
        text = canvas.beginText(70, 780)
        text.textLines(_LETTER)
        canvas.drawText(text)
        canvas.showPage()
        if _part == 0:
            _code_page(canvas, *lines)
    canvas.save()
    _work(context)
    letters = _letters(context, "stapel.pdf")
    assert [letter.pages for letter in letters] == [(1,), (3,)]
    for letter in letters:
        assert (FindingCode.SEPARATOR_WITH_CONTENT in _codes(letter)) == held
        assert letter.state is (DocumentState.REVIEW if held else DocumentState.FILED)


def test_what_is_meant_must_be_certain_and_encrypted(context: Context, inbox: Path) -> None:
    """Demand 53: whoever asks for a file in quarantine is told why it cannot be that one."""
    for text in (b"no scan 1", b"no scan 2"):
        (inbox / "notiz.txt").write_bytes(text)
        _work(context)
    with pytest.raises(RefusedError, match="SHA-256"):
        quarantining.show(context, "notiz.txt")
    (record, _other) = quarantining.quarantined(context)
    with pytest.raises(RefusedError, match="not encrypted"):
        unlocking.unlock(context, record.scan.digest[:16], "x")
