"""Small scans made on the spot: one letter, in every coding that a mailroom delivers."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw, ImageFont

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
DPI = 200
SIZE = (840, 1180)
"""A6 at 200 dpi."""
LINES = (
    "Stadtverwaltung Neustadt",
    "Bürgeramt und Ordnungsamt",
    "Sehr geehrte Damen und Herren,",
    "hiermit lege ich Widerspruch ein",
    "gegen den Bescheid vom 12.03.2026",
    "über die Höhe der Müllgebühren.",
    "Aktenzeichen 32.1-112.05/2026-0417",
    "Mit freundlichen Grüßen",
    "Annegret Schäfer",
)


@cache
def letter() -> Image.Image:
    """A letter in black on slightly tinted paper."""
    page = Image.new("RGB", SIZE, (250, 246, 235))
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(FONT, 32)
    for index, line in enumerate(LINES):
        draw.text((90, 110 + 90 * index), line, fill=(20, 20, 60), font=font)
    return page


def bitonal() -> Image.Image:
    return letter().convert("L").point(lambda level: 255 * (level > 128)).convert("1")


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, dpi=(DPI, DPI), **options)
    return buffer.getvalue()


def tiff(pages: list[Image.Image], compression: str, **options: object) -> bytes:
    return encoded(
        pages[0],
        "TIFF",
        compression=compression,
        save_all=True,
        append_images=pages[1:],
        **options,
    )


def g4_strip(picture: Image.Image) -> bytes:
    data = tiff([picture], "group4", strip_size=picture.width * picture.height)
    with Image.open(io.BytesIO(data)) as file:
        (offset,), (count,) = file.tag_v2[273], file.tag_v2[279]
    return data[offset : offset + count]


def scanner_pdf(
    pictures: list[Image.Image], *, rotate: int = 0, hidden_text: bool = False, **options: object
) -> bytes:
    """A PDF as scanners make it: one JPEG (or G4 strip) a page; perhaps an old OCR layer."""
    pdf = pikepdf.new()
    for picture in pictures:
        fax = picture.mode == "1"
        data = g4_strip(picture) if fax else encoded(picture, "JPEG", quality=80)
        image = pikepdf.Stream(pdf, data)
        image.Type, image.Subtype = Name.XObject, Name.Image
        image.Width, image.Height = picture.size
        image.BitsPerComponent = 1 if fax else 8
        image.ColorSpace = Name.DeviceRGB if picture.mode == "RGB" else Name.DeviceGray
        image.Filter = Name.CCITTFaxDecode if fax else Name.DCTDecode
        if fax:
            image.DecodeParms = Dictionary(K=-1, Columns=picture.width, Rows=picture.height)
        wide, high = (72 * edge / DPI for edge in picture.size)
        page = pdf.add_blank_page(page_size=(wide, high))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.obj.Resources = Dictionary(
            XObject=Dictionary(Scan=image), Font=Dictionary(F1=pdf.make_indirect(font))
        )
        old = "BT 3 Tr /F1 12 Tf 50 50 Td (old layer) Tj ET" if hidden_text else ""
        content = f"q {wide:.3f} 0 0 {high:.3f} 0 0 cm /Scan Do Q {old}"
        page.obj.Contents = pikepdf.Stream(pdf, content.encode())
        if rotate:
            page.obj.Rotate = rotate
    buffer = io.BytesIO()
    pdf.save(buffer, **options)
    return buffer.getvalue()


def drawn_pdf(lines: tuple[str, ...] = LINES[:6]) -> bytes:
    """A born-digital page: text that a program set, in Latin 1."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(300, 400))
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type1,
        BaseFont=Name.Helvetica,
        Encoding=Name.WinAnsiEncoding,
    )
    page.obj.Resources = Dictionary(Font=Dictionary(F1=pdf.make_indirect(font)))
    shown = b"".join(b"(" + line.encode("cp1252") + b") Tj 0 -30 Td " for line in lines)
    page.obj.Contents = pikepdf.Stream(pdf, b"BT /F1 14 Tf 30 340 Td " + shown + b"ET")
    page.obj.MediaBox = Array([0, 0, 300, 400])
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()
