"""Level U is claimed only when every code that is shown has its Unicode value."""

from __future__ import annotations

from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from eakte.pdfa.font import FONT, make_fonts
from eakte.pdfa.unicode_proof import unproven
from tests.integration.page_samples import CORPUS

CMAP = b"1 beginbfchar <41> <0041> endbfchar"
SHOW_A = b"BT /F 9 Tf (A) Tj ET"


def _pdf(content: bytes = SHOW_A, **font: object) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    if isinstance(font.get("ToUnicode"), bytes):
        font["ToUnicode"] = pdf.make_stream(font["ToUnicode"])
    entries = {"/Type": Name.Font, "/Subtype": Name.Type1, "/BaseFont": Name.Some}
    entries |= {f"/{key}": value for key, value in font.items()}
    page.obj.Resources = Dictionary(Font=Dictionary(F=pdf.make_indirect(Dictionary(entries))))
    page.obj.Contents = pdf.make_stream(content)
    return pdf


def _encoding(*differences: object, base: str = "") -> Dictionary:
    encoding = Dictionary(Type=Name.Encoding, Differences=Array(list(differences)))
    if base:
        encoding.BaseEncoding = Name(base)
    return encoding


NONSYMBOLIC, SYMBOLIC = Dictionary(Flags=32), Dictionary(Flags=4)


@pytest.mark.parametrize(
    "font",
    [
        {"ToUnicode": CMAP},
        {"Encoding": Name.WinAnsiEncoding},
        {"Encoding": Name.MacRomanEncoding},
        {"Encoding": _encoding(0x41, Name.Adieresis)},
        {"Encoding": _encoding(base="/WinAnsiEncoding")},
        {"Subtype": Name.Type3, "Encoding": _encoding(0x41, Name.summation)},
        {
            "Subtype": Name.TrueType,
            "Encoding": Name.WinAnsiEncoding,
            "FontDescriptor": NONSYMBOLIC,
        },
        {"Subtype": Name.TrueType, "ToUnicode": CMAP, "FontDescriptor": SYMBOLIC},
    ],
)
def test_what_every_reader_maps_is_proven(font: dict[str, object]) -> None:
    assert unproven(_pdf(**font)) == ()


@pytest.mark.parametrize(
    "font",
    [
        {},
        {"ToUnicode": b"1 beginbfchar <42> <0042> endbfchar"},
        {"ToUnicode": b"1 beginbfchar <41> <0000> endbfchar"},
        {"ToUnicode": b"1 beginbfchar <41> <FEFF> endbfchar"},
        {"ToUnicode": b"broken", "Encoding": _encoding(0x41, Name.g12)},
        {"ToUnicode": Name("/Identity-H")},
        {"Encoding": Name.StandardEncoding},
        {"Encoding": _encoding(0x41, Name.g12)},
        {"Encoding": _encoding(0x41, Name.g12, base="/WinAnsiEncoding")},
        {"Encoding": _encoding(0x41, Name("/.notdef"), base="/WinAnsiEncoding")},
        {"Encoding": _encoding(Name.A)},
        {"Encoding": _encoding(300, Name.A)},
        # a bad value is not mended by the encoding
        {
            "ToUnicode": b"1 beginbfchar <41> <FFFE> endbfchar",
            "Encoding": Name.WinAnsiEncoding,
        },
        {
            "Subtype": Name.TrueType,
            "Encoding": Name.WinAnsiEncoding,
            "FontDescriptor": SYMBOLIC,
        },
        {"Subtype": Name.TrueType, "Encoding": Name.WinAnsiEncoding},
        {"Subtype": Name.Type0, "Encoding": Name("/90ms-RKSJ-H"), "ToUnicode": CMAP},
        {"Subtype": Name.Type0, "Encoding": Name("/Identity-H"), "ToUnicode": CMAP},
        {"Subtype": Name.Type42, "ToUnicode": CMAP},
    ],
)
def test_what_is_in_doubt_is_not(font: dict[str, object]) -> None:
    reasons = unproven(_pdf(**font))
    assert len(reasons) == 1
    assert reasons[0].startswith("font Some: ")


def test_a_broken_map_beside_a_good_encoding_is_not_trusted() -> None:
    broken = b"2 beginbfchar <41> <0000> endbfchar"
    assert unproven(_pdf(ToUnicode=broken, Encoding=Name.WinAnsiEncoding))


def test_codes_of_predefined_encodings_that_stand_for_nothing() -> None:
    for encoding, empty in (("/WinAnsiEncoding", b"\x81"), ("/MacRomanEncoding", b"\xf0")):
        assert unproven(_pdf(b"BT /F 9 Tf (\xe4) Tj ET", Encoding=Name(encoding))) == ()
        assert unproven(_pdf(b"BT /F 9 Tf (" + empty + b") Tj ET", Encoding=Name(encoding)))


@pytest.mark.parametrize(
    ("encoding", "empty"),
    [
        ("/WinAnsiEncoding", {0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D}),
        (
            "/MacRomanEncoding",
            {0x7F, 173, 176, 178, 179, 182, 183, 184, 185, 186, 189, 195, 197, 198, 215, 219, 240},
        ),
    ],
)
def test_every_other_code_of_them_is_proven(encoding: str, empty: set[int]) -> None:
    """ISO 32000-1 D.2; 219 is a currency sign or a Euro, so it is in doubt."""
    shown = bytes(range(0x20, 0x100)).hex().encode()
    reasons = unproven(_pdf(b"BT /F 9 Tf <" + shown + b"> Tj ET", Encoding=Name(encoding)))
    assert {int(reason.split()[3], 16) for reason in reasons} == empty


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F 9 Tf [(A) 3 (B)] TJ ET",
        b"BT /F 9 Tf (B) ' ET",
        b'BT /F 9 Tf 1 1 (B) " ET',
        b"BT 3 Tr /F 9 Tf (B) Tj ET",
        b"q BT /F 9 Tf ET q Q BT (B) Tj ET Q",
        b"BT /F 9 Tf (A) Tj ET BT (B) Tj ET",
        b"BT (A) Tj ET",
        b"BT /G 9 Tf (A) Tj ET",
        b"BT /F 9 Tf ET q Q Q (A) Tj /None gs",
    ],
)
def test_however_it_is_shown(content: bytes) -> None:
    assert unproven(_pdf(content, ToUnicode=CMAP))


@pytest.mark.parametrize("content", [b"", b"BT /F 9 Tf () Tj [] TJ ET", b"q q Q Q 1 0 0 rg"])
def test_what_shows_nothing_needs_no_font(content: bytes) -> None:
    assert unproven(_pdf(content)) == ()


def _bad_font(pdf: pikepdf.Pdf) -> Dictionary:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Bad)
    return Dictionary(Font=Dictionary(F=pdf.make_indirect(font)))


def _form(pdf: pikepdf.Pdf) -> pikepdf.Stream:
    form = pdf.make_stream(SHOW_A, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    form.Resources = _bad_font(pdf)
    return form


def _in_form(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
    page.Resources.XObject = Dictionary(X=_form(pdf))


def _in_form_of_form(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
    outer = pdf.make_stream(b"/X Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    outer.Resources = Dictionary(XObject=Dictionary(X=_form(pdf), Self=outer))
    page.Resources.XObject = Dictionary(X=outer)


def _in_pattern(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
    pattern = pdf.make_stream(SHOW_A, Type=Name.Pattern, PatternType=1, Resources=_bad_font(pdf))
    page.Resources.Pattern = Dictionary(P=pattern)


def _in_appearance(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
    annotation = Dictionary(
        Type=Name.Annot, Subtype=Name.Stamp, Rect=[0, 0, 9, 9], AP=Dictionary(N=_form(pdf))
    )
    page.Annots = Array([annotation])


def _in_glyph(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
    page.Resources.Font.T = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        CharProcs=Dictionary(a=pdf.make_stream(SHOW_A)),
        Resources=_bad_font(pdf),
    )


def _in_soft_mask(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
    mask = Dictionary(Type=Name.Mask, S=Name.Luminosity, G=_form(pdf))
    page.Resources.ExtGState = Dictionary(G=Dictionary(SMask=mask))


def _by_graphics_state(pdf: pikepdf.Pdf, page: pikepdf.Object) -> None:
    page.Resources.ExtGState = Dictionary(G=Dictionary(Font=[_bad_font(pdf).Font.F, 9]))
    page.Contents = pdf.make_stream(b"BT /F 9 Tf /G gs (A) Tj ET")


@pytest.mark.parametrize(
    "hide",
    [
        _in_form,
        _in_form_of_form,
        _in_pattern,
        _in_appearance,
        _in_glyph,
        _in_soft_mask,
        _by_graphics_state,
    ],
)
def test_wherever_it_is_shown(hide: Callable[[pikepdf.Pdf, pikepdf.Object], None]) -> None:
    pdf = _pdf(ToUnicode=CMAP)
    hide(pdf, pdf.pages[0].obj)
    assert unproven(pdf) == ("font Bad: code 0x41 has no Unicode value",)


def test_our_own_font_is_proven_by_its_map_not_by_its_name() -> None:
    pdf = _pdf(b"BT /F 9 Tf <00010002> Tj ET")
    pdf.pages[0].obj.Resources.Font.F = make_fonts(pdf, "Aß")[FONT]
    assert unproven(pdf) == ()
    pdf.pages[0].obj.Resources.Font.F = make_fonts(pdf, "A")[FONT]
    assert unproven(pdf) == ("font EakteInvisible: code 0x02 has no Unicode value",)
    pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /F 9 Tf <000100> Tj ET")
    assert unproven(pdf) == ("font EakteInvisible: a string does not fall into codes",)


def test_reasons_are_few_even_if_everything_is_wrong() -> None:
    every_code = bytes(range(1, 256)).replace(b"\\", b"").replace(b"(", b"").replace(b")", b"")
    assert len(unproven(_pdf(b"BT /F 9 Tf (" + every_code + b") Tj ET"))) == 20


def test_content_that_cannot_be_read_is_unproven() -> None:
    pdf = _pdf(ToUnicode=CMAP)
    pdf.pages[0].obj.Contents = pdf.make_stream(b"no flate", Filter=Name.FlateDecode)
    assert unproven(pdf)


def test_a_map_that_inflates_to_a_giant_is_refused() -> None:
    pdf = _pdf(ToUnicode=CMAP)
    giant = pikepdf.Stream(pdf, b" " * (9 << 20) + CMAP)
    pdf.pages[0].obj.Resources.Font.F.ToUnicode = pdf.make_indirect(giant)
    assert "long" in unproven(pdf)[0]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
def test_the_corpus_is_judged_without_a_crash_and_mostly_proven() -> None:
    judged, doubtful = 0, set()
    for path in sorted(CORPUS.glob("*/*.pdf")):
        try:
            pdf = pikepdf.open(path)
        except (pikepdf.PdfError, pikepdf.PasswordError):
            continue
        with pdf:
            judged += 1
            if unproven(pdf):
                doubtful.add(path.name)
    assert {"truetype_font_nomapping.pdf", "type3_font_nomapping.pdf"} <= doubtful
    assert len(doubtful) < 0.2 * judged
