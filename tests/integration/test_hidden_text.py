"""Text that a page holds and does not show: it is told, and is no part of what the page says."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import MediaType
from eakte.domain.text import Box, RecognisedPage, Word
from eakte.pages.inspect import inspect
from eakte.pages.own_text import OwnText, Worth, own_text, with_own
from eakte.pdfa.build import build
from tests.integration.page_samples import drawn_pdf

HIDDEN = "Betrag 9.000 EUR"
_TEXT = b"BT /F 10 Tf 30 20 Td (Betrag 9.000 EUR) Tj ET"
_BESIDE = b"BT /F 10 Tf 1 0 0 1 30 %d Tm (Betrag 9.000 EUR) Tj ET"

WAYS = {
    "invisible": b"3 Tr " + _TEXT,
    "white": b"1 g " + _TEXT,
    "almost white": b"0.97 g " + _TEXT,
    "covered": _TEXT + b" 1 g 0 10 300 30 re f",
    "blacked out": _TEXT + b" 0 g 0 10 300 30 re f",
    "under a picture": _TEXT + b" /Picture Do",
    "tiny": _TEXT.replace(b"10 Tf", b"0.1 Tf"),
    "outside": _BESIDE % -200,
    "cut away": b"q 0 0 5 5 re W n " + _TEXT + b" Q",
    "transparent": b"/Clear gs " + _TEXT,
    "hidden layer": b"/OC /Layer BDC " + _TEXT + b" EMC",
    "layer for print": b"/OC /Print BDC " + _TEXT + b" EMC",
}


def _page(content: bytes) -> pikepdf.Pdf:
    """A letter and something more on its page."""
    pdf = pikepdf.open(io.BytesIO(drawn_pdf()))
    page = pdf.pages[0]
    helvetica = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type1,
        BaseFont=Name.Helvetica,
        Encoding=Name.WinAnsiEncoding,
    )
    page.add_resource(helvetica, Name.Font, Name.F)
    page.add_resource(Dictionary(Type=Name.ExtGState, ca=0, CA=0), Name.ExtGState, Name.Clear)
    pattern = pdf.make_stream(
        bytes(range(256)),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=16,
        Height=16,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=8,
    )
    form = pdf.make_stream(b"q 200 0 0 30 20 10 cm /Im Do Q", Type=Name.XObject)
    form.Subtype, form.BBox = Name.Form, Array([0, 0, 300, 400])
    form.Resources = Dictionary(XObject=Dictionary(Im=pattern))
    page.add_resource(form, Name.XObject, Name.Picture)
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Entwurf")))
    printed = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Druck")))
    printed.Usage = Dictionary(View=Dictionary(ViewState=Name.OFF))
    states = Dictionary(OFF=Array([layer]))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer, printed]), D=states)
    page.obj.Resources.Properties = Dictionary(Layer=layer, Print=printed)
    page.contents_add(pdf.make_stream(b"q " + content + b" Q"))
    return pdf


@pytest.mark.parametrize("way", WAYS)
def test_text_that_nobody_sees_is_told_and_not_read(tmp_path: Path, way: str) -> None:
    """Demand: own text is taken for what a page says, so it must be what the page shows."""
    source = tmp_path / "letter.pdf"
    _page(WAYS[way]).save(source)
    own = own_text(source, 1)
    assert own.worth is Worth.ENOUGH
    assert "9.000" not in own.page.text
    assert own.page.findings == (Finding(FindingCode.HIDDEN_TEXT, 1, HIDDEN),)
    copy = build(
        source, MediaType.PDF, inspect(source).pages, {1: own.page}, tmp_path / "archive.pdf"
    )
    assert copy.promoted == (1,)


@pytest.mark.parametrize(
    "content",
    [
        _TEXT,
        b"0.85 g " + _TEXT,
        b"0 0 0.5 rg 0 10 300 30 re f 1 g " + _TEXT,
        b"1 Tr 0.2 w " + _TEXT,
        b"/Picture Do " + _TEXT,
    ],
    ids=["black", "pale", "white on blue", "outlines", "on a picture"],
)
def test_text_that_is_seen_counts(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "letter.pdf"
    _page(content).save(source)
    own = own_text(source, 1)
    assert own.page.text.endswith(HIDDEN)
    assert (own.unseen, own.page.findings) == ((), ())


def test_an_invisible_layer_counts_where_ocr_reads_the_same() -> None:
    """Scans often bring the text layer of another OCR: it is right, or it is told."""
    page = own_page("Betrag", "1.000", "EUR")
    seen = replace(page, words=(), own_words=0, text="")
    honest = with_own(OwnText(seen, Worth.THIN, page.words), page)
    assert (honest.text, honest.own_words, honest.findings) == ("Betrag 1.000 EUR", 3, ())
    lying = own_page("Gutschrift", "9.000", "EUR").words
    joined = with_own(OwnText(seen, Worth.THIN, lying), page)
    assert (joined.text, joined.own_words) == ("Betrag 1.000\nEUR", 1)
    assert joined.findings == (Finding(FindingCode.HIDDEN_TEXT, 1, "Gutschrift 9.000"),)


def own_page(*texts: str) -> RecognisedPage:
    words = tuple(
        Word(text, Box(30 + 80 * place, 300, 100 + 80 * place, 312), 0.9, 0)
        for place, text in enumerate(texts)
    )
    text = " ".join(texts)
    return RecognisedPage(1, 300, 400, words, text, 0, 0.9, complete=True, engine="test")


def test_what_goes_with_a_page_that_is_drawn_anew_is_told(tmp_path: Path) -> None:
    """Issue 4: nothing vanishes unsaid, also where only a picture of the page is left."""
    source, out = tmp_path / "letter.pdf", tmp_path / "archive.pdf"
    pdf = _page(b"/Nobody cs 1 scn 20 20 50 50 re f")
    space = Array([Name.Separation, Name.Spot, Name.DeviceRGB, Dictionary()])
    pdf.pages[0].obj.Resources.ColorSpace = Dictionary(Nobody=pdf.make_indirect(space))
    rectangle = Array([30, 30, 60, 60])
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=rectangle)
    note.Contents = String("mit Vorbehalt")
    hidden = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=rectangle, F=2)
    hidden.Contents = String("gilt nicht")
    pdf.pages[0].obj.Annots = Array([note, hidden])
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=String("<xdp/>"))
    pdf.save(source)
    copy = build(source, MediaType.PDF, inspect(source).pages, {}, out)
    assert copy.rasterised == (1,)
    assert set(copy.findings) >= {
        Finding(FindingCode.ACTIVE_CONTENT, None, "OpenAction: JavaScript"),
        Finding(FindingCode.ACTIVE_CONTENT, None, "XFA"),
        Finding(FindingCode.NOT_SHOWN, 1, "Text mit Vorbehalt"),
        Finding(FindingCode.NOT_SHOWN, 1, "FreeText gilt nicht"),
    }


@pytest.mark.parametrize(
    ("usage", "states", "layer"),
    [
        ({}, {}, None),
        ({"View": Dictionary(ViewState=Name.ON)}, {}, None),
        ({"Print": Dictionary(PrintState=Name.OFF)}, {}, "Entwurf"),
        ({"View": Dictionary(ViewState=Name.OFF)}, {}, "Entwurf"),
        ({}, {"BaseState": Name.OFF}, "Entwurf"),
        ({}, {"OFF": "the layer"}, "Entwurf"),
        ({}, {"BaseState": Name.OFF, "ON": "the layer"}, None),
    ],
)
def test_layers_that_some_viewers_hide_are_told(
    tmp_path: Path, usage: dict[str, Dictionary], states: dict[str, object], layer: str | None
) -> None:
    source = tmp_path / "letter.pdf"
    with pikepdf.open(io.BytesIO(drawn_pdf())) as pdf:
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Entwurf")))
        group.Usage = Dictionary({f"/{key}": value for key, value in usage.items()})
        listed = Array([group])
        default = {
            f"/{key}": listed if value == "the layer" else value for key, value in states.items()
        }
        pdf.Root.OCProperties = Dictionary(OCGs=listed, D=Dictionary(default))
        pdf.save(source)
    expected = () if layer is None else (Finding(FindingCode.SEVERAL_LOOKS, None, layer),)
    assert inspect(source).findings == expected


@pytest.mark.parametrize(
    ("value", "shown", "told"),
    [
        ("1000", b"1.000,00 EUR", False),
        ("1.000 EUR", b"9.000 EUR", True),
        ("1.000 EUR", b"", True),
        ("", b"9.000 EUR", False),
    ],
)
def test_a_field_that_shows_another_value_than_it_has_is_told(
    tmp_path: Path,
    value: str,
    shown: bytes,
    told: bool,
) -> None:
    source, out = tmp_path / "letter.pdf", tmp_path / "archive.pdf"
    pdf = _page(b"")
    fonts = pdf.pages[0].obj.Resources.Font
    look = pdf.make_stream(b"/Tx BMC BT /F 10 Tf 2 4 Td (" + shown + b") Tj ET EMC")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 150, 20])
    look.Resources = Dictionary(Font=fonts)
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("Betrag"))
    field.V, field.Rect, field.F = String(value), Array([30, 10, 180, 30]), 4
    field.AP = Dictionary(N=look)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(field)])
    pdf.Root.AcroForm = Dictionary(Fields=pdf.pages[0].obj.Annots)
    pdf.save(source)
    copy = build(source, MediaType.PDF, inspect(source).pages, {}, out)
    found = Finding(FindingCode.NOT_SHOWN, 1, f"Widget {value}")
    assert (found in copy.findings) is told


def test_one_digit_that_nobody_sees_is_told(tmp_path: Path) -> None:
    source = tmp_path / "letter.pdf"
    digit = b"BT /F 10 Tf 30 20 Td (Betrag 1) Tj 1 g (9) Tj 0 g (.000 EUR) Tj ET"
    _page(digit).save(source)
    own = own_text(source, 1)
    assert "9" not in own.page.text.splitlines()[-1]
    assert own.page.findings == (Finding(FindingCode.HIDDEN_TEXT, 1, "9."),)


def test_a_whole_line_more_is_another_look(tmp_path: Path) -> None:
    """The copy of a page must not show what PDFium does not show of the scan, were it one line."""
    source, out = tmp_path / "letter.pdf", tmp_path / "archive.pdf"
    line = b"/OC /Print BDC BT /F 10 Tf 20 20 Td (" + b"WM0" * 10 + b") Tj ET EMC"
    _page(line).save(source)
    copy = build(source, MediaType.PDF, inspect(source).pages, {1: own_text(source, 1).page}, out)
    assert copy.rasterised == (1,)
