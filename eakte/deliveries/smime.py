"""The signed part of an S/MIME mail, byte for byte, and its signature (RFC 8551, RFC 1847).

Python's `email` gives parts that it wrote anew; a signature covers the bytes as they were sent.
"""

from __future__ import annotations

import base64
import binascii
import re
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

_TYPES = {"application/pkcs7-signature", "application/x-pkcs7-signature"}
_LINE_END = re.compile(rb"\r\n|\r|\n")
_PARTS = 2


def signed_bytes(mail: bytes) -> tuple[bytes, bytes] | None:
    """Give what a mail's signature covers (lines end in CRLF) and the signature (CMS).

    None if the mail as a whole is no multipart/signed with such a signature, or is broken there.
    """
    head = message_from_bytes(_head(mail), policy=compat32)
    if head.get_content_type() != "multipart/signed":
        return None
    boundary = head.get_boundary()
    parts = _parts(mail, boundary.encode("latin-1", "replace")) if boundary else []
    if len(parts) != _PARTS:
        return None
    signature = _signature(message_from_bytes(parts[1], policy=compat32))
    return (_LINE_END.sub(b"\r\n", parts[0]), signature) if signature else None


def _head(mail: bytes) -> bytes:
    """Give the header of a mail with the blank line after it."""
    end = re.search(rb"\r\n\r\n|\n\n|\r\r", mail)
    return mail[: end.end()] if end else mail


def _parts(mail: bytes, boundary: bytes) -> list[bytes]:
    """Give the parts between the boundaries; the line end before a boundary belongs to it.

    Nothing if the closing boundary is missing: the mail was cut off.
    """
    line = rb"(?:^|\r\n|\r|\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r|\n|$)"
    marks = list(re.finditer(line, mail[len(_head(mail)) :]))
    body = mail[len(_head(mail)) :]
    if not marks or marks[-1][1] is None:
        return []
    starts = [_after_line_end(body, mark.end()) for mark in marks]
    return [body[start : mark.start()] for start, mark in zip(starts, marks[1:], strict=False)]


def _after_line_end(data: bytes, position: int) -> int:
    end = _LINE_END.match(data, position)
    return end.end() if end else position


def _signature(part: Message) -> bytes | None:
    """Give the bytes of the signature part."""
    if part.get_content_type() not in _TYPES:
        return None
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        text = str(part.get_payload()).encode("ascii", "replace")
        try:
            return base64.b64decode(_LINE_END.sub(b"", text).replace(b" ", b""), validate=True)
        except binascii.Error:
            return None
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else None
