"""Nothing passes the gate with a claim that it does not keep, whatever was changed later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String, pdfa

from eakte.domain.archive import Claim, Level
from eakte.errors import UnusableInputError
from eakte.pdfa.attachments import attach, kept
from eakte.pdfa.check import PASS, verdict
from eakte.pdfa.font import FONT, make_fonts
from eakte.pdfa.save import save
from eakte.pdfa.xmp import Facts, packet
from tests.unit.pdfa.test_xmp import INVOICE, VERMERK

XML = b"<Rechnung/>"
SHOWN = b"BT 3 Tr /F 9 Tf <0001> Tj ET"


def _draft() -> pikepdf.Pdf:
    """Make a page with one invisible letter, and an e-invoice."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(99, 99)).obj
    page.Resources = Dictionary(Font=Dictionary(F=pdf.make_indirect(make_fonts(pdf, "AB")[FONT])))
    page.Contents = pdf.make_stream(SHOWN)
    file = Dictionary(Type=Name.Filespec, EF=Dictionary(F=pdf.make_stream(XML)))
    files = Dictionary(Names=Array([String(INVOICE.file_name), file]))
    pdf.Root.Names = Dictionary(EmbeddedFiles=files)
    return pdf


def _written(out: Path, facts: Facts, change: Callable[[pikepdf.Pdf], None]) -> str:
    """Write the draft with that XMP past the gate, and ask the gate afterwards."""
    with _draft() as pdf:
        attach(pdf, kept(pdf))
        pdfa.prepare(pdf, facts.claim.flavour)
        metadata = pikepdf.Stream(pdf, packet(facts), Type=Name.Metadata, Subtype=Name.XML)
        pdf.Root.Metadata = pdf.make_indirect(metadata)
        if Name.Info in pdf.trailer:
            del pdf.trailer[Name.Info]
        change(pdf)
        options = pdfa.resolve_save_kwargs(facts.claim.flavour, force_version="1.7")
        pdf.save(out, **options)
    return verdict(out, facts)


def _nothing(_pdf: pikepdf.Pdf) -> None:
    pass


FULL = Facts(Claim(3), VERMERK, INVOICE)
CLAIMS = [Claim(part, level) for part in (2, 3) for level in Level]


@pytest.mark.parametrize("facts", [FULL, replace(FULL, invoice=None), Facts(Claim(3, Level.B))])
def test_what_is_as_it_says_passes(facts: Facts, tmp_path: Path) -> None:
    assert _written(tmp_path / "x.pdf", facts, _nothing) == PASS


def _no_code(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.Font.F.ToUnicode = pdf.make_stream(b"")


def _code_zero(pdf: pikepdf.Pdf) -> None:
    cmap = b"1 beginbfchar <0001> <0000> endbfchar"
    pdf.pages[0].obj.Resources.Font.F.ToUnicode = pdf.make_stream(cmap)


def _no_map(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0].obj.Resources.Font.F.ToUnicode


@pytest.mark.parametrize("change", [_no_code, _code_zero, _no_map])
def test_level_u_needs_every_code(change: Callable[[pikepdf.Pdf], None], tmp_path: Path) -> None:
    assert _written(tmp_path / "u.pdf", FULL, change).startswith("level U is not proven: font ")
    plain = replace(FULL, claim=Claim(3, Level.B))
    assert _written(tmp_path / "b.pdf", plain, change) == PASS


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shown=st.lists(st.integers(1, 6), max_size=8),
    mapped=st.dictionaries(st.integers(1, 6), st.sampled_from(["0041", "00DF", "FFFE", "0000"])),
)
def test_level_u_passes_just_if_every_code_that_is_shown_has_a_good_value(
    tmp_path: Path, shown: list[int], mapped: dict[int, str]
) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        entries = " ".join(f"<{code:04X}> <{value}>" for code, value in mapped.items())
        cmap = f"{len(mapped)} beginbfchar {entries} endbfchar".encode()
        font = make_fonts(pdf, "abcdef")[FONT]
        font.ToUnicode = pdf.make_stream(cmap)
        page = pdf.pages[0].obj
        page.Resources.Font.F = font
        codes = "".join(f"{code:04X}" for code in shown)
        page.Contents = pdf.make_stream(f"BT 3 Tr /F 9 Tf <{codes}> Tj ET".encode())

    good = all(mapped.get(code, "") in {"0041", "00DF"} for code in shown)
    assert (_written(tmp_path / "x.pdf", FULL, change) == PASS) == good


def _note_in_structure(pdf: pikepdf.Pdf) -> None:
    note = pdf.make_stream(b"<x/>", Type=Name.Metadata, Subtype=Name.XML)
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    tree.K = Array([Dictionary(Type=Name.StructElem, S=Name.P, P=tree, Metadata=note)])
    pdf.Root.StructTreeRoot = tree
    pdf.Root.MarkInfo = Dictionary(Marked=True)


def _changed_name(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Metadata.write(packet(FULL).replace(b"Anna", b"Anne"))


def _one_more_property(pdf: pikepdf.Pdf) -> None:
    data = packet(FULL).replace(b"<dc:title>", b"<pdf:Keywords>x</pdf:Keywords><dc:title>")
    pdf.Root.Metadata.write(data)


def _no_metadata(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


def _odd_metadata(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Metadata.Secret = 1


def _not_associated(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.AF


def _script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@pytest.mark.parametrize(
    "change",
    [
        _note_in_structure,
        _changed_name,
        _one_more_property,
        _no_metadata,
        _odd_metadata,
        _not_associated,
        _script,
    ],
)
def test_other_changes_do_not_pass(change: Callable[[pikepdf.Pdf], None], tmp_path: Path) -> None:
    assert _written(tmp_path / "x.pdf", FULL, change) != PASS


@pytest.mark.parametrize("level", Level)
def test_part_2_with_a_file_of_any_type_does_not_pass(level: Level, tmp_path: Path) -> None:
    facts = Facts(Claim(2, level), VERMERK)
    assert _written(tmp_path / "x.pdf", facts, _nothing) != PASS


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(CLAIMS), st.sampled_from(CLAIMS), st.booleans(), st.booleans())
def test_no_file_passes_as_something_else(
    tmp_path: Path, said: Claim, asked: Claim, note: bool, invoice: bool
) -> None:
    facts = Facts(said, VERMERK if note else None, INVOICE if invoice else None)
    out = tmp_path / "x.pdf"
    answer = _written(out, facts, _nothing)
    assert (answer == PASS) == (said.part == 3)
    if asked != said:
        assert verdict(out, replace(facts, claim=asked)) != PASS
    assert verdict(out, replace(facts, transfervermerk=None if note else VERMERK)) != PASS
    assert verdict(out, replace(facts, invoice=None if invoice else INVOICE)) != PASS


def test_what_does_not_pass_is_not_left_behind(tmp_path: Path) -> None:
    out = tmp_path / "x.pdf"
    with _draft() as pdf:
        attach(pdf, kept(pdf))
        pdfa.prepare(pdf, "2b")
        with pytest.raises(UnusableInputError):
            save(pdf, Facts(Claim(2)), out)
    assert not out.exists()
