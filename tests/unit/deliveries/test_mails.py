"""Mails are taken apart to the byte; what is cut or encrypted says so, what is said is shown."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pypdfium2
import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from eakte.deliveries.html import text_of_html
from eakte.deliveries.mime import decoded_words
from eakte.deliveries.unpack import unpack
from eakte.domain.findings import FindingCode
from eakte.domain.mail import EnclosureRole, MediaType
from eakte.errors import UnusableInputError

HEAD = (
    b"From: =?utf-8?q?J=C3=B6rg_Gro=C3=9F?= <j@example.de>\r\nTo: Stadt <post@stadt.example>\r\n"
    b"Date: Mon, 5 Oct 2026 08:00:00 +0200\r\nSubject: Widerspruch Az. 7\r\nMIME-Version: 1.0\r\n"
)
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 9


def opened(folder: Path, raw: bytes):
    source, out = folder / "in.eml", folder / "out"
    source.write_bytes(raw)
    out.mkdir()
    return unpack(source, MediaType.MAIL, out), out


def refused(folder: Path, raw: bytes) -> str:
    source, out = folder / "cut.eml", folder / "cut"
    source.write_bytes(raw)
    out.mkdir(exist_ok=True)
    with pytest.raises(UnusableInputError) as caught:
        unpack(source, MediaType.MAIL, out)
    return str(caught.value.facts["reason"])


def shown(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def letter() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Jörg Groß <j@example.de>"
    mail["To"] = "post@stadt.example"
    mail["Date"] = "Mon, 5 Oct 2026 08:00:00 +0200"
    mail["Subject"] = "Widerspruch wegen Straßenreinigung"
    mail.set_content("Sehr geehrte Damen und Herren,\nich lege Widerspruch ein. Şahin, Łódź, Ω\n")
    return mail


def test_body_headers_and_attachments_are_shown_and_taken_out(tmp_path):
    mail = letter()
    mail.add_attachment(PDF, "application", "pdf", filename="Bescheid für 2026.pdf")
    mail.add_attachment(b"BEGIN:VCALENDAR", "text", "calendar", filename="termin.ics")
    unpacked, out = opened(tmp_path, mail.as_bytes())
    assert [(each.name, each.role) for each in unpacked.files] == [
        ("Bescheid für 2026.pdf", EnclosureRole.MEMBER),
        ("termin.ics", EnclosureRole.MEMBER),
    ]
    assert (out / unpacked.files[0].file).read_bytes() == PDF
    assert {each.code for each in unpacked.findings} == {FindingCode.BY_EMAIL, FindingCode.RENDERED}
    text = shown(out / unpacked.view)
    for expected in (
        "Jörg Groß <j@example.de>", "Widerspruch wegen Straßenreinigung", "Şahin, Łódź, Ω",
        "Bescheid für 2026.pdf", "2.313", hashlib.sha256(PDF).hexdigest()[:20],
    ):  # fmt: skip
        assert expected in text


def test_the_same_mail_gives_the_same_view(tmp_path):
    views = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        unpacked, out = opened(tmp_path / name, letter().as_bytes())
        views.append((out / unpacked.view).read_bytes())
    assert views[0] == views[1]


def test_a_mail_in_a_mail_keeps_its_bytes(tmp_path):
    inner = b"From: a@b.de\r\nSubject: Alt\r\nX-Odd:   zwei  \r\n\r\n--  \r\nText \xe4\r\n"
    raw = (
        HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--b--\r\n"
    )
    unpacked, out = opened(tmp_path, raw)
    assert [each.name for each in unpacked.files] == ["Alt.eml"]
    assert (out / unpacked.files[0].file).read_bytes() == inner


def test_small_pictures_in_the_text_are_technical_and_large_ones_are_not(tmp_path):
    mail = letter()
    mail.add_alternative('<p>Ja</p><img src="cid:klein"><img src="cid:gross">', subtype="html")
    html = mail.get_payload()[1]
    html.add_related(b"\x89PNG" * 9, "image", "png", cid="<klein>", filename="logo.png")
    html.add_related(b"\x89PNG" * 20_000, "image", "png", cid="<gross>", filename="foto.png")
    mail.add_attachment(b"\x89PNG", "image", "png", filename="lose.png")
    unpacked, _ = opened(tmp_path, mail.as_bytes())
    assert {each.name: each.role for each in unpacked.files} == {
        "logo.png": EnclosureRole.TECHNICAL,
        "foto.png": EnclosureRole.MEMBER,
        "lose.png": EnclosureRole.MEMBER,
    }


def test_html_that_says_something_else_than_the_text_is_shown_too(tmp_path):
    same, other = letter(), letter()
    same.add_alternative(
        "<p>Sehr geehrte Damen und Herren,<p>ich lege Widerspruch ein. Şahin, Łódź, Ω"
        "<a href='https://x.example/abc'>https://x.example</a>",
        subtype="html",
    )
    other.add_alternative("<p>Ich ziehe den Widerspruch zurück.</p>", subtype="html")
    (tmp_path / "same").mkdir()
    unpacked, out = opened(tmp_path / "same", same.as_bytes())
    assert shown(out / unpacked.view).count("geehrte") == 1
    unpacked, out = opened(tmp_path, other.as_bytes())
    assert "ziehe den Widerspruch zurück" in shown(out / unpacked.view)


def test_html_is_read_without_running_or_fetching_anything():
    html = (
        "<html><head><title>T</title><style>p{}</style><script>alert(1)</script></head>"
        "<body><p>Guten&nbsp;Tag,</p><ul><li>eins<li>zwei</ul>"
        "<a href='https://x.example/y'>hier</a><img src='http://track.example/p.gif' alt='Logo'>"
        "<table><tr><td>a<td>b</table><div style='display:none'>versteckt</div></body>"
    )
    text = text_of_html(html)
    assert text.split("\n")[0] == "Guten Tag,"
    assert "- eins" in text
    assert "hier <https://x.example/y>" in text
    assert "versteckt" in text
    assert "[Logo]" in text
    assert not any(word in text for word in ("alert", "p{}", "track"))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("=?iso-8859-1?Q?M=FCll?= =?utf-8?B?Z2Viw7xocg==?=", "Müllgebühr"),
        ("=?UTF-8?B?QsOkdW1l?==?UTF-8?B?LnBkZg==?=", "Bäume.pdf"),
        ("Stra\udcc3\udc9fe", "Straße"),
        ("Stra\udcdfe", "Straße"),
        ("=?nichtda?Q?M=FCll?=", "Müll"),
        ("=?utf-8?B?kaputt", "=?utf-8?B?kaputt"),
        ("a\r\n b", "a b"),
    ],
)
def test_header_words_are_decoded_whatever_they_claim(raw, expected):
    assert decoded_words(raw) == expected


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999])
def test_a_cut_mail_is_truncated(tmp_path, share):
    """Demand 7: what is cut is never accepted as whole."""
    mail = letter()
    mail.add_attachment(PDF, "application", "pdf", filename="a.pdf")
    raw = mail.as_bytes().rstrip(b"\n")
    assert opened(tmp_path, raw)[0].files
    assert refused(tmp_path, raw[: int(len(raw) * share)]) == "truncated"


def test_no_part_hides_behind_the_end_of_a_mail(tmp_path):
    """What other programs would not show is not left out in silence either."""
    mail = letter()
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="a.pdf")
    raw = mail.as_bytes()
    boundary = b"--" + mail.get_boundary().encode()
    hidden = boundary + b"\nContent-Type: text/plain\n\nversteckt\n" + boundary + b"--\n"
    assert refused(tmp_path, raw + hidden) == "damaged"
    assert opened(tmp_path, raw + boundary + b"--\n")[0].files[0].name == "a.pdf"


def test_cut_single_parts_are_truncated(tmp_path):
    encoded = HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n"
    assert refused(tmp_path, encoded + b"SGFsbG8gV2VsdC\r\n") == "truncated"
    assert refused(tmp_path, HEAD + b"\r\nmitten im Sa") == "truncated"
    assert refused(tmp_path, HEAD) == "truncated"
    nested = HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    nested += b'Content-Type: multipart/mixed; boundary="i"\r\n\r\n--i\r\n\r\nx\r\n--b--\r\n'
    assert refused(tmp_path, nested) == "truncated"


def test_a_mail_of_too_many_or_too_deep_parts_is_refused(tmp_path):
    many = HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    many += b"--b\r\n\r\nx\r\n" * 2000 + b"--b--\r\n"
    assert refused(tmp_path, many) == "unsafe_archive"
    deep, end = HEAD, b""
    for number in range(60):
        deep += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number)
        end = b"\r\n--b%d--\r\n" % number + end
    assert refused(tmp_path, deep + b"\r\nx" + end) == "unsafe_archive"


def test_a_mailbox_of_several_mails_is_no_mail(tmp_path):
    one = b"From j@x Mon Oct  5 08:00:00 2026\n" + HEAD.replace(b"\r\n", b"\n") + b"\nText\n\n"
    assert refused(tmp_path, one * 2) == "unknown_type"
    assert opened(tmp_path, one)[0].view


@pytest.mark.parametrize(
    "part",
    [
        b"Content-Type: text/plain; charset=gibtsnicht\r\n\r\nHallo \xe4\xff\r\n",
        b"Content-Type: \r\n\r\nHallo\r\n",
        b"Content-Type: text/plain; charset*=%%%''x\r\nContent-Disposition: ;;;=\r\n\r\nHallo\r\n",
        b"Content-Type: text/html; charset=utf-7\r\n\r\n<p <b>Hallo<!--\r\n",
        b"Content-Transfer-Encoding: x-uuencode\r\n\r\nHallo\r\n",
        b"Subject: =?utf-8?B?////?= \xff\xfe\r\n\r\nHallo\r\n",
    ],
)
def test_broken_mails_are_read_as_far_as_they_go(tmp_path, part):
    unpacked, out = opened(tmp_path, b"From: a@b\r\n" + part)
    assert "Hallo" in shown(out / unpacked.view)


def certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(99))
    return made.sign(key, hashes.SHA256()), key


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_an_smime_signature_comes_with_exactly_the_bytes_that_it_signs(tmp_path, line_end):
    content = b"Content-Type: text/plain; charset=utf-8\r\n\r\nIch widerspreche. \xc3\xa4\r\n"
    signer, key = certificate()
    signed = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(signer, key, hashes.SHA256())
        .sign(serialization.Encoding.SMIME, [pkcs7.PKCS7Options.DetachedSignature])
    )
    raw = HEAD.replace(b"MIME-Version: 1.0\r\n", b"") + signed
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", line_end)
    unpacked, out = opened(tmp_path, raw)
    roles = {each.name: (each.role, each.of) for each in unpacked.files}
    assert roles == {
        "signed-content": (EnclosureRole.TECHNICAL, ""),
        "smime.p7s": (EnclosureRole.SIGNATURE, "signed-content"),
    }
    bytes_of = {each.name: (out / each.file).read_bytes() for each in unpacked.files}
    info = cms.ContentInfo.load(bytes_of["smime.p7s"])["content"]["signer_infos"][0]
    digest = {each["type"].native: each["values"].native for each in info["signed_attrs"]}
    assert digest["message_digest"] == [hashlib.sha256(bytes_of["signed-content"]).digest()]
    assert "Ich widerspreche. ä" in shown(out / unpacked.view)


def test_a_signature_for_a_part_of_a_mail_says_so(tmp_path):
    """Anybody can put a part that somebody else signed below a text of their own."""
    signed = (
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary="in"'
        b"\r\n\r\n--in\r\nContent-Type: text/plain\r\n\r\nEinverstanden.\r\n--in\r\n"
        b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n\r\nx\r\n--in--\r\n'
    )
    around = (
        b'Content-Type: multipart/mixed; boundary="out"\r\n\r\n--out\r\n'
        b"Content-Type: text/plain\r\n\r\nZahlen Sie an mich.\r\n--out\r\n%s\r\n--out--\r\n"
    )
    names = []
    for body in (signed, around % signed):
        (tmp_path / str(len(body))).mkdir()
        unpacked, _out = opened(tmp_path / str(len(body)), HEAD + body)
        roles = (each for each in unpacked.files if each.role is EnclosureRole.SIGNATURE)
        names += [each.name for each in roles]
    assert names == ["smime.p7s", "smime.p7s (nur für einen Teil der E-Mail)"]


def test_an_encrypted_mail_says_so(tmp_path):
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(99))
    envelope = (
        pkcs7.PKCS7EnvelopeBuilder()
        .set_data(b"geheim")
        .add_recipient(made.sign(key, hashes.SHA256()))
        .encrypt(serialization.Encoding.SMIME, [])
    )
    unpacked, _ = opened(tmp_path, HEAD.replace(b"MIME-Version: 1.0\r\n", b"") + envelope)
    assert [each.role for each in unpacked.files] == [EnclosureRole.MEMBER]
    assert FindingCode.ENCRYPTED in {each.code for each in unpacked.findings}
