from __future__ import annotations

import io
from pathlib import Path
from tempfile import NamedTemporaryFile

import pikepdf
import pytest

from eakte.seal.structure import bytes_after, measure, without_path
from tests.unit.seal.making import pdfa, sealed, trust


def _field(pdf, **entries):
    value = pikepdf.Dictionary(ByteRange=[0, 1, 2, 3], Contents=b"0", SubFilter=pikepdf.Name.X)
    return pikepdf.Dictionary(T="x", V=pdf.make_indirect(value), **entries)


def _measured(data):
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        return measure(Path(file.name))


def _saved(change):
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdfa())) as pdf:
        change(pdf)
        pdf.save(target)
    return target.getvalue()


def test_a_plain_file_has_pages_and_no_signature():
    found = _measured(pdfa())
    assert (found.pages, found.signatures, found.repairs) == (2, 0, ())


def test_seal_and_archive_time_stamp_are_two(tmp_path):
    assert _measured(sealed(trust(tmp_path))).signatures == 2


def test_an_unknown_subfilter_counts_and_so_does_a_field_outside_of_the_form():
    def hide(pdf):
        pdf.Root.Hidden = pdf.make_indirect(_field(pdf, FT=pikepdf.Name.Sig))

    assert _measured(_saved(hide)).signatures == 1


def test_the_type_of_a_field_may_stand_at_its_parent():
    def inherit(pdf):
        parent = pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig))
        child = pikepdf.Dictionary(Parent=parent, V=pdf.make_indirect(pikepdf.Dictionary(A=1)))
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[pdf.make_indirect(child)])

    assert _measured(_saved(inherit)).signatures == 1


def test_an_empty_signature_field_is_no_signature():
    def add(pdf):
        empty = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="leer")
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[pdf.make_indirect(empty)])

    assert _measured(_saved(add)).signatures == 0


def test_parents_in_a_circle_come_to_an_end():
    def circle(pdf):
        one = pdf.make_indirect(pikepdf.Dictionary(V=pikepdf.Dictionary(A=1)))
        two = pdf.make_indirect(pikepdf.Dictionary(Parent=one))
        one.Parent = two
        pdf.Root.Hidden = one

    assert _measured(_saved(circle)).signatures == 0


def test_what_is_no_pdf_is_refused():
    with pytest.raises(pikepdf.PdfError):
        _measured(b"no pdf")


def test_bytes_after_the_range():
    assert bytes_after(100, [0, 10, 40, 60]) == 0
    assert bytes_after(103, [0, 10, 40, 60]) == 3


def test_messages_name_no_path(tmp_path):
    path = tmp_path / "akte.pdf"
    path.write_bytes(pdfa().replace(b"startxref", b"startxxxx"))
    repairs = measure(path).repairs
    assert repairs
    assert not any(str(tmp_path) in text for text in repairs)
    assert without_path(f"PdfError: {path}: unable to find trailer", path).endswith(
        ": unable to find trailer"
    )
