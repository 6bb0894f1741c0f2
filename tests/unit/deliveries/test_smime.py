"""The bytes that an S/MIME signature covers, as they were sent."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from eakte.deliveries.smime import signed_bytes

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "mail"
SIGNATURE = b"\x30\x03\x02\x01\x05" * 20
PART = b"Content-Type: text/plain; charset=utf-8\r\n\r\nGr\xc3\xbc\xc3\x9fe \t\r\n--not=\r\n\r\n"


def mail(part=PART, end=b"--", kind=b"application/pkcs7-signature", boundary=b"=_a(1)+"):
    line = b"--" + boundary
    encoded = base64.encodebytes(SIGNATURE).replace(b"\n", b"\r\n")
    return b"\r\n".join(
        [
            b"Subject: Klage",
            b'Content-Type: multipart/signed; micalg=sha-256;\r\n boundary="' + boundary + b'"',
            b"",
            b"Nobody reads this.",
            line,
            part,
            line,
            b"Content-Type: " + kind + b"; name=smime.p7s",
            b"Content-Transfer-Encoding: base64",
            b"",
            encoded + line + end,
            b"",
        ]
    )


def test_the_part_is_given_byte_for_byte():
    assert signed_bytes(mail()) == (PART, SIGNATURE)


def test_other_line_ends_become_those_that_were_signed():
    """A mail that was stored with LF alone was signed with CRLF (RFC 8551 §3.1.1)."""
    assert signed_bytes(mail().replace(b"\r\n", b"\n")) == (PART, SIGNATURE)


def test_a_multipart_in_the_part_keeps_its_own_boundaries():
    inner = (
        b'Content-Type: multipart/mixed; boundary="=_a(1)+inner"\r\n\r\n'
        b"--=_a(1)+inner\r\n\r\na\r\n--=_a(1)+inner--\r\n"
    )
    assert signed_bytes(mail(inner)) == (inner, SIGNATURE)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Subject: x\r\n\r\ntext",
        mail(end=b""),
        mail()[:-90],
        mail(kind=b"application/pgp-signature"),
        mail().replace(b"multipart/signed", b"multipart/mixed"),
        mail().replace(b' boundary="=_a(1)+"', b""),
        mail().replace(base64.encodebytes(SIGNATURE)[:10], b"!"),
    ],
    ids=["empty", "plain", "unclosed", "cut", "pgp", "mixed", "no boundary", "no base64"],
)
def test_what_is_not_signed_so_gives_nothing(data):
    assert signed_bytes(data) is None


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS}")
def test_real_mails_have_no_signature_left():
    """One of them says it is signed, but lost its signature when it was made anonymous."""
    mails = [path.read_bytes() for path in sorted(CORPUS.glob("test_mail_*"))]
    assert any(b"multipart/signed" in one for one in mails)
    assert [signed_bytes(one) for one in mails] == [None] * len(mails)
