"""Demand 54: a hostile archive is refused with its reason, and writes nothing outside."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest

from eakte.deliveries import archive as archive_module
from eakte.deliveries.archive import extract
from eakte.deliveries.limits import MAX_DEPTH
from eakte.deliveries.unpack import unpack
from eakte.domain.mail import EnclosureRole, MediaType
from eakte.errors import UnusableInputError
from tests.unit.deliveries.zips import flagged, link, overlapping, renamed, written, zipped

TWO = [("a.pdf", b"%PDF-1.4 a" * 50), ("Ordner/Ümläut ß.pdf", b"%PDF-1.4 b" * 50)]


def refused(folder, data):
    """The reason and detail with which a zip is refused; nothing may be written beside `out`."""
    source = written(folder, data)
    out = folder / "tief" / "out"
    out.mkdir(parents=True, exist_ok=True)
    before = {path for path in folder.rglob("*") if out not in path.parents}
    with pytest.raises(UnusableInputError) as caught:
        unpack(source, MediaType.ZIP, out)
    assert {path for path in folder.rglob("*") if out not in path.parents} == before
    return caught.value.facts["reason"], caught.value.facts["detail"]


def test_an_honest_zip_gives_its_files_byte_for_byte_and_a_view(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    unpacked = unpack(written(tmp_path, zipped(TWO)), MediaType.ZIP, out)
    assert [(file.name, file.role) for file in unpacked.files] == [
        (name, EnclosureRole.MEMBER) for name, _ in TWO
    ]
    assert [(out / file.file).read_bytes() for file in unpacked.files] == [data for _, data in TWO]
    assert (out / unpacked.view).read_bytes().startswith(b"%PDF-")
    assert sorted(path.name for path in out.iterdir()) == ["0001", "0002", "view.pdf"]


def test_stored_streamed_and_umlauts_of_dos_are_read(tmp_path):
    path = tmp_path / "x.zip"

    class Pipe:
        """A target that cannot seek: sizes then follow the data."""

        def __init__(self, file):
            self.file = file

        def write(self, data):
            return self.file.write(data)

        def flush(self):
            self.file.flush()

    with path.open("wb") as file, zipfile.ZipFile(Pipe(file), "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.txt", b"packed" * 99)
        made.writestr("Strasse.txt", b"stored", zipfile.ZIP_STORED)
    dos = renamed(path.read_bytes(), b"Strasse.txt", b"Stra\xe1ze.txt"[:11])
    path.write_bytes(dos)
    out = tmp_path / "out"
    out.mkdir()
    assert [name for name, _ in extract(path, out)] == ["a.txt", "Straßze.txt"]
    assert (out / "0002").read_bytes() == b"stored"


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil1", "C:/evil.txt", "a/../../b1"])
def test_a_name_that_leaves_its_folder_refuses_the_archive(tmp_path, name):
    reason, detail = refused(tmp_path, zipped([("ok.txt", b"x"), (name, b"boo")]))
    assert reason == "unsafe_archive"
    assert detail.startswith("path: ")
    assert name.split("/")[-1] in detail


def test_backslashes_and_nul_are_judged_as_path_and_refused(tmp_path):
    data = renamed(zipped([("aa/evil.txt", b"x")]), b"aa/evil.txt", b"..\\evil.txt")
    assert refused(tmp_path, data)[0] == "unsafe_archive"
    data = renamed(zipped([("evil.txt.pdf", b"x")]), b"evil.txt.pdf", b"evil.txt\0pdf")
    assert refused(tmp_path, data)[0] == "unsafe_archive"


def test_a_symlink_is_refused(tmp_path):
    data = zipped([link("brief.pdf", "/etc/passwd")])
    assert refused(tmp_path, data) == ("unsafe_archive", "symlink: 'brief.pdf'")


def test_the_same_name_twice_is_refused(tmp_path):
    data = renamed(zipped([("a.pdf", b"1"), ("b.pdf", b"2")]), b"b.pdf", b"A.pdf")
    assert refused(tmp_path, data)[1].startswith("duplicate: ")


def test_entries_that_overlap_are_refused(tmp_path):
    assert refused(tmp_path, overlapping(400, "kern.bin")) == (
        "unsafe_archive",
        "overlap: 'kern.bin'",
    )
    reason, detail = refused(tmp_path, overlapping(400, "k%07d"))
    assert (reason, detail) == ("unsafe_archive", "header: 'k0000000'")


def test_an_entry_hidden_between_others_is_refused(tmp_path):
    data = zipped([("a.pdf", b"1"), ("b.pdf", b"2"), ("c.pdf", b"3")])
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    third = data.index(b"PK\x01\x02", second + 1)
    end = data.index(b"PK\x05\x06")
    table = data[data.index(b"PK\x01\x02") : second] + data[third:end]
    start = data.index(b"PK\x01\x02")
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, len(table), start, 0)
    reason, detail = refused(tmp_path, data[:start] + table + tail)
    assert (reason, detail) == ("unsafe_archive", "hidden: 'c.pdf'")


def test_a_local_header_with_another_name_is_refused(tmp_path):
    data = zipped([("gut.pdf", b"x")])
    assert refused(tmp_path, data.replace(b"gut.pdf", b"bad.pdf", 1))[1] == "header: 'gut.pdf'"


def test_a_bomb_is_stopped_by_its_ratio_and_by_its_sum(tmp_path, monkeypatch):
    monkeypatch.setattr(archive_module, "RATIO_FLOOR", 1 << 20)
    data = zipped([("bombe.bin", bytes(8 << 20))])
    assert refused(tmp_path, data) == ("unsafe_archive", "bomb: 'bombe.bin'")
    monkeypatch.setattr(archive_module, "RATIO_FLOOR", 1 << 30)
    monkeypatch.setattr(archive_module, "MAX_UNPACKED", 3 << 20)
    data = zipped([(f"{number}.bin", bytes(1 << 20)) for number in range(4)])
    other = tmp_path / "b"
    other.mkdir()
    assert refused(other, data) == ("unsafe_archive", "bomb: '3.bin'")


def test_declared_sizes_are_not_believed(tmp_path):
    data = zipped([("a.bin", b"abc" * 1000)])
    real = struct.pack("<I", 3000)
    assert data.count(real) == 2
    assert refused(tmp_path, data.replace(real, struct.pack("<I", 30)))[0] == "damaged"


def test_bytes_after_the_end_of_a_packed_file_are_refused(tmp_path):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"abc") + packer.flush() + b"versteckt!"
    data = zipped([("a.bin", packed)])
    stored = zipfile.ZipInfo("a.bin")
    data = zipped([(stored, packed)])
    # the entry is stored; call it deflated, with the size and CRC of what comes out first
    for at, mark in ((8, b"PK\x03\x04"), (10, b"PK\x01\x02")):
        start = data.index(mark) + at
        data = data[:start] + b"\x08\0" + data[start + 2 :]
        crc = start + 6
        data = data[:crc] + struct.pack("<I", zlib.crc32(b"abc")) + data[crc + 4 :]
        size = crc + 8
        data = data[:size] + struct.pack("<I", 3) + data[size + 4 :]
    assert refused(tmp_path, data) == ("unsafe_archive", "hidden: 'a.bin'")


def test_a_changed_byte_is_found_by_the_checksum(tmp_path):
    data = zipped([(zipfile.ZipInfo("a.txt"), b"Betrag: 100 EUR")])
    assert refused(tmp_path, data.replace(b"100", b"900"))[0] == "damaged"


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999])
def test_a_cut_zip_is_truncated(tmp_path, share):
    """Demand 7: what is cut is never accepted as whole."""
    inner = zipped([("x.pdf", b"%PDF-" * 400)])
    data = zipped([(zipfile.ZipInfo("inner.zip"), inner), ("b.pdf", bytes(range(256)) * 20)])
    assert refused(tmp_path, data[: int(len(data) * share)])[0] == "truncated"


def test_a_cut_just_after_an_archive_inside_is_truncated(tmp_path):
    """Demand 7: the table of an inner archive is not taken for the outer one's."""
    inner = zipped([("x.pdf", b"%PDF-" * 400)])
    data = zipped([(zipfile.ZipInfo("inner.zip"), inner), ("b.pdf", b"x" * 500)])
    assert refused(tmp_path, data[: data.index(inner) + len(inner)])[0] == "truncated"


def test_a_cut_comment_is_truncated(tmp_path):
    """Demand 7: even a cut behind the table of contents is told."""
    buffer = io.BytesIO(zipped(TWO))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"Posteingang Oktober"
    (tmp_path / "out").mkdir()
    whole = written(tmp_path, buffer.getvalue())
    assert unpack(whole, MediaType.ZIP, tmp_path / "out").files
    assert refused(tmp_path, buffer.getvalue()[:-1])[0] == "truncated"


def test_encrypted_entries_are_refused_as_encrypted(tmp_path):
    assert refused(tmp_path, flagged(zipped(TWO), 1))[0] == "encrypted"


def test_too_many_files_are_refused_before_the_table_is_read(tmp_path):
    data = zipped([(f"{number}", b"") for number in range(100_000 // 50)])
    assert refused(tmp_path, data) == ("unsafe_archive", "it holds more than 1,000 files")
    end = data.rindex(b"PK\x05\x06")
    lying = data[: end + 8] + struct.pack("<HH", 9, 9) + data[end + 12 :]
    assert refused(tmp_path, lying)[0] in {"unsafe_archive", "truncated"}


@pytest.mark.parametrize(
    ("entries", "detail"),
    [
        ([("[Content_Types].xml", b"x"), ("word/document.xml", b"x")], "a Word document"),
        ([("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x")], "an Excel spreadsheet"),
        ([("[Content_Types].xml", b"x"), ("ppt/p.xml", b"x")], "a PowerPoint presentation"),
        ([("mimetype", b"application/vnd.oasis.opendocument.text")], "a text document of"),
        ([("mimetype", b"application/epub+zip")], "an e-book"),
        ([("META-INF/MANIFEST.MF", b"x")], "a program"),
    ],
)
def test_office_documents_are_named_as_what_they_are(tmp_path, entries, detail):
    reason, told = refused(tmp_path, zipped(entries))
    assert reason == "unknown_type"
    assert told.startswith(detail)


def test_an_empty_zip_has_no_pages(tmp_path):
    assert refused(tmp_path, zipped([]))[0] == "no_pages"
    assert refused(tmp_path, zipped([("ordner/", b"")]))[0] == "no_pages"


def test_zips_in_zips_are_opened_only_so_deep(tmp_path):
    data = zipped([("0.zip", b"x")])
    (tmp_path / "out").mkdir()
    source = written(tmp_path, data)
    unpack(source, MediaType.ZIP, tmp_path / "out", MAX_DEPTH)
    with pytest.raises(UnusableInputError) as caught:
        unpack(source, MediaType.ZIP, tmp_path / "out", MAX_DEPTH + 1)
    assert caught.value.facts["reason"] == "unsafe_archive"


def test_other_ways_of_packing_are_named(tmp_path):
    info = zipfile.ZipInfo("a")
    info.compress_type = zipfile.ZIP_LZMA
    assert refused(tmp_path, zipped([(info, b"x" * 99)]))[0] == "unknown_type"
