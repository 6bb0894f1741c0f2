"""What a mail says and what it carries: its texts, and its attachments with their roles."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from eakte.deliveries.html import pictures_of_html, text_of_html
from eakte.deliveries.mime import MimePart, decoded_body, decoded_text, header, headers_of
from eakte.domain.deliveries import display_name
from eakte.domain.mail import EnclosureRole

SIGNED_CONTENT = "signed-content"
_ORNAMENT = 64 << 10
"""A picture shown in the text is an ornament up to this size; a larger one may be a letter."""
_LINK = re.compile(r"(?:https?://|www\.|mailto:)\S+|\S+@\S+|\[[^\]]*\]")
_ONLY_A_PART = " (nur für einen Teil der E-Mail)"
"""Views are German records; the name of a signature stands in them."""
_WORD = re.compile(r"\w{2,}")
_SMIME_SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature"}
_SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_ENVELOPED = (b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", b"\x01\x09\x10\x01\x17")
_REPORTS = {"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"}


@dataclass(frozen=True, eq=False)
class Attached:
    """A file in a mail; `of` is what it is the signature of, `content_id` how HTML shows it."""

    name: str
    data: bytes
    role: EnclosureRole
    of: Attached | None = None
    content_id: str = ""
    encrypted: bool = False


@dataclass(frozen=True)
class Content:
    """The texts of a mail in order, its files, and the Content-IDs that its HTML shows."""

    texts: tuple[str, ...] = ()
    files: tuple[Attached, ...] = ()
    shown: frozenset[str] = frozenset()

    def __add__(self, other: Content) -> Content:
        """Put the other's content after this one's."""
        return Content(self.texts + other.texts, self.files + other.files, self.shown | other.shown)


def content_of(mail: MimePart) -> Content:
    """Take a mail apart; raises UnusableInputError (`truncated`) if an encoded part was cut."""
    content = _content(mail, whole=True)
    files = tuple(_ornament(each, content.shown) for each in content.files)
    return Content(content.texts, files, content.shown)


def _content(part: MimePart, *, whole: bool = False) -> Content:
    if part.type == "multipart/alternative":
        return _alternatives([_content(each) for each in part.parts])
    if part.type == "multipart/signed" and len(part.parts) == 2:  # noqa: PLR2004 - RFC 1847
        return _signed(*part.parts, whole=whole)
    if part.headers.get_content_maintype() == "multipart":
        return sum(map(_content, part.parts), Content())
    return _leaf(part)


def _alternatives(contents: list[Content]) -> Content:
    """Keep every file, and the first text; another one only if it says something else."""
    texts, words = list[str](), set[str]()
    for content in contents:
        said = _words("\n".join(content.texts))
        if content.texts and (not texts or said - words):
            texts.extend(content.texts)
            words |= said
    whole = sum(contents, Content())
    return Content(tuple(texts), whole.files, whole.shown)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(_LINK.sub(" ", text).casefold()))


def _signed(signed: MimePart, signature: MimePart, *, whole: bool) -> Content:
    """Keep the signature with the bytes that it signs, in canonical form (RFC 8551 3.1.1).

    One that is for a part of the mail only says so: anybody can put a part that somebody else
    signed into a mail of their own.
    """
    content = _content(signed)
    if signature.type not in _SMIME_SIGNATURES:
        other = Attached(_name(signature), decoded_body(signature), EnclosureRole.TECHNICAL)
        return content + Content(files=(other,))
    canonical = re.sub(rb"\r?\n", b"\r\n", signed.raw)
    target = Attached(SIGNED_CONTENT, canonical, EnclosureRole.TECHNICAL)
    name = display_name(signature.filename) or "smime.p7s"
    name = name if whole else f"{name}{_ONLY_A_PART}"
    data = decoded_body(signature)
    return content + Content(files=(target, Attached(name, data, EnclosureRole.SIGNATURE, target)))


def _leaf(part: MimePart) -> Content:
    plain = part.type in {"text/plain", "text/html"} | _REPORTS
    if plain and part.disposition != "attachment" and not part.filename:
        return _text(part)
    data = decoded_body(part)
    encrypted = part.type in _SMIME and any(each in data[:40] for each in _ENVELOPED)
    file = Attached(
        _name(part),
        data,
        EnclosureRole.MEMBER,
        content_id=part.content_id if part.type.startswith("image/") else "",
        encrypted=encrypted,
    )
    return Content(files=(file,))


def _text(part: MimePart) -> Content:
    charset = part.headers.get_content_charset()
    text = decoded_text(decoded_body(part), charset)
    if part.type == "text/html":
        return Content((text_of_html(text),), (), pictures_of_html(text))
    return Content((text.strip("\n"),) if text.strip() else ())


def _name(part: MimePart) -> str:
    """Give the name of an attachment, or one made from what it is."""
    name = display_name(part.filename)
    if name:
        return name
    if part.type == "message/rfc822":
        subject = header(MimePart(headers_of(part.body), part.body, part.body), "subject")
        return f"{display_name(subject.replace('/', ' ')) or 'Nachricht'}.eml"
    return f"Anlage.{part.headers.get_content_subtype()}"


def _ornament(file: Attached, shown: frozenset[str]) -> Attached:
    """Call a small picture that the HTML shows in its text technical."""
    small = len(file.data) <= _ORNAMENT
    if file.role is EnclosureRole.MEMBER and small and file.content_id in shown - {""}:
        return replace(file, role=EnclosureRole.TECHNICAL)
    return file
