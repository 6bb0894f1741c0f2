"""The one spelling of later revisions: whatever differs from it is refused."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest

from eakte.revisions import Ref, Stamp, UnusualError, read_revisions, value_of
from eakte.seal.shape import shape_flaw
from tests.unit.seal.making import pdfa, sealed, trust


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return sealed(trust(tmp_path_factory.mktemp("pki")))


def _end_of_seal(data):
    return [found.end() for found in re.finditer(rb"%%EOF\n", data)][-2]


def test_values_are_what_is_written():
    assert value_of(b"<<\n/A [ 1 -2.5 true ]\n/B 3 0 R\n/C (a\\055b)\n/D <0aFF>\n>>") == {
        b"/A": [b"1", b"-2.5", b"true"],
        b"/B": Ref(3),
        b"/C": b"(a\\055b)",
        b"/D": b"<0aFF>",
    }


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b" 1",
        b"1 ",
        b"<< /A 1 >>",
        b"<<\n/A  1\n>>",
        b"<<\n/A 1\n/A 2\n>>",
        b"<<\n/A 1 %x\n>>",
        b"[1 ]",
        b"[ 1]",
        b"3 1 R",
        b"3 0  R",
        b"<0a 0b>",
        b"<0>",
        b"(a(b)",
        b"(a\\q)",
        b"/",
        b"[ " * 60 + b"1" + b" ]" * 60,
    ],
)
def test_every_other_spelling_is_refused(written):
    with pytest.raises(UnusualError):
        value_of(written)


def test_what_the_sealer_writes_is_one_revision_with_a_time_stamp(original):
    (revision,) = read_revisions(original[_end_of_seal(original) :], _end_of_seal(original))
    assert revision.end == len(original)
    assert sum(isinstance(item.value, Stamp) for item in revision.objects.values()) == 1
    assert shape_flaw(io.BytesIO(original), _end_of_seal(original)) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\nendobj\n", b"\nendobj\n\n"),
        (b"\nendobj\n", b"\nendobj\n%hidden\n"),
        (b"\nstartxref\n", b"\nstartxref\n1"),
        (b"%%EOF\n", b"%%EOF\n "),
        (b"/Rect [ 0 0 0 0 ]", b"/Rect [ 0 0 9 9 ]"),
        (b"/F 132", b"/F 4"),
        (b"/TU (Timestamp)", b"/TU (Genehmigt)"),
        (b"/T (eakte\\055Zeitstempel)", b"/T (eakte\\055Siegel)"),
        (b"/T (eakte\\055Zeitstempel)", b"/T (eakte-Siegel)"),
        (b"/Type /DocTimeStamp", b"/Type /Sig"),
        (b"/Prev ", b"/Prev 1"),
        (b"/Size ", b"/Size 1"),
        (b"/Certs", b"/Files"),
    ],
)
def test_no_byte_between_and_no_entry_besides(original, old, new):
    """No time-stamp is looked at here: the shape alone refuses them."""
    end = _end_of_seal(original)
    assert old in original[end:]
    assert (
        shape_flaw(io.BytesIO(original[:end] + original[end:].replace(old, new, 1)), end)
        is not None
    )


def test_a_file_with_a_table_instead_of_a_stream(tmp_path):
    plain = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdfa())) as pdf:
        pdf.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = sealed(trust(tmp_path), plain.getvalue())
    end = _end_of_seal(data)
    assert b"\nxref\n" in data[end:]
    assert shape_flaw(io.BytesIO(data), end) is None
    for old, new in [(b" 00000 n", b" 00001 n"), (b"\n/Prev", b"\n/XRefStm 9\n/Prev")]:
        spoilt = data[end:].replace(old, new, 1)
        assert shape_flaw(io.BytesIO(data[:end] + spoilt), end) is not None


def test_what_is_too_long_for_evidence_is_not_even_read(original, tmp_path):
    path, end = tmp_path / "long.pdf", _end_of_seal(original)
    path.write_bytes(original[:end])
    with path.open("r+b") as file:
        file.truncate(1 << 30)
        flaw = shape_flaw(file, end)
    assert flaw is not None
    assert "more follows the seal" in flaw.detail


def test_bytes_that_are_no_document_are_a_flaw():
    assert shape_flaw(io.BytesIO(b"no pdf"), 3) is not None
    assert shape_flaw(io.BytesIO(), 0) is not None
