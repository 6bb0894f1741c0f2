"""A mail as a tree of parts, each with its exact bytes (RFC 2045, RFC 2046).

Python's parser reads the headers; the bodies are cut here, because a signature and a forwarded mail
need the bytes as they came.
"""

from __future__ import annotations

import binascii
import email.errors
import email.header
import email.parser
import email.policy
import quopri
import re
from dataclasses import dataclass
from email.message import Message

from eakte.deliveries.limits import MAX_FILES, MAX_MIME_DEPTH, refusal
from eakte.domain.deliveries import clean_text
from eakte.domain.findings import FindingCode
from eakte.i18n import N_

_BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(range(256)).translate(None, _BASE64)
_PIECE = 1 << 20
_FOLD = re.compile(r"\r?\n(?=[ \t])")


@dataclass(frozen=True)
class MimePart:
    """A part: its header fields, all its bytes as received, its body, and the parts in it.

    The bytes are views into the mail, so that a large one is held in memory only once.
    """

    headers: Message
    raw: memoryview
    body: memoryview
    parts: tuple[MimePart, ...] = ()

    @property
    def type(self) -> str:
        """Give the media type, in lower case."""
        return self.headers.get_content_type()

    @property
    def disposition(self) -> str:
        """Give `attachment`, `inline` or ""."""
        return str(self.headers.get_content_disposition() or "")

    @property
    def filename(self) -> str:
        """Give the sender's name for it, decoded but not cleaned; "" if there is none."""
        try:
            name = self.headers.get_filename() or ""
        except (LookupError, ValueError, TypeError):
            return ""
        return decoded_words(name)

    @property
    def content_id(self) -> str:
        """Give its Content-ID without the angle brackets."""
        return str(self.headers.get("content-id", "")).strip().strip("<>")


def parse_mail(raw: bytes) -> MimePart:
    """Read a mail; raises UnusableInputError (`truncated`, `damaged`) if it is not whole."""
    root = _parse(memoryview(raw), 0, [0])
    if not raw.endswith(b"\n") and not root.parts:
        raise refusal(FindingCode.TRUNCATED, N_("the mail does not end with a line break"))
    return root


def _parse(raw: memoryview, depth: int, count: list[int]) -> MimePart:
    count[0] += 1
    if depth > MAX_MIME_DEPTH or count[0] > MAX_FILES:
        raise refusal(FindingCode.UNSAFE_ARCHIVE, N_("the mail has too many or too deep parts"))
    blank = _BLANK_LINE.search(raw)
    if blank is None and not depth:
        raise refusal(FindingCode.TRUNCATED, N_("the mail ends within its header"))
    head, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, raw[:0])
    headers = headers_of(head)
    if headers.get_content_maintype() != "multipart":
        return MimePart(headers, raw, body)
    pieces = _split(body, _boundary(headers))
    return MimePart(headers, raw, body, tuple(_parse(each, depth + 1, count) for each in pieces))


def headers_of(raw: memoryview) -> Message:
    """Read the header fields at the beginning of a mail or part."""
    blank = _BLANK_LINE.search(raw)
    head = bytes(raw[: blank.start()] if blank else raw).rstrip(b"\r\n") + b"\n\n"
    return email.parser.BytesParser(policy=email.policy.compat32).parsebytes(head, headersonly=True)


def _boundary(headers: Message) -> bytes:
    try:
        boundary = (headers.get_boundary() or "").encode("utf-8", "surrogateescape")
    except (LookupError, ValueError, TypeError):
        boundary = b""
    if not boundary:
        raise refusal(FindingCode.DAMAGED, N_("the mail does not say where its parts begin"))
    return boundary


def _split(body: memoryview, boundary: bytes) -> list[memoryview]:
    """Cut a multipart body at its boundaries; it is whole only with the closing one as the last."""
    line = re.compile(rb"--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    pieces, start, closed = list[memoryview](), None, False
    for found in line.finditer(body):
        before = body[max(0, found.start() - 2) : found.start()].tobytes()
        if before and not before.endswith(b"\n"):
            continue
        if closed and not found[1]:
            raise refusal(FindingCode.DAMAGED, N_("the mail has parts behind its end"))
        if closed:
            continue
        if start is not None:
            end = found.start() - (2 if before == b"\r\n" else 1)
            pieces.append(_without_line_end(body[start : max(start, end)]))
        start, closed = found.end(), bool(found[1])
    if closed:
        return pieces
    raise refusal(FindingCode.TRUNCATED, N_("a part of the mail has no end"))


def _without_line_end(piece: memoryview) -> memoryview:
    """Drop the line break that belongs to the boundary before the part."""
    return piece[2 if piece[:2].tobytes() == b"\r\n" else int(piece[:1].tobytes() == b"\n") :]


def decoded_body(part: MimePart) -> bytes:
    """Undo the transfer encoding; raises UnusableInputError (`truncated`) if it was cut."""
    encoding = str(part.headers.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "base64":
        return _base64(part.body)
    if encoding == "quoted-printable":
        return quopri.decodestring(bytes(part.body))
    if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return _uudecoded(part.headers, bytes(part.body))
    return bytes(part.body)


def _base64(body: memoryview) -> bytes:
    """Decode in pieces, so that a large attachment is not copied again and again."""
    out, letters = bytearray(), b""
    try:
        for start in range(0, len(body), _PIECE):
            letters += body[start : start + _PIECE].tobytes().translate(None, _NOT_BASE64)
            whole = len(letters) // 4 * 4
            out += binascii.a2b_base64(letters[:whole])
            letters = letters[whole:]
        out += binascii.a2b_base64(letters)
    except binascii.Error:
        detail = N_("an encoded part of the mail ends too early")
        raise refusal(FindingCode.TRUNCATED, detail) from None
    return bytes(out)


def _uudecoded(headers: Message, body: bytes) -> bytes:
    whole = Message(policy=email.policy.compat32)
    for name, value in headers.raw_items():
        whole[name] = value
    whole.set_payload(body.decode("ascii", "surrogateescape"))
    payload = whole.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else body


def decoded_text(data: bytes, charset: str | None) -> str:
    """Read bytes as text in the charset that the part names, or else as what they look like."""
    for name in (charset or "utf-8", "utf-8"):
        try:
            return clean_text(data.decode(name))
        except (LookupError, ValueError):
            continue
    return clean_text(data.decode("cp1252", "replace"))


def header(part: MimePart, name: str) -> str:
    """Give a header field as one line of text; several of that name are joined by `; `."""
    wanted = name.lower()
    values = (value for key, value in part.headers.raw_items() if key.lower() == wanted)
    return "; ".join(decoded_words(str(value)) for value in values)


def decoded_words(raw: str) -> str:
    """Decode encoded words (RFC 2047) and raw 8-bit characters of a header value."""
    data = _FOLD.sub("", raw).encode("utf-8", "surrogateescape")
    text = decoded_text(data, "utf-8")
    try:
        pieces = email.header.decode_header(text)
    except (ValueError, email.errors.HeaderParseError):
        return " ".join(text.split())
    words = (
        decoded_text(piece, charset or "utf-8") if isinstance(piece, bytes) else piece
        for piece, charset in pieces
    )
    return " ".join("".join(words).split())
