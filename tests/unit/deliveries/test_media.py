"""Types are told by content: names prove nothing, and no text or PDF is ever called a mail."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte.domain.mail import MediaType
from eakte.domain.media import HEAD_BYTES, identified, media_type_of
from eakte.errors import UnusableInputError

MAIL = (
    b"Received: from mx\r\n\tby host; Mon, 5 Oct 2026 08:00:00 +0200\r\nFrom: a@b.de\r\n\r\nHi\r\n"
)
SIGNED_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"%PDF-1.7\n", MediaType.PDF),
        (b"\xef\xbb\xbf%PDF-1.4", MediaType.PDF),
        (b"x" * 1024 + b"%PDF-1.4", MediaType.PDF),
        (b"x" * 1025 + b"%PDF-1.4", None),
        (b"\xff\xd8\xff\xe0", MediaType.JPEG),
        (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
        (b"II*\0", MediaType.TIFF),
        (b"MM\0*", MediaType.TIFF),
        (b"PK\x03\x04", MediaType.ZIP),
        (b"PK\x05\x06" + bytes(18), MediaType.ZIP),
        (MAIL, MediaType.MAIL),
        (b"From x@y Mon Oct  5 08:00:00 2026\n" + MAIL, MediaType.MAIL),
        (b"\xef\xbb\xbf" + MAIL, MediaType.MAIL),
        (MAIL.replace(b"\r\n", b"\n"), MediaType.MAIL),
        (MAIL.replace(b"Hi", b"Hi\r\n%PDF-1.4"), MediaType.MAIL),
        (b"From: a@b.de\r\nDate: Mon, 5 Oct 2026 08:00:00 +0200\r\n\r\n", MediaType.MAIL),
        (MAIL.replace(b"Hi", b"%PDF-1.4"), MediaType.PDF),
        (b"X: y\n" * 20_000, None),
        (b"From: Amt 32\nTo: alle\nSubject: Parken\nDate: 5. Oktober 2026\n\nText", None),
        (b"Betreff: x\nVon: y\n\nText", None),
        (b"Sehr geehrte Damen und Herren,\n\nFrom: a@b.de\nReceived: x\n", None),
        (b"<?xml version='1.0'?><a/>", MediaType.XML),
        (b"\xef\xbb\xbf\n <Invoice xmlns='x'/>", MediaType.XML),
        ("<?xml version='1.0'?><a/>".encode("utf-16"), MediaType.XML),
        ("<?xml version='1.0'?><a/>".encode("utf-16-be"), MediaType.XML),
        (b"<!DOCTYPE html><html>", None),
        (b"<html><body>", None),
        (b"<info@stadt.de> schrieb:", None),
        (b"\x30\x80" + SIGNED_DATA, MediaType.CMS),
        (b"\x30\x82\x05\x58" + SIGNED_DATA, MediaType.CMS),
        (b"\x30\x82\x05\x58" + SIGNED_DATA[:-1] + b"\x03", MediaType.CMS),
        (b"\x30\x82\x05\x58" + SIGNED_DATA + bytes(40) + b"%PDF-1.7", MediaType.CMS),
        (b"\x30\x82\x05\x58\x30\x82\x04\x40", None),
        (b"-----BEGIN PKCS7-----\nMII", MediaType.CMS),
        (b"-----BEGIN CMS-----\nMII", MediaType.CMS),
        (b"-----BEGIN CERTIFICATE-----\nMII", None),
        (b"", None),
        (b"\x30", None),
    ],
)
def test_the_type_is_told_by_the_first_bytes(head, expected):
    assert media_type_of(head) is expected


@pytest.mark.parametrize(
    ("head", "reason", "detail"),
    [
        (b"", "empty", ""),
        (b"Hallo", "unknown_type", ""),
        (b"II+\0\x08\0\0\0", "unknown_type", "a BigTIFF, which eakte does not read"),
        (b"MM\0+\0\x08\0\0", "unknown_type", "a BigTIFF, which eakte does not read"),
    ],
)
def test_what_nobody_reads_is_refused_with_the_reason(head, reason, detail):
    with pytest.raises(UnusableInputError) as refused:
        identified(head)
    assert refused.value.facts == {"reason": reason, "detail": detail}


def test_a_header_longer_than_the_head_is_a_mail_still():
    head = (MAIL.split(b"\r\n\r\n", maxsplit=1)[0] + b"\r\n" + b"X-Spam: y\r\n" * 9000)[:HEAD_BYTES]
    assert media_type_of(head) is MediaType.MAIL


@settings(max_examples=200, deadline=None)
@given(
    start=st.sampled_from([b"%PDF-1.4\n", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"Hallo\n"]),
    rest=st.binary(max_size=200),
)
def test_nothing_else_becomes_a_mail_by_what_follows(start, rest):
    assert media_type_of(start + rest + MAIL) is not MediaType.MAIL
