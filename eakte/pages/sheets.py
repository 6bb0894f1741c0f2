"""Separator sheets and Vorblätter as PDF: A4, black on white, each code four times.

The upper and the lower half bear the same codes, and the QR codes stand at opposite sides, so that
whichever half is torn off, a whole QR code remains.
"""

from __future__ import annotations

import io

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from eakte.domain.mail import Batch, Side
from eakte.i18n import _
from eakte.pages.barcodes import cover_text, separator_text

_WIDTH, _HEIGHT = A4
_MARGIN = 18 * mm
_QR_SIZE = 70 * mm
_BARS_WIDTH, _BARS_HEIGHT = 165 * mm, 24 * mm
_WIDEST_MODULE = 0.8 * mm
_TITLE_SIZE, _TEXT_SIZE, _LEADING = 30, 11, 16


def separator_sheets(count: int, aktenzeichen: str = "") -> bytes:
    """Give a PDF of `count` separator sheets, in the reader's language."""
    lines = [_("This sheet divides two letters. It is not filed.")]
    if aktenzeichen:
        lines.append(_("Akte of the next letter: {akte}").format(akte=aktenzeichen))
    return _document(separator_text(aktenzeichen), _("SEPARATOR SHEET"), lines, count)


def cover_sheet(batch: Batch) -> bytes:
    """Give a PDF of one Vorblatt for a batch, in the reader's language."""
    told = str(batch.pages) if batch.pages else _("not told")
    lines = [
        _("Batch {number}, pages: {pages}").format(number=batch.number, pages=told),
        _("Every page of the scan counts except this one: separator sheets and blank sides, too."),
        *_side_lines(batch),
    ]
    return _document(cover_text(batch), _("VORBLATT (COVER SHEET)"), lines, 1)


def _side_lines(batch: Batch) -> list[str]:
    if batch.side is Side.BOTH:
        return [_("Both sides in one scan.")]
    if batch.side is Side.ODD:
        return [_("Front sides only.")]
    order = _("in order") if batch.in_order else _("back to front, as after turning the stack")
    return [
        _("Reverse sides only, {order}.").format(order=order),
        _("Take the Vorblatt of the front sides out first."),
    ]


def _document(code: str, title: str, lines: list[str], count: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    for _number in range(count):
        _codes(canvas, code)
        _text(canvas, title, [*lines, code])
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _codes(canvas: Canvas, code: str) -> None:
    top, bottom = _HEIGHT - _MARGIN - _QR_SIZE, _MARGIN
    _qr(canvas, code, _MARGIN, top)
    _bars(canvas, code, top - 6 * mm - _BARS_HEIGHT)
    _qr(canvas, code, _WIDTH - _MARGIN - _QR_SIZE, bottom)
    _bars(canvas, code, bottom + _QR_SIZE + 6 * mm)


def _qr(canvas: Canvas, code: str, x: float, y: float) -> None:
    drawing = Drawing(_QR_SIZE, _QR_SIZE)
    drawing.add(
        QrCodeWidget(code, barLevel="H", barWidth=_QR_SIZE, barHeight=_QR_SIZE, barBorder=2)
    )
    renderPDF.draw(drawing, canvas, x, y)


def _bars(canvas: Canvas, code: str, y: float) -> None:
    modules = Code128(code, barWidth=1.0, quiet=False).width
    module = min(_BARS_WIDTH / modules, _WIDEST_MODULE)
    bars = Code128(code, barWidth=module, barHeight=_BARS_HEIGHT, quiet=False)
    bars.drawOn(canvas, (_WIDTH - bars.width) / 2, y)


def _text(canvas: Canvas, title: str, lines: list[str]) -> None:
    y = _HEIGHT / 2 + len(lines) * _LEADING / 2
    canvas.setFont("Helvetica-Bold", _TITLE_SIZE)
    canvas.drawCentredString(_WIDTH / 2, y, title)
    canvas.setFont("Helvetica", _TEXT_SIZE)
    for number, line in enumerate(lines, start=1):
        canvas.drawCentredString(_WIDTH / 2, y - 8 - number * _LEADING, line)
