"""A mail to its files and a view: who wrote to whom, when, what, with which attachments."""

from __future__ import annotations

import re
from pathlib import Path

from eakte.deliveries.letters import Attached, Content, content_of
from eakte.deliveries.limits import MAX_MAIL, check_files, refusal
from eakte.deliveries.mime import MimePart, header, parse_mail
from eakte.deliveries.placing import NOTE, VIEW, listing, place
from eakte.domain.deliveries import Unpacked, UnpackedFile, unique_names
from eakte.domain.findings import Finding, FindingCode
from eakte.i18n import N_
from eakte.typeset import Block, Heading, Table, Text, typeset

_BOM = b"\xef\xbb\xbf"
_SECOND_MAIL = re.compile(rb"\n\r?\nFrom \S+ [^\r\n]*\d\d:\d\d[^\r\n]*\d{4}\r?\n[!-9;-~]+:")
_SHOWN = (
    ("Von:", "From"),
    ("Gesendet durch:", "Sender"),
    ("Antwort an:", "Reply-To"),
    ("An:", "To"),
    ("Kopie:", "Cc"),
    ("Datum:", "Date"),
    ("Betreff:", "Subject"),
    ("Nachrichten-ID:", "Message-ID"),
)


def unpack_mail(source: Path, out: Path) -> Unpacked:
    """Take a mail apart; raises UnusableInputError if it is cut, damaged or too large."""
    if source.stat().st_size > MAX_MAIL:
        raise refusal(FindingCode.TOO_LARGE)
    raw = source.read_bytes().removeprefix(_BOM)
    if raw.startswith(b"From ") and _SECOND_MAIL.search(raw):
        detail = N_("a mailbox of several mails; each must come as a file of its own")
        raise refusal(FindingCode.UNKNOWN_TYPE, detail)
    mail = parse_mail(raw)
    content = content_of(mail)
    files = _placed(content.files, out)
    typeset(header(mail, "Subject") or "E-Mail", _view(mail, content, files, out), out / VIEW)
    return Unpacked(files, VIEW, _findings(content))


def _placed(attached: tuple[Attached, ...], out: Path) -> tuple[UnpackedFile, ...]:
    check_files(len(attached))
    names = dict(zip(attached, unique_names(each.name for each in attached), strict=True))
    return tuple(
        UnpackedFile(
            names[each], place(out, number, each.data), each.role, names[each.of] if each.of else ""
        )
        for number, each in enumerate(attached, start=1)
    )


def _findings(content: Content) -> tuple[Finding, ...]:
    found = [Finding(FindingCode.BY_EMAIL), Finding(FindingCode.RENDERED)]
    found += [
        Finding(FindingCode.ENCRYPTED, detail=each.name) for each in content.files if each.encrypted
    ]
    return tuple(found)


def _view(
    mail: MimePart, content: Content, files: tuple[UnpackedFile, ...], out: Path
) -> list[Block]:
    rows = tuple((label, header(mail, name)) for label, name in _SHOWN)
    blocks: list[Block] = [
        Heading("E-Mail"),
        Table(tuple(row for row in rows if row[1]), (1, 5)),
    ]
    for number, text in enumerate(content.texts):
        if number:
            blocks.append(Heading("Weitere Fassung oder weiterer Text", 3))
        blocks.append(Text(text))
    if files:
        blocks.append(Heading("Anlagen", 2))
        blocks.append(listing([(each, out / each.file) for each in files]))
    return [*blocks, Text(NOTE)]
