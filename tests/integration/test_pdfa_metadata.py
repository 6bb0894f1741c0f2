"""The Transfervermerk in the archive copy: written, read again, and conforming."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String, pdfa
from PIL import Image

from eakte.domain.archive import Claim, Level
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import MediaType
from eakte.errors import UnusableInputError
from eakte.pages.inspect import inspect
from eakte.pdfa import check
from eakte.pdfa.attachments import attach, kept
from eakte.pdfa.build import build
from eakte.pdfa.metadata import read_transfervermerk, with_transfervermerk
from eakte.pdfa.save import save
from eakte.pdfa.xmp import Facts, read_facts
from tests.integration.page_samples import encoded, letter
from tests.unit.pdfa import test_xmp
from tests.unit.pdfa.test_xmp import INVOICE

VERMERK = replace(
    test_xmp.VERMERK,
    anomalies=(Finding(FindingCode.BITONAL, 1), Finding(FindingCode.RASTERISED, 1)),
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    source, out = tmp_path / "scan", tmp_path / "archive.pdf"
    source.write_bytes(encoded(letter(), "JPEG"))
    build(source, MediaType.JPEG, inspect(source).pages, {}, out)
    return out


def test_it_is_read_again_as_it_was_written(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "released.pdf"
    copy = with_transfervermerk(archive, VERMERK, out)
    assert copy.verdict == "pass"
    assert copy.rasterised == (1,)
    assert read_transfervermerk(out) == VERMERK
    assert read_transfervermerk(archive) is None
    assert out.read_bytes().endswith(b"%%EOF\n")


def test_the_picture_is_not_touched(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "released.pdf"
    with_transfervermerk(archive, VERMERK, out)
    with pikepdf.open(archive) as before, pikepdf.open(out) as after:
        streams = [
            pdf.pages[0].obj.Resources.XObject.Im0.read_raw_bytes() for pdf in (before, after)
        ]
    assert streams[0] == streams[1]
    assert Image.open(io.BytesIO(streams[0])).size == letter().size


def test_the_same_vermerk_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    outs = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    copies = [with_transfervermerk(archive, VERMERK, out) for out in outs]
    assert copies[0] == copies[1]
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_xmp_that_is_not_ours_does_not_pass(archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "released.pdf"
    with_transfervermerk(archive, VERMERK, out)
    assert check.verdict(out, Facts(transfervermerk=VERMERK)) == check.PASS
    assert check.verdict(out, Facts()) != check.PASS
    forged = out.read_bytes().replace(b"Sichtpr", b"Blickpr")
    out.write_bytes(forged)
    with pytest.raises(UnusableInputError) as refused:
        check.require_pass(out, Facts(transfervermerk=VERMERK))
    assert refused.value.facts["reason"] == "conversion_failed"
    assert not out.exists()


@pytest.fixture
def promoted(tmp_path: Path) -> Path:
    """A copy as promotion writes it: PDF/A-3b, tagged, with an e-invoice."""
    out = tmp_path / "promoted.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(99, 99)).obj
        page.Contents = pdf.make_stream(b"/P <</MCID 0>> BDC 1 0 0 rg 0 0 9 9 re f EMC")
        tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        element = Dictionary(Type=Name.StructElem, S=Name.P, P=tree, Pg=page, K=0)
        tree.K = Array([pdf.make_indirect(element)])
        pdf.Root.StructTreeRoot, pdf.Root.Lang = tree, String("de-DE")
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        file = Dictionary(Type=Name.Filespec, EF=Dictionary(F=pdf.make_stream(b"<Rechnung/>")))
        files = Dictionary(Names=Array([String(INVOICE.file_name), file]))
        pdf.Root.Names = Dictionary(EmbeddedFiles=files)
        attach(pdf, kept(pdf))
        pdfa.prepare(pdf, "3b")
        save(pdf, Facts(Claim(3, Level.B), None, INVOICE), out)
    return out


def _tree(found: object, seen: dict[tuple[int, int], int]) -> object:
    """Give an object and all that it refers to as plain values, without their numbers."""
    if not isinstance(found, (Array, Dictionary, pikepdf.Stream)):
        return repr(found)
    if found.is_indirect:
        if found.objgen in seen:
            return seen[found.objgen]
        seen[found.objgen] = len(seen)
    if isinstance(found, Array):
        return [_tree(item, seen) for item in found]
    ignored = {"/Metadata", "/Length"}
    data = found.read_raw_bytes() if isinstance(found, pikepdf.Stream) else b""
    return data, [(key, _tree(found[key], seen)) for key in sorted(found.keys() - ignored)]


def test_all_but_the_xmp_stays_as_it_was(promoted: Path, tmp_path: Path) -> None:
    out = tmp_path / "released.pdf"
    copy = with_transfervermerk(promoted, VERMERK, out)
    assert copy.claim == Claim(3, Level.B)
    with pikepdf.open(promoted) as before, pikepdf.open(out) as after:
        assert _tree(before.Root, {}) == _tree(after.Root, {})
        facts = read_facts(before.Root.Metadata.read_bytes())
        noted = read_facts(after.Root.Metadata.read_bytes())
        assert after.attachments[INVOICE.file_name].get_file().read_bytes() == b"<Rechnung/>"
    assert noted == replace(facts, transfervermerk=VERMERK)
    assert noted.invoice == INVOICE
    again = tmp_path / "again.pdf"
    with_transfervermerk(promoted, VERMERK, again)
    assert again.read_bytes() == out.read_bytes()


def test_a_copy_that_eakte_did_not_write_gets_no_note(promoted: Path, tmp_path: Path) -> None:
    out, foreign = tmp_path / "released.pdf", tmp_path / "foreign.pdf"
    with pikepdf.open(promoted) as pdf:
        metadata = pdf.Root.Metadata.read_bytes()
        pdf.Root.Metadata = pdf.make_stream(metadata.replace(b"EN 16931", b"MINIMUM "))
        pdf.save(foreign)
        del pdf.Root.Metadata
        pdf.save(tmp_path / "bare.pdf")
    for source in (foreign, tmp_path / "bare.pdf"):
        with pytest.raises(UnusableInputError) as refused:
            with_transfervermerk(source, VERMERK, out)
        assert refused.value.facts["reason"] == "conversion_failed"
        assert not out.exists()


@pytest.mark.parametrize("letters", ["\0\x0b\x1b", "\ufffe\uffff", "\u202e", "]]>", "\r\n"])
def test_whatever_a_note_says_is_read_again(letters: str, archive: Path, tmp_path: Path) -> None:
    odd = replace(VERMERK, creator=f"Anna{letters}Müller", qa_result=letters)
    out = tmp_path / "released.pdf"
    with_transfervermerk(archive, odd, out)
    assert read_transfervermerk(out) == odd
