"""Demand 54: hostile scans end within limits, with a reason, and leave the caller alone."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary
from PIL import Image

from eakte import sandbox
from eakte.domain.findings import FindingCode
from eakte.domain.mail import Inspection
from eakte.errors import EakteError, StageFailedError, UnusableInputError
from eakte.pipeline import jobs
from eakte.sandbox import Limits
from tests.integration.page_samples import encoded, letter, scanner_pdf, tiff

LIMITS = Limits(wall_seconds=40, cpu_seconds=30, memory_mb=900, file_mb=64)
NO_SPACE = b"<</Type/Catalog/Pages 2 0 R>>"


def _looked_at(path: Path, within: Limits = LIMITS) -> Inspection | str:
    """Look into a scan as the pipeline does; give what was found, or the reason against it."""
    try:
        return sandbox.call(within, jobs.inspect_scan, path)
    except UnusableInputError as refused:
        return FindingCode(str(refused.facts["reason"])).value
    except StageFailedError:
        return "stage_failed"
    finally:
        _nobody_left()


def _nobody_left() -> None:
    """No child of ours has ended without being reaped, or is still at work for a scan."""
    tasks = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    states = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] for pid in tasks]
    assert "Z" not in states


def _write(path: Path, objects: dict[int, bytes]) -> Path:
    """Write a PDF with these objects (bodies without `obj`), correct to the last byte."""
    out, places = bytearray(b"%PDF-1.7\n"), dict[int, int]()
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (max(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(places))
    out += b"trailer\n<</Size %d/Root 1 0 R>>\n" % (max(places) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    path.write_bytes(out)
    return path


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), entries, data)


def _one_page(
    path: Path, content: bytes, more: dict[int, bytes] | None = None, **keys: bytes
) -> Path:
    extra = b"".join(b"/" + key.encode() + value for key, value in keys.items())
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R%s>>" % extra
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return _write(path, {1: NO_SPACE, 2: pages, 3: page, 4: content, **(more or {})})


@cache
def _flate(size: int) -> bytes:
    packer = zlib.compressobj(1)
    piece = bytes(1 << 20)
    return b"".join(packer.compress(piece) for _ in range(size >> 20)) + packer.flush()


def flate_bomb_in_contents(path: Path) -> Path:
    return _one_page(path, _stream(_flate(1 << 29), b"/Filter/FlateDecode"))


def flate_bomb_in_a_picture(path: Path) -> Path:
    keys = b"/Type/XObject/Subtype/Image/Width 100/Height 100/BitsPerComponent 8"
    image = _stream(_flate(1 << 29), keys + b"/ColorSpace/DeviceGray/Filter/FlateDecode")
    content = _stream(b"q 300 0 0 400 0 0 cm /I Do Q")
    return _one_page(path, content, {5: image}, Resources=b"<</XObject<</I 5 0 R>>>>")


def flate_bomb_in_flate(path: Path) -> Path:
    bomb = zlib.compress(_flate(1 << 29))
    return _one_page(path, _stream(bomb, b"/Filter[/FlateDecode/FlateDecode]"))


def flate_bomb_in_an_object_stream(path: Path) -> Path:
    keys = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"
    return _one_page(path, _stream(b""), {5: _stream(_flate(1 << 29), keys)})


def png_bomb(path: Path) -> Path:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 100, 100, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", _flate(1 << 29)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)
    return path


def gigapixel_tiff(path: Path) -> Path:
    data = bytearray(tiff([Image.new("1", (64, 64))], "group4"))
    (start,) = struct.unpack_from("<I", data, 4)
    for index in range(struct.unpack_from("<H", data, start)[0]):
        place = start + 2 + 12 * index
        if struct.unpack_from("<H", data, place)[0] in (256, 257):
            struct.pack_into(
                "<HHII", data, place, *struct.unpack_from("<H", data, place), 4, 1, 40000
            )
    path.write_bytes(data)
    return path


def gigapixel_jpeg(path: Path) -> Path:
    data = bytearray(encoded(letter(), "JPEG"))
    frame = data.index(b"\xff\xc0")
    struct.pack_into(">HH", data, frame + 5, 60000, 60000)
    path.write_bytes(data)
    return path


def a_hundred_thousand_pages(path: Path) -> Path:
    """Each an object of its own."""
    count = 100_000
    kids = b" ".join(b"%d 0 R" % (5 + number) for number in range(count))
    pages = b"<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 9 9]>>" % (count, kids)
    objects = {1: NO_SPACE, 2: pages, 3: b"null", 4: b"null"}
    return _write(path, objects | {5 + n: b"<</Type/Page/Parent 2 0 R>>" for n in range(count)})


def one_page_a_hundred_thousand_times(path: Path) -> Path:
    pages = b"<</Type/Pages/Count 100000/Kids[%s]>>" % (b"3 0 R " * 100_000)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    return _write(path, {1: NO_SPACE, 2: pages, 3: page})


def page_tree_that_doubles(path: Path) -> Path:
    """30 levels of two kids each, both the same: a thousand million pages."""
    levels = range(2, 32)
    nodes = {n: b"<</Type/Pages/Count 2/Kids[%d 0 R %d 0 R]>>" % (n + 1, n + 1) for n in levels}
    return _write(path, {1: NO_SPACE, **nodes, 32: b"<</Type/Page/MediaBox[0 0 9 9]>>"})


def page_tree_in_a_circle(path: Path) -> Path:
    return _write(path, {1: NO_SPACE, 2: b"<</Type/Pages/Count 1/Kids[2 0 R]>>"})


def deep_arrays(path: Path) -> Path:
    content = _stream(b"")
    return _one_page(path, content, {5: b"[" * 100_000 + b"]" * 100_000}, Deep=b" 5 0 R")


def deep_dictionaries(path: Path) -> Path:
    return _one_page(
        path, _stream(b""), {5: b"<</A" * 50_000 + b" 1" + b">>" * 50_000}, Deep=b" 5 0 R"
    )


def broken_before_the_end(path: Path) -> Path:
    """A /Length that reaches over the end of the file."""
    return _one_page(path, b"<</Length 999999999999>>stream\nq Q\nendstream")


def form_in_itself(path: Path) -> Path:
    keys = b"/Type/XObject/Subtype/Form/BBox[0 0 300 400]/Resources<</XObject<</F 5 0 R>>>>"
    form = _stream(b"/F Do /F Do", keys)
    return _one_page(path, _stream(b"/F Do"), {5: form}, Resources=b"<</XObject<</F 5 0 R>>>>")


REFUSED: list[tuple[Callable[[Path], Path], set[str]]] = [
    (flate_bomb_in_contents, {"too_large"}),
    (flate_bomb_in_a_picture, {"too_large"}),
    (flate_bomb_in_flate, {"too_large", "damaged"}),
    (flate_bomb_in_an_object_stream, {"too_large", "damaged", "truncated"}),
    (png_bomb, {"too_large"}),
    (gigapixel_tiff, {"too_large"}),
    (gigapixel_jpeg, {"too_large"}),
    (a_hundred_thousand_pages, {"too_large"}),
    (one_page_a_hundred_thousand_times, {"too_large"}),
    (page_tree_that_doubles, {"too_large", "damaged", "stage_failed"}),
    (page_tree_in_a_circle, {"damaged", "no_pages"}),
    (deep_arrays, {"damaged", "stage_failed"}),
    (deep_dictionaries, {"damaged", "stage_failed"}),
    (broken_before_the_end, {"damaged", "truncated"}),
    (form_in_itself, {"damaged"}),
]


@pytest.mark.parametrize(
    ("make", "reasons"), REFUSED, ids=lambda value: getattr(value, "__name__", "")
)
def test_hostile_scans_are_refused(
    make: Callable[[Path], Path], reasons: set[str], tmp_path: Path
) -> None:
    """Demand 54: a typed refusal within the limits; the caller goes on, and reaps its child."""
    assert _looked_at(make(tmp_path / "scan")) in reasons


def forms_that_double(path: Path) -> Path:
    """25 forms, each drawing the next one twice."""
    forms = {}
    for number in range(5, 30):
        keys = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>"
        forms[number] = _stream(b"/F Do /F Do", keys % (number + 1))
    forms[30] = _stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return _one_page(path, _stream(b"/F Do"), forms, Resources=b"<</XObject<</F 5 0 R>>>>")


def nested_graphic_states(path: Path) -> Path:
    return _one_page(path, _stream(b"q " * 100_000 + b"0 0 50 50 re f " + b"Q " * 100_000))


def actions_and_scripts(path: Path) -> Path:
    """What a viewer would run when it opens the file: a script, a program, a form in XFA."""
    script = b"<</S/JavaScript/JS(app.launchURL\\('file:///' + this.path\\))>>"
    launch = b"<</S/Launch/F(/usr/bin/touch)/Win<</F(cmd.exe)>>>>"
    extra = {5: script, 6: launch, 7: _stream(b"<xdp:xdp><script>x</script></xdp:xdp>")}
    _one_page(path, _stream(b"0 0 50 50 re f"), extra, AA=b"<</O 6 0 R>>")
    data = path.read_bytes()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.Root.OpenAction = pdf.get_object(5, 0)
        pdf.Root.AcroForm = Dictionary(XFA=pdf.get_object(7, 0), Fields=Array([]))
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["x", pdf.get_object(5, 0)])))
        pdf.save(path)
    return path


@pytest.mark.parametrize("make", [nested_graphic_states, actions_and_scripts])
def test_hostile_scans_that_can_be_shown_are_described(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    """Demand 54: nothing in them is run or followed without end; the page is there."""
    found = _looked_at(make(tmp_path / "scan"))
    assert isinstance(found, Inspection), found
    assert len(found.pages) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["scan"]


def many_path_operators(path: Path) -> Path:
    """Curves upon curves, which take a drawing program minutes."""
    curve = b"0 0 m " + b"300 400 0 400 300 0 c 0 400 300 0 0 0 c " * 3_000 + b"b* "
    packed = zlib.compress(curve * 20)
    return _one_page(path, _stream(packed, b"/Filter/FlateDecode"))


@pytest.mark.parametrize("make", [many_path_operators, forms_that_double])
def test_what_would_take_too_long_is_given_up(make: Callable[[Path], Path], tmp_path: Path) -> None:
    """Demand 54: the time limit ends it; the caller hears of it, and no process is left."""
    brief = Limits(wall_seconds=4, cpu_seconds=3, memory_mb=1200)
    found = _looked_at(make(tmp_path / "scan"), brief)
    assert isinstance(found, Inspection) or found in {"stage_failed", "too_large"}


def test_the_caller_goes_on_after_all_that(tmp_path: Path) -> None:
    path = tmp_path / "scan"
    for make in (deep_arrays, page_tree_in_a_circle):
        with pytest.raises(EakteError):
            sandbox.call(LIMITS, jobs.inspect_scan, make(path))
    path.write_bytes(scanner_pdf([letter()]))
    assert isinstance(_looked_at(path), Inspection)
