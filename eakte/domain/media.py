"""What kind of file it is, by its first bytes (pure); names and extensions prove nothing."""

from __future__ import annotations

import re

from eakte.domain.findings import FindingCode
from eakte.domain.mail import MediaType
from eakte.errors import UnusableInputError
from eakte.i18n import N_

HEAD_BYTES = 1 << 16
"""How much of a file `media_type_of` wants to see."""

_PDF_WITHIN = 1024
_MAGIC = {
    b"\xff\xd8\xff": MediaType.JPEG,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"II*\x00": MediaType.TIFF,
    b"MM\x00*": MediaType.TIFF,
    b"PK\x03\x04": MediaType.ZIP,
    b"PK\x05\x06": MediaType.ZIP,
}
_BIG_TIFF = (b"II+\x00", b"MM\x00+")
_PEM = re.compile(rb"\s{0,8}-----BEGIN (?:PKCS ?#?7|CMS)\b")
_SEQUENCE = 0x30
_CONTENT_TYPES = tuple(
    b"\x06" + bytes([len(oid)]) + oid
    for oid in (
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",  # signedData
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03",  # envelopedData
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17",  # authEnvelopedData
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09",  # compressedData
    )
)

_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_ROOT = re.compile(r"\s*<(?:\?xml\s|!--|!DOCTYPE\s|[A-Za-z_][\w.-]*(?::[\w.-]+)?[\s/>])")
_HTML = re.compile(r"\s*<(?:!DOCTYPE\s+)?html\b", re.IGNORECASE)

_MBOX = re.compile(rb"From \S[^\r\n]*\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,80})[ \t]*:[^\r\n]*(\r?\n|\Z)")
_FOLDED = re.compile(rb"[ \t][^\r\n]*(\r?\n|\Z)")
_KNOWN = frozenset(
    b"from to cc date subject received message-id mime-version return-path delivered-to sender "
    b"reply-to envelope-to x-original-to content-type references in-reply-to".split()
)
_BY_MACHINE = frozenset(b"received message-id mime-version return-path delivered-to".split())
_MACHINE_DATE = re.compile(
    rb"^date[ \t]*:\s*(?:\w{3},\s*)?\d{1,2}\s+\w{3}\s+\d{2,4}\s+\d{1,2}:\d\d",
    re.IGNORECASE | re.MULTILINE,
)


def identified(head: bytes) -> MediaType:
    """Tell the type (see `media_type_of`); raises UnusableInputError (`empty`, `unknown_type`)."""
    found = media_type_of(head)
    if found is None:
        code = FindingCode.UNKNOWN_TYPE if head else FindingCode.EMPTY
        big_tiff = head.startswith(_BIG_TIFF)
        detail = N_("a BigTIFF, which eakte does not read") if big_tiff else ""
        raise UnusableInputError(reason=code.value, detail=detail)
    return found


def media_type_of(head: bytes) -> MediaType | None:
    """Tell the type from the first HEAD_BYTES of a file (or all of a shorter one).

    None: none that eakte reads. A mail must have two known header fields, one of them such as
    only programs write; so a memo that begins with From and To is no mail.
    """
    for magic, media_type in _MAGIC.items():
        if head.startswith(magic):
            return media_type
    if _is_cms(head):
        return MediaType.CMS  # before PDF: the content that a signature encloses is often one
    body = _end_of_mail_header(head)
    pdf = head.find(b"%PDF-", 0, _PDF_WITHIN + len(b"%PDF-"))
    if body is not None and not 0 <= body == pdf:
        return MediaType.MAIL
    if pdf >= 0:
        return MediaType.PDF
    return MediaType.XML if _is_xml(head) else None


def _end_of_mail_header(head: bytes) -> int | None:
    """Give where the body of a mail begins; None if this is no mail."""
    at = start = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    mbox = _MBOX.match(head, at)
    at = start = mbox.end() if mbox else at
    names = set[bytes]()
    while field := _FIELD.match(head, at):
        names.add(field[1].lower())
        at = field.end()
        while folded := _FOLDED.match(head, at):
            at = folded.end()
    blank = re.compile(rb"\r?\n").match(head, at)
    ends = blank is not None or at == len(head) or len(head) >= HEAD_BYTES
    if not ends or len(names & _KNOWN) < 2:  # noqa: PLR2004 - one could be chance
        return None
    if not names & _BY_MACHINE and not _MACHINE_DATE.search(head[start:at]):
        return None
    return blank.end() if blank else at


def _is_cms(head: bytes) -> bool:
    if _PEM.match(head):
        return True
    if len(head) < 2 or head[0] != _SEQUENCE:  # noqa: PLR2004 - tag and length
        return False
    length_bytes = head[1] & 0x7F if head[1] & 0x80 else 0
    return head.startswith(_CONTENT_TYPES, 2 + length_bytes)


def _is_xml(head: bytes) -> bool:
    text = _decoded(head[:4096])
    return bool(_ROOT.match(text)) and not _HTML.match(text)


def _decoded(head: bytes) -> str:
    for bom, encoding in _BOMS.items():
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, "replace")
    if head[1:2] == b"\0" and head[:1]:
        return head.decode("utf-16-le", "replace")
    return head.decode("utf-16-be" if head[:1] == b"\0" else "latin-1", "replace")
