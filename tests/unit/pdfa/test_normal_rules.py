"""The pure rules of normalising: layers, encodings, actions, substitutes and allow-lists."""

from __future__ import annotations

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, String

from eakte.pdfa.normal.actions import kept_action
from eakte.pdfa.normal.cmyk import cmyk_profile
from eakte.pdfa.normal.destinations import Destinations, read_destinations
from eakte.pdfa.normal.encodings import code_names, letter_of, standard_widths
from eakte.pdfa.normal.keys import ROLES, chosen
from eakte.pdfa.normal.layers import Layers
from eakte.pdfa.normal.substitutes import Style, style_of
from eakte.pdfa.unicode_maps import unicode_map

_NOWHERE = Destinations((), frozenset())


def _groups() -> tuple[pikepdf.Pdf, Layers, Dictionary, Dictionary]:
    pdf = pikepdf.new()
    on, off = (pdf.make_indirect(Dictionary(Type=Name.OCG)) for _ in range(2))
    return pdf, Layers(frozenset({off.objgen})), on, off


@pytest.mark.parametrize(
    ("policy", "shown"),
    [("AnyOn", True), ("AllOn", False), ("AnyOff", True), ("AllOff", False)],
)
def test_membership_follows_its_policy(policy: str, *, shown: bool) -> None:
    _pdf, layers, on, off = _groups()
    member = Dictionary(Type=Name.OCMD, OCGs=Array([on, off]), P=Name(f"/{policy}"))
    assert layers.shown(member) is shown


def test_an_expression_goes_before_the_policy() -> None:
    _pdf, layers, on, off = _groups()
    hidden = Array([Name.And, on, Array([Name.Not, Array([Name.Not, off])])])
    assert not layers.shown(Dictionary(Type=Name.OCMD, OCGs=on, VE=hidden))
    assert layers.shown(Dictionary(Type=Name.OCMD, OCGs=off, VE=Array([Name.Or, on, off])))
    assert layers.shown(None)


@pytest.mark.parametrize(
    ("action", "kept"),
    [
        (Dictionary(S=Name.URI, URI=String("https://a/")), True),
        (Dictionary(S=Name.GoTo, D=String("x")), True),
        (Dictionary(S=Name.Named, N=Name.NextPage), True),
        (Dictionary(S=Name.Named, N=Name.Print), False),
        (Dictionary(S=Name.URI), False),
        (Dictionary(S=Name.GoToR, F=String("x.pdf"), D=String("x")), False),
        (Dictionary(S=Name.SubmitForm), False),
        (Dictionary(), False),
        (None, False),
    ],
)
def test_only_going_to_a_place_may_stay(action: Dictionary | None, *, kept: bool) -> None:
    assert (kept_action(action, _NOWHERE) is not None) is kept


def test_destinations_lead_to_a_page_or_are_none() -> None:
    pdf = pikepdf.new()
    page, gone = (pdf.add_blank_page().obj for _ in range(2))
    del pdf.pages[1]
    known = read_destinations(pdf)
    for told in (Array([page, Name.XYZ, 1, None, 0]), Array([0, Name.XYZ, 1, None, 0])):
        place = known.place(told)
        assert place is not None
        assert place[0].objgen == page.objgen
        assert list(place)[1:] == [Name.XYZ, 1, None, 0]
    for told in (Array([page]), Array([page, Name.Foo]), Array([page, Name.FitH, String("a")])):
        place = known.place(Dictionary(D=told))
        assert place is not None
        assert list(place)[1:] == [Name.Fit]
    nowhere = (Array([]), Array([gone, Name.Fit]), Array([1, Name.Fit]), Array([None, Name.Fit]))
    assert not any(known.kept(told) for told in (*nowhere, Dictionary(), None))
    assert known.kept(String("name")) == "name"


def test_what_follows_an_action_goes() -> None:
    script = Dictionary(S=Name.JavaScript)
    kept = kept_action(Dictionary(S=Name.URI, URI=String("https://a/"), Next=script), _NOWHERE)
    assert kept is not None
    assert "/Next" not in kept


def test_codes_mean_letters_by_encoding_and_differences() -> None:
    listed = Array([65, Name.Adieresis, Name.Euro, 200, Name.a20])
    encoding = Dictionary(BaseEncoding=Name.WinAnsiEncoding, Differences=listed)
    names = code_names(Dictionary(BaseFont=Name.Helvetica, Encoding=encoding))
    assert [letter_of(names[code]) for code in (65, 66, 67, 0xE4)] == ["Ä", "€", "C", "ä"]
    signs = code_names(Dictionary(BaseFont=Name.ZapfDingbats))
    assert letter_of(signs[ord("4")], dingbats=True) == "✔"
    greek = code_names(Dictionary(BaseFont=Name.Symbol))
    assert letter_of(greek[ord("a")]) == "\N{GREEK SMALL LETTER ALPHA}"


@pytest.mark.parametrize(
    ("name", "flags", "style"),
    [
        ("Helvetica-BoldOblique", 0, Style("sans", bold=True, italic=True)),
        ("ABCDEF+TimesNewRomanPS-ItalicMT", 0, Style("serif", bold=False, italic=True)),
        ("CourierNew,Bold", 0, Style("mono", bold=True, italic=False)),
        ("Calibri-Light", 0, Style("calibri", bold=False, italic=False)),
        ("ArialNarrow", 0, Style("narrow", bold=False, italic=False)),
        ("Hausschrift", 1 << 1, Style("serif", bold=False, italic=False)),
        ("Hausschrift", 1 << 0 | 1 << 18, Style("mono", bold=True, italic=False)),
        ("Wingdings-Regular", 4, None),
    ],
)
def test_the_look_of_a_missing_font_is_told_by_name_and_flags(
    name: str, flags: int, style: Style | None
) -> None:
    assert style_of(name, flags, 0) == style


@pytest.mark.parametrize("family", ["sans", "narrow", "serif", "mono", "calibri", "cambria"])
def test_every_substitute_is_installed_and_free_to_embed(family: str) -> None:
    for bold in (False, True):
        for italic in (False, True):
            font = TTFont(Style(family, bold=bold, italic=italic).path)
            assert font["OS/2"].fsType in (0, 8), "embedding is not restricted"
            assert {ord("ä"), ord("ß"), ord("€")} <= set(font.getBestCmap())


@pytest.mark.parametrize(
    ("standard", "family"), [("Helvetica", "sans"), ("Times-Roman", "serif"), ("Courier", "mono")]
)
def test_substitutes_of_standard_fonts_have_their_widths(standard: str, family: str) -> None:
    font = TTFont(Style(family, bold=False, italic=False).path)
    widths = standard_widths(f"/{standard}")
    for name in ("a", "m", "W", "odieresis", "germandbls", "space", "one"):
        told, _ = font["hmtx"][font.getBestCmap()[ord(letter_of(name))]]
        assert told * 1000 / font["head"].unitsPerEm == pytest.approx(widths[name], abs=1)


def test_the_profile_is_an_input_profile_from_cmyk_to_lab() -> None:
    data = cmyk_profile()
    assert int.from_bytes(data[:4], "big") == len(data)
    assert (data[8], data[12:16], data[16:20], data[20:24]) == (2, b"scnr", b"CMYK", b"Lab ")
    assert data[36:40] == b"acsp"


def test_every_list_named_by_a_list_exists() -> None:
    special = {"encoding", "colours_or_mask"}
    named = {child.role for role in ROLES.values() for child in role.children.values()}
    for name in named - special:
        choice = chosen(name)
        assert name in ROLES or choice is not None
        assert choice is None or set(choice[1].values()) <= set(ROLES)


def test_a_map_of_bytes_names_letters_outside_the_first_plane_too() -> None:
    text = unicode_map({65: "A", 66: "\U0001f600", 67: ""}, 1).decode()
    assert "<41> <0041>" in text
    assert "<42> <D83DDE00>" in text
    assert "<43>" not in text
