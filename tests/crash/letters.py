"""Small letters that differ from each other and are read in a fraction of a second."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

_FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
_SIZE = (1654, 2339)
_DPI = (200, 200)
_STREETS = ("Lindenweg", "Ahornallee", "Bachgasse", "Kirchplatz", "Feldrain", "Mühlstraße")
_KINDS = 12

_TEXT = """Irmgard Hollenbeck, {street} {number}, 79999 Neuenfurt

Neuenfurt, 2. März 2026

Widerspruch gegen den Gebührenbescheid

Sehr geehrte Damen und Herren,

hiermit lege ich fristgerecht Widerspruch gegen Ihren
Bescheid über die Abfallgebühren für das Haus
{street} {number} ein.

Mit freundlichen Grüßen
Irmgard Hollenbeck"""


@dataclass(frozen=True)
class Dropped:
    """A file that was put into an inbox, and how many letters it must become (0: none)."""

    name: str
    letters: int
    held: bool = False
    """Its letters wait for a person: they came by mail, or signed."""


def drop(inbox: Path, number: int) -> tuple[Dropped, ...]:
    """Put file `number` into an inbox; most are letters, some hold two, are cut, or are no scan.

    A mail brings its attachment, and a signed letter its signature: all must be accounted for.
    """
    kind = number % _KINDS
    if kind == _KINDS - 1:
        return (_broken(inbox, number),)
    if kind == _KINDS - 2:
        return (_two_letters(inbox, number),)
    if kind == 5:
        return _mail(inbox, number)
    if kind == 7:
        return _signed(inbox, number)
    if kind in {4, 8}:
        return (_save(_page(number).convert("1"), inbox, f"brief-{number:04}.tif", "group4"),)
    return (_save(_page(number), inbox, f"brief-{number:04}.jpg"),)


def _mail(inbox: Path, number: int) -> tuple[Dropped, ...]:
    """Put a mail with a letter attached into an inbox."""
    scan = io.BytesIO()
    _page(number).save(scan, "JPEG", quality=30, dpi=_DPI)
    mail = EmailMessage()
    mail["From"], mail["To"] = "ih@example.org", "poststelle@neuenfurt.example"
    mail["Date"], mail["Subject"] = "Mon, 02 Mar 2026 10:00:00 +0100", f"Widerspruch {number}"
    mail.set_content(f"Anbei mein Widerspruch Nummer {number} gegen den Bescheid.\n")
    attached, name = f"anlage-{number:04}.jpg", f"mail-{number:04}.eml"
    mail.add_attachment(scan.getvalue(), maintype="image", subtype="jpeg", filename=attached)
    part = inbox / f".{name}.part"
    part.write_bytes(mail.as_bytes())
    part.rename(inbox / name)
    return Dropped(name, 1, held=True), Dropped(attached, 1, held=True)


def _signed(inbox: Path, number: int) -> tuple[Dropped, ...]:
    """Put a letter with a (worthless) signature beside it into an inbox; the signature first."""
    name = f"brief-{number:04}.jpg"
    part = inbox / f".{name}.p7s.part"
    part.write_bytes(b"no signature %d" % number)
    part.rename(inbox / f"{name}.p7s")
    _save(_page(number), inbox, name)
    return Dropped(name, 1, held=True), Dropped(f"{name}.p7s", 0)


def drop_again(inbox: Path, store_file: Path, number: int) -> Dropped:
    """Put the bytes of an earlier file into an inbox under a new name."""
    target = inbox / f"nochmals-{number:04}.jpg"
    shutil.copyfile(store_file, target.with_name(f".{target.name}.part"))
    target.with_name(f".{target.name}.part").rename(target)
    return Dropped(target.name, 0)


def _page(number: int) -> Image.Image:
    font = ImageFont.truetype(_FONT, 34)
    page = Image.new("L", _SIZE, 255)
    text = _TEXT.format(street=_STREETS[number % len(_STREETS)], number=number)
    ImageDraw.Draw(page).multiline_text((160, 160), text, fill=10, font=font, spacing=18)
    return page


def _separator() -> Image.Image:
    sheet = Image.new("L", _SIZE, 255)
    code = zxingcpp.create_barcode("PATCHT", zxingcpp.BarcodeFormat.Code128)
    picture = Image.fromarray(np.array(code.to_image(scale=6)))
    sheet.paste(picture.resize((900, 300)), (370, 900))
    return sheet


def _two_letters(inbox: Path, number: int) -> Dropped:
    pages = [_page(number), _separator(), _page(number + 100_000)]
    first, *others = (page.convert("1") for page in pages)
    name = f"stapel-{number:04}.tif"
    part = inbox / f".{name}.part"
    first.save(part, "TIFF", compression="group4", dpi=_DPI, save_all=True, append_images=others)
    part.rename(inbox / name)
    return Dropped(name, 2)


def _broken(inbox: Path, number: int) -> Dropped:
    """Give a JPEG that was cut, or a file that is no scan at all."""
    name = f"kaputt-{number:04}.jpg"
    part = inbox / f".{name}.part"
    _page(number).save(part, "JPEG", quality=30)
    data = part.read_bytes()
    part.write_bytes(
        data[: len(data) // 2] if number // _KINDS % 2 else f"no scan {number}".encode()
    )
    part.rename(inbox / name)
    return Dropped(name, 0)


def _save(page: Image.Image, inbox: Path, name: str, compression: str = "") -> Dropped:
    part = inbox / f".{name}.part"
    if compression:
        page.save(part, "TIFF", compression=compression, dpi=_DPI)
    else:
        page.save(part, "JPEG", quality=30, dpi=_DPI)
    part.rename(inbox / name)
    return Dropped(name, 1)
