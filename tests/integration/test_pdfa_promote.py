"""Archive copies of PDFs that programs made: page by page the cheapest way that is faithful."""

from __future__ import annotations

import codecs
import io
import re
import subprocess
from contextlib import suppress
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from eakte import sandbox
from eakte.domain.archive import ArchiveCopy, ArchiveWay, Level
from eakte.domain.findings import FindingCode
from eakte.domain.mail import MediaType, PageKind, SourcePage
from eakte.domain.text import Box, RecognisedPage, Word
from eakte.errors import UnusableInputError
from eakte.pages.inspect import inspect
from eakte.pages.own_text import Worth, own_text
from eakte.pdfa import document
from eakte.pdfa.build import build
from eakte.pipeline import jobs
from tests.integration.page_samples import LINES, drawn_pdf, letter, scanner_pdf

OTHER_LETTER = "Geheimer Brief an Frau Rosenkranz"


def _forbidden(page: pikepdf.Page, pdf: pikepdf.Pdf) -> None:
    """Use a colour that nobody can tell: no way to PDF/A but to draw the page anew."""
    space = Array([Name.Separation, Name.Spot, Name.DeviceRGB, Dictionary()])
    page.obj.Resources.ColorSpace = Dictionary(Spot=pdf.make_indirect(space))
    page.contents_add(Stream(pdf, b"q /Spot cs 1 scn 20 20 50 50 re f Q"))


def _drawn(*texts: str, scan_at: int = 0, forbidden: int = 0) -> pikepdf.Pdf:
    """A PDF with a page for each text; one may be a scan instead, one use a forbidden colour."""
    pdf = pikepdf.new()
    for number, text in enumerate(texts, start=1):
        made = scanner_pdf([letter()]) if number == scan_at else drawn_pdf((text, *LINES[2:5]))
        with pikepdf.open(io.BytesIO(made)) as one:
            pdf.pages.extend(one.pages)
    if forbidden:
        _forbidden(pdf.pages[forbidden - 1], pdf)
    return pdf


def _recognised(number: int, *texts: str) -> RecognisedPage:
    words = tuple(
        Word(text, Box(30 + 80 * place, 300, 100 + 80 * place, 312), 0.9, 0)
        for place, text in enumerate(texts)
    )
    text = " ".join(texts)
    return RecognisedPage(number, 300, 400, words, text, 0, 0.9, complete=True, engine="test")


def _archive(
    tmp_path: Path,
    pdf: pikepdf.Pdf,
    texts: dict[int, RecognisedPage] | None = None,
    numbers: tuple[int, ...] = (),
) -> tuple[ArchiveCopy, Path]:
    """Convert some pages (all), with their own text where they have enough, and other texts."""
    source, out = tmp_path / "source.pdf", tmp_path / "archive.pdf"
    pdf.save(source)
    pages = [page for page in inspect(source).pages if not numbers or page.number in numbers]
    drawn = [page.number for page in pages if page.kind is PageKind.BORN_DIGITAL]
    own = {number: own_text(source, number) for number in drawn}
    read = {number: one.page for number, one in own.items() if one.worth is Worth.ENOUGH}
    copy = build(source, MediaType.PDF, tuple(pages), read | (texts or {}), out)
    assert (copy.pages, copy.verdict) == (len(pages), "pass")
    return copy, out


def _read(source: Path, page: SourcePage, work: Path) -> RecognisedPage:
    limits = sandbox.DEFAULT_LIMITS
    return sandbox.call(limits, jobs.read_page, source, MediaType.PDF, page, "deu", 60.0, work)


def _text(path: Path, page: int) -> str:
    command = ["pdftotext", "-layout", "-f", str(page), "-l", str(page), path, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def _everything(path: Path) -> bytes:
    """All objects of a file, streams decoded."""
    with pikepdf.open(path) as pdf:
        parts = [item.unparse(resolved=True) for item in pdf.objects if _is_object(item)]
        streams = [item for item in pdf.objects if isinstance(item, Stream)]
        parts += [
            one.read_bytes() for one in streams if "/DCTDecode" not in str(one.get("/Filter"))
        ]
    return b"\n".join(parts)


def _is_object(item: object) -> bool:
    return isinstance(item, pikepdf.Object) and not isinstance(item, Stream)


def test_every_page_goes_its_own_way(tmp_path: Path) -> None:
    """Issue 4: pages promoted, scanned, rasterised and recognised in one file."""
    pdf = _drawn("Erste Seite", "Scan", "Dritte Seite", "Vierte Seite", scan_at=2, forbidden=3)
    curves = Stream(pdf, b"2 w 30 30 m 60 350 200 10 280 380 c S")
    pdf.pages.append(pdf.pages[0])
    pdf.pages[4].obj.Contents = pdf.make_indirect(curves)
    texts = {2: _recognised(2, "gescannt"), 5: _recognised(5, "gezeichnet", "gelesen")}
    copy, out = _archive(tmp_path, pdf, texts)
    assert copy.way is ArchiveWay.MIXED
    assert (copy.promoted, copy.rasterised) == ((1, 4, 5), (3,))
    shown = [_text(out, page) for page in range(1, 6)]
    assert [text.count("Sehr geehrte Damen und Herren") for text in shown] == [1, 0, 1, 1, 0]
    assert "gescannt" in shown[1]
    assert "gezeichnet gelesen" in re.sub(" +", " ", shown[4])
    with pikepdf.open(out) as made:
        pictures = [len(page.get_images()) for page in made.pages]
        scan = made.pages[1].obj.Resources.XObject.Im0.read_raw_bytes()
        assert scan == pdf.pages[1].obj.Resources.XObject.Scan.read_raw_bytes()
    assert pictures == [0, 1, 1, 0, 0]


def test_links_and_outlines_stay_also_when_another_page_is_drawn_anew(tmp_path: Path) -> None:
    for forbidden, rasterised in ((0, ()), (2, (2,))):
        pdf = _drawn("Eins", "Zwei", "Drei", forbidden=forbidden)
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Kapitel drei", 2))
        target = Array([pdf.pages[2].obj, Name.Fit])
        pdf.pages[0].obj.Annots = Array(
            [
                _link(pdf, Dest=target),
                _link(pdf, A=Dictionary(S=Name.URI, URI=String("https://example.org"))),
            ]
        )
        copy, out = _archive(tmp_path, pdf)
        assert copy.rasterised == rasterised
        with pikepdf.open(out) as made:
            internal, web = made.pages[0].obj.Annots
            dest = internal.get(Name.Dest) or internal.A.D
            assert dest[0].objgen == made.pages[2].obj.objgen
            assert web.A.URI == "https://example.org"
            with made.open_outline() as outline:
                assert [item.title for item in outline.root] == ["Kapitel drei"]


def _link(pdf: pikepdf.Pdf, **entries: pikepdf.Object) -> pikepdf.Object:
    rect = Array([10, 10, 90, 30])
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=rect, Border=[0, 0, 0], **entries)
    return pdf.make_indirect(note)


@pytest.mark.parametrize("forbidden", [0, 2])
def test_structure_stays_unless_a_page_is_drawn_anew(forbidden: int, tmp_path: Path) -> None:
    pdf = _drawn("Eins", "Zwei", forbidden=forbidden)
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    paragraph = Dictionary(Type=Name.StructElem, S=Name.P, P=root, Pg=pdf.pages[0].obj, K=0)
    root.K = pdf.make_indirect(paragraph)
    root.ParentTree = pdf.make_indirect(Dictionary(Nums=Array([0, Array([root.K])])))
    pdf.pages[0].obj.StructParents = 0
    pdf.pages[0].contents_add(Stream(pdf, b"/P <</MCID 0>> BDC"), prepend=True)
    pdf.pages[0].contents_add(Stream(pdf, b"EMC"))
    pdf.Root.StructTreeRoot, pdf.Root.MarkInfo = root, Dictionary(Marked=True)
    copy, out = _archive(tmp_path, pdf)
    assert copy.rasterised == ((2,) if forbidden else ())
    with pikepdf.open(out) as made:
        kept = {Name.StructTreeRoot in made.Root, Name.MarkInfo in made.Root}
        assert kept == {not forbidden}
        assert (Name.StructParents in made.pages[0].obj) is not bool(forbidden)


def test_a_part_brings_nothing_of_other_letters_along(tmp_path: Path) -> None:
    """Letters split out of a scan: what the others say is nowhere in the file."""
    pdf = _drawn(OTHER_LETTER, "Mein Brief", "Seine zweite Seite", OTHER_LETTER)
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(OTHER_LETTER, 0))
    pdf.Root.Names = Dictionary(
        Dests=Dictionary(Names=Array([OTHER_LETTER, Array([pdf.pages[0].obj, Name.Fit])]))
    )
    pdf.attachments["geheim.txt"] = OTHER_LETTER.encode()
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    root.K = Dictionary(
        Type=Name.StructElem, S=Name.P, P=root, Pg=pdf.pages[0].obj, ActualText=OTHER_LETTER
    )
    pdf.Root.StructTreeRoot = root
    web = Dictionary(S=Name.URI, URI=String("https://example.org"))
    pdf.pages[1].obj.Annots = Array(
        [
            _link(pdf, Dest=Array([pdf.pages[0].obj, Name.Fit])),
            _link(pdf, A=Dictionary(S=Name.GoTo, D=String(OTHER_LETTER))),
            _link(pdf, A=web),
        ]
    )
    copy, out = _archive(tmp_path, pdf, numbers=(2, 3))
    assert copy.promoted == (2, 3)
    assert "Mein Brief" in _text(out, 1)
    inside = _everything(out)
    assert b"Rosenkranz" not in inside
    assert b"example.org" in inside
    with pikepdf.open(out) as made:
        sheets = [item for item in made.objects if _is_object(item) and _is_page(item)]
        assert len(sheets) == 2


def _is_page(item: pikepdf.Object) -> bool:
    return isinstance(item, Dictionary) and item.get(Name.Type) == Name.Page


def test_a_thin_text_over_a_scan_is_completed_by_ocr(tmp_path: Path) -> None:
    """A scan with a stamp set by a program: the picture is read, the stamp stands there once."""
    with pikepdf.open(io.BytesIO(scanner_pdf([letter()]))) as pdf:
        pdf.pages[0].obj.Resources.Font.F1.Encoding = Name.WinAnsiEncoding
        stamp = b"q BT /F1 11 Tf 40 20 Td (Eingang Poststelle Neustadt 4711) Tj ET Q"
        pdf.pages[0].contents_add(Stream(pdf, stamp))
        source = tmp_path / "stamped.pdf"
        pdf.save(source)
        page = inspect(source).pages[0]
        assert page.kind is PageKind.BORN_DIGITAL
        assert own_text(source, 1).worth is Worth.THIN
        read = _read(source, page, tmp_path)
        assert read.own_words == 4
        assert read.text.count("Poststelle") == 1
        assert "Widerspruch" in read.text
        copy, out = _archive(tmp_path, pdf, {1: read})
    assert copy.promoted == (1,)
    shown = _text(out, 1)
    assert shown.count("Poststelle") == 1
    assert "hiermit lege ich Widerspruch ein" in shown


def test_unusable_text_is_read_by_ocr_and_level_u_is_not_claimed(tmp_path: Path) -> None:
    lines = tuple(codecs.encode(line, "rot13") for line in LINES[:6])
    source = tmp_path / "garbled.pdf"
    source.write_bytes(drawn_pdf(lines))
    assert own_text(source, 1).worth is Worth.UNUSABLE
    page = inspect(source).pages[0]
    read = _read(source, page, tmp_path)
    assert FindingCode.TEXT_UNUSABLE in {found.code for found in read.findings}
    assert read.own_words == 0
    with pikepdf.open(source) as pdf:
        copy, out = _archive(tmp_path, pdf, {1: read})
    assert copy.promoted == (1,)
    assert copy.claim.level is Level.B
    assert FindingCode.UNICODE_UNPROVEN in {found.code for found in copy.findings}
    assert read.words[0].text in _text(out, 1)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_layer_lies_right_whatever_the_page_does(rotate: int, tmp_path: Path) -> None:
    """Crop box, rotation, user unit, and content that leaves its graphics state behind."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(400, 500))
    page.obj.CropBox, page.obj.Rotate, page.obj.UserUnit = Array([50, 60, 350, 460]), rotate, 2
    content = b"Q q 0.5 0 0 0.5 9 9 cm 3 w 100 100 m 500 700 l S q 1 0 0 1 7 7 cm"
    page.obj.Contents = pdf.make_indirect(Stream(pdf, content))
    copy, out = _archive(tmp_path, pdf, {1: _recognised(1, "Hier", "stehts")})
    assert copy.promoted == (1,)
    with pikepdf.open(out) as made:
        assert [float(edge) for edge in made.pages[0].cropbox] == [50, 60, 350, 460]
        assert made.pages[0].obj.UserUnit == 2
        made.pages[0].obj.Rotate = 0
        del made.pages[0].obj.UserUnit
        made.save(tmp_path / "upright.pdf")
    done = subprocess.run(
        ["pdftotext", "-bbox", "-cropbox", tmp_path / "upright.pdf", "-"],
        capture_output=True,
        check=True,
    )
    places = re.findall(rb'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">Hier<', done.stdout)
    assert [[float(edge) for edge in place] for place in places] == [
        pytest.approx([30, 300, 100, 312], abs=2)
    ]


def test_pages_that_were_changed_too_much_are_drawn_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Demand 13: neither look nor words may change; each such page goes the next way."""

    def forgetful(pdf: pikepdf.Pdf, part: int) -> tuple[object, ...]:
        found = document_normalise(pdf, part)
        first, _, third = (page.obj for page in pdf.pages)
        if Name.XObject not in first.Resources:
            whole = first.Contents[0] if isinstance(first.Contents, Array) else first.Contents
            whole.write(b"3 Tr " + whole.read_bytes().replace(b"Widerspruch", b"Zuspruch..."))
        if Name.XObject not in third.Resources:
            pdf.pages[2].contents_add(Stream(pdf, b"q 0 g 50 50 200 300 re f Q"))
        return found

    document_normalise = document.normalise
    monkeypatch.setattr(document, "normalise", forgetful)
    copy, out = _archive(tmp_path, _drawn("Eins", "Zwei", "Drei"))
    assert copy.rasterised == (1, 3)
    assert copy.promoted == (2,)
    assert all("Sehr geehrte Damen und Herren" in _text(out, page) for page in (1, 2, 3))


def test_many_pages_drawn_anew_do_not_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "_HELD_BYTES", 1000)
    pdf = _drawn("Eins", "Zwei", "Drei", "Vier", "Fünf", scan_at=2)
    for page in list(pdf.pages)[:4]:
        _forbidden(page, pdf)
    copy, out = _archive(tmp_path, pdf)
    assert copy.rasterised == (1, 2, 3, 4)
    assert [
        f"{name} Sehr" in " ".join(_text(out, page).split())
        for page, name in ((1, "Eins"), (3, "Drei"), (4, "Vier"), (5, "Fünf"))
    ] == [True] * 4
    assert not list(tmp_path.glob("archive.pdf.*"))


def test_a_form_that_draws_itself_ends_in_a_copy_or_a_refusal(tmp_path: Path) -> None:
    """Hostile: inspection refuses such a file; conversion does not hang or crash either."""
    pdf = _drawn("Eins")
    form = pdf.make_indirect(Stream(pdf, b"/Again Do"))
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
    form.Resources = Dictionary(XObject=Dictionary(Again=form))
    pdf.pages[0].obj.Resources.XObject = Dictionary(Again=form)
    pdf.pages[0].contents_add(Stream(pdf, b"/Again Do"))
    source, out = tmp_path / "source.pdf", tmp_path / "archive.pdf"
    pdf.save(source)
    page = SourcePage(1, 300, 400, PageKind.BORN_DIGITAL, None, bitonal=False)
    with suppress(UnusableInputError):
        assert build(source, MediaType.PDF, (page,), {}, out).verdict == "pass"
    assert not list(tmp_path.glob("archive.pdf.*"))
